// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include <gtest/gtest.h>
#include <memory>
#include <moor/async_generator.h>
#include <moor/event.h>
#include <moor/event_loop.h>
#include <moor/manual_executor.h>
#include <moor/task.h>
#include <moor/timer.h>
#include <moor/when_all.h>
#include <stdexcept>
#include <string>

using namespace moor;
using namespace std::chrono_literals;

namespace {

// The detectors note where each operation was made.
constexpr int many = MOOR_DETECT ? 20'000 : 1'000'000;

static_assert(!std::is_copy_constructible_v<async_generator<int>>);
static_assert(std::is_nothrow_move_constructible_v<async_generator<int>>);

/// Says when it ends.
struct witness {
  bool &ended;
  explicit witness(bool &e) : ended(e) { ended = false; }
  witness(witness &&) = delete;
  ~witness() { ended = true; }
};

async_generator<int> count(int n) {
  for (int i = 0; i < n; ++i)
    co_yield i;
}

async_generator<int> count_slowly(int n) {
  for (int i = 0; i < n; ++i) {
    co_await sleep_for(1ms);
    co_yield i;
  }
}

TEST(AsyncGenerator, GivesItsValuesAndThenNothing) {
  for (auto make : {count, count_slowly}) {
    manual_executor ex;
    auto main = [&]() -> task<> {
      async_generator<int> g = make(3);
      for (int i = 0; i < 3; ++i)
        EXPECT_EQ(co_await g.next(), i);
      EXPECT_EQ(co_await g.next(), std::nullopt);
      EXPECT_EQ(co_await g.next(), std::nullopt);
      async_generator<int> none = make(0);
      EXPECT_EQ(co_await none.next(), std::nullopt);
    };
    ex.run(main());
  }
}

TEST(AsyncGenerator, IsLazy) {
  manual_executor ex;
  int computed = 0;
  auto counts = [&]() -> async_generator<int> {
    for (;;)
      co_yield ++computed;
  };
  auto main = [&]() -> task<> {
    async_generator<int> g = counts();
    EXPECT_EQ(computed, 0);
    co_await g.next();
    EXPECT_EQ(computed, 1);
    {
      auto not_awaited = g.next();
      EXPECT_EQ(computed, 1);
      co_await not_awaited;
    }
    EXPECT_EQ(computed, 2);
  };
  ex.run(main());
}

TEST(AsyncGenerator, RunsOnlyWhileItIsAsked) {
  manual_executor ex;
  auto main = [&]() -> task<> {
    auto begin = ex.now();
    async_generator<int> g = count_slowly(2);
    co_await g.next();
    co_await sleep_for(10ms);
    EXPECT_EQ(co_await g.next(), 1);
    EXPECT_EQ(ex.now() - begin, 12ms);
  };
  ex.run(main());
}

TEST(AsyncGenerator, GivesMoveOnlyAndConvertedValues) {
  manual_executor ex;
  auto pointers = []() -> async_generator<std::unique_ptr<int>> {
    co_yield std::make_unique<int>(1);
    auto named = std::make_unique<int>(2);
    co_yield std::move(named);
    EXPECT_FALSE(named);
  };
  auto names = []() -> async_generator<std::string> {
    std::string s(40, 'x');
    co_yield s;
    EXPECT_EQ(s.size(), 40u);
    co_yield "converted";
    co_yield {"abc", 2};
  };
  auto main = [&]() -> task<> {
    auto p = pointers();
    EXPECT_EQ(**co_await p.next(), 1);
    EXPECT_EQ(**co_await p.next(), 2);
    EXPECT_FALSE(co_await p.next());
    auto n = names();
    EXPECT_EQ(co_await n.next(), std::string(40, 'x'));
    EXPECT_EQ(co_await n.next(), "converted");
    EXPECT_EQ(co_await n.next(), "ab");
    EXPECT_FALSE(co_await n.next());
  };
  ex.run(main());
}

TEST(AsyncGenerator, GivesPointersToReferences) {
  manual_executor ex;
  int numbers[] = {1, 2, 3};
  auto each = [&]() -> async_generator<int &> {
    for (int &n : numbers)
      co_yield n;
  };
  auto names = []() -> async_generator<const std::string &> {
    co_yield "a temporary of more than a few characters";
    co_await sleep_for(1ms);
  };
  auto main = [&]() -> task<> {
    auto g = each();
    while (int *n = co_await g.next())
      *n *= 2;
    auto s = names();
    const std::string *name = co_await s.next();
    EXPECT_EQ(name->size(), 41u);
    EXPECT_EQ(co_await s.next(), nullptr);
  };
  ex.run(main());
  EXPECT_EQ(numbers[2], 6);
}

TEST(AsyncGenerator, ThrowsWhereItIsAskedAndIsOver) {
  manual_executor ex;
  auto fails = [](int after) -> async_generator<int> {
    for (int i = 0; i < after; ++i)
      co_yield i;
    co_await sleep_for(1ms);
    throw std::runtime_error("no more");
  };
  auto main = [&]() -> task<> {
    for (int after : {0, 2}) {
      auto g = fails(after);
      for (int i = 0; i < after; ++i)
        EXPECT_EQ(co_await g.next(), i);
      EXPECT_THROW(co_await g.next(), std::runtime_error);
      EXPECT_EQ(co_await g.next(), std::nullopt);
    }
  };
  ex.run(main());
}

/// Cannot be copied without an accident.
struct fragile {
  fragile() = default;
  fragile(const fragile &) { throw std::runtime_error("copied"); }
};

TEST(AsyncGenerator, AValueThatCannotBeMadeIsTheGeneratorsOwnTrouble) {
  manual_executor ex;
  bool seen = false;
  auto yields = [&]() -> async_generator<fragile> {
    fragile f;
    try {
      co_yield f;
    } catch (const std::runtime_error &) {
      seen = true;
    }
  };
  auto main = [&]() -> task<> {
    auto g = yields();
    EXPECT_FALSE(co_await g.next());
  };
  ex.run(main());
  EXPECT_TRUE(seen);
}

TEST(AsyncGenerator, EndsWhereItStands) {
  manual_executor ex;
  bool ended = true;
  auto holds = [&]() -> async_generator<int> {
    witness w(ended);
    co_yield 1;
    co_await sleep_for(1ms);
    co_yield 2;
  };
  auto main = [&]() -> task<> {
    {
      auto g = holds();
      EXPECT_TRUE(ended) << "not begun";
      co_await g.next();
      EXPECT_FALSE(ended);
    }
    EXPECT_TRUE(ended) << "in the first co_yield";
    {
      auto g = holds();
      co_await g.next();
      co_await g.next();
      EXPECT_FALSE(ended);
    }
    EXPECT_TRUE(ended) << "in the second";
    auto g = holds();
    co_await g.next();
    g = count(1);
    EXPECT_TRUE(ended) << "assigned to";
  };
  ex.run(main());
  auto alive = std::make_shared<int>();
  auto keeps = [](std::shared_ptr<int>) -> async_generator<int> { co_yield 1; };
  {
    // NOLINTNEXTLINE(coro-discarded-task): dropped unbegun, that is the test
    auto never_begun = keeps(alive);
    EXPECT_EQ(alive.use_count(), 2);
  }
  EXPECT_EQ(alive.use_count(), 1);
}

TEST(AsyncGenerator, MayBeMovedWhileItIsAsked) {
  manual_executor ex;
  async_generator<int> g = count_slowly(2);
  auto asks = [&]() -> task<int> { co_return *co_await g.next(); };
  auto waiting = ex.start(asks());
  EXPECT_FALSE(waiting.ended());
  async_generator<int> moved = std::move(g);
  ex.advance(1ms);
  ASSERT_TRUE(waiting.ended());
  EXPECT_EQ(waiting.result(), 0);
  g = std::move(moved);
  EXPECT_EQ(ex.run(asks()), 1);
}

using AsyncGeneratorDeathTest = ::testing::Test;

TEST(AsyncGeneratorDeathTest, DoesNotEndWhileItIsAsked) {
#ifndef NDEBUG
  EXPECT_DEATH(
      {
        manual_executor ex;
        std::optional<async_generator<int>> g = count_slowly(2);
        auto asks = [&]() -> task<> { co_await g->next(); };
        auto waiting = ex.start(asks());
        g.reset();
      },
      "destroyed (while next\\(\\) is pending|with waiters)");
#endif
}

TEST(AsyncGeneratorDeathTest, IsAskedByOneAtATime) {
#ifndef NDEBUG
  EXPECT_DEATH(
      {
        manual_executor ex;
        async_generator<int> g = count_slowly(2);
        auto asks = [&]() -> task<> { co_await g.next(); };
        ex.run(when_all(asks(), asks()));
      },
      "one coroutine at a time");
#endif
}

TEST(AsyncGenerator, CancelledInItsWaitItIsOver) {
  manual_executor ex;
  stop_source source;
  bool ended = false;
  auto holds = [&]() -> async_generator<int> {
    witness w(ended);
    co_await sleep_for(1h);
    co_yield 1;
  };
  async_generator<int> g = holds();
  auto asks = [&]() -> task<std::optional<int>> {
    co_return co_await g.next();
  };
  auto waiting = ex.start(asks(), source.token());
  source.request_stop();
  EXPECT_FALSE(ended) << "a stop only posts";
  ex.run_ready();
  EXPECT_TRUE(ended);
  EXPECT_THROW(waiting.result(), cancelled);
  EXPECT_EQ(ex.run(asks()), std::nullopt);
}

TEST(AsyncGenerator, MayOutliveAStopThatItCatches) {
  manual_executor ex;
  stop_source source;
  auto patient = []() -> async_generator<int> {
    for (int i = 0;; ++i) {
      try {
        co_await sleep_for(1ms);
      } catch (cancelled) {
        i = 100;
      }
      co_yield i;
    }
  };
  async_generator<int> g = patient();
  auto asks = [&]() -> task<std::optional<int>> {
    co_return co_await g.next();
  };
  EXPECT_EQ(ex.run(asks()), 0);
  auto stopped = ex.start(asks(), source.token());
  source.request_stop();
  ex.run_ready();
  EXPECT_EQ(stopped.result(), 100);
  // Under no stop any more: it is that of whoever asks.
  EXPECT_EQ(ex.run(asks()), 101);
}

TEST(AsyncGenerator, WhatItYieldsAtOnceIsNotCancelled) {
  manual_executor ex;
  stop_source source;
  source.request_stop();
  async_generator<int> g = count(2);
  auto asks = [&]() -> task<std::optional<int>> {
    co_return co_await g.next();
  };
  EXPECT_EQ(ex.run(asks(), source.token()), 0);
  async_generator<int> slow = count_slowly(2);
  auto asks_slow = [&]() -> task<> { co_await slow.next(); };
  EXPECT_THROW(ex.run(asks_slow(), source.token()), cancelled)
      << "cancelled before it began";
}

TEST(AsyncGenerator, RunsOnTheExecutorOfWhoeverAsks) {
  manual_executor first, second;
  auto where = []() -> async_generator<executor *> {
    for (;;) {
      co_yield executor::current();
      co_await yield();
      co_yield executor::current();
    }
  };
  async_generator<executor *> g = where();
  auto asks = [&]() -> task<executor *> { co_return *co_await g.next(); };
  EXPECT_EQ(first.run(asks()), &first);
  EXPECT_EQ(second.run(asks()), &second);
  EXPECT_EQ(first.run(asks()), &first);
  EXPECT_EQ(second.run(asks()), &second);
}

TEST(AsyncGenerator, ConsumesGenerators) {
  manual_executor ex;
  auto twice = [](async_generator<int> from) -> async_generator<int> {
    while (auto n = co_await from.next()) {
      co_yield *n;
      co_yield *n;
    }
  };
  auto main = [&]() -> task<int> {
    auto g = twice(twice(count_slowly(3)));
    int sum = 0, items = 0;
    while (auto n = co_await g.next()) {
      sum += *n;
      ++items;
    }
    EXPECT_EQ(items, 12);
    co_return sum;
  };
  EXPECT_EQ(ex.run(main()), 12);
}

TEST(AsyncGenerator, MayEndAtOnceWhenItHasResumedItsConsumer) {
  manual_executor ex;
  auto main = [&]() -> task<int> {
    auto g = std::make_unique<async_generator<int>>(count(3));
    auto n = co_await g->next();
    g.reset();
    co_return *n;
  };
  EXPECT_EQ(ex.run(main()), 0);
}

char *stack_now() { return static_cast<char *>(__builtin_frame_address(0)); }

async_generator<char *> depths(int n) {
  for (int i = 0; i < n; ++i)
    co_yield stack_now();
}

TEST(AsyncGenerator, AMillionValuesTakeNoStack) {
  auto main = []() -> task<> {
    auto g = depths(many);
    char *first = *co_await g.next(), *last = nullptr;
    while (auto now = co_await g.next())
      last = *now;
    EXPECT_LT(std::abs(first - last), 4096);
  };
  moor::run(main());
}

TEST(AsyncGenerator, NestsDeeply) {
  struct deep {
    static async_generator<int> down(int depth) {
      if (depth == 0) {
        co_yield 1;
        co_return;
      }
      auto below = down(depth - 1);
      while (auto n = co_await below.next())
        co_yield *n + 1;
    }
  };
  auto main = []() -> task<int> {
    auto g = deep::down(1000);
    int n = *co_await g.next();
    EXPECT_FALSE(co_await g.next());
    co_return n;
  };
  EXPECT_EQ(moor::run(main()), 1001);
}

} // namespace
