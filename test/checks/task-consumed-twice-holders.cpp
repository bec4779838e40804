// RUN: %check_tidy_real %s coro-task-consumed-twice

// A task that somebody holds.

#include "task.h"
#include <coroutine>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

struct job {
  struct promise_type {
    job get_return_object();
    std::suspend_always initial_suspend() const noexcept { return {}; }
    std::suspend_always final_suspend() const noexcept { return {}; }
    void return_void() {}
    void unhandled_exception() {}
  };
  job(job &&) noexcept;
  job &operator=(job &&) noexcept;
  ~job();
  struct awaiter {
    bool await_ready() const noexcept;
    void await_suspend(std::coroutine_handle<>) noexcept;
    void await_resume() const noexcept;
  };
  awaiter operator co_await() && noexcept;
};
job make();
bool flag();

// In an optional, or behind a pointer.
// id: twice/optional
task<> optional_awaited_again() {
  std::optional<job> t = make();
  co_await std::move(*t);
  co_await std::move(t.value());
  // CHECK-NOTES: :[[@LINE-1]]:22: warning: 't' is awaited twice [coro-task-consumed-twice]
  // CHECK-NOTES: :[[@LINE-3]]:23: note: first awaited here
}
task<> optional_filled_again() {
  std::optional<job> t = make();
  co_await std::move(*t);
  t = make();
  co_await std::move(*t);
  t.emplace(make());
  co_await std::move(t.value());
}
task<> optional_that_is_asked() {
  std::optional<job> t;
  if (flag())
    t = make();
  if (t)
    co_await *std::exchange(t, std::nullopt);
  if (t)
    co_await std::move(*t);
}
// id: twice/optional-moved
task<> optional_moved() {
  std::optional<job> t = make();
  auto kept = std::move(t);
  co_await std::move(*t);
  // CHECK-NOTES: :[[@LINE-1]]:23: warning: 't' is awaited after it was moved [coro-task-consumed-twice]
  // CHECK-NOTES: :[[@LINE-3]]:25: note: moved here
}
// id: twice/owner
task<> owned_awaited_again() {
  auto t = std::make_unique<job>(make());
  while (flag())
    co_await std::move(*t);
    // CHECK-NOTES: :[[@LINE-1]]:25: warning: 't' is awaited again in the next turn of the loop [coro-task-consumed-twice]
    // CHECK-NOTES: :[[@LINE-4]]:8: note: declared here, outside of the loop
}
task<> owned_made_again() {
  auto t = std::make_unique<job>(make());
  co_await std::move(*t);
  t = std::make_unique<job>(make());
  co_await std::move(*t);
}
task<> owned_reset() {
  auto t = std::make_unique<job>(make());
  co_await std::move(*t);
  t.reset(new job(make()));
  co_await std::move(*t);
}
