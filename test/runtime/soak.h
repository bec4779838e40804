// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A soak: actors use a primitive at random, pause at random, and stop each
// other at random. Afterwards the sums have to be right.
//
// On manual_executor the schedule is random, too, and all of it follows from
// the seed: MOOR_SOAK_SEED=n repeats a failure exactly. On a thread_pool it
// repeats what the actors want to do. MOOR_SOAK_ROUNDS=n soaks n times as long.

#ifndef MOOR_TEST_SOAK_H
#define MOOR_TEST_SOAK_H

#include <condition_variable>
#include <cstdio>
#include <cstdlib>
#include <deque>
#include <gtest/gtest.h>
#include <moor/barrier.h>
#include <moor/channel.h>
#include <moor/condition_variable.h>
#include <moor/event.h>
#include <moor/latch.h>
#include <moor/manual_executor.h>
#include <moor/mutex.h>
#include <moor/nursery.h>
#include <moor/oneshot.h>
#include <moor/rwlock.h>
#include <moor/semaphore.h>
#include <moor/thread_pool.h>
#include <moor/timer.h>
#include <moor/with_stop.h>
#include <mutex>
#include <random>
#include <thread>

namespace soak {

using moor::cancelled;
using moor::task;

/// All primitives that threads share, and their twins.
struct threads {
  using event = moor::event;
  using mutex = moor::mutex;
  using semaphore = moor::semaphore;
  using rwlock = moor::rwlock;
  using latch = moor::latch;
  using barrier = moor::barrier;
  using condition_variable = moor::condition_variable;
  template <class T> using mpsc = moor::mpsc<T>;
  template <class T> using oneshot = moor::oneshot<T>;
};
struct one_loop {
  using event = moor::local::event;
  using mutex = moor::local::mutex;
  using semaphore = moor::local::semaphore;
  using rwlock = moor::local::rwlock;
  using latch = moor::local::latch;
  using barrier = moor::local::barrier;
  using condition_variable = moor::local::condition_variable;
  template <class T> using mpsc = moor::local::mpsc<T>;
  template <class T> using oneshot = moor::local::oneshot<T>;
};

/// SplitMix64 (G. Steele, D. Lea, C. Flood, 2014).
class dice {
public:
  explicit dice(unsigned long seed) : state_(seed) {}
  unsigned below(unsigned n) {
    std::uint64_t z = state_ += 0x9e3779b97f4a7c15;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
    z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
    return unsigned((z ^ (z >> 31)) % n);
  }
  bool one_in(unsigned n) { return below(n) == 0; }

private:
  std::uint64_t state_;
};

[[noreturn]] inline void give_up(unsigned long seed) {
  std::fprintf(stderr, "stuck: somebody waits in vain; MOOR_SOAK_SEED=%lu\n",
               seed);
  std::abort();
}

class world;

class actor {
public:
  actor(world &in, unsigned id, unsigned long seed)
      : id(id), roll(seed * 64 + id), world_(in) {}

  /// Runs the work so that the others may stop it. False if they did.
  task<bool> attempt(task<> work) {
    moor::stop_source stop;
    set_current(&stop);
    bool done = true;
    try {
      co_await moor::with_stop(stop.token(), std::move(work));
    } catch (cancelled) {
      done = false;
    }
    set_current(nullptr);
    co_return done;
  }
  /// Does something else: nothing, letting others run, stopping somebody.
  task<> pause() {
    switch (roll.below(4)) {
    case 0:
      stop_somebody();
      break;
    case 1:
      break;
    default:
      for (unsigned i = roll.below(4); i; --i)
        co_await moor::yield();
    }
  }

  inline void stop_somebody();

  const unsigned id;
  dice roll;

private:
  void set_current(moor::stop_source *source) {
    moor::detail::locked_scope scope(lock_);
    current_ = source;
  }
  world &world_;
  moor::detail::spinlock lock_; // of current_
  moor::stop_source *current_ = nullptr;
};

/// What the actors live in. A scenario derives from it and has
///
///     task<> act(actor &me);
///     void check();
class world {
public:
  static constexpr unsigned actors = 5, turns = 10;

  explicit world(unsigned long seed) {
    for (unsigned id = 0; id < actors; ++id)
      all_.emplace_back(*this, id, seed);
  }
  actor &at(unsigned id) { return all_[id]; }
  void has_ended(actor &) { ++ended_; }

