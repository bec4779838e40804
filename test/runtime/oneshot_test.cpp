// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include <gtest/gtest.h>
#include <memory>
#include <moor/event_loop.h>
#include <moor/detect.h>
#include <moor/manual_executor.h>
#include <moor/oneshot.h>
#include <stdexcept>
#include <thread>
#include <vector>

using namespace moor;

namespace {

template <class T> class Oneshots : public testing::Test {
protected:
  template <class O> task<int> receive(O &o) {
    auto value = co_await o.receive();
    co_return value ? *value : -1;
  }
  T o;
  manual_executor ex;
};
using Both = testing::Types<oneshot<int>, local::oneshot<int>>;
TYPED_TEST_SUITE(Oneshots, Both);

TYPED_TEST(Oneshots, GivesTheValueToWhoWaits) {
  auto receiver = this->ex.start(this->receive(this->o));
  EXPECT_FALSE(this->o.is_closed());
  EXPECT_TRUE(this->o.send(7));
  EXPECT_EQ(this->ex.run_ready(), 1u);
  EXPECT_EQ(receiver.result(), 7);
}

TYPED_TEST(Oneshots, GivesTheValueToWhoComesLater) {
  EXPECT_TRUE(this->o.send(7));
  auto receiver = this->ex.start(this->receive(this->o));
  ASSERT_TRUE(receiver.ended());
  EXPECT_EQ(receiver.result(), 7);
}

TYPED_TEST(Oneshots, SendsOnceAndIsReceivedOnce) {
  EXPECT_TRUE(this->o.send(1));
  EXPECT_TRUE(this->o.is_closed());
  EXPECT_FALSE(this->o.send(2));
  EXPECT_EQ(this->ex.run(this->receive(this->o)), 1);
  EXPECT_FALSE(this->o.send(3));
  EXPECT_EQ(this->ex.run(this->receive(this->o)), -1);
}

TYPED_TEST(Oneshots, ClosedWithoutAValueGivesNothing) {
  auto receiver = this->ex.start(this->receive(this->o));
  this->o.close();
  this->ex.run_ready();
  EXPECT_EQ(receiver.result(), -1);
  EXPECT_FALSE(this->o.send(1)) << "the receiver has given up";
  EXPECT_EQ(this->ex.run(this->receive(this->o)), -1);
}

TYPED_TEST(Oneshots, ClosingDoesNotTakeBackWhatWasSent) {
  EXPECT_TRUE(this->o.send(1));
  this->o.close();
  EXPECT_EQ(this->ex.run(this->receive(this->o)), 1);
}

TYPED_TEST(Oneshots, ACancelledReceiveTakesNothing) {
  for (bool before : {true, false}) {
    TypeParam o;
    stop_source source;
    if (before)
      source.request_stop();
    auto stopped = this->ex.start(this->receive(o), source.token());
    source.request_stop();
    this->ex.run_ready();
    EXPECT_THROW(stopped.result(), cancelled);
    EXPECT_TRUE(o.send(5)) << "it may receive again";
    EXPECT_EQ(this->ex.run(this->receive(o)), 5);
  }
}

TYPED_TEST(Oneshots, DataBeatsCancellation) {
  for (bool stop_first : {true, false}) {
    TypeParam o;
    stop_source source;
    auto receiver = this->ex.start(this->receive(o), source.token());
    if (stop_first)
      source.request_stop();
    o.send(5);
    source.request_stop();
    EXPECT_EQ(this->ex.run_ready(), 1u) << "posted once";
    EXPECT_EQ(receiver.result(), 5);
  }
}

TYPED_TEST(Oneshots, MayEndAsSoonAsItsReceiverIsResumed) {
  auto o = std::make_unique<TypeParam>();
  auto wait = [&]() -> task<int> {
    auto value = co_await o->receive();
    o.reset();
    co_return *value;
  };
  auto waiter = this->ex.start(wait());
  o->send(3);
  this->ex.run_ready();
  EXPECT_EQ(waiter.result(), 3);
}

template <class T> class OneshotKinds : public testing::Test {};
using Kinds = testing::Types<detail::many_threads, detail::one_thread>;
TYPED_TEST_SUITE(OneshotKinds, Kinds);

TYPED_TEST(OneshotKinds, OfVoidSaysThatItHappened) {
  manual_executor ex;
  detail::basic_oneshot<void, TypeParam> o, never;
  auto wait = [](auto &from) -> task<bool> {
    auto happened = co_await from.receive();
    co_return happened.has_value();
  };
  auto waiter = ex.start(wait(o)), other = ex.start(wait(never));
  EXPECT_TRUE(o.send());
  EXPECT_FALSE(o.send());
  never.close();
  ex.run_ready();
  EXPECT_TRUE(waiter.result());
  EXPECT_FALSE(other.result());
}

TYPED_TEST(OneshotKinds, MovesWhatCannotBeCopiedAndTouchesWhatItDoesNotSend) {
  manual_executor ex;
  detail::basic_oneshot<std::unique_ptr<int>, TypeParam> o;
  auto first = std::make_unique<int>(1), second = std::make_unique<int>(2);
  EXPECT_TRUE(o.send(std::move(first)));
  EXPECT_FALSE(o.send(std::move(second)));
  EXPECT_TRUE(second) << "it is still the caller's";
  auto wait = [&]() -> task<int> {
    auto value = co_await o.receive();
    co_return **value;
  };
  EXPECT_EQ(ex.run(wait()), 1);
}

TYPED_TEST(OneshotKinds, EndsAValueThatNobodyReceives) {
  auto counted = std::make_shared<int>();
  {
    detail::basic_oneshot<std::shared_ptr<int>, TypeParam> o;
    o.send(counted);
    EXPECT_EQ(counted.use_count(), 2);
  }
  EXPECT_EQ(counted.use_count(), 1);
}

TYPED_TEST(OneshotKinds, AValueThatThrowsWasNotSent) {
  struct throwing {
    explicit throwing(bool now) {
      if (now)
        throw std::runtime_error("no value");
    }
  };
  manual_executor ex;
  detail::basic_oneshot<throwing, TypeParam> o;
  auto wait = [&]() -> task<bool> {
    auto value = co_await o.receive();
    co_return value.has_value();
  };
  auto waiter = ex.start(wait());
  EXPECT_THROW(o.send(true), std::runtime_error);
  EXPECT_EQ(ex.run_ready(), 0u);
  EXPECT_TRUE(o.send(false));
  ex.run_ready();
  EXPECT_TRUE(waiter.result());
}

TEST(Oneshot, IsSentByOneOfManyThreads) {
  for (int i = 0; i < 100; ++i) {
    std::vector<std::thread> threads;
    detail::atomic<int> sent = 0, who = 0;
    oneshot<int> o;
    auto main = [&]() -> task<int> {
      for (int id : {1, 2})
        threads.emplace_back([&, id] {
          if (o.send(id)) {
            ++sent;
            who = id;
          }
        });
      auto value = co_await o.receive();
      co_return *value;
    };
    int received = moor::run(main());
    for (std::thread &t : threads)
      t.join();
    EXPECT_EQ(received, who);
    EXPECT_EQ(sent, 1);
  }
}

TEST(Oneshot, IsClosedOrSentAndBothSidesAgree) {
  for (int i = 0; i < 200; ++i) {
    oneshot<int> o;
    bool sent = false;
    std::thread sender([&] { sent = o.send(1); });
    o.close();
    auto main = [&]() -> task<bool> {
      auto value = co_await o.receive();
      co_return value.has_value();
    };
    bool received = moor::run(main());
    sender.join();
    EXPECT_EQ(sent, received);
  }
}

} // namespace
