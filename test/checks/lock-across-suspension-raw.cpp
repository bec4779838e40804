// RUN: %check_tidy %s coro-lock-across-suspension
// RUN: %check_tidy_real %s coro-lock-across-suspension

// Mutexes that are locked and unlocked by hand.

#include "task.h"
#include <chrono>
#include <mutex>
#include <shared_mutex>
#include <stdexcept>

using namespace std::chrono_literals;

std::mutex mu;
std::mutex other;
std::timed_mutex timed;
std::recursive_mutex recursive;
std::shared_mutex shared;
int counter;
void risky();
void safe() noexcept;

// id: lock/raw
task<> locked_by_hand() {
  mu.lock();
  co_await work();
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: coroutine may suspend while 'mu' is locked [coro-lock-across-suspension]
  // CHECK-NOTES: :[[@LINE-3]]:6: note: locked here
  mu.unlock();
}

// id: lock/raw-unlocked
task<> unlocked_by_hand() {
  mu.lock();
  ++counter;
  mu.unlock();
  co_await work();
}

// id: lock/raw-never-unlocked
task<> never_unlocked() {
  mu.lock();
  co_await work();
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: coroutine may suspend while 'mu' is locked [coro-lock-across-suspension]
  // CHECK-NOTES: :[[@LINE-3]]:6: note: locked here
}

// id: lock/raw-relocked
task<> locked_twice() {
  mu.lock();
  co_await work();
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: coroutine may suspend while 'mu' is locked [coro-lock-across-suspension]
  // CHECK-NOTES: :[[@LINE-3]]:6: note: locked here
  mu.unlock();
  co_await work();
  mu.lock();
  co_await work();
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: coroutine may suspend while 'mu' is locked [coro-lock-across-suspension]
  // CHECK-NOTES: :[[@LINE-3]]:6: note: locked here
  mu.unlock();
}

// id: lock/raw-another
task<> another_one_is_unlocked() {
  mu.lock();
  other.lock();
  other.unlock();
  co_await work();
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: coroutine may suspend while 'mu' is locked [coro-lock-across-suspension]
  // CHECK-NOTES: :[[@LINE-5]]:6: note: locked here
  mu.unlock();
}

// id: lock/raw-both-unlocked
task<> both_are_unlocked() {
  mu.lock();
  other.lock();
  other.unlock();
  mu.unlock();
  co_await work();
}

// id: lock/raw-try_lock
task<> try_lock_succeeded() {
  if (mu.try_lock()) {
    co_await work();
    // CHECK-NOTES: :[[@LINE-1]]:5: warning: coroutine may suspend while 'mu' is locked [coro-lock-across-suspension]
    // CHECK-NOTES: :[[@LINE-3]]:10: note: locked here
    mu.unlock();
  }
}

// id: lock/raw-try_lock-negated
task<> try_lock_negated() {
  if (!mu.try_lock())
    co_return;
  co_await work();
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: coroutine may suspend while 'mu' is locked [coro-lock-across-suspension]
  // CHECK-NOTES: :[[@LINE-4]]:11: note: locked here
  mu.unlock();
}

// id: lock/raw-try_lock-failed
task<> try_lock_failed() {
  if (!mu.try_lock()) {
    co_await work();
    co_return;
  }
  ++counter;
  mu.unlock();
}

// id: lock/raw-try_lock-spin
task<> spins_until_it_is_free() {
  while (!mu.try_lock())
    co_await reschedule();
  ++counter;
  mu.unlock();
}

// id: lock/raw-try_lock-variable
task<> try_lock_in_a_variable() {
  const bool got = mu.try_lock();
  co_await work();
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: coroutine may suspend while 'mu' is locked [coro-lock-across-suspension]
  // CHECK-NOTES: :[[@LINE-3]]:23: note: locked here
  if (got)
    mu.unlock();
}

// id: lock/raw-try_lock-variable-unlocked
task<> try_lock_in_a_variable_unlocked() {
  const bool got = mu.try_lock();
  if (got) {
    ++counter;
    mu.unlock();
  }
  co_await work();
}

