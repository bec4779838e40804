// RUN: %check_tidy %s coro-blocking-call
// RUN: %check_tidy_real %s coro-blocking-call

// Objects that end with a thread or a future in them.

#include "task.h"
#include <future>
#include <thread>
#include <utility>

int compute();

// Members of classes without a destructor of their own.

struct helper {
  std::jthread thread;
  int number = 0;
  void rename();
  int count() const;
  void let_go() { thread.detach(); }
  void add() { ++number; }
};
// id: blocking/jthread-member
task<> member() {
  helper h{std::jthread([] {}), 1};
  // CHECK-NOTES: :[[@LINE-1]]:10: warning: destroying 'h.thread' blocks the thread that runs this coroutine [coro-blocking-call]
  h.number = 2;
  h.add();
  (void)h.count();
  co_await work();
}
task<> member_without_a_thread() {
  helper h;
  co_await work();
}
task<> member_detached() {
  helper h{std::jthread([] {}), 1};
  h.thread.detach();
  co_await work();
}
task<> member_let_go() {
  helper h{std::jthread([] {}), 1};
  h.let_go();
  co_await work();
}
task<> member_that_others_may_let_go() {
  helper h{std::jthread([] {}), 1};
  h.rename();
  co_await work();
}
std::jthread kept;
task<> member_moved() {
  helper h{std::jthread([] {}), 1};
  kept = std::move(h.thread);
  co_await work();
}
helper all;
task<> object_moved() {
  helper h{std::jthread([] {}), 1};
  all = std::move(h);
  co_await work();
}

struct starts_at_once {
  std::jthread thread{[] {}};
};
struct starts_later {
  std::jthread thread;
};
// id: blocking/jthread-member-default
task<> member_by_default() {
  starts_at_once s;
  // CHECK-NOTES: :[[@LINE-1]]:18: warning: destroying 's.thread' blocks the thread that runs this coroutine [coro-blocking-call]
  co_await work();
}
task<> member_by_default_without() {
  starts_later s;
  co_await work();
}

struct starts_in_its_constructor {
  starts_in_its_constructor() : thread([] {}) {}
  std::jthread thread;
};
struct starts_nothing {
  starts_nothing() : thread() {}
  std::jthread thread;
};
// id: blocking/jthread-member-constructor
task<> member_by_constructor() {
  starts_in_its_constructor s;
  // CHECK-NOTES: :[[@LINE-1]]:29: warning: destroying 's.thread' blocks the thread that runs this coroutine [coro-blocking-call]
  co_await work();
}
task<> member_by_constructor_without() {
  starts_nothing s;
  co_await work();
}

// The future of std::async.

struct answer {
  std::future<int> number = std::async(std::launch::async, compute);
};
struct deferred_answer {
  std::future<int> number = std::async(std::launch::deferred, compute);
};
struct promised_answer {
  std::promise<int> promise;
  std::future<int> number = promise.get_future();
};
// id: blocking/async-member
task<> future_member() {
  answer a;
  // CHECK-NOTES: :[[@LINE-1]]:10: warning: destroying 'a.number' blocks the thread that runs this coroutine [coro-blocking-call]
  co_await work();
}
task<> deferred_member() {
  deferred_answer a;
  co_await work();
}
task<> promised_member() {
  promised_answer a;
  co_await work();
}

// An end that waits on a condition, and what may have changed it.

struct waiting_job {
  std::future<int> result;
  bool detached = false;
  void detach() { detached = true; }
  int id() const;
  ~waiting_job() {
    if (!detached)
      result.wait();
  }
};
waiting_job begin_job();
// id: blocking/end-on-condition
task<> waits_for_its_job() {
  auto job = begin_job();
  // CHECK-NOTES: :[[@LINE-1]]:8: warning: destroying 'job' blocks the thread that runs this coroutine [coro-blocking-call]
  // CHECK-NOTES: :[[@LINE-8]]:14: note: the destructor of 'waiting_job' calls 'wait', which blocks
  job.id();
  co_await work();
}
task<> detaches_its_job() {
  auto job = begin_job();
  job.detach();
  co_await work();
}

// When an awaiter is resumed, what it waited for is there.

struct promised {
  struct promise_type {
    std::promise<int> result;
    std::future<int> future = result.get_future();
    std::coroutine_handle<> caller;
    promised get_return_object();
    std::suspend_never initial_suspend() noexcept { return {}; }
    std::suspend_always final_suspend() noexcept { return {}; }
    void return_value(int n) { result.set_value(n); }
    void unhandled_exception();
  };
  std::coroutine_handle<promise_type> frame;
  bool await_ready() { return frame.done(); }
  void await_suspend(std::coroutine_handle<> h) { frame.promise().caller = h; }
  int await_resume() { return frame.promise().future.get(); }
};
promised promise();
task<int> is_ready_by_then() { co_return co_await promise(); }

struct never_waits {
  std::future<int> future;
  bool await_ready() { return true; }
  void await_suspend(std::coroutine_handle<>) {}
  int await_resume() { return future.get(); }
};
// id: blocking/await-resume-alone
task<int> waits_in_await_resume(std::future<int> f) {
  co_return co_await never_waits{std::move(f)};
  // CHECK-NOTES: :[[@LINE-1]]:13: warning: 'co_await' calls 'await_resume', which blocks the thread that runs this coroutine [coro-blocking-call]
  // CHECK-NOTES: :[[@LINE-6]]:38: note: 'await_resume' calls 'get', which blocks
}
