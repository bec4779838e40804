// RUN: %check_tidy %s coro-lock-across-suspension
// RUN: %check_tidy_real %s coro-lock-across-suspension

// What counts is what holds on the paths that reach a suspension: branches,
// loops, jumps, and conditions that go together.

#include "task.h"
#include <mutex>
#include <stdexcept>
#include <vector>

std::mutex mu;
std::mutex other;
int counter;
bool coin();

// Branches.

// id: lock/path-unlocked-in-the-branch-that-awaits
task<> unlocked_in_the_branch_that_awaits(bool b) {
  std::unique_lock lock(mu);
  if (b) {
    lock.unlock();
    co_await work();
  }
}

// id: lock/path-unlocked-in-the-other-branch
task<> unlocked_in_the_other_branch(bool b) {
  std::unique_lock lock(mu);
  if (b)
    lock.unlock();
  else
    co_await work();
    // CHECK-NOTES: :[[@LINE-1]]:5: warning: coroutine may suspend while 'lock' holds 'mu' [coro-lock-across-suspension]
    // CHECK-NOTES: :[[@LINE-6]]:20: note: locked here
}

// id: lock/path-unlocked-in-one-branch
task<> unlocked_in_one_branch(bool b) {
  std::unique_lock lock(mu);
  if (b)
    lock.unlock();
  co_await work();
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: coroutine may suspend while 'lock' holds 'mu' [coro-lock-across-suspension]
  // CHECK-NOTES: :[[@LINE-5]]:20: note: locked here
}

// id: lock/path-unlocked-in-both-branches
task<> unlocked_in_both_branches(bool b) {
  std::unique_lock lock(mu);
  if (b) {
    ++counter;
    lock.unlock();
  } else {
    lock.unlock();
  }
  co_await work();
}

// id: lock/path-locked-in-one-branch
task<> locked_in_one_branch(bool b) {
  std::unique_lock lock(mu, std::defer_lock);
  if (b)
    lock.lock();
  co_await work();
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: coroutine may suspend while 'lock' holds 'mu' [coro-lock-across-suspension]
  // CHECK-NOTES: :[[@LINE-3]]:10: note: locked here
}

// id: lock/path-early-return
task<> returns_before_the_await(bool b) {
  std::unique_lock lock(mu, std::defer_lock);
  if (b) {
    lock.lock();
    ++counter;
    co_return;
  }
  co_await work();
}

// id: lock/path-early-return-unlocked
task<> unlocks_unless_it_returns(bool b) {
  mu.lock();
  if (b) {
    mu.unlock();
    co_return;
  }
  ++counter;
  mu.unlock();
  co_await work();
}

// id: lock/path-await-before-return
task<> awaits_before_it_returns(bool b) {
  std::unique_lock lock(mu);
  if (b) {
    co_await work();
    // CHECK-NOTES: :[[@LINE-1]]:5: warning: coroutine may suspend while 'lock' holds 'mu' [coro-lock-across-suspension]
    // CHECK-NOTES: :[[@LINE-4]]:20: note: locked here
    co_return;
  }
  lock.unlock();
  co_await work();
}

// id: lock/path-switch-all-unlock
task<> every_case_unlocks(int n) {
  std::unique_lock lock(mu);
  switch (n) {
  case 0:
    lock.unlock();
    break;
  default:
    ++counter;
    lock.unlock();
  }
  co_await work();
}

// id: lock/path-switch-one-forgets
task<> one_case_forgets(int n) {
  std::unique_lock lock(mu);
  switch (n) {
  case 0:
    lock.unlock();
    break;
  case 1:
    ++counter;
    break;
  default:
    lock.unlock();
  }
  co_await work();
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: coroutine may suspend while 'lock' holds 'mu' [coro-lock-across-suspension]
  // CHECK-NOTES: :[[@LINE-13]]:20: note: locked here
}

// id: lock/path-conditional-operator
task<> unlocked_in_a_conditional_expression(bool b) {
  std::unique_lock lock(mu);
  b ? lock.unlock() : void();
  co_await work();
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: coroutine may suspend while 'lock' holds 'mu' [coro-lock-across-suspension]
  // CHECK-NOTES: :[[@LINE-4]]:20: note: locked here
}

