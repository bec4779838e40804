// RUN: %check_tidy %s coro-discarded-task
// RUN: %check_tidy_real %s coro-discarded-task

// Tasks that are awaited as temporaries and give their result by reference into
// the frame, which dies with them.

#include "task.h"
#include <utility>

template <class T> class job {
public:
  struct promise_type : detail::promise_base, detail::result<T> {
    job get_return_object();
    std::suspend_always initial_suspend() const noexcept { return {}; }
  };
  job(job &&) noexcept;
  ~job();
  [[nodiscard]] job &&limit(int) &&;
  job &&run() &&;
  struct awaiter {
    std::coroutine_handle<promise_type> frame;
    bool await_ready() const noexcept;
    std::coroutine_handle<> await_suspend(std::coroutine_handle<>);
  };
  auto operator co_await() && {
    struct moving : awaiter {
      T &&await_resume() { return std::move(this->frame.promise().value); }
    };
    return moving{};
  }
  auto operator co_await() & {
    struct lending : awaiter {
      T &await_resume() { return this->frame.promise().value; }
    };
    return lending{};
  }
};
struct [[nodiscard]] status {
  bool ok;
};
job<int> fetch();
job<job<int>> fetch_later();
job<status> check();
struct queue {
  struct popping {
    bool await_ready() const noexcept;
    void await_suspend(std::coroutine_handle<>);
    job<int> &&await_resume();
  };
  popping next();
};
void keep(job<int>);

// id: discard/result-by-reference
job<int> result_by_reference() {
  co_await fetch_later();
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: awaiting 'fetch_later' gives another task, which is discarded, and never runs [coro-discarded-task]
  auto inner = co_await fetch_later();
  // CHECK-NOTES: :[[@LINE-1]]:8: warning: 'inner' is never awaited, and never runs [coro-discarded-task]
  co_return 1;
}
job<int> result_by_reference_awaited() {
  co_await co_await fetch_later();
  auto inner = co_await fetch_later();
  keep(co_await fetch_later());
  co_return co_await std::move(inner);
}

// id: discard/result-by-reference-nodiscard
job<int> result_by_reference_nodiscard() {
  co_await check();
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: awaiting 'check' gives a result that is marked 'nodiscard', and is discarded [coro-discarded-task]
  (void)co_await check();
  co_return (co_await check()).ok;
}

// id: discard/result-of-another
// The result stays where it is, for whoever asks next.
job<int> result_of_another(queue &q) {
  auto later = fetch_later();
  co_await later;
  co_await q.next();
  auto inner = co_await std::move(later);
  co_return co_await std::move(inner);
}

// An operation whose methods hand it on.
template <class Derived> struct settings {
  [[nodiscard]] Derived &&on(int) &&;
  [[nodiscard]] Derived &on(int) &;
  Derived &&start() &&;
};
struct [[nodiscard]] spawned : settings<spawned> {
  explicit spawned(job<int>);
  bool await_ready() const noexcept;
  void await_suspend(std::coroutine_handle<>);
  int await_resume();
};
spawned spawn(job<int>);
// id: discard/handed-on
job<int> handed_on() {
  spawn(fetch()).on(1);
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: the awaitable returned by 'spawn' is discarded [coro-discarded-task]
  fetch().limit(1).limit(2);
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: the task returned by 'fetch' is discarded, and never runs [coro-discarded-task]
  auto later = spawn(fetch()).on(1);
  // CHECK-NOTES: :[[@LINE-1]]:8: warning: 'later' is never awaited [coro-discarded-task]
  co_return 1;
}
job<int> handed_on_awaited() {
  co_await spawn(fetch()).on(1);
  auto later = spawn(fetch()).on(1);
  later.on(2);
  auto q = fetch().limit(1).limit(2);
  co_await std::move(q);
  co_return co_await std::move(later).on(3);
}

// id: discard/handed-on-by-who-knows
// Not marked: it may have set it going.
job<int> handed_on_by_who_knows() {
  fetch().run();
  fetch().run().limit(2);
  co_return 1;
}

// One template for all results, with and without a value.
template <class T> struct any_job {
  bool await_ready() const;
  void await_suspend(std::coroutine_handle<>) const;
  [[nodiscard]] T await_resume() const;
};
// id: discard/result-of-any-type
job<int> result_of_any_type(any_job<int> &number, any_job<void> &nothing) {
  co_await number;
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: awaiting this gives a result that is marked 'nodiscard', and is discarded [coro-discarded-task]
  co_await nothing;
  co_return 1;
}
// id: discard/result-of-what-is-moved
job<int> result_of_what_is_moved(any_job<int> number) {
  co_await std::move(number);
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: awaiting 'number' gives a result that is marked 'nodiscard', and is discarded [coro-discarded-task]
  co_return 1;
}
