// RUN: %check_tidy %s coro-lock-across-suspension
// RUN: %check_tidy_real %s coro-lock-across-suspension

// What a std::unique_lock and its like can do between taking a mutex and letting
// go of it.

#include "task.h"
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <shared_mutex>
#include <utility>

using namespace std::chrono_literals;

std::mutex mu;
std::mutex other;
std::timed_mutex timed;
std::shared_mutex shared;
std::condition_variable cv;
int counter;

// Constructed without locking.

// id: lock/defer-never-locked
task<> deferred_and_never_locked() {
  std::unique_lock lock(mu, std::defer_lock);
  co_await work();
}

// id: lock/defer-locked
task<> deferred_and_locked() {
  std::unique_lock lock(mu, std::defer_lock);
  lock.lock();
  co_await work();
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: coroutine may suspend while 'lock' holds 'mu' [coro-lock-across-suspension]
  // CHECK-NOTES: :[[@LINE-3]]:8: note: locked here
}

// id: lock/defer-locked-after
task<> deferred_and_locked_after() {
  std::unique_lock lock(mu, std::defer_lock);
  co_await work();
  lock.lock();
  ++counter;
}

// id: lock/default-constructed
task<> default_constructed() {
  std::unique_lock<std::mutex> lock;
  co_await work();
}

// id: lock/defer-std-lock
task<> deferred_and_locked_together() {
  std::unique_lock a(mu, std::defer_lock);
  std::unique_lock b(other, std::defer_lock);
  std::lock(a, b);
  co_await work();
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: coroutine may suspend while 'a' holds 'mu' [coro-lock-across-suspension]
  // CHECK-NOTES: :[[@LINE-3]]:3: note: locked here
  // CHECK-NOTES: :[[@LINE-3]]:3: warning: coroutine may suspend while 'b' holds 'other' [coro-lock-across-suspension]
  // CHECK-NOTES: :[[@LINE-5]]:3: note: locked here
}

// id: lock/defer-std-lock-unlocked
task<> deferred_locked_together_and_unlocked() {
  std::unique_lock a(mu, std::defer_lock);
  std::unique_lock b(other, std::defer_lock);
  std::lock(a, b);
  a.unlock();
  b.unlock();
  co_await work();
}

// id: lock/adopt
task<> adopted() {
  mu.lock();
  std::lock_guard guard(mu, std::adopt_lock);
  co_await work();
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: coroutine may suspend while 'guard' holds 'mu' [coro-lock-across-suspension]
  // CHECK-NOTES: :[[@LINE-4]]:6: note: locked here
}

// id: lock/adopt-scope-ended
task<> adopted_and_released() {
  mu.lock();
  {
    std::lock_guard guard(mu, std::adopt_lock);
    ++counter;
  }
  co_await work();
}

// id: lock/adopt-std-lock-scope-ended
task<> adopted_after_std_lock() {
  std::lock(mu, other);
  {
    std::lock_guard one(mu, std::adopt_lock);
    std::lock_guard two(other, std::adopt_lock);
    ++counter;
  }
  co_await work();
}

// id: lock/adopt-scoped_lock-scope-ended
task<> adopted_by_a_scoped_lock() {
  std::lock(mu, other);
  {
    std::scoped_lock both(std::adopt_lock, mu, other);
    ++counter;
  }
  co_await work();
}

// Trying.

// id: lock/try_to_lock-unchecked
task<> tried_and_not_checked() {
  std::unique_lock lock(mu, std::try_to_lock);
  co_await work();
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: coroutine may suspend while 'lock' holds 'mu' [coro-lock-across-suspension]
  // CHECK-NOTES: :[[@LINE-3]]:20: note: locked here
}

// id: lock/try_to_lock-held
task<> tried_and_held() {
  std::unique_lock lock(mu, std::try_to_lock);
  if (!lock)
    co_return;
  co_await work();
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: coroutine may suspend while 'lock' holds 'mu' [coro-lock-across-suspension]
  // CHECK-NOTES: :[[@LINE-5]]:20: note: locked here
}

