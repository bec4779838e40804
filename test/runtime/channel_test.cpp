// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include <gtest/gtest.h>
#include <memory>
#include <moor/channel.h>
#include <moor/event_loop.h>
#include <moor/manual_executor.h>
#include <moor/thread_pool.h>
#include <moor/timer.h>
#include <moor/when_all.h>
#include <stdexcept>
#include <string>
#include <vector>

using namespace moor;
using namespace std::chrono_literals;

namespace {

template <class Threads> class Channels : public testing::Test {
protected:
  template <class T> using mpsc = detail::basic_mpsc<T, Threads>;

  /// Sends first … last, and says for each whether it was sent.
  static task<> send(mpsc<int> &to, int first, int last,
                     std::vector<bool> *sent = nullptr) {
    for (int i = first; i <= last; ++i) {
      bool done = co_await to.send(i);
      if (sent)
        sent->push_back(done);
    }
  }
  task<int> receive(mpsc<int> &from) {
    auto message = co_await from.receive();
    co_return message ? *message : -1;
  }
  /// Until it is closed.
  task<> receive_all(mpsc<int> &from) {
    while (auto message = co_await from.next())
      received.push_back(*message);
    received.push_back(-1);
  }
  std::vector<int> received;
  manual_executor ex;
};
using Both = testing::Types<detail::many_threads, detail::one_thread>;
TYPED_TEST_SUITE(Channels, Both);

template <class Threads> using channel = detail::basic_mpsc<int, Threads>;

TYPED_TEST(Channels, GivesMessagesInTheOrderOfSending) {
  channel<TypeParam> c(4);
  this->ex.run(this->send(c, 1, 3));
  c.close();
  this->ex.run(this->receive_all(c));
  EXPECT_EQ(this->received, (std::vector{1, 2, 3, -1}));
}

TYPED_TEST(Channels, WakesAReceiverThatWaits) {
  channel<TypeParam> c(4);
  auto receiver = this->ex.start(this->receive(c));
  EXPECT_TRUE(c.try_send(7));
  EXPECT_EQ(this->ex.ready_count(), 1u);
  EXPECT_TRUE(c.try_send(8));
  EXPECT_EQ(this->ex.run_ready(), 1u) << "posted once";
  EXPECT_EQ(receiver.result(), 7);
  EXPECT_EQ(c.try_receive(), 8);
  EXPECT_EQ(c.try_receive(), std::nullopt);
}

TYPED_TEST(Channels, TakesNoMoreThanItsCapacity) {
  for (std::size_t capacity : {1, 2, 3, 5, 8}) {
    channel<TypeParam> c(capacity);
    for (int round = 0; round < 3; ++round) {
      for (std::size_t i = 0; i < capacity; ++i)
        EXPECT_TRUE(c.try_send(int(i)));
      EXPECT_FALSE(c.try_send(-1));
      for (std::size_t i = 0; i < capacity; ++i)
        EXPECT_EQ(c.try_receive(), int(i));
      EXPECT_EQ(c.try_receive(), std::nullopt);
    }
  }
}

TYPED_TEST(Channels, SendersWaitForRoomOldestFirst) {
  channel<TypeParam> c(1);
  auto a = this->ex.start(this->send(c, 1, 2)),
       b = this->ex.start(this->send(c, 10, 11)),
       d = this->ex.start(this->send(c, 20, 20));
  EXPECT_EQ(this->ex.ready_count(), 0u);
  EXPECT_EQ(c.try_receive(), 1);
  EXPECT_FALSE(c.try_send(30)) << "the room is for who waits";
  EXPECT_EQ(this->ex.run_ready(), 1u);
  EXPECT_TRUE(a.ended());
  std::vector<int> rest;
  while (auto message = c.try_receive()) {
    rest.push_back(*message);
    this->ex.run_ready();
  }
  EXPECT_EQ(rest, (std::vector{2, 10, 20, 11}));
  EXPECT_TRUE(b.ended() && d.ended());
}

TYPED_TEST(Channels, RunsThroughManyMessages) {
  for (std::size_t capacity : {1, 3, 64}) {
    channel<TypeParam> c(capacity);
    this->received.clear();
    auto receiver = this->ex.start(this->receive_all(c));
    auto sender = this->ex.start(this->send(c, 0, 999));
    this->ex.run_ready();
    EXPECT_TRUE(sender.ended());
    c.close();
    this->ex.run_ready();
    ASSERT_EQ(this->received.size(), 1001u);
    for (int i = 0; i < 1000; ++i)
      ASSERT_EQ(this->received[i], i);
  }
}

TYPED_TEST(Channels, ClosingRefusesWhatWaitsAndKeepsWhatWasSent) {
  channel<TypeParam> c(2);
  std::vector<bool> sent;
  auto sender = this->ex.start(this->send(c, 1, 4, &sent));
  EXPECT_FALSE(c.is_closed());
  c.close();
  c.close();
  EXPECT_TRUE(c.is_closed());
  this->ex.run_ready();
  EXPECT_TRUE(sender.ended());
  EXPECT_EQ(sent, (std::vector{true, true, false, false}));
  EXPECT_FALSE(c.try_send(5));
  this->ex.run(this->receive_all(c));
  EXPECT_EQ(this->received, (std::vector{1, 2, -1}));
}

TYPED_TEST(Channels, ClosingWakesAReceiverThatWaits) {
  channel<TypeParam> c(2);
  auto receiver = this->ex.start(this->receive(c));
  c.close();
  EXPECT_EQ(this->ex.run_ready(), 1u);
  EXPECT_EQ(receiver.result(), -1);
  EXPECT_EQ(this->ex.run(this->receive(c)), -1) << "and so it stays";
}

TYPED_TEST(Channels, TheLastSenderThatEndsClosesIt) {
  channel<TypeParam> c(4);
  {
    auto a = c.make_sender();
    EXPECT_TRUE(a.try_send(1));
    {
      auto b = a;
      EXPECT_TRUE(b.try_send(2));
      auto moved = std::move(a);
      a = moved;
    }
    EXPECT_FALSE(c.is_closed());
    auto work = [](auto to) -> task<> { co_await to.send(3); };
    this->ex.run(work(std::move(a)));
    EXPECT_FALSE(a);
  }
  EXPECT_TRUE(c.is_closed());
  this->ex.run(this->receive_all(c));
  EXPECT_EQ(this->received, (std::vector{1, 2, 3, -1}));
}

TYPED_TEST(Channels, ACancelledReceiveTakesNothing) {
  for (bool before : {true, false}) {
    channel<TypeParam> c(2);
    stop_source source;
    if (before)
      source.request_stop();
    auto stopped = this->ex.start(this->receive(c), source.token());
    source.request_stop();
    this->ex.run_ready();
    EXPECT_THROW(stopped.result(), cancelled);
    EXPECT_TRUE(c.try_send(1));
    EXPECT_EQ(this->ex.ready_count(), 0u);
    EXPECT_EQ(this->ex.run(this->receive(c), source.token()), 1)
        << "there was no need to wait";
    auto again = this->ex.start(this->receive(c));
    EXPECT_TRUE(c.try_send(2));
    this->ex.run_ready();
    EXPECT_EQ(again.result(), 2);
  }
}

TYPED_TEST(Channels, ACancelledSendHasSentNothing) {
  for (bool before : {true, false}) {
    detail::basic_mpsc<std::unique_ptr<int>, TypeParam> c(1);
    EXPECT_TRUE(c.try_send(std::make_unique<int>(1)));
    auto message = std::make_unique<int>(2);
    auto send = [&]() -> task<bool> {
      bool sent = co_await c.send(std::move(message));
      co_return sent;
    };
    stop_source source;
    if (before)
      source.request_stop();
    auto stopped = this->ex.start(send(), source.token());
    auto next = this->ex.start(send());
    source.request_stop();
    this->ex.run_ready();
    EXPECT_THROW(stopped.result(), cancelled);
    ASSERT_TRUE(message) << "it is still the caller's";
    EXPECT_FALSE(next.ended());
    EXPECT_EQ(**c.try_receive(), 1);
    this->ex.run_ready();
    EXPECT_TRUE(next.result());
    EXPECT_FALSE(message);
    EXPECT_EQ(**c.try_receive(), 2);
  }
}

TYPED_TEST(Channels, TheOnlyWaitingSenderCancelledLeavesTheWayFree) {
  channel<TypeParam> c(1);
  stop_source source;
  EXPECT_TRUE(c.try_send(1));
  auto stopped = this->ex.start(this->send(c, 2, 2), source.token());
  source.request_stop();
  this->ex.run_ready();
  EXPECT_EQ(c.try_receive(), 1);
  EXPECT_TRUE(c.try_send(3));
  EXPECT_EQ(c.try_receive(), 3);
}

TYPED_TEST(Channels, ARefusedMessageIsStillTheCallers) {
  detail::basic_mpsc<std::string, TypeParam> c(1);
  std::string message = "a message that is too long to be kept in place";
  EXPECT_TRUE(c.try_send(message)) << "a copy";
  EXPECT_FALSE(c.try_send(std::move(message)));
  EXPECT_FALSE(message.empty());
  auto send = [&]() -> task<bool> {
    bool sent = co_await c.send(std::move(message));
    co_return sent;
  };
  auto waiting = this->ex.start(send());
  c.close();
  this->ex.run_ready();
  EXPECT_FALSE(waiting.result());
  EXPECT_FALSE(message.empty());
}

TYPED_TEST(Channels, DataBeatsCancellation) {
  for (bool stop_first : {true, false}) {
    channel<TypeParam> c(1);
    stop_source receiving, sending;
    auto receiver = this->ex.start(this->receive(c), receiving.token());
    if (stop_first)
      receiving.request_stop();
    EXPECT_TRUE(c.try_send(1));
    receiving.request_stop();
    EXPECT_EQ(this->ex.run_ready(), 1u) << "posted once";
    EXPECT_EQ(receiver.result(), 1);

    EXPECT_TRUE(c.try_send(2));
    std::vector<bool> sent;
    auto sender = this->ex.start(this->send(c, 3, 3, &sent), sending.token());
    if (stop_first)
      sending.request_stop();
    EXPECT_EQ(c.try_receive(), 2);
    sending.request_stop();
    EXPECT_EQ(this->ex.run_ready(), 1u) << "posted once";
    EXPECT_EQ(sent, (std::vector{true}));
    EXPECT_EQ(c.try_receive(), 3);
  }
}

TYPED_TEST(Channels, AMessageThatCannotBeCopiedWasNotSent) {
  struct fragile {
    fragile() = default;
    fragile(const fragile &) { throw std::runtime_error("no copy"); }
    fragile(fragile &&) noexcept {}
  };
  detail::basic_mpsc<fragile, TypeParam> c(1);
  fragile message;
  EXPECT_THROW(c.try_send(message), std::runtime_error);
  auto send = [&]() -> task<> { co_await c.send(message); };
  EXPECT_THROW(this->ex.run(send()), std::runtime_error);
  EXPECT_EQ(c.try_receive().has_value(), false);
  EXPECT_TRUE(c.try_send(std::move(message)));
}

TYPED_TEST(Channels, EndsTheMessagesThatNobodyReceives) {
  auto counted = std::make_shared<int>();
  {
    detail::basic_mpsc<std::shared_ptr<int>, TypeParam> c(3);
    for (int i = 0; i < 3; ++i)
      EXPECT_TRUE(c.try_send(counted));
    EXPECT_EQ(counted.use_count(), 4);
    c.try_receive();
    EXPECT_EQ(counted.use_count(), 3);
  }
  EXPECT_EQ(counted.use_count(), 1);
}

TEST(Channel, LosesNothingOnThreads) {
  for (std::size_t capacity : {1, 7, 64}) {
    thread_pool pool(3);
    mpsc<int> c(capacity);
    std::vector<std::thread> callers;
    {
      auto first = c.make_sender();
      for (int id = 0; id < 3; ++id)
        callers.emplace_back([&pool, id, to = first]() mutable {
          auto send = [](mpsc<int>::sender to, int id) -> task<> {
            for (int i = 0; i < 500; ++i)
              EXPECT_TRUE(co_await to.send(id * 1000 + i));
          };
          pool.run(send(std::move(to), id));
        });
    }
    int next[3] = {}, count = 0;
    auto receive = [&]() -> task<> {
      while (auto message = co_await c.receive()) {
        EXPECT_EQ(*message % 1000, next[*message / 1000]++);
        ++count;
      }
    };
    moor::run(receive());
    for (std::thread &t : callers)
      t.join();
    EXPECT_EQ(count, 1500);
  }
}

TEST(Channel, RacedAgainstSomethingElseAgainAndAgainItLosesNothing) {
  thread_pool pool(3);
  long sent = 0, received = 0, lost_races = 0;
  for (int round = 0; round < 10; ++round) {
    mpsc<int> c(2);
    stop_source stop;
    detail::atomic<long> sum = 0;
    auto send = [&]() -> task<> {
      for (int i = 1; i <= 200; ++i) {
        if (co_await c.send(i))
          sum += i;
        if (i % 3 == 0)
          co_await yield();
      }
    };
    auto one = [&]() -> task<std::optional<int>> {
      auto message = co_await c.receive();
      co_return message;
    };
    auto at_once = []() -> task<> { co_return; };
    auto receive = [&]() -> task<> {
      for (;;) {
        auto [message, time] = co_await when_any(one(), at_once());
        if (!message)
          ++lost_races;
        else if (*message)
          received += **message;
        else
          break;
      }
    };
    std::thread receiver([&] { pool.run(receive()); });
    std::thread stopped([&] {
      try {
        pool.run(send(), stop.token());
      } catch (cancelled) {
      }
    });
    pool.run(send());
    stop.request_stop();
    stopped.join();
    c.close();
    receiver.join();
    sent += sum;
  }
  EXPECT_EQ(sent, received);
  EXPECT_GT(lost_races, 0);
}

} // namespace
