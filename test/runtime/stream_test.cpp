// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include <algorithm>
#include <gtest/gtest.h>
#include <iterator>
#include <memory>
#include <moor/boxed.h>
#include <moor/channel.h>
#include <moor/event_loop.h>
#include <moor/interval.h>
#include <moor/manual_executor.h>
#include <moor/stream.h>
#include <moor/timer.h>
#include <stdexcept>
#include <string>

// Side by side on purpose: std has next and for_each, too.
using namespace std;
using namespace moor;
using namespace std::chrono_literals;

namespace {

// The detectors note where each operation was made.
constexpr int many = MOOR_DETECT ? 20'000 : 1'000'000;

static_assert(stream<async_generator<int>>);
static_assert(stream<async_generator<int &>>);
static_assert(stream<mpsc<int>>);
static_assert(stream<moor::local::mpsc<int>>);
static_assert(stream<interval>);
static_assert(stream<fused<interval>>);
static_assert(stream<fused<mpsc<int> &>>);
static_assert(!stream<int>);
static_assert(!stream<task<int>>);
static_assert(!stream<const async_generator<int>>);
static_assert(is_same_v<stream_item_t<async_generator<int>>, optional<int>>);
static_assert(is_same_v<stream_reference_t<async_generator<int>>, int &&>);
static_assert(is_same_v<stream_reference_t<async_generator<int &>>, int &>);
static_assert(is_same_v<stream_value_t<async_generator<const int &>>, int>);

/// A user's own: hands out a number of times, cannot move, and must not be
/// asked again after the end.
class countdown {
public:
  explicit countdown(int n) : left_(n) {}
  countdown(countdown &&) = delete;

