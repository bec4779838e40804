// RUN: %check_tidy %s coro-discarded-task -- -config='{CheckOptions: {coro-discarded-task.ReportErrorPaths: true, coro-discarded-task.FunctionObjects: false, coro-discarded-task.Callbacks: false, coro-discarded-task.Threads: false}}'

// Each option turned the other way.

#include "task.h"
#include <functional>
#include <thread>
#include <utility>

// id: discard/option-ReportErrorPaths
task<> leaves_early(bool c) {
  auto t = work();
  // CHECK-NOTES: :[[@LINE-1]]:8: warning: 't' is not awaited on every path; where it is not, it never runs [coro-discarded-task]
  // CHECK-NOTES: :[[@LINE+2]]:7: note: it is not awaited where this is true
  // CHECK-NOTES: :[[@LINE+2]]:5: note: this returns before it is awaited
  if (c)
    co_return;
  co_await std::move(t);
}

// id: discard/option-FunctionObjects
void function_object() {
  std::function<void()> f = work;
}

// id: discard/option-Threads
void thread() {
  std::thread t(work);
}
