// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The end of the chain: which locks a coroutine holds where it may suspend.
// What the user is told of them is tested by lit.

#include "Snippet.h"
#include "llvm/ADT/StringExtras.h"

using namespace corolint;
using namespace clang;

namespace {

std::string print(const HeldLock &L) {
  std::string Text;
  llvm::raw_string_ostream(Text) << L;
  return Text;
}

std::vector<HeldLock> locksOf(const Snippet &S, MutedLockRules Muted = {}) {
  Analysis A(shippedModels(), Muted);
  return A.locksAcrossSuspensions(S.function());
}

using Held = std::vector<std::string>;

/// What `test` holds, as "<holder> holds <mutexes> over <suspensions>".
Held held(const std::string &Code, MutedLockRules Muted = {}) {
  Snippet S("std::mutex m, n;" + Code);
  Held Texts;
  for (const HeldLock &L : locksOf(S, Muted))
    Texts.push_back(print(L));
  return Texts;
}

TEST(HeldLocks, OfAGuard) {
  EXPECT_EQ(Held{"g holds m over 1"},
            held("task test() { std::lock_guard g(m); co_await work(); }"));
  EXPECT_EQ(Held{}, held("task test() { { std::lock_guard g(m); }"
                         "co_await work(); }"));
  EXPECT_EQ(Held{}, held("task test() { co_await work();"
                         "std::lock_guard g(m); }"));
  EXPECT_EQ(Held{}, held("void test() { std::lock_guard g(m); work(); }"));
}

TEST(HeldLocks, OfARawLock) {
  EXPECT_EQ(Held{"raw holds m over 1"},
            held("task test() { m.lock(); co_await work(); m.unlock(); }"));
  EXPECT_EQ(Held{}, held("task test() { m.lock(); m.unlock();"
                         "co_await work(); }"));
}

TEST(HeldLocks, CountEachSuspensionOnce) {
  EXPECT_EQ(Held{"l holds m over 2"},
            held("task test(bool c) { std::unique_lock l(m);"
                 "if (c) co_await work(); co_await work(); l.unlock();"
                 "co_await work(); }"));
  EXPECT_EQ(Held{"l holds m over 1"},
            held("task test(int n) { std::unique_lock l(m);"
                 "while (n--) co_await work(); }"));
}

TEST(HeldLocks, AreInSourceOrder) {
  EXPECT_EQ((Held{"b holds n over 2", "a holds m over 1"}),
            held("task test() { std::lock_guard b(n); co_await work();"
                 "std::lock_guard a(m); co_await work(); }"));
}

TEST(HeldLocks, FollowTheFlow) {
  EXPECT_EQ(Held{}, held("task test(bool c) { if (c) m.lock();"
                         "if (!c) co_await work(); if (c) m.unlock(); }"));
  EXPECT_EQ(Held{"raw holds m over 1"},
            held("task test(bool c) { if (c) m.lock();"
                 "if (c) co_await work(); if (c) m.unlock(); }"));
  EXPECT_EQ(Held{}, held("task test() { std::unique_lock l(m,"
                         "std::defer_lock); co_await work(); l.lock(); }"));
  EXPECT_EQ(Held{"l holds m over 1"},
            held("task test() { std::unique_lock l(m, std::try_to_lock);"
                 "if (l) co_await work(); }"));
  EXPECT_EQ(Held{}, held("task test() { std::unique_lock l(m,"
                         "std::try_to_lock); if (!l) co_await work(); }"));
}

TEST(HeldLocks, NameWhoeverHoldsThem) {
  std::string Code = "using L = std::unique_lock<std::mutex>;"
                     "struct S { L lk; };";
  EXPECT_EQ(Held{"b holds m over 1"},
            held(Code + "task test() { L a(m); L b = std::move(a);"
                        "co_await work(); }"));
  EXPECT_EQ(Held{"s.lk holds m over 1"},
            held(Code + "task test() { S s; s.lk = L(m); co_await work(); }"));
}

TEST(HeldLocks, NotOverWhatNeverSuspends) {
  EXPECT_EQ(Held{}, held("task test() { std::lock_guard g(m);"
                         "co_await std::suspend_never{}; }"));
  EXPECT_EQ(Held{"g holds m over 1"},
            held("task test() { std::lock_guard g(m);"
                 "co_await std::suspend_always{}; }"));
}

TEST(HeldLocks, NotOfWhatIsNoThreads) {
  std::string Code = "task test() { std::lock_guard g(o); co_await work(); }";
  EXPECT_EQ(Held{},
            held("struct O { void lock() {} void unlock() {} } o;" + Code));
  EXPECT_EQ(Held{"g holds o over 1"},
            held("struct O { void lock(); void unlock(); } o;" + Code));
}

TEST(HeldLocks, SayHowTheyWereTaken) {
  Snippet Here("task test(std::mutex &m) { std::lock_guard g(m);"
               "co_await work(); }");
  std::vector<HeldLock> Locks = locksOf(Here);
  ASSERT_EQ(1u, Locks.size());
  EXPECT_EQ(HeldLock::Here, Locks[0].From);
  EXPECT_EQ(&Here.variable("g"), Locks[0].Guard);
  EXPECT_EQ("mutex", Locks[0].LockableType->getAsCXXRecordDecl()->getName());
  EXPECT_FALSE(Locks[0].IsRaw);
  EXPECT_TRUE(Locks[0].Taken.isValid());
  EXPECT_EQ(all<CoroutineSuspendExpr>(userBody(Here.function())),
            Locks[0].Suspensions);

  Snippet Given("task test(std::unique_lock<std::mutex> l) {"
                "co_await work(); }");
  Locks = locksOf(Given);
  ASSERT_EQ(1u, Locks.size());
  EXPECT_EQ(HeldLock::Parameter, Locks[0].From);
  EXPECT_EQ("l", Locks[0].Holder);
}

TEST(HeldLocks, DependOnTheirRules) {
  auto Without = [](LockRule R) {
    MutedLockRules Muted;
    Muted.set(unsigned(R));
    return Muted;
  };
  std::string Loud = "task test() { std::lock_guard g(m); co_await work(); }";
  EXPECT_EQ(Held{}, held(Loud, Without(LockRule::Guard)));
  std::string Quiet = "task test() { std::unique_lock g(m); g.unlock();"
                      "co_await work(); }";
  EXPECT_EQ(Held{}, held(Quiet));
  EXPECT_EQ(Held{"g holds m over 1"},
            held(Quiet, Without(LockRule::GuardUnlock)));
}

//===-- Locks that end before the task begins -----------------------------===//

Held ended(const std::string &Code) {
  Snippet S("std::mutex m; int shared; task run(int);" + Code);
  Analysis A(shippedModels());
  Held Texts;
  for (const EndedLock &L : A.locksEndedBeforeTask(S.function()))
    Texts.push_back(L.Holder + " held " + llvm::join(L.Mutexes, " "));
  return Texts;
}

TEST(EndedLocks, OfAGuardAndALazyTask) {
  EXPECT_EQ(Held{"g held m"},
            ended("task test(int i) { std::lock_guard g(m); return run(i); "
                  "}"));
  EXPECT_EQ(Held{}, ended("task test(int i) { return run(i); }"));
  EXPECT_EQ(Held{}, ended("task test(int i) { std::lock_guard g(m);"
                          "co_await run(i); }"));
}

TEST(EndedLocks, NotWhereTheLockHasDoneItsWork) {
  EXPECT_EQ(Held{}, ended("task test() { std::lock_guard g(m);"
                          "return run(shared); }"));
  EXPECT_EQ(Held{}, ended("task test(int i) { std::lock_guard g(m);"
                          "++shared; return run(i); }"));
}

TEST(EndedLocks, NotOfATaskThatRunsAtOnce) {
  EXPECT_EQ(Held{},
            ended("struct eager { struct promise_type { eager"
                  " get_return_object(); std::suspend_never initial_suspend()"
                  " noexcept; std::suspend_never final_suspend() noexcept;"
                  "void unhandled_exception(); void return_void(); }; };"
                  "eager start(int); eager test(int i) {"
                  "std::lock_guard g(m); return start(i); }"));
}

} // namespace
