// RUN: %check_tidy %s coro-lock-across-suspension -- -config='{CheckOptions: {coro-lock-across-suspension.UnsafeFixes: true}}'

// With the option UnsafeFixes: the scope of the guard ends before the suspension, or
// the guard unlocks, where nothing after it uses what the mutex guards.

#include "task.h"
#include <mutex>
#include <shared_mutex>

std::mutex mu;
std::mutex other;
std::shared_mutex shared;
task<> echo(int);
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

// id: lock/fix-scope-parameter
task<> sends_to_what_the_caller_has(task<> (&send)(), const int &n) {
  std::lock_guard guard(mu);
  ++counter;
  co_await echo(n);
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: coroutine may suspend while 'guard' holds 'mu' [coro-lock-across-suspension]
  // CHECK-NOTES: :[[@LINE-4]]:19: note: locked here
  // CHECK-NOTES: :[[@LINE+6]]:3: note: it may also suspend here
  // CHECK-FIXES: {{^}}  {
  // CHECK-FIXES: std::lock_guard guard(mu);
  // CHECK-FIXES: ++counter;
  // CHECK-FIXES: }
  // CHECK-FIXES: co_await echo(n);
  co_await send();
}

// id: lock/fix-unlock-copied
task<> unlocks_after_a_copy() {
  std::shared_lock lock(shared);
  int n = counter;
  co_await echo(n);
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: coroutine may suspend while 'lock' holds 'shared' [coro-lock-across-suspension]
  // CHECK-NOTES: :[[@LINE-4]]:20: note: locked here
  // CHECK-FIXES: int n = counter;
  // CHECK-FIXES-NEXT: lock.unlock();
  // CHECK-FIXES-NEXT: co_await echo(n);
}

// id: lock/fix-unlock-loop
task<> unlocks_in_every_turn() {
  for (int i = 0; i < 3; ++i) {
    std::unique_lock lock(mu);
    ++counter;
    co_await work();
    // CHECK-NOTES: :[[@LINE-1]]:5: warning: coroutine may suspend while 'lock' holds 'mu' [coro-lock-across-suspension]
    // CHECK-NOTES: :[[@LINE-4]]:22: note: locked here
    // CHECK-FIXES: ++counter;
    // CHECK-FIXES-NEXT: lock.unlock();
    // CHECK-FIXES-NEXT: co_await work();
  }
}

// id: lock/fix-unlock-twice
task<> unlocks_before_the_first_of_two() {
  std::unique_lock lock(mu);
  ++counter;
  co_await work();
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: coroutine may suspend while 'lock' holds 'mu' [coro-lock-across-suspension]
  // CHECK-NOTES: :[[@LINE-4]]:20: note: locked here
  // CHECK-NOTES: :[[@LINE+1]]:3: note: it may also suspend here
  co_await work();
  // CHECK-FIXES: ++counter;
  // CHECK-FIXES-NEXT: lock.unlock();
  // CHECK-FIXES-NEXT: co_await work();
  // CHECK-FIXES-NEXT: co_await work();
}

// id: lock/fix-unlock-yield
async_generator<int> unlocks_before_it_yields() {
  std::unique_lock lock(mu);
  int n = counter;
  co_yield n;
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: coroutine may suspend while 'lock' holds 'mu' [coro-lock-across-suspension]
  // CHECK-NOTES: :[[@LINE-4]]:20: note: locked here
  // CHECK-FIXES: int n = counter;
  // CHECK-FIXES-NEXT: lock.unlock();
  // CHECK-FIXES-NEXT: co_yield n;
}

// id: lock/fix-scope-two
task<> ends_the_scope_of_two() {
  std::scoped_lock lock(mu, other);
  ++counter;
  co_await work();
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: coroutine may suspend while 'lock' holds 'mu' and 'other' [coro-lock-across-suspension]
  // CHECK-NOTES: :[[@LINE-4]]:20: note: locked here
  // CHECK-FIXES: {{^}}  {
  // CHECK-FIXES: std::scoped_lock lock(mu, other);
  // CHECK-FIXES: ++counter;
  // CHECK-FIXES: }
  // CHECK-FIXES: co_await work();
}

// A constant guard cannot be unlocked; its scope can end.

// id: lock/fix-scope-const
task<> ends_the_scope_of_a_constant() {
  const std::unique_lock lock(mu);
  ++counter;
  co_await work();
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: coroutine may suspend while 'lock' holds 'mu' [coro-lock-across-suspension]
  // CHECK-NOTES: :[[@LINE-4]]:26: note: locked here
  // CHECK-FIXES: {{^}}  {
  // CHECK-FIXES: const std::unique_lock lock(mu);
  // CHECK-FIXES: ++counter;
  // CHECK-FIXES: }
  // CHECK-FIXES: co_await work();
}

struct Counter {
  std::mutex mu_;
  int n_ = 0;

  // id: lock/fix-scope-member
  task<> increment() {
    std::lock_guard guard(mu_);
    ++n_;
    co_await work();
    // CHECK-NOTES: :[[@LINE-1]]:5: warning: coroutine may suspend while 'guard' holds 'mu_' [coro-lock-across-suspension]
    // CHECK-NOTES: :[[@LINE-4]]:21: note: locked here
    // CHECK-FIXES: {{^}}    {
    // CHECK-FIXES: std::lock_guard guard(mu_);
    // CHECK-FIXES: ++n_;
    // CHECK-FIXES: }
    // CHECK-FIXES: co_await work();
  }
};

// Fixed once, though there are two instantiations.

// id: lock/fix-template
template <class T> task<> in_a_template(T) {
  std::unique_lock lock(mu);
  ++counter;
  co_await work();
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: coroutine may suspend while 'lock' holds 'mu' [coro-lock-across-suspension]
  // CHECK-NOTES: :[[@LINE-4]]:20: note: locked here
  // CHECK-FIXES: ++counter;
  // CHECK-FIXES-NEXT: lock.unlock();
  // CHECK-FIXES-NEXT: co_await work();
}
task<> instantiates() {
  co_await in_a_template(1);
  co_await in_a_template(2L);
}