// id: lock/path-short-circuit
task<> unlocked_in_both_arms(bool b) {
  std::unique_lock lock(mu);
  b ? lock.unlock() : (++counter, lock.unlock());
  co_await work();
}

// Conditions that go together.

// id: lock/path-correlated
task<> locks_and_unlocks_on_the_same_condition(bool b) {
  if (b)
    mu.lock();
  ++counter;
  if (b)
    mu.unlock();
  co_await work();
}

// id: lock/path-correlated-late
task<> unlocks_too_late(bool b) {
  if (b)
    mu.lock();
  co_await work();
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: coroutine may suspend while 'mu' is locked [coro-lock-across-suspension]
  // CHECK-NOTES: :[[@LINE-3]]:8: note: locked here
  if (b)
    mu.unlock();
}

// id: lock/path-correlated-negation
task<> awaits_on_the_opposite(bool b) {
  if (b)
    mu.lock();
  if (!b)
    co_await work();
  if (b)
    mu.unlock();
}

// id: lock/path-correlated-negation-wrong
task<> unlocks_on_the_opposite(bool b) {
  if (b)
    mu.lock();
  if (!b)
    other.lock();
  else
    co_await work();
    // CHECK-NOTES: :[[@LINE-1]]:5: warning: coroutine may suspend while 'mu' is locked [coro-lock-across-suspension]
    // CHECK-NOTES: :[[@LINE-6]]:8: note: locked here
  if (!b)
    other.unlock();
  else
    mu.unlock();
}

// id: lock/path-correlated-changed
task<> the_condition_changes(bool b) {
  if (b)
    mu.lock();
  b = coin();
  if (b)
    mu.unlock();
  co_await work();
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: coroutine may suspend while 'mu' is locked [coro-lock-across-suspension]
  // CHECK-NOTES: :[[@LINE-6]]:8: note: locked here
}

// id: lock/path-correlated-local
task<> a_condition_of_its_own() {
  const bool threaded = coin();
  std::unique_lock lock(mu, std::defer_lock);
  if (threaded)
    lock.lock();
  ++counter;
  if (threaded)
    lock.unlock();
  co_await work();
}

// id: lock/path-correlated-two
task<> two_conditions(bool a, bool b) {
  if (a)
    mu.lock();
  if (b)
    other.lock();
  ++counter;
  if (b)
    other.unlock();
  if (a)
    mu.unlock();
  co_await work();
}

// id: lock/path-correlated-two-crossed
task<> two_conditions_crossed(bool a, bool b) {
  if (a)
    mu.lock();
  ++counter;
  if (b)
    mu.unlock();
  co_await work();
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: coroutine may suspend while 'mu' is locked [coro-lock-across-suspension]
  // CHECK-NOTES: :[[@LINE-6]]:8: note: locked here
}

// id: lock/path-correlated-and
task<> one_condition_implies_the_other(bool a, bool b) {
  if (a)
    mu.lock();
  if (a && b)
    ++counter;
  if (a)
    mu.unlock();
  co_await work();
}

// id: lock/path-correlated-loop
task<> the_same_condition_in_a_loop(bool b) {
  for (int i = 0; i < 3; ++i) {
    if (b)
      mu.lock();
    ++counter;
    if (b)
      mu.unlock();
    co_await work();
  }
}

// id: lock/path-correlated-comparison
task<> the_same_comparison(const int n) {
  if (n > 0)
    mu.lock();
  ++counter;
  if (n > 0)
    mu.unlock();
  co_await work();
}

// id: lock/path-correlated-pointer
task<> the_same_pointer(std::mutex *const m) {
  if (m)
    m->lock();
  ++counter;
  if (m)
    m->unlock();
  co_await work();
}

// id: lock/path-correlated-pointer-late
task<> the_same_pointer_too_late(std::mutex *const m) {
  if (m)
    m->lock();
  co_await work();
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: coroutine may suspend while 'm' is locked [coro-lock-across-suspension]
  // CHECK-NOTES: :[[@LINE-3]]:8: note: locked here
  if (m)
    m->unlock();
}

// id: lock/path-flag
task<> a_flag_remembers() {
  bool locked = false;
  if (coin()) {
    mu.lock();
    locked = true;
  }
  ++counter;
  if (locked)
    mu.unlock();
  co_await work();
}

