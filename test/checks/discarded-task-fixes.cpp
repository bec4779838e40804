// RUN: %check_tidy %s coro-discarded-task

// Where `co_await` may be inserted.

#include "task.h"

void log(const char *);
task<> send(int);

struct connection {
  task<> write(int);
  connection &next();
};

// id: discard/fix-statement
task<> statement() {
  work();
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: the task returned by 'work' is discarded, and never runs [coro-discarded-task]
  // CHECK-FIXES: co_await work();
  log("done");
  co_return;
}

// id: discard/fix-branches
task<> branches(bool c) {
  if (c)
    send(1);
    // CHECK-NOTES: :[[@LINE-1]]:5: warning: the task returned by 'send' is discarded, and never runs [coro-discarded-task]
  // CHECK-FIXES: co_await send(1);
  else
    send(2);
    // CHECK-NOTES: :[[@LINE-1]]:5: warning: the task returned by 'send' is discarded, and never runs [coro-discarded-task]
  // CHECK-FIXES: co_await send(2);
  for (int i = 0; i < 3; ++i) {
    send(3);
    // CHECK-NOTES: :[[@LINE-1]]:5: warning: the task returned by 'send' is discarded, and never runs [coro-discarded-task]
    // CHECK-FIXES: co_await send(3);
  }
  co_return;
}

// id: discard/fix-member
task<> member(connection &c) {
  c.write(1);
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: the task returned by 'write' is discarded, and never runs [coro-discarded-task]
  // CHECK-FIXES: co_await c.write(1);
  c.next().write(2);
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: the task returned by 'write' is discarded, and never runs [coro-discarded-task]
  // CHECK-FIXES: co_await c.next().write(2);
  co_return;
}

// id: discard/fix-another-task
task<int> another_task() {
  work();
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: the task returned by 'work' is discarded, and never runs [coro-discarded-task]
  // CHECK-FIXES: co_await work();
  co_return 1;
}

// id: discard/fix-awaited-before
task<> awaited_before() {
  co_await reschedule{};
  co_await send(1);
  send(2);
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: the task returned by 'send' is discarded, and never runs [coro-discarded-task]
  // CHECK-FIXES: co_await send(2);
}

// id: discard/fix-awaiter
reschedule yield();
task<> awaiter() {
  co_await yield();
  yield();
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: the awaitable returned by 'yield' is discarded, and does nothing [coro-discarded-task]
  // CHECK-FIXES: co_await yield();
}

// id: discard/fix-transformed
struct strict {
  struct promise_type : detail::promise_base {
    strict get_return_object();
    std::suspend_always initial_suspend() const noexcept { return {}; }
    void return_void();
    auto await_transform(task<> &&t) {
      return static_cast<task<> &&>(t).operator co_await();
    }
  };
  detail::task_awaiter<promise_type> operator co_await() &&;
};
strict transformed() {
  co_await work();
  work();
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: the task returned by 'work' is discarded, and never runs [coro-discarded-task]
  // CHECK-FIXES: co_await work();
}
