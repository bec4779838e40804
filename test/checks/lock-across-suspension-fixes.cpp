// RUN: %check_tidy %s coro-lock-across-suspension -- -config='{CheckOptions: {coro-lock-across-suspension.UnsafeFixes: true}}'

// With the option UnsafeFixes: the scope of the guard ends before the suspension, or
// the guard unlocks, where nothing after it uses what the mutex guards.

#include "task.h"
#include <mutex>

std::mutex mu;
int counter;

// id: lock/fix-unlock
task<> unlocks_before() {
  std::unique_lock lock(mu);
  ++counter;
  co_await work();
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: coroutine may suspend while 'lock' holds 'mu' [coro-lock-across-suspension]
  // CHECK-NOTES: :[[@LINE-4]]:20: note: locked here
  // CHECK-FIXES: ++counter;
  // CHECK-FIXES-NEXT: lock.unlock();
  // CHECK-FIXES-NEXT: co_await work();
}

// id: lock/fix-scope
task<> ends_the_scope() {
  std::lock_guard guard(mu);
  ++counter;
  co_await work();
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: coroutine may suspend while 'guard' holds 'mu' [coro-lock-across-suspension]
  // CHECK-NOTES: :[[@LINE-4]]:19: note: locked here
  // CHECK-FIXES: {{^}}  {
  // CHECK-FIXES: std::lock_guard guard(mu);
  // CHECK-FIXES: ++counter;
  // CHECK-FIXES: }
  // CHECK-FIXES: co_await work();
}