// id: lock/path-flag-cleared
task<> a_flag_remembers_and_is_cleared() {
  bool locked = false;
  while (coin()) {
    if (!locked) {
      mu.lock();
      locked = true;
    }
    if (coin()) {
      mu.unlock();
      locked = false;
      co_await work();
    }
  }
  if (locked)
    mu.unlock();
}

// Constant conditions.

// id: lock/path-if-false
task<> never_gets_there() {
  std::lock_guard guard(mu);
  if (false)
    co_await work();
}

// id: lock/path-if-true
task<> always_gets_there() {
  std::lock_guard guard(mu);
  if (true)
    co_await work();
    // CHECK-NOTES: :[[@LINE-1]]:5: warning: coroutine may suspend while 'guard' holds 'mu' [coro-lock-across-suspension]
    // CHECK-NOTES: :[[@LINE-4]]:19: note: locked here
}

// id: lock/path-after-return
task<> after_the_end() {
  std::lock_guard guard(mu);
  co_return;
  co_await work();
}

// id: lock/path-if-constexpr-false
task<> a_discarded_statement() {
  std::lock_guard guard(mu);
  if constexpr (sizeof(int) == 1)
    co_await work();
}

// id: lock/path-if-constexpr-true
task<> a_chosen_statement() {
  std::lock_guard guard(mu);
  if constexpr (sizeof(int) != 1)
    co_await work();
    // CHECK-NOTES: :[[@LINE-1]]:5: warning: coroutine may suspend while 'guard' holds 'mu' [coro-lock-across-suspension]
    // CHECK-NOTES: :[[@LINE-4]]:19: note: locked here
}

// Loops.

// id: lock/path-loop-around
task<> unlocks_around_each_await() {
  std::unique_lock lock(mu);
  do {
    lock.unlock();
    co_await work();
    lock.lock();
  } while (counter < 3);
}

// id: lock/path-loop-while-locked
task<> unlocks_after_each_await() {
  std::unique_lock lock(mu);
  while (counter < 3) {
    co_await work();
    // CHECK-NOTES: :[[@LINE-1]]:5: warning: coroutine may suspend while 'lock' holds 'mu' [coro-lock-across-suspension]
    // CHECK-NOTES: :[[@LINE-4]]:20: note: locked here
    lock.unlock();
    ++counter;
    lock.lock();
  }
}

// id: lock/path-loop-next-turn
task<> held_in_the_next_turn() {
  for (int i = 0; i < 3; ++i) {
    co_await work();
    // CHECK-NOTES: :[[@LINE-1]]:5: warning: coroutine may suspend while 'mu' is locked [coro-lock-across-suspension]
    // CHECK-NOTES: :[[@LINE+1]]:8: note: locked here
    mu.lock();
  }
}

// id: lock/path-loop-next-turn-unlocked
task<> unlocked_before_the_next_turn() {
  for (int i = 0; i < 3; ++i) {
    co_await work();
    mu.lock();
    ++counter;
    mu.unlock();
  }
}

// id: lock/path-loop-continue
task<> unlocks_before_it_continues(std::vector<int> queue) {
  for (;;) {
    std::unique_lock lock(mu);
    if (queue.empty()) {
      lock.unlock();
      co_await work();
      continue;
    }
    queue.pop_back();
  }
}

// id: lock/path-loop-continue-held
task<> continues_and_still_holds_it() {
  mu.lock();
  for (;;) {
    if (coin())
      continue;
    if (coin())
      break;
    co_await work();
    // CHECK-NOTES: :[[@LINE-1]]:5: warning: coroutine may suspend while 'mu' is locked [coro-lock-across-suspension]
    // CHECK-NOTES: :[[@LINE-8]]:6: note: locked here
  }
  mu.unlock();
}

// id: lock/path-loop-break
task<> leaves_the_loop_with_the_lock() {
  for (;;) {
    mu.lock();
    if (counter > 0)
      break;
    mu.unlock();
    co_await work();
  }
  co_await work();
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: coroutine may suspend while 'mu' is locked [coro-lock-across-suspension]
  // CHECK-NOTES: :[[@LINE-8]]:8: note: locked here
  mu.unlock();
}

