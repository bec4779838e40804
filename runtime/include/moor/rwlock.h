// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef MOOR_RWLOCK_H
#define MOOR_RWLOCK_H

#include <cstddef>
#include <moor/detail/wait.h>

namespace moor::inline MOOR_ABI {
namespace detail {

template <class Threads> class CORO_PINS CORO_ASYNC_MUTEX basic_rwlock {
  class waiting;
  template <bool Write> class basic_awaiter;
  template <bool Write> class basic_guard;

public:
  using read_guard = basic_guard<false>;
  using write_guard = basic_guard<true>;

  basic_rwlock() = default;
  basic_rwlock(basic_rwlock &&) = delete;

  /// Waits until nobody writes; gives a guard that others may have, too.
  [[nodiscard]] basic_awaiter<false> read() noexcept {
    return basic_awaiter<false>(*this);
  }
  /// Waits until it has it alone; gives a guard.
  [[nodiscard]] basic_awaiter<true> write() noexcept {
    return basic_awaiter<true>(*this);
  }
  /// A guard, or one that is false if it would have to wait.
  [[nodiscard]] read_guard try_read() noexcept {
    return read_guard(try_take(false) ? this : nullptr);
  }
  [[nodiscard]] write_guard try_write() noexcept {
    return write_guard(try_take(true) ? this : nullptr);
  }

private:
  template <class, class, class> friend class owned_wait;

  // The lowest bit says that somebody waits. It is set under the queue's lock
  // only, and then nobody else changes the state without it. Above it is that
  // somebody writes, or the number of those that read.
  static constexpr std::size_t waited = 1, writer = 2, reader = 4;

  static bool is_free(std::size_t state, bool write) noexcept {
    return write ? state < writer : !(state & writer);
  }
  bool try_take(bool write) noexcept {
    std::size_t state = state_.load(memory_order_relaxed); // the exchange
    do {                                                   // decides
      if ((state & waited) || !is_free(state, write))
        return false;
      // acquire: sees what was done under the lock
    } while (!state_.compare_exchange_weak(
        state, state + (write ? writer : reader), memory_order_acquire,
        memory_order_relaxed));
    return true;
  }
  bool try_enter(waiting &a, granted_waits &) noexcept {
    // Somebody may unlock at any moment, until it is said that one waits.
    for (;;) {
      if (try_take(a.write_))
        return true;
      // relaxed, both: the queue's lock orders it
      std::size_t state = state_.load(memory_order_relaxed);
      if (state & waited)
        return false;
      if (!is_free(state, a.write_) &&
          state_.compare_exchange_weak(state, state | waited,
                                       memory_order_relaxed,
                                       memory_order_relaxed))
        return false;
    }
  }
  void abandoned(waiting &, granted_waits &granted) noexcept {
    hand_on(0, granted);
  }
  void unlock(std::size_t held) noexcept {
    std::size_t state = state_.load(memory_order_relaxed); // as in try_take
    do {
      if (state & waited)
        return unlock_slowly(held);
      // release: publishes what was done under the lock
    } while (!state_.compare_exchange_weak(
        state, state - held, memory_order_release, memory_order_relaxed));
  }
  [[gnu::noinline]] void unlock_slowly(std::size_t held) noexcept {
    granted_waits granted;
    typename wait_queue<Threads>::scope scope(waits_.lock);
    hand_on(held, granted);
  }
  /// Under the lock, if somebody waits: to a writer, or to all readers up to
  /// the next writer.
  void hand_on(std::size_t unlocked, granted_waits &granted) noexcept {
    // acquire: sees what those did who have unlocked before
    std::size_t state = state_.load(memory_order_acquire);
    if (!(state & waited))
      return unlock(unlocked); // nobody does any more, so this takes no lock
    state -= unlocked + waited;
    while (queued_wait *first = waits_.first()) {
      bool write = waiting::of(*first).write_;
      if (!is_free(state, write))
        break;
      state += write ? writer : reader;
      waits_.grant_first(granted);
    }
    // release: publishes what was done under the lock to who takes it directly
    state_.store(state | (waits_.empty() ? 0 : waited), memory_order_release);
  }

  typename Threads::template atomic<std::size_t> state_ = 0;
  wait_queue<Threads> waits_;
};

/// Holds the lock, and unlocks it when it ends. It belongs to nobody: it may be
/// moved to another coroutine and end on any thread.
template <class Threads>
template <bool Write>
class [[nodiscard]] basic_rwlock<Threads>::basic_guard {
public:
  basic_guard() = default;
  basic_guard(basic_guard &&other) noexcept
      : lock_(std::exchange(other.lock_, nullptr)) {}
  basic_guard &operator=(basic_guard &&other) noexcept {
    basic_guard old(std::move(*this));
    lock_ = std::exchange(other.lock_, nullptr);
    return *this;
  }
  ~basic_guard() { unlock(); }

  explicit operator bool() const noexcept { return lock_; }
  bool owns_lock() const noexcept { return lock_; }
  void unlock() noexcept {
    if (lock_)
      std::exchange(lock_, nullptr)->unlock(Write ? writer : reader);
  }

private:
  friend basic_rwlock;
  explicit basic_guard(basic_rwlock *lock) noexcept : lock_(lock) {}

  basic_rwlock *lock_ = nullptr;
};

template <class Threads>
class basic_rwlock<Threads>::waiting
    : public owned_wait<waiting, basic_rwlock, Threads> {
public:
  waiting(basic_rwlock &lock, bool write) noexcept
      : owned_wait<waiting, basic_rwlock, Threads>(lock), write_(write) {}
  bool await_ready() noexcept { return this->owner_.try_take(write_); }

private:
  friend basic_rwlock;
  const bool write_;
};

template <class Threads>
template <bool Write>
class basic_rwlock<Threads>::basic_awaiter : public waiting {
public:
  explicit basic_awaiter(basic_rwlock &lock) noexcept : waiting(lock, Write) {}
  basic_guard<Write> await_resume() {
    this->finish();
    return basic_guard<Write>(&this->owner_);
  }
};

} // namespace detail

/// Many may read at the same time, or one may write.
///
///     auto guard = co_await lock.read();         // nobody writes now
///     auto guard = co_await lock.write();        // nobody else is here now
///
/// Thread-safe. Waiters resume on their own executors, in the order in which
/// they came: a writer that waits stops the readers behind it, so that it does
/// get in, and readers that wait one behind the other get in together. A guard
/// may be held over a suspension and end on any thread; who reads and asks for
/// another guard may wait for himself, if a writer has come in between. A
/// cancelled wait throws `cancelled` and has locked nothing; the readers behind
/// a cancelled writer go on. Pinned: it neither moves nor ends before all who
/// wait have been resumed and all guards have ended.
///
/// It costs as much as a mutex, and more when many threads read: worth it if
/// readers stay for long, over a suspension. If nothing is awaited under the
/// lock, std::shared_mutex; if what is read is small, copy it under a mutex.
class rwlock : public detail::basic_rwlock<detail::many_threads> {};

namespace local {
/// The same for the coroutines of one loop, without atomics.
class rwlock : public detail::basic_rwlock<detail::one_thread> {};
} // namespace local

} // namespace moor::inline MOOR_ABI

#endif // MOOR_RWLOCK_H