// id: lock/raw-try_lock-and
task<> try_lock_and_something_else(bool wanted) {
  if (wanted && mu.try_lock()) {
    co_await work();
    // CHECK-NOTES: :[[@LINE-1]]:5: warning: coroutine may suspend while 'mu' is locked [coro-lock-across-suspension]
    // CHECK-NOTES: :[[@LINE-3]]:20: note: locked here
    mu.unlock();
  } else {
    co_await work();
  }
}

// id: lock/raw-try_lock-or-failed
task<> unwanted_or_failed(bool wanted) {
  if (!wanted || !mu.try_lock()) {
    co_await work();
    co_return;
  }
  mu.unlock();
}

// id: lock/raw-try_lock_for
task<> try_lock_for() {
  if (timed.try_lock_for(10ms)) {
    co_await work();
    // CHECK-NOTES: :[[@LINE-1]]:5: warning: coroutine may suspend while 'timed' is locked [coro-lock-across-suspension]
    // CHECK-NOTES: :[[@LINE-3]]:13: note: locked here
    timed.unlock();
  }
}

// id: lock/raw-try_lock_for-failed
task<> try_lock_for_failed() {
  while (!timed.try_lock_for(10ms))
    co_await work();
  timed.unlock();
}

// id: lock/raw-shared
task<> lock_shared() {
  shared.lock_shared();
  co_await work();
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: coroutine may suspend while 'shared' is locked [coro-lock-across-suspension]
  // CHECK-NOTES: :[[@LINE-3]]:10: note: locked here
  shared.unlock_shared();
}

// id: lock/raw-shared-unlocked
task<> unlock_shared() {
  shared.lock_shared();
  shared.unlock_shared();
  co_await work();
}

// id: lock/raw-try_lock_shared
task<> try_lock_shared() {
  if (!shared.try_lock_shared())
    co_return;
  co_await work();
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: coroutine may suspend while 'shared' is locked [coro-lock-across-suspension]
  // CHECK-NOTES: :[[@LINE-4]]:15: note: locked here
  shared.unlock_shared();
}

// id: lock/raw-std-lock
task<> std_lock() {
  std::lock(mu, other);
  co_await work();
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: coroutine may suspend while 'mu' is locked [coro-lock-across-suspension]
  // CHECK-NOTES: :[[@LINE-3]]:3: note: locked here
  // CHECK-NOTES: :[[@LINE-3]]:3: warning: coroutine may suspend while 'other' is locked [coro-lock-across-suspension]
  // CHECK-NOTES: :[[@LINE-5]]:3: note: locked here
  mu.unlock();
  other.unlock();
}

// id: lock/raw-std-lock-unlocked
task<> std_lock_unlocked() {
  std::lock(mu, other);
  mu.unlock();
  other.unlock();
  co_await work();
}

// id: lock/raw-std-lock-one-unlocked
task<> std_lock_and_only_one_unlocked() {
  std::lock(mu, other);
  mu.unlock();
  co_await work();
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: coroutine may suspend while 'other' is locked [coro-lock-across-suspension]
  // CHECK-NOTES: :[[@LINE-4]]:3: note: locked here
  other.unlock();
}

// id: lock/raw-std-try_lock
task<> std_try_lock() {
  if (std::try_lock(mu, other) == -1) {
    co_await work();
    // CHECK-NOTES: :[[@LINE-1]]:5: warning: coroutine may suspend while 'mu' is locked [coro-lock-across-suspension]
    // CHECK-NOTES: :[[@LINE-3]]:7: note: locked here
    // CHECK-NOTES: :[[@LINE-3]]:5: warning: coroutine may suspend while 'other' is locked [coro-lock-across-suspension]
    // CHECK-NOTES: :[[@LINE-5]]:7: note: locked here
    mu.unlock();
    other.unlock();
  }
}

// id: lock/raw-std-try_lock-failed
task<> std_try_lock_failed() {
  if (std::try_lock(mu, other) != -1) {
    co_await work();
    co_return;
  }
  mu.unlock();
  other.unlock();
}

// id: lock/raw-recursive
task<> locked_twice_and_unlocked_twice() {
  recursive.lock();
  recursive.lock();
  recursive.unlock();
  recursive.unlock();
  co_await work();
}

