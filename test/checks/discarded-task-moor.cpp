// RUN: %check_tidy_real %s coro-discarded-task -- -- -I %source/runtime/include

// moor, the reference runtime, with its own headers.

#include <moor/event.h>
#include <moor/mutex.h>
#include <moor/nursery.h>
#include <moor/task.h>
#include <moor/when_all.h>
#include <utility>

moor::task<> work();
moor::task<int> get();

// id: discard/moor-task
moor::task<> discarded() {
  get();
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: the task returned by 'get' is discarded, and never runs [coro-discarded-task]
  auto t = work();
  // CHECK-NOTES: :[[@LINE-1]]:8: warning: 't' is never awaited, and never runs [coro-discarded-task]
  co_return;
}
moor::task<> awaited() {
  (void)co_await get();
  auto t = work();
  co_await std::move(t);
}
moor::task<> one_path(bool c) {
  auto t = work();
  // CHECK-NOTES: :[[@LINE-1]]:8: warning: 't' is not awaited on every path; where it is not, it never runs [coro-discarded-task]
  // CHECK-NOTES: :[[@LINE+1]]:7: note: it is not awaited where this is false
  if (c)
    co_await std::move(t);
}
moor::task<> together() {
  auto a = work(), b = work();
  co_await moor::when_all(std::move(a), std::move(b));
}

// id: discard/moor-overwritten
moor::task<> overwritten() {
  auto t = work();
  t = work();
  // CHECK-NOTES: :[[@LINE-1]]:5: warning: the task in 't' is overwritten before it is awaited, and never runs [coro-discarded-task]
  // CHECK-NOTES: :[[@LINE-3]]:12: note: made here
  co_await std::move(t);
}
moor::task<> awaited_before() {
  auto t = work();
  co_await std::move(t);
  t = work();
  co_await std::move(t);
}

// id: discard/moor-mutex
moor::task<> not_locked(moor::mutex &mutex) {
  mutex.lock();
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: the awaitable returned by 'lock' is discarded, and does nothing [coro-discarded-task]
  co_await work();
}

// id: discard/moor-event
moor::task<> not_waited_for(moor::event &ready) {
  ready.set();
  co_await ready;
}
