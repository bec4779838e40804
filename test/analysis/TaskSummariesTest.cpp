// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What a function does to a task that it is given.

#include "analysis/TaskSummaries.h"
#include "Snippet.h"

using namespace corolint;
using namespace clang;

namespace {

constexpr char Job[] = R"cpp(
struct job {
  struct promise_type {
    job get_return_object();
    std::suspend_always initial_suspend() noexcept;
    std::suspend_always final_suspend() noexcept;
    void return_void();
    void unhandled_exception();
  };
  job();
  job(job &&) noexcept;
  job &operator=(job &&) noexcept;
  ~job();
  bool done() const { return false; }
  void start();
  bool await_ready() noexcept;
  void await_suspend(std::coroutine_handle<>) noexcept;
  void await_resume();
};
bool flag();
void print(bool);
void unseen(job);
)cpp";

/// What `test` does to its first parameter.
std::string fate(const std::string &Code) {
  Snippet S(Job + Code);
  Analysis A(shippedModels());
  std::optional<TaskFate> Of = A.taskSummaries().parameter(S.declaration(), 0);
  if (!Of)
    return "no task";
  switch (*Of) {
  case TaskFate::Unknown:
    return "unknown";
  case TaskFate::Consumes:
    return "consumes";
  case TaskFate::Keeps:
    return "keeps";
  case TaskFate::Starts:
    return "starts";
  case TaskFate::Drops:
    return "drops";
  case TaskFate::Asks:
    return "asks";
  }
  return "";
}

TEST(TaskSummaries, NoTask) {
  EXPECT_EQ("no task", fate("void test(int) {}"));
  EXPECT_EQ("no task", fate("void test(job *) {}"));
}

TEST(TaskSummaries, Drops) {
  EXPECT_EQ("drops", fate("void test(job) {}"));
  EXPECT_EQ("drops", fate("void test(job t) { (void)t; }"));
  EXPECT_EQ("drops", fate("bool test(job t) { return t.done(); }"));
  EXPECT_EQ("drops", fate("void test(job t) { job u = std::move(t); }"));
  EXPECT_EQ("drops", fate("void forget(job) {}"
                          "void test(job t) { forget(std::move(t)); }"));
}

TEST(TaskSummaries, Asks) {
  EXPECT_EQ("asks", fate("void test(const job &t) { print(t.done()); }"));
  EXPECT_EQ("asks", fate("bool test(const job &t) { return t.done(); }"));
  EXPECT_EQ("asks", fate("void test(job &&) {}"));
  EXPECT_EQ("unknown",
            fate("void test(const job &t) { while (!t.done()) flag(); }"));
}

TEST(TaskSummaries, Keeps) {
  EXPECT_EQ("keeps", fate("struct s { job kept; } all;"
                          "void test(job t) { all.kept = std::move(t); }"));
  EXPECT_EQ("keeps", fate("job test(job t) { return t; }"));
  EXPECT_EQ("unknown", fate("job test(job t) {"
                            "  if (flag()) return t;"
                            "  return job(); }"));
}

TEST(TaskSummaries, Said) {
  EXPECT_EQ("consumes",
            fate("void test(__attribute__((annotate(\"corolint::consumes\")))"
                 "          job) {}"));
  EXPECT_EQ("starts", fate("__attribute__((annotate(\"corolint::starts\")))"
                           "void test(job) {}"));
  EXPECT_EQ("consumes",
            fate("void spawn(__attribute__((annotate(\"corolint::consumes\")))"
                 "           job t) {}"
                 "void test(job t) { spawn(std::move(t)); }"));
}

TEST(TaskSummaries, Unknown) {
  EXPECT_EQ("unknown", fate("void test(job);"));
  EXPECT_EQ("unknown", fate("void test(job t) { unseen(std::move(t)); }"));
  EXPECT_EQ("unknown", fate("void test(job t) {"
                            "  if (flag()) unseen(std::move(t)); }"));
  EXPECT_EQ("unknown", fate("void test(job t) {"
                            "  if (flag()) test(std::move(t)); }"));
  EXPECT_EQ("unknown", fate("void test(job) { throw 1; }"));
  EXPECT_EQ("unknown", fate("void test(job t) { [&] { t.start(); }(); }"));
  EXPECT_EQ("unknown", fate("job test(job) { co_return; }"));
  EXPECT_EQ("unknown", fate("struct s { virtual void test(job) {} };"));
}

} // namespace
