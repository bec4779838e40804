// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include <gtest/gtest.h>
#include <moor/event_loop.h>
#include <moor/interval.h>
#include <moor/manual_executor.h>
#include <vector>

using namespace moor;
using namespace std::chrono_literals;

namespace {

using ms = std::chrono::milliseconds;

long in_ms(clock::duration d) {
  return long(std::chrono::duration_cast<ms>(d).count());
}

/// When the ticks are seen; the work after the second takes a while.
std::vector<long> seen(missed_ticks missed, clock::duration work,
                       clock::duration period, int count) {
  manual_executor ex;
  std::vector<long> at;
  auto main = [&]() -> task<> {
    interval every(period, missed);
    for (int i = 0; i < count; ++i) {
      co_await every.tick();
      at.push_back(in_ms(ex.now().time_since_epoch()));
      if (i == 1)
        co_await sleep_for(work);
    }
  };
  ex.run(main());
  return at;
}

TEST(Interval, TicksAtOnceAndThenRegularly) {
  EXPECT_EQ(seen(missed_ticks::burst, 0ms, 10ms, 4),
            (std::vector<long>{0, 10, 20, 30}));
}

TEST(Interval, DoesNotDrift) {
  manual_executor ex;
  auto main = [&]() -> task<clock::duration> {
    auto begin = ex.now();
    interval every(10ms, missed_ticks::delay);
    for (int i = 0; i < 100; ++i) {
      co_await every.tick();
      co_await sleep_for(7ms);
    }
    co_return ex.now() - begin;
  };
  EXPECT_EQ(ex.run(main()), 99 * 10ms + 7ms);
}

TEST(Interval, BurstsAfterMissedTicks) {
  EXPECT_EQ(seen(missed_ticks::burst, 140ms, 50ms, 7),
            (std::vector<long>{0, 50, 190, 190, 200, 250, 300}));
}

TEST(Interval, DelaysAfterMissedTicks) {
  EXPECT_EQ(seen(missed_ticks::delay, 140ms, 50ms, 5),
            (std::vector<long>{0, 50, 190, 240, 290}));
}

TEST(Interval, SkipsMissedTicks) {
  EXPECT_EQ(seen(missed_ticks::skip, 140ms, 50ms, 6),
            (std::vector<long>{0, 50, 190, 200, 250, 300}));
  // Just at a multiple of the period.
  EXPECT_EQ(seen(missed_ticks::skip, 150ms, 50ms, 5),
            (std::vector<long>{0, 50, 200, 250, 300}));
}

TEST(Interval, ALittleLateIsNotMissed) {
  for (missed_ticks m :
       {missed_ticks::burst, missed_ticks::delay, missed_ticks::skip})
    EXPECT_EQ(seen(m, 54ms, 50ms, 4), (std::vector<long>{0, 50, 104, 150}));
  EXPECT_EQ(seen(missed_ticks::delay, 56ms, 50ms, 4),
            (std::vector<long>{0, 50, 106, 156}));
  // A whole period is missed, however short.
  EXPECT_EQ(seen(missed_ticks::delay, 4ms, 2ms, 4),
            (std::vector<long>{0, 2, 6, 8}));
}

TEST(Interval, GivesTheMomentAtWhichItWasDue) {
  manual_executor ex;
  auto main = [&]() -> task<> {
    auto begin = ex.now();
    interval every(10ms);
    EXPECT_EQ(co_await every.tick() - begin, 0ms);
    co_await sleep_for(25ms);
    EXPECT_EQ(co_await every.tick() - begin, 10ms);
    EXPECT_EQ(co_await every.tick() - begin, 20ms);
    EXPECT_EQ(ex.now() - begin, 25ms);
    EXPECT_EQ(co_await every.tick() - begin, 30ms);
  };
  ex.run(main());
}

TEST(Interval, MayBeginLater) {
  manual_executor ex;
  auto main = [&]() -> task<> {
    auto begin = ex.now();
    interval every(begin + 3ms, 10ms);
    co_await every.tick();
    EXPECT_EQ(ex.now() - begin, 3ms);
    co_await every.tick();
    EXPECT_EQ(ex.now() - begin, 13ms);
  };
  ex.run(main());
}

TEST(Interval, ACancelledTickHasNotHappened) {
  manual_executor ex;
  stop_source source;
  interval every(10ms);
  auto wait = [&]() -> task<clock::time_point> {
    return [](auto &e) -> task<clock::time_point> {
      co_return co_await e.tick();
    }(every);
  };
  clock::time_point begin = ex.run(wait());
  auto stopped = ex.start(wait(), source.token());
  ex.advance(5ms);
  source.request_stop();
  ex.run_ready();
  EXPECT_THROW(stopped.result(), cancelled);
  EXPECT_EQ(ex.run(wait()) - begin, 10ms);
  // Stopped before it begins.
  auto late = ex.start(wait(), source.token());
  ASSERT_TRUE(late.ended());
  EXPECT_THROW(late.result(), cancelled);
  EXPECT_EQ(ex.run(wait()) - begin, 20ms);
}

TEST(Interval, IsAStream) {
  manual_executor ex;
  auto main = [&]() -> task<> {
    interval every(10ms);
    auto begin = ex.now();
    int count = 0;
    while (auto due = co_await every.next()) {
      EXPECT_EQ(*due - begin, count * 10ms);
      if (++count == 3)
        break;
    }
  };
  ex.run(main());
}

TEST(Interval, LetsOthersRunEvenIfItIsLate) {
  manual_executor ex;
  stop_source source;
  int ticks = 0;
  auto main = [&]() -> task<> {
    interval every(1ms);
    co_await every.tick();
    co_await sleep_for(1h);
    for (;;) {
      co_await every.tick();
      ++ticks;
    }
  };
  auto other = [&]() -> task<> {
    co_await sleep_for(1h);
    for (int i = 0; i < 10; ++i)
      co_await yield();
    source.request_stop();
  };
  auto ticking = ex.start(main(), source.token());
  ex.run(other());
  ex.run_ready();
  EXPECT_THROW(ticking.result(), cancelled);
  EXPECT_LT(ticks, 20);
}

TEST(Interval, TicksForReal) {
  auto main = []() -> task<clock::duration> {
    interval every(1ms);
    clock::time_point first = co_await every.tick();
    co_await every.tick();
    co_await every.tick();
    co_return clock::now() - first;
  };
  EXPECT_GE(moor::run(main()), 2ms);
}

} // namespace
