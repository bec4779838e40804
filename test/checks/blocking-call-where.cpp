// RUN: %check_tidy %s coro-blocking-call -- -- -I%source/runtime/include
// RUN: %check_tidy_real %s coro-blocking-call -- -- -I%source/runtime/include

// Where blocking does no harm: on threads that are there for it, in programs
// that have nothing else to do, where the author says so.

#include "task.h"
#include <corolint/annotations.h>
#include <fstream>
#include <future>
#include <thread>
#include <unistd.h>
#include <vector>

// Executors.

struct pool {
  std::vector<std::thread> threads;
  reschedule schedule();
};
struct loop {
  reschedule schedule();
};
task<> moves_to_the_pool(pool &p) {
  co_await p.schedule();
  ::sleep(1);
}
// id: blocking/executor-loop
task<> moves_to_the_loop(loop &l) {
  co_await l.schedule();
  ::sleep(1);
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: 'sleep' blocks the thread that runs this coroutine [coro-blocking-call]
}
// id: blocking/executor-back
task<> moves_there_and_back(pool &p, loop &l) {
  co_await p.schedule();
  ::sleep(1);
  co_await l.schedule();
  ::sleep(2);
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: 'sleep' blocks the thread that runs this coroutine [coro-blocking-call]
}
// id: blocking/executor-before
task<> blocks_before_it_moves(pool &p) {
  ::sleep(1);
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: 'sleep' blocks the thread that runs this coroutine [coro-blocking-call]
  co_await p.schedule();
}
void spawn(pool &p, task<> t);
void spawn(loop &l, task<> t);
void spawns(pool &p, loop &l) {
  spawn(p, []() -> task<> {
    ::sleep(1);
    co_return;
  }());
  // id: blocking/spawned-on-loop
  spawn(l, []() -> task<> {
    ::sleep(1);
    // CHECK-NOTES: :[[@LINE-1]]:5: warning: 'sleep' blocks the thread that runs this coroutine [coro-blocking-call]
    co_return;
  }());
}

// Runners: whoever waits has nobody else to keep waiting.

int run(task<int> t) { return std::promise<int>().get_future().get(); }
static task<int> inner() {
  ::sleep(1);
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: 'sleep' blocks the thread that runs this coroutine [coro-blocking-call]
  co_return 1;
}
static task<int> only_run() {
  ::sleep(1);
  co_return co_await inner();
}
int test_it() { return run(only_run()); }
int test_a_lambda() {
  return run([]() -> task<int> {
    ::sleep(1);
    co_return 1;
  }());
}
// id: blocking/runner-io
static task<int> run_and_reads() {
  std::ifstream in("x");
  // CHECK-NOTES: :[[@LINE-1]]:17: warning: constructing 'std::ifstream' blocks the thread that runs this coroutine [coro-blocking-call]
  co_return 1;
}
int test_reading() { return run(run_and_reads()); }
// id: blocking/runner-and-others
static task<int> run_and_awaited() {
  ::sleep(1);
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: 'sleep' blocks the thread that runs this coroutine [coro-blocking-call]
  co_return 1;
}
int test_that_as_well() { return run(run_and_awaited()); }
task<> somebody_else() { co_await run_and_awaited(); }

// Annotations, and Clang's attributes.

CORO_BLOCKING void flush();
void wait_for_it() [[clang::blocking]];
void look_at_it() noexcept [[clang::nonblocking]];
CORO_MAY_BLOCK_HERE void short_wait() { ::sleep(1); }
template <class F> CORO_OFFLOADS void on_a_thread(F f) { f(); }

// id: blocking/annotated
task<> annotated() {
  flush();
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: 'flush' blocks the thread that runs this coroutine [coro-blocking-call]
  co_await work();
}
// id: blocking/clang-blocking
task<> attributed() {
  wait_for_it();
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: 'wait_for_it' blocks the thread that runs this coroutine [coro-blocking-call]
  look_at_it();
  co_await work();
}
task<> allowed() {
  short_wait();
  on_a_thread([] { ::sleep(1); });
  co_await work();
}
CORO_MAY_BLOCK_HERE task<> allowed_itself() {
  ::sleep(1);
  auto nested = []() -> task<> {
    ::sleep(1);
    co_return;
  };
  co_await nested();
}
