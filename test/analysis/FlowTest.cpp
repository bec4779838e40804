// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Sets of worlds, and the solver on a toy problem: how often does a function
// call something?

#include "analysis/Flow.h"
#include "Snippet.h"

using namespace corolint;
using namespace clang;

namespace {

//===-- Worlds ------------------------------------------------------------===//

/// A value, and what is known of two conditions: '+', '-', or '?'.
struct Toy {
  int Value;
  std::string Known;

  bool operator==(const Toy &O) const {
    return Value == O.Value && Known == O.Known;
  }
  bool operator<(const Toy &O) const {
    return std::tie(Value, Known) < std::tie(O.Value, O.Known);
  }
  static std::optional<Toy> merged(const Toy &A, const Toy &B) {
    if (A.Value != B.Value)
      return std::nullopt;
    for (unsigned I : {0, 1})
      if (A.Known[1 - I] == B.Known[1 - I] && A.Known[I] != B.Known[I]) {
        Toy M = A;
        M.Known[I] = '?';
        return M;
      }
    return std::nullopt;
  }
};

std::string print(const Worlds<Toy> &W) {
  std::string Text;
  for (const Toy &Each : W)
    Text += std::to_string(Each.Value) + Each.Known + " ";
  return Text;
}

TEST(Worlds, AreASortedSet) {
  Worlds<Toy> W;
  EXPECT_TRUE(W.empty());
  EXPECT_TRUE(W.insert({2, "++"}));
  EXPECT_TRUE(W.insert({1, "++"}));
  EXPECT_FALSE(W.insert({2, "++"}));
  EXPECT_EQ("1++ 2++ ", print(W));
}

TEST(Worlds, OfBothOutcomesAreOne) {
  Worlds<Toy> W;
  W.insert({1, "++"});
  EXPECT_TRUE(W.insert({1, "-+"}));
  EXPECT_EQ("1?+ ", print(W));
  EXPECT_FALSE(W.insert({1, "++"})); // says nothing new
  EXPECT_EQ("1?+ ", print(W));
}

TEST(Worlds, StayApartIfTheirValuesDiffer) {
  Worlds<Toy> W;
  W.insert({1, "++"});
  EXPECT_TRUE(W.insert({2, "-+"}));
  EXPECT_TRUE(W.insert({1, "--"}));
  EXPECT_EQ("1++ 1-- 2-+ ", print(W));
}

TEST(Worlds, MergeAgainWithWhatAMergeMade) {
  Worlds<Toy> W;
  W.insert({1, "++"});
  W.insert({1, "-+"});
  W.insert({1, "+-"});
  EXPECT_EQ("1+- 1?+ ", print(W));
  EXPECT_TRUE(W.insert({1, "--"}));
  EXPECT_EQ("1?? ", print(W));
}

TEST(Worlds, InsertAllTellsWhetherAnythingIsNew) {
  Worlds<Toy> W, V;
  W.insert({1, "?+"});
  V.insert({1, "-+"});
  EXPECT_FALSE(W.insertAll(V));
  V.insert({2, "++"});
  EXPECT_TRUE(W.insertAll(V));
  EXPECT_EQ(2u, W.size());
}

//===-- The solver --------------------------------------------------------===//

/// Counts calls of f() up to a limit.
struct Counting {
  struct World {
    int Calls;
    bool operator==(const World &O) const { return Calls == O.Calls; }
    bool operator<(const World &O) const { return Calls < O.Calls; }
    static std::optional<World> merged(const World &, const World &) {
      return std::nullopt;
    }
  };

  Counting(const std::string &Code, int Limit)
      : S("void f(); bool g();" + Code),
        Graph(buildGraph(S.function(), userBody(S.function()))), Limit(Limit),
        Engine(*Graph, *this) {}

  World entry() { return {0}; }
  Worlds<World> block(const CFGBlock &B, const Worlds<World> &In) {
    int Calls = 0;
    for (const CFGElement &E : B)
      if (std::optional<CFGStmt> Stmt = E.getAs<CFGStmt>())
        if (const auto *Call = dyn_cast<CallExpr>(Stmt->getStmt()))
          Calls += Call->getDirectCallee()->getName() == "f";
    Worlds<World> Out;
    for (const World &W : In) {
      Out.insert({std::min(Limit, W.Calls + Calls)});
      if (RaiseTo && Calls)
        Engine.raise(*RaiseTo, W);
    }
    return Out;
  }
  Worlds<World> edge(const CFGBlock &B, unsigned N, const Worlds<World> &Out) {
    return OnlyThen && B.succ_size() == 2 && N == 1 ? Worlds<World>() : Out;
  }

  /// What is possible at the end.
  std::vector<int> atEnd() {
    EXPECT_TRUE(Engine.run());
    std::vector<int> Counts;
    for (const World &W : Engine.before(Graph->getExit()))
      Counts.push_back(W.Calls);
    return Counts;
  }

  Snippet S;
  std::unique_ptr<CFG> Graph;
  int Limit;
  bool OnlyThen = false;
  const CFGBlock *RaiseTo = nullptr;
  Solver<Counting> Engine;
};

using Counts = std::vector<int>;

TEST(Solver, KeepsPathsApart) {
  EXPECT_EQ((Counts{2}), Counting("void test() { f(); f(); }", 9).atEnd());
  EXPECT_EQ((Counts{0, 1, 2}),
            Counting("void test() { if (g()) f(); if (g()) f(); }", 9).atEnd());
  EXPECT_EQ(
      (Counts{1, 3}),
      Counting("void test() { f(); if (g()) return; f(); f(); }", 9).atEnd());
}

TEST(Solver, RunsLoopsUntilNothingIsNew) {
  EXPECT_EQ((Counts{0, 1, 2, 3}),
            Counting("void test() { while (g()) f(); }", 3).atEnd());
}

TEST(Solver, EndsNowhereInALoopWithoutEnd) {
  EXPECT_EQ(Counts{}, Counting("void test() { for (;;) f(); }", 3).atEnd());
}

TEST(Solver, AsksTheProblemForEachEdge) {
  Counting C("void test() { if (g()) f(); else { f(); f(); } }", 9);
  C.OnlyThen = true;
  EXPECT_EQ((Counts{1}), C.atEnd());
}

TEST(Solver, LetsWorldsInByWaysThatAreNotDrawn) {
  Counting C("void test() { f(); f(); f(); }", 9);
  C.RaiseTo = &C.Graph->getExit();
  EXPECT_EQ((Counts{0, 3}), C.atEnd());
}

TEST(Solver, GivesUpOnTooManyWorlds) {
  Counting Endless("void test() { while (g()) f(); }", INT_MAX);
  EXPECT_FALSE(Endless.Engine.run());
  // 2^8 ways to call: more than it follows. 2^7 are not.
  std::string Code = "void test() {";
  int N = 1;
  for (int I = 0; I != 7; ++I, N *= 2) {
    Code += "if (g()) {";
    for (int J = 0; J != N; ++J)
      Code += "f();";
    Code += "}";
  }
  EXPECT_EQ(128u, Counting(Code + "}", INT_MAX).atEnd().size());
  Code += "if (g()) {";
  for (int J = 0; J != N; ++J)
    Code += "f();";
  EXPECT_FALSE(Counting(Code + "} }", INT_MAX).Engine.run());
}

} // namespace
