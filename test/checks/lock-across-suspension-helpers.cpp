// RUN: %check_tidy %s coro-lock-across-suspension
// RUN: %check_tidy_real %s coro-lock-across-suspension

// Functions of the same translation unit that lock, unlock or return a guard.

#include "task.h"
#include <functional>
#include <mutex>
#include <optional>
#include <utility>

std::mutex mu;
std::mutex other;
int counter;
bool coin();

// Returned guards.

std::unique_lock<std::mutex> acquire() { return std::unique_lock(mu); }
std::unique_lock<std::mutex> acquire(std::mutex &m) {
  std::unique_lock lock(m);
  ++counter;
  return lock;
}
std::lock_guard<std::mutex> guard_it();
std::unique_lock<std::mutex> not_yet(std::mutex &m) {
  return std::unique_lock(m, std::defer_lock);
}

// id: lock/returned
task<> returned() {
  auto lock = acquire();
  co_await work();
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: coroutine may suspend while 'lock' holds 'mu' [coro-lock-across-suspension]
  // CHECK-NOTES: :[[@LINE-3]]:15: note: locked here
}

// id: lock/returned-unlocked
task<> returned_and_unlocked() {
  auto lock = acquire();
  lock.unlock();
  co_await work();
}

// id: lock/returned-of-the-argument
task<> returned_with_the_argument() {
  auto lock = acquire(other);
  co_await work();
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: coroutine may suspend while 'lock' holds 'other' [coro-lock-across-suspension]
  // CHECK-NOTES: :[[@LINE-3]]:15: note: locked here
}

// id: lock/returned-dropped
task<> returned_and_dropped() {
  acquire();
  co_await work();
}

// id: lock/returned-scope-ended
task<> returned_scope_ended() {
  {
    auto lock = acquire(other);
    ++counter;
  }
  co_await work();
}

// id: lock/returned-not-seen
task<> returned_by_somebody_unknown() {
  auto guard = guard_it();
  co_await work();
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: coroutine may suspend while 'guard' holds a 'std::mutex' [coro-lock-across-suspension]
  // CHECK-NOTES: :[[@LINE-3]]:16: note: locked here
}

// id: lock/returned-deferred
task<> returned_deferred() {
  auto lock = not_yet(mu);
  co_await work();
}

// id: lock/returned-deferred-locked
task<> returned_deferred_and_locked() {
  auto lock = not_yet(mu);
  lock.lock();
  co_await work();
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: coroutine may suspend while 'lock' holds 'mu' [coro-lock-across-suspension]
  // CHECK-NOTES: :[[@LINE-3]]:8: note: locked here
}

// id: lock/returned-by-lambda
task<> returned_by_a_lambda() {
  auto take = [] { return std::unique_lock(mu); };
  auto lock = take();
  co_await work();
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: coroutine may suspend while 'lock' holds 'mu' [coro-lock-across-suspension]
  // CHECK-NOTES: :[[@LINE-3]]:15: note: locked here
}

struct Store {
  std::mutex mu_;
  int rows_ = 0;
  std::unique_lock<std::mutex> lock() { return std::unique_lock(mu_); }
  void lock_by_hand() { mu_.lock(); }
  void unlock_by_hand() { mu_.unlock(); }

  // id: lock/returned-by-a-member
  task<> uses_a_member() {
    auto held = lock();
    co_await work();
    // CHECK-NOTES: :[[@LINE-1]]:5: warning: coroutine may suspend while 'held' holds 'mu_' [coro-lock-across-suspension]
    // CHECK-NOTES: :[[@LINE-3]]:17: note: locked here
  }

  // id: lock/returned-by-a-member-unlocked
  task<> uses_a_member_and_unlocks() {
    auto held = lock();
    ++rows_;
    held.unlock();
    co_await work();
  }

  // id: lock/helper-member
  task<> locks_by_a_member() {
    lock_by_hand();
    co_await work();
    // CHECK-NOTES: :[[@LINE-1]]:5: warning: coroutine may suspend while 'mu_' is locked [coro-lock-across-suspension]
    // CHECK-NOTES: :[[@LINE-3]]:5: note: locked here
    unlock_by_hand();
  }

  // id: lock/helper-member-unlocked
  task<> locks_and_unlocks_by_members() {
    lock_by_hand();
    ++rows_;
    unlock_by_hand();
    co_await work();
  }
};

// Helpers that lock and unlock.

void enter() { mu.lock(); }
void leave() { mu.unlock(); }
void enter(std::mutex &m) { m.lock(); }
void leave(std::mutex &m) { m.unlock(); }
void enter_deeply() { enter(); }
void count() {
  std::lock_guard guard(mu);
  ++counter;
}

// id: lock/helper
task<> locked_by_a_helper() {
  enter();
  co_await work();
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: coroutine may suspend while 'mu' is locked [coro-lock-across-suspension]
  // CHECK-NOTES: :[[@LINE-3]]:3: note: locked here
  leave();
}

