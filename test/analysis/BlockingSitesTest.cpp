// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The places in one function that may block, or that call a function which may.

#include "analysis/BlockingSites.h"
#include "Snippet.h"
#include "llvm/ADT/StringExtras.h"

using namespace corolint;
using namespace clang;

namespace {

const char Blocking[] = R"cpp(
extern "C" unsigned sleep(unsigned);
namespace std {
struct thread {
  thread();
  template <class F> explicit thread(F);
  ~thread();
  void join();
};
struct jthread {
  jthread();
  template <class F> explicit jthread(F);
  jthread(jthread &&);
  ~jthread();
  void detach();
};
template <class T> struct atomic {
  T load() const;
  operator T() const;
};
}
void helper() {}
void unseen();
)cpp";

/// What `test` has in the way of sites.
std::string sites(const std::string &Code) {
  Snippet S(Blocking + Code);
  Analysis A(shippedModels());
  BlockingKnowledge K(A, /*FollowsAll=*/false);
  const FunctionDecl &F = S.function();
  const Stmt &Written = userBody(F);
  Body B(F, Written);
  std::vector<std::string> Parts;
  for (const BlockingSite &Site : blockingSites(B, Written, K)) {
    const char *Kinds[] = {"call", "make", "end", "discard", "post", "loop"};
    Parts.push_back(std::string(Site.Await ? "await " : "") +
                    Kinds[unsigned(Site.Kind)] + " " + Site.Name +
                    (Site.Callee ? "" : ", blocks"));
  }
  return llvm::join(Parts, "; ");
}

TEST(BlockingSites, Calls) {
  EXPECT_EQ("call 'sleep', blocks", sites("void test() { sleep(1); }"));
  EXPECT_EQ("call 'helper'", sites("void test() { helper(); }"));
  EXPECT_EQ("", sites("void test() { unseen(); }"));
  EXPECT_EQ("call 'helper'; call 'sleep', blocks",
            sites("void test() { helper(); sleep(1); }"));
}

TEST(BlockingSites, OnlyWhatIsEvaluated) {
  EXPECT_EQ("", sites("void test() { (void)sizeof(sleep(1)); }"));
  EXPECT_EQ("", sites("void test() { if constexpr (false) sleep(1); }"));
  EXPECT_EQ("", sites("void test() { auto later = [] { sleep(1); }; }"));
}

TEST(BlockingSites, Callables) {
  EXPECT_EQ("call 'now'",
            sites("void test() { auto now = [] { sleep(1); }; now(); }"));
  EXPECT_EQ("", sites("void test(void (*f)()) { f(); }"));
  EXPECT_EQ("call 'helper'",
            sites("void test() { void (*f)() = helper; f(); }"));
}

TEST(BlockingSites, VirtualFunctions) {
  const char Class[] = "struct base { virtual void run() {} };"
                       "struct last final : base { void run() override {} };";
  EXPECT_EQ("", sites(std::string(Class) + "void test(base &b) { b.run(); }"));
  EXPECT_EQ("call 'run'",
            sites(std::string(Class) + "void test(last &l) { l.run(); }"));
  EXPECT_EQ("call 'run'", sites(std::string(Class) +
                                "void test(base &b) { b.base::run(); }"));
}

TEST(BlockingSites, Ends) {
  EXPECT_EQ("end 't', blocks",
            sites("void test() { std::jthread t(helper); }"));
  EXPECT_EQ("end 'h'",
            sites("struct has { ~has() {} }; void test() { has h; }"));
  EXPECT_EQ("end 'h'", sites("struct has { ~has() {} };"
                             "struct holds { has member; };"
                             "void test() { holds h; }"));
  EXPECT_EQ("", sites("struct plain { int i; }; void test() { plain p; }"));
}

TEST(BlockingSites, EndsOfMembers) {
  const std::string Class = "struct holds { std::jthread t; int i;"
                            " void look() const; void change();"
                            " void stop() { t.detach(); } };";
  EXPECT_EQ("end 'h.t', blocks",
            sites(Class + "void test() { holds h{std::jthread(helper), 1};"
                          " h.i = 2; h.look(); }"));
  EXPECT_EQ("make 'holds'", sites(Class + "void test() { holds h; }"));
  EXPECT_EQ("", sites(Class + "void test() { holds h{std::jthread(helper), 1};"
                              " h.change(); }"));
  EXPECT_EQ("call 'stop'",
            sites(Class + "void test() { holds h{std::jthread(helper), 1};"
                          " h.stop(); }"));
}

TEST(BlockingSites, StepsOfAnAwait) {
  const std::string Awaiter = "struct waits { bool await_ready() { return 0; }"
                              " void await_suspend(std::coroutine_handle<>) {}"
                              " void await_resume() {} };";
  EXPECT_EQ("await call 'await_ready'; await call 'await_suspend'; "
            "await call 'await_resume'",
            sites(Awaiter + "task test() { co_await waits{}; }"));
}

TEST(BlockingSites, Loops) {
  EXPECT_EQ("loop 'done', blocks",
            sites("std::atomic<bool> done;"
                  "void test() { while (!done.load()) ; }"));
  EXPECT_EQ("loop 'done', blocks",
            sites("std::atomic<bool> done;"
                  "void test() { do { } while (!done); }"));
  EXPECT_EQ("", sites("std::atomic<bool> done; int n;"
                      "void test() { while (!done.load()) ++n; }"));
}

} // namespace
