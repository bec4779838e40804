// RUN: %check_tidy %s coro-lock-across-suspension
// RUN: %check_tidy_real %s coro-lock-across-suspension

// Guards in the init-statements and conditions of statements: they live as long
// as the statement.

#include "task.h"
#include <mutex>
#include <vector>

std::mutex mu;
int counter;

std::unique_lock<std::mutex> try_it() {
  return std::unique_lock<std::mutex>(mu, std::try_to_lock);
}

// id: lock/init-if
task<> if_init() {
  if (std::lock_guard guard(mu); counter > 0)
    co_await work();
    // CHECK-NOTES: :[[@LINE-1]]:5: warning: coroutine may suspend while 'guard' holds 'mu' [coro-lock-across-suspension]
    // CHECK-NOTES: :[[@LINE-3]]:23: note: locked here
}

// id: lock/init-if-else
task<> if_init_else() {
  if (std::lock_guard guard(mu); counter > 0)
    ++counter;
  else
    co_await work();
    // CHECK-NOTES: :[[@LINE-1]]:5: warning: coroutine may suspend while 'guard' holds 'mu' [coro-lock-across-suspension]
    // CHECK-NOTES: :[[@LINE-5]]:23: note: locked here
}

// id: lock/init-if-after
task<> after_an_if_init() {
  if (std::lock_guard guard(mu); counter > 0)
    ++counter;
  co_await work();
}

// id: lock/init-if-unlocked
task<> if_init_unlocked() {
  if (std::unique_lock lock(mu); counter > 0) {
    lock.unlock();
    co_await work();
  }
}

// id: lock/init-if-condition
task<> if_condition() {
  if (auto lock = std::unique_lock(mu, std::try_to_lock))
    co_await work();
    // CHECK-NOTES: :[[@LINE-1]]:5: warning: coroutine may suspend while 'lock' holds 'mu' [coro-lock-across-suspension]
    // CHECK-NOTES: :[[@LINE-3]]:19: note: locked here
}

// id: lock/init-if-condition-failed
task<> if_condition_failed() {
  if (auto lock = std::unique_lock(mu, std::try_to_lock))
    ++counter;
  else
    co_await work();
}

// id: lock/init-switch
task<> switch_init() {
  switch (std::lock_guard guard(mu); counter) {
  case 1:
    co_await work();
    // CHECK-NOTES: :[[@LINE-1]]:5: warning: coroutine may suspend while 'guard' holds 'mu' [coro-lock-across-suspension]
    // CHECK-NOTES: :[[@LINE-4]]:27: note: locked here
    break;
  default:
    break;
  }
}

// id: lock/init-switch-after
task<> after_a_switch_init() {
  switch (std::lock_guard guard(mu); counter) {
  case 1:
    ++counter;
  }
  co_await work();
}

// id: lock/init-for
task<> for_init() {
  for (std::lock_guard guard(mu); counter < 3; ++counter)
    co_await work();
    // CHECK-NOTES: :[[@LINE-1]]:5: warning: coroutine may suspend while 'guard' holds 'mu' [coro-lock-across-suspension]
    // CHECK-NOTES: :[[@LINE-3]]:24: note: locked here
}

// id: lock/init-for-after
task<> after_a_for_init() {
  for (std::lock_guard guard(mu); counter < 3; ++counter)
    ;
  co_await work();
}

// id: lock/init-while
task<> while_condition() {
  while (auto lock = std::unique_lock(mu, std::try_to_lock))
    co_await work();
    // CHECK-NOTES: :[[@LINE-1]]:5: warning: coroutine may suspend while 'lock' holds 'mu' [coro-lock-across-suspension]
    // CHECK-NOTES: :[[@LINE-3]]:22: note: locked here
}

// id: lock/init-while-after
task<> after_a_while_condition() {
  while (auto lock = std::unique_lock(mu, std::try_to_lock))
    ++counter;
  co_await work();
}

// id: lock/init-while-helper
task<> while_condition_of_a_helper() {
  while (auto lock = try_it())
    co_await work();
    // CHECK-NOTES: :[[@LINE-1]]:5: warning: coroutine may suspend while 'lock' holds 'mu' [coro-lock-across-suspension]
    // CHECK-NOTES: :[[@LINE-3]]:22: note: locked here
}

// id: lock/init-range-for
task<> range_for_init(std::vector<int> v) {
  for (std::lock_guard guard(mu); int n : v) {
    counter += n;
    co_await work();
    // CHECK-NOTES: :[[@LINE-1]]:5: warning: coroutine may suspend while 'guard' holds 'mu' [coro-lock-across-suspension]
    // CHECK-NOTES: :[[@LINE-4]]:24: note: locked here
  }
}

// id: lock/init-range-for-after
task<> after_a_range_for_init(std::vector<int> v) {
  for (std::lock_guard guard(mu); int n : v)
    counter += n;
  co_await work();
}

// id: lock/init-loop-body
task<> in_the_body_of_a_loop() {
  for (;;) {
    co_await work();
    std::lock_guard guard(mu);
    ++counter;
  }
}

// id: lock/init-loop-body-held
task<> held_in_the_body_of_a_loop() {
  for (;;) {
    std::lock_guard guard(mu);
    if (++counter > 3)
      break;
    co_await work();
    // CHECK-NOTES: :[[@LINE-1]]:5: warning: coroutine may suspend while 'guard' holds 'mu' [coro-lock-across-suspension]
    // CHECK-NOTES: :[[@LINE-5]]:21: note: locked here
  }
}

// id: lock/init-switch-case
task<> another_case(int n) {
  switch (n) {
  case 1: {
    std::lock_guard guard(mu);
    ++counter;
    break;
  }
  case 2:
    co_await work();
  }
}

// id: lock/init-switch-fallthrough
task<> falls_into_the_next_case(int n) {
  std::unique_lock lock(mu, std::defer_lock);
  switch (n) {
  case 1:
    lock.lock();
    [[fallthrough]];
  case 2:
    co_await work();
    // CHECK-NOTES: :[[@LINE-1]]:5: warning: coroutine may suspend while 'lock' holds 'mu' [coro-lock-across-suspension]
    // CHECK-NOTES: :[[@LINE-5]]:10: note: locked here
  }
}
