// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include <cstdlib>
#include <gtest/gtest.h>
#include <memory>
#include <moor/event.h>
#include <moor/event_loop.h>
#include <moor/manual_executor.h>
#include <moor/shield.h>
#include <moor/thread_pool.h>
#include <moor/timeout.h>
#include <moor/timer.h>
#include <stdexcept>
#include <string>

using namespace moor;
using namespace std::chrono_literals;

namespace {

template <class T> task<T> after(clock::duration time, T value) {
  co_await sleep_for(time);
  co_return std::move(value);
}

TEST(Timeout, GivesWhatComesInTime) {
  manual_executor ex;
  auto main = [&]() -> task<> {
    auto begin = ex.now();
    EXPECT_EQ(co_await timeout(5ms, after(2ms, 1)), 1);
    auto p = co_await timeout(5ms, after(2ms, std::make_unique<int>(2)));
    EXPECT_EQ(*p, 2);
    co_await timeout(5ms, []() -> task<> { co_return; }());
    EXPECT_EQ(ex.now() - begin, 4ms) << "does not wait for the clock";
  };
  ex.run(main());
  ex.advance(10ms);
  EXPECT_EQ(ex.ready_count(), 0u) << "no timer is left";
}

TEST(Timeout, StopsAndAwaitsWhatIsLate) {
  manual_executor ex;
  bool cleaned = false;
  auto slow = [&]() -> task<int> {
    bool stopped = false;
    try {
      co_await sleep_for(1h);
    } catch (cancelled) {
      stopped = true;
    }
    if (stopped)
      co_await shield(after(3ms, 0));
    cleaned = true;
    throw cancelled();
  };
  auto main = [&]() -> task<clock::duration> {
    auto begin = ex.now();
    EXPECT_THROW(co_await timeout(2ms, slow()), timed_out);
    EXPECT_TRUE(cleaned);
    co_return ex.now() - begin;
  };
  EXPECT_EQ(ex.run(main()), 5ms);
}

TEST(Timeout, IsAStdException) {
  manual_executor ex;
  try {
    ex.run(timeout(1ms, after(2ms, 1)));
    ADD_FAILURE();
  } catch (const std::exception &e) {
    EXPECT_STREQ(e.what(), "moor: the time for a task is over");
  }
}

TEST(Timeout, DataBeatsTheClock) {
  manual_executor ex;
  // Comes to a result although it was asked to stop.
  auto stubborn = []() -> task<int> {
    try {
      co_await sleep_for(1h);
    } catch (cancelled) {
    }
    co_return 3;
  };
  EXPECT_EQ(ex.run(timeout(1ms, stubborn())), 3);
  // Both are due at the same moment, in either order.
  EXPECT_EQ(ex.run(timeout(2ms, after(2ms, 4))), 4);
  auto two_steps = []() -> task<int> {
    co_await sleep_for(1ms);
    co_await sleep_for(1ms);
    co_return 5;
  };
  EXPECT_THROW(ex.run(timeout(1ms, two_steps())), timed_out);
}

TEST(Timeout, ThrowsWhatALateOneThrows) {
  manual_executor ex;
  auto fails = []() -> task<> {
    try {
      co_await sleep_for(1h);
    } catch (cancelled) {
    }
    throw std::runtime_error("cannot clean up");
  };
  EXPECT_THROW(ex.run(timeout(1ms, fails())), std::runtime_error);
}

TEST(Timeout, OfAStoppedParentIsCancelled) {
  for (bool late_first : {false, true}) {
    manual_executor ex;
    stop_source source;
    auto waiting = ex.start(timeout(1ms, after(1h, 1)), source.token());
    if (late_first) {
      // The alarm has rung, and the sleeper is posted, when the stop comes.
      ex.choose(
          [](void *s, std::size_t) -> std::size_t {
            auto &source = *static_cast<stop_source *>(s);
            static int turn;
            if (++turn == 2)
              source.request_stop();
            return 0;
          },
          &source);
      ex.advance(1ms);
    } else {
      source.request_stop();
      ex.run_ready();
    }
    ASSERT_TRUE(waiting.ended());
    EXPECT_THROW(waiting.result(), cancelled) << late_first;
  }
}

TEST(Timeout, StoppedBeforeItBeginsIsCancelled) {
  manual_executor ex;
  stop_source source;
  source.request_stop();
  auto waiting = ex.start(timeout(1h, after(1ms, 1)), source.token());
  ASSERT_TRUE(waiting.ended());
  EXPECT_THROW(waiting.result(), cancelled);
  ex.advance(2h);
}

TEST(Timeout, OwnCancellationInTimeIsNotALateOne) {
  manual_executor ex;
  auto gives_up = []() -> task<> {
    co_await sleep_for(1ms);
    throw cancelled();
  };
  EXPECT_THROW(ex.run(timeout(2ms, gives_up())), cancelled);
}

TEST(Timeout, TheOuterOneSpeaksForItself) {
  manual_executor ex;
  std::string seen;
  auto inner = [&]() -> task<> {
    try {
      co_await timeout(5ms, after(1h, 1));
    } catch (const timed_out &) {
      seen += "inner timed out, ";
      throw;
    } catch (cancelled) {
      seen += "inner cancelled, ";
      throw;
    }
  };
  auto main = [&](clock::duration time) -> task<> {
    try {
      co_await timeout(time, inner());
    } catch (const timed_out &) {
      seen += "outer timed out; ";
    }
  };
  ex.run(main(2ms));
  EXPECT_EQ(seen, "inner cancelled, outer timed out; ");
  seen.clear();
  ex.run(main(9ms));
  EXPECT_EQ(seen, "inner timed out, outer timed out; ");
}

TEST(Timeout, OfZeroLetsPassWhatNeverWaits) {
  manual_executor ex;
  auto ready = []() -> task<int> { co_return 1; };
  EXPECT_EQ(ex.run(timeout(0ms, ready())), 1);
  EXPECT_EQ(ex.run(timeout(-1ms, ready())), 1);
  EXPECT_THROW(ex.run(timeout(0ms, after(1ms, 1))), timed_out);
  EXPECT_EQ(ex.run(timeout(clock::duration::max(), after(1h, 1))), 1);
}

TEST(Timeout, LeavesNothingBehindOnThreads) {
  thread_pool pool(3);
  int late = 0, in_time = 0;
  auto main = [&]() -> task<> {
    for (int i = 0; i < 300; ++i)
      try {
        co_await timeout(10us * (i % 4), after(15us, 1));
        ++in_time;
      } catch (const timed_out &) {
        ++late;
      }
  };
  pool.run(main());
  EXPECT_EQ(late + in_time, 300);
}

TEST(Timeout, MeetsTheGrantOnThreads) {
  thread_pool pool(3);
  for (int i = 0; i < 200; ++i) {
    event e;
    auto wait = [&]() -> task<int> {
      co_await e;
      co_return 1;
    };
    std::thread setter([&] { e.set(); });
    try {
      EXPECT_EQ(pool.run(timeout(clock::duration(1000 * (i % 50)), wait())), 1);
    } catch (const timed_out &) {
    }
    setter.join();
  }
}

task<int> ready() { co_return 1; }

TEST(Timeout, AMillionReadyOnesTakeNoStack) {
  auto main = []() -> task<std::ptrdiff_t> {
    char *first = nullptr, *last = nullptr;
    for (int i = 0; i < 1'000'000; ++i) {
      co_await timeout(1h, ready());
      last = static_cast<char *>(__builtin_frame_address(0));
      if (!first)
        first = last;
    }
    co_return first - last;
  };
  EXPECT_LT(std::abs(moor::run(main())), 4096);
}

} // namespace
