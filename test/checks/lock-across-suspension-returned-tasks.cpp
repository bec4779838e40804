// RUN: %check_tidy %s coro-lock-across-suspension
// RUN: %check_tidy_real %s coro-lock-across-suspension

// The twin of the mistake: in a function that is no coroutine, the lock ends before
// the lazy task that it returns has begun.

#include "task.h"
#include <mutex>
#include <shared_mutex>
#include <utility>
#include <vector>

std::mutex mu;
std::shared_mutex shared;
int counter;

task<> inner();
task<int> inner(int);
task<int> count(int *);
eager<> at_once();

// id: lock/returned-task
task<> returns_a_task() {
  std::lock_guard guard(mu);
  return inner();
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: 'guard' unlocks 'mu' before the returned task runs [coro-lock-across-suspension]
  // CHECK-NOTES: :[[@LINE-3]]:19: note: locked here
}

// id: lock/returned-task-scope-ended
task<> returns_a_task_after_the_lock() {
  {
    std::lock_guard guard(mu);
    ++counter;
  }
  return inner();
}

// id: lock/returned-task-coroutine
task<> a_coroutine_does_it_right() {
  {
    std::lock_guard guard(mu);
    ++counter;
  }
  co_await inner();
}

// id: lock/returned-task-unique_lock
task<> returns_a_task_under_a_unique_lock() {
  std::unique_lock lock(mu);
  return inner();
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: 'lock' unlocks 'mu' before the returned task runs [coro-lock-across-suspension]
  // CHECK-NOTES: :[[@LINE-3]]:20: note: locked here
}

// id: lock/returned-task-unlocked
task<> returns_a_task_after_unlocking() {
  std::unique_lock lock(mu);
  lock.unlock();
  return inner();
}

// id: lock/returned-task-shared_lock
task<> returns_a_task_under_a_shared_lock() {
  std::shared_lock lock(shared);
  return inner();
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: 'lock' unlocks 'shared' before the returned task runs [coro-lock-across-suspension]
  // CHECK-NOTES: :[[@LINE-3]]:20: note: locked here
}

// id: lock/returned-task-parameter
task<int> gives_it_its_own_parameter(int n) {
  std::lock_guard guard(mu);
  return inner(n);
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: 'guard' unlocks 'mu' before the returned task runs [coro-lock-across-suspension]
  // CHECK-NOTES: :[[@LINE-3]]:19: note: locked here
}

// id: lock/returned-task-constant
task<int> gives_it_a_constant() {
  std::lock_guard guard(mu);
  return inner(42);
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: 'guard' unlocks 'mu' before the returned task runs [coro-lock-across-suspension]
  // CHECK-NOTES: :[[@LINE-3]]:19: note: locked here
}

// Something else is done under the lock.

// id: lock/returned-task-reads-an-argument
task<int> reads_an_argument_under_the_lock() {
  std::lock_guard guard(mu);
  return inner(counter);
}

// id: lock/returned-task-statement
task<> does_something_under_the_lock() {
  std::lock_guard guard(mu);
  ++counter;
  return inner();
}

// id: lock/returned-task-side-effect
task<int> counts_in_an_argument() {
  std::lock_guard guard(mu);
  return inner(++counter);
}

// id: lock/returned-task-branch
task<> decides_under_the_lock() {
  std::lock_guard guard(mu);
  if (counter > 0)
    return inner();
  return work();
}

// id: lock/returned-task-before
task<> does_something_before_the_lock() {
  int n = 0;
  ++n;
  std::lock_guard guard(mu);
  return inner();
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: 'guard' unlocks 'mu' before the returned task runs [coro-lock-across-suspension]
  // CHECK-NOTES: :[[@LINE-3]]:19: note: locked here
}

// The task is not lazy, or not a task.

// id: lock/returned-task-eager
eager<> returns_an_eager_task() {
  std::lock_guard guard(mu);
  return at_once();
}

// id: lock/returned-value
int returns_a_value() {
  std::lock_guard guard(mu);
  return counter;
}

// id: lock/returned-task-async-mutex
struct AsyncMutex {
  task<> lock();
  void unlock();
};
AsyncMutex async;
task<> returns_a_task_under_an_async_mutex() {
  std::unique_lock<AsyncMutex> lock(async, std::adopt_lock);
  return inner();
}

// The function that makes the task is seen to do something else as well.

task<> counts_and_makes() {
  ++counter;
  return inner();
}

// id: lock/returned-task-of-a-function-that-works
task<> calls_a_function_that_works() {
  std::lock_guard guard(mu);
  return counts_and_makes();
}

task<int> coroutine_of_ours(int n) { co_return n; }

// id: lock/returned-task-of-a-coroutine
task<int> calls_a_coroutine_that_is_seen() {
  std::lock_guard guard(mu);
  return coroutine_of_ours(1);
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: 'guard' unlocks 'mu' before the returned task runs [coro-lock-across-suspension]
  // CHECK-NOTES: :[[@LINE-3]]:19: note: locked here
}

class Cache {
public:
  // id: lock/returned-task-member
  task<> refresh() {
    std::lock_guard guard(mu_);
    return load();
    // CHECK-NOTES: :[[@LINE-1]]:5: warning: 'guard' unlocks 'mu_' before the returned task runs [coro-lock-across-suspension]
    // CHECK-NOTES: :[[@LINE-3]]:21: note: locked here
  }

  // id: lock/returned-task-member-read
  task<int> find(int key) {
    std::lock_guard guard(mu_);
    return parse(rows_[key]);
  }

  // id: lock/returned-task-member-moved
  task<> take() {
    std::lock_guard guard(mu_);
    return std::move(pending_);
  }

private:
  task<> load();
  task<int> parse(int);
  std::mutex mu_;
  std::vector<int> rows_;
  task<> pending_;
};

// id: lock/returned-task-lambda
auto a_lambda_returns_a_task = [] {
  std::lock_guard guard(mu);
  return inner();
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: 'guard' unlocks 'mu' before the returned task runs [coro-lock-across-suspension]
  // CHECK-NOTES: :[[@LINE-3]]:19: note: locked here
};

// id: lock/returned-task-lambda-value
auto a_lambda_returns_a_value = [] {
  std::lock_guard guard(mu);
  return counter;
};

// id: lock/returned-task-stored
task<> stores_and_returns() {
  std::unique_lock lock(mu);
  auto t = inner();
  ++counter;
  return t;
}
