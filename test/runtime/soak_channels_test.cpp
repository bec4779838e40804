// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Soaks of what carries messages: none is lost, doubled or leaked, whoever is
// stopped when, and both sides agree.

#include "soak.h"
#include <vector>

using namespace soak;

namespace {

using moor::detail::atomic;

/// In every other world, who sends waits until that was received.
template <class Kind> class channels : public world {
  using mpsc = typename Kind::template mpsc<message>;

public:
  explicit channels(unsigned long seed)
      : world(seed), channel_(1 + seed % 3), close_early_(seed % 4 == 0),
        one_by_one_(seed % 2) {
    for (unsigned id = 1; id < actors; ++id)
      handles_.push_back(channel_.make_sender());
  }
  task<> act(actor &me) {
    co_await me.pause();
    if (me.id == 0)
      co_await receive_all(me);
    else
      co_await send_all(me, std::move(handles_[me.id - 1]));
  }
  void check() {
    EXPECT_EQ(sent_, received_);
    EXPECT_EQ(sent_ + refused_ + given_up_, long((actors - 1) * turns));
    EXPECT_TRUE(channel_.is_closed());
    EXPECT_EQ(message::alive, 0);
  }

private:
  task<> send_all(actor &me, typename mpsc::sender to) {
    for (unsigned i = 1; i <= turns; ++i) {
      message m(me.id, i);
      bool sent = false, waited = true;
      while (waited && !co_await me.attempt(send(to, m, sent))) {
        EXPECT_EQ(m.from, me.id) << "cancelled: it is still here";
        waited = me.roll.one_in(2);
        co_await me.pause();
      }
      EXPECT_EQ(m.from, sent ? message::nobody : me.id);
      ++(sent ? sent_ : waited ? refused_ : given_up_);
      if (sent && one_by_one_)
        co_await seen_[me.id][i - 1];
      co_await me.pause();
    }
  }
  static task<> send(typename mpsc::sender &to, message &m, bool &sent) {
    sent = co_await to.send(std::move(m));
  }
  task<> receive_all(actor &me) {
    unsigned last[actors] = {};
    for (;;) {
      std::optional<message> got;
      if (co_await me.attempt(receive(got))) {
        if (!got)
          co_return;
        EXPECT_LT(last[got->from], got->number);
        last[got->from] = got->number;
        ++received_;
        seen_[got->from][got->number - 1].set();
      } else {
        EXPECT_FALSE(got);
      }
      if (close_early_ && me.roll.one_in(10))
        channel_.close();
      co_await me.pause();
    }
  }
  task<> receive(std::optional<message> &got) {
    auto next = co_await channel_.receive();
    if (next)
      got.emplace(std::move(*next));
  }

  mpsc channel_;
  std::vector<typename mpsc::sender> handles_;
  typename Kind::event seen_[actors][turns];
  const bool close_early_, one_by_one_;
  atomic<long> sent_ = 0, refused_ = 0, given_up_ = 0;
  long received_ = 0;
};
TEST(Soak, Channel) { soak::soak<channels>(); }

template <class Kind> class oneshots : public world {
public:
  using world::world;
  task<> act(actor &me) {
    for (unsigned i = 0; i < turns; ++i) {
      co_await me.pause();
      if (i % actors == me.id)
        sent_[i] = ones_[i].send(int(i));
      else if ((i + 1) % actors == me.id)
        co_await receive(me, i);
      else if (me.roll.one_in(20))
        ones_[i].close();
    }
  }
  void check() {
    for (unsigned i = 0; i < turns; ++i) {
      EXPECT_EQ(sent_[i], received_[i]) << i;
      EXPECT_TRUE(ones_[i].is_closed());
    }
  }

private:
  task<> receive(actor &me, unsigned i) {
    // g++ 12 never begins this coroutine if the co_await is the condition of
    // the loop.
    for (bool done = false; !done;) {
      done = co_await me.attempt(receive(i));
      if (!done && me.roll.one_in(4)) {
        ones_[i].close();
        co_await receive(i); // what was sent before
        done = true;
      }
      co_await me.pause();
    }
  }
  task<> receive(unsigned i) {
    auto value = co_await ones_[i].receive();
    if (value) {
      EXPECT_EQ(*value, int(i));
      EXPECT_FALSE(received_[i]);
      received_[i] = true;
    }
  }
  typename Kind::template oneshot<int> ones_[turns];
  bool sent_[turns] = {}, received_[turns] = {};
};
TEST(Soak, Oneshot) { soak::soak<oneshots>(); }

} // namespace
