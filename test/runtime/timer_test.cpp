// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include <algorithm>
#include <gtest/gtest.h>
#include <memory>
#include <moor/event_loop.h>
#include <moor/manual_executor.h>
#include <moor/timer.h>
#include <random>

using namespace moor;
using namespace std::chrono_literals;

namespace {

TEST(Sleep, TakesItsTimeAndNoMore) {
  manual_executor ex;
  auto main = [&]() -> task<clock::duration> {
    clock::time_point begin = ex.now();
    co_await sleep_for(2h);
    co_await sleep_until(begin + 3h);
    co_return ex.now() - begin;
  };
  EXPECT_EQ(ex.run(main()), 3h);
}

TEST(Sleep, MayLastForEver) {
  manual_executor ex;
  stop_source source;
  auto main = []() -> task<> { co_await sleep_for(clock::duration::max()); };
  auto sleeping = ex.start(main(), source.token());
  ex.advance(24h * 365 * 100);
  EXPECT_FALSE(sleeping.ended());
  source.request_stop();
  ex.run_ready();
  EXPECT_THROW(sleeping.result(), cancelled);
}

TEST(Sleep, EndsInTheOrderOfTime) {
  manual_executor ex;
  std::vector<int> woken;
  auto sleeper = [&](int id, clock::duration time) -> task<> {
    co_await sleep_for(time);
    woken.push_back(id);
  };
  auto a = ex.start(sleeper(1, 3ms));
  auto b = ex.start(sleeper(2, 1ms));
  auto c = ex.start(sleeper(3, 3ms));
  ex.advance(2ms);
  EXPECT_EQ(woken, std::vector{2});
  ex.advance(1ms);
  EXPECT_EQ(woken, (std::vector{2, 1, 3})); // equal ones in order of arrival
}

TEST(Sleep, IsCancelled) {
  manual_executor ex;
  stop_source source;
  auto main = []() -> task<bool> {
    try {
      co_await sleep_for(1h);
    } catch (cancelled) {
      co_return true;
    }
    co_return false;
  };
  auto sleeping = ex.start(main(), source.token());
  ex.run_ready();
  EXPECT_FALSE(sleeping.ended());
  source.request_stop();
  EXPECT_FALSE(sleeping.ended()) << "a stop callback only posts";
  ex.run_ready();
  EXPECT_TRUE(sleeping.result());
  // Level-triggered: what begins after the request is cancelled, too.
  auto late = ex.start(main(), source.token());
  EXPECT_TRUE(late.result());
}

TEST(Sleep, ThatIsDueIsNotCancelled) {
  manual_executor ex;
  stop_source source;
  auto main = []() -> task<> { co_await sleep_for(1ms); };
  auto sleeping = ex.start(main(), source.token());
  ex.choose(
      [](void *s, std::size_t) -> std::size_t {
        static_cast<stop_source *>(s)->request_stop();
        return 0;
      },
      &source);
  ex.advance(1ms);
  EXPECT_NO_THROW(sleeping.result());
}

TEST(Timers, AHeapOfThousandsKeepsItsOrder) {
  manual_executor ex;
  std::mt19937 random(1);
  stop_source source;
  std::vector<clock::time_point> woken;
  auto sleeper = [&](clock::duration time) -> task<> {
    try {
      co_await sleep_for(time);
      woken.push_back(ex.now());
    } catch (cancelled) {
    }
  };
  std::vector<std::unique_ptr<manual_executor::started<void>>> kept, stopped;
  for (int i = 0; i < 3000; ++i) {
    bool stops = random() % 3 == 0;
    auto time = std::chrono::microseconds(1 + random() % 500);
    (stops ? stopped : kept)
        .emplace_back(new manual_executor::started<void>(
            ex.start(sleeper(time), stops ? source.token() : stop_token())));
  }
  source.request_stop();
  ex.run_ready();
  EXPECT_TRUE(woken.empty());
  ex.advance(1ms);
  EXPECT_EQ(woken.size(), kept.size());
  EXPECT_TRUE(std::is_sorted(woken.begin(), woken.end()));
}

TEST(EventLoop, SleepsForReal) {
  auto main = []() -> task<clock::duration> {
    clock::time_point begin = clock::now();
    co_await sleep_for(2ms);
    co_return clock::now() - begin;
  };
  EXPECT_GE(moor::run(main()), 2ms);
}

} // namespace
