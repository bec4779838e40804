// RUN: %check_tidy %s coro-discarded-task

// Where no `co_await` is offered: it might not compile, or not be what is meant.

#include "task.h"
#include <mutex>

std::mutex mu;
struct [[nodiscard]] status {};
task<status> write();
task<task<>> nested();
eager<> launch();
reschedule yield();

// id: discard/no-fix-ordinary-function
void ordinary_function() {
  work();
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: the task returned by 'work' is discarded, and never runs [coro-discarded-task]
}

// id: discard/no-fix-lambda-inside
task<> lambda_inside() {
  auto later = [] { work(); };
  // CHECK-NOTES: :[[@LINE-1]]:21: warning: the task returned by 'work' is discarded, and never runs [coro-discarded-task]
  later();
  co_return;
}

// id: discard/no-fix-handler
task<> handler() {
  try {
    co_await work();
  } catch (...) {
    work();
    // CHECK-NOTES: :[[@LINE-1]]:5: warning: the task returned by 'work' is discarded, and never runs [coro-discarded-task]
  }
}

// id: discard/no-fix-under-a-lock
task<> under_a_lock() {
  std::lock_guard guard(mu);
  work();
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: the task returned by 'work' is discarded, and never runs [coro-discarded-task]
  co_return;
}

// id: discard/no-fix-explicit
task<> explicit_discard() {
  (void)work();
  // CHECK-NOTES: :[[@LINE-1]]:9: warning: the task returned by 'work' is discarded, and never runs [coro-discarded-task]
  co_return;
}

// id: discard/no-fix-part-of-an-expression
task<> part_of_an_expression(bool c) {
  c ? work() : work();
  // CHECK-NOTES: :[[@LINE-1]]:7: warning: the task returned by 'work' is discarded, and never runs [coro-discarded-task]
  // CHECK-NOTES: :[[@LINE-2]]:16: warning: the task returned by 'work' is discarded, and never runs [coro-discarded-task]
  work(), work();
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: the task returned by 'work' is discarded, and never runs [coro-discarded-task]
  // CHECK-NOTES: :[[@LINE-2]]:11: warning: the task returned by 'work' is discarded, and never runs [coro-discarded-task]
  for (;; work())
  // CHECK-NOTES: :[[@LINE-1]]:11: warning: the task returned by 'work' is discarded, and never runs [coro-discarded-task]
    co_await work();
}

// id: discard/no-fix-result-lost
task<> result_lost() {
  write();
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: the task returned by 'write' is discarded, and never runs [coro-discarded-task]
  nested();
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: the task returned by 'nested' is discarded, and never runs [coro-discarded-task]
  co_return;
}

// id: discard/no-fix-eager
task<> eager_task() {
  launch();
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: the task returned by 'launch' is discarded, and its result and exceptions are lost [coro-discarded-task]
  co_return;
}

// id: discard/no-fix-unknown-transform
struct strict {
  struct promise_type : detail::promise_base {
    strict get_return_object();
    std::suspend_always initial_suspend() const noexcept { return {}; }
    void return_void();
    reschedule await_transform(int);
  };
  detail::task_awaiter<promise_type> operator co_await() &&;
};
strict unknown_transform() {
  work();
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: the task returned by 'work' is discarded, and never runs [coro-discarded-task]
  co_return;
}

// id: discard/no-fix-foreign-awaiter
task<> foreign_awaiter() {
  yield();
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: the awaitable returned by 'yield' is discarded, and does nothing [coro-discarded-task]
  co_return;
}

// id: discard/no-fix-generator
generator<int> in_a_generator() {
  work();
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: the task returned by 'work' is discarded, and never runs [coro-discarded-task]
  co_yield 1;
}

// id: discard/no-fix-macro
#define SEND work()
task<> in_a_macro() {
  SEND;
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: the task returned by 'work' is discarded, and never runs [coro-discarded-task]
  // CHECK-NOTES: :[[@LINE-4]]:14: note: expanded from macro 'SEND'
  co_return;
}
