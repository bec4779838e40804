// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Soaks of all that coroutines wait for; channels are in
// soak_channels_test.cpp. Nobody waits in vain, gets what another has, or is
// resumed twice, whoever is stopped when.

#include "soak.h"

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

/// In every other world, one has a unit until all others have ended. Who wants
/// all then waits until he is stopped, and those behind him have to go on.
template <class Kind> class semaphores : public world {
public:
  explicit semaphores(unsigned long seed) : world(seed), kept_(seed % 2) {}
  task<> act(actor &me) {
    if (kept_ && me.id == 0) {
      auto unit = co_await semaphore_.acquire();
      co_return co_await stop_the_others(me);
    }
    for (unsigned i = 0; i < turns; ++i) {
      if (kept_ && me.roll.one_in(2))
        co_await use(me, 1);
      else
        co_await me.attempt(use(me, 1 + me.roll.below(count)));
      co_await me.pause();
    }
  }
  void check() {
    EXPECT_EQ(semaphore_.available(), count);
    EXPECT_TRUE(semaphore_.try_acquire(count));
  }

private:
  static constexpr std::size_t count = 4;
  task<> use(actor &me, std::size_t wanted) {
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
  const bool kept_;
  atomic<long> inside_ = 0;
};
TEST(Soak, Semaphore) { soak::soak<semaphores>(); }

/// In every other world, one reads until all others have ended. Who wants to
/// write then waits until he is stopped, and the readers behind him have to go
/// on.
template <class Kind> class rwlocks : public world {
public:
  explicit rwlocks(unsigned long seed) : world(seed), kept_(seed % 2) {}
  task<> act(actor &me) {
    if (kept_ && me.id == 0) {
      auto guard = co_await lock_.read();
      co_return co_await stop_the_others(me);
    }
    for (unsigned i = 0; i < turns; ++i) {
      if (kept_ && me.roll.one_in(2))
        co_await read(me);
      else
        co_await me.attempt(use(me));
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
  // g++ 12 cannot have the ?: in the co_await.
  task<> use(actor &me) { return me.roll.one_in(3) ? write(me) : read(me); }
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
  const bool kept_;
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
      co_await me.attempt(meet(i, apart));
    }
  }
  void check() {
    for (auto &l : latches_)
      EXPECT_TRUE(l.try_wait());
  }

private:
  task<> meet(unsigned i, bool apart) { return apart ? wait(i) : arrive(i); }
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

/// A queue for one. Two put, and come again when they were stopped. Two take,
/// and leave then; what they would have been notified of has to be taken by the
/// last one, who stays until there is nothing to come.
template <class Kind> class conditions : public world {
public:
  using world::world;
  task<> act(actor &me) {
    if (me.id == 0)
      while (taken_ < all)
        co_await take(me);
    else
      for (unsigned i = 0; i < turns; ++i) {
        co_await me.pause();
        if (me.id > 2) {
          if (!co_await me.attempt(take(me)) && me.roll.one_in(2))
            co_return;
        } else {
          while (!co_await me.attempt(put(me)))
            co_await me.pause();
        }
      }
  }
  void check() {
    EXPECT_EQ(queue_, 0);
    EXPECT_EQ(taken_, all);
    EXPECT_TRUE(mutex_.try_lock());
  }

private:
  static constexpr unsigned all = 2 * turns;
  task<> put(actor &me) {
    auto guard = co_await mutex_.lock();
    co_await me.pause();
    try {
      co_await room_.wait(guard, [this] { return queue_ < 1; });
    } catch (cancelled) {
      inside alone(inside_, 1, 1);
      EXPECT_FALSE(mutex_.try_lock()) << "it is locked again";
      throw;
    }
    {
      inside alone(inside_, 1, 1);
      ++queue_;
    }
    if (me.roll.one_in(2))
      guard.unlock();
    filled_.notify_one();
  }
  task<> take(actor &me) {
    auto guard = co_await mutex_.lock();
    co_await me.pause();
    while (!queue_ && taken_ < all)
      co_await filled_.wait(guard);
    if (!queue_)
      co_return;
    {
      inside alone(inside_, 1, 1);
      --queue_;
      ++taken_;
    }
    if (taken_ == all)
      filled_.notify_all();
    guard.unlock();
    room_.notify_one();
  }
  typename Kind::mutex mutex_;
  typename Kind::condition_variable filled_, room_;
  atomic<long> inside_ = 0;
  int queue_ = 0;
  atomic<unsigned> taken_ = 0;
};
TEST(Soak, ConditionVariable) { soak::soak<conditions>(); }

} // namespace
