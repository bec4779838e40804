// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef MOOR_CONDITION_VARIABLE_H
#define MOOR_CONDITION_VARIABLE_H

#include <moor/mutex.h>
#include <moor/task.h>

namespace moor::inline MOOR_ABI {
namespace detail {

template <class Threads> class CORO_PINS basic_condition_variable {
  using mutex = basic_mutex<Threads>;

public:
  using guard = typename mutex::guard;
  class awaiter;

  basic_condition_variable() = default;
  basic_condition_variable(basic_condition_variable &&) = delete;

  /// Unlocks, waits to be notified, and locks again. The guard stays where it
  /// is, and holds the lock afterwards in any case.
  [[nodiscard]] awaiter wait(guard &lock) noexcept {
    assert(lock && "waiting needs the lock");
    return awaiter(*this, lock);
  }
  /// Waits until `holds()`, which is called under the lock. A task, whose frame
  /// is elided or from the pool; the same in a loop by hand has none.
  template <class Predicate> task<> wait(guard &lock, Predicate holds) {
    while (!holds())
      co_await wait(lock);
  }

  /// Lets the oldest waiter go on, or nobody.
  void notify_one() noexcept {
    granted_waits granted;
    typename wait_queue<Threads>::scope scope(waits_.lock);
    waits_.grant_first(granted);
  }
  /// Lets all go on that wait now.
  void notify_all() noexcept {
    granted_waits granted;
    typename wait_queue<Threads>::scope scope(waits_.lock);
    while (waits_.grant_first(granted))
      ;
  }

private:
  template <class, class, class> friend class owned_wait;

  bool try_enter(awaiter &, granted_waits &) noexcept { return false; }
  void abandoned(awaiter &, granted_waits &) noexcept {}

  wait_queue<Threads> waits_;
};

/// Two waits, one after the other: to be notified, and for the mutex. The
/// second one begins where the first is settled, whatever became of it.
template <class Threads>
class basic_condition_variable<Threads>::awaiter
    : public owned_wait<awaiter, basic_condition_variable, Threads> {
  using base = owned_wait<awaiter, basic_condition_variable, Threads>;

public:
  awaiter(basic_condition_variable &on, guard &lock) noexcept
      : base(on), mutex_(*lock.mutex()), again_(mutex_) {
    MOOR_DETECTS(again_.trace_awaited();) // it will be begun in go_on
  }

  bool await_ready() const noexcept { return false; }
  template <moor_promise P> bool await_suspend(std::coroutine_handle<P> h) {
    mutex &locked = mutex_;
    if (!base::await_suspend(h))
      return false; // cancelled before it began; still locked
    // Whoever notifies because of what it does under the lock finds the wait
    // in the queue. It can be over by now, but for the lock: after unlocking,
    // this may be gone.
    locked.unlock();
    return true;
  }
  void await_resume() { this->finish(); }

private:
  friend base;

  void go_on() noexcept {
    if (again_.await_ready() ||
        !again_.suspend(this->coroutine(), context{&this->home(), {}}))
      detail::resume(this->coroutine());
  }

  mutex &mutex_;
  typename mutex::awaiter again_; // without a stop
};

} // namespace detail

/// Waits, with a mutex, until what the mutex protects has changed.
///
///     auto guard = co_await mutex.lock();
///     while (queue.empty())
///       co_await changed.wait(guard);            // others have the mutex
///     queue.pop_front();                         // locked again
///
///     { auto guard = co_await mutex.lock(); queue.push_back(x); }
///     changed.notify_one();
///
/// Thread-safe; notify with or without the lock. Waiters are notified in the
/// order in which they came, then stand in line for the mutex, and resume on
/// their own executors. No wait ends without a notification, but others may
/// have the mutex first, so look again. The guard is held over the wait; no
/// other lock should be. Pinned: it neither moves nor ends before all who wait
/// have been notified or cancelled, and resumed.
///
/// A cancelled wait locks again, which cannot be cancelled, and then throws
/// `cancelled`. It has not taken a notification from anybody: either it was
/// notified before, and goes on without throwing, or the next one goes to
/// another waiter.
///
/// To wait for something that happens once, event; for things to be done by
/// others, a channel or a semaphore, which need no mutex.
class condition_variable
    : public detail::basic_condition_variable<detail::many_threads> {};

namespace local {
/// The same for the coroutines of one loop, without atomics.
class condition_variable
    : public detail::basic_condition_variable<detail::one_thread> {};
} // namespace local

} // namespace moor::inline MOOR_ABI

#endif // MOOR_CONDITION_VARIABLE_H
