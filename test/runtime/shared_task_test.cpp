// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include <cstdlib>
#include <gtest/gtest.h>
#include <memory>
#include <moor/event.h>
#include <moor/event_loop.h>
#include <moor/manual_executor.h>
#include <moor/nursery.h>
#include <moor/on.h>
#include <moor/shared_task.h>
#include <moor/thread_pool.h>
#include <moor/timer.h>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

using namespace moor;
using namespace std::chrono_literals;

namespace {

using one = shared_task<int>;
static_assert(std::is_copy_constructible_v<one> &&
              sizeof(one) == sizeof(int *));
static_assert(std::is_same_v<await_result_t<one &>, int &>);
static_assert(std::is_same_v<await_result_t<const one &>, const int &>);
static_assert(std::is_same_v<await_result_t<shared_task<int &> &>, int &>);
static_assert(std::is_same_v<await_result_t<shared_task<> &>, void>);
static_assert(!awaitable<one>, "the result would be gone at once");

/// Counts how often it was begun, cancelled and ended.
struct work_done {
  int begun = 0, cancelled = 0, ended = 0;
  executor *where = nullptr;

  shared_task<int> once(clock::duration time, int value) {
    ++begun;
    where = executor::current();
    try {
      co_await sleep_for(time);
    } catch (moor::cancelled) {
      ++cancelled;
      throw;
    }
    ++ended;
    co_return value;
  }
};

task<int> wait_for(shared_task<int> s) { co_return co_await s; }

TEST(SharedTask, IsLazyAndRunsOnce) {
  manual_executor ex;
  work_done w;
  auto s = w.once(2ms, 3);
  EXPECT_EQ(w.begun, 0);
  auto a = ex.start(wait_for(s)), b = ex.start(wait_for(s));
  EXPECT_FALSE(s.ended());
  ex.advance(2ms);
  EXPECT_TRUE(s.ended());
  EXPECT_EQ(a.result() + b.result(), 6);
  auto late = ex.start(wait_for(s));
  ASSERT_TRUE(late.ended()) << "does not suspend any more";
  EXPECT_EQ(late.result(), 3);
  EXPECT_EQ(w.begun, 1);
}

TEST(SharedTask, GivesOneResultToAll) {
  manual_executor ex;
  auto make = []() -> shared_task<std::unique_ptr<int>> {
    co_return std::make_unique<int>(4);
  };
  auto main = [&]() -> task<> {
    auto s = make();
    std::unique_ptr<int> &a = co_await s;
    const auto &handle = s;
    const std::unique_ptr<int> &b = co_await handle;
    EXPECT_EQ(&a, &b);
    EXPECT_EQ(*b, 4);
  };
  ex.run(main());
}

TEST(SharedTask, OfVoidAndOfReferences) {
  manual_executor ex;
  int n = 0, runs = 0;
  auto nothing = [&]() -> shared_task<> {
    ++runs;
    co_return;
  };
  auto reference = [&]() -> shared_task<int &> { co_return n; };
  auto main = [&]() -> task<> {
    auto s = nothing();
    co_await s;
    co_await s;
    EXPECT_EQ(runs, 1);
    auto r = reference();
    int &got = co_await r;
    EXPECT_EQ(&got, &n);
  };
  ex.run(main());
}

TEST(SharedTask, ThrowsToAll) {
  manual_executor ex;
  event e;
  auto make = [&]() -> shared_task<int> {
    co_await e;
    throw std::runtime_error("no");
  };
  auto s = make();
  auto a = ex.start(wait_for(s)), b = ex.start(wait_for(s));
  e.set();
  ex.run_ready();
  auto c = ex.start(wait_for(s));
  EXPECT_THROW(a.result(), std::runtime_error);
  EXPECT_THROW(b.result(), std::runtime_error);
  EXPECT_THROW(c.result(), std::runtime_error);
}

TEST(SharedTask, OthersResumeOnTheirOwnExecutorsInOrder) {
  manual_executor first, second;
  work_done w;
  auto s = w.once(1ms, 1);
  std::vector<int> order;
  std::vector<executor *> where;
  auto wait = [&](int id) -> task<> {
    co_await s;
    order.push_back(id);
    where.push_back(executor::current());
  };
  auto a = first.start(wait(1));
  auto b = second.start(wait(2)), c = second.start(wait(3));
  EXPECT_EQ(w.where, &first) << "it runs where it was awaited first";
  first.advance(1ms);
  EXPECT_TRUE(a.ended());
  EXPECT_FALSE(b.ended()) << "only posted";
  EXPECT_EQ(second.run_ready(), 2u);
  EXPECT_EQ(order, (std::vector{1, 2, 3}));
  EXPECT_EQ(where, (std::vector<executor *>{&first, &second, &second}));
}

TEST(SharedTask, WhoIsStoppedLeavesTheOthersAlone) {
  for (bool the_starter : {true, false}) {
    manual_executor ex;
    work_done w;
    auto s = w.once(2ms, 5);
    stop_source source;
    auto token = [&](bool stops) {
      return stops ? source.token() : stop_token();
    };
    auto a = ex.start(wait_for(s), token(the_starter));
    auto b = ex.start(wait_for(s), token(!the_starter));
    auto &stopped = the_starter ? a : b, &stays = the_starter ? b : a;
    source.request_stop();
    ex.run_ready();
    ASSERT_TRUE(stopped.ended());
    EXPECT_THROW(stopped.result(), cancelled);
    EXPECT_FALSE(stays.ended());
    ex.advance(2ms);
    EXPECT_EQ(stays.result(), 5);
    EXPECT_EQ(w.cancelled, 0);
  }
}

TEST(SharedTask, TheLastToBeStoppedStopsItAndAwaitsItsEnd) {
  manual_executor ex;
  bool cleaned = false;
  event may_end;
  auto make = [&]() -> shared_task<int> {
    try {
      co_await sleep_for(1h);
    } catch (cancelled) {
    }
    while (!may_end.is_set())
      try {
        co_await yield();
      } catch (cancelled) {
      }
    cleaned = true;
    throw cancelled();
  };
  auto s = make();
  stop_source first, second;
  auto a = ex.start(wait_for(s), first.token());
  auto b = ex.start(wait_for(s), second.token());
  first.request_stop();
  second.request_stop();
  for (int i = 0; i < 10; ++i)
    ex.run_one();
  EXPECT_TRUE(a.ended()) << "b is still there";
  EXPECT_FALSE(b.ended()) << "nothing runs that nobody awaits";
  EXPECT_FALSE(cleaned);
  may_end.set();
  ex.run_ready();
  EXPECT_TRUE(cleaned);
  EXPECT_THROW(a.result(), cancelled);
  EXPECT_THROW(b.result(), cancelled);
  EXPECT_TRUE(s.ended());
  EXPECT_THROW(ex.run(wait_for(s)), cancelled) << "for good";
}

TEST(SharedTask, AResultThatComesAnywayIsGiven) {
  manual_executor ex;
  auto make = []() -> shared_task<int> {
    try {
      co_await sleep_for(1h);
    } catch (cancelled) {
    }
    co_return 6;
  };
  auto s = make();
  stop_source source;
  auto a = ex.start(wait_for(s), source.token());
  source.request_stop();
  ex.run_ready();
  ASSERT_TRUE(a.ended());
  EXPECT_EQ(a.result(), 6);
}

TEST(SharedTask, WhoJoinsOneThatIsBeingStoppedGetsWhatItComesTo) {
  manual_executor ex;
  work_done w;
  auto s = w.once(1h, 1);
  stop_source source;
  auto a = ex.start(wait_for(s), source.token());
  source.request_stop();
  ASSERT_TRUE(ex.run_one()); // a stays, and has it stopped
  EXPECT_FALSE(a.ended());
  auto b = ex.start(wait_for(s));
  ex.run_ready();
  EXPECT_EQ(w.cancelled, 1);
  EXPECT_THROW(a.result(), cancelled);
  EXPECT_THROW(b.result(), cancelled);
}

TEST(SharedTask, WhoJoinsInTimeKeepsItRunning) {
  manual_executor ex;
  work_done w;
  auto s = w.once(1ms, 1);
  stop_source source;
  auto a = ex.start(wait_for(s), source.token());
  source.request_stop(); // posted, but not yet seen
  auto b = ex.start(wait_for(s));
  ex.run_ready();
  EXPECT_THROW(a.result(), cancelled);
  ex.advance(1ms);
  EXPECT_EQ(b.result(), 1);
}

TEST(SharedTask, StoppedBeforeItBeginsItDoesNotBegin) {
  manual_executor ex;
  work_done w;
  auto s = w.once(1ms, 1);
  stop_source source;
  source.request_stop();
  auto a = ex.start(wait_for(s), source.token());
  ASSERT_TRUE(a.ended());
  EXPECT_THROW(a.result(), cancelled);
  EXPECT_EQ(w.begun, 0);
  EXPECT_EQ(ex.run(wait_for(s)), 1) << "it is there for others";
  auto late = ex.start(wait_for(s), source.token());
  EXPECT_EQ(late.result(), 1) << "need not wait";
}

TEST(SharedTask, AStopTogetherWithTheEndHasTheResult) {
  for (bool stop_first : {true, false}) {
    manual_executor ex;
    event e;
    auto make = [&]() -> shared_task<int> {
      co_await e;
      co_return 1;
    };
    auto s = make();
    stop_source source;
    auto a = ex.start(wait_for(s));
    auto b = ex.start(wait_for(s), source.token());
    e.set(); // posts the task
    if (stop_first)
      source.request_stop(); // posts b behind it
    ASSERT_TRUE(ex.run_one());
    source.request_stop();
    ex.run_ready();
    EXPECT_EQ(a.result(), 1);
    EXPECT_EQ(b.result(), 1);
  }
}

std::shared_ptr<int> alive;
shared_task<std::shared_ptr<int>> keeps(std::shared_ptr<int> p) { co_return p; }

#if !MOOR_DETECT // which see to it that this does not happen
TEST(SharedTask, NeverBegunIsDestroyedWithTheLastHandle) {
  alive = std::make_shared<int>(7);
  {
    auto s = keeps(alive);
    // NOLINTNEXTLINE(coro-discarded-task): dropped unbegun, that is the test
    auto copy = s;
    EXPECT_EQ(alive.use_count(), 2);
  }
  EXPECT_EQ(alive.use_count(), 1);
}
#endif

TEST(SharedTask, IsDestroyedWithTheLastHandle) {
  manual_executor ex;
  alive = std::make_shared<int>(7);
  auto wait = [](auto s) -> task<> { co_await s; };
  std::optional s = keeps(alive);
  auto copy = *s;
  ex.run(wait(copy));
  EXPECT_GT(alive.use_count(), 1);
  s.reset();
  EXPECT_GT(alive.use_count(), 1);
  copy = keeps(nullptr);
  EXPECT_EQ(alive.use_count(), 1);
  ex.run(wait(copy));
}

TEST(SharedTask, WhoWaitsKeepsIt) {
  manual_executor ex;
  work_done w;
  std::optional<shared_task<int>> s = w.once(1ms, 8);
  auto waiting = ex.start([](auto &s) -> task<> {
    co_await *s; // ends while this waits: the result is not looked at
  }(s));
  s.reset();
  ex.advance(1ms);
  EXPECT_TRUE(waiting.ended());
  EXPECT_EQ(w.ended, 1);
}

TEST(SharedTask, SharedByThreads) {
  thread_pool a(2), b(2);
  for (int i = 0; i < 100; ++i) {
    detail::atomic<int> begun = 0, got = 0;
    auto make = [&]() -> shared_task<int> {
      ++begun;
      co_await yield();
      co_return 1;
    };
    auto s = make();
    auto wait = [&](executor &mine) -> task<> {
      got += co_await s;
      EXPECT_EQ(executor::current(), &mine);
    };
    auto main = [&](executor &mine) -> task<> {
      co_await with_nursery([&](nursery &n) -> task<> {
        for (int k = 0; k < 4; ++k)
          n.spawn(wait(mine));
        co_return;
      });
    };
    std::thread other([&] { b.run(main(b)); });
    a.run(main(a));
    other.join();
    EXPECT_EQ(begun, 1);
    EXPECT_EQ(got, 8);
  }
}

TEST(SharedTask, StoppedByThreadsAtAnyMoment) {
  thread_pool pool(3);
  int had = 0, was_cancelled = 0;
  for (int i = 0; i < 150; ++i) {
    std::optional<shared_task<int>> s = [](int turns) -> shared_task<int> {
      for (int k = 0; k < turns; ++k)
        co_await yield();
      co_return 1;
    }(i % 20);
    stop_source sources[3];
    std::vector<std::thread> threads;
    detail::atomic<int> ended = 0, stopped = 0;
    for (stop_source &source : sources) {
      threads.emplace_back([&, token = source.token()] {
        try {
          ended += pool.run(wait_for(*s), token);
        } catch (cancelled) {
          ++stopped;
        }
      });
      threads.emplace_back([&] { source.request_stop(); });
    }
    for (std::thread &t : threads)
      t.join();
    EXPECT_EQ(ended + stopped, 3);
    had += ended;
    was_cancelled += stopped;
    s.reset(); // nothing of it is left: the sanitizers would see it
  }
  EXPECT_EQ(had + was_cancelled, 450);
}

TEST(SharedTask, AMillionReadyOnesTakeNoStack) {
  auto main = []() -> task<std::ptrdiff_t> {
    auto make = []() -> shared_task<int> { co_return 1; };
    char *first = nullptr, *last = nullptr;
    for (int i = 0; i < 1'000'000; ++i) {
      auto s = make();
      co_await s; // begins it, and it ends at once
      co_await s;
      last = static_cast<char *>(__builtin_frame_address(0));
      if (!first)
        first = last;
    }
    co_return first - last;
  };
  EXPECT_LT(std::abs(moor::run(main())), 4096);
}

} // namespace
