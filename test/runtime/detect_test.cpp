// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The detectors from within: the handler, the self-test, and above all what is
// no mistake. detectors.py runs a program for each mistake.

#include <gtest/gtest.h>
#include <moor/detect.h>
#include <moor/event.h>
#include <moor/manual_executor.h>
#include <moor/mutex.h>
#include <moor/nursery.h>
#include <moor/timer.h>
#include <moor/when_all.h>
#include <mutex>
#include <string>
#include <thread>
#include <unistd.h>
#include <vector>

using namespace moor;
using namespace std::chrono_literals;

namespace {

TEST(Detect, CanBeAskedForInAnyBuild) {
  EXPECT_EQ(detect::enabled, MOOR_DETECT == 1);
  detect::allow_blocking here;
  static_assert(int(detect::detector::blocked_worker) == 101);
  static_assert(int(detect::detector::stall) == 110);
}

#if MOOR_DETECT

/// Keeps what is reported while it lives.
class reports {
public:
  reports() : outer_(detect::set_detector_handler(&add)) { all.clear(); }
  reports(reports &&) = delete;
  ~reports() { detect::set_detector_handler(outer_); }

  static inline std::vector<std::string> all;
  static inline std::vector<unsigned> lines;

private:
  static void add(const detect::report &r) noexcept {
    all.push_back(r.name);
    for (unsigned i = 0; i < r.note_count; ++i)
      if (std::string(r.notes[i].text) == "awaited here")
        lines.push_back(r.notes[i].where.line);
  }
  detect::handler outer_;
};

using names = std::vector<std::string>;

TEST(Detect, EveryDetectorIsAlive) { EXPECT_TRUE(detect::self_test()); }

TEST(Detect, AHandlerIsCalledAndTheProgramGoesOn) {
  reports here;
  manual_executor ex;
  auto block = []() -> task<int> {
    usleep(1);
    co_return 7;
  };
  EXPECT_EQ(ex.run(block()), 7);
  EXPECT_EQ(here.all, names{"blocked-worker"});
}

TEST(Detect, TellsTheChainOfAwaitingCoroutinesTheOutermostLast) {
  reports here;
  here.lines.clear();
  manual_executor ex;
  auto inner = []() -> task<> {
    usleep(1);
    co_return;
  };
  auto middle = [&]() -> task<> { co_await inner(); };
  const unsigned line = __LINE__;
  auto outer = [&]() -> task<> {
    co_await when_all(middle(), middle()); // line + 2
  };
  ex.run(outer());
  EXPECT_EQ(here.all, (names{"blocked-worker", "blocked-worker"}));
  ASSERT_EQ(here.lines.size(), 4u) << "through moor's own, which are not told";
  EXPECT_EQ(here.lines[0], line - 1);
  EXPECT_EQ(here.lines[1], line + 2);
}

TEST(Detect, OrdinaryThreadsMayBlock) {
  reports here;
  usleep(1);
  std::thread([] { usleep(1); }).join();
  EXPECT_EQ(here.all, names{});
}

TEST(Detect, AllowingToBlockGoesWithTheCoroutine) {
  reports here;
  manual_executor ex;
  auto blocks = []() -> task<> {
    usleep(1);
    co_return;
  };
  auto may = [&]() -> task<> {
    detect::allow_blocking here;
    co_await yield();
    usleep(1);
    co_await blocks();
  };
  auto may_not = [&](event &e) -> task<> {
    co_await e;
    usleep(1);
  };
  event e;
  auto a = ex.start(may());
  auto b = ex.start(may_not(e));
  ex.run_ready();
  EXPECT_EQ(here.all, names{});
  e.set();
  ex.run_ready();
  EXPECT_EQ(here.all, names{"blocked-worker"}) << "the other one may not";
}

TEST(Detect, ALockOfTheThreadMayBeHeldOverWhatDoesNotSuspend) {
  reports here;
  manual_executor ex;
  std::mutex m;
  event set;
  set.set();
  auto nothing = []() -> task<> { co_return; };
  auto main = [&]() -> task<> {
    std::lock_guard guard(m);
    co_await set; // NOLINT(coro-lock-across-suspension): is set
    co_await nothing();
  };
  ex.run(main());
  EXPECT_EQ(here.all, names{});
}

TEST(Detect, TheLockOfWhoStartsACoroutineIsNotItsOwn) {
  reports here;
  manual_executor ex;
  std::mutex inside, outside;
  auto child = []() -> task<> { co_await yield(); };
  auto main = [&]() -> task<> {
    inside.lock();
    auto started = ex.start(child()); // the child suspends, this does not
    inside.unlock();
    EXPECT_FALSE(started.ended());
    co_await yield();
    EXPECT_TRUE(started.ended());
  };
  outside.lock();
  auto a = ex.start(main());
  ex.run_ready();
  outside.unlock();
  EXPECT_TRUE(a.ended());
  EXPECT_EQ(here.all, names{});
}

TEST(Detect, ALockOfAChildIsAttributedToItsAwait) {
  reports here;
  manual_executor ex;
  std::mutex m;
  auto locks = [&]() -> task<> {
    m.lock();
    co_return;
  };
  auto main = [&]() -> task<> {
    co_await locks();
    co_await yield();
    m.unlock();
  };
  ex.run(main());
  EXPECT_EQ(here.all, names{"lock-across-suspension"});
}

TEST(Detect, MoorsOwnMutexMayBeHeld) {
  reports here;
  manual_executor ex;
  mutex m;
  auto main = [&]() -> task<> {
    auto guard = co_await m.lock();
    co_await sleep_for(1ms);
  };
  ex.run(main());
  EXPECT_EQ(here.all, names{});
}

TEST(Detect, ATaskLostInAnExceptionIsNotDropped) {
  reports here;
  manual_executor ex;
  auto work = []() -> task<> { co_return; };
  auto main = [&]() -> task<> {
    task<> later = work();
    if (later.valid())
      throw 1;
    co_await std::move(later);
  };
  EXPECT_THROW(ex.run(main()), int);
  EXPECT_EQ(here.all, names{});
}

TEST(Detect, ATaskInADestroyedCoroutineIsNotDropped) {
  reports here;
  manual_executor ex;
  auto work = []() -> task<> { co_return; };
  auto main = [&]() -> task<> {
    task<> later = work();
    co_await sleep_for(1h);
    co_await std::move(later);
  };
  {
    auto started = ex.start(main());
    EXPECT_FALSE(started.ended());
  }
  EXPECT_EQ(here.all, names{});
}

TEST(Detect, ATaskThatIsMovedAboutAndAwaitedIsNotDropped) {
  reports here;
  manual_executor ex;
  auto work = []() -> task<int> { co_return 1; };
  auto main = [&]() -> task<int> {
    std::vector<task<int>> all;
    for (int i = 0; i < 3; ++i)
      all.push_back(work());
    int sum = 0;
    for (task<int> &t : all)
      sum += co_await std::move(t);
    co_return sum;
  };
  EXPECT_EQ(ex.run(main()), 3);
  EXPECT_EQ(here.all, names{});
}

TEST(Detect, OverwritingATaskDropsIt) {
  reports here;
  manual_executor ex;
  auto work = []() -> task<> { co_return; };
  auto main = [&]() -> task<> {
    task<> t = work();
    t = work();
    co_await std::move(t);
  };
  ex.run(main());
  EXPECT_EQ(here.all, names{"dropped-task"});
}

TEST(Detect, CancellingNowAndThenIsNoLoop) {
  reports here;
  manual_executor ex;
  auto late = []() -> task<> { co_await sleep_for(2ms); };
  auto main = [&]() -> task<> {
    // Each second time the other one is the first.
    for (int i = 0; i < 1000; ++i) {
      auto quick = [](int ms) -> task<> { co_await sleep_for(ms * 1ms); };
      co_await when_any(late(), quick(i % 2 ? 1 : 3));
    }
  };
  ex.run(main());
  EXPECT_EQ(here.all, names{});
}

TEST(Detect, EventsMayBeAwaitedAgainAndAgain) {
  reports here;
  manual_executor ex;
  event stop;
  auto stopped = [&]() -> task<> { co_await stop; };
  auto work = []() -> task<> { co_await sleep_for(1ms); };
  auto main = [&]() -> task<> {
    for (int i = 0; i < 1000; ++i)
      co_await when_any(work(), stopped());
  };
  ex.run(main());
  EXPECT_EQ(here.all, names{});
}

#endif

} // namespace
