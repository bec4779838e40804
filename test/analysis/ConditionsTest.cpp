// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What a branch says about another.

#include "analysis/Conditions.h"
#include "Snippet.h"

using namespace corolint;
using namespace clang;

namespace {

/// `test`, and the conditions of its if statements in source order.
struct Branches {
  explicit Branches(const std::string &Code, bool IsHelper = false)
      : S("void f(); bool unknown();" + Code), F(S.function()),
        B(F, userBody(F)), Table(B), Graph(buildGraph(F, userBody(F))),
        Of(B, Table, *Graph, IsHelper) {
    for (const IfStmt *If : all<IfStmt>(userBody(F)))
      Tested.push_back(If->getCond());
  }

  void assume(unsigned I, bool Holds) { Of.assume(Known, Tested.at(I), Holds); }
  /// "true", "false" or "unknown".
  std::string operator[](unsigned I) {
    std::optional<bool> V = Of.evaluate(Known, Tested.at(I));
    return !V ? "unknown" : *V ? "true" : "false";
  }
  void changed(const char *Variable) {
    Of.changed(Known, Table.variable(&S.variable(Variable)));
  }

  Snippet S;
  const FunctionDecl &F;
  Body B;
  PlaceTable Table;
  std::unique_ptr<CFG> Graph;
  Conditions Of;
  std::vector<const Expr *> Tested;
  Facts Known;
};

//===-- Facts -------------------------------------------------------------===//

const Subject X = Subject(0), Y = Subject(1);

TEST(KnownFacts, OneValueSaysMoreThanManyThatItIsNot) {
  Facts F;
  F.learn({X, 1, false});
  F.learn({X, 2, false});
  EXPECT_EQ(2u, F.size());
  EXPECT_EQ(false, F.equals(X, 1));
  EXPECT_EQ(std::nullopt, F.equals(X, 3));
  EXPECT_EQ(std::nullopt, F.value(X));
  F.learn({X, 3, true});
  EXPECT_EQ(1u, F.size());
  EXPECT_EQ(true, F.equals(X, 3));
  EXPECT_EQ(false, F.equals(X, 4));
  EXPECT_EQ(3, F.value(X));
  EXPECT_EQ(std::nullopt, F.equals(Y, 3));
  F.forget(X);
  EXPECT_EQ(0u, F.size());
}

TEST(KnownFacts, MergeIfTheyDifferInOneOutcome) {
  Facts A, B, Both;
  for (Facts *F : {&A, &B, &Both})
    F->learn({Y, 7, true});
  A.learn({X, 0, true});
  B.learn({X, 0, false});
  EXPECT_EQ(Both, Facts::merged(A, B));
  EXPECT_EQ(Both, Facts::merged(A, Both)); // one is more general
  EXPECT_EQ(A, Facts::merged(A, A));
}

TEST(KnownFacts, StayApartIfTheMergeWouldSayLess) {
  Facts A, B, C;
  A.learn({X, 0, true});
  B.learn({X, 1, true});
  EXPECT_EQ(std::nullopt, Facts::merged(A, B));
  B.forget(X);
  B.learn({X, 0, false});
  A.learn({Y, 0, true});
  B.learn({Y, 0, false});
  EXPECT_EQ(std::nullopt, Facts::merged(A, B));
}

//===-- Conditions --------------------------------------------------------===//

TEST(Conditions, OfAVariableAndItsNegation) {
  Branches T("void test(bool c) { if (c) f(); if (!c) f();"
             "if (c == false) f(); }");
  EXPECT_EQ("unknown", T[0]);
  T.assume(0, true);
  EXPECT_EQ("true", T[0]);
  EXPECT_EQ("false", T[1]);
  EXPECT_EQ("false", T[2]);
  T.Known = Facts();
  T.assume(1, true);
  EXPECT_EQ("false", T[0]);
  EXPECT_EQ("true", T[2]);
}

TEST(Conditions, AreFollowedIfTestedTwice) {
  Branches Once("void test(bool c) { if (c) f(); }");
  Once.assume(0, true);
  EXPECT_EQ(0u, Once.Known.size());
  Branches Twice("void test(bool c) { if (c) f(); if (c) f(); }");
  Twice.assume(0, true);
  EXPECT_EQ(1u, Twice.Known.size());
}

TEST(Conditions, OfAHelpersParameterMatterToItsCaller) {
  Branches Helper("void test(bool c) { if (c) f(); }", /*IsHelper=*/true);
  Helper.assume(0, true);
  EXPECT_EQ(1u, Helper.Known.size());
  Branches Local("void test() { bool c; if (c) f(); }", /*IsHelper=*/true);
  Local.assume(0, true);
  EXPECT_EQ(0u, Local.Known.size());
}

TEST(Conditions, OfConjunctions) {
  Branches T("void test(bool a, bool b) { if (a && b) f(); if (a) f();"
             "if (b) f(); if (a || b) f(); }");
  T.assume(0, true);
  EXPECT_EQ("true", T[1]);
  EXPECT_EQ("true", T[2]);
  T.Known = Facts();
  T.assume(0, false);
  EXPECT_EQ("unknown", T[1]);
  T.Known = Facts();
  T.assume(1, true);
  T.assume(0, false); // then it must be b
  EXPECT_EQ("false", T[2]);
  EXPECT_EQ("true", T[3]);
}

TEST(Conditions, OfDisjunctions) {
  Branches T("void test(bool a, bool b) { if (a || b) f(); if (a) f();"
             "if (b) f(); }");
  T.assume(0, false);
  EXPECT_EQ("false", T[1]);
  EXPECT_EQ("false", T[2]);
  T.Known = Facts();
  T.assume(1, false);
  EXPECT_EQ("unknown", T[0]);
  T.assume(0, true);
  EXPECT_EQ("true", T[2]);
}

TEST(Conditions, OfNumbers) {
  Branches T("void test(int x) { if (x == 3) f(); if (x == 4) f();"
             "if (x != 3) f(); if (x > 2) f(); if (x) f(); }");
  T.assume(0, true);
  EXPECT_EQ("false", T[1]);
  EXPECT_EQ("false", T[2]);
  EXPECT_EQ("true", T[3]);
  EXPECT_EQ("true", T[4]);
  T.Known = Facts();
  T.assume(0, false);
  EXPECT_EQ("true", T[2]);
  EXPECT_EQ("unknown", T[1]);
  EXPECT_EQ("unknown", T[3]);
}

TEST(Conditions, OfPointersAndConstants) {
  Branches T("void test(int *p) { if (p) f(); if (p == nullptr) f();"
             "if (true) f(); if (2 < 1) f(); }");
  T.assume(0, true);
  EXPECT_EQ("false", T[1]);
  EXPECT_EQ("true", T[2]);
  EXPECT_EQ("false", T[3]);
}

TEST(Conditions, OfPureExpressionsOnly) {
  Branches T("struct Q { bool empty() const; bool pop(); };"
             "void test(Q q) { if (q.empty()) f(); if (!q.empty()) f();"
             "if (q.pop()) f(); if (q.pop()) f();"
             "if (unknown()) f(); if (unknown()) f(); }");
  T.assume(0, true);
  EXPECT_EQ("false", T[1]);
  T.assume(2, true);
  EXPECT_EQ("unknown", T[3]);
  T.assume(4, true);
  EXPECT_EQ("unknown", T[5]);
  EXPECT_EQ(1u, T.Known.size());
}

TEST(Conditions, AreForgottenWhenTheirObjectChanges) {
  Branches T("void test(int x, int y) { if (x > 3) f(); if (x > 3) f();"
             "if (y) f(); if (y) f(); }");
  T.assume(0, true);
  T.assume(2, true);
  T.changed("y");
  EXPECT_EQ("true", T[1]);
  EXPECT_EQ("unknown", T[3]);
  T.changed("x");
  EXPECT_EQ("unknown", T[1]);
}

TEST(Conditions, OfAMemberChangeWithTheWhole) {
  Branches T("struct S { bool a, b; }; void test(S s) { if (s.a) f();"
             "if (s.b) f(); if (s.a && s.b) f(); }");
  T.assume(0, true);
  T.assume(1, true);
  const auto &A = *all<MemberExpr>(userBody(T.F)).at(0);
  T.Of.changed(T.Known, *T.Table.resolve(&A));
  EXPECT_EQ("unknown", T[0]);
  EXPECT_EQ("true", T[1]);
  T.changed("s");
  EXPECT_EQ("unknown", T[1]);
}

TEST(Conditions, OfWhatOthersSeeAreForgottenWhenOthersRun) {
  Branches T("bool g; void take(bool &); struct C { bool m;"
             "void test(bool p) { bool given; take(given);"
             "if (p) f(); if (m) f(); if (g) f(); if (given) f();"
             "if (p && m && g && given) f(); } };");
  for (unsigned I : {0, 1, 2, 3})
    T.assume(I, true);
  EXPECT_EQ("true", T[4]);
  T.Of.othersRan(T.Known);
  EXPECT_EQ("true", T[0]);
  EXPECT_EQ("unknown", T[1]);
  EXPECT_EQ("unknown", T[2]);
  EXPECT_EQ("unknown", T[3]);
}

TEST(Conditions, OfASwitchIfTestedAgain) {
  auto Of = [](const std::string &Code) {
    Branches T(Code);
    const auto &Switch = *all<SwitchStmt>(userBody(T.F)).at(0);
    return T.Of.subjectOf(Switch.getCond()).has_value();
  };
  std::string Switch = "switch (x) { case 1: f(); }";
  EXPECT_FALSE(Of("void test(int x) {" + Switch + "}"));
  EXPECT_TRUE(Of("void test(int x) {" + Switch + Switch + "}"));
  EXPECT_TRUE(Of("void test(int x) {" + Switch + "if (x == 1) f(); }"));
}

TEST(Conditions, OfAFlagThatIsStored) {
  Branches T("void test() { bool ok = unknown(); bool no = unknown();"
             "if (ok) f(); }");
  EXPECT_TRUE(T.Of.valueOf(T.Table.variable(&T.S.variable("ok"))).has_value());
  EXPECT_FALSE(T.Of.valueOf(T.Table.variable(&T.S.variable("no"))).has_value());
}

TEST(Conditions, OfOneCallAreItsOwn) {
  Branches T("void test() { if (unknown()) f(); if (unknown()) f(); }");
  Subject First = T.Of.resultOf(T.Tested[0]),
          Second = T.Of.resultOf(T.Tested[1]);
  EXPECT_NE(First, Second);
  EXPECT_EQ(First, T.Of.resultOf(T.Tested[0]));
  T.assume(0, true);
  EXPECT_EQ("true", T[0]);
  EXPECT_EQ("unknown", T[1]);
}

} // namespace
