// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include <cstdlib>
#include <gtest/gtest.h>
#include <moor/event_loop.h>
#include <moor/manual_executor.h>
#include <moor/nursery.h>
#include <moor/shield.h>
#include <moor/timeout.h>
#include <moor/timer.h>
#include <moor/with_stop.h>
#include <stdexcept>
#include <vector>

using namespace moor;
using namespace std::chrono_literals;

namespace {

task<int> after(clock::duration time, int value) {
  co_await sleep_for(time);
  co_return value;
}

TEST(Shield, AStopDoesNotReachItAndIsSeenAfterwards) {
  manual_executor ex;
  stop_source source;
  int got = 0;
  auto main = [&]() -> task<> {
    got = co_await shield(after(2ms, 5));
    co_await sleep_for(0ms);
    ADD_FAILURE() << "the first wait after it sees the stop";
  };
  auto waiting = ex.start(main(), source.token());
  source.request_stop();
  ex.advance(1ms);
  EXPECT_EQ(got, 0);
  EXPECT_FALSE(waiting.ended());
  ex.advance(1ms);
  EXPECT_EQ(got, 5);
  EXPECT_THROW(waiting.result(), cancelled);
}

TEST(Shield, CleansUpAfterAStop) {
  manual_executor ex;
  stop_source source;
  std::vector<int> order;
  auto roll_back = [&]() -> task<> {
    order.push_back(1);
    co_await sleep_for(3ms);
    order.push_back(2);
  };
  auto main = [&]() -> task<> {
    bool stopped = false;
    try {
      co_await sleep_for(1h);
    } catch (cancelled) {
      stopped = true;
    }
    if (stopped) {
      co_await shield(roll_back());
      order.push_back(3);
      throw cancelled();
    }
  };
  auto waiting = ex.start(main(), source.token());
  source.request_stop();
  ex.run_ready();
  EXPECT_EQ(order, std::vector{1}) << "it begins after the stop";
  ex.advance(3ms);
  EXPECT_EQ(order, (std::vector{1, 2, 3}));
  EXPECT_THROW(waiting.result(), cancelled);
}

TEST(Shield, WithoutItCleaningUpIsCancelled) {
  manual_executor ex;
  stop_source source;
  bool cleaned = false;
  auto main = [&]() -> task<> {
    bool stopped = false;
    try {
      co_await sleep_for(1h);
    } catch (cancelled) {
      stopped = true;
    }
    if (stopped) {
      co_await sleep_for(3ms);
      cleaned = true;
    }
  };
  auto waiting = ex.start(main(), source.token());
  source.request_stop();
  ex.advance(3ms);
  EXPECT_THROW(waiting.result(), cancelled);
  EXPECT_FALSE(cleaned);
}

TEST(Shield, StopsFromInsideWorkAndEndThere) {
  manual_executor ex;
  stop_source parent, inner;
  int caught = 0;
  auto work = [&]() -> task<> {
    try {
      co_await timeout(1ms, after(1h, 1));
    } catch (const timed_out &) {
      ++caught;
    }
    try {
      co_await with_stop(inner.token(), after(1h, 1));
    } catch (cancelled) {
      ++caught;
    }
    co_await with_nursery([](nursery &n) -> task<> {
      n.spawn([]() -> task<> { co_await sleep_for(1h); }());
      n.request_stop();
      co_return;
    });
    ++caught;
  };
  auto waiting = ex.start(shield(work()), parent.token());
  parent.request_stop();
  ex.advance(1ms);
  inner.request_stop();
  ex.run_ready();
  EXPECT_TRUE(waiting.ended());
  EXPECT_EQ(caught, 3);
  EXPECT_NO_THROW(waiting.result());
}

TEST(Shield, PassesExceptionsAndReferencesOn) {
  manual_executor ex;
  int n = 0;
  auto fails = []() -> task<> {
    throw std::runtime_error("no");
    co_return;
  };
  auto reference = [&]() -> task<int &> { co_return n; };
  EXPECT_THROW(ex.run(shield(fails())), std::runtime_error);
  EXPECT_EQ(&ex.run(shield(reference())), &n);
}

char *stack_now() { return static_cast<char *>(__builtin_frame_address(0)); }

task<char *> ready() { co_return stack_now(); }

TEST(Shield, AMillionReadyOnesTakeNoStack) {
  auto main = []() -> task<std::ptrdiff_t> {
    char *first = co_await shield(ready()), *last = first;
    for (int i = 0; i < 1'000'000; ++i)
      last = co_await shield(ready());
    co_return first - last;
  };
  EXPECT_LT(std::abs(moor::run(main())), 4096);
}

} // namespace
