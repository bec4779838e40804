// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// How a call is made, and stopped, is in offload_test.cpp.

#include <cstring>
#include <functional>
#include <gtest/gtest.h>
#include <memory>
#include <moor/event_loop.h>
#include <moor/manual_executor.h>
#include <moor/nursery.h>
#include <moor/spawn_blocking.h>
#include <moor/thread_pool.h>
#include <moor/timeout.h>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

using namespace moor;
using namespace std::chrono_literals;

namespace {

static_assert(owns_what_it_touches<int> && owns_what_it_touches<std::string>);
static_assert(owns_what_it_touches<std::array<int, 3>>);
static_assert(owns_what_it_touches<std::shared_ptr<int>>);
static_assert(owns_what_it_touches<std::vector<int>>);
static_assert(!owns_what_it_touches<int *> && !owns_what_it_touches<int &>);
static_assert(!owns_what_it_touches<const char *>);
static_assert(!owns_what_it_touches<std::string_view>);
static_assert(!owns_what_it_touches<std::span<int>>);
static_assert(!owns_what_it_touches<std::reference_wrapper<int>>);

TEST(SpawnBlocking, CallsAndResumesHere) {
  auto here = std::this_thread::get_id();
  auto main = [&]() -> task<int> {
    int n = 0;
    co_await spawn_blocking([&] {
      n = 3; // may refer to the coroutine's variables
      EXPECT_NE(std::this_thread::get_id(), here);
    });
    EXPECT_EQ(std::this_thread::get_id(), here);
    co_return n;
  };
  EXPECT_EQ(moor::run(main()), 3);
  EXPECT_GE(default_blocking_pool().threads(), 1u);
}

TEST(BlockingPool, GrowsWhenAllAreBusyUpToItsLimit) {
  blocking_pool pool({3, 1min});
  EXPECT_EQ(pool.threads(), 0u);
  detail::atomic<int> inside = 0, most = 0;
  detail::atomic<bool> open = false;
  auto block = [&]() -> task<> {
    co_await pool.run([&] {
      int now = ++inside;
      if (now > most)
        most = now;
      while (!open)
        std::this_thread::yield();
      --inside;
    });
  };
  auto main = [&]() -> task<> {
    co_await with_nursery([&](nursery &n) -> task<> {
      for (int i = 0; i < 6; ++i)
        n.spawn(block());
      while (inside < 3)
        co_await yield(); // three block at the same time, three wait
      EXPECT_EQ(pool.threads(), 3u);
      open = true;
    });
  };
  moor::run(main());
  EXPECT_EQ(most, 3);
  EXPECT_EQ(pool.threads(), 3u) << "idle ones stay for a while";
}

TEST(BlockingPool, DoesNotGrowWhileOneIsIdle) {
  blocking_pool pool({8, 1min});
  auto main = [&]() -> task<> {
    for (int i = 0; i < 200; ++i)
      co_await pool.run([] {});
  };
  moor::run(main());
  EXPECT_EQ(pool.threads(), 1u);
}

TEST(BlockingPool, IdleThreadsEnd) {
  blocking_pool pool({4, 0ms});
  auto main = [&]() -> task<> {
    for (int i = 0; i < 100; ++i)
      EXPECT_EQ(co_await pool.run([i] { return i; }), i);
  };
  moor::run(main());
  while (pool.threads()) // it does, so this ends
    std::this_thread::yield();
}

TEST(BlockingPool, NewLimitsHoldForThreadsThatAreThere) {
  blocking_pool pool({4, clock::duration::max()});
  moor::run([](blocking_pool &p) -> task<> { co_await p.run([] {}); }(pool));
  EXPECT_EQ(pool.threads(), 1u);
  pool.set_limits({4, 0ms});
  while (pool.threads())
    std::this_thread::yield();
}

TEST(BlockingPool, FromManyLoopsWithThreadsThatComeAndGo) {
  blocking_pool pool({2, 50us});
  detail::atomic<int> sum = 0;
  auto main = [&]() -> task<> {
    for (int i = 0; i < 100; ++i) {
      sum += co_await pool.run([] { return 1; });
      if (i % 10 == 0)
        co_await sleep_for(100us);
    }
  };
  std::vector<std::thread> loops;
  for (int i = 0; i < 3; ++i)
    loops.emplace_back([&] { moor::run(main()); });
  for (std::thread &t : loops)
    t.join();
  EXPECT_EQ(sum, 300);
}

// Abandonable calls share with the test what is kept alive by both.
struct meeting {
  detail::atomic<bool> entered = false, open = false, told = false;
  detail::atomic<int> destroyed = 0;
};
using shared_meeting = std::shared_ptr<meeting>;

int meet(shared_meeting m) {
  m->entered = true;
  while (!m->open)
    std::this_thread::yield();
  return 4;
}

task<int> abandonable(blocking_pool &pool, shared_meeting m) {
  co_return co_await pool.run_abandonable(&meet, m);
}

TEST(Abandonable, GivesResultsAndExceptionsAsTheOtherDoes) {
  auto main = []() -> task<> {
    EXPECT_EQ(co_await spawn_blocking_abandonable(
                  [](std::string a, const std::string &b) { return a + b; },
                  std::string("x"), std::string("y")),
              "xy");
    auto p = co_await spawn_blocking_abandonable(
        [](std::unique_ptr<int> p) { return p; }, std::make_unique<int>(2));
    EXPECT_EQ(*p, 2);
    co_await spawn_blocking_abandonable(
        [](stop_token t, int n) {
          EXPECT_TRUE(t.stop_possible());
          EXPECT_FALSE(t.stop_requested());
          EXPECT_EQ(n, 1);
        },
        1);
    EXPECT_THROW(co_await spawn_blocking_abandonable(
                     [] { throw std::runtime_error("no"); }),
                 std::runtime_error);
  };
  moor::run(main());
}

TEST(Abandonable, AStopEndsTheWaitAtOnce) {
  blocking_pool pool({1, 1min});
  manual_executor ex;
  stop_source source;
  auto m = std::make_shared<meeting>();
  auto waiting = ex.start(abandonable(pool, m), source.token());
  while (!m->entered)
    std::this_thread::yield();
  source.request_stop();
  ex.run_ready();
  ASSERT_TRUE(waiting.ended());
  EXPECT_THROW(waiting.result(), cancelled);
  EXPECT_EQ(m.use_count(), 2) << "the call has its argument still";
  m->open = true;
  moor::run([](blocking_pool &p) -> task<> { co_await p.run([] {}); }(pool));
  EXPECT_EQ(m.use_count(), 1) << "nothing is left";
}

TEST(Abandonable, StoppedInTheQueueItIsNotCalled) {
  blocking_pool pool({1, 1min});
  manual_executor ex;
  stop_source source;
  auto first = std::make_shared<meeting>();
  auto second = std::make_shared<meeting>();
  auto blocking = ex.start(abandonable(pool, first));
  while (!first->entered)
    std::this_thread::yield();
  auto waiting = ex.start(abandonable(pool, second), source.token());
  source.request_stop();
  ex.run_ready();
  EXPECT_THROW(waiting.result(), cancelled);
  EXPECT_EQ(second.use_count(), 1) << "nothing is left";
  auto late = ex.start(abandonable(pool, second), source.token());
  ASSERT_TRUE(late.ended());
  EXPECT_THROW(late.result(), cancelled);
  EXPECT_EQ(second.use_count(), 1);
  first->open = true;
  moor::run([](blocking_pool &p) -> task<> { co_await p.run([] {}); }(pool));
  ex.run_ready();
  EXPECT_EQ(blocking.result(), 4);
  EXPECT_FALSE(second->entered);
}

TEST(Abandonable, AStopTogetherWithTheEndHasTheResult) {
  for (bool stop_first : {true, false}) {
    blocking_pool pool({1, 1min});
    manual_executor ex;
    stop_source source;
    auto m = std::make_shared<meeting>();
    auto waiting = ex.start(abandonable(pool, m), source.token());
    while (!m->entered)
      std::this_thread::yield();
    if (stop_first)
      source.request_stop();
    m->open = true;
    moor::run([](blocking_pool &p) -> task<> { co_await p.run([] {}); }(pool));
    source.request_stop();
    EXPECT_EQ(ex.run_ready(), 1u) << "posted once";
    ASSERT_TRUE(waiting.ended());
    EXPECT_EQ(waiting.result(), 4);
  }
}

TEST(Abandonable, IsToldByItsToken) {
  blocking_pool pool({1, 1min});
  manual_executor ex;
  stop_source source;
  auto m = std::make_shared<meeting>();
  auto main = [&]() -> task<> {
    co_await pool.run_abandonable(
        [](stop_token stop, shared_meeting m) {
          m->entered = true;
          while (!stop.stop_requested())
            std::this_thread::yield();
          m->told = true;
        },
        m);
  };
  auto waiting = ex.start(main(), source.token());
  while (!m->entered)
    std::this_thread::yield();
  source.request_stop();
  EXPECT_FALSE(m->told) << "it is not abandoned yet";
  ex.run_ready();
  moor::run([](blocking_pool &p) -> task<> { co_await p.run([] {}); }(pool));
  EXPECT_TRUE(m->told);
  EXPECT_THROW(waiting.result(), cancelled);
}

detail::atomic<int> lost;

TEST(Abandonable, AnExceptionOfOneThatWasIsNotLostInSilence) {
  lost = 0;
  auto previous =
      set_lost_exception_handler([](std::exception_ptr) noexcept { ++lost; });
  {
    blocking_pool pool({1, 1min});
    manual_executor ex;
    stop_source source;
    auto m = std::make_shared<meeting>();
    auto main = [&]() -> task<> {
      co_await pool.run_abandonable(
          [](shared_meeting m) {
            meet(m);
            throw std::runtime_error("nobody listens");
          },
          m);
    };
    auto waiting = ex.start(main(), source.token());
    while (!m->entered)
      std::this_thread::yield();
    source.request_stop();
    ex.run_ready();
    EXPECT_THROW(waiting.result(), cancelled);
    m->open = true;
    moor::run([](blocking_pool &p) -> task<> { co_await p.run([] {}); }(pool));
  }
  set_lost_exception_handler(previous);
  EXPECT_EQ(lost, 1);
}

TEST(Abandonable, ThePoolDoesNotWaitForIt) {
  auto m = std::make_shared<meeting>();
  {
    blocking_pool pool({2, 1min});
    manual_executor ex;
    stop_source source;
    auto waiting = ex.start(abandonable(pool, m), source.token());
    while (!m->entered)
      std::this_thread::yield();
    source.request_stop();
    ex.run_ready();
    EXPECT_THROW(waiting.result(), cancelled);
  } // would hang here
  m->open = true;
  while (m.use_count() > 1)
    std::this_thread::yield();
}

TEST(Abandonable, AtAnyMomentOnThreads) {
  blocking_pool pool({2, 20us});
  thread_pool threads(2);
  int done = 0, stopped = 0;
  for (int i = 0; i < 300; ++i) {
    stop_source source;
    std::thread stopper([&] {
      for (int spin = 0; spin < i * 50; ++spin)
        asm volatile("");
      source.request_stop();
    });
    auto main = [&]() -> task<int> {
      co_return co_await pool.run_abandonable(
          [](std::string s) { return int(s.size()); }, std::string(1, 'x'));
    };
    try {
      done += threads.run(main(), source.token());
    } catch (cancelled) {
      ++stopped;
    }
    stopper.join();
  }
  EXPECT_EQ(done + stopped, 300);
}

TEST(Abandonable, UnderATimeout) {
  blocking_pool pool({1, 1min});
  auto m = std::make_shared<meeting>();
  EXPECT_THROW(moor::run(timeout(1ms, abandonable(pool, m))), timed_out);
  m->open = true;
}

} // namespace
