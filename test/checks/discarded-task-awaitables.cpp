// RUN: %check_tidy %s coro-discarded-task
// RUN: %check_tidy_real %s coro-discarded-task

// Awaiters that are made and not awaited, and awaitables that are kept where
// what they give was meant.

#include "task.h"
#include <memory>
#include <utility>

void log(const char *);

struct delay {
  int milliseconds;
  bool await_ready() const noexcept { return milliseconds <= 0; }
  void await_suspend(std::coroutine_handle<>) const;
  void await_resume() const noexcept {}
};
delay sleep(int milliseconds);
reschedule yield();

// id: discard/awaiter
void awaiter() {
  sleep(3);
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: the awaitable returned by 'sleep' is discarded, and does nothing [coro-discarded-task]
  yield();
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: the awaitable returned by 'yield' is discarded, and does nothing [coro-discarded-task]
  reschedule{};
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: the awaitable is discarded, and does nothing [coro-discarded-task]
  delay{3};
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: the awaitable is discarded, and does nothing [coro-discarded-task]
}
task<> awaiter_awaited() {
  co_await sleep(3);
  co_await reschedule{};
}

// id: discard/awaiter-local
void awaiter_local() {
  auto d = sleep(3);
  // CHECK-NOTES: :[[@LINE-1]]:8: warning: 'd' is never awaited, and does nothing [coro-discarded-task]
}
task<> awaiter_local_awaited() {
  auto d = sleep(3);
  co_await d;
}

class semaphore {
public:
  class units {
  public:
    explicit units(semaphore &);
    units(units &&) noexcept;
    ~units();
  };
  struct acquisition {
    semaphore *of;
    bool await_ready() const noexcept;
    bool await_suspend(std::coroutine_handle<>);
    units await_resume() const { return units(*of); }
  };
  acquisition get_units(unsigned);
  task<units> get_units_later(unsigned);
};

// id: discard/guard-meant
task<> units_meant(semaphore &s) {
  auto units = s.get_units(1);
  // CHECK-NOTES: :[[@LINE-1]]:8: warning: 'units' is never awaited: it is not the 'units' that awaiting it would give [coro-discarded-task]
  co_await work();
}
task<> units_of_a_task_meant(semaphore &s) {
  auto units = s.get_units_later(1);
  // CHECK-NOTES: :[[@LINE-1]]:8: warning: 'units' is never awaited: it is not the 'units' that awaiting it would give [coro-discarded-task]
  co_await work();
}

// id: discard/guard-held
task<> units_held(semaphore &s) {
  auto units = co_await s.get_units(1);
  co_await work();
}
task<> units_held_later(semaphore &s) {
  auto pending = s.get_units(1);
  auto units = co_await pending;
  co_await work();
}

// id: discard/ready
struct value {
  bool await_ready() const noexcept { return true; }
  void await_suspend(std::coroutine_handle<>) const noexcept {}
  int await_resume() const noexcept { return 1; }
};
value known();
void always_ready() {
  known();
  auto v = known();
}

// id: discard/event
class event {
public:
  void set();
  delay operator co_await() const;
};
void an_event() {
  event e;
  e.set();
}
void a_forgotten_event() {
  event e;
}

// id: discard/running-operation
struct future {
  std::shared_ptr<int> state;
  bool await_ready() const;
  void await_suspend(std::coroutine_handle<>);
  int await_resume();
};
future begin_read();
void a_future() {
  begin_read();
  auto f = begin_read();
}
struct operation {
  int fd;
  explicit operation(int fd) : fd(fd) { log("submitted"); }
  bool await_ready() const;
  void await_suspend(std::coroutine_handle<>);
  void await_resume();
};
void an_operation() {
  operation o(3);
}
delay submit(int n) {
  log("submitted");
  return delay{n};
}
void a_submission() {
  submit(3);
}

// id: discard/awaiter-of-a-marked-function
[[nodiscard]] future begin_write();
void a_marked_function() {
  begin_write();
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: the awaitable returned by 'begin_write' is discarded [coro-discarded-task]
}

// id: discard/awaiter-optional
task<> nothing_to_wait_for(bool c) {
  auto d = sleep(0);
  if (c)
    d = sleep(3);
  if (c)
    co_await d;
}

// id: discard/iterator
// The iterator names the promise, and is no task.
struct cursor {
  using promise_type = task<>::promise_type;
  cursor operator++(int);
  bool await_ready() const;
  void await_suspend(std::coroutine_handle<>);
  cursor &await_resume();
  ~cursor();
};
void an_iterator(cursor c) {
  c++;
}

// id: discard/awaiter-marked
struct [[nodiscard]] marked {
  std::shared_ptr<int> state;
  bool await_ready() const;
  void await_suspend(std::coroutine_handle<>);
  int await_resume();
};
marked prepare();
void a_marked_one() {
  prepare();
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: the awaitable returned by 'prepare' is discarded [coro-discarded-task]
}
// However much there was to do to make it.
marked prepare_with_care() {
  log("here it comes");
  return {};
}
task<> a_carefully_made_one() {
  log("now"), prepare_with_care();
  // CHECK-NOTES: :[[@LINE-1]]:15: warning: the awaitable returned by 'prepare_with_care' is discarded [coro-discarded-task]
  co_await prepare_with_care();
}

// id: discard/awaiter-maybe-unused
void awaiter_maybe_unused(semaphore &s) {
  [[maybe_unused]] auto d = sleep(3);
  [[maybe_unused]] auto units = s.get_units(1);
  // CHECK-NOTES: :[[@LINE-1]]:25: warning: 'units' is never awaited: it is not the 'units' that awaiting it would give [coro-discarded-task]
}

// An awaiter that looks after itself.
struct asserting_sleep {
  bool suspended = false;
  asserting_sleep(int) {}
  ~asserting_sleep() {
    if (suspended)
      __builtin_abort();
  }
  bool await_ready() const noexcept;
  void await_suspend(std::coroutine_handle<>);
  void await_resume() const;
};
asserting_sleep nap(int);

// id: discard/awaiter-asserts
task<> awaiter_that_asserts() {
  (void)nap(1), nap(2);
  // CHECK-NOTES: :[[@LINE-1]]:9: warning: the awaitable returned by 'nap' is discarded, and does nothing [coro-discarded-task]
  // CHECK-NOTES: :[[@LINE-2]]:17: warning: the awaitable returned by 'nap' is discarded, and does nothing [coro-discarded-task]
  auto d = nap(3);
  // CHECK-NOTES: :[[@LINE-1]]:8: warning: 'd' is never awaited, and does nothing [coro-discarded-task]
  co_await work();
}
task<> awaiter_that_asserts_awaited() {
  co_await nap(1);
  auto d = nap(3);
  co_await d;
}

// What is marked, and ends something: it may be at work in its scope.
class [[nodiscard]] forked_work {
public:
  forked_work(forked_work &&) noexcept;
  ~forked_work();
  reschedule operator co_await() const;
};
forked_work begin_in_parallel();

// id: discard/awaitable-marked-running
void awaitable_marked_running() {
  begin_in_parallel();
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: the awaitable returned by 'begin_in_parallel' is discarded [coro-discarded-task]
  (void)begin_in_parallel();
  auto running = begin_in_parallel();
}
