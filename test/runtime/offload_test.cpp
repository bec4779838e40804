// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What blocking_pool and compute_pool have in common: a function is called by
// one of their threads while a coroutine waits.

#include <array>
#include <cstdlib>
#include <gtest/gtest.h>
#include <malloc.h>
#include <memory>
#include <moor/compute_pool.h>
#include <moor/event_loop.h>
#include <moor/manual_executor.h>
#include <moor/spawn_blocking.h>
#include <moor/thread_pool.h>
#include <stdexcept>
#include <thread>
#include <vector>

using namespace moor;
using namespace std::chrono_literals;

namespace {

/// With one thread, so that what it does has an order.
template <class Pool> std::unique_ptr<Pool> one_thread();
template <> std::unique_ptr<compute_pool> one_thread() {
  return std::make_unique<compute_pool>(1);
}
template <> std::unique_ptr<blocking_pool> one_thread() {
  return std::make_unique<blocking_pool>(blocking_limits{1, 1min});
}

/// Keeps a thread busy until it is opened.
class gate {
public:
  void pass() {
    entered_ = true;
    while (!open_)
      std::this_thread::yield();
  }
  void wait_until_entered() {
    while (!entered_)
      std::this_thread::yield();
  }
  void open() { open_ = true; }

private:
  detail::atomic<bool> entered_ = false, open_ = false;
};

/// Waits until the pool's thread has done all that it was given. A
/// manual_executor is no business of other threads, unless one is waited for.
template <class Pool> void drain(Pool &pool) {
  moor::run([](Pool &pool) -> task<> { co_await pool.run([] {}); }(pool));
}

template <class Pool, class F> task<int> call(Pool &pool, F f) {
  co_return co_await pool.run(std::move(f));
}

template <class Pool> class Offload : public testing::Test {};
using Both = testing::Types<compute_pool, blocking_pool>;
TYPED_TEST_SUITE(Offload, Both);

TYPED_TEST(Offload, CallsElsewhereAndResumesHere) {
  auto pool = one_thread<TypeParam>();
  event_loop loop;
  auto here = std::this_thread::get_id();
  auto main = [&]() -> task<> {
    auto there = co_await pool->run([] { return std::this_thread::get_id(); });
    EXPECT_NE(there, here);
    EXPECT_EQ(std::this_thread::get_id(), here);
    EXPECT_TRUE(co_await pool->run([] { return !executor::current(); }));
    EXPECT_EQ(executor::current(), &loop);
  };
  loop.run(main());
}

TYPED_TEST(Offload, GivesResultsOfAllKindsAndExceptions) {
  auto pool = one_thread<TypeParam>();
  int n = 0;
  auto main = [&]() -> task<> {
    co_await pool->run([&] { ++n; });
    EXPECT_EQ(n, 1);
    int &r = co_await pool->run([&]() -> int & { return n; });
    EXPECT_EQ(&r, &n);
    // (Not within the co_await: g++ 12 destroys such a capture twice.)
    auto give = [q = std::make_unique<int>(4)]() mutable {
      return std::move(q);
    };
    auto p = co_await pool->run(std::move(give));
    EXPECT_EQ(*p, 4);
    struct once {
      int operator()() && { return 5; }
    };
    EXPECT_EQ(co_await pool->run(once()), 5);
    EXPECT_THROW(co_await pool->run([] { throw std::runtime_error("no"); }),
                 std::runtime_error);
    EXPECT_THROW(co_await pool->run([] { throw cancelled(); }), cancelled);
  };
  moor::run(main());
}

#if !MOOR_DETECT // which see to it that this does not happen
TYPED_TEST(Offload, IsLazy) {
  auto pool = one_thread<TypeParam>();
  bool called = false;
  {
    [[maybe_unused]] auto &&never_awaited =
        pool->run([&] { called = true; }); // NOLINT(coro-discarded-task)
  }
  drain(*pool);
  EXPECT_FALSE(called);
}
#endif

TYPED_TEST(Offload, StoppedInTheQueueItIsTakenOut) {
  auto pool = one_thread<TypeParam>();
  manual_executor ex;
  gate g;
  stop_source source;
  std::vector<int> called;
  auto note = [&](int id) {
    return [&called, id] {
      called.push_back(id);
      return id;
    };
  };
  auto blocking = ex.start(call(*pool, [&] { return g.pass(), 0; }));
  g.wait_until_entered();
  auto before = ex.start(call(*pool, note(1)));
  auto stopped = ex.start(call(*pool, note(2)), source.token());
  auto behind = ex.start(call(*pool, note(3)));
  source.request_stop();
  EXPECT_FALSE(stopped.ended()) << "a stop only posts";
  EXPECT_EQ(ex.run_ready(), 1u);
  ASSERT_TRUE(stopped.ended()) << "it need not wait for its turn";
  EXPECT_THROW(stopped.result(), cancelled);
  g.open();
  drain(*pool);
  EXPECT_EQ(ex.run_ready(), 3u);
  EXPECT_EQ(called, (std::vector{1, 3}));
  EXPECT_EQ(before.result() + behind.result(), 4);
}

TYPED_TEST(Offload, StoppedBeforeItBeginsItIsNotCalled) {
  auto pool = one_thread<TypeParam>();
  manual_executor ex;
  stop_source source;
  source.request_stop();
  bool was_called = false;
  auto late = ex.start(call(*pool, [&] { return was_called = true, 1; }),
                       source.token());
  ASSERT_TRUE(late.ended());
  EXPECT_THROW(late.result(), cancelled);
  drain(*pool);
  EXPECT_FALSE(was_called);
}

TYPED_TEST(Offload, OnceBegunAStopDoesNotEndTheWait) {
  auto pool = one_thread<TypeParam>();
  manual_executor ex;
  gate g;
  stop_source source;
  auto waiting =
      ex.start(call(*pool, [&] { return g.pass(), 7; }), source.token());
  g.wait_until_entered();
  source.request_stop();
  EXPECT_EQ(ex.run_ready(), 1u) << "the stop was looked at";
  EXPECT_FALSE(waiting.ended());
  g.open();
  drain(*pool);
  EXPECT_EQ(ex.run_ready(), 1u);
  EXPECT_EQ(waiting.result(), 7) << "it came to a result";
}

TYPED_TEST(Offload, AStopTogetherWithTheEndHasTheResult) {
  for (bool stop_first : {true, false}) {
    auto pool = one_thread<TypeParam>();
    manual_executor ex;
    gate g;
    stop_source source;
    auto waiting =
        ex.start(call(*pool, [&] { return g.pass(), 7; }), source.token());
    g.wait_until_entered();
    if (stop_first)
      source.request_stop();
    g.open();
    drain(*pool);
    source.request_stop();
    EXPECT_EQ(ex.run_ready(), 1u) << "posted once";
    ASSERT_TRUE(waiting.ended());
    EXPECT_EQ(waiting.result(), 7);
  }
}

TYPED_TEST(Offload, WhatTakesATokenSeesTheStop) {
  auto pool = one_thread<TypeParam>();
  manual_executor ex;
  gate begun;
  stop_source source;
  begun.open();
  auto work = [&](stop_token stop) {
    begun.pass();
    while (!stop.stop_requested())
      std::this_thread::yield();
    return 8;
  };
  auto waiting = ex.start(call(*pool, work), source.token());
  begun.wait_until_entered();
  source.request_stop();
  drain(*pool);
  ex.run_ready();
  EXPECT_EQ(waiting.result(), 8);
}

/// Bytes that are in use, as malloc sees it.
std::size_t in_use() { return ::mallinfo2().uordblks; }

TYPED_TEST(Offload, ACallAllocatesNothing) {
  std::size_t before = in_use();
  void *volatile control = std::malloc(4096);
  bool says = in_use() >= before + 4096;
  std::free(control);
  if (!says || MOOR_DETECT)
    GTEST_SKIP() << "malloc is another one and does not say";
  auto pool = one_thread<TypeParam>();
  auto main = [&]() -> task<> {
    for (int i = 0; i < 20; ++i) {
      std::array<char, 4096> large{};
      std::size_t before = in_use();
      std::size_t during = co_await pool->run([large] {
        asm volatile("" : : "r"(large.data()));
        return in_use();
      });
      if (i > 0) { // at first the pool may start a thread
        EXPECT_EQ(during, before);
      }
    }
  };
  moor::run(main());
}

TYPED_TEST(Offload, ItsFunctionAndResultEndOnTheCallersThread) {
  auto pool = one_thread<TypeParam>();
  struct tells {
    std::thread::id *where;
    explicit tells(std::thread::id *w) : where(w) {}
    tells(tells &&other) noexcept
        : where(std::exchange(other.where, nullptr)) {}
    ~tells() {
      if (where)
        *where = std::this_thread::get_id();
    }
    int operator()() { return 1; }
  };
  std::thread::id where;
  moor::run(call(*pool, tells(&where)));
  EXPECT_EQ(where, std::this_thread::get_id());
}

TYPED_TEST(Offload, StoppedAtAnyMomentOnThreads) {
  auto pool = one_thread<TypeParam>();
  thread_pool threads(2);
  int done = 0, stopped = 0;
  detail::atomic<int> calls = 0;
  for (int i = 0; i < 300; ++i) {
    stop_source source;
    std::thread stopper([&] {
      for (int spin = 0; spin < i * 50; ++spin)
        asm volatile("");
      source.request_stop();
    });
    try {
      done +=
          threads.run(call(*pool, [&] { return ++calls, 1; }), source.token());
    } catch (cancelled) {
      ++stopped;
    }
    stopper.join();
  }
  EXPECT_EQ(done + stopped, 300);
  EXPECT_EQ(calls, done) << "who was cancelled was not called";
}

} // namespace