// id: lock/try_to_lock-failed
task<> tried_and_failed() {
  std::unique_lock lock(mu, std::try_to_lock);
  if (!lock) {
    co_await work();
    co_return;
  }
  ++counter;
}

// id: lock/try_to_lock-owns_lock
task<> tried_and_asked() {
  std::unique_lock lock(mu, std::try_to_lock);
  if (lock.owns_lock())
    ++counter;
  else
    co_await work();
}

// id: lock/try_lock-member
task<> tried_later() {
  std::unique_lock lock(mu, std::defer_lock);
  if (lock.try_lock())
    co_await work();
    // CHECK-NOTES: :[[@LINE-1]]:5: warning: coroutine may suspend while 'lock' holds 'mu' [coro-lock-across-suspension]
    // CHECK-NOTES: :[[@LINE-3]]:12: note: locked here
}

// id: lock/try_lock-member-failed
task<> tried_later_and_failed() {
  std::unique_lock lock(mu, std::defer_lock);
  while (!lock.try_lock())
    co_await reschedule();
  ++counter;
}

// id: lock/try_lock-result
task<> the_result_in_a_variable() {
  std::unique_lock lock(mu, std::defer_lock);
  bool got = lock.try_lock();
  if (got)
    co_await work();
    // CHECK-NOTES: :[[@LINE-1]]:5: warning: coroutine may suspend while 'lock' holds 'mu' [coro-lock-across-suspension]
    // CHECK-NOTES: :[[@LINE-4]]:19: note: locked here
}

// id: lock/try_lock-result-failed
task<> the_result_in_a_variable_is_false() {
  std::unique_lock lock(mu, std::defer_lock);
  bool got = lock.try_lock();
  if (!got)
    co_await work();
}

// id: lock/try_lock_for
task<> tried_for_a_while() {
  std::unique_lock lock(timed, 10ms);
  if (lock)
    co_await work();
    // CHECK-NOTES: :[[@LINE-1]]:5: warning: coroutine may suspend while 'lock' holds 'timed' [coro-lock-across-suspension]
    // CHECK-NOTES: :[[@LINE-4]]:20: note: locked here
}

// id: lock/try_lock_for-failed
task<> tried_for_a_while_and_failed() {
  std::unique_lock lock(timed, std::defer_lock);
  if (!lock.try_lock_for(10ms))
    co_await work();
}

// id: lock/owns_lock-unlocks
task<> unlocked_if_owned() {
  std::unique_lock lock(mu, std::try_to_lock);
  if (lock.owns_lock())
    lock.unlock();
  co_await work();
}

// Ownership moves.

// id: lock/move-to-inner
task<> moved_into_an_inner_scope() {
  std::unique_lock lock(mu);
  {
    auto inner = std::move(lock);
    ++counter;
  }
  co_await work();
}

// id: lock/move-to-another
task<> moved_to_another() {
  std::unique_lock lock(mu);
  auto now = std::move(lock);
  co_await work();
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: coroutine may suspend while 'now' holds 'mu' [coro-lock-across-suspension]
  // CHECK-NOTES: :[[@LINE-4]]:20: note: locked here
}

// id: lock/move-to-outer
task<> moved_to_an_outer_scope() {
  std::unique_lock<std::mutex> outer;
  {
    std::unique_lock lock(mu);
    outer = std::move(lock);
  }
  co_await work();
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: coroutine may suspend while 'outer' holds 'mu' [coro-lock-across-suspension]
  // CHECK-NOTES: :[[@LINE-5]]:22: note: locked here
}

// id: lock/move-to-outer-unlocked
task<> moved_to_an_outer_scope_and_unlocked() {
  std::unique_lock<std::mutex> outer;
  {
    std::unique_lock lock(mu);
    outer = std::move(lock);
  }
  outer.unlock();
  co_await work();
}

// id: lock/move-to-parameter
void take(std::unique_lock<std::mutex>);
task<> moved_into_a_call() {
  std::unique_lock lock(mu);
  take(std::move(lock));
  co_await work();
}

