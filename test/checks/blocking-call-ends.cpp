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