  /// Stops the others again and again, until they have ended. For one who has
  /// what they want, so that they need to be stopped.
  task<> stop_the_others(actor &me) {
    while (ended_ < actors - 1) {
      me.stop_somebody();
      co_await moor::yield();
    }
  }

private:
  std::deque<actor> all_;
  moor::detail::atomic<unsigned> ended_ = 0;
};

void actor::stop_somebody() {
  actor &other = world_.at(roll.below(world::actors));
  moor::detail::locked_scope scope(other.lock_);
  if (other.current_)
    other.current_->request_stop();
}

/// Counts who is inside for as long as it lives.
class inside {
public:
  inside(moor::detail::atomic<long> &count, long weight, long most)
      : count_(count), weight_(weight) {
    EXPECT_LE(count_ += weight_, most);
  }
  inside(inside &&) = delete;
  ~inside() { count_ -= weight_; }

private:
  moor::detail::atomic<long> &count_;
  long weight_;
};

/// Counts itself; moved from, it is nobody's.
class message {
public:
  static inline moor::detail::atomic<long> alive = 0;
  message(unsigned from, unsigned number) : from(from), number(number) {
    ++alive;
  }
  message(message &&other) noexcept
      : from(std::exchange(other.from, nobody)), number(other.number) {
    ++alive;
  }
  ~message() { --alive; }

  static constexpr unsigned nobody = 99;
  unsigned from, number;
};

template <class Scenario> task<> run_one(Scenario &in, actor &who) {
  co_await in.act(who);
  in.has_ended(who);
}

template <class Scenario> task<> run_all(Scenario &in) {
  co_await moor::with_nursery([&in](moor::nursery &all) -> task<> {
    for (unsigned id = 0; id < world::actors; ++id)
      all.spawn(run_one(in, in.at(id)));
    co_return;
  });
}

template <class Scenario> void on_manual_executor(unsigned long seed) {
  dice schedule(seed);
  moor::manual_executor ex;
  ex.choose(
      [](void *dice, std::size_t count) -> std::size_t {
        return static_cast<class dice *>(dice)->below(unsigned(count));
      },
      &schedule);
  Scenario in(seed);
  auto main = ex.start(run_all(in));
  ex.run_ready();
  if (!main.ended())
    give_up(seed);
  main.result();
  in.check();
}

/// Whoever is stuck cannot say so. Looks at the clock, since a thread may take
/// any number of turns before the others get one.
class watchdog {
public:
  ~watchdog() {
    {
      std::lock_guard lock(mutex_);
      ended_ = true;
    }
    changed_.notify_one();
    thread_.join();
  }
  void begins(unsigned long seed) {
    {
      std::lock_guard lock(mutex_);
      seed_ = seed;
      ++round_;
    }
    changed_.notify_one();
  }

private:
  void watch() {
    std::unique_lock lock(mutex_);
    while (!ended_)
      if (!changed_.wait_for(
              lock, std::chrono::seconds(60),
              [this, round = round_] { return ended_ || round_ != round; }))
        give_up(seed_);
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  unsigned long seed_ = 0;
  unsigned long round_ = 0;
  bool ended_ = false;
  std::thread thread_{[this] { watch(); }};
};

inline unsigned long variable(const char *name, unsigned long otherwise) {
  const char *value = std::getenv(name);
  return value ? std::strtoul(value, nullptr, 10) : otherwise;
}

/// Each round has the seed after that of the last one.
template <template <class> class Scenario> void soak() {
  const bool given = std::getenv("MOOR_SOAK_SEED");
  const unsigned long first =
      given ? variable("MOOR_SOAK_SEED", 0) : std::random_device()();
  const unsigned long times = variable("MOOR_SOAK_ROUNDS", 1);
  const unsigned long rounds = given ? times : 200 * times;
  auto failed = [](unsigned long seed) {
    if (testing::Test::HasFailure())
      std::fprintf(stderr, "MOOR_SOAK_SEED=%lu\n", seed);
    return testing::Test::HasFailure();
  };
  watchdog watching;
  for (unsigned long seed = first; seed < first + rounds; ++seed) {
    watching.begins(seed);
    on_manual_executor<Scenario<one_loop>>(seed);
    on_manual_executor<Scenario<threads>>(seed);
    if (failed(seed))
      return;
  }
  moor::thread_pool pool(3);
  for (unsigned long seed = first; seed < first + (rounds + 3) / 4; ++seed) {
    watching.begins(seed);
    Scenario<threads> in(seed);
    pool.run(run_all(in));
    in.check();
    if (failed(seed))
      return;
  }
}

} // namespace soak

#endif // MOOR_TEST_SOAK_H
