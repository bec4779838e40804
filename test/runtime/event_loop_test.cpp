// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include <gtest/gtest.h>
#include <moor/event_loop.h>
#include <moor/timer.h>
#include <stdexcept>
#include <thread>
#include <vector>

using namespace moor;
using namespace std::chrono_literals;

namespace {

/// Counts how often it was run.
struct counter : work_item {
  counter()
      : work_item(
            [](work_item &w) noexcept { ++static_cast<counter &>(w).runs; }) {}
  int runs = 0;
};

task<> turns(int n) {
  for (int i = 0; i < n; ++i)
    co_await yield();
}

TEST(EventLoop, ReturnsAndThrowsWhatTheTaskDoes) {
  auto number = []() -> task<int> { co_return 3; };
  auto fails = []() -> task<> {
    co_await yield();
    throw std::runtime_error("no");
  };
  event_loop loop;
  EXPECT_EQ(loop.run(number()), 3);
  EXPECT_THROW(loop.run(fails()), std::runtime_error);
  EXPECT_EQ(loop.run(number()), 3);
}

TEST(EventLoop, WhatIsPostedBetweenRunsRunsInTheNext) {
  event_loop loop;
  counter here, there;
  loop.run(turns(1));
  loop.post(here);
  std::thread([&] { loop.post(there); }).join();
  EXPECT_EQ(here.runs + there.runs, 0);
  loop.run(turns(3));
  EXPECT_EQ(here.runs, 1);
  EXPECT_EQ(there.runs, 1);
}

TEST(EventLoop, WhatIsLeftOfABatchRunsInTheNextRun) {
  event_loop loop;
  counter c;
  auto main = [&]() -> task<> {
    co_await yield();
    loop.post(c); // ready when this ends
  };
  loop.run(main());
  EXPECT_EQ(c.runs, 0);
  loop.run(turns(1));
  EXPECT_EQ(c.runs, 1);
}

TEST(EventLoop, AStopWakesItFromSleep) {
  event_loop loop;
  stop_source source;
  auto main = []() -> task<> { co_await sleep_for(24h * 60); };
  std::thread stopper([&] {
    std::this_thread::yield();
    source.request_stop();
  });
  EXPECT_THROW(loop.run(main(), source.token()), cancelled);
  stopper.join();
}

TEST(EventLoop, SleepsUntilAnyMoment) {
  // Longer than epoll can: as long as it can, again and again.
  for (clock::time_point due :
       {clock::time_point::max(), clock::now() + 24h * 365}) {
    event_loop loop;
    stop_source source;
    auto main = [&]() -> task<> { co_await sleep_until(due); };
    std::thread stopper([&] { source.request_stop(); });
    EXPECT_THROW(loop.run(main(), source.token()), cancelled);
    stopper.join();
  }
  // Long ago.
  event_loop loop;
  for (clock::time_point due : {clock::time_point::min(), clock::time_point()})
    loop.run(
        [](clock::time_point t) -> task<> { co_await sleep_until(t); }(due));
}

TEST(EventLoop, ATimerAddedByAnotherThreadWakesIt) {
  event_loop loop;
  counter c;
  detail::atomic<bool> posted = false;
  timer t(c, posted);
  auto main = [&]() -> task<> {
    while (!c.runs)
      co_await sleep_for(1ms);
  };
  std::thread other([&] { loop.add(t, clock::now() + 1ms); });
  loop.run(main());
  other.join();
  EXPECT_EQ(c.runs, 1);
  EXPECT_FALSE(loop.remove(t));
}

#if !MOOR_DETECT // which report just this
TEST(EventLoop, RunsWithinACoroutineOfAnother) {
  event_loop outer;
  counter c;
  auto inner = [&]() -> task<int> {
    EXPECT_NE(executor::current(), &outer);
    outer.post(c); // comes when the outer one goes on
    co_await sleep_for(1ms);
    EXPECT_EQ(c.runs, 0);
    co_return 4;
  };
  auto main = [&]() -> task<int> {
    int n = moor::run(inner()); // NOLINT(coro-blocking-call): what is tested
    EXPECT_EQ(executor::current(), &outer);
    co_await yield();
    co_await yield();
    EXPECT_EQ(c.runs, 1);
    co_return n;
  };
  EXPECT_EQ(outer.run(main()), 4);
  EXPECT_EQ(executor::current(), nullptr);
}
#endif

#if !MOOR_DETECT && !defined(NDEBUG)
TEST(EventLoopDeathTest, IsNotRunByItsOwnCoroutines) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  auto main = [](event_loop &loop) -> task<> {
    loop.run(turns(1)); // NOLINT(coro-blocking-call): what is tested
    co_return;
  };
  EXPECT_DEATH(
      {
        event_loop loop;
        loop.run(main(loop));
      },
      "run\\(\\) within run\\(\\)");
}
#endif

TEST(EventLoop, IsPostedToByManyThreads) {
  event_loop loop;
  std::vector<counter> items(4 * 500);
  detail::atomic<int> posted = 0;
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t)
    threads.emplace_back([&, t] {
      for (int i = 0; i < 500; ++i)
        loop.post(items[t * 500 + i]);
      ++posted;
    });
  auto main = [&]() -> task<> {
    while (posted < 4)
      co_await sleep_for(100us);
    co_await turns(2);
  };
  loop.run(main());
  for (std::thread &t : threads)
    t.join();
  for (counter &c : items)
    EXPECT_EQ(c.runs, 1);
}

} // namespace
