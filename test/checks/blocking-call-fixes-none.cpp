// RUN: %check_tidy %s coro-blocking-call -- -- -I%source/test/models/Inputs/moor
// RUN: %check_tidy_real %s coro-blocking-call -- -- -I%source/test/models/Inputs/moor

// Found, but not fixed: where co_await could not stand, or would not be right.

#include "task.h"
#include <chrono>
#include <moor/task.h>
#include <mutex>
#include <thread>

using namespace std::chrono_literals;

moor::task<> other_work();
moor::task<int> answer();
std::mutex mu;
int shared;

moor::task<> in_a_handler() {
  try {
    co_await other_work();
  } catch (...) {
    std::this_thread::sleep_for(10ms);
    // CHECK-NOTES: :[[@LINE-1]]:5: warning: 'sleep_for' blocks the thread that runs this coroutine [coro-blocking-call]
    // CHECK-NOTES: :[[@LINE-2]]:5: note: use 'moor::sleep_for' instead
  }
}
moor::task<> under_a_lock() {
  {
    std::lock_guard<std::mutex> guard(mu);
    ++shared;
    std::this_thread::sleep_for(10ms);
    // CHECK-NOTES: :[[@LINE-1]]:5: warning: 'sleep_for' blocks the thread that runs this coroutine [coro-blocking-call]
    // CHECK-NOTES: :[[@LINE-2]]:5: note: use 'moor::sleep_for' instead
  }
  co_await other_work();
}
#define PAUSE() std::this_thread::sleep_for(10ms)
moor::task<> in_a_macro() {
  PAUSE();
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: 'sleep_for' blocks the thread that runs this coroutine [coro-blocking-call]
  // CHECK-NOTES: :[[@LINE-4]]:17: note: expanded from macro 'PAUSE'
  // CHECK-NOTES: :[[@LINE-3]]:3: note: use 'moor::sleep_for' instead
  // CHECK-NOTES: :[[@LINE-6]]:17: note: expanded from macro 'PAUSE'
  co_await other_work();
}
moor::task<> value_is_used() {
  int x = moor::run(answer());
  // CHECK-NOTES: :[[@LINE-1]]:11: warning: 'run' blocks the thread that runs this coroutine [coro-blocking-call]
  // CHECK-NOTES: :[[@LINE-2]]:21: note: await this instead
  co_await other_work();
}
template <class T> moor::task<> in_a_template(T t) {
  std::this_thread::sleep_for(t);
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: 'sleep_for' blocks the thread that runs this coroutine [coro-blocking-call]
  // CHECK-NOTES: :[[@LINE-2]]:3: note: use 'moor::sleep_for' instead
  co_await other_work();
}
moor::task<> instantiates() { co_await in_a_template(10ms); }

// A library that no model knows.
task<> unknown_library() {
  std::this_thread::sleep_for(10ms);
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: 'sleep_for' blocks the thread that runs this coroutine [coro-blocking-call]
  co_await work();
}
