// RUN: %check_tidy %s coro-lock-across-suspension
// RUN: %check_tidy_real %s coro-lock-across-suspension

// A file without a coroutine: the promises are never instantiated.

#include "task.h"
#include <mutex>

std::mutex mu;
task<> inner();
eager<> at_once();

// id: lock/alone-returned-task
task<> returns_a_task() {
  std::lock_guard guard(mu);
  return inner();
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: 'guard' unlocks 'mu' before the returned task runs [coro-lock-across-suspension]
  // CHECK-NOTES: :[[@LINE-3]]:19: note: locked here
}

// id: lock/alone-returned-task-eager
eager<> returns_an_eager_task() {
  std::lock_guard guard(mu);
  return at_once();
}

// id: lock/alone-returned-task-unlocked
task<> returns_a_task_after_the_lock() {
  {
    std::lock_guard guard(mu);
  }
  return inner();
}
