// RUN: %check_tidy %s coro-discarded-task
// RUN: %check_tidy_real %s coro-discarded-task

// Coroutines that become callables which return nothing: nobody takes the task.

#include "task.h"
#include <functional>
#include <thread>
#include <utility>
#include <vector>

void post(std::function<void()>);
void on_click(std::function<void(int)>);
template <class F> void submit(F f) { f(); }
template <class T> void spawn(T);
task<> &keep();
template <class F> void hold(F f) { static F held(std::move(f)); }

struct button {
  std::function<void()> clicked;
  std::vector<std::function<void()>> handlers;
};

// An unknown library's.
template <class> class unique_function;
template <class R, class... Args> class unique_function<R(Args...)> {
public:
  template <class F> unique_function(F) {}
};

// id: discard/function-argument
void argument() {
  post([]() -> task<> { co_await work(); });
  // CHECK-NOTES: :[[@LINE-1]]:8: warning: 'std::function<void ()>' drops the task that this callable returns, which then never runs [coro-discarded-task]
  on_click([](int) -> task<> { co_return; });
  // CHECK-NOTES: :[[@LINE-1]]:12: warning: 'std::function<void (int)>' drops the task that this callable returns, which then never runs [coro-discarded-task]
}

// id: discard/function-variable
void variable() {
  std::function<void()> f = work;
  // CHECK-NOTES: :[[@LINE-1]]:29: warning: 'std::function<void ()>' drops the task that this callable returns, which then never runs [coro-discarded-task]
  f = []() -> task<> { co_return; };
  // CHECK-NOTES: :[[@LINE-1]]:7: warning: 'std::function<void ()>' drops the task that this callable returns, which then never runs [coro-discarded-task]
  std::function<void()> g([] { return work(); });
  // CHECK-NOTES: :[[@LINE-1]]:27: warning: 'std::function<void ()>' drops the task that this callable returns, which then never runs [coro-discarded-task]
}

// id: discard/function-member
void member(button &b) {
  b.clicked = [&b]() -> task<> { co_await work(); };
  // CHECK-NOTES: :[[@LINE-1]]:15: warning: 'std::function<void ()>' drops the task that this callable returns, which then never runs [coro-discarded-task]
  b.handlers.push_back([]() -> task<> { co_return; });
  // CHECK-NOTES: :[[@LINE-1]]:24: warning: 'std::function<void ()>' drops the task that this callable returns, which then never runs [coro-discarded-task]
}

// id: discard/function-object
struct handler {
  task<> operator()() const;
};
void object() {
  post(handler{});
  // CHECK-NOTES: :[[@LINE-1]]:15: warning: 'std::function<void ()>' drops the task that this callable returns, which then never runs [coro-discarded-task]
  auto named = []() -> task<> { co_return; };
  post(named);
  // CHECK-NOTES: :[[@LINE-1]]:8: warning: 'std::function<void ()>' drops the task that this callable returns, which then never runs [coro-discarded-task]
}

// id: discard/function-unknown
void unknown_wrapper() {
  unique_function<void()> f([]() -> task<> { co_return; });
  // CHECK-NOTES: :[[@LINE-1]]:29: warning: 'unique_function<void ()>' drops the task that this callable returns, which then never runs [coro-discarded-task]
}

// id: discard/function-body
void body() {
  post([] { work(); });
  // CHECK-NOTES: :[[@LINE-1]]:13: warning: the task returned by 'work' is discarded, and never runs [coro-discarded-task]
}

// id: discard/thread
void thread() {
  std::thread t(handler{});
  // CHECK-NOTES: :[[@LINE-1]]:24: warning: 'std::thread' drops the task that this callable returns, which then never runs [coro-discarded-task]
  std::thread u(work);
  // CHECK-NOTES: :[[@LINE-1]]:17: warning: 'std::thread' drops the task that this callable returns, which then never runs [coro-discarded-task]
}

// id: discard/function-kept
void kept() {
  std::function<task<>()> f = work;
  unique_function<task<>()> g([]() -> task<> { co_return; });
  post([] { spawn(work()); });
  post([] {});
  std::function<void()> a, b = a;
}

// id: discard/function-eager
void runs_by_itself() {
  post([]() -> eager<> { co_return; });
}

// id: discard/thread-kept
struct spawner {
  void operator()() const { spawn(work()); }
};
void thread_kept() {
  std::thread t(spawner{});
}

// id: discard/capture
void capture() {
  hold([t = work()] {});
  // CHECK-NOTES: :[[@LINE-1]]:9: warning: 't' is never awaited, and never runs [coro-discarded-task]
  auto run = [t = work(), n = 3]() mutable { return n; };
  // CHECK-NOTES: :[[@LINE-1]]:15: warning: 't' is never awaited, and never runs [coro-discarded-task]
  run();
}

// id: discard/capture-used
template <class F> void with(F f) {
  auto run = [t = work(), f](auto g) mutable { g(f, t); };
  hold(std::move(run));
}
void capture_used() {
  hold([t = work()]() mutable { spawn(std::move(t)); });
  hold([t = work()](auto with) mutable { with(std::move(t)); });
  hold([t = work()]() mutable -> task<> { co_await std::move(t); });
  hold([&t = keep()] {});
  with(3);
}

// Known misses.

// What a generic callable returns is not known before it is called.
void generic() {
  on_click([](auto) -> task<> { co_return; });
}
