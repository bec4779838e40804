// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include <algorithm>
#include <gtest/gtest.h>
#include <memory>
#include <moor/channel.h>
#include <moor/event.h>
#include <moor/event_loop.h>
#include <moor/interval.h>
#include <moor/manual_executor.h>
#include <moor/merge.h>
#include <moor/thread_pool.h>
#include <moor/timer.h>
#include <moor/when_all.h>
#include <stdexcept>
#include <string>
#include <vector>

using namespace moor;
using namespace std::chrono_literals;

namespace {

async_generator<int> count(int n, clock::duration period = 0ms) {
  for (int i = 0; i < n; ++i) {
    if (period > 0ms)
      co_await sleep_for(period);
    co_yield i;
  }
}

task<char> letter(clock::duration time, char c) {
  co_await sleep_for(time);
  co_return c;
}

TEST(Merge, RunsTheArmOfEachItemAsItComes) {
  manual_executor ex;
  auto main = [&]() -> task<std::string> {
    auto begin = ex.now();
    std::string seen;
    co_await merge(
        for_each(count(3, 10ms), [&](int) { seen += 'a'; }),
        for_each(count(2, 14ms), [&](int) { seen += 'b'; }),
        for_each(once(letter(12ms, 'c')), [&](char c) { seen += c; }));
    EXPECT_EQ(ex.now() - begin, 30ms);
    co_return seen;
  };
  EXPECT_EQ(ex.run(main()), "acbaba");
}

TEST(Merge, OfOneAndOfNone) {
  manual_executor ex;
  auto main = []() -> task<int> {
    int sum = 0;
    co_await merge(for_each(count(4), [&](int n) { sum += n; }));
    co_await merge(for_each(count(0), [&](int) { sum = -1; }),
                   for_each(count(0, 1ms), [&](int) { sum = -1; }));
    co_return sum;
  };
  EXPECT_EQ(ex.run(main()), 6);
}

TEST(Merge, IsLazy) {
  manual_executor ex;
  int calls = 0;
  auto main = [&]() -> task<> {
    auto later = merge(for_each(count(2), [&](int) { ++calls; }));
    co_await sleep_for(1s);
    EXPECT_EQ(calls, 0);
    co_await std::move(later);
    EXPECT_EQ(calls, 2);
  };
  ex.run(main());
}

TEST(Merge, CancelsNothingBetweenItems) {
  // A sum that takes its time: a loop around when_any would begin it anew
  // whenever a tick comes first.
  manual_executor ex;
  int begun = 0;
  auto sums = [&]() -> async_generator<int> {
    ++begun;
    int sum = 0;
    for (int i = 1; i <= 5; ++i) {
      co_await sleep_for(10ms);
      sum += i;
    }
    co_yield sum;
  };
  auto main = [&]() -> task<int> {
    int ticks = 0, sum = 0;
    co_await merge(for_each(interval(3ms), [&](auto) { ++ticks; }),
                   for_each(sums(), [&](int s) {
                     sum = s;
                     return loop::leave;
                   }));
    EXPECT_EQ(ticks, 17);
    co_return sum;
  };
  EXPECT_EQ(ex.run(main()), 15);
  EXPECT_EQ(begun, 1);
}

TEST(Merge, OneArmAtATime) {
  manual_executor ex;
  auto main = [&]() -> task<> {
    auto begin = ex.now();
    bool inside = false;
    int calls = 0;
    auto arm = [&](int) -> task<> {
      EXPECT_FALSE(std::exchange(inside, true));
      co_await sleep_for(10ms);
      inside = false;
      ++calls;
    };
    co_await merge(for_each(count(3), arm), for_each(count(3, 1ms), arm),
                   for_each(count(2, 7ms), [&](int) { EXPECT_FALSE(inside); }));
    EXPECT_EQ(calls, 6);
    EXPECT_EQ(ex.now() - begin, 60ms);
  };
  ex.run(main());
}

TEST(Merge, IsFairToAll) {
  manual_executor ex;
  auto main = []() -> task<std::string> {
    std::string seen;
    // None of them ever waits.
    co_await merge(for_each(count(4), [&](int) { seen += 'a'; }),
                   for_each(count(3), [&](int) { seen += 'b'; }),
                   for_each(count(2), [&](int) -> task<> {
                     seen += 'c';
                     co_await yield();
                   }));
    co_return seen;
  };
  EXPECT_EQ(ex.run(main()), "abcabcaba");
}

TEST(Merge, OthersRunBesideIt) {
  manual_executor ex;
  bool done = false;
  auto endless = []() -> async_generator<int> {
    for (;;)
      co_yield 1;
  };
  auto main = [&]() -> task<> {
    co_await when_all(
        merge(for_each(endless(),
                       [&](int) { return done ? loop::leave : loop::go_on; })),
        [](bool &done) -> task<> {
          for (int i = 0; i < 10; ++i)
            co_await yield();
          done = true;
        }(done));
  };
  ex.run(main());
  EXPECT_TRUE(done);
}

TEST(Merge, KeepsTemporariesAndRefersToNames) {
  manual_executor ex;
  auto main = []() -> task<> {
    mpsc<std::unique_ptr<int>> cannot_move(2);
    cannot_move.try_send(std::make_unique<int>(1));
    cannot_move.try_send(std::make_unique<int>(2));
    auto named = count(10);
    int sum = 0;
    co_await merge(for_each(cannot_move,
                            [&](std::unique_ptr<int> p) {
                              sum += *p;
                              if (*p == 2)
                                cannot_move.close();
                            }),
                   for_each(named, [&](int n) {
                     sum += 10 * n;
                     return n == 2 ? loop::leave : loop::go_on;
                   }));
    EXPECT_EQ(sum, 33);
    EXPECT_EQ(co_await named.next(), 3) << "the rest is still there";
  };
  ex.run(main());
}

/// Waits for ever; when it is cancelled, it takes some more turns to end.
async_generator<int> stubborn(bool &ended) {
  try {
    co_await sleep_for(24h);
  } catch (cancelled) {
  }
  for (int i = 0; i < 3; ++i)
    co_await detail::reschedule();
  ended = true;
}

TEST(Merge, WhenAnArmLeavesTheRestIsCancelledAndAwaited) {
  manual_executor ex;
  auto main = [&]() -> task<clock::duration> {
    auto begin = ex.now();
    bool ended = false, ran = false;
    co_await merge(for_each(stubborn(ended), [&](int) { ran = true; }),
                   for_each(interval(1h), [&](auto) {}),
                   for_each(count(10, 2ms), [&](int n) -> task<loop> {
                     co_await sleep_for(1ms);
                     co_return n == 3 ? loop::leave : loop::go_on;
                   }));
    EXPECT_TRUE(ended);
    EXPECT_FALSE(ran);
    co_return ex.now() - begin;
  };
  EXPECT_EQ(ex.run(main()), 12ms);
}

TEST(Merge, WhenAnArmThrowsTheRestIsCancelledAndAwaited) {
  for (bool plain : {true, false}) {
    manual_executor ex;
    auto main = [&]() -> task<clock::duration> {
      auto begin = ex.now();
      bool ended = false;
      try {
        if (plain)
          co_await merge(for_each(stubborn(ended), [](int) {}),
                         for_each(count(10, 1ms),
                                  [](int) { throw std::logic_error(""); }));
        else
          co_await merge(for_each(count(10, 1ms),
                                  [](int) -> task<> {
                                    co_await yield();
                                    throw std::logic_error("");
                                  }),
                         for_each(stubborn(ended), [](int) {}));
        ADD_FAILURE();
      } catch (const std::logic_error &) {
        EXPECT_TRUE(ended);
      }
      co_return ex.now() - begin;
    };
    EXPECT_EQ(ex.run(main()), 1ms);
  }
}

TEST(Merge, WhenAStreamThrowsTheRestIsCancelledAndAwaited) {
  manual_executor ex;
  auto fails = []() -> async_generator<int> {
    co_yield 1;
    co_await sleep_for(1ms);
    throw std::runtime_error("stream");
  };
  auto main = [&]() -> task<> {
    bool ended = false;
    int calls = 0;
    try {
      co_await merge(for_each(stubborn(ended), [](int) {}),
                     for_each(fails(), [&](int) { ++calls; }));
      ADD_FAILURE();
    } catch (const std::runtime_error &) {
      EXPECT_TRUE(ended);
      EXPECT_EQ(calls, 1);
    }
  };
  ex.run(main());
}

TEST(Merge, LosesNoItemWhenAnArmLeaves) {
  manual_executor ex;
  auto main = []() -> task<> {
    mpsc<int> a(4), b(4), c(4);
    for (int i = 0; i < 4; ++i)
      for (auto *channel : {&a, &b, &c})
        channel->try_send(int(i));
    std::vector<int> seen;
    co_await merge(for_each(a,
                            [&](int n) -> task<loop> {
                              co_await sleep_for(1ms); // others are waiting
                              seen.push_back(n);
                              co_return loop::leave;
                            }),
                   for_each(b, [&](int n) { seen.push_back(10 + n); }),
                   for_each(c, [&](int n) -> task<> {
                     co_await sleep_for(1ms); // not cancelled by a's leaving
                     seen.push_back(20 + n);
                   }));
    EXPECT_EQ(seen, (std::vector{0, 10, 20})) << "what was taken was handled";
    for (auto *channel : {&a, &b, &c})
      EXPECT_EQ(channel->try_receive(), 1) << "the rest is where it was";
  };
  ex.run(main());
}

TEST(Merge, RunsNoOtherArmWhenOneHasThrown) {
  manual_executor ex;
  auto main = []() -> task<> {
    int calls = 0;
    EXPECT_THROW(co_await merge(for_each(count(2),
                                         [&](int) -> task<> {
                                           ++calls;
                                           co_await sleep_for(1ms);
                                           throw std::logic_error("");
                                         }),
                                for_each(count(2), [&](int) { ++calls; })),
                 std::logic_error);
    EXPECT_EQ(calls, 1);
  };
  ex.run(main());
}

TEST(Merge, IsCancelledWithItsParent) {
  // While all wait; while an arm does; and before it begins.
  for (int when : {0, 1, 2}) {
    manual_executor ex;
    stop_source source;
    bool ended = false;
    int calls = 0, finished = 0;
    auto main = [&]() -> task<> {
      co_await merge(for_each(stubborn(ended), [](int) {}),
                     for_each(count(10, 10ms), [&](int) -> task<> {
                       ++calls;
                       co_await sleep_for(5ms);
                       ++finished;
                     }));
      ADD_FAILURE();
    };
    if (when == 2)
      source.request_stop();
    auto merging = ex.start(main(), source.token());
    ex.advance(when == 0 ? 16ms : 12ms);
    source.request_stop();
    ex.run_ready();
    ASSERT_TRUE(merging.ended());
    EXPECT_THROW(merging.result(), cancelled);
    EXPECT_TRUE(ended);
    EXPECT_EQ(calls, when == 2 ? 0 : 1);
    EXPECT_EQ(finished, when == 0 ? 1 : 0);
  }
}

TEST(Merge, AnEndlessReadySourceIsStoppedToo) {
  manual_executor ex;
  stop_source source;
  int calls = 0;
  auto main = [&]() -> task<> {
    co_await merge(for_each(count(1'000'000), [&](int) {
      if (++calls == 3)
        source.request_stop();
    }));
  };
  EXPECT_THROW(ex.run(main(), source.token()), cancelled);
  EXPECT_EQ(calls, 3);
}

TEST(Merge, AnItemThatIsThereIsHandledInSpiteOfAStop) {
  manual_executor ex;
  stop_source source;
  int handled = 0;
  auto main = [&]() -> task<> {
    co_await merge(for_each(count(1),
                            [](int) -> task<> {
                              try {
                                co_await sleep_for(1h);
                              } catch (cancelled) {
                              }
                            }),
                   for_each(count(5), [&](int) { ++handled; }));
  };
  auto merging = ex.start(main(), source.token());
  ex.run_ready();
  EXPECT_EQ(handled, 0) << "it waits for its turn";
  source.request_stop();
  ex.run_ready();
  EXPECT_THROW(merging.result(), cancelled);
  EXPECT_EQ(handled, 1);
}

TEST(Merge, EndsNormallyIfAllHadEndedBeforeTheStop) {
  manual_executor ex;
  stop_source source;
  auto main = [&]() -> task<> {
    co_await merge(for_each(count(1), [&](int) {}),
                   for_each(count(1), [&](int) {
                     source.request_stop();
                     return loop::leave;
                   }));
  };
  EXPECT_NO_THROW(ex.run(main(), source.token()));
}

TEST(Merge, NestsInItsOwnArms) {
  manual_executor ex;
  auto main = []() -> task<int> {
    int sum = 0;
    co_await merge(for_each(count(3, 1ms),
                            [&](int) -> task<> {
                              co_await merge(
                                  for_each(count(2, 1ms), [&](int) { ++sum; }),
                                  for_each(count(2, 3ms), [&](int) { ++sum; }));
                            }),
                   for_each(count(5, 1ms), [&](int) { sum += 100; }));
    co_return sum;
  };
  EXPECT_EQ(ex.run(main()), 512);
}

// The detectors note where each operation was made.
constexpr int many = MOOR_DETECT ? 5'000 : 50'000;

TEST(Merge, AHundredThousandItemsTakeNoStack) {
  auto main = []() -> task<long> {
    long sum = 0;
    co_await merge(for_each(count(many), [&](int n) { sum += n; }),
                   for_each(count(many), [&](int n) -> task<> {
                     sum += n;
                     co_return;
                   }));
    co_return sum;
  };
  EXPECT_EQ(moor::run(main()), many * (many - 1l));
}

struct seeded {
  unsigned state;
  unsigned next() { return state = state * 1664525 + 1013904223; }
  static std::size_t choose(void *self, std::size_t count) {
    return (static_cast<seeded *>(self)->next() >> 8) % count;
  }
};

TEST(Merge, InEverySchedule) {
  for (unsigned seed = 0; seed < 300; ++seed) {
    manual_executor ex;
    seeded random{seed};
    ex.choose(&seeded::choose, &random);
    mpsc<int> channel(1);
    int sent = 0, received = 0, ticks = 0;
    auto sends = [&]() -> task<> {
      for (int i = 0; i < 10; ++i) {
        if (!co_await channel.send(i))
          break;
        ++sent;
      }
      channel.close();
    };
    bool inside = false;
    auto arm = [&](int) -> task<loop> {
      EXPECT_FALSE(std::exchange(inside, true));
      for (unsigned n = random.next() >> 30; n > 0; --n)
        co_await yield();
      inside = false;
      ++received;
      co_return random.next() >> 28 ? loop::go_on : loop::leave;
    };
    auto merges = [&]() -> task<> {
      co_await merge(for_each(channel, arm), for_each(count(3), [&](int) {
                       EXPECT_FALSE(inside);
                       ++ticks;
                     }));
      while (co_await channel.next())
        ++received;
    };
    auto main = [&]() -> task<> { co_await when_all(sends(), merges()); };
    ex.run(main());
    ASSERT_EQ(sent, 10) << "seed " << seed;
    ASSERT_EQ(received, 10) << "seed " << seed;
    ASSERT_FALSE(inside);
  }
}

TEST(Merge, OnThreadsOneArmAtATime) {
  thread_pool pool(4);
  auto busy = [](int n) -> async_generator<int> {
    for (int i = 0; i < n; ++i) {
      co_await yield();
      co_yield i;
    }
  };
  auto main = [&]() -> task<> {
    for (int round = 0; round < 50; ++round) {
      int plain = 0; // without a lock
      auto arm = [&](int) -> task<> {
        int was = plain;
        co_await yield(); // perhaps to another thread
        plain = was + 1;
      };
      co_await merge(for_each(busy(10), arm), for_each(count(10), arm),
                     for_each(busy(10), [&](int) { ++plain; }));
      EXPECT_EQ(plain, 30);
      int left = 0;
      co_await merge(for_each(busy(1000), [&](int) { ++left; }),
                     for_each(busy(5), [&](int n) -> task<loop> {
                       co_return n == 3 ? loop::leave : loop::go_on;
                     }));
      EXPECT_LE(left, 1000);
    }
  };
  pool.run(main());
}

} // namespace