// id: lock/helper-unlocked
task<> unlocked_by_a_helper() {
  enter();
  ++counter;
  leave();
  co_await work();
}

// id: lock/helper-argument
task<> locked_by_a_helper_that_is_told_which() {
  enter(other);
  co_await work();
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: coroutine may suspend while 'other' is locked [coro-lock-across-suspension]
  // CHECK-NOTES: :[[@LINE-3]]:3: note: locked here
  leave(other);
}

// id: lock/helper-argument-unlocked
task<> unlocked_by_a_helper_that_is_told_which() {
  enter(other);
  leave(other);
  co_await work();
}

// id: lock/helper-of-a-helper
task<> locked_by_a_helper_of_a_helper() {
  enter_deeply();
  co_await work();
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: coroutine may suspend while 'mu' is locked [coro-lock-across-suspension]
  // CHECK-NOTES: :[[@LINE-3]]:3: note: locked here
  leave();
}

// id: lock/helper-unlocks-ours
task<> locked_here_unlocked_by_a_helper() {
  mu.lock();
  leave();
  co_await work();
}

// id: lock/helper-balanced
task<> a_helper_that_locks_and_unlocks() {
  count();
  co_await work();
}

void finish(std::unique_lock<std::mutex> &lock) { lock.unlock(); }
void look(std::unique_lock<std::mutex> &lock) { counter = lock.owns_lock(); }
void reset(std::optional<std::unique_lock<std::mutex>> &lock) { lock.reset(); }
void swallow(std::unique_lock<std::mutex> &&lock) {
  std::unique_lock mine = std::move(lock);
}
void ignore(std::unique_lock<std::mutex> &&) {}
void start(std::unique_lock<std::mutex> &lock) { lock.lock(); }

// id: lock/helper-unlocks-the-guard
task<> a_helper_unlocks_the_guard() {
  std::unique_lock lock(mu);
  finish(lock);
  co_await work();
}

// id: lock/helper-unlocks-if-owned
void finish_if_owned(std::unique_lock<std::mutex> &lock) {
  if (lock.owns_lock())
    lock.unlock();
}
task<> a_helper_unlocks_if_it_is_owned() {
  std::unique_lock lock(mu);
  finish_if_owned(lock);
  co_await work();
}

// id: lock/helper-looks-at-the-guard
task<> a_helper_looks_at_the_guard() {
  std::unique_lock lock(mu);
  look(lock);
  co_await work();
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: coroutine may suspend while 'lock' holds 'mu' [coro-lock-across-suspension]
  // CHECK-NOTES: :[[@LINE-4]]:20: note: locked here
}

// id: lock/helper-resets-the-guard
task<> a_helper_resets_the_guard() {
  std::optional<std::unique_lock<std::mutex>> lock(std::in_place, mu);
  reset(lock);
  co_await work();
}

// id: lock/helper-takes-the-guard
task<> a_helper_takes_the_guard() {
  std::unique_lock lock(mu);
  swallow(std::move(lock));
  co_await work();
}

// id: lock/helper-ignores-the-guard
task<> a_helper_ignores_the_guard() {
  std::unique_lock lock(mu);
  ignore(std::move(lock));
  co_await work();
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: coroutine may suspend while 'lock' holds 'mu' [coro-lock-across-suspension]
  // CHECK-NOTES: :[[@LINE-4]]:20: note: locked here
}

// id: lock/helper-locks-the-guard
task<> a_helper_locks_the_guard() {
  std::unique_lock lock(mu, std::defer_lock);
  start(lock);
  co_await work();
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: coroutine may suspend while 'lock' holds 'mu' [coro-lock-across-suspension]
  // CHECK-NOTES: :[[@LINE-3]]:3: note: locked here
}

// Helpers that are not sure.

void enter_perhaps() {
  if (coin())
    mu.lock();
}
void enter_if(bool b) {
  if (b)
    mu.lock();
}
void leave_if(bool b) {
  if (b)
    mu.unlock();
}
bool try_enter() { return mu.try_lock(); }

// id: lock/helper-perhaps
task<> a_helper_locks_perhaps() {
  enter_perhaps();
  co_await work();
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: coroutine may suspend while 'mu' is locked [coro-lock-across-suspension]
  // CHECK-NOTES: :[[@LINE-3]]:3: note: locked here
}

// id: lock/helper-condition
task<> helpers_on_a_condition(const bool b) {
  enter_if(b);
  ++counter;
  leave_if(b);
  co_await work();
}

// id: lock/helper-condition-constant
task<> helpers_on_a_condition_that_does_not_hold() {
  enter_if(false);
  co_await work();
}

