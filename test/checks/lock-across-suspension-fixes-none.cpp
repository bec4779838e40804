// RUN: %check_tidy %s coro-lock-across-suspension -- -config='{CheckOptions: {coro-lock-across-suspension.UnsafeFixes: true}}'

// With the option UnsafeFixes, and yet no fix: what the mutex guards is used after
// the suspension, or the edit would not be certain to compile.

#include "task.h"
#include <mutex>

std::mutex mu;
int counter;

#define AWAIT_WORK co_await work()

// id: lock/fix-none-used-after
task<> used_after() {
  std::lock_guard guard(mu);
  ++counter;
  co_await work();
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: coroutine may suspend while 'guard' holds 'mu' [coro-lock-across-suspension]
  // CHECK-NOTES: :[[@LINE-4]]:19: note: locked here
  ++counter;
}

// id: lock/fix-none-used-after-unlock
task<> used_after_the_unlock() {
  std::unique_lock lock(mu);
  ++counter;
  co_await work();
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: coroutine may suspend while 'lock' holds 'mu' [coro-lock-across-suspension]
  // CHECK-NOTES: :[[@LINE-4]]:20: note: locked here
  ++counter;
}

// id: lock/fix-none-declares-what-is-used
task<int> declares_what_is_used_after() {
  std::lock_guard guard(mu);
  int n = counter;
  co_await work();
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: coroutine may suspend while 'guard' holds 'mu' [coro-lock-across-suspension]
  // CHECK-NOTES: :[[@LINE-4]]:19: note: locked here
  co_return n;
}

// id: lock/fix-none-in-a-loop
task<> in_the_next_turn() {
  std::unique_lock lock(mu);
  for (int i = 0; i < 3; ++i) {
    ++counter;
    co_await work();
    // CHECK-NOTES: :[[@LINE-1]]:5: warning: coroutine may suspend while 'lock' holds 'mu' [coro-lock-across-suspension]
    // CHECK-NOTES: :[[@LINE-5]]:20: note: locked here
  }
}

// id: lock/fix-none-in-a-condition
task<> in_a_condition() {
  std::unique_lock lock(mu);
  while (co_await ready())
  // CHECK-NOTES: :[[@LINE-1]]:10: warning: coroutine may suspend while 'lock' holds 'mu' [coro-lock-across-suspension]
  // CHECK-NOTES: :[[@LINE-3]]:20: note: locked here
    ;
}

// id: lock/fix-none-in-a-macro
task<> in_a_macro() {
  std::unique_lock lock(mu);
  AWAIT_WORK;
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: coroutine may suspend while 'lock' holds 'mu' [coro-lock-across-suspension]
  // CHECK-NOTES: :[[@LINE-57]]:20: note: expanded from macro 'AWAIT_WORK'
  // CHECK-NOTES: :[[@LINE-4]]:20: note: locked here
}

// id: lock/fix-none-raw
task<> by_hand() {
  mu.lock();
  co_await work();
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: coroutine may suspend while 'mu' is locked [coro-lock-across-suspension]
  // CHECK-NOTES: :[[@LINE-3]]:6: note: locked here
  mu.unlock();
}

// id: lock/fix-none-parameter
task<> a_parameter(std::unique_lock<std::mutex> lock) {
  ++counter;
  co_await work();
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: coroutine may suspend while 'lock' holds a 'std::mutex' [coro-lock-across-suspension]
  // CHECK-NOTES: :[[@LINE-4]]:49: note: held since the coroutine was called
  ++counter;
}