  task<optional<int>> next() {
    co_await sleep_for(1ms);
    EXPECT_GE(left_, 0) << "asked after the end";
    if (left_-- == 0)
      co_return nullopt;
    co_return left_;
  }

private:
  int left_;
};
static_assert(stream<countdown>);

/// Begins again after each end.
struct restless {
  int asked = 0;
  task<optional<int>> next() {
    if (++asked % 3 == 0)
      co_return nullopt;
    co_return asked;
  }
};

async_generator<int> count_slowly(int n) {
  for (int i = 0; i < n; ++i) {
    co_await sleep_for(1ms);
    co_yield i;
  }
}

async_generator<unique_ptr<int>> pointers(int n) {
  for (int i = 0; i < n; ++i)
    co_yield make_unique<int>(i);
}

task<int> number(clock::duration time, int n) {
  co_await sleep_for(time);
  co_return n;
}

TEST(Next, GivesTheNextItemOfANamedStream) {
  manual_executor ex;
  auto main = []() -> task<> {
    auto g = count_slowly(2);
    EXPECT_EQ(co_await next(g), 0);
    EXPECT_EQ(co_await next(g), 1);
    EXPECT_EQ(co_await next(g), nullopt);
    vector<int> v{1, 2};
    EXPECT_EQ(*next(v.begin()), 2) << "that of std";
    countdown own(1);
    EXPECT_EQ(co_await next(own), 0);
  };
  ex.run(main());
}

TEST(First, GivesTheFirstItem) {
  manual_executor ex;
  auto main = []() -> task<> {
    EXPECT_EQ(co_await first(count_slowly(2)), 0);
    EXPECT_EQ(co_await first(count_slowly(0)), nullopt);
    EXPECT_EQ(**co_await first(pointers(1)), 0);
  };
  ex.run(main());
}

TEST(First, GivesTheFirstFew) {
  manual_executor ex;
  auto main = [&]() -> task<> {
    auto begin = ex.now();
    const vector three{0, 1, 2}, two{0, 1};
    EXPECT_EQ(co_await first(count_slowly(10), 3), three);
    EXPECT_EQ(ex.now() - begin, 3ms) << "and did not ask for a fourth";
    EXPECT_EQ(co_await first(count_slowly(2), 3), two);
    EXPECT_EQ(co_await first(count_slowly(2), 0), vector<int>());
    EXPECT_EQ((co_await first(pointers(5), 2)).size(), 2u);
  };
  ex.run(main());
}

TEST(First, EndsTheStreamAndCopiesWhatItReferredTo) {
  manual_executor ex;
  bool ended = false;
  auto lines = [](bool &ended) -> async_generator<const string &> {
    struct at_end {
      bool &ended;
      ~at_end() { ended = true; }
    } witness{ended};
    string line(40, 'x');
    for (;;)
      co_yield line;
  };
  auto main = [&]() -> task<> {
    optional<string> line = co_await first(lines(ended));
    EXPECT_TRUE(ended);
    EXPECT_EQ(line, string(40, 'x'));
  };
  ex.run(main());
}

TEST(Once, IsAStreamOfOneItem) {
  manual_executor ex;
  auto nothing = []() -> task<> { co_await sleep_for(1ms); };
  auto main = [&]() -> task<> {
    auto s = once(number(2ms, 7));
    EXPECT_EQ(co_await s.next(), 7);
    EXPECT_EQ(co_await s.next(), nullopt);
    auto v = once(nothing());
    EXPECT_TRUE(co_await v.next());
    EXPECT_FALSE(co_await v.next());
  };
  ex.run(main());
}

TEST(Once, ThrowsWhatTheTaskThrows) {
  manual_executor ex;
  auto fails = []() -> task<int> {
    throw runtime_error("no");
    co_return 1;
  };
  auto main = [&]() -> task<> {
    auto s = once(fails());
    EXPECT_THROW(co_await s.next(), runtime_error);
    EXPECT_EQ(co_await s.next(), nullopt);
  };
  ex.run(main());
}

TEST(Fuse, StaysAtTheEnd) {
  manual_executor ex;
  auto main = []() -> task<> {
    restless plain;
    auto s = fuse(plain);
    EXPECT_EQ(co_await s.next(), 1);
    EXPECT_EQ(co_await s.next(), 2);
    EXPECT_EQ(co_await s.next(), nullopt);
    EXPECT_EQ(co_await s.next(), nullopt);
    EXPECT_EQ(plain.asked, 3) << "and is not asked again";
    EXPECT_EQ(co_await plain.next(), 4) << "which it would not mind";
    auto kept = fuse(restless());
    for (int i = 0; i < 6; ++i)
      EXPECT_EQ((co_await kept.next()).has_value(), i < 2);
    countdown immovable(1);
    auto referred = fuse(immovable);
    for (int i = 0; i < 3; ++i)
      EXPECT_EQ((co_await referred.next()).has_value(), i < 1);
  };
  ex.run(main());
}

TEST(Fuse, ACancelledWaitIsNoEnd) {
  manual_executor ex;
  moor::stop_source source;
  mpsc<int> channel(1);
  auto s = fuse(channel);
  auto asks = [&]() -> task<optional<int>> { co_return co_await s.next(); };
  auto waiting = ex.start(asks(), source.token());
  source.request_stop();
  ex.run_ready();
  EXPECT_THROW(waiting.result(), cancelled);
  EXPECT_TRUE(channel.try_send(5));
  EXPECT_EQ(ex.run(asks()), 5);
}

TEST(ForEach, CallsAFunctionForEachItem) {
  manual_executor ex;
  auto main = []() -> task<int> {
    int sum = 0;
    co_await for_each(count_slowly(4), [&](int n) { sum += n; });
    auto named = pointers(3);
    co_await for_each(named, [&](unique_ptr<int> p) { sum += *p; });
    EXPECT_FALSE(co_await named.next());
    vector<int> v{1, 2};
    for_each(v.begin(), v.end(), [&](int n) { sum += n; }); // that of std
    co_return sum;
  };
  EXPECT_EQ(ex.run(main()), 6 + 3 + 3);
}

TEST(ForEach, IsLazyAndAwaitedOnce) {
  manual_executor ex;
  auto main = []() -> task<> {
    int calls = 0;
    auto each = for_each(count_slowly(2), [&](int) { ++calls; });
    co_await sleep_for(1s);
    EXPECT_EQ(calls, 0);
    co_await std::move(each);
    EXPECT_EQ(calls, 2);
  };
  ex.run(main());
}

TEST(ForEach, AwaitsWhatTheFunctionReturns) {
  manual_executor ex;
  auto main = [&]() -> task<> {
    auto begin = ex.now();
    int sum = 0;
    co_await for_each(count_slowly(3), [&](int n) -> task<> {
      co_await sleep_for(10ms);
      sum += n;
    });
    EXPECT_EQ(sum, 3);
    EXPECT_EQ(ex.now() - begin, 33ms) << "one after the other";
    co_await for_each(count_slowly(2),
                      [](int n) { return sleep_for(n * 100ms); });
    EXPECT_EQ(ex.now() - begin, 135ms);
    co_await for_each(count_slowly(2), [&](int n) -> boxed<> {
      sum += n;
      co_return;
    });
    EXPECT_EQ(sum, 4);
  };
  ex.run(main());
}

TEST(ForEach, EndsWhenTheFunctionSaysSo) {
  manual_executor ex;
  auto main = [&]() -> task<> {
    int calls = 0;
    co_await for_each(count_slowly(100), [&](int n) {
      ++calls;
      return n == 2 ? loop::leave : loop::go_on;
    });
    EXPECT_EQ(calls, 3);
    calls = 0;
    auto named = count_slowly(100);
    co_await for_each(named, [&](int n) -> task<loop> {
      co_await sleep_for(1ms);
      ++calls;
      co_return n == 4 ? loop::leave : loop::go_on;
    });
    EXPECT_EQ(calls, 5);
    EXPECT_EQ(co_await named.next(), 5) << "the rest is still there";
  };
  ex.run(main());
}

TEST(ForEach, ThrowsWhatBothThrow) {
  manual_executor ex;
  auto fails = []() -> async_generator<int> {
    co_yield 1;
    throw runtime_error("stream");
  };
  auto main = [&]() -> task<> {
    int calls = 0;
    EXPECT_THROW(co_await for_each(fails(), [&](int) { ++calls; }),
                 runtime_error);
    EXPECT_EQ(calls, 1);
    EXPECT_THROW(
        co_await for_each(count_slowly(2), [](int) { throw logic_error("f"); }),
        logic_error);
    EXPECT_THROW(co_await for_each(count_slowly(2),
                                   [](int) -> task<> {
                                     co_await sleep_for(1ms);
                                     throw logic_error("f");
                                   }),
                 logic_error);
  };
  ex.run(main());
}

TEST(ForEach, GivesReferencesAsTheyAre) {
  manual_executor ex;
  int numbers[] = {1, 2, 3};
  auto each = [&]() -> async_generator<int &> {
    for (int &n : numbers)
      co_yield n;
  };
  auto main = [&]() -> task<> {
    co_await for_each(each(), [](int &n) { n *= 2; });
  };
  ex.run(main());
  EXPECT_EQ(numbers[2], 6);
}

TEST(ForEach, IsCancelledInItsWaits) {
  manual_executor ex;
  moor::stop_source source;
  int calls = 0;
  auto main = [&]() -> task<> {
    co_await for_each(interval(1ms), [&](auto) { ++calls; });
  };
  auto looping = ex.start(main(), source.token());
  ex.advance(3ms);
  source.request_stop();
  ex.run_ready();
  EXPECT_THROW(looping.result(), cancelled);
  EXPECT_EQ(calls, 4);
}

TEST(ForEach, AMillionItemsTakeNoStack) {
  auto count = []() -> async_generator<int> {
    for (int i = 0; i < many; ++i)
      co_yield i;
  };
  auto main = [&]() -> task<long> {
    long sum = 0;
    co_await for_each(count(), [&](int n) -> task<> {
      sum += n;
      co_return;
    });
    co_return sum;
  };
  EXPECT_EQ(moor::run(main()), many * (many - 1l) / 2);
}

} // namespace