// id: lock/move-to-reference-parameter
void maybe_take(std::unique_lock<std::mutex> &&);
task<> maybe_moved_into_a_call() {
  std::unique_lock lock(mu);
  maybe_take(std::move(lock));
  co_await work();
}

// id: lock/move-to-lambda
task<> moved_into_a_lambda() {
  std::unique_lock lock(mu);
  {
    auto finish = [held = std::move(lock)] { ++counter; };
    finish();
  }
  co_await work();
}

// id: lock/move-only-cast
task<> cast_but_not_moved() {
  std::unique_lock lock(mu);
  auto &&same = std::move(lock);
  co_await work();
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: coroutine may suspend while 'lock' holds 'mu' [coro-lock-across-suspension]
  // CHECK-NOTES: :[[@LINE-4]]:20: note: locked here
}

// id: lock/assign-empty
task<> assigned_an_empty_one() {
  std::unique_lock lock(mu);
  lock = {};
  co_await work();
}

// id: lock/assign-empty-written-out
task<> assigned_an_empty_one_written_out() {
  std::unique_lock lock(mu);
  lock = std::unique_lock<std::mutex>();
  co_await work();
}

// id: lock/assign-new
task<> assigned_a_new_one() {
  std::unique_lock<std::mutex> lock;
  lock = std::unique_lock(mu);
  co_await work();
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: coroutine may suspend while 'lock' holds 'mu' [coro-lock-across-suspension]
  // CHECK-NOTES: :[[@LINE-3]]:10: note: locked here
}

// id: lock/assign-replaces
task<> one_replaced_by_another() {
  std::unique_lock lock(mu);
  lock = std::unique_lock(other);
  co_await work();
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: coroutine may suspend while 'lock' holds 'other' [coro-lock-across-suspension]
  // CHECK-NOTES: :[[@LINE-3]]:10: note: locked here
}

// id: lock/swap-away
task<> swapped_away() {
  std::unique_lock lock(mu);
  {
    std::unique_lock<std::mutex> empty;
    lock.swap(empty);
  }
  co_await work();
}

// id: lock/swap-in
task<> swapped_in() {
  std::unique_lock<std::mutex> lock;
  std::unique_lock filled(mu);
  lock.swap(filled);
  co_await work();
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: coroutine may suspend while 'lock' holds 'mu' [coro-lock-across-suspension]
  // CHECK-NOTES: :[[@LINE-4]]:20: note: locked here
}

// id: lock/std-swap-away
task<> swapped_away_by_std_swap() {
  std::unique_lock lock(mu);
  {
    std::unique_lock<std::mutex> empty;
    std::swap(lock, empty);
  }
  co_await work();
}

// id: lock/std-swap-held
task<> swapped_by_std_swap_and_held() {
  std::unique_lock lock(mu);
  std::unique_lock<std::mutex> now;
  std::swap(lock, now);
  co_await work();
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: coroutine may suspend while 'now' holds 'mu' [coro-lock-across-suspension]
  // CHECK-NOTES: :[[@LINE-5]]:20: note: locked here
}

// id: lock/exchange-dropped
task<> exchanged_and_dropped() {
  std::unique_lock lock(mu);
  std::exchange(lock, {});
  co_await work();
}

// id: lock/exchange-kept
task<> exchanged_and_kept() {
  std::unique_lock lock(mu);
  auto kept = std::exchange(lock, {});
  co_await work();
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: coroutine may suspend while 'kept' holds 'mu' [coro-lock-across-suspension]
  // CHECK-NOTES: :[[@LINE-4]]:20: note: locked here
}

// Ownership is given up.

// id: lock/release-given-away
void unlock_later(std::mutex *);
task<> released_and_given_away() {
  std::unique_lock lock(mu);
  unlock_later(lock.release());
  co_await work();
}

// id: lock/release-dropped
task<> released_and_nobody_unlocks_here() {
  std::unique_lock lock(mu);
  lock.release();
  co_await work();
}

// id: lock/release-unlocked-before
task<> released_and_unlocked() {
  std::unique_lock lock(mu);
  lock.release();
  mu.unlock();
  co_await work();
}