// id: lock/raw-recursive-guards
task<> two_guards_of_a_recursive_mutex() {
  std::lock_guard outer(recursive);
  {
    std::lock_guard inner(recursive);
    ++counter;
  }
  co_await work();
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: coroutine may suspend while 'outer' holds 'recursive' [coro-lock-across-suspension]
  // CHECK-NOTES: :[[@LINE-7]]:19: note: locked here
}

struct Account {
  std::mutex mu_;
  int balance_ = 0;

  // id: lock/raw-member
  task<> member() {
    mu_.lock();
    co_await work();
    // CHECK-NOTES: :[[@LINE-1]]:5: warning: coroutine may suspend while 'mu_' is locked [coro-lock-across-suspension]
    // CHECK-NOTES: :[[@LINE-3]]:9: note: locked here
    mu_.unlock();
  }

  // id: lock/raw-member-unlocked
  task<> member_unlocked() {
    mu_.lock();
    ++balance_;
    mu_.unlock();
    co_await work();
  }

  // id: lock/raw-member-this
  task<> member_through_this() {
    this->mu_.lock();
    mu_.unlock();
    co_await work();
  }
};

// id: lock/raw-other-object
task<> of_another_object(Account &from, Account *to) {
  from.mu_.lock();
  to->mu_.lock();
  co_await work();
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: coroutine may suspend while 'from.mu_' is locked [coro-lock-across-suspension]
  // CHECK-NOTES: :[[@LINE-4]]:12: note: locked here
  // CHECK-NOTES: :[[@LINE-3]]:3: warning: coroutine may suspend while 'to->mu_' is locked [coro-lock-across-suspension]
  // CHECK-NOTES: :[[@LINE-5]]:11: note: locked here
  to->mu_.unlock();
  from.mu_.unlock();
}

// id: lock/raw-two-objects
task<> of_two_objects(Account &from, Account &to) {
  from.mu_.lock();
  to.mu_.lock();
  to.mu_.unlock();
  co_await work();
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: coroutine may suspend while 'from.mu_' is locked [coro-lock-across-suspension]
  // CHECK-NOTES: :[[@LINE-5]]:12: note: locked here
  from.mu_.unlock();
}

// id: lock/raw-two-objects-unlocked
task<> of_two_objects_unlocked(Account &from, Account *to) {
  from.mu_.lock();
  to->mu_.lock();
  to->mu_.unlock();
  from.mu_.unlock();
  co_await work();
}

// id: lock/raw-by-reference
task<> by_reference(std::mutex &m) {
  m.lock();
  co_await work();
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: coroutine may suspend while 'm' is locked [coro-lock-across-suspension]
  // CHECK-NOTES: :[[@LINE-3]]:5: note: locked here
  m.unlock();
}

// id: lock/raw-by-pointer-unlocked
task<> by_pointer(std::mutex *m) {
  m->lock();
  (*m).unlock();
  co_await work();
}

// id: lock/raw-through-a-reference
task<> locked_and_unlocked_through_a_reference(Account &a) {
  auto &m = a.mu_;
  m.lock();
  a.mu_.unlock();
  co_await work();
}

// id: lock/raw-through-a-pointer
task<> locked_and_unlocked_through_a_pointer() {
  std::mutex *m = &mu;
  m->lock();
  mu.unlock();
  co_await work();
}

// id: lock/raw-local
task<> a_mutex_of_its_own() {
  std::mutex mine;
  mine.lock();
  co_await work();
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: coroutine may suspend while 'mine' is locked [coro-lock-across-suspension]
  // CHECK-NOTES: :[[@LINE-3]]:8: note: locked here
  mine.unlock();
}

// id: lock/raw-two-branches
task<> one_of_two(bool b) {
  if (b)
    mu.lock();
  else
    other.lock();
  co_await work();
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: coroutine may suspend while 'mu' is locked [coro-lock-across-suspension]
  // CHECK-NOTES: :[[@LINE-5]]:8: note: locked here
  // CHECK-NOTES: :[[@LINE-3]]:3: warning: coroutine may suspend while 'other' is locked [coro-lock-across-suspension]
  // CHECK-NOTES: :[[@LINE-5]]:11: note: locked here
  if (b)
    mu.unlock();
  else
    other.unlock();
}

