// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Soaks of every primitive: nothing is lost, doubled, leaked or resumed twice,
// whoever is stopped when. What the actors do is in soak.h.

#include "soak.h"
#include <vector>

using namespace soak;

namespace {

using moor::detail::atomic;

template <class Kind> class events : public world {
public:
  using world::world;
  task<> act(actor &me) {
    for (unsigned i = 0; i < turns; ++i) {
      co_await me.pause();
      if (i % actors == me.id)
        happened_[i].set();
      else if (!co_await me.attempt(wait(i)) && me.roll.one_in(2))
        co_await wait(i);
    }
  }
  void check() {
    for (auto &e : happened_)
      EXPECT_TRUE(e.is_set());
  }

private:
  task<> wait(unsigned i) {
    co_await happened_[i];
    EXPECT_TRUE(happened_[i].is_set());
  }
  typename Kind::event happened_[turns];
};
TEST(Soak, Event) { soak::soak<events>(); }

template <class Kind> class mutexes : public world {
public:
  using world::world;
  task<> act(actor &me) {
    for (unsigned i = 0; i < turns; ++i) {
      co_await me.attempt(use(me));
      co_await me.pause();
    }
  }
  void check() {
    EXPECT_EQ(plain_, had_);
    EXPECT_TRUE(mutex_.try_lock());
  }

private:
  task<> use(actor &me) {
    auto guard = co_await mutex_.lock();
    inside alone(inside_, 1, 1);
    long seen = plain_;
    ++had_;
    plain_ = seen + 1;
    co_await me.pause();
  }
  typename Kind::mutex mutex_;
  atomic<long> inside_ = 0, had_ = 0;
  long plain_ = 0;
};
TEST(Soak, Mutex) { soak::soak<mutexes>(); }

template <class Kind> class semaphores : public world {
public:
  using world::world;
  task<> act(actor &me) {
    for (unsigned i = 0; i < turns; ++i) {
      co_await me.attempt(use(me));
      co_await me.pause();
    }
  }
  void check() {
    EXPECT_EQ(semaphore_.available(), count);
    EXPECT_TRUE(semaphore_.try_acquire(count));
  }

private:
  static constexpr std::size_t count = 4;
  task<> use(actor &me) {
    std::size_t wanted = 1 + me.roll.below(count);
    auto units = me.roll.one_in(4) ? semaphore_.try_acquire(wanted)
                                   : typename Kind::semaphore::units();
    if (!units)
      units = co_await semaphore_.acquire(wanted);
    EXPECT_EQ(units.count(), wanted);
    {
      inside some(inside_, long(wanted), count);
      co_await me.pause();
    }
    if (me.roll.one_in(3)) {
      units.forget();
      semaphore_.release(wanted);
    }
  }
  typename Kind::semaphore semaphore_{count};
  atomic<long> inside_ = 0;
};
TEST(Soak, Semaphore) { soak::soak<semaphores>(); }

template <class Kind> class rwlocks : public world {
public:
  using world::world;
  task<> act(actor &me) {
    for (unsigned i = 0; i < turns; ++i) {
      co_await me.attempt(me.roll.one_in(3) ? write(me) : read(me));
      co_await me.pause();
    }
  }
  void check() {
    EXPECT_EQ(first_, second_);
    EXPECT_TRUE(lock_.try_write());
  }

private:
  // A writer is as heavy as all readers.
  static constexpr long most = actors;
  task<> read(actor &me) {
    auto guard = co_await lock_.read();
    inside among(inside_, 1, most);
    EXPECT_EQ(first_, second_);
    co_await me.pause();
  }
  task<> write(actor &me) {
    auto guard = co_await lock_.write();
    inside alone(inside_, most, most);
    ++first_;
    struct second {
      long &n;
      ~second() { ++n; }
    } at_end{second_};
    co_await me.pause();
  }
  typename Kind::rwlock lock_;
  atomic<long> inside_ = 0;
  long first_ = 0, second_ = 0;
};
TEST(Soak, RwLock) { soak::soak<rwlocks>(); }

template <class Kind> class latches : public world {
public:
  explicit latches(unsigned long seed) : world(seed) {
    for (unsigned i = 0; i < turns; ++i)
      latches_.emplace_back(actors);
  }
  task<> act(actor &me) {
    for (unsigned i = 0; i < turns; ++i) {
      co_await me.pause();
      ++arrived_[i]; // and it stays so, if the wait is cancelled
      bool apart = me.roll.one_in(2);
      if (apart)
        latches_[i].count_down();
      co_await me.attempt(apart ? wait(i) : arrive(i));
    }
  }
  void check() {
    for (auto &l : latches_)
      EXPECT_TRUE(l.try_wait());
  }

private:
  task<> wait(unsigned i) {
    co_await latches_[i];
    EXPECT_EQ(arrived_[i], long(actors));
  }
  task<> arrive(unsigned i) {
    co_await latches_[i].arrive_and_wait();
    EXPECT_EQ(arrived_[i], long(actors));
  }
  std::deque<typename Kind::latch> latches_;
  atomic<long> arrived_[turns] = {};
};
TEST(Soak, Latch) { soak::soak<latches>(); }

template <class Kind> class barriers : public world {
public:
  using world::world;
  task<> act(actor &me) {
    for (unsigned i = 1; i <= turns; ++i) {
      co_await me.pause();
      if (me.id && me.roll.one_in(30)) {
        step_[me.id] = turns; // nobody waits for it any more
        barrier_.drop();
        co_return;
      }
      step_[me.id] = i;
      while (!co_await me.attempt(meet()))
        co_await me.pause(); // it has not arrived
      for (auto &step : step_)
        EXPECT_GE(step, i);
    }
  }
  void check() { EXPECT_EQ(barrier_.generation(), turns); }

private:
  task<> meet() { co_await barrier_.arrive_and_wait(); }

  typename Kind::barrier barrier_{actors};
  atomic<unsigned> step_[actors] = {};
};
TEST(Soak, Barrier) { soak::soak<barriers>(); }

/// A bounded queue: two put, two take, and one comes between.
template <class Kind> class conditions : public world {
public:
  using world::world;
  task<> act(actor &me) {
    for (unsigned i = 0; i < turns; ++i) {
      co_await me.pause();
      if (me.id == 4)
        filled_.notify_one(); // in vain
      else
        while (!co_await me.attempt(me.id % 2 ? put(me) : take()))
          co_await me.pause();
    }
  }
  void check() {
    EXPECT_EQ(queue_, 0);
    EXPECT_EQ(put_, taken_);
    EXPECT_EQ(put_, 2 * turns);
    EXPECT_TRUE(mutex_.try_lock());
  }

private:
  task<> put(actor &me) {
    auto guard = co_await mutex_.lock();
    try {
      co_await room_.wait(guard, [this] { return queue_ < 2; });
    } catch (cancelled) {
      inside alone(inside_, 1, 1); // it is locked again
      throw;
    }
    {
      inside alone(inside_, 1, 1);
      ++queue_;
      ++put_;
    }
    if (me.roll.one_in(2))
      guard.unlock();
    filled_.notify_one();
  }
  task<> take() {
    auto guard = co_await mutex_.lock();
    while (!queue_)
      co_await filled_.wait(guard);
    {
      inside alone(inside_, 1, 1);
      --queue_;
      ++taken_;
    }
    guard.unlock();
    room_.notify_one();
  }
  typename Kind::mutex mutex_;
  typename Kind::condition_variable filled_, room_;
  atomic<long> inside_ = 0;
  int queue_ = 0;
  unsigned put_ = 0, taken_ = 0;
};
TEST(Soak, ConditionVariable) { soak::soak<conditions>(); }

template <class Kind> class channels : public world {
  using mpsc = typename Kind::template mpsc<message>;

public:
  explicit channels(unsigned long seed)
      : world(seed), channel_(1 + seed % 3), close_early_(seed % 4 == 0) {
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
  const bool close_early_;
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
    while (!co_await me.attempt(receive(i))) {
      co_await me.pause();
      if (me.roll.one_in(4)) {
        ones_[i].close();
        co_await receive(i); // what was sent before
        co_return;
      }
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
