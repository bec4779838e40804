// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef MOOR_MUTEX_H
#define MOOR_MUTEX_H

#include <moor/detail/wait.h>

namespace moor::inline MOOR_ABI {
namespace detail {

template <class Threads> class CORO_PINS CORO_ASYNC_MUTEX basic_mutex {
public:
  class guard;
  class awaiter;

  basic_mutex() = default;
  basic_mutex(basic_mutex &&) = delete;

  /// Waits for its turn; gives a guard.
  [[nodiscard]] awaiter lock() noexcept { return awaiter(*this); }
  /// A guard that holds it, or one that is false.
  [[nodiscard]] guard try_lock() noexcept {
    return guard(try_lock_now() ? this : nullptr);
  }
  /// For who has released a guard; any thread may. The oldest waiter has it
  /// next, nobody can come between.
  void unlock() noexcept {
    unsigned expected = locked;
    // release: publishes what was done under the lock
    if (!state_.compare_exchange_strong(expected, free, memory_order_release,
                                        memory_order_relaxed))
      unlock_slowly();
  }

private:
  template <class, class, class> friend class owned_wait;

  // `waited` is set under the queue's lock only, and then nobody else changes
  // the state without it.
  static constexpr unsigned free = 0, locked = 1, waited = 3;

  bool try_lock_now() noexcept {
    unsigned expected = free;
    // acquire: sees what the last owner did
    return state_.compare_exchange_strong(
        expected, locked, memory_order_acquire, memory_order_relaxed);
  }
  bool try_enter(awaiter &, granted_waits &) noexcept {
    unsigned state = locked;
    // The owner may unlock at any moment, until it is said that one waits.
    while (state != waited) {
      if (try_lock_now())
        return true;
      state = locked;
      // relaxed: the queue's lock orders it
      if (state_.compare_exchange_strong(state, waited, memory_order_relaxed,
                                         memory_order_relaxed))
        return false;
    }
    return false;
  }
  void abandoned(awaiter &, granted_waits &) noexcept {}
  // Not inlined, so that unlock() is.
  [[gnu::noinline]] void unlock_slowly() noexcept {
    granted_waits granted;
    typename wait_queue<Threads>::scope scope(waits_.lock);
    // The mutex stays locked for whoever is granted it.
    unsigned next = waits_.grant_first(granted) ? locked : free;
    if (!waits_.empty())
      next = waited;
    // release: publishes what was done under the lock to who takes it directly
    state_.store(next, memory_order_release);
  }

  typename Threads::template atomic<unsigned> state_ = free;
  wait_queue<Threads> waits_;
};

/// Holds a mutex, and unlocks it when it ends. It belongs to nobody: it may be
/// moved to another coroutine and end on any thread.
template <class Threads> class [[nodiscard]] basic_mutex<Threads>::guard {
public:
  guard() = default;
  guard(guard &&other) noexcept
      : mutex_(std::exchange(other.mutex_, nullptr)) {}
  guard &operator=(guard &&other) noexcept {
    guard old(std::move(*this));
    mutex_ = std::exchange(other.mutex_, nullptr);
    return *this;
  }
  ~guard() { unlock(); }

  explicit operator bool() const noexcept { return mutex_; }
  bool owns_lock() const noexcept { return mutex_; }
  basic_mutex *mutex() const noexcept { return mutex_; }
  void unlock() noexcept {
    if (mutex_)
      std::exchange(mutex_, nullptr)->unlock();
  }

private:
  friend basic_mutex;
  explicit guard(basic_mutex *m) noexcept : mutex_(m) {}

  basic_mutex *mutex_ = nullptr;
};

template <class Threads>
class basic_mutex<Threads>::awaiter
    : public owned_wait<awaiter, basic_mutex, Threads> {
  using base = owned_wait<awaiter, basic_mutex, Threads>;

public:
  using base::base;
  bool await_ready() noexcept { return this->owner_.try_lock_now(); }
  guard await_resume() {
    this->finish();
    return guard(&this->owner_);
  }
};

} // namespace detail

/// Mutual exclusion for coroutines.
///
///     auto guard = co_await mutex.lock();
///     balance += co_await fetch();        // nobody else is in between
///
/// Waiting suspends the coroutine and blocks no thread, so it may be held over
/// a suspension; waiters get it in the order in which they came. Thread-safe.
/// The guard may end on any thread. A cancelled wait throws `cancelled` and has
/// not locked; who was granted it before has it.
///
/// If nothing is awaited under the lock, std::mutex is faster and simpler. For
/// more than one at a time, semaphore.
class mutex : public detail::basic_mutex<detail::many_threads> {};

namespace local {
/// The same for the coroutines of one loop, without atomics.
class mutex : public detail::basic_mutex<detail::one_thread> {};
} // namespace local

} // namespace moor::inline MOOR_ABI

#endif // MOOR_MUTEX_H