// id: lock/raw-two-branches-unlocked
task<> one_of_two_unlocked(bool b) {
  if (b)
    mu.lock();
  else
    other.lock();
  ++counter;
  if (b)
    mu.unlock();
  else
    other.unlock();
  co_await work();
}

// id: lock/raw-chosen
task<> a_chosen_one(bool b) {
  std::mutex &m = b ? mu : other;
  m.lock();
  co_await work();
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: coroutine may suspend while 'm' is locked [coro-lock-across-suspension]
  // CHECK-NOTES: :[[@LINE-3]]:5: note: locked here
  m.unlock();
}

// id: lock/raw-chosen-unlocked
task<> a_chosen_one_unlocked(bool b) {
  std::mutex &m = b ? mu : other;
  m.lock();
  m.unlock();
  co_await work();
}

// id: lock/raw-try_lock-limited
task<> tries_some_times() {
  int tries = 0;
  while (!mu.try_lock())
    if (++tries < 3)
      co_await work();
    else
      co_return;
  mu.unlock();
}

// id: lock/raw-pointer-remembers
task<> unlocked_if_the_pointer_is_set(bool b) {
  std::mutex *held = nullptr;
  if (b) {
    mu.lock();
    held = &mu;
  }
  ++counter;
  if (held)
    held->unlock();
  co_await work();
}

// Somebody else may unlock it.

void hand_over(std::mutex &);

// id: lock/raw-unknown-callee
task<> given_to_somebody_unknown() {
  mu.lock();
  hand_over(mu);
  co_await work();
}

// id: lock/raw-unknown-callee-before
task<> known_to_somebody_before() {
  hand_over(other);
  other.lock();
  co_await work();
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: coroutine may suspend while 'other' is locked [coro-lock-across-suspension]
  // CHECK-NOTES: :[[@LINE-3]]:9: note: locked here
  other.unlock();
}

// id: lock/raw-not-ours
task<> unlocks_what_the_caller_locked(std::mutex &theirs) {
  theirs.unlock();
  co_await work();
  theirs.lock();
}

// Only explicit throws make exceptional paths, except that a raw lock may be left
// behind by an exception.

// id: lock/raw-exception-handled-within
task<> unlocked_by_the_inner_handler() {
  try {
    try {
      mu.lock();
      risky();
      mu.unlock();
    } catch (const std::exception &) {
      mu.unlock();
    }
  } catch (...) {
    ++counter;
  }
  co_await work();
}

// id: lock/raw-exception
task<> an_exception_leaves_it_locked() {
  try {
    mu.lock();
    risky();
    mu.unlock();
  } catch (const std::exception &) {
    ++counter;
  }
  co_await work();
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: coroutine may suspend while 'mu' is locked [coro-lock-across-suspension]
  // CHECK-NOTES: :[[@LINE-8]]:8: note: locked here
}

// id: lock/raw-exception-handled
task<> the_handler_unlocks() {
  try {
    mu.lock();
    risky();
    mu.unlock();
  } catch (const std::exception &) {
    mu.unlock();
  }
  co_await work();
}

// id: lock/raw-exception-noexcept
task<> nothing_can_throw() {
  try {
    mu.lock();
    safe();
    mu.unlock();
    risky();
  } catch (const std::exception &) {
    ++counter;
  }
  co_await work();
}

// id: lock/raw-exception-handler-leaves
task<> the_handler_leaves() {
  try {
    mu.lock();
    risky();
    mu.unlock();
  } catch (const std::exception &) {
    co_return;
  }
  co_await work();
}

// id: lock/raw-exception-guard
task<> an_exception_destroys_the_guard() {
  try {
    std::lock_guard guard(mu);
    risky();
  } catch (const std::exception &) {
    ++counter;
  }
  co_await work();
}

// Known misses. When one starts to be found, move it up.

// id: lock/raw-recursive-once
task<> locked_twice_and_unlocked_once() {
  recursive.lock();
  recursive.lock();
  recursive.unlock();
  co_await work();
  recursive.unlock();
}
