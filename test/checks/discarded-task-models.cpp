// RUN: %check_tidy %s coro-discarded-task -- -config='{CheckOptions: {coro-discarded-task.ModelFiles: %source/test/models/Inputs/tasks.yaml}}'

// What a user's own model says of tasks.

#include "task.h"
#include <utility>

namespace ours {
class request {
public:
  request(request &&) noexcept;
  ~request();
  bool is_ready() const;
  void run() &&;
};
struct [[nodiscard]] upload {
  upload(upload &&) noexcept;
  ~upload();
};
class sender {};
struct daemon {
  struct promise_type : detail::promise_base, detail::result<void> {
    daemon get_return_object();
    std::suspend_always initial_suspend() const noexcept { return {}; }
  };
  detail::task_awaiter<promise_type> operator co_await() const noexcept;
};
template <class Task> task<> launch(Task);
template <class F> void on_exit(F);
struct worker {
  template <class F> worker(F) {}
};
} // namespace ours

ours::request ask();
ours::upload put();
ours::sender read();
ours::daemon watch();
void clean_up();

// id: discard/model-task
void model_task() {
  ask();
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: the task returned by 'ask' is discarded, and never runs [coro-discarded-task]
  auto r = ask();
  // CHECK-NOTES: :[[@LINE-1]]:8: warning: 'r' is never awaited, and never runs [coro-discarded-task]
  (void)r.is_ready();
}
void model_task_run() {
  ask().run();
  auto r = ask();
  if (!r.is_ready())
    std::move(r).run();
}

// id: discard/model-dropped
void model_dropped() {
  watch();
  put();
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: the task returned by 'put' is discarded, and its result and exceptions are lost [coro-discarded-task]
  (void)put();
}

// id: discard/model-operation
void model_operation() {
  read();
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: the lazy operation returned by 'read' is discarded, and never starts [coro-discarded-task]
  auto later = read();
  // CHECK-NOTES: :[[@LINE-1]]:8: warning: 'later' is never started [coro-discarded-task]
}

// id: discard/model-spawns
void model_spawns() {
  ours::launch(work());
  auto running = ours::launch(work());
}

// id: discard/model-invokes
void model_invokes() {
  ours::on_exit(work);
  // CHECK-NOTES: :[[@LINE-1]]:17: warning: 'on_exit' drops the task that this callable returns, which then never runs [coro-discarded-task]
  ours::on_exit(clean_up);
  ours::worker w(work);
  // CHECK-NOTES: :[[@LINE-1]]:18: warning: 'ours::worker' drops the task that this callable returns, which then never runs [coro-discarded-task]
}
