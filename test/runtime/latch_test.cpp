// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include <gtest/gtest.h>
#include <moor/event_loop.h>
#include <moor/latch.h>
#include <moor/manual_executor.h>
#include <thread>
#include <vector>

using namespace moor;

namespace {

template <class Latch> class Latches : public testing::Test {
protected:
  task<> wait(Latch &l, int id) {
    co_await l;
    order.push_back(id);
  }
  task<> arrive(Latch &l, int id) {
    co_await l.arrive_and_wait();
    order.push_back(id);
  }
  std::vector<int> order;
  manual_executor ex;
};
using Both = testing::Types<latch, local::latch>;
TYPED_TEST_SUITE(Latches, Both);

TYPED_TEST(Latches, LetsAllGoAtZeroOldestFirst) {
  TypeParam l(3);
  auto a = this->ex.start(this->wait(l, 1)),
       b = this->ex.start(this->wait(l, 2));
  l.count_down();
  l.count_down(0);
  l.count_down();
  EXPECT_EQ(this->ex.ready_count(), 0u);
  EXPECT_FALSE(l.try_wait());
  l.count_down();
  EXPECT_TRUE(l.try_wait());
  EXPECT_EQ(this->ex.run_ready(), 2u);
  EXPECT_EQ(this->order, (std::vector{1, 2}));
}

TYPED_TEST(Latches, CountsDownByMoreThanOne) {
  TypeParam l(3);
  l.count_down(2);
  EXPECT_FALSE(l.try_wait());
  l.count_down(1);
  EXPECT_TRUE(l.try_wait());
}

TYPED_TEST(Latches, DoesNotSuspendAtZero) {
  TypeParam l(0);
  EXPECT_TRUE(l.try_wait());
  EXPECT_TRUE(this->ex.start(this->wait(l, 1)).ended());
}

TYPED_TEST(Latches, TheLastToArriveDoesNotSuspend) {
  TypeParam l(2);
  auto a = this->ex.start(this->arrive(l, 1));
  EXPECT_FALSE(a.ended());
  auto b = this->ex.start(this->arrive(l, 2));
  EXPECT_TRUE(b.ended());
  this->ex.run_ready();
  EXPECT_EQ(this->order, (std::vector{2, 1}));
}

TYPED_TEST(Latches, DoesNotArriveBeforeItIsAwaited) {
  TypeParam l(1);
  auto arrive = [&]() -> task<> {
    auto arrival = l.arrive_and_wait();
    EXPECT_FALSE(l.try_wait());
    co_await arrival;
    EXPECT_TRUE(l.try_wait());
  };
  EXPECT_TRUE(this->ex.start(arrive()).ended());
}

TYPED_TEST(Latches, ACancelledArrivalStaysCounted) {
  for (bool before : {true, false}) {
    TypeParam l(2);
    stop_source source;
    if (before)
      source.request_stop();
    auto stopped = this->ex.start(this->arrive(l, 1), source.token());
    source.request_stop();
    this->ex.run_ready();
    EXPECT_THROW(stopped.result(), cancelled);
    EXPECT_FALSE(l.try_wait());
    l.count_down();
    EXPECT_TRUE(l.try_wait());
  }
  EXPECT_TRUE(this->order.empty());
}

TYPED_TEST(Latches, AWaitIsCancelledOrGrantedNeverBoth) {
  for (bool stop_first : {true, false}) {
    TypeParam l(1);
    stop_source source;
    auto waiter = this->ex.start(this->wait(l, 1), source.token());
    if (stop_first)
      source.request_stop();
    l.count_down();
    source.request_stop();
    EXPECT_EQ(this->ex.run_ready(), 1u) << "posted once";
    EXPECT_NO_THROW(waiter.result());
  }
}

TEST(Latch, IsCountedDownByOtherThreadsAndMayEndAtOnce) {
  for (int i = 0; i < 100; ++i) {
    std::vector<std::thread> threads;
    int done[3] = {};
    auto main = [&]() -> task<> {
      latch l(3);
      for (int &d : done)
        threads.emplace_back([&l, &d] {
          d = 1;
          l.count_down();
        });
      co_await l; // then it ends, while they may be on their way out
      EXPECT_EQ(done[0] + done[1] + done[2], 3);
    };
    moor::run(main());
    for (std::thread &t : threads)
      t.join();
  }
}

} // namespace
