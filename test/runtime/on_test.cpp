// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include <cstdlib>
#include <gtest/gtest.h>
#include <memory>
#include <moor/event_loop.h>
#include <moor/manual_executor.h>
#include <moor/on.h>
#include <moor/thread_pool.h>
#include <moor/timer.h>
#include <moor/when_all.h>
#include <stdexcept>
#include <thread>
#include <vector>

using namespace moor;
using namespace std::chrono_literals;

namespace {

task<executor *> here() { co_return executor::current(); }

TEST(On, RunsThereAndComesBack) {
  manual_executor home, there;
  std::vector<executor *> seen;
  auto work = [&]() -> task<int> {
    seen.push_back(executor::current());
    co_await yield();
    seen.push_back(executor::current());
    co_return 3;
  };
  auto main = [&]() -> task<int> {
    int n = co_await on(there, work());
    seen.push_back(executor::current());
    co_return n;
  };
  auto waiting = home.start(main());
  EXPECT_TRUE(seen.empty()) << "it is only posted there";
  EXPECT_EQ(home.run_ready(), 0u);
  EXPECT_EQ(there.run_ready(), 2u);
  EXPECT_FALSE(waiting.ended()) << "it is only posted back";
  EXPECT_EQ(home.run_ready(), 1u);
  EXPECT_EQ(waiting.result(), 3);
  EXPECT_EQ(seen, (std::vector<executor *>{&there, &there, &home}));
}

TEST(On, ItsOwnExecutorIsAPlainAwait) {
  manual_executor home;
  auto waiting = home.start(on(home, here()));
  ASSERT_TRUE(waiting.ended());
  EXPECT_EQ(waiting.result(), &home);
}

TEST(On, PassesExceptionsReferencesAndMoveOnlyValuesOn) {
  thread_pool pool(1);
  auto fails = []() -> task<> {
    throw std::runtime_error("there");
    co_return;
  };
  int n = 0;
  auto reference = [&]() -> task<int &> { co_return n; };
  auto pointer = []() -> task<std::unique_ptr<int>> {
    co_return std::make_unique<int>(4);
  };
  EXPECT_THROW(moor::run(on(pool, fails())), std::runtime_error);
  EXPECT_EQ(&moor::run(on(pool, reference())), &n);
  EXPECT_EQ(*moor::run(on(pool, pointer())), 4);
}

TEST(On, AStopFlowsThrough) {
  manual_executor home, there;
  stop_source source;
  auto work = []() -> task<> { co_await sleep_for(1h); };
  auto waiting = home.start(on(there, work()), source.token());
  there.run_ready();
  source.request_stop();
  EXPECT_EQ(home.ready_count(), 0u) << "it is seen there";
  there.run_ready();
  home.run_ready();
  ASSERT_TRUE(waiting.ended());
  EXPECT_THROW(waiting.result(), cancelled);
}

TEST(On, StoppedBeforeItsTurnItDoesNotBegin) {
  manual_executor home, there;
  stop_source source;
  bool began = false;
  auto work = [&]() -> task<> {
    began = true;
    co_return;
  };
  auto waiting = home.start(on(there, work()), source.token());
  source.request_stop();
  home.run_ready();
  EXPECT_FALSE(waiting.ended());
  there.run_ready();
  home.run_ready();
  EXPECT_THROW(waiting.result(), cancelled);
  EXPECT_FALSE(began);
  // Stopped before it is awaited: the same.
  auto late = home.start(on(there, work()), source.token());
  there.run_ready();
  home.run_ready();
  EXPECT_THROW(late.result(), cancelled);
  EXPECT_FALSE(began);
}

TEST(On, AStopAfterItsEndChangesNothing) {
  manual_executor home, there;
  stop_source source;
  auto work = []() -> task<int> { co_return 1; };
  auto waiting = home.start(on(there, work()), source.token());
  there.run_ready();
  source.request_stop();
  home.run_ready();
  EXPECT_EQ(waiting.result(), 1);
}

TEST(On, ThereAndBackOnThreads) {
  thread_pool pool(2);
  event_loop loop;
  std::thread::id loop_thread = std::this_thread::get_id();
  int others = 0;
  auto there = [&]() -> task<std::thread::id> {
    co_await yield();
    co_return std::this_thread::get_id();
  };
  auto main = [&]() -> task<> {
    for (int i = 0; i < 300; ++i) {
      auto [a, b] = co_await when_all(on(pool, there()), on(pool, there()));
      others += a != loop_thread && b != loop_thread;
      EXPECT_EQ(std::this_thread::get_id(), loop_thread);
    }
  };
  loop.run(main());
  EXPECT_EQ(others, 300);
}

TEST(On, NestsThereAndBackAgain) {
  thread_pool a(1), b(1);
  auto innermost = [&]() -> task<bool> { co_return executor::current() == &a; };
  auto inner = [&]() -> task<bool> {
    bool back = co_await on(a, innermost());
    co_return back &&executor::current() == &b;
  };
  auto outer = [&]() -> task<bool> {
    bool was = co_await on(b, inner());
    co_return was &&executor::current() == &a;
  };
  EXPECT_TRUE(a.run(outer()));
}

TEST(On, StoppedAtAnyMomentOnThreads) {
  thread_pool pool(2);
  int done = 0, stopped = 0;
  auto work = []() -> task<> {
    for (int i = 0; i < 3; ++i)
      co_await yield();
  };
  for (int i = 0; i < 200; ++i) {
    event_loop loop;
    stop_source source;
    std::thread stopper([&] {
      for (int spin = 0; spin < i * 20; ++spin)
        asm volatile("");
      source.request_stop();
    });
    try {
      loop.run(on(pool, work()), source.token());
      ++done;
    } catch (cancelled) {
      ++stopped;
    }
    stopper.join();
  }
  EXPECT_EQ(done + stopped, 200);
}

TEST(On, AHundredThousandTakeNoStack) {
  manual_executor home, there;
  std::ptrdiff_t grown = 0;
  auto main = [&]() -> task<> {
    char *first = nullptr;
    for (int i = 0; i < 100'000; ++i) {
      co_await on(there, here());
      char *now = static_cast<char *>(__builtin_frame_address(0));
      if (!first)
        first = now;
      grown = first - now;
    }
  };
  auto waiting = home.start(main());
  while (!waiting.ended()) {
    there.run_ready();
    home.run_ready();
  }
  EXPECT_LT(std::abs(grown), 4096);
}

} // namespace
