// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef MOOR_SEMAPHORE_H
#define MOOR_SEMAPHORE_H

#include <cstddef>
#include <moor/detail/wait.h>

namespace moor::inline MOOR_ABI {
namespace detail {

template <class Threads> class CORO_PINS CORO_ASYNC_MUTEX basic_semaphore {
public:
  class units;
  class awaiter;

  explicit basic_semaphore(std::size_t count) noexcept : state_(count * one) {}
  basic_semaphore(basic_semaphore &&) = delete;

  /// Waits for `count` units; gives a guard that returns them. More than there
  /// will ever be are waited for in vain, by those behind it as well.
  [[nodiscard]] awaiter acquire(std::size_t count = 1) noexcept {
    return awaiter(*this, count);
  }
  /// The guard of `count` units, or one that is false if that many are not
  /// free, or somebody waits.
  [[nodiscard]] units try_acquire(std::size_t count = 1) noexcept {
    bool entered = try_take(count);
    return units(entered ? this : nullptr, entered ? count : 0);
  }
  /// Puts units in: those of which a guard was told to forget, or new ones. Any
  /// thread may. The oldest waiter has them first.
  void release(std::size_t count = 1) noexcept {
    std::size_t state = state_.load(memory_order_relaxed); // the exchange
    do {                                                   // decides
      if (state & waited)
        return release_slowly(count);
      // release: publishes what was done with the units
    } while (!state_.compare_exchange_weak(state, state + count * one,
                                           memory_order_release,
                                           memory_order_relaxed));
  }
  /// How many are free at this moment. Somebody may be waiting for more.
  std::size_t available() const noexcept {
    return state_.load(memory_order_relaxed) / one; // a hint
  }

private:
  template <class, class, class> friend class owned_wait;

  // The lowest bit says that somebody waits. It is set under the queue's lock
  // only, and then nobody else changes the state without it. Above it are the
  // free units.
  static constexpr std::size_t waited = 1, one = 2;

  bool try_take(std::size_t count) noexcept {
    std::size_t state = state_.load(memory_order_relaxed); // as in release()
    do {
      if ((state & waited) || state / one < count)
        return false;
      // acquire: sees what was done with the units
    } while (!state_.compare_exchange_weak(state, state - count * one,
                                           memory_order_acquire,
                                           memory_order_relaxed));
    return true;
  }
  bool try_enter(awaiter &a, granted_waits &) noexcept {
    // Somebody may release at any moment, until it is said that one waits.
    for (;;) {
      if (try_take(a.count_))
        return true;
      // relaxed, both: the queue's lock orders it
      std::size_t state = state_.load(memory_order_relaxed);
      if (state & waited)
        return false;
      if (state / one < a.count_ &&
          state_.compare_exchange_weak(state, state | waited,
                                       memory_order_relaxed,
                                       memory_order_relaxed))
        return false;
    }
  }
  void abandoned(awaiter &, granted_waits &granted) noexcept {
    hand_out(0, granted);
  }
  [[gnu::noinline]] void release_slowly(std::size_t count) noexcept {
    granted_waits granted;
    typename wait_queue<Threads>::scope scope(waits_.lock);
    hand_out(count, granted);
  }
  /// Under the lock, if somebody waits: to the oldest what it wants, before the
  /// next gets anything.
  void hand_out(std::size_t count, granted_waits &granted) noexcept {
    // acquire: sees what was done with the units that were free already
    std::size_t state = state_.load(memory_order_acquire);
    if (!(state & waited))
      return release(count); // nobody does any more, so this takes no lock
    std::size_t available = state / one + count;
    while (queued_wait *first = waits_.first()) {
      std::size_t wanted = awaiter::of(*first).count_;
      if (available < wanted)
        break;
      available -= wanted;
      waits_.grant_first(granted);
    }
    // release: publishes what was done with them to who takes them directly
    state_.store(available * one | (waits_.empty() ? 0 : waited),
                 memory_order_release);
  }

  typename Threads::template atomic<std::size_t> state_;
  wait_queue<Threads> waits_;
};

/// Holds units, and returns them when it ends. It belongs to nobody: it may be
/// moved to another coroutine and end on any thread.
template <class Threads> class [[nodiscard]] basic_semaphore<Threads>::units {
public:
  units() = default;
  units(units &&other) noexcept
      : semaphore_(std::exchange(other.semaphore_, nullptr)),
        count_(std::exchange(other.count_, 0)) {}
  units &operator=(units &&other) noexcept {
    units old(std::move(*this));
    semaphore_ = std::exchange(other.semaphore_, nullptr);
    count_ = std::exchange(other.count_, 0);
    return *this;
  }
  ~units() { release(); }

  explicit operator bool() const noexcept { return semaphore_; }
  std::size_t count() const noexcept { return count_; }
  /// Returns them now.
  void release() noexcept {
    if (semaphore_)
      std::exchange(semaphore_, nullptr)->release(std::exchange(count_, 0));
  }
  /// Does not return them. Somebody else may, with the semaphore's release().
  void forget() noexcept {
    semaphore_ = nullptr;
    count_ = 0;
  }

private:
  friend basic_semaphore;
  units(basic_semaphore *from, std::size_t count) noexcept
      : semaphore_(from), count_(count) {}

  basic_semaphore *semaphore_ = nullptr;
  std::size_t count_ = 0;
};

template <class Threads>
class basic_semaphore<Threads>::awaiter
    : public owned_wait<awaiter, basic_semaphore, Threads> {
public:
  awaiter(basic_semaphore &of, std::size_t count) noexcept
      : owned_wait<awaiter, basic_semaphore, Threads>(of), count_(count) {}

  bool await_ready() noexcept { return this->owner_.try_take(count_); }
  units await_resume() {
    this->finish();
    return units(&this->owner_, count_);
  }

private:
  friend basic_semaphore;
  std::size_t count_;
};

} // namespace detail

/// A number of units that coroutines take and return: at most so many at once.
///
///     semaphore connections(10);
///     auto one = co_await connections.acquire();
///     co_await query();                           // at most ten are here
///
/// Thread-safe. Waiters resume on their own executors, strictly in the order in
/// which they came: one that wants many is not passed by those that want few,
/// not even by try_acquire. Units may be held over a suspension and end on any
/// thread. A cancelled wait throws `cancelled` and has taken nothing; those
/// behind it that can go on then do. Pinned: it neither moves nor ends before
/// all who wait have been resumed and all guards have ended.
///
/// It also counts what happens again and again: release() for each, and
/// `(co_await s.acquire()).forget()` for each that was seen. If it happens
/// once, event; if there is something to tell, a channel. With one unit it is a
/// mutex, which says so.
class semaphore : public detail::basic_semaphore<detail::many_threads> {
public:
  using detail::basic_semaphore<detail::many_threads>::basic_semaphore;
};

namespace local {
/// The same for the coroutines of one loop, without atomics.
class semaphore : public detail::basic_semaphore<detail::one_thread> {
public:
  using detail::basic_semaphore<detail::one_thread>::basic_semaphore;
};
} // namespace local

} // namespace moor::inline MOOR_ABI

#endif // MOOR_SEMAPHORE_H
