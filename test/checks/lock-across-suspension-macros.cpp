// RUN: %check_tidy %s coro-lock-across-suspension
// RUN: %check_tidy_real %s coro-lock-across-suspension

// Guards and suspensions that come out of macros.

#include "task.h"
#include <mutex>

std::mutex mu;
int counter;

#define CONCAT_(a, b) a##b
#define CONCAT(a, b) CONCAT_(a, b)
#define LOCK(m) std::lock_guard<std::mutex> CONCAT(guard_, m)(m)
#define AWAIT(x) co_await x
#define WITH_LOCK(m) if (std::lock_guard guard(m); true)
#define UNLOCK(l) (l).unlock()

// id: lock/macro-guard
task<> the_guard_is_in_a_macro() {
  LOCK(mu);
  co_await work();
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: coroutine may suspend while 'guard_mu' holds 'mu' [coro-lock-across-suspension]
  // CHECK-NOTES: :[[@LINE-3]]:3: note: locked here
  // CHECK-NOTES: :[[@LINE-11]]:45: note: expanded from macro 'LOCK'
  // CHECK-NOTES: :[[@LINE-13]]:22: note: expanded from macro 'CONCAT'
  // CHECK-NOTES: :[[@LINE-15]]:23: note: expanded from macro 'CONCAT_'
}

// id: lock/macro-guard-scope-ended
task<> the_guard_is_in_a_macro_scope_ended() {
  {
    LOCK(mu);
    ++counter;
  }
  co_await work();
}

// id: lock/macro-await
task<> the_await_is_in_a_macro() {
  std::lock_guard guard(mu);
  AWAIT(work());
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: coroutine may suspend while 'guard' holds 'mu' [coro-lock-across-suspension]
  // CHECK-NOTES: :[[@LINE-29]]:18: note: expanded from macro 'AWAIT'
  // CHECK-NOTES: :[[@LINE-4]]:19: note: locked here
}

// id: lock/macro-await-released
task<> the_await_is_in_a_macro_released() {
  {
    std::lock_guard guard(mu);
  }
  AWAIT(work());
}

// id: lock/macro-block
task<> the_block_is_in_a_macro() {
  WITH_LOCK(mu) {
    co_await work();
    // CHECK-NOTES: :[[@LINE-1]]:5: warning: coroutine may suspend while 'guard' holds 'mu' [coro-lock-across-suspension]
    // CHECK-NOTES: :[[@LINE-3]]:3: note: locked here
    // CHECK-NOTES: :[[@LINE-46]]:42: note: expanded from macro 'WITH_LOCK'
  }
}

// id: lock/macro-block-ended
task<> the_block_in_a_macro_has_ended() {
  WITH_LOCK(mu) { ++counter; }
  co_await work();
}

// id: lock/macro-unlock
task<> the_unlock_is_in_a_macro() {
  std::unique_lock lock(mu);
  UNLOCK(lock);
  co_await work();
}

// id: lock/macro-argument
#define TIMES_TWO(x) (x) * 2
task<> the_await_is_an_argument_of_a_macro() {
  std::lock_guard guard(mu);
  counter = TIMES_TWO(co_await get());
  // CHECK-NOTES: :[[@LINE-1]]:23: warning: coroutine may suspend while 'guard' holds 'mu' [coro-lock-across-suspension]
  // CHECK-NOTES: :[[@LINE-3]]:19: note: locked here
}

// id: lock/macro-argument-unlocked
task<> the_await_is_an_argument_of_a_macro_unlocked() {
  std::unique_lock lock(mu);
  lock.unlock();
  counter = TIMES_TWO(co_await get());
}
