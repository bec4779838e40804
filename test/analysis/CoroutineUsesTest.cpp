// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Who runs a coroutine, as far as a translation unit shows.

#include "analysis/CoroutineUses.h"
#include "Snippet.h"

using namespace corolint;
using namespace clang;

namespace {

const char Runners[] = R"cpp(
extern "C" unsigned sleep(unsigned);
namespace std {
struct thread {
  template <class F> explicit thread(F);
  ~thread();
};
template <class T> struct vector { ~vector(); };
}
void unseen(task);
struct loop { void run(task); awaits<void> schedule(); };
struct pool {
  std::vector<std::thread> threads;
  void run(task);
  awaits<void> schedule();
};
void spin(task);
void waits(task t) { sleep(1); }
void keeps(task t) {}
static task test() { co_return; }
)cpp";

const char *runBy(const std::string &Code) {
  Snippet S(Runners + Code);
  Analysis A(shippedModels());
  BlockingKnowledge K(A, /*FollowsAll=*/false);
  CoroutineUses Uses(K);
  switch (Uses.runBy(S.function())) {
  case CoroutineUses::RunBy::Anybody:
    return "anybody";
  case CoroutineUses::RunBy::Runners:
    return "runners";
  case CoroutineUses::RunBy::Offloads:
    return "offloads";
  }
  return "";
}

TEST(CoroutineUses, Nobody) { EXPECT_STREQ("anybody", runBy("")); }

TEST(CoroutineUses, Runners) {
  EXPECT_STREQ("runners", runBy("void f() { waits(test()); }"));
  EXPECT_STREQ("anybody", runBy("void f() { keeps(test()); }"));
  EXPECT_STREQ("anybody", runBy("void f() { waits(test()); keeps(test()); }"));
}

TEST(CoroutineUses, BodiesOutOfSight) {
  EXPECT_STREQ("runners", runBy("void f() { unseen(test()); }"));
  EXPECT_STREQ("anybody", runBy("void f(loop &l) { l.run(test()); }"));
  EXPECT_STREQ("anybody", runBy("task f() { unseen(test()); co_return; }"));
}

TEST(CoroutineUses, Pools) {
  EXPECT_STREQ("offloads", runBy("void f(pool &p) { p.run(test()); }"));
  EXPECT_STREQ("offloads", runBy("task f(pool &p) { co_await p.schedule();"
                                 " co_await test(); }"));
  EXPECT_STREQ("anybody", runBy("task f(pool &p) { co_await test();"
                                " co_await p.schedule(); }"));
  EXPECT_STREQ("anybody", runBy("task f(loop &l) { co_await l.schedule();"
                                " co_await test(); }"));
}

TEST(CoroutineUses, AwaitedByWhatIsRun) {
  EXPECT_STREQ("runners", runBy("static task outer() { co_await test(); }"
                                "void f() { waits(outer()); }"));
  EXPECT_STREQ("anybody", runBy("static task outer() { co_await test(); }"
                                "void f() { keeps(outer()); }"));
  EXPECT_STREQ("anybody", runBy("task outer() { co_await test(); }"));
}

TEST(CoroutineUses, Variables) {
  EXPECT_STREQ("runners",
               runBy("void f() { task t = test(); waits(std::move(t)); }"));
  EXPECT_STREQ("anybody", runBy("task kept = test();"));
}

} // namespace
