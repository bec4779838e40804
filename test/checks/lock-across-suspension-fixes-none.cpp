// RUN: %check_tidy %s coro-lock-across-suspension -- -config='{CheckOptions: {coro-lock-across-suspension.UnsafeFixes: true}}'

// With the option UnsafeFixes, and yet no fix: what the mutex guards is used after
// the suspension, or the edit would not be certain to compile.

#include "task.h"
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

std::mutex mu;
int counter;
std::vector<int> rows;
void touch();
task<> echo(int);
struct Scope {
  Scope();
  ~Scope();
};

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

// What is used after by another name.

// id: lock/fix-none-reference
task<> used_by_reference() {
  std::unique_lock lock(mu);
  auto &n = counter;
  co_await work();
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: coroutine may suspend while 'lock' holds 'mu' [coro-lock-across-suspension]
  // CHECK-NOTES: :[[@LINE-4]]:20: note: locked here
  n = 1;
}

// id: lock/fix-none-reference-before
task<> used_by_a_reference_from_before() {
  auto &n = counter;
  std::unique_lock lock(mu);
  ++counter;
  co_await work();
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: coroutine may suspend while 'lock' holds 'mu' [coro-lock-across-suspension]
  // CHECK-NOTES: :[[@LINE-4]]:20: note: locked here
  ++n;
}

struct Session {
  std::mutex mu;
  int n;
};

// id: lock/fix-none-reference-with-its-mutex
task<> used_by_what_has_the_mutex(Session &session) {
  std::unique_lock lock(session.mu);
  ++counter;
  co_await echo(session.n);
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: coroutine may suspend while 'lock' holds 'session.mu' [coro-lock-across-suspension]
  // CHECK-NOTES: :[[@LINE-4]]:20: note: locked here
}

// id: lock/fix-none-pointer
task<> used_by_pointer() {
  std::unique_lock lock(mu);
  int *p = &counter;
  co_await work();
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: coroutine may suspend while 'lock' holds 'mu' [coro-lock-across-suspension]
  // CHECK-NOTES: :[[@LINE-4]]:20: note: locked here
  *p = 1;
}

// id: lock/fix-none-iterator
task<> used_by_iterator() {
  std::unique_lock lock(mu);
  auto it = rows.begin();
  co_await work();
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: coroutine may suspend while 'lock' holds 'mu' [coro-lock-across-suspension]
  // CHECK-NOTES: :[[@LINE-4]]:20: note: locked here
  *it = 1;
}

// id: lock/fix-none-argument
task<> used_in_the_awaited_call() {
  std::unique_lock lock(mu);
  const auto &v = rows;
  co_await echo(v[0]);
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: coroutine may suspend while 'lock' holds 'mu' [coro-lock-across-suspension]
  // CHECK-NOTES: :[[@LINE-4]]:20: note: locked here
}

// id: lock/fix-none-lambda
task<> used_by_a_lambda() {
  std::unique_lock lock(mu);
  auto count = [&] { ++counter; };
  count();
  co_await work();
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: coroutine may suspend while 'lock' holds 'mu' [coro-lock-across-suspension]
  // CHECK-NOTES: :[[@LINE-5]]:20: note: locked here
  count();
}

// id: lock/fix-none-same-function
task<> used_by_a_function_called_again() {
  std::unique_lock lock(mu);
  touch();
  co_await work();
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: coroutine may suspend while 'lock' holds 'mu' [coro-lock-across-suspension]
  // CHECK-NOTES: :[[@LINE-4]]:20: note: locked here
  touch();
}

// It would not compile, or do something else.

// id: lock/fix-none-not-certain
task<> perhaps_not_locked() {
  std::unique_lock lock(mu, std::try_to_lock);
  ++counter;
  co_await work();
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: coroutine may suspend while 'lock' holds 'mu' [coro-lock-across-suspension]
  // CHECK-NOTES: :[[@LINE-4]]:20: note: locked here
}

// id: lock/fix-none-not-certain-branch
task<> locked_in_one_branch(bool b) {
  std::unique_lock lock(mu, std::defer_lock);
  if (b)
    lock.lock();
  co_await work();
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: coroutine may suspend while 'lock' holds 'mu' [coro-lock-across-suspension]
  // CHECK-NOTES: :[[@LINE-3]]:10: note: locked here
}

// id: lock/fix-none-alias
task<> declares_a_type_that_is_used_after() {
  std::lock_guard guard(mu);
  using Number = int;
  ++counter;
  co_await work();
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: coroutine may suspend while 'guard' holds 'mu' [coro-lock-across-suspension]
  // CHECK-NOTES: :[[@LINE-5]]:19: note: locked here
  // CHECK-NOTES: :[[@LINE+2]]:3: note: it may also suspend here
  Number n = 1;
  co_await echo(n);
}

// id: lock/fix-none-enumerator
task<> declares_an_enumerator_that_is_used_after() {
  std::lock_guard guard(mu);
  enum { one = 1 };
  ++counter;
  co_await echo(one);
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: coroutine may suspend while 'guard' holds 'mu' [coro-lock-across-suspension]
  // CHECK-NOTES: :[[@LINE-5]]:19: note: locked here
}

// id: lock/fix-none-using-declaration
task<> declares_a_name_that_is_used_after() {
  std::lock_guard guard(mu);
  using std::swap;
  ++counter;
  co_await work();
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: coroutine may suspend while 'guard' holds 'mu' [coro-lock-across-suspension]
  // CHECK-NOTES: :[[@LINE-5]]:19: note: locked here
  int a = 1, b = 2;
  swap(a, b);
}

// id: lock/fix-none-destructor
task<> would_end_something_else_too() {
  std::lock_guard guard(mu);
  Scope scope;
  ++counter;
  co_await work();
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: coroutine may suspend while 'guard' holds 'mu' [coro-lock-across-suspension]
  // CHECK-NOTES: :[[@LINE-5]]:19: note: locked here
}
