// RUN: %check_tidy %s coro-discarded-task
// RUN: %check_tidy_real %s coro-discarded-task

// Statements that only name what was to be awaited.

#include "task.h"
#include <utility>

class event {
public:
  void set();
  reschedule operator co_await() const noexcept;
};
event ready_event;
struct session {
  event closed;
  task<> pending;
};
#define UNUSED(x) x

// id: discard/named
task<> named(session &s, task<> given) {
  auto t = work();
  std::move(t);
  // CHECK-NOTES: :[[@LINE-1]]:13: warning: this statement only names 't', and does not await it [coro-discarded-task]
  ready_event;
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: this statement only names 'ready_event', and does not await it [coro-discarded-task]
  s.closed;
  // CHECK-NOTES: :[[@LINE-1]]:5: warning: this statement only names 'closed', and does not await it [coro-discarded-task]
  std::move(s.pending);
  // CHECK-NOTES: :[[@LINE-1]]:15: warning: this statement only names 'pending', and does not await it [coro-discarded-task]
  std::move(given);
  // CHECK-NOTES: :[[@LINE-1]]:13: warning: this statement only names 'given', and does not await it [coro-discarded-task]
  static_cast<task<> &&>(given);
  // CHECK-NOTES: :[[@LINE-1]]:26: warning: this statement only names 'given', and does not await it [coro-discarded-task]
  co_await get();
}

// id: discard/named-awaited
task<> named_awaited(session &s, task<> given) {
  auto t = work();
  co_await std::move(t);
  co_await ready_event;
  co_await s.closed;
  co_await std::move(given);
}

// id: discard/named-on-purpose
task<> named_on_purpose(task<> given, int number) {
  (void)given;
  static_cast<void>(ready_event);
  UNUSED(ready_event);
  number;
  co_await std::move(given);
}

// id: discard/named-elsewhere
void named_elsewhere() {
  ready_event;
}
