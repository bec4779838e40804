// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include <functional>
#include <gtest/gtest.h>
#include <memory>
#include <moor/event.h>
#include <moor/event_loop.h>
#include <moor/manual_executor.h>
#include <moor/timer.h>
#include <optional>
#include <thread>

using namespace moor;
using namespace std::chrono_literals;

namespace {

template <class Event> class Events : public testing::Test {};
using Both = testing::Types<event, local::event>;
TYPED_TEST_SUITE(Events, Both);

template <class Event> task<int> wait_for(Event &e, int result) {
  co_await e;
  co_return result;
}

TYPED_TEST(Events, DoesNotSuspendOnceSet) {
  manual_executor ex;
  TypeParam e;
  e.set();
  auto waiter = ex.start(wait_for(e, 1));
  EXPECT_TRUE(waiter.ended());
}

TYPED_TEST(Events, PostsAllWaitersOldestFirst) {
  manual_executor ex;
  TypeParam e;
  std::vector<int> order;
  auto wait = [&](int id) -> task<> {
    co_await e;
    order.push_back(id);
  };
  auto a = ex.start(wait(1)), b = ex.start(wait(2)), c = ex.start(wait(3));
  e.set();
  EXPECT_TRUE(order.empty()) << "set() only posts";
  EXPECT_EQ(ex.run_ready(), 3u);
  EXPECT_EQ(order, (std::vector{1, 2, 3}));
}

TYPED_TEST(Events, AWaitIsCancelledOrGrantedNeverBoth) {
  for (bool stop_first : {true, false}) {
    manual_executor ex;
    TypeParam e;
    stop_source source;
    auto waiter = ex.start(wait_for(e, 1), source.token());
    if (stop_first)
      source.request_stop();
    e.set();
    source.request_stop();
    EXPECT_EQ(ex.ready_count(), 1u) << "posted once";
    ex.run_ready();
    // Granted before it was seen to be cancelled: it has its event.
    EXPECT_EQ(waiter.result(), 1);
  }
  manual_executor ex;
  TypeParam e;
  stop_source source;
  auto waiter = ex.start(wait_for(e, 1), source.token());
  source.request_stop();
  ex.run_ready();
  EXPECT_THROW(waiter.result(), cancelled);
  e.set();
  EXPECT_EQ(ex.ready_count(), 0u);
}

TEST(Event, IsSetFromAnotherThreadAndMayEndAtOnce) {
  for (int i = 0; i < 200; ++i) {
    std::thread setter;
    auto main = [&]() -> task<> {
      event e;
      setter = std::thread([&e] { e.set(); });
      co_await e; // then it ends, while set() may be on its way out
    };
    moor::run(main());
    setter.join();
  }
}

TEST(StopSource, CallsOnceAndWaitsForTheCall) {
  stop_source source;
  int called = 0;
  {
    stop_callback callback(source.token(), [&] { ++called; });
    EXPECT_TRUE(source.request_stop());
    EXPECT_FALSE(source.request_stop());
  }
  EXPECT_EQ(called, 1);
  stop_callback late(source.token(), [&] { ++called; });
  EXPECT_EQ(called, 2);
}

TEST(StopSource, ACallbackMayEndInItsOwnCall) {
  stop_source source;
  std::optional<stop_callback<std::function<void()>>> callback;
  callback.emplace(source.token(), [&] { callback.reset(); });
  source.request_stop();
  EXPECT_FALSE(callback);
}

TEST(StopSource, IsLinkedToItsParent) {
  stop_source parent;
  linked_stop_source child(parent.token());
  linked_stop_source grandchild(child.token());
  grandchild.request_stop();
  EXPECT_FALSE(child.stop_requested());
  parent.request_stop();
  EXPECT_TRUE(child.stop_requested());
}

} // namespace
