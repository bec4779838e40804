// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include <gtest/gtest.h>
#include <map>
#include <memory>
#include <moor/channel.h>
#include <moor/event_loop.h>
#include <moor/for_await.h>
#include <moor/interval.h>
#include <moor/manual_executor.h>
#include <moor/timer.h>
#include <stdexcept>
#include <string>
#include <vector>

#pragma GCC diagnostic error "-Wshadow"

using namespace moor;
using namespace std::chrono_literals;

namespace {

// The detectors note where each operation was made.
constexpr int many = MOOR_DETECT ? 20'000 : 1'000'000;

/// Says when it ends.
struct witness {
  bool &ended;
  explicit witness(bool &e) : ended(e) { ended = false; }
  witness(witness &&) = delete;
  ~witness() { ended = true; }
};

async_generator<int> count(int n) {
  for (int i = 0; i < n; ++i) {
    if (i % 2)
      co_await sleep_for(1ms);
    co_yield i;
  }
}

async_generator<std::pair<std::string, int>> ages() {
  co_yield {"Ann", 31};
  co_yield {"Bob", 32};
}

async_generator<std::unique_ptr<int>> pointers(int n) {
  for (int i = 0; i < n; ++i)
    co_yield std::make_unique<int>(i);
}

task<> run_all(std::vector<int> &seen, int n) {
  MOOR_FOR_AWAIT(int i, count(n))
  seen.push_back(i);
}

TEST(ForAwait, RunsItsBodyForEachItem) {
  manual_executor ex;
  std::vector<int> seen;
  ex.run(run_all(seen, 3));
  EXPECT_EQ(seen, (std::vector{0, 1, 2}));
  ex.run(run_all(seen, 0));
  EXPECT_EQ(seen.size(), 3u);
}

TEST(ForAwait, BreakAndContinue) {
  manual_executor ex;
  auto main = []() -> task<int> {
    int sum = 0, turns = 0;
    MOOR_FOR_AWAIT(int i, count(100)) {
      ++turns;
      if (i % 2)
        continue;
      if (i == 6)
        break;
      sum += i;
    }
    EXPECT_EQ(turns, 7);
    co_return sum;
  };
  EXPECT_EQ(ex.run(main()), 0 + 2 + 4);
}

TEST(ForAwait, BreakAtTheLastItemAsksForNoOther) {
  manual_executor ex;
  int asked = 0;
  auto counts = [&]() -> async_generator<int> {
    for (;;)
      co_yield ++asked;
  };
  auto main = [&]() -> task<> {
    auto named = counts();
    MOOR_FOR_AWAIT(int i, named)
    if (i == 2)
      break;
    EXPECT_EQ(asked, 2);
    EXPECT_EQ(co_await named.next(), 3) << "the rest is still there";
  };
  ex.run(main());
}

TEST(ForAwait, LeavesByReturnAndEndsTheStream) {
  manual_executor ex;
  bool ended = false;
  auto holds = [&]() -> async_generator<int> {
    witness w(ended);
    for (int i = 0;; ++i)
      co_yield i;
  };
  auto main = [&]() -> task<int> {
    MOOR_FOR_AWAIT(int i, holds()) {
      EXPECT_FALSE(ended);
      if (i == 3)
        co_return i;
    }
    co_return -1;
  };
  EXPECT_EQ(ex.run(main()), 3);
  EXPECT_TRUE(ended);
}

TEST(ForAwait, ThrowsWhatTheBodyAndTheStreamThrow) {
  manual_executor ex;
  bool ended = false;
  auto holds = [&](int good) -> async_generator<int> {
    witness w(ended);
    for (int i = 0; i < good; ++i)
      co_yield i;
    throw std::runtime_error("stream");
  };
  auto main = [&]() -> task<> {
    int turns = 0;
    try {
      MOOR_FOR_AWAIT(int i, holds(2)) {
        ++turns;
        if (i == 1)
          throw std::logic_error("body");
      }
      ADD_FAILURE();
    } catch (const std::logic_error &) {
      EXPECT_TRUE(ended);
    }
    EXPECT_EQ(turns, 2);
    try {
      MOOR_FOR_AWAIT(int i, holds(1))
      turns += i + 1;
      ADD_FAILURE();
    } catch (const std::runtime_error &) {
      EXPECT_TRUE(ended);
    }
    EXPECT_EQ(turns, 3);
  };
  ex.run(main());
}

TEST(ForAwait, NestsAndIsLeftLoopByLoop) {
  manual_executor ex;
  auto main = []() -> task<std::string> {
    std::string seen;
    MOOR_FOR_AWAIT(int i, count(3)) {
      MOOR_FOR_AWAIT(int j, count(10)) {
        if (j > i)
          break;
        MOOR_FOR_AWAIT(int k, count(j)) {
          if (k == 1)
            continue;
          seen += std::to_string(i) + std::to_string(j) + " ";
        }
      }
      for (int j = 0; j < 2; ++j) {
        if (j)
          break;
        seen += "|";
      }
    }
    MOOR_FOR_AWAIT(int i, count(2))
    MOOR_FOR_AWAIT(int j, count(2))
    seen += std::to_string(i * 2 + j);
    co_return seen;
  };
  // The innermost has its body run for k = 0 alone, if j > 0.
  EXPECT_EQ(ex.run(main()), "|11 |21 22 |0123");
}

task<int> dangling(bool outer, int items) {
  int n = 0;
  if (outer)
    MOOR_FOR_AWAIT(int i, count(items))
  n += i + 1;
  else n = 100;
  co_return n;
}

TEST(ForAwait, AnElseBehindItBelongsToTheIfBeforeIt) {
  manual_executor ex;
  EXPECT_EQ(ex.run(dangling(true, 2)), 3);
  EXPECT_EQ(ex.run(dangling(true, 0)), 0);
  EXPECT_EQ(ex.run(dangling(false, 2)), 100);
}

TEST(ForAwait, TakesStructuredBindings) {
  manual_executor ex;
  auto main = []() -> task<std::string> {
    std::string seen;
    MOOR_FOR_AWAIT(auto [name, age], ages())
    seen += name + std::to_string(age);
    MOOR_FOR_AWAIT(const auto &[name, age], ages()) {
      co_await sleep_for(1ms);
      seen += name + std::to_string(age);
    }
    co_return seen;
  };
  EXPECT_EQ(ex.run(main()), "Ann31Bob32Ann31Bob32");
}

TEST(ForAwait, GivesItemsAwayAndLendsReferences) {
  manual_executor ex;
  std::vector<int> numbers{1, 2, 3};
  auto each = [&]() -> async_generator<int &> {
    for (int &n : numbers)
      co_yield n;
  };
  auto main = [&]() -> task<> {
    int sum = 0;
    MOOR_FOR_AWAIT(std::unique_ptr<int> p, pointers(3))
    sum += *p;
    MOOR_FOR_AWAIT(auto &&p, pointers(3)) {
      co_await yield();
      sum += *p;
    }
    MOOR_FOR_AWAIT(const auto &p, pointers(3))
    sum += *p;
    EXPECT_EQ(sum, 9);
    MOOR_FOR_AWAIT(int &n, each())
    n *= 2;
  };
  ex.run(main());
  EXPECT_EQ(numbers, (std::vector{2, 4, 6}));
}

/// Cannot move, and has parameters that are not in parentheses of its own.
template <class First, class Second> struct immovable {
  explicit immovable(First n) : left(n) {}
  immovable(immovable &&) = delete;
  task<std::optional<Second>> next() {
    co_await yield();
    if (left-- == 0)
      co_return std::nullopt;
    co_return Second(left);
  }
  First left;
};

TEST(ForAwait, PinsWhatCannotMove) {
  manual_executor ex;
  auto make = [](int n) { return immovable<int, long>(n); };
  auto main = [&]() -> task<> {
    long sum = 0;
    MOOR_FOR_AWAIT(long n, make(4))
    sum += n;
    MOOR_FOR_AWAIT(long n, (immovable<int, long>(4)))
    sum += n;
    immovable<int, long> named(4);
    MOOR_FOR_AWAIT(long n, named)
    sum += n;
    EXPECT_EQ(sum, 18);
    mpsc<int> channel(3);
    channel.try_send(1);
    channel.try_send(2);
    channel.close();
    MOOR_FOR_AWAIT(int n, channel)
    sum += n;
    EXPECT_EQ(sum, 21);
  };
  ex.run(main());
}

TEST(ForAwait, TheStreamMayBeAwaitedFor) {
  manual_executor ex;
  auto open = [](int n) -> task<async_generator<int>> {
    co_await sleep_for(1ms);
    co_return count(n);
  };
  auto main = [&]() -> task<int> {
    int sum = 0;
    MOOR_FOR_AWAIT(int n, co_await open(4))
    sum += n;
    co_return sum;
  };
  EXPECT_EQ(ex.run(main()), 6);
}

TEST(ForAwait, WorksInGenerators) {
  manual_executor ex;
  struct adaptor {
    static async_generator<int> doubled(async_generator<int> from) {
      MOOR_FOR_AWAIT(int n, from)
      co_yield 2 * n;
    }
  };
  auto main = [&]() -> task<int> {
    int sum = 0;
    MOOR_FOR_AWAIT(int n, adaptor::doubled(adaptor::doubled(count(4)))) {
      sum += n;
      if (n == 8)
        break;
    }
    co_return sum;
  };
  EXPECT_EQ(ex.run(main()), 12);
}

TEST(ForAwait, IsCancelledInItsWaits) {
  manual_executor ex;
  stop_source source;
  int turns = 0;
  auto main = [&]() -> task<> {
    MOOR_FOR_AWAIT([[maybe_unused]] auto due, interval(1ms))
    ++turns;
  };
  auto looping = ex.start(main(), source.token());
  ex.advance(3ms);
  source.request_stop();
  ex.run_ready();
  EXPECT_THROW(looping.result(), cancelled);
  EXPECT_EQ(turns, 4);
}

TEST(ForAwait, AMillionItemsTakeNoStack) {
  auto numbers = []() -> async_generator<char *> {
    for (int i = 0; i < many; ++i)
      co_yield static_cast<char *>(__builtin_frame_address(0));
  };
  auto main = [&]() -> task<std::ptrdiff_t> {
    char *first = nullptr, *last = nullptr;
    MOOR_FOR_AWAIT(char *now, numbers()) {
      if (!first)
        first = now;
      last = now;
    }
    co_return first - last;
  };
  EXPECT_LT(std::abs(moor::run(main())), 4096);
}

} // namespace
