// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include <cstdio>
#include <gtest/gtest.h>
#include <moor/event.h>
#include <moor/nursery.h>
#include <moor/thread_pool.h>
#include <moor/timer.h>
#include <moor/when_all.h>
#include <stdexcept>
#include <sys/resource.h>
#include <system_error>
#include <thread>
#include <vector>

using namespace moor;
using namespace std::chrono_literals;

namespace {

TEST(ThreadPool, ReturnsAndThrowsWhatTheTaskDoes) {
  thread_pool pool(2);
  auto number = []() -> task<int> { co_return 3; };
  auto fails = []() -> task<> {
    co_await yield();
    throw std::runtime_error("no");
  };
  EXPECT_EQ(pool.run(number()), 3);
  EXPECT_THROW(pool.run(fails()), std::runtime_error);
}

TEST(ThreadPool, RunsOnItsOwnThreads) {
  thread_pool pool(1);
  auto main = [&]() -> task<bool> { co_return executor::current() == &pool; };
  EXPECT_TRUE(pool.run(main()));
  EXPECT_EQ(executor::current(), nullptr);
}

TEST(ThreadPool, IsRunBySeveralThreadsAtOnce) {
  thread_pool pool(2);
  std::vector<std::thread> callers;
  std::vector<int> results(8);
  auto count = [](int to) -> task<int> {
    int n = 0;
    while (n < to) {
      co_await yield();
      ++n;
    }
    co_return n;
  };
  for (int i = 0; i < 8; ++i)
    callers.emplace_back([&, i] { results[i] = pool.run(count(50 + i)); });
  for (std::thread &t : callers)
    t.join();
  for (int i = 0; i < 8; ++i)
    EXPECT_EQ(results[i], 50 + i);
}

TEST(ThreadPool, RunsAsManyAtOnceAsItHasThreads) {
  thread_pool pool(2);
  detail::atomic<int> inside = 0;
  auto meet = [&]() -> task<> {
    ++inside;
    // Each blocks its thread until the other is there.
    // NOLINTNEXTLINE(coro-blocking-call): which is what is tested
    while (inside < 2)
      std::this_thread::yield();
    co_return;
  };
  auto apart = [&]() -> task<> {
    co_await yield();
    co_await meet();
  };
  auto main = [&]() -> task<> { co_await when_all(apart(), apart()); };
  pool.run(main());
  EXPECT_EQ(inside, 2);
}

// The one that watched the clock may be busy when the time has come; another
// has to watch it then.
TEST(ThreadPool, ATimerIsOnTimeWhileOtherThreadsAreBusy) {
  for (int i = 0; i < 20; ++i) {
    thread_pool pool(2);
    detail::atomic<bool> sleeps = false, woken = false;
    auto sleeper = [&]() -> task<> {
      sleeps = true;
      co_await sleep_for(3ms);
      woken = true;
    };
    auto nothing = []() -> task<> { co_return; };
    auto busy = [&]() -> task<> {
      clock::time_point too_late = clock::now() + 1s;
      while (!woken && clock::now() < too_late)
        std::this_thread::yield();
      EXPECT_TRUE(woken) << "nobody saw to the timer";
      co_return;
    };
    std::thread other([&] { pool.run(sleeper()); });
    while (!sleeps)
      std::this_thread::yield();
    // Threads are woken in turn: now the one, now the other is to be busy.
    for (int turn = 0; turn < i % 2; ++turn)
      pool.run(nothing());
    pool.run(busy());
    other.join();
  }
}

TEST(ThreadPool, TimersAreInOrderAndCanBeCancelled) {
  thread_pool pool(3);
  stop_source source;
  detail::atomic<int> stopped = 0, slept = 0;
  auto sleeper = [&](clock::duration time) -> task<> {
    try {
      co_await sleep_for(time);
      ++slept;
    } catch (cancelled) {
      ++stopped;
    }
  };
  auto main = [&]() -> task<> {
    co_await with_nursery([&](nursery &n) -> task<> {
      for (int i = 0; i < 50; ++i) {
        n.spawn(sleeper(1h));
        n.spawn(sleeper(i * 10us));
      }
      co_await sleep_for(2ms);
      source.request_stop();
    });
  };
  pool.run(main(), source.token());
  EXPECT_EQ(slept + stopped, 100);
  EXPECT_GE(stopped, 50);
}

TEST(ThreadPool, EndsWithWorkThatIsReady) {
  detail::atomic<int> ran = 0;
  struct count : work_item {
    explicit count(detail::atomic<int> &ran)
        : work_item(
              [](work_item &w) noexcept { ++static_cast<count &>(w).ran; }),
          ran(ran) {}
    detail::atomic<int> &ran;
  };
  count items[] = {count(ran), count(ran), count(ran)};
  {
    thread_pool pool(1);
    for (count &c : items)
      pool.post(c);
  }
  EXPECT_EQ(ran, 3) << "what was posted has run";
}

TEST(ThreadPool, EndsAtOnceAfterRun) {
  for (int i = 0; i < 100; ++i) {
    thread_pool pool(2);
    auto main = []() -> task<> { co_await yield(); };
    pool.run(main());
  }
}

TEST(ThreadPool, ThatCannotBeMadeLeavesNothing) {
  // Room for a few stacks; not under a sanitizer, which needs far more.
  unsigned long pages = 0;
  if (std::FILE *statm = std::fopen("/proc/self/statm", "r")) {
    if (std::fscanf(statm, "%lu", &pages) != 1)
      pages = 0;
    std::fclose(statm);
  }
  rlimit before;
  ASSERT_EQ(::getrlimit(RLIMIT_AS, &before), 0);
  if (!pages || pages > 1'000'000 || before.rlim_cur != RLIM_INFINITY)
    GTEST_SKIP() << "cannot limit the memory";
  rlimit small = before;
  small.rlim_cur = pages * 4096 + (100u << 20);
  ASSERT_EQ(::setrlimit(RLIMIT_AS, &small), 0);
  EXPECT_THROW(thread_pool pool(2000), std::system_error);
  ASSERT_EQ(::setrlimit(RLIMIT_AS, &before), 0);
  thread_pool pool(2);
  EXPECT_EQ(pool.run([]() -> task<int> { co_return 1; }()), 1);
}

} // namespace