// id: lock/helper-condition-late
task<> helpers_on_a_condition_too_late(const bool b) {
  enter_if(b);
  co_await work();
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: coroutine may suspend while 'mu' is locked [coro-lock-across-suspension]
  // CHECK-NOTES: :[[@LINE-3]]:3: note: locked here
  leave_if(b);
}

// id: lock/helper-try
task<> a_helper_tries() {
  if (!try_enter())
    co_return;
  co_await work();
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: coroutine may suspend while 'mu' is locked [coro-lock-across-suspension]
  // CHECK-NOTES: :[[@LINE-4]]:8: note: locked here
  leave();
}

// id: lock/helper-try-failed
task<> a_helper_tries_and_fails() {
  while (!try_enter())
    co_await reschedule();
  leave();
}

// Lambdas of the coroutine itself.

// id: lock/lambda-unlocks
task<> a_lambda_unlocks() {
  std::unique_lock lock(mu);
  auto unlock = [&] { lock.unlock(); };
  unlock();
  co_await work();
}

// id: lock/lambda-unlocks-called-at-once
task<> a_lambda_called_at_once_unlocks() {
  std::unique_lock lock(mu);
  [&] { lock.unlock(); }();
  co_await work();
}

// id: lock/lambda-unlocks-if-owned
task<> a_lambda_unlocks_if_it_is_owned() {
  std::unique_lock lock(mu);
  auto unlock = [&lock] {
    if (lock.owns_lock())
      lock.unlock();
  };
  unlock();
  co_await work();
}

// id: lock/lambda-unlocks-perhaps
task<> a_lambda_unlocks_perhaps() {
  std::unique_lock lock(mu);
  auto unlock = [&lock] {
    if (coin())
      lock.unlock();
  };
  unlock();
  co_await work();
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: coroutine may suspend while 'lock' holds 'mu' [coro-lock-across-suspension]
  // CHECK-NOTES: :[[@LINE-8]]:20: note: locked here
}

// id: lock/lambda-never-called
task<> a_lambda_that_is_never_called() {
  std::unique_lock lock(mu);
  auto size = [&] { return counter; };
  counter = size();
  co_await work();
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: coroutine may suspend while 'lock' holds 'mu' [coro-lock-across-suspension]
  // CHECK-NOTES: :[[@LINE-5]]:20: note: locked here
}

// id: lock/lambda-locks
task<> a_lambda_locks() {
  auto lock = [] { mu.lock(); };
  lock();
  co_await work();
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: coroutine may suspend while 'mu' is locked [coro-lock-across-suspension]
  // CHECK-NOTES: :[[@LINE-3]]:3: note: locked here
  mu.unlock();
}

// id: lock/lambda-escapes
void later(std::function<void()>);
task<> a_lambda_that_escapes() {
  std::unique_lock lock(mu);
  later([&] { lock.unlock(); });
  co_await work();
}

template <class F> auto locked(std::mutex &m, F f) {
  std::lock_guard guard(m);
  return f();
}

// id: lock/callback-under-lock
task<> a_callback_under_the_lock() {
  int n = locked(mu, [&] { return ++counter; });
  co_await work();
  counter = n;
}

// Something that unlocks at the end of its scope.

template <class F> class finally {
public:
  explicit finally(F f) : f_(std::move(f)) {}
  finally(const finally &) = delete;
  ~finally() { f_(); }

private:
  F f_;
};

// id: lock/finally-scope-ended
task<> unlocked_at_the_end_of_a_scope() {
  {
    mu.lock();
    finally unlock([&] { mu.unlock(); });
    ++counter;
  }
  co_await work();
}

// id: lock/finally-local-scope-ended
task<> its_own_unlocked_at_the_end_of_a_scope(std::mutex &m) {
  {
    m.lock();
    finally unlock([&m] { m.unlock(); });
    ++counter;
  }
  co_await work();
}

// Recursion ends.

void down(int n) {
  if (n > 0)
    down(n - 1);
}
void ping(int);
void pong(int n) {
  if (n > 0)
    ping(n - 1);
}
void ping(int n) {
  if (n > 0)
    pong(n - 1);
}

// id: lock/helper-recursive
task<> recursive_helpers() {
  std::lock_guard guard(mu);
  down(3);
  ping(3);
  co_await work();
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: coroutine may suspend while 'guard' holds 'mu' [coro-lock-across-suspension]
  // CHECK-NOTES: :[[@LINE-5]]:19: note: locked here
}

// id: lock/helper-recursive-released
task<> recursive_helpers_released() {
  {
    std::lock_guard guard(mu);
    down(3);
    ping(3);
  }
  co_await work();
}

// A scope guard keeps its lambda until it ends.

// id: lock/finally-held
task<> unlocked_at_the_end_but_held() {
  mu.lock();
  finally unlock([&] { mu.unlock(); });
  co_await work();
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: coroutine may suspend while 'mu' is locked [coro-lock-across-suspension]
  // CHECK-NOTES: :[[@LINE-4]]:6: note: locked here
}