// id: lock/path-loop-break-unlocked
task<> unlocks_after_the_loop() {
  for (;;) {
    mu.lock();
    if (counter > 0)
      break;
    mu.unlock();
    co_await work();
  }
  ++counter;
  mu.unlock();
  co_await work();
}

// id: lock/path-loop-first-turn
task<> locks_once_and_unlocks_after() {
  std::unique_lock lock(mu, std::defer_lock);
  for (int i = 0; i < 3; ++i)
    if (!lock.owns_lock())
      lock.lock();
  if (lock.owns_lock())
    lock.unlock();
  co_await work();
}

// Jumps.

// id: lock/path-goto-out
task<> jumps_out_of_the_scope(bool b) {
  {
    std::lock_guard guard(mu);
    if (b)
      goto out;
    ++counter;
  }
out:
  co_await work();
}

// id: lock/path-goto-back
task<> jumps_back_over_the_guard() {
again:
  co_await work();
  std::lock_guard guard(mu);
  if (++counter < 3)
    goto again;
}

// id: lock/path-goto-held
task<> jumps_while_it_is_locked(bool b) {
  mu.lock();
  if (b)
    goto out;
  mu.unlock();
  co_return;
out:
  co_await work();
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: coroutine may suspend while 'mu' is locked [coro-lock-across-suspension]
  // CHECK-NOTES: :[[@LINE-8]]:6: note: locked here
  mu.unlock();
}

// Exceptions.

// id: lock/path-throw-destroys-the-guard
task<> a_throw_destroys_the_guard(bool b) {
  try {
    std::lock_guard guard(mu);
    if (b)
      throw std::runtime_error("no");
    ++counter;
  } catch (const std::exception &) {
    ++counter;
  }
  co_await work();
}

// id: lock/path-throw-skips-unlock
task<> a_throw_skips_the_unlock(bool b) {
  try {
    mu.lock();
    if (b)
      throw std::runtime_error("no");
    mu.unlock();
  } catch (const std::exception &) {
    ++counter;
  }
  co_await work();
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: coroutine may suspend while 'mu' is locked [coro-lock-across-suspension]
  // CHECK-NOTES: :[[@LINE-9]]:8: note: locked here
}

// id: lock/path-throw-handler-unlocks
task<> the_handler_unlocks(bool b) {
  try {
    mu.lock();
    if (b)
      throw std::runtime_error("no");
    mu.unlock();
  } catch (const std::exception &) {
    mu.unlock();
  }
  co_await work();
}

// id: lock/path-throw-leaves
task<> a_throw_leaves_the_coroutine(bool b) {
  mu.lock();
  if (b)
    throw std::runtime_error("no");
  mu.unlock();
  co_await work();
}

// id: lock/path-try-awaits
task<> awaits_in_a_try_block() {
  std::lock_guard guard(mu);
  try {
    co_await work();
    // CHECK-NOTES: :[[@LINE-1]]:5: warning: coroutine may suspend while 'guard' holds 'mu' [coro-lock-across-suspension]
    // CHECK-NOTES: :[[@LINE-4]]:19: note: locked here
  } catch (const std::exception &) {
    ++counter;
  }
}

// id: lock/path-after-try
task<> awaits_after_a_try_block() {
  try {
    std::lock_guard guard(mu);
    ++counter;
  } catch (...) {
    ++counter;
  }
  co_await work();
}

// id: lock/path-guard-in-handler
task<> a_guard_in_a_handler() {
  bool failed = false;
  try {
    co_await work();
  } catch (...) {
    std::lock_guard guard(mu);
    failed = true;
  }
  if (failed)
    co_await work();
}

// id: lock/path-lock-in-handler
task<> a_handler_locks() {
  bool failed = false;
  try {
    co_await work();
    if (coin())
      throw std::runtime_error("no");
  } catch (const std::exception &) {
    mu.lock();
    failed = true;
  }
  if (failed) {
    co_await work();
    // CHECK-NOTES: :[[@LINE-1]]:5: warning: coroutine may suspend while 'mu' is locked [coro-lock-across-suspension]
    // CHECK-NOTES: :[[@LINE-6]]:8: note: locked here
    mu.unlock();
  }
}
