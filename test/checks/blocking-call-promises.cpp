// RUN: %check_tidy_real %s coro-blocking-call

// A future whose promise has been kept is ready.

#include "task.h"
#include <future>
#include <utility>

int compute();
bool flag();
void hand_on(std::promise<int>);

// id: blocking/promise-not-kept
task<int> not_kept() {
  std::promise<int> promise;
  auto answer = promise.get_future();
  hand_on(std::move(promise));
  co_await work();
  co_return answer.get();
  // CHECK-NOTES: :[[@LINE-1]]:20: warning: 'get' blocks the thread that runs this coroutine [coro-blocking-call]
}
task<int> kept() {
  std::promise<int> promise;
  auto answer = promise.get_future();
  promise.set_value(1);
  co_await work();
  co_return answer.get();
}
task<int> kept_before() {
  std::promise<int> promise;
  promise.set_value(1);
  std::shared_future<int> answer = promise.get_future();
  co_await work();
  co_return answer.get();
  // CHECK-NOTES: :[[@LINE-1]]:20: warning: 'get' blocks the thread that runs this coroutine [coro-blocking-call]
}
task<int> kept_without_a_name() {
  std::promise<int> promise;
  promise.set_value(1);
  co_await work();
  co_return promise.get_future().share().get();
}
task<int> kept_or_broken() {
  std::promise<int> promise;
  auto answer = promise.get_future().share();
  try {
    promise.set_value(compute());
  } catch (...) {
    promise.set_exception(std::current_exception());
  }
  co_await work();
  co_return answer.get();
}
// id: blocking/promise-kept-on-a-path
task<int> kept_on_a_path() {
  std::promise<int> promise;
  auto answer = promise.get_future();
  if (flag())
    promise.set_value(1);
  co_await work();
  co_return answer.get();
  // CHECK-NOTES: :[[@LINE-1]]:20: warning: 'get' blocks the thread that runs this coroutine [coro-blocking-call]
}
// id: blocking/another-promise-kept
task<int> another_kept() {
  std::promise<int> promise, other;
  auto answer = promise.get_future();
  other.set_value(1);
  co_await work();
  co_return answer.get();
  // CHECK-NOTES: :[[@LINE-1]]:20: warning: 'get' blocks the thread that runs this coroutine [coro-blocking-call]
}
// id: blocking/promise-anew
task<int> anew() {
  std::promise<int> promise;
  auto answer = promise.get_future();
  promise.set_value(1);
  int sum = answer.get();
  promise = std::promise<int>();
  answer = promise.get_future();
  hand_on(std::move(promise));
  co_await work();
  co_return sum + answer.get();
  // CHECK-NOTES: :[[@LINE-1]]:26: warning: 'get' blocks the thread that runs this coroutine [coro-blocking-call]
}

task<int> called() {
  std::packaged_task<int()> later(compute);
  auto answer = later.get_future();
  later();
  co_await work();
  co_return answer.get();
}
// id: blocking/packaged-task
void post(std::packaged_task<int()>);
task<int> not_called() {
  std::packaged_task<int()> later(compute);
  auto answer = later.get_future();
  post(std::move(later));
  co_await work();
  co_return answer.get();
  // CHECK-NOTES: :[[@LINE-1]]:20: warning: 'get' blocks the thread that runs this coroutine [coro-blocking-call]
}
