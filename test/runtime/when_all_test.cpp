// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include <gtest/gtest.h>
#include <moor/manual_executor.h>
#include <moor/nursery.h>
#include <moor/thread_pool.h>
#include <moor/timer.h>
#include <moor/when_all.h>
#include <stdexcept>
#include <string>
#include <vector>

using namespace moor;
using namespace std::chrono_literals;

namespace {

template <class T> task<T> after(clock::duration time, T value) {
  co_await sleep_for(time);
  co_return value;
}

task<> fail_after(clock::duration time, std::string what) {
  co_await sleep_for(time);
  throw std::runtime_error(what);
}

task<> fail_never() { co_return; }

TEST(WhenAll, TakesAsLongAsTheLongest) {
  manual_executor ex;
  auto main = [&]() -> task<> {
    auto begin = ex.now();
    auto [a, b, c] = co_await when_all(
        after(2ms, 1), after(5ms, std::string("b")), fail_never());
    EXPECT_EQ(a, 1);
    EXPECT_EQ(b, "b");
    EXPECT_EQ(ex.now() - begin, 5ms);
  };
  ex.run(main());
}

TEST(WhenAll, OfReadyTasksDoesNotSuspend) {
  manual_executor ex;
  auto ready = [](int n) -> task<int> { co_return n; };
  auto all = ex.start(when_all(ready(1), ready(2)));
  EXPECT_TRUE(all.ended());
  EXPECT_EQ(all.result(), (std::tuple{1, 2}));
}

TEST(WhenAll, StopsTheOthersAndThrowsTheFirst) {
  manual_executor ex;
  auto main = [&]() -> task<clock::duration> {
    auto begin = ex.now();
    try {
      co_await when_all(after(1h, 1), fail_after(2ms, "first"));
    } catch (const std::runtime_error &e) {
      EXPECT_STREQ(e.what(), "first");
    }
    co_return ex.now() - begin;
  };
  EXPECT_EQ(ex.run(main()), 2ms) << "the loser was cancelled, and awaited";
}

int lost;

TEST(WhenAll, LosesNoExceptionInSilence) {
  lost = 0;
  auto previous =
      set_lost_exception_handler([](std::exception_ptr) noexcept { ++lost; });
  manual_executor ex;
  auto stubborn = []() -> task<> {
    try {
      co_await sleep_for(1h);
    } catch (cancelled) {
    }
    throw std::runtime_error("second");
  };
  auto main = [&]() -> task<> {
    EXPECT_THROW(co_await when_all(fail_after(1ms, "first"), stubborn()),
                 std::runtime_error);
  };
  ex.run(main());
  set_lost_exception_handler(previous);
  EXPECT_EQ(lost, 1);
}

TEST(WhenAny, GivesTheFirstAndCancelsTheRest) {
  manual_executor ex;
  auto main = [&]() -> task<> {
    auto begin = ex.now();
    auto [slow, fast] = co_await when_any(after(1h, 1), after(2ms, 2));
    EXPECT_FALSE(slow);
    EXPECT_EQ(fast, 2);
    EXPECT_EQ(ex.now() - begin, 2ms);
  };
  ex.run(main());
}

TEST(WhenAny, ALoserThatCompletedLosesNothing) {
  manual_executor ex;
  auto main = []() -> task<> {
    auto [a, b] = co_await when_any(after(2ms, 1), after(2ms, 2));
    EXPECT_EQ(a, 1);
    EXPECT_EQ(b, 2) << "was due, too, when it was asked to stop";
  };
  ex.run(main());
}

TEST(WhenAny, IsCancelledWithItsParent) {
  manual_executor ex;
  stop_source source;
  auto main = []() -> task<> { co_await when_any(after(1h, 1), after(2h, 2)); };
  auto waiting = ex.start(main(), source.token());
  source.request_stop();
  ex.run_ready();
  EXPECT_THROW(waiting.result(), cancelled);
}

TEST(Nursery, EndsWhenAllChildrenHave) {
  manual_executor ex;
  std::vector<int> ended;
  auto child = [&](int id, clock::duration time) -> task<> {
    co_await sleep_for(time);
    ended.push_back(id);
  };
  auto main = [&]() -> task<clock::duration> {
    auto begin = ex.now();
    co_await with_nursery([&](nursery &n) -> task<> {
      n.spawn(child(1, 3ms));
      n.spawn(child(2, 1ms));
      co_return;
    });
    co_return ex.now() - begin;
  };
  EXPECT_EQ(ex.run(main()), 3ms);
  EXPECT_EQ(ended, (std::vector{2, 1}));
}

TEST(Nursery, AFailingChildStopsTheOthersAndTheBody) {
  manual_executor ex;
  bool body_stopped = false;
  auto main = [&]() -> task<clock::duration> {
    auto begin = ex.now();
    try {
      co_await with_nursery([&](nursery &n) -> task<> {
        n.spawn(fail_after(2ms, "child"));
        n.spawn([]() -> task<> { co_await sleep_for(1h); }());
        try {
          co_await sleep_for(2h);
        } catch (cancelled) {
          body_stopped = true;
        }
      });
      ADD_FAILURE();
    } catch (const std::runtime_error &e) {
      EXPECT_STREQ(e.what(), "child");
    }
    co_return ex.now() - begin;
  };
  EXPECT_EQ(ex.run(main()), 2ms);
  EXPECT_TRUE(body_stopped);
}

TEST(Nursery, IsCancelledWithItsParentIfAnythingWas) {
  for (clock::duration time : {0ms, 1ms}) {
    manual_executor ex;
    stop_source source;
    auto child = [](clock::duration time) -> task<> {
      if (time > 0ms)
        co_await sleep_for(time);
    };
    auto main = [&]() -> task<> {
      co_await with_nursery([&](nursery &n) -> task<> {
        n.spawn(child(time));
        co_return;
      });
    };
    auto waiting = ex.start(main(), source.token());
    if (time > 0ms)
      ex.run_ready();
    source.request_stop();
    ex.run_ready();
    if (time > 0ms)
      EXPECT_THROW(waiting.result(), cancelled);
    else
      EXPECT_NO_THROW(waiting.result());
  }
}

TEST(Nursery, ChildrenSpawnChildren) {
  manual_executor ex;
  int leaves = 0;
  struct tree {
    static task<> grow(nursery &n, int depth, int &leaves) {
      if (depth == 0) {
        ++leaves;
        co_return;
      }
      n.spawn(grow(n, depth - 1, leaves));
      n.spawn(grow(n, depth - 1, leaves));
    }
  };
  auto main = [&]() -> task<> {
    co_await with_nursery(
        [&](nursery &n) -> task<> { return tree::grow(n, 10, leaves); });
  };
  ex.run(main());
  EXPECT_EQ(leaves, 1024);
}

TEST(Nursery, OnThreadsNothingIsLost) {
  thread_pool pool(4);
  detail::atomic<int> done = 0;
  auto child = [&]() -> task<> {
    co_await yield();
    ++done;
  };
  auto main = [&]() -> task<> {
    for (int round = 0; round < 50; ++round)
      co_await with_nursery([&](nursery &n) -> task<> {
        for (int i = 0; i < 50; ++i)
          n.spawn(child());
        co_return;
      });
  };
  pool.run(main());
  EXPECT_EQ(done.load(), 2500);
}

} // namespace
