// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Is it a coroutine, and of what kind.

#include "Snippet.h"

using namespace corolint;
using namespace clang;

namespace {

/// "no", "coroutine", or "synchronous generator".
std::string kind(const std::string &Code, const std::string &Name = "test") {
  Snippet S(Code);
  std::shared_ptr<const Models> M = shippedModels();
  Shapes Of(*M);
  std::optional<Coroutine> C = Coroutine::of(S.function(Name), Of);
  return !C                          ? "no"
         : C->IsSynchronousGenerator ? "synchronous generator"
                                     : "coroutine";
}

/// A generator type G of int with this in its promise and in itself.
std::string generator(const std::string &InPromise, const std::string &InType) {
  return "struct G { struct promise_type { G get_return_object();"
         "std::suspend_always initial_suspend() noexcept;"
         "std::suspend_always final_suspend() noexcept;"
         "std::suspend_always yield_value(int);"
         "void unhandled_exception(); void return_void();" +
         InPromise + "};" + InType + "};";
}

const char Yields[] = "G test() { co_yield 1; }";

TEST(Coroutines, AwaitOrReturn) {
  EXPECT_EQ("coroutine", kind("task test() { co_await work(); }"));
  EXPECT_EQ("coroutine", kind("task test() { co_return; }"));
  EXPECT_EQ("no", kind("task test() { return work(); }"));
  EXPECT_EQ("no", kind("void test() {}"));
}

TEST(Coroutines, OfLambdasAreNotTheirFunctions) {
  EXPECT_EQ("no", kind("void test() { auto l = []() -> task { co_return; }; "
                       "}"));
}

TEST(Coroutines, HaveTheBodyThatTheUserWrote) {
  Snippet S("task test() { co_await work(); co_return; }");
  std::shared_ptr<const Models> M = shippedModels();
  Shapes Of(*M);
  std::optional<Coroutine> C = Coroutine::of(S.function(), Of);
  ASSERT_TRUE(C.has_value());
  EXPECT_EQ(&S.function(), C->Function);
  EXPECT_EQ(2u, cast<CompoundStmt>(C->Body)->size());
  EXPECT_EQ("promise_type", C->Promise->getNameAsString());
}

TEST(Coroutines, OfTemplatesAreJudgedOnceInstantiated) {
  Snippet S("template <class T> task test(T t) { co_await work(); }"
            "void use() { test(1); }");
  std::shared_ptr<const Models> M = shippedModels();
  Shapes Of(*M);
  const FunctionDecl &Template = S.function();
  EXPECT_FALSE(Coroutine::of(Template, Of).has_value());
  const FunctionTemplateDecl *T = Template.getDescribedFunctionTemplate();
  ASSERT_NE(nullptr, T);
  EXPECT_TRUE(Coroutine::of(**T->spec_begin(), Of).has_value());
}

TEST(Generators, AreSynchronousIfTheyCannotAwait) {
  EXPECT_EQ("synchronous generator", kind(generator("", "") + Yields));
  EXPECT_EQ(
      "synchronous generator",
      kind(generator("void await_transform(int) = delete;", "") + Yields));
  EXPECT_EQ("synchronous generator",
            kind(generator("", "bool next(); int value();") + Yields));
}

TEST(Generators, AreNotIfTheyDoAwait) {
  EXPECT_EQ("coroutine", kind(generator("", "") +
                              "G test() { co_await work(); co_yield 1; }"));
}

TEST(Generators, AreNotIfTheyMayAwait) {
  EXPECT_EQ("coroutine",
            kind(generator("task await_transform(task);", "") + Yields));
  EXPECT_EQ(
      "synchronous generator",
      kind(generator("private: task await_transform(task);", "") + Yields));
}

TEST(Generators, AreNotIfTheirConsumerAwaits) {
  EXPECT_EQ("coroutine", kind(generator("", "task next();") + Yields));
  EXPECT_EQ("coroutine",
            kind(generator("", "awaits<int> operator co_await();") + Yields));
  // A generator that hands out itself is no task of its consumer's.
  EXPECT_EQ("synchronous generator",
            kind(generator("", "G &self(); G copy();") + Yields));
}

} // namespace
