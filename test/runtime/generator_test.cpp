// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include <algorithm>
#include <gtest/gtest.h>
#include <memory>
#include <moor/event_loop.h>
#include <moor/generator.h>
#include <moor/task.h>
#include <moor/timer.h>
#include <mutex>
#include <ranges>
#include <stdexcept>
#include <string>
#include <vector>

using namespace moor;
using namespace std::chrono_literals;

namespace {

static_assert(std::ranges::input_range<generator<int>>);
static_assert(std::ranges::input_range<generator<const std::string &>>);
static_assert(!std::ranges::forward_range<generator<int>>);
static_assert(
    std::is_same_v<std::ranges::range_reference_t<generator<int>>, int &&>);
static_assert(
    std::is_same_v<std::ranges::range_reference_t<generator<int &>>, int &>);
static_assert(!std::is_copy_constructible_v<generator<int>>);
static_assert(std::is_nothrow_move_constructible_v<generator<int>>);

/// Says when it ends.
struct witness {
  bool &ended;
  explicit witness(bool &e) : ended(e) { ended = false; }
  witness(witness &&) = delete;
  ~witness() { ended = true; }
};

generator<int> count(int n) {
  for (int i = 0; i < n; ++i)
    co_yield i;
}

template <class T> std::vector<T> all(generator<T> from) {
  std::vector<T> values;
  for (auto &&v : from)
    values.push_back(std::forward<decltype(v)>(v));
  return values;
}

TEST(Generator, GivesItsValues) {
  EXPECT_EQ(all(count(3)), (std::vector{0, 1, 2}));
  EXPECT_EQ(all(count(0)), std::vector<int>());
}

TEST(Generator, IsLazy) {
  int computed = 0;
  auto counts = [&]() -> generator<int> {
    for (;;)
      co_yield ++computed;
  };
  generator<int> g = counts();
  EXPECT_EQ(computed, 0);
  auto i = g.begin();
  EXPECT_EQ(computed, 1);
  ++i;
  EXPECT_EQ(computed, 2);
  EXPECT_EQ(*i, 2);
}

TEST(Generator, GoesOnAfterALoopThatWasLeft) {
  generator<int> g = count(5);
  for (int i : g)
    if (i == 1)
      break;
  std::vector<int> rest;
  for (int i : g)
    rest.push_back(i);
  EXPECT_EQ(rest, (std::vector{2, 3, 4}));
  EXPECT_TRUE(g.begin() == g.end());
}

TEST(Generator, MayBeMovedWhileItIsUsed) {
  generator<int> g = count(4);
  auto i = g.begin();
  generator<int> moved = std::move(g);
  EXPECT_EQ(*i, 0);
  ++i;
  EXPECT_EQ(*i, 1);
  generator<int> other = count(1);
  other.swap(moved);
  ++i;
  EXPECT_EQ(*i, 2);
}

TEST(Generator, GivesMoveOnlyValues) {
  auto pointers = []() -> generator<std::unique_ptr<int>> {
    co_yield std::make_unique<int>(1);
    auto named = std::make_unique<int>(2);
    co_yield std::move(named);
  };
  int sum = 0;
  for (std::unique_ptr<int> p : pointers())
    sum += *p;
  EXPECT_EQ(sum, 3);
}

TEST(Generator, KeepsWhatItYieldsByName) {
  auto repeats = []() -> generator<std::string> {
    std::string s(40, 'x');
    co_yield s;
    co_yield s;
    const std::string &same = s;
    co_yield same;
    co_yield "converted";
  };
  for (std::string s : repeats())
    EXPECT_TRUE(s == std::string(40, 'x') || s == "converted") << s;
}

TEST(Generator, GivesReferences) {
  std::vector<int> numbers{1, 2, 3};
  auto each = [&]() -> generator<int &> {
    for (int &n : numbers)
      co_yield n;
  };
  for (int &n : each())
    n *= 2;
  EXPECT_EQ(numbers, (std::vector{2, 4, 6}));
  auto names = []() -> generator<const std::string &> {
    co_yield "a temporary of more than a few characters";
  };
  for (const std::string &n : names())
    EXPECT_EQ(n.size(), 41u);
}

TEST(Generator, ThrowsWhereItIsAsked) {
  auto fails = [](int after) -> generator<int> {
    for (int i = 0; i < after; ++i)
      co_yield i;
    throw std::runtime_error("no more");
  };
  generator<int> at_once = fails(0), later = fails(1);
  EXPECT_THROW((void)at_once.begin(), std::runtime_error);
  EXPECT_TRUE(at_once.begin() == at_once.end()) << "and that was its end";
  auto i = later.begin();
  EXPECT_EQ(*i, 0);
  EXPECT_THROW(++i, std::runtime_error);
  EXPECT_TRUE(i == later.end());
}

TEST(Generator, IsDestroyedWhereItStands) {
  bool ended = true;
  auto holds = [&]() -> generator<int> {
    witness w(ended);
    co_yield 1;
    co_yield 2;
  };
  {
    generator<int> g = holds();
    EXPECT_TRUE(ended) << "not begun";
    (void)g.begin();
    EXPECT_FALSE(ended);
  }
  EXPECT_TRUE(ended);
  auto parameter = std::make_shared<int>();
  auto keeps = [](std::shared_ptr<int>) -> generator<int> { co_yield 1; };
  {
    generator<int> never_begun = keeps(parameter);
    EXPECT_EQ(parameter.use_count(), 2);
  }
  EXPECT_EQ(parameter.use_count(), 1);
  generator<int> g = holds();
  (void)g.begin();
  g = count(1);
  EXPECT_TRUE(ended) << "assigned to";
}

TEST(Generator, IsARangeForOthers) {
  std::vector<int> firsts;
  for (int i : count(1'000'000) | std::views::filter([](int i) {
                 return i % 2;
               }) | std::views::take(3))
    firsts.push_back(i);
  EXPECT_EQ(firsts, (std::vector{1, 3, 5}));
  EXPECT_EQ(std::ranges::count_if(count(10), [](int i) { return i > 6; }), 3);
}

TEST(Generator, MayHoldALockOverAYield) {
  std::mutex m;
  auto locked = [&]() -> generator<int> {
    std::lock_guard guard(m);
    co_yield 1;
    co_yield 2;
  };
  int sum = 0;
  for (int i : locked())
    sum += i;
  EXPECT_EQ(sum, 3);
  EXPECT_TRUE(m.try_lock());
  m.unlock();
}

TEST(Generator, IsUsedInCoroutines) {
  auto main = []() -> task<int> {
    int sum = 0;
    for (int i : count(4)) {
      co_await yield();
      sum += i;
    }
    co_return sum;
  };
  EXPECT_EQ(moor::run(main()), 6);
}

TEST(Generator, AMillionValuesTakeNoStack) {
  long sum = 0;
  for (int i : count(1'000'000))
    sum += i;
  EXPECT_EQ(sum, 499'999'500'000);
}

} // namespace
