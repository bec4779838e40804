// RUN: %check_tidy %s coro-lock-across-suspension
// RUN: %check_tidy_real %s coro-lock-across-suspension

// An asynchronous generator suspends at co_yield as well. A synchronous one hands
// its values to its caller, on its caller's thread, and may hold a lock meanwhile
// as any function may.

#include "task.h"
#include <mutex>
#include <vector>

std::mutex mu;
std::vector<int> rows;

// id: lock/async-generator-yield
async_generator<int> yields_under_the_lock() {
  std::lock_guard guard(mu);
  for (int n : rows)
    co_yield n;
    // CHECK-NOTES: :[[@LINE-1]]:5: warning: coroutine may suspend while 'guard' holds 'mu' [coro-lock-across-suspension]
    // CHECK-NOTES: :[[@LINE-4]]:19: note: locked here
}

// id: lock/async-generator-yield-copied
async_generator<int> yields_a_copy() {
  std::vector<int> copy;
  {
    std::lock_guard guard(mu);
    copy = rows;
  }
  for (int n : copy)
    co_yield n;
}

// id: lock/async-generator-yield-unlocked
async_generator<int> unlocks_to_yield() {
  std::unique_lock lock(mu);
  for (unsigned i = 0; i < rows.size(); ++i) {
    int n = rows[i];
    lock.unlock();
    co_yield n;
    lock.lock();
  }
}

// id: lock/async-generator-await
async_generator<int> awaits_under_the_lock() {
  std::unique_lock lock(mu);
  int n = co_await get();
  // CHECK-NOTES: :[[@LINE-1]]:11: warning: coroutine may suspend while 'lock' holds 'mu' [coro-lock-across-suspension]
  // CHECK-NOTES: :[[@LINE-3]]:20: note: locked here
  lock.unlock();
  co_yield n;
}

// id: lock/async-generator-both
async_generator<int> yields_and_awaits_under_the_lock() {
  std::lock_guard guard(mu);
  co_yield 1;
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: coroutine may suspend while 'guard' holds 'mu' [coro-lock-across-suspension]
  // CHECK-NOTES: :[[@LINE-3]]:19: note: locked here
  // CHECK-NOTES: :[[@LINE+2]]:3: note: it may also suspend here
  // CHECK-NOTES: :[[@LINE+1]]:12: note: it may also suspend here
  co_yield co_await get();
}

// id: lock/async-generator-raw
async_generator<int> yields_while_locked_by_hand() {
  mu.lock();
  co_yield rows[0];
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: coroutine may suspend while 'mu' is locked [coro-lock-across-suspension]
  // CHECK-NOTES: :[[@LINE-3]]:6: note: locked here
  mu.unlock();
}

// id: lock/async-generator-raw-unlocked
async_generator<int> unlocks_by_hand_to_yield() {
  mu.lock();
  int n = rows[0];
  mu.unlock();
  co_yield n;
}

// id: lock/generator-yield
generator<int> a_synchronous_generator() {
  std::lock_guard guard(mu);
  for (int n : rows)
    co_yield n;
}

// id: lock/generator-raw
generator<int> a_synchronous_generator_by_hand() {
  mu.lock();
  co_yield rows[0];
  mu.unlock();
}

// id: lock/generator-consumed
task<> consumes_a_synchronous_generator() {
  auto numbers = a_synchronous_generator();
  while (numbers.next())
    ;
  co_await work();
}

// id: lock/async-generator-next
task<> awaits_the_next_under_the_lock(async_generator<int> numbers) {
  std::lock_guard guard(mu);
  while (auto *n = co_await numbers.next())
  // CHECK-NOTES: :[[@LINE-1]]:20: warning: coroutine may suspend while 'guard' holds 'mu' [coro-lock-across-suspension]
  // CHECK-NOTES: :[[@LINE-3]]:19: note: locked here
    rows.push_back(*n);
}

// id: lock/async-generator-next-unlocked
task<> locks_for_each_value(async_generator<int> numbers) {
  while (auto *n = co_await numbers.next()) {
    std::lock_guard guard(mu);
    rows.push_back(*n);
  }
}
