// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Which co_await may really suspend.

#include "analysis/SuspensionPoints.h"
#include "Snippet.h"

using namespace corolint;
using namespace clang;

namespace {

const char *print(Suspension S) {
  return S == Suspension::Never    ? "never"
         : S == Suspension::Always ? "always"
                                   : "maybe";
}

/// What an awaiter does that has these two.
std::string awaiter(const std::string &Ready, const std::string &Suspend) {
  Snippet S("bool f(); using H = std::coroutine_handle<>; struct A {"
            "bool await_ready()" +
            Ready + " " + Suspend + " void await_resume(); };");
  return print(suspensionOf(S.record("A")));
}

const char IsNotReady[] = "{ return false; }";
const char Suspends[] = "void await_suspend(H) {}";

TEST(Suspensions, OfTheStandardAwaiters) {
  Snippet S("struct N : std::suspend_never {}; struct A : std::suspend_always"
            "{}; struct suspend_never { bool await_ready(); void"
            " await_suspend(std::coroutine_handle<>); };");
  EXPECT_STREQ("never", print(suspensionOf(S.record("std::suspend_never"))));
  EXPECT_STREQ("always", print(suspensionOf(S.record("std::suspend_always"))));
  EXPECT_STREQ("never", print(suspensionOf(S.record("N"))));
  EXPECT_STREQ("always", print(suspensionOf(S.record("A"))));
  EXPECT_STREQ("maybe", print(suspensionOf(S.record("::suspend_never"))));
}

TEST(Suspensions, NeverIfAlwaysReady) {
  EXPECT_EQ("never", awaiter("{ return true; }", Suspends));
  EXPECT_EQ("never", awaiter("{ if (f()) return true; return !false; }",
                             "void await_suspend(H);"));
  EXPECT_EQ("maybe", awaiter("{ return f(); }", Suspends));
  EXPECT_EQ("maybe",
            awaiter("{ if (f()) return true; return false; }", Suspends));
  EXPECT_EQ("maybe", awaiter(";", Suspends));
}

TEST(Suspensions, NeverIfItGoesOnAtOnce) {
  EXPECT_EQ("never", awaiter(IsNotReady,
                             "bool await_suspend(H) { f(); return false; }"));
  EXPECT_EQ("maybe",
            awaiter(IsNotReady, "bool await_suspend(H) { return true; }"));
  EXPECT_EQ("maybe",
            awaiter(IsNotReady, "bool await_suspend(H) { return f(); }"));
  EXPECT_EQ("maybe", awaiter(IsNotReady, "bool await_suspend(H);"));
}

TEST(Suspensions, NeverIfItReturnsItsOwnHandle) {
  EXPECT_EQ("never", awaiter(IsNotReady, "H await_suspend(H h) { return h; }"));
  EXPECT_EQ("maybe",
            awaiter(IsNotReady, "H o; H await_suspend(H) { return o; }"));
  EXPECT_EQ("maybe", awaiter(IsNotReady, "H o; H await_suspend(H h) {"
                                         "if (f()) return h; return o; }"));
}

TEST(Suspensions, NeverIfItResumesAtOnce) {
  EXPECT_EQ("never",
            awaiter(IsNotReady, "void await_suspend(H h) { h.resume(); }"));
  EXPECT_EQ("never", awaiter(IsNotReady, "void await_suspend(H h) { h(); }"));
  EXPECT_EQ("maybe", awaiter(IsNotReady,
                             "H o; void await_suspend(H h) { o.resume(); }"));
  EXPECT_EQ("maybe", awaiter(IsNotReady, "void await_suspend(H h) {"
                                         "if (f()) h.resume(); }"));
}

TEST(Suspensions, AlwaysOnlyIfNothingElseCanBe) {
  EXPECT_EQ("always", awaiter(IsNotReady, Suspends));
  EXPECT_EQ("maybe", awaiter(IsNotReady, "void await_suspend(H);"));
  EXPECT_EQ("maybe", awaiter(";", Suspends));
}

TEST(Suspensions, ALambdasReturnsAreItsOwn) {
  EXPECT_EQ("never", awaiter("{ auto l = [] { return false; }; return true; }",
                             Suspends));
}

/// What the first co_await or co_yield of `test` does.
std::string suspension(const std::string &Code) {
  Snippet S(Code);
  return print(
      suspensionOf(*all<CoroutineSuspendExpr>(userBody(S.function())).at(0)));
}

TEST(Suspensions, OfExpressions) {
  EXPECT_EQ("never", suspension("task test() { co_await "
                                "std::suspend_never{}; }"));
  EXPECT_EQ("always", suspension("task test() { co_await "
                                 "std::suspend_always{}; }"));
  EXPECT_EQ("maybe", suspension("task test() { co_await work(); }"));
}

TEST(Suspensions, OfWhatTheOperatorReturns) {
  std::string Code = "struct A { A(int); std::suspend_";
  std::string Rest = " operator co_await() const; };"
                     "task test() { co_await A(1); }";
  EXPECT_EQ("never", suspension(Code + "never" + Rest));
  EXPECT_EQ("always", suspension(Code + "always" + Rest));
}

TEST(Suspensions, OfAHandleTemplate) {
  std::string Code = "struct A { bool await_ready() { return false; }"
                     "template <class P> std::coroutine_handle<>"
                     "await_suspend(std::coroutine_handle<P> h) { return ";
  std::string Rest = "; } void await_resume(); std::coroutine_handle<> o; };"
                     "task test() { A a; co_await a; }";
  EXPECT_EQ("never", suspension(Code + "h" + Rest));
  EXPECT_EQ("maybe", suspension(Code + "o" + Rest));
}

} // namespace