// id: lock/release-unlocked-through-pointer
task<> released_and_unlocked_through_the_pointer() {
  std::unique_lock lock(mu);
  lock.release()->unlock();
  co_await work();
}

// id: lock/release-unlocked-after
task<> released_and_unlocked_too_late() {
  std::unique_lock lock(mu);
  lock.release();
  co_await work();
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: coroutine may suspend while 'mu' is locked [coro-lock-across-suspension]
  // CHECK-NOTES: :[[@LINE-4]]:20: note: locked here
  mu.unlock();
}

// Others look at it, or wait with it.

// id: lock/condition-variable
task<> after_waiting_for_a_condition() {
  std::unique_lock lock(mu);
  cv.wait(lock);
  co_await work();
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: coroutine may suspend while 'lock' holds 'mu' [coro-lock-across-suspension]
  // CHECK-NOTES: :[[@LINE-4]]:20: note: locked here
}

// id: lock/condition-variable-predicate
task<> after_waiting_for_a_predicate() {
  std::unique_lock lock(mu);
  cv.wait(lock, [] { return counter > 0; });
  co_await work();
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: coroutine may suspend while 'lock' holds 'mu' [coro-lock-across-suspension]
  // CHECK-NOTES: :[[@LINE-4]]:20: note: locked here
}

// id: lock/condition-variable-unlocked
task<> unlocked_after_waiting() {
  std::unique_lock lock(mu);
  cv.wait(lock);
  lock.unlock();
  co_await work();
}

// id: lock/const-observer
bool is_mine(const std::unique_lock<std::mutex> &);
task<> only_looked_at() {
  std::unique_lock lock(mu);
  if (is_mine(lock))
    ++counter;
  co_await work();
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: coroutine may suspend while 'lock' holds 'mu' [coro-lock-across-suspension]
  // CHECK-NOTES: :[[@LINE-5]]:20: note: locked here
}

// id: lock/unknown-callee
void who_knows(std::unique_lock<std::mutex> &);
task<> given_to_somebody_unknown() {
  std::unique_lock lock(mu);
  who_knows(lock);
  co_await work();
}

// id: lock/unknown-callee-by-pointer
void who_knows_either(std::unique_lock<std::mutex> *);
task<> its_address_given_to_somebody_unknown() {
  std::unique_lock lock(mu);
  who_knows_either(&lock);
  co_await work();
}

// id: lock/alias-unlocks
task<> unlocked_through_a_reference() {
  std::unique_lock lock(mu);
  auto &same = lock;
  same.unlock();
  co_await work();
}

// id: lock/alias-locks
task<> locked_through_a_reference() {
  std::unique_lock lock(mu, std::defer_lock);
  auto &same = lock;
  same.lock();
  co_await work();
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: coroutine may suspend while 'lock' holds 'mu' [coro-lock-across-suspension]
  // CHECK-NOTES: :[[@LINE-3]]:8: note: locked here
}

// id: lock/pointer-unlocks
task<> unlocked_through_a_pointer() {
  std::unique_lock lock(mu);
  auto *same = &lock;
  same->unlock();
  co_await work();
}

// id: lock/pointer-set-later-unlocks
task<> unlocked_through_a_pointer_set_later() {
  std::unique_lock<std::mutex> *same = nullptr;
  std::unique_lock lock(mu);
  same = &lock;
  same->unlock();
  co_await work();
}

// id: lock/mutex-accessor-unlocks
task<> the_mutex_it_knows_is_still_locked() {
  std::shared_lock lock(shared);
  if (lock.mutex() == &shared)
    ++counter;
  co_await work();
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: coroutine may suspend while 'lock' holds 'shared' [coro-lock-across-suspension]
  // CHECK-NOTES: :[[@LINE-5]]:20: note: locked here
}

// id: lock/shared_lock-moves
task<> a_reader_moves() {
  std::shared_lock lock(shared);
  {
    auto inner = std::move(lock);
  }
  co_await work();
}

// id: lock/shared_lock-deferred
task<> a_deferred_reader() {
  std::shared_lock lock(shared, std::defer_lock);
  co_await work();
  lock.lock();
  co_await work();
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: coroutine may suspend while 'lock' holds 'shared' [coro-lock-across-suspension]
  // CHECK-NOTES: :[[@LINE-3]]:8: note: locked here
}

