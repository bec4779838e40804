// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include <gtest/gtest.h>
#include <memory>
#include <moor/event.h>
#include <moor/manual_executor.h>
#include <moor/mutex.h>
#include <moor/thread_pool.h>
#include <moor/timer.h>
#include <vector>

using namespace moor;
using namespace std::chrono_literals;

namespace {

template <class Mutex> class Mutexes : public testing::Test {};
using Both = testing::Types<mutex, local::mutex>;
TYPED_TEST_SUITE(Mutexes, Both);

TYPED_TEST(Mutexes, IsHeldOverASuspension) {
  manual_executor ex;
  TypeParam m;
  std::vector<int> order;
  auto use = [&](int id) -> task<> {
    auto guard = co_await m.lock();
    order.push_back(id);
    co_await sleep_for(1ms);
    order.push_back(-id);
  };
  auto a = ex.start(use(1)), b = ex.start(use(2)), c = ex.start(use(3));
  ex.advance(10ms);
  EXPECT_EQ(order, (std::vector{1, -1, 2, -2, 3, -3}));
  EXPECT_TRUE(m.try_lock());
}

TYPED_TEST(Mutexes, TryLockTakesItOnlyIfItIsFree) {
  TypeParam m;
  auto guard = m.try_lock();
  EXPECT_TRUE(guard);
  EXPECT_FALSE(m.try_lock());
  guard.unlock();
  EXPECT_TRUE(m.try_lock());
}

TYPED_TEST(Mutexes, NobodyComesBetweenTheOwnerAndTheOldestWaiter) {
  manual_executor ex;
  TypeParam m;
  auto wait = [&]() -> task<> { auto guard = co_await m.lock(); };
  auto guard = m.try_lock();
  auto waiter = ex.start(wait());
  guard.unlock();
  EXPECT_FALSE(m.try_lock()) << "it is the waiter's";
  ex.run_ready();
  EXPECT_TRUE(waiter.ended());
  EXPECT_TRUE(m.try_lock());
}

TYPED_TEST(Mutexes, ACancelledWaitHasNotLocked) {
  manual_executor ex;
  TypeParam m;
  stop_source source;
  auto wait = [&]() -> task<> { auto guard = co_await m.lock(); };
  auto guard = m.try_lock();
  auto stopped = ex.start(wait(), source.token());
  auto waiter = ex.start(wait());
  source.request_stop();
  ex.run_ready();
  EXPECT_THROW(stopped.result(), cancelled);
  EXPECT_FALSE(waiter.ended());
  guard.unlock();
  ex.run_ready();
  EXPECT_TRUE(waiter.ended());
  EXPECT_TRUE(m.try_lock());
}

TYPED_TEST(Mutexes, TheLastWaiterCancelledLeavesItFree) {
  manual_executor ex;
  TypeParam m;
  stop_source source;
  auto wait = [&]() -> task<> { auto guard = co_await m.lock(); };
  auto guard = m.try_lock();
  auto stopped = ex.start(wait(), source.token());
  source.request_stop();
  ex.run_ready();
  guard.unlock();
  EXPECT_TRUE(m.try_lock());
}

TYPED_TEST(Mutexes, GrantedBeforeItIsSeenToBeCancelledIsGranted) {
  manual_executor ex;
  TypeParam m;
  stop_source source;
  bool had = false;
  auto wait = [&]() -> task<> {
    auto guard = co_await m.lock();
    had = true;
  };
  auto guard = m.try_lock();
  auto waiter = ex.start(wait(), source.token());
  source.request_stop();
  guard.unlock();
  ex.run_ready();
  EXPECT_TRUE(had);
  EXPECT_TRUE(m.try_lock());
}

TEST(Mutex, KeepsThreadsApart) {
  thread_pool pool(4);
  mutex m;
  long counter = 0;
  auto add = [&]() -> task<> {
    for (int i = 0; i < 2000; ++i) {
      auto guard = co_await m.lock();
      long seen = counter;
      if (i % 16 == 0)
        co_await yield();
      counter = seen + 1;
    }
  };
  std::vector<std::thread> callers;
  for (int i = 0; i < 4; ++i)
    callers.emplace_back([&] { pool.run(add()); });
  for (std::thread &t : callers)
    t.join();
  EXPECT_EQ(counter, 8000);
}

TEST(Mutex, CancelledAtRandomOnThreadsLosesNothing) {
  thread_pool pool(4);
  mutex m;
  long counter = 0, had = 0;
  auto add = [&]() -> task<long> {
    long mine = 0;
    for (int i = 0; i < 500; ++i)
      try {
        auto guard = co_await m.lock();
        ++counter;
        ++mine;
        co_await yield();
      } catch (cancelled) {
        break;
      }
    co_return mine;
  };
  for (int round = 0; round < 20; ++round) {
    stop_source source;
    std::vector<std::thread> callers;
    std::vector<long> results(4);
    for (int i = 0; i < 4; ++i)
      callers.emplace_back([&, i] {
        results[i] = pool.run(add(), i % 2 ? source.token() : stop_token());
      });
    source.request_stop();
    for (std::thread &t : callers)
      t.join();
    for (long r : results)
      had += r;
  }
  EXPECT_EQ(counter, had);
  EXPECT_TRUE(m.try_lock());
}

} // namespace
