// RUN: %check_tidy %s coro-discarded-task -- -- -I %source/runtime/include

// What the source says itself, with corolint/annotations.h.

#include "task.h"
#include <corolint/annotations.h>
#include <utility>

// id: discard/CORO_TASK
class CORO_TASK message {
public:
  message(message &&) noexcept;
  ~message();
  task<> send() &&;
};
message compose();
void composed() {
  compose();
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: the task returned by 'compose' is discarded, and never runs [coro-discarded-task]
  auto m = compose();
  // CHECK-NOTES: :[[@LINE-1]]:8: warning: 'm' is never awaited, and never runs [coro-discarded-task]
}
task<> sent() {
  co_await compose().send();
  auto m = compose();
  co_await std::move(m).send();
}

// id: discard/CORO_STARTS
CORO_STARTS task<int> begin();
struct scope {
  CORO_DETACHES task<> spawn(task<>);
  void add(CORO_CONSUMES task<>);
};
void begun(scope &s) {
  begin();
  auto t = begin();
  s.spawn(work());
  s.add(work());
}
