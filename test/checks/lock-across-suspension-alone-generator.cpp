// RUN: %check_tidy %s coro-lock-across-suspension
// RUN: %check_tidy_real %s coro-lock-across-suspension

// A file that only defines an asynchronous generator: nobody here asks it for a
// value, so what next() returns is never instantiated.

#include "task.h"
#include <mutex>

std::mutex mu;
int rows[3];

// id: lock/alone-generator
async_generator<int> yields_under_the_lock() {
  std::lock_guard guard(mu);
  for (int n : rows)
    co_yield n;
    // CHECK-NOTES: :[[@LINE-1]]:5: warning: coroutine may suspend while 'guard' holds 'mu' [coro-lock-across-suspension]
    // CHECK-NOTES: :[[@LINE-4]]:19: note: locked here
}

// id: lock/alone-generator-unlocked
async_generator<int> yields_after_the_lock() {
  int first;
  {
    std::lock_guard guard(mu);
    first = rows[0];
  }
  co_yield first;
}

// id: lock/alone-synchronous-generator
generator<int> a_synchronous_generator() {
  std::lock_guard guard(mu);
  for (int n : rows)
    co_yield n;
}
