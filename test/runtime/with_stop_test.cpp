// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include <gtest/gtest.h>
#include <moor/manual_executor.h>
#include <moor/thread_pool.h>
#include <moor/timer.h>
#include <moor/with_stop.h>
#include <stdexcept>
#include <thread>

using namespace moor;
using namespace std::chrono_literals;

namespace {

task<int> after(clock::duration time, int value) {
  co_await sleep_for(time);
  co_return value;
}

TEST(WithStop, PassesResultsReferencesAndExceptionsOn) {
  manual_executor ex;
  stop_source source;
  int n = 1;
  auto reference = [&]() -> task<int &> { co_return n; };
  auto nothing = []() -> task<> { co_return; };
  auto fails = []() -> task<int> {
    throw std::runtime_error("no");
    co_return 1;
  };
  EXPECT_EQ(ex.run(with_stop(source.token(), after(1ms, 3))), 3);
  EXPECT_EQ(&ex.run(with_stop(source.token(), reference())), &n);
  EXPECT_NO_THROW(ex.run(with_stop(source.token(), nothing())));
  EXPECT_THROW(ex.run(with_stop(source.token(), fails())), std::runtime_error);
}

TEST(WithStop, IsStoppedByItsToken) {
  manual_executor ex;
  stop_source source;
  bool went_on = false;
  auto main = [&]() -> task<> {
    try {
      co_await with_stop(source.token(), after(1h, 1));
      ADD_FAILURE();
    } catch (cancelled) {
    }
    co_await sleep_for(1ms); // is not stopped itself
    went_on = true;
  };
  auto waiting = ex.start(main());
  source.request_stop();
  EXPECT_FALSE(waiting.ended());
  ex.advance(1ms);
  EXPECT_TRUE(waiting.ended());
  EXPECT_TRUE(went_on);
}

TEST(WithStop, IsStoppedByItsParent) {
  manual_executor ex;
  stop_source source, parent;
  auto waiting =
      ex.start(with_stop(source.token(), after(1h, 1)), parent.token());
  parent.request_stop();
  ex.run_ready();
  EXPECT_THROW(waiting.result(), cancelled);
  EXPECT_FALSE(source.stop_requested());
}

TEST(WithStop, IsNotStoppedByAnyOtherOrAfterItsEnd) {
  manual_executor ex;
  stop_source source, other;
  auto main = [&]() -> task<int> {
    int n = co_await with_stop(source.token(), after(1ms, 1));
    source.request_stop();
    co_return n + co_await after(1ms, 2);
  };
  auto waiting = ex.start(main());
  other.request_stop();
  ex.advance(2ms);
  EXPECT_EQ(waiting.result(), 3);
}

TEST(WithStop, StoppedBeforeItBeginsIsCancelledAtItsFirstWait) {
  manual_executor ex;
  stop_source source;
  source.request_stop();
  bool began = false;
  auto work = [&]() -> task<> {
    began = true;
    co_await sleep_for(0ms);
    ADD_FAILURE();
  };
  EXPECT_THROW(ex.run(with_stop(source.token(), work())), cancelled);
  EXPECT_TRUE(began);
}

TEST(WithStop, GivesWhatWasGrantedBeforeTheStop) {
  manual_executor ex;
  stop_source source;
  auto waiting = ex.start(with_stop(source.token(), after(1ms, 7)));
  ex.choose(
      [](void *s, std::size_t) -> std::size_t {
        static_cast<stop_source *>(s)->request_stop();
        return 0;
      },
      &source);
  ex.advance(1ms);
  EXPECT_EQ(waiting.result(), 7);
}

TEST(WithStop, TokensNest) {
  manual_executor ex;
  stop_source outer, inner;
  int caught = 0;
  auto middle = [&]() -> task<> {
    try {
      co_await with_stop(inner.token(), after(1h, 1));
    } catch (cancelled) {
      ++caught;
    }
    co_await sleep_for(1h);
  };
  auto waiting = ex.start(with_stop(outer.token(), middle()));
  inner.request_stop();
  ex.run_ready();
  EXPECT_EQ(caught, 1);
  EXPECT_FALSE(waiting.ended());
  outer.request_stop();
  ex.run_ready();
  EXPECT_THROW(waiting.result(), cancelled);
}

TEST(WithStop, BothStopsAtOnceOnThreads) {
  thread_pool pool(2);
  for (int i = 0; i < 200; ++i) {
    stop_source a, b;
    std::thread one([&] { a.request_stop(); });
    std::thread two([&] { b.request_stop(); });
    EXPECT_THROW(pool.run(with_stop(a.token(), after(1h, 1)), b.token()),
                 cancelled);
    one.join();
    two.join();
  }
}

} // namespace
