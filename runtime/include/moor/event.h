// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef MOOR_EVENT_H
#define MOOR_EVENT_H

#include <moor/detail/wait.h>

namespace moor::inline MOOR_ABI {
namespace detail {

template <class Threads> class CORO_PINS basic_event {
public:
  class awaiter;

  basic_event() = default;
  basic_event(basic_event &&) = delete;

  /// Sets the flag and posts every waiter to its own executor, oldest first.
  void set() noexcept {
    granted_waits granted;
    typename wait_queue<Threads>::scope scope(waits_.lock);
    // release: publishes what happened before set()
    set_.store(true, memory_order_release);
    while (waits_.grant_first(granted))
      ;
  }
  bool is_set() const noexcept {
    // acquire: sees what happened before set()
    return set_.load(memory_order_acquire);
  }

  /// Suspends until the flag is set; does not suspend if it already is.
  [[nodiscard]] awaiter operator co_await() noexcept { return awaiter(*this); }

private:
  template <class, class, class> friend class owned_wait;

  bool try_enter(awaiter &, granted_waits &) noexcept {
    return set_.load(memory_order_relaxed); // ordered by the lock
  }
  void abandoned(awaiter &, granted_waits &) noexcept {}

  typename Threads::template atomic<bool> set_ = false;
  wait_queue<Threads> waits_;
};

template <class Threads>
class basic_event<Threads>::awaiter
    : public owned_wait<awaiter, basic_event, Threads> {
  using base = owned_wait<awaiter, basic_event, Threads>;

public:
  MOOR_DETECTS(using is_cancel_safe = void;)

  using base::base;
  bool await_ready() const noexcept { return this->owner_.is_set(); }
  void await_resume() { this->finish(); }
};

} // namespace detail

/// A flag that coroutines can wait for. Once set, it stays set.
///
///     event ready;
///     co_await ready;   // suspends until somebody calls ready.set()
///
/// Thread-safe. Waiters resume on their own executors, in the order in which
/// they came. Pinned: they point into the event, so it neither moves nor ends
/// before all of them have been resumed; the last one may end it at once. A
/// cancelled wait throws `cancelled`.
///
/// For something that happens again and again, use semaphore; for a value,
/// oneshot.
class event : public detail::basic_event<detail::many_threads> {};

namespace local {
/// The same for the coroutines of one loop, without atomics.
class event : public detail::basic_event<detail::one_thread> {};
} // namespace local

} // namespace moor::inline MOOR_ABI

#endif // MOOR_EVENT_H
