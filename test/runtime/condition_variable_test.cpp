// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include <deque>
#include <gtest/gtest.h>
#include <moor/condition_variable.h>
#include <moor/manual_executor.h>
#include <moor/thread_pool.h>
#include <stdexcept>
#include <vector>

using namespace moor;

namespace {

struct threads {
  using mutex = moor::mutex;
  using condition = condition_variable;
};
struct one_loop {
  using mutex = local::mutex;
  using condition = local::condition_variable;
};

template <class Kind> class Conditions : public testing::Test {
protected:
  using guard = typename Kind::mutex::guard;

  task<> wait(int id) {
    guard lock = co_await m.lock();
    struct leaving {
      Conditions &t;
      guard &lock;
      ~leaving() {
        EXPECT_TRUE(lock) << "it comes back with the lock in any case";
        EXPECT_FALSE(t.m.try_lock());
        ++t.left;
      }
    } on_end{*this, lock};
    co_await c.wait(lock);
    woken.push_back(id);
  }
  task<> wait_for(int n) {
    guard lock = co_await m.lock();
    co_await c.wait(lock, [this, n] { return value >= n; });
    woken.push_back(n);
  }
  bool is_free() { return static_cast<bool>(m.try_lock()); }

  typename Kind::mutex m;
  typename Kind::condition c;
  int value = 0, left = 0;
  std::vector<int> woken;
  manual_executor ex;
};
using Both = testing::Types<threads, one_loop>;
TYPED_TEST_SUITE(Conditions, Both);

TYPED_TEST(Conditions, UnlocksWhileItWaits) {
  auto waiter = this->ex.start(this->wait(1));
  EXPECT_TRUE(this->is_free());
  EXPECT_FALSE(waiter.ended());
  this->c.notify_one();
  this->ex.run_ready();
  EXPECT_TRUE(waiter.ended());
  EXPECT_TRUE(this->is_free());
}

TYPED_TEST(Conditions, NotifiesTheOldest) {
  auto a = this->ex.start(this->wait(1)), b = this->ex.start(this->wait(2)),
       c = this->ex.start(this->wait(3));
  this->c.notify_one();
  this->ex.run_ready();
  EXPECT_EQ(this->woken, (std::vector{1}));
  this->c.notify_all();
  this->ex.run_ready();
  EXPECT_EQ(this->woken, (std::vector{1, 2, 3}));
}

TYPED_TEST(Conditions, NotifyingNobodyIsForgotten) {
  this->c.notify_one();
  this->c.notify_all();
  auto waiter = this->ex.start(this->wait(1));
  EXPECT_EQ(this->ex.run_ready(), 0u);
  EXPECT_FALSE(waiter.ended());
  this->c.notify_one();
  this->ex.run_ready();
}

TYPED_TEST(Conditions, GoesOnWhenItHasTheLockAgain) {
  auto waiter = this->ex.start(this->wait(1));
  auto lock = this->m.try_lock();
  this->c.notify_one();
  EXPECT_EQ(this->ex.run_ready(), 1u);
  EXPECT_FALSE(waiter.ended()) << "it stands in line for the mutex";
  lock.unlock();
  EXPECT_FALSE(this->is_free()) << "which is handed to it";
  this->ex.run_ready();
  EXPECT_TRUE(waiter.ended());
}

TYPED_TEST(Conditions, WaitsUntilThePredicateHolds) {
  auto two = this->ex.start(this->wait_for(2)),
       none = this->ex.start(this->wait_for(0));
  EXPECT_TRUE(none.ended()) << "it held";
  for (int n : {1, 2}) {
    EXPECT_FALSE(two.ended());
    this->value = n;
    this->c.notify_all();
    this->ex.run_ready();
  }
  EXPECT_TRUE(two.ended());
  EXPECT_TRUE(this->is_free());
}

TYPED_TEST(Conditions, APredicateMayThrow) {
  auto wait = [this]() -> task<> {
    auto lock = co_await this->m.lock();
    co_await this->c.wait(lock, [this]() -> bool {
      return this->value ? throw std::runtime_error("no") : false;
    });
  };
  auto waiter = this->ex.start(wait());
  this->value = 1;
  this->c.notify_one();
  this->ex.run_ready();
  EXPECT_THROW(waiter.result(), std::runtime_error);
  EXPECT_TRUE(this->is_free());
}

TYPED_TEST(Conditions, ACancelledWaitLocksAgainBeforeItThrows) {
  stop_source source;
  auto waiter = this->ex.start(this->wait(1), source.token());
  auto lock = this->m.try_lock();
  source.request_stop();
  this->ex.run_ready();
  EXPECT_FALSE(waiter.ended()) << "locking again cannot be cancelled";
  EXPECT_EQ(this->left, 0);
  lock.unlock();
  this->ex.run_ready();
  EXPECT_THROW(waiter.result(), cancelled);
  EXPECT_EQ(this->left, 1);
  EXPECT_TRUE(this->is_free());
}

TYPED_TEST(Conditions, CancelledBeforeItBeganItNeverUnlocks) {
  stop_source source;
  source.request_stop();
  auto lock = this->m.try_lock();
  lock.unlock();
  auto waiter = this->ex.start(this->wait(1), source.token());
  EXPECT_THROW(waiter.result(), cancelled);
  EXPECT_EQ(this->left, 1);
  EXPECT_TRUE(this->is_free());
}

TYPED_TEST(Conditions, ACancelledWaitTakesNoNotificationFromOthers) {
  stop_source source;
  auto stopped = this->ex.start(this->wait(1), source.token());
  auto other = this->ex.start(this->wait(2));
  source.request_stop();
  this->ex.run_ready();
  this->c.notify_one();
  this->ex.run_ready();
  EXPECT_THROW(stopped.result(), cancelled);
  EXPECT_EQ(this->woken, (std::vector{2}));
}

TYPED_TEST(Conditions, NotifiedAndCancelledItGoesOnWithTheNotification) {
  for (bool stop_first : {true, false}) {
    stop_source source;
    this->woken.clear();
    auto both = this->ex.start(this->wait(1), source.token());
    auto other = this->ex.start(this->wait(2));
    if (stop_first)
      source.request_stop();
    this->c.notify_one();
    source.request_stop();
    EXPECT_EQ(this->ex.run_ready(), 1u) << "posted once";
    EXPECT_NO_THROW(both.result());
    EXPECT_EQ(this->woken, (std::vector{1})) << "it did not get lost";
    this->c.notify_one();
    this->ex.run_ready();
    EXPECT_EQ(this->woken, (std::vector{1, 2}));
  }
}

TYPED_TEST(Conditions, CancelledWhileItLocksAgainItHasItsNotification) {
  stop_source source;
  auto waiter = this->ex.start(this->wait(1), source.token());
  auto lock = this->m.try_lock();
  this->c.notify_one();
  this->ex.run_ready();
  source.request_stop();
  EXPECT_EQ(this->ex.run_ready(), 0u);
  lock.unlock();
  this->ex.run_ready();
  EXPECT_NO_THROW(waiter.result());
  EXPECT_EQ(this->woken, (std::vector{1}));
}

TEST(ConditionVariable, MakesAQueueOnThreads) {
  thread_pool pool(4);
  mutex m;
  condition_variable filled, emptied;
  std::deque<int> queue;
  long sum = 0;
  auto produce = [&]() -> task<> {
    for (int i = 1; i <= 300; ++i) {
      auto lock = co_await m.lock();
      co_await emptied.wait(lock, [&] { return queue.size() < 3; });
      queue.push_back(i);
      filled.notify_one();
    }
  };
  auto consume = [&]() -> task<> {
    for (int i = 1; i <= 300; ++i) {
      auto lock = co_await m.lock();
      while (queue.empty())
        co_await filled.wait(lock);
      sum += queue.front();
      queue.pop_front();
      lock.unlock();
      emptied.notify_one();
    }
  };
  std::vector<std::thread> callers;
  for (int i = 0; i < 2; ++i) {
    callers.emplace_back([&] { pool.run(produce()); });
    callers.emplace_back([&] { pool.run(consume()); });
  }
  for (std::thread &t : callers)
    t.join();
  EXPECT_EQ(sum, 2 * 300 * 301 / 2);
  EXPECT_TRUE(queue.empty());
}

} // namespace
