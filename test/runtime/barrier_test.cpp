// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include <gtest/gtest.h>
#include <moor/barrier.h>
#include <moor/manual_executor.h>
#include <moor/thread_pool.h>
#include <moor/timer.h>
#include <vector>

using namespace moor;
using namespace std::chrono_literals;

namespace {

template <class Barrier> class Barriers : public testing::Test {
protected:
  task<> meet(Barrier &b, int id) {
    co_await b.arrive_and_wait();
    order.push_back(id);
  }
  std::vector<int> order;
  manual_executor ex;
};
using Both = testing::Types<barrier, local::barrier>;
TYPED_TEST_SUITE(Barriers, Both);

TYPED_TEST(Barriers, LetsAllGoWhenTheLastHasCome) {
  TypeParam b(3);
  auto first = this->ex.start(this->meet(b, 1)),
       second = this->ex.start(this->meet(b, 2));
  EXPECT_EQ(b.generation(), 0u);
  auto third = this->ex.start(this->meet(b, 3));
  EXPECT_TRUE(third.ended()) << "the last one does not suspend";
  EXPECT_EQ(b.generation(), 1u);
  this->ex.run_ready();
  EXPECT_EQ(this->order, (std::vector{3, 1, 2}));
}

TYPED_TEST(Barriers, OfOneStopsNobody) {
  TypeParam b(1);
  EXPECT_TRUE(this->ex.start(this->meet(b, 1)).ended());
  EXPECT_TRUE(this->ex.start(this->meet(b, 1)).ended());
  EXPECT_EQ(b.generation(), 2u);
}

TYPED_TEST(Barriers, IsUsedAgainAndAgain) {
  TypeParam b(3);
  int steps[3] = {};
  auto work = [&](int id) -> task<> {
    for (int i = 0; i < 10; ++i) {
      co_await sleep_for((id + i) % 3 * 1ms);
      ++steps[id];
      co_await b.arrive_and_wait();
      for (int s : steps) // nobody is further ahead than one step
        EXPECT_TRUE(s == i + 1 || s == i + 2) << s << ' ' << i;
    }
  };
  auto a = this->ex.start(work(0)), c = this->ex.start(work(1)),
       d = this->ex.start(work(2));
  this->ex.advance(1s);
  EXPECT_TRUE(a.ended() && c.ended() && d.ended());
  EXPECT_EQ(b.generation(), 10u);
}

TYPED_TEST(Barriers, ACancelledWaitHasNotArrived) {
  TypeParam b(2);
  stop_source source;
  auto stopped = this->ex.start(this->meet(b, 1), source.token());
  source.request_stop();
  this->ex.run_ready();
  EXPECT_THROW(stopped.result(), cancelled);
  auto second = this->ex.start(this->meet(b, 2));
  this->ex.run_ready();
  EXPECT_FALSE(second.ended()) << "it is alone";
  EXPECT_EQ(b.generation(), 0u);
  auto again = this->ex.start(this->meet(b, 3));
  this->ex.run_ready();
  EXPECT_TRUE(second.ended());
  EXPECT_EQ(this->order, (std::vector{3, 2}));
}

TYPED_TEST(Barriers, CancelledBeforeItBeganHasNotArrivedEither) {
  TypeParam b(2);
  stop_source source;
  source.request_stop();
  auto stopped = this->ex.start(this->meet(b, 1), source.token());
  EXPECT_THROW(stopped.result(), cancelled);
  auto second = this->ex.start(this->meet(b, 2));
  EXPECT_FALSE(second.ended());
  auto last = this->ex.start(this->meet(b, 3), source.token());
  EXPECT_NO_THROW(last.result()) << "the last one need not wait";
  this->ex.run_ready();
  EXPECT_TRUE(second.ended());
}

TYPED_TEST(Barriers, WhoDropsOutIsNotWaitedFor) {
  TypeParam b(3);
  auto first = this->ex.start(this->meet(b, 1));
  auto second = this->ex.start(this->meet(b, 2));
  b.drop();
  EXPECT_EQ(b.generation(), 1u);
  this->ex.run_ready();
  EXPECT_EQ(this->order, (std::vector{1, 2}));
  auto third = this->ex.start(this->meet(b, 3));
  EXPECT_FALSE(third.ended());
  EXPECT_TRUE(this->ex.start(this->meet(b, 4)).ended()) << "two are all";
  this->ex.run_ready();
  EXPECT_TRUE(third.ended());
}

TYPED_TEST(Barriers, DroppingDoesNotLetThoseGoWhoLackOthers) {
  TypeParam b(3);
  auto first = this->ex.start(this->meet(b, 1));
  b.drop();
  this->ex.run_ready();
  EXPECT_FALSE(first.ended());
  b.drop();
  this->ex.run_ready();
  EXPECT_TRUE(first.ended());
  b.drop(); // the last one: nobody is left
}

TYPED_TEST(Barriers, AWaitIsCancelledOrGrantedNeverBoth) {
  for (bool stop_first : {true, false}) {
    TypeParam b(2);
    stop_source source;
    auto waiter = this->ex.start(this->meet(b, 1), source.token());
    if (stop_first)
      source.request_stop();
    EXPECT_TRUE(this->ex.start(this->meet(b, 2)).ended());
    source.request_stop();
    EXPECT_EQ(this->ex.run_ready(), 1u) << "posted once";
    EXPECT_NO_THROW(waiter.result());
    EXPECT_EQ(b.generation(), 1u);
  }
}

TEST(Barrier, KeepsThreadsInStep) {
  thread_pool pool(4);
  barrier b(3);
  detail::atomic<int> steps = 0;
  detail::atomic<bool> wrong = false;
  auto work = [&]() -> task<> {
    for (int i = 0; i < 200; ++i) {
      ++steps;
      co_await b.arrive_and_wait();
      if (steps < 3 * (i + 1))
        wrong = true;
      co_await b.arrive_and_wait();
    }
  };
  std::vector<std::thread> callers;
  for (int i = 0; i < 3; ++i)
    callers.emplace_back([&] { pool.run(work()); });
  for (std::thread &t : callers)
    t.join();
  EXPECT_FALSE(wrong);
  EXPECT_EQ(steps, 600);
  EXPECT_EQ(b.generation(), 400u);
}

} // namespace