// id: lock/conditional-initialiser
task<> a_lock_or_none(bool b) {
  auto lock = b ? std::unique_lock(mu) : std::unique_lock<std::mutex>();
  co_await work();
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: coroutine may suspend while 'lock' holds 'mu' [coro-lock-across-suspension]
  // CHECK-NOTES: :[[@LINE-3]]:19: note: locked here
}

// id: lock/conditional-initialiser-none
task<> no_lock_in_either_case(bool b) {
  auto lock = b ? std::unique_lock(mu, std::defer_lock)
                : std::unique_lock<std::mutex>();
  co_await work();
}

// id: lock/awaited
task<std::unique_lock<std::mutex>> lock_somewhere();
task<> the_result_of_an_await() {
  auto lock = co_await lock_somewhere();
  co_await work();
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: coroutine may suspend while 'lock' holds a 'std::mutex' [coro-lock-across-suspension]
  // CHECK-NOTES: :[[@LINE-3]]:15: note: locked here
}

// id: lock/awaited-unlocked
task<> the_result_of_an_await_unlocked() {
  auto lock = co_await lock_somewhere();
  lock.unlock();
  co_await work();
}

// The caller's lock.

// id: lock/callers-lock
task<> the_lock_of_the_caller(std::unique_lock<std::mutex> &lock) {
  co_await work();
  ++counter;
}

// id: lock/callers-lock-unlocked
task<> the_lock_of_the_caller_unlocked(std::unique_lock<std::mutex> &lock) {
  lock.unlock();
  co_await work();
  lock.lock();
}

// id: lock/callers-lock-relocked
task<> the_lock_of_the_caller_relocked(std::unique_lock<std::mutex> &lock) {
  lock.unlock();
  co_await work();
  lock.lock();
  co_await work();
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: coroutine may suspend while 'lock' holds a 'std::mutex' [coro-lock-across-suspension]
  // CHECK-NOTES: :[[@LINE-3]]:8: note: locked here
}

// id: lock/parameter
task<> a_guard_as_a_parameter(std::unique_lock<std::mutex> lock) {
  co_await work();
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: coroutine may suspend while 'lock' holds a 'std::mutex' [coro-lock-across-suspension]
  // CHECK-NOTES: :[[@LINE-3]]:60: note: held since the coroutine was called
}

// id: lock/parameter-unlocked
task<> a_guard_as_a_parameter_unlocked(std::unique_lock<std::mutex> lock) {
  lock.unlock();
  co_await work();
}

// id: lock/parameter-moved
task<> a_guard_as_a_parameter_moved(std::unique_lock<std::mutex> lock) {
  {
    auto inner = std::move(lock);
    ++counter;
  }
  co_await work();
}

// id: lock/parameter-rvalue-reference
task<> moved_from_a_reference(std::unique_lock<std::mutex> &&theirs) {
  auto lock = std::move(theirs);
  co_await work();
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: coroutine may suspend while 'lock' holds a 'std::mutex' [coro-lock-across-suspension]
  // CHECK-NOTES: :[[@LINE-3]]:15: note: locked here
}

struct Owner {
  std::mutex mu_;
  std::unique_lock<std::mutex> lock_;

  // id: lock/member-guard-of-the-object
  task<> the_lock_of_the_object() { co_await work(); }

  // id: lock/member-guard-locked
  task<> the_lock_of_the_object_locked() {
    lock_ = std::unique_lock(mu_);
    co_await work();
    // CHECK-NOTES: :[[@LINE-1]]:5: warning: coroutine may suspend while 'lock_' holds 'mu_' [coro-lock-across-suspension]
    // CHECK-NOTES: :[[@LINE-3]]:13: note: locked here
    lock_.unlock();
  }

  // id: lock/member-guard-unlocked
  task<> the_lock_of_the_object_locked_and_unlocked() {
    lock_ = std::unique_lock(mu_);
    lock_.unlock();
    co_await work();
  }
};
