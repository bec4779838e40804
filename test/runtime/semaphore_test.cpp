// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include <gtest/gtest.h>
#include <memory>
#include <moor/manual_executor.h>
#include <moor/semaphore.h>
#include <moor/thread_pool.h>
#include <moor/timer.h>
#include <vector>

using namespace moor;
using namespace std::chrono_literals;

namespace {

template <class Semaphore> class Semaphores : public testing::Test {
protected:
  // A coroutine that waits for so many, says so, and keeps them for a moment.
  task<> use(Semaphore &s, std::size_t count, int id) {
    auto units = co_await s.acquire(count);
    had.push_back(id);
    co_await sleep_for(1ms);
  }
  std::vector<int> had;
  manual_executor ex;
};
using Both = testing::Types<semaphore, local::semaphore>;
TYPED_TEST_SUITE(Semaphores, Both);

TYPED_TEST(Semaphores, LetsInAsManyAsThereAreUnits) {
  TypeParam s(2);
  auto a = this->ex.start(this->use(s, 1, 1)),
       b = this->ex.start(this->use(s, 1, 2)),
       c = this->ex.start(this->use(s, 1, 3));
  EXPECT_EQ(this->had, (std::vector{1, 2}));
  EXPECT_EQ(s.available(), 0u);
  this->ex.advance(1ms);
  EXPECT_EQ(this->had, (std::vector{1, 2, 3}));
  this->ex.advance(1ms);
  EXPECT_TRUE(c.ended());
  EXPECT_EQ(s.available(), 2u);
}

TYPED_TEST(Semaphores, TryAcquireTakesAllOrNothing) {
  TypeParam s(3);
  auto two = s.try_acquire(2);
  EXPECT_TRUE(two);
  EXPECT_EQ(two.count(), 2u);
  auto no = s.try_acquire(2);
  EXPECT_FALSE(no);
  EXPECT_EQ(no.count(), 0u);
  EXPECT_EQ(s.available(), 1u);
  two.release();
  EXPECT_FALSE(two);
  EXPECT_EQ(s.available(), 3u);
}

TYPED_TEST(Semaphores, UnitsMoveAndComeBackOnce) {
  TypeParam s(3);
  {
    auto a = s.try_acquire(2);
    auto b = std::move(a);
    EXPECT_FALSE(a);
    EXPECT_EQ(b.count(), 2u);
    auto c = s.try_acquire(1);
    c = std::move(b); // returns the one
    EXPECT_EQ(s.available(), 1u);
  }
  EXPECT_EQ(s.available(), 3u);
}

TYPED_TEST(Semaphores, ForgottenUnitsDoNotComeBack) {
  TypeParam s(2);
  s.try_acquire(2).forget();
  EXPECT_EQ(s.available(), 0u);
  s.release();
  EXPECT_EQ(s.available(), 1u);
}

TYPED_TEST(Semaphores, CountsWhatHappens) {
  TypeParam s(0);
  int seen = 0;
  auto watch = [&]() -> task<> {
    for (; seen < 3; ++seen) {
      auto units = co_await s.acquire();
      units.forget();
    }
  };
  auto watcher = this->ex.start(watch());
  s.release();
  this->ex.run_ready();
  EXPECT_EQ(seen, 1);
  s.release(2);
  this->ex.run_ready();
  EXPECT_EQ(seen, 3);
  EXPECT_TRUE(watcher.ended());
  EXPECT_EQ(s.available(), 0u);
}

TYPED_TEST(Semaphores, ABigRequestIsNotPassedBySmallOnes) {
  TypeParam s(2);
  auto one = s.try_acquire(1);
  auto big = this->ex.start(this->use(s, 2, 1));
  auto small = this->ex.start(this->use(s, 1, 2));
  this->ex.run_ready();
  EXPECT_EQ(s.available(), 1u);
  EXPECT_FALSE(s.try_acquire(1)) << "somebody waits";
  EXPECT_TRUE(this->had.empty()) << "it would fit, but comes second";
  one.release();
  this->ex.run_ready();
  EXPECT_EQ(this->had, (std::vector{1}));
  this->ex.advance(1ms);
  EXPECT_EQ(this->had, (std::vector{1, 2}));
  this->ex.advance(1ms);
  EXPECT_TRUE(small.ended());
}

TYPED_TEST(Semaphores, OneReleaseLetsInAllThatFit) {
  TypeParam s(0);
  auto a = this->ex.start(this->use(s, 1, 1)),
       b = this->ex.start(this->use(s, 2, 2)),
       c = this->ex.start(this->use(s, 2, 3));
  s.release(4);
  EXPECT_EQ(this->ex.run_ready(), 2u);
  EXPECT_EQ(this->had, (std::vector{1, 2}));
  EXPECT_EQ(s.available(), 1u);
  this->ex.advance(2ms);
  EXPECT_TRUE(c.ended());
  EXPECT_EQ(s.available(), 4u);
}

TYPED_TEST(Semaphores, ACancelledHeadLetsThoseBehindItIn) {
  TypeParam s(2);
  stop_source source;
  auto one = s.try_acquire(1);
  auto big = this->ex.start(this->use(s, 2, 1), source.token());
  auto small = this->ex.start(this->use(s, 1, 2));
  auto next = this->ex.start(this->use(s, 1, 3));
  source.request_stop();
  this->ex.run_ready();
  EXPECT_THROW(big.result(), cancelled);
  EXPECT_EQ(this->had, (std::vector{2})) << "and no more than fit";
  this->ex.advance(2ms);
  EXPECT_TRUE(next.ended());
  EXPECT_EQ(s.available(), 1u);
}

TYPED_TEST(Semaphores, TheLastOneCancelledLeavesItAsItWas) {
  TypeParam s(1);
  stop_source source;
  auto big = this->ex.start(this->use(s, 2, 1), source.token());
  EXPECT_FALSE(s.try_acquire());
  source.request_stop();
  this->ex.run_ready();
  EXPECT_EQ(s.available(), 1u);
  EXPECT_TRUE(s.try_acquire());
}

TYPED_TEST(Semaphores, CancelledBeforeItBeganWaitsForNothing) {
  TypeParam s(1);
  stop_source source;
  source.request_stop();
  auto free = this->ex.start(this->use(s, 1, 1), source.token());
  EXPECT_EQ(this->had, (std::vector{1})) << "there was no need to wait";
  auto big = this->ex.start(this->use(s, 2, 2), source.token());
  EXPECT_THROW(big.result(), cancelled);
  EXPECT_EQ(this->ex.run_ready(), 0u);
  EXPECT_EQ(s.available(), 1u);
  EXPECT_TRUE(s.try_acquire());
}

TYPED_TEST(Semaphores, AWaitIsCancelledOrGrantedNeverBoth) {
  for (bool stop_first : {true, false}) {
    TypeParam s(0);
    stop_source source;
    this->had.clear();
    auto waiter = this->ex.start(this->use(s, 1, 1), source.token());
    if (stop_first)
      source.request_stop();
    s.release();
    source.request_stop();
    EXPECT_EQ(this->ex.ready_count(), 1u) << "posted once";
    EXPECT_EQ(s.available(), 0u) << "granted at once";
    this->ex.run_ready();
    EXPECT_EQ(this->had, (std::vector{1}));
    EXPECT_THROW(waiter.result(), cancelled) << "from its sleep";
    EXPECT_EQ(s.available(), 1u);
  }
}

TYPED_TEST(Semaphores, MayEndAsSoonAsItsLastWaiterIsResumed) {
  auto s = std::make_unique<TypeParam>(0);
  auto wait = [&]() -> task<> {
    auto units = co_await s->acquire();
    units.forget();
    s.reset();
  };
  auto waiter = this->ex.start(wait());
  s->release();
  this->ex.run_ready();
  EXPECT_TRUE(waiter.ended());
  EXPECT_FALSE(s);
}

TEST(Semaphore, KeepsItsUnitsOnThreads) {
  thread_pool pool(4);
  semaphore s(3);
  detail::atomic<int> inside = 0, most = 0;
  auto use = [&](int id) -> task<> {
    for (int i = 0; i < 300; ++i) {
      std::size_t count = 1 + std::size_t(i + id) % 3;
      auto units = co_await s.acquire(count);
      int now = inside += int(count);
      int seen = most;
      while (now > seen && !most.compare_exchange_weak(seen, now))
        ;
      if (i % 8 == 0)
        co_await yield();
      inside -= int(count);
    }
  };
  std::vector<std::thread> callers;
  for (int i = 0; i < 4; ++i)
    callers.emplace_back([&, i] { pool.run(use(i)); });
  for (std::thread &t : callers)
    t.join();
  EXPECT_LE(most, 3);
  EXPECT_EQ(inside, 0);
  EXPECT_EQ(s.available(), 3u);
}

} // namespace
