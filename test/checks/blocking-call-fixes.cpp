// RUN: %check_tidy %s coro-blocking-call -- -- -I%source/test/models/Inputs/moor
// RUN: %check_tidy_real %s coro-blocking-call -- -- -I%source/test/models/Inputs/moor

// The fixes: the awaitable twin, and awaiting what was waited for.

#include <moor/task.h>
#include <chrono>
#include <mutex>
#include <thread>

using namespace std::chrono_literals;

moor::task<> work();
moor::task<int> answer();

// id: blocking/fix-sleep
moor::task<> sleeps() {
  std::this_thread::sleep_for(10ms);
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: 'sleep_for' blocks the thread that runs this coroutine [coro-blocking-call]
  // CHECK-NOTES: :[[@LINE-2]]:3: note: use 'moor::sleep_for' instead
  // CHECK-FIXES: {{^}}  co_await moor::sleep_for(10ms);
  co_await work();
}
moor::task<> sleeps_in_a_branch(bool b) {
  if (b)
    std::this_thread::sleep_for(10ms);
    // CHECK-NOTES: :[[@LINE-1]]:5: warning: 'sleep_for' blocks the thread that runs this coroutine [coro-blocking-call]
    // CHECK-NOTES: :[[@LINE-2]]:5: note: use 'moor::sleep_for' instead
  // CHECK-FIXES: {{^}}    co_await moor::sleep_for(10ms);
  co_await work();
}
// id: blocking/fix-run
moor::task<> runs() {
  moor::run(work());
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: 'run' blocks the thread that runs this coroutine [coro-blocking-call]
  // CHECK-NOTES: :[[@LINE-2]]:13: note: await this instead
  // CHECK-FIXES: {{^}}  co_await work();
  co_await work();
}
