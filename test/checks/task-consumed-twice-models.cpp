// RUN: %check_tidy %s coro-task-consumed-twice -- -config='{CheckOptions: {coro-task-consumed-twice.ModelFiles: %source/test/models/Inputs/starts.yaml}}'

// What a user's own model says of who starts a task, and who takes it.

#include "task.h"
#include <utility>

namespace ours {
struct job {
  struct promise_type : detail::promise_base, detail::result<void> {
    job get_return_object();
    std::suspend_always initial_suspend() const noexcept { return {}; }
  };
  job(job &&) noexcept;
  job &operator=(job &&) noexcept;
  void start();
  void poke();
  detail::task_awaiter<promise_type> operator co_await() const noexcept;
};
void run_all(job &&);
void who_knows(job &&);
job make();
} // namespace ours

// id: twice/started
ours::job started_twice() {
  auto t = ours::make();
  t.start();
  t.start();
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: 't' is started twice [coro-task-consumed-twice]
  // CHECK-NOTES: :[[@LINE-3]]:3: note: first started here
  co_await t;
}
ours::job started_by_itself() {
  auto t = ours::make();
  std::move(t).start();
  co_await t;
  // CHECK-NOTES: :[[@LINE-1]]:12: warning: 't' is awaited after it was moved [coro-task-consumed-twice]
  // CHECK-NOTES: :[[@LINE-3]]:13: note: moved here
}
ours::job awaited_and_started() {
  auto t = ours::make();
  co_await t;
  t.start();
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: 't' is started after it was awaited [coro-task-consumed-twice]
  // CHECK-NOTES: :[[@LINE-3]]:12: note: awaited here
}
// id: twice/started-silent
ours::job started_and_awaited() {
  auto t = ours::make();
  t.start();
  co_await t;
}
ours::job started_and_made_again() {
  auto t = ours::make();
  t.start();
  t = ours::make();
  t.start();
  co_await t;
}
ours::job poked() {
  auto t = ours::make();
  t.poke();
  t.poke();
  co_await t;
}

// id: twice/consumed
ours::job consumed_by_reference() {
  auto t = ours::make();
  ours::run_all(std::move(t));
  co_await t;
  // CHECK-NOTES: :[[@LINE-1]]:12: warning: 't' is awaited after it was moved [coro-task-consumed-twice]
  // CHECK-NOTES: :[[@LINE-3]]:27: note: moved here
}
// id: twice/consumed-silent
ours::job nobody_knows() {
  auto t = ours::make();
  ours::who_knows(std::move(t));
  co_await t;
}
