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
// One thread is a loop with its own, not a pool.
struct loop_with_a_thread {
  std::thread thread;
  reschedule schedule();
};
// id: blocking/executor-one-thread
task<> moves_to_a_loop_with_a_thread(loop_with_a_thread &l) {
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

// Whoever is given nothing but the task, and shows no body, is believed to wait;
// a method's object may be what runs it later.
void wait_for(task<> t);
struct scheduler {
  void spawn(task<> t);
};
void test_without_a_result() {
  wait_for([]() -> task<> {
    ::sleep(1);
    co_return;
  }());
}
// id: blocking/unseen-method
void spawns_with_a_method(scheduler &s) {
  s.spawn([]() -> task<> {
    ::sleep(1);
    // CHECK-NOTES: :[[@LINE-1]]:5: warning: 'sleep' blocks the thread that runs this coroutine [coro-blocking-call]
    co_return;
  }());
}
// id: blocking/seen-spawn
std::vector<task<>> started;
void start_later(task<> t) { started.push_back(std::move(t)); }
void starts_it_later() {
  start_later([]() -> task<> {
    ::sleep(1);
    // CHECK-NOTES: :[[@LINE-1]]:5: warning: 'sleep' blocks the thread that runs this coroutine [coro-blocking-call]
    co_return;
  }());
}

// Resumed by hand, it runs on the caller's thread, until it suspends.
struct by_hand {
  struct promise_type {
    by_hand get_return_object() {
      return {std::coroutine_handle<promise_type>::from_promise(*this)};
    }
    std::suspend_always initial_suspend() noexcept { return {}; }
    std::suspend_always final_suspend() noexcept { return {}; }
    void return_void() {}
    void unhandled_exception() {}
  };
  std::coroutine_handle<promise_type> frame;
  bool resume() {
    frame.resume();
    return !frame.done();
  }
  bool is_done() const { return frame.done(); }
  std::coroutine_handle<promise_type> handle() { return frame; }
  bool await_ready() { return false; }
  void await_suspend(std::coroutine_handle<>);
  void await_resume();
};
bool test_by_hand() {
  auto t = []() -> by_hand {
    ::sleep(1);
    co_return;
  }();
  t.resume();
  return t.is_done();
}
// id: blocking/resumed-elsewhere
void goes_on_elsewhere() {
  auto t = []() -> by_hand {
    co_await work();
    ::sleep(1);
    // CHECK-NOTES: :[[@LINE-1]]:5: warning: 'sleep' blocks the thread that runs this coroutine [coro-blocking-call]
  }();
  t.resume();
}
struct handles {
  std::vector<std::thread> threads;
  void resume(std::coroutine_handle<> h);
};
void resumed_on_a_pool(handles &pool) {
  auto t = []() -> by_hand {
    ::sleep(1);
    co_return;
  }();
  pool.resume(t.handle());
}

// A coroutine runs where it was when it awaited the other.
static task<> only_on_the_pool() {
  ::sleep(1);
  co_return;
}
task<> awaits_on_the_pool(pool &p) {
  co_await p.schedule();
  co_await only_on_the_pool();
}
// id: blocking/awaited-before-it-moves
static task<> first_on_the_loop() {
  ::sleep(1);
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: 'sleep' blocks the thread that runs this coroutine [coro-blocking-call]
  co_return;
}
task<> awaits_before_it_moves(pool &p) {
  co_await first_on_the_loop();
  co_await p.schedule();
}

// A promise that asks for an executor has the coroutine run there.
struct bound_task {
  struct promise_type {
    template <class... Rest> promise_type(pool &, Rest &&...);
    template <class... Rest> promise_type(loop &, Rest &&...);
    bound_task get_return_object();
    std::suspend_always initial_suspend() noexcept { return {}; }
    std::suspend_always final_suspend() noexcept { return {}; }
    void return_void() {}
    void unhandled_exception() {}
  };
  bool await_ready();
  void await_suspend(std::coroutine_handle<>);
  void await_resume();
};
bound_task bound_to_the_pool(pool &) {
  ::sleep(1);
  co_return;
}
// id: blocking/bound-to-loop
bound_task bound_to_the_loop(loop &, pool &) {
  ::sleep(1);
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: 'sleep' blocks the thread that runs this coroutine [coro-blocking-call]
  co_return;
}

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
