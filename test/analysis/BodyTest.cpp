// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What one walk over a body finds.

#include "Snippet.h"

using namespace corolint;
using namespace clang;

namespace {

/// The walked body of `test`.
struct Walked {
  explicit Walked(const std::string &Code)
      : S(Code), F(S.function()), B(F, userBody(F)) {}

  const Body::Scope *scopeOf(const char *Variable) const {
    return B.scopeOf(&S.variable(Variable));
  }
  bool isModified(const char *Variable) const {
    return B.isModified(&S.variable(Variable));
  }
  bool isShared(const char *Variable) const {
    return B.isShared(&S.variable(Variable));
  }
  /// The first call of the function.
  const CallExpr *call(llvm::StringRef Callee) const {
    for (const CallExpr *C : all<CallExpr>(userBody(F)))
      if (const FunctionDecl *D = C->getDirectCallee();
          D && D->getIdentifier() && D->getName() == Callee)
        return C;
    ADD_FAILURE() << "no call of " << Callee.str();
    return nullptr;
  }
  bool isDiscarded(llvm::StringRef Callee) const {
    return B.isDiscarded(call(Callee));
  }

  Snippet S;
  const FunctionDecl &F;
  Body B;
};

TEST(BodyScopes, AreNested) {
  Walked W("void test(int p) { int a; { int b; } { int c; } }");
  EXPECT_TRUE(W.scopeOf("b")->isWithin(W.scopeOf("a")));
  EXPECT_FALSE(W.scopeOf("a")->isWithin(W.scopeOf("b")));
  EXPECT_FALSE(W.scopeOf("b")->isWithin(W.scopeOf("c")));
  EXPECT_EQ(nullptr, W.scopeOf("p"));
}

TEST(BodyScopes, OfWhatAStatementDeclares) {
  Walked W("void test(int p) { int a; if (int b = p) { int c; }"
           "for (int d = 0; d < p; ++d) {} int e; }");
  EXPECT_EQ(W.scopeOf("a"), W.scopeOf("e"));
  for (const char *Inner : {"b", "d"}) {
    EXPECT_NE(W.scopeOf("a"), W.scopeOf(Inner));
    EXPECT_TRUE(W.scopeOf(Inner)->isWithin(W.scopeOf("a")));
  }
  EXPECT_TRUE(W.scopeOf("c")->isWithin(W.scopeOf("b")));
}

TEST(BodyScopes, OfSuspensions) {
  Walked W("task test() { int a; co_await work(); { int b; co_await work(); "
           "} }");
  ASSERT_EQ(2u, W.B.suspensions().size());
  EXPECT_EQ(W.scopeOf("a"), W.B.scopeOf(W.B.suspensions()[0]));
  EXPECT_EQ(W.scopeOf("b"), W.B.scopeOf(W.B.suspensions()[1]));
}

TEST(BodySuspensions, InSourceOrderButNotOfLambdas) {
  Walked W("task test() { bool a = co_await ready();"
           "auto l = []() -> task { co_await work(); co_await work(); };"
           "co_await l(); }");
  ASSERT_EQ(2u, W.B.suspensions().size());
  EXPECT_TRUE(W.B.suspensions()[0]->getType()->isBooleanType());
  EXPECT_TRUE(W.B.suspensions()[1]->getType()->isVoidType());
  EXPECT_EQ(1u, W.B.lambdas().size());
}

TEST(BodySuspensions, NotWhereTheCompilerLeavesThemOut) {
  std::string Code = "task test() { if constexpr (";
  EXPECT_EQ(0u, Walked(Code + "false) co_await work(); co_return; }")
                    .B.suspensions()
                    .size());
  EXPECT_EQ(1u, Walked(Code + "true) co_await work(); co_return; }")
                    .B.suspensions()
                    .size());
}

TEST(BodyVariables, AreModifiedByAssignmentAndIncrement) {
  Walked W("int look(const int &); void test() { int a = 1; int b = 1; b = 2;"
           "int c = 1; ++c; int d = 1; d += a; int e = look(a); }");
  EXPECT_FALSE(W.isModified("a"));
  EXPECT_TRUE(W.isModified("b"));
  EXPECT_TRUE(W.isModified("c"));
  EXPECT_TRUE(W.isModified("d"));
  EXPECT_FALSE(W.isModified("e"));
  EXPECT_FALSE(W.isShared("b"));
}

TEST(BodyVariables, AreSharedOnceGivenAway) {
  Walked W("void take(int &); void look(const int &); void test() {"
           "int a = 1; take(a); int b = 1; look(b); int c = 1; int *p = &c;"
           "int d = 1; int &r = d; int e = 1; int f = e; }");
  EXPECT_TRUE(W.isShared("a"));
  EXPECT_FALSE(W.isShared("b"));
  EXPECT_TRUE(W.isShared("c"));
  EXPECT_TRUE(W.isShared("d"));
  EXPECT_FALSE(W.isShared("e"));
  EXPECT_TRUE(W.isModified("a"));
}

TEST(BodyVariables, OfLambdasCountIfWritten) {
  Walked W("void test() { int a = 1, b = 1; auto l = [&] { a = 2; return b; };"
           "}");
  EXPECT_TRUE(W.isShared("a"));
  EXPECT_FALSE(W.isShared("b"));
}

TEST(BodyVariables, OfOthersAreShared) {
  Walked W("int g; const int h = 1;"
           "void test(int a, int &b, const int &c) { static int d; "
           "a = g + h + b + c + d; }");
  EXPECT_TRUE(W.isShared("g"));
  EXPECT_FALSE(W.isShared("h"));
  EXPECT_FALSE(W.isShared("a"));
  EXPECT_TRUE(W.isShared("b"));
  EXPECT_FALSE(W.isShared("c"));
  EXPECT_TRUE(W.isShared("d"));
}

TEST(BodyDiscarded, ByStatementCommaAndVoid) {
  Walked W("int f(); int g(); int h(); int i(); int j();"
           "void test() { f(); int a = g(); (void)h(); int b = (i(), j()); }");
  EXPECT_TRUE(W.isDiscarded("f"));
  EXPECT_FALSE(W.isDiscarded("g"));
  EXPECT_TRUE(W.isDiscarded("h"));
  EXPECT_TRUE(W.isDiscarded("i"));
  EXPECT_FALSE(W.isDiscarded("j"));
}

TEST(BodyDiscarded, ThroughAConditional) {
  Walked W("int f(); int g(); int h(); int i(); void test(bool c) {"
           "c ? f() : g(); int a = c ? h() : i(); }");
  EXPECT_TRUE(W.isDiscarded("f"));
  EXPECT_TRUE(W.isDiscarded("g"));
  EXPECT_FALSE(W.isDiscarded("h"));
  EXPECT_FALSE(W.isDiscarded("i"));
}

TEST(BodyOrder, TheRightSideOfAnAssignmentIsFirst) {
  Walked W("int *f(); int g(); task test() { *f() = co_await get();"
           "int a = g() + co_await get(); }");
  ASSERT_EQ(2u, W.B.suspensions().size());
  EXPECT_TRUE(W.B.isEvaluatedFirst(W.B.suspensions()[0], W.call("f")));
  EXPECT_FALSE(W.B.isEvaluatedFirst(W.B.suspensions()[0], W.call("g")));
  EXPECT_FALSE(W.B.isEvaluatedFirst(W.B.suspensions()[1], W.call("g")));
}

TEST(BodyTries, SeeTheTryBlockOnly) {
  Walked W("void f(); void g(); void h(); void i(); void test() {"
           "try { f(); try { i(); } catch (int) {} } catch (...) { g(); }"
           "h(); }");
  std::vector<const CXXTryStmt *> Tries = all<CXXTryStmt>(userBody(W.F));
  ASSERT_EQ(2u, Tries.size());
  EXPECT_EQ(Tries[0], W.B.tryOf(W.call("f")));
  EXPECT_EQ(Tries[1], W.B.tryOf(W.call("i")));
  EXPECT_EQ(Tries[0], W.B.tryOf(Tries[1]));
  EXPECT_EQ(nullptr, W.B.tryOf(W.call("g")));
  EXPECT_EQ(nullptr, W.B.tryOf(W.call("h")));
}

TEST(BodyLists, RangesStoresCallsAndReturns) {
  Walked W("int f(); int g(); int test() { int xs[2] = {};"
           "for (int &x : xs) f(); int a = 1; a = 2; a += 3;"
           "auto l = [] { return g(); }; int b = sizeof(g()); return a; }");
  EXPECT_NE(nullptr, W.B.rangeOf(&W.S.variable("x")));
  EXPECT_EQ(nullptr, W.B.rangeOf(&W.S.variable("a")));
  unsigned Stores = 0;
  for (const Body::Store &Each : W.B.stores())
    Stores += Each.Variable == &W.S.variable("a");
  EXPECT_EQ(2u, Stores);
  EXPECT_EQ(1u, W.B.calls().size());
  EXPECT_EQ(1u, W.B.returns().size());
}

} // namespace
