// RUN: %check_tidy %s coro-task-consumed-twice
// RUN: %check_tidy_real %s coro-task-consumed-twice

// Tasks that can be used once, of types that no model knows.

#include "task.h"
#include <coroutine>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

// Can be assigned, and awaited as an lvalue; never asks whether it is done.
struct job {
  struct promise_type {
    std::coroutine_handle<> continuation;
    job get_return_object();
    std::suspend_always initial_suspend() const noexcept { return {}; }
    std::suspend_always final_suspend() const noexcept { return {}; }
    void return_void() {}
    void unhandled_exception() {}
  };
  job() = default;
  job(job &&) noexcept;
  job &operator=(job &&) noexcept;
  ~job();
  bool done() const;
  explicit operator bool() const;
  struct awaiter {
    std::coroutine_handle<promise_type> frame;
    bool await_ready() const noexcept { return !frame; }
    std::coroutine_handle<> await_suspend(std::coroutine_handle<> h) noexcept {
      frame.promise().continuation = h;
      return frame;
    }
    void await_resume() const noexcept {}
  };
  awaiter operator co_await() const noexcept { return {frame_}; }

private:
  std::coroutine_handle<promise_type> frame_;
};
job make();
bool flag();
void spawn(job);
void refill(job &);
void look(const job &);
bool try_push(job &&);
template <class... A> job all_of(A &&...);

// id: twice/awaited-again
task<> awaited_again() {
  auto t = work();
  co_await std::move(t);
  co_await std::move(t);
  // CHECK-NOTES: :[[@LINE-1]]:22: warning: 't' is awaited twice [coro-task-consumed-twice]
  // CHECK-NOTES: :[[@LINE-3]]:22: note: first awaited here
}
job awaited_again_as_an_lvalue() {
  auto t = make();
  co_await t;
  co_await t;
  // CHECK-NOTES: :[[@LINE-1]]:12: warning: 't' is awaited twice [coro-task-consumed-twice]
  // CHECK-NOTES: :[[@LINE-3]]:12: note: first awaited here
}
job awaited_again_in_a_branch(bool c) {
  auto t = make();
  co_await t;
  if (c)
    co_await t;
    // CHECK-NOTES: :[[@LINE-1]]:14: warning: 't' is awaited twice [coro-task-consumed-twice]
    // CHECK-NOTES: :[[@LINE-4]]:12: note: first awaited here
}
job awaited_again_in_one_expression() {
  auto t = make();
  (co_await t, co_await t);
  // CHECK-NOTES: :[[@LINE-1]]:25: warning: 't' is awaited twice [coro-task-consumed-twice]
  // CHECK-NOTES: :[[@LINE-2]]:13: note: first awaited here
}
job given_awaited_again(job t) {
  co_await std::move(t);
  co_await std::move(t);
  // CHECK-NOTES: :[[@LINE-1]]:22: warning: 't' is awaited twice [coro-task-consumed-twice]
  // CHECK-NOTES: :[[@LINE-3]]:22: note: first awaited here
}
job in_a_lambda() {
  auto run = []() -> job {
    auto t = make();
    co_await t;
    co_await t;
    // CHECK-NOTES: :[[@LINE-1]]:14: warning: 't' is awaited twice [coro-task-consumed-twice]
    // CHECK-NOTES: :[[@LINE-3]]:14: note: first awaited here
  };
  co_await run();
}
template <class T> job in_a_template(T) {
  auto t = make();
  co_await t;
  co_await t;
  // CHECK-NOTES: :[[@LINE-1]]:12: warning: 't' is awaited twice [coro-task-consumed-twice]
  // CHECK-NOTES: :[[@LINE-3]]:12: note: first awaited here
}
void instantiate() {
  spawn(in_a_template(1));
  spawn(in_a_template('c'));
}

// id: twice/awaited-again-silent
job awaited_once() {
  auto t = make();
  co_await t;
}
job made_again() {
  auto t = make();
  co_await t;
  t = make();
  co_await t;
}
job either_or(bool c) {
  auto t = make();
  if (c)
    co_await t;
  else
    co_await std::move(t);
}
job correlated(bool c) {
  auto t = make();
  if (c)
    co_await t;
  if (!c)
    co_await t;
}
job remembered() {
  auto t = make();
  bool awaited = false;
  if (flag()) {
    co_await t;
    awaited = true;
  }
  if (!awaited)
    co_await t;
}
job leaves(bool c) {
  auto t = make();
  if (c) {
    co_await t;
    co_return;
  }
  co_await t;
}
job throws(bool c) {
  auto t = make();
  try {
    if (c) {
      co_await t;
      throw 1;
    }
    co_await t;
  } catch (int) {
  }
}
job two_tasks() {
  auto a = make(), b = make();
  co_await a;
  co_await b;
}
job refilled_by_a_call() {
  auto t = make();
  co_await t;
  refill(t);
  co_await t;
}
job refilled_by_reference() {
  auto t = make();
  auto &r = t;
  co_await t;
  r = make();
  co_await t;
}
job refilled_by_a_lambda() {
  auto t = make();
  auto again = [&] { t = make(); };
  co_await t;
  again();
  co_await t;
}
job asked_first() {
  auto t = make();
  co_await std::move(t);
  if (t)
    co_await std::move(t);
}
job unevaluated() {
  auto t = make();
  co_await t;
  (void)sizeof(std::move(t));
  (void)noexcept(std::move(t));
}

// id: twice/moved
job awaited_after_the_move() {
  auto t = make();
  spawn(std::move(t));
  co_await t;
  // CHECK-NOTES: :[[@LINE-1]]:12: warning: 't' is awaited after it was moved [coro-task-consumed-twice]
  // CHECK-NOTES: :[[@LINE-3]]:19: note: moved here
}
job awaited_after_the_move_to_a_variable() {
  auto t = make();
  auto u = std::move(t);
  co_await t;
  // CHECK-NOTES: :[[@LINE-1]]:12: warning: 't' is awaited after it was moved [coro-task-consumed-twice]
  // CHECK-NOTES: :[[@LINE-3]]:22: note: moved here
  co_await u;
}
job awaited_after_the_move_into_a_container() {
  std::vector<job> all;
  auto t = make();
  all.push_back(std::move(t));
  co_await t;
  // CHECK-NOTES: :[[@LINE-1]]:12: warning: 't' is awaited after it was moved [coro-task-consumed-twice]
  // CHECK-NOTES: :[[@LINE-3]]:27: note: moved here
}
job awaited_after_the_capture() {
  auto t = make();
  auto later = [w = std::move(t)] { (void)w; };
  later();
  co_await t;
  // CHECK-NOTES: :[[@LINE-1]]:12: warning: 't' is awaited after it was moved [coro-task-consumed-twice]
  // CHECK-NOTES: :[[@LINE-4]]:31: note: moved here
}
void handed_on_twice() {
  auto t = make();
  spawn(std::move(t));
  spawn(std::move(t));
  // CHECK-NOTES: :[[@LINE-1]]:19: warning: 't' is moved twice [coro-task-consumed-twice]
  // CHECK-NOTES: :[[@LINE-3]]:19: note: first moved here
}
job moved_where(bool c) {
  auto t = make();
  if (c)
    spawn(std::move(t));
  co_await t;
  // CHECK-NOTES: :[[@LINE-1]]:12: warning: 't' is awaited after it was moved [coro-task-consumed-twice]
  // CHECK-NOTES: :[[@LINE-3]]:21: note: moved here
}
job returned_after_the_move() {
  auto t = make();
  spawn(std::move(t));
  co_await std::move(t);
  // CHECK-NOTES: :[[@LINE-1]]:22: warning: 't' is awaited after it was moved [coro-task-consumed-twice]
  // CHECK-NOTES: :[[@LINE-3]]:19: note: moved here
}
job returns() { return make(); }
job plain_function() {
  auto t = make();
  spawn(std::move(t));
  return t;
  // CHECK-NOTES: :[[@LINE-1]]:10: warning: 't' is moved twice [coro-task-consumed-twice]
  // CHECK-NOTES: :[[@LINE-3]]:19: note: first moved here
}

job made_from_what_is_gone() {
  auto t = make();
  while (flag()) {
    auto u = std::move(t);
    co_await u;
    // CHECK-NOTES: :[[@LINE-1]]:14: warning: 'u' is awaited, but was made from 't' after that had been moved [coro-task-consumed-twice]
    // CHECK-NOTES: :[[@LINE-3]]:24: note: moved here
  }
}
job made_from_what_was_awaited() {
  auto t = make();
  co_await std::move(t);
  auto u = std::exchange(t, {});
  co_await u;
  // CHECK-NOTES: :[[@LINE-1]]:12: warning: 'u' is awaited, but was made from 't' after that had been awaited [coro-task-consumed-twice]
  // CHECK-NOTES: :[[@LINE-4]]:22: note: awaited here
}
void exchanged_twice() {
  auto t = make();
  spawn(std::exchange(t, {}));
  spawn(std::exchange(t, {}));
  // CHECK-NOTES: :[[@LINE-1]]:23: warning: 't' is moved twice [coro-task-consumed-twice]
  // CHECK-NOTES: :[[@LINE-3]]:23: note: first moved here
}

// id: twice/moved-silent
job made_from_another_one() {
  auto t = make();
  while (flag()) {
    auto u = std::move(t);
    co_await u;
    t = make();
  }
}
job exchanged_for_another() {
  auto t = make();
  spawn(std::exchange(t, make()));
  co_await t;
}
job may_have_stayed() {
  auto t = make();
  if (!try_push(std::move(t)))
    co_await std::move(t);
}
job who_knows() {
  auto t = make();
  co_await all_of(std::move(t));
  co_await std::move(t);
}
job moved_and_back() {
  auto t = make();
  auto u = std::move(t);
  t = std::move(u);
  co_await t;
}
job swapped() {
  auto a = make(), b = make();
  co_await a;
  std::swap(a, b);
  co_await a;
}
job parked_in_turn() {
  job last, now;
  while (flag()) {
    last = std::move(now);
    if (flag())
      now = make();
  }
  co_await last;
}
job looked_at() {
  auto t = make();
  look(t);
  co_await t;
  look(t);
  (void)t;
}
job kept_after_it_has_ended() {
  std::vector<job> ended;
  auto t = make();
  co_await t;
  ended.push_back(std::move(t));
}
void emptied() {
  auto t = make();
  spawn(std::move(t));
  t = {};
  t = job();
}

// id: twice/loop
job in_each_turn() {
  auto t = make();
  while (flag())
    co_await t;
    // CHECK-NOTES: :[[@LINE-1]]:14: warning: 't' is awaited again in the next turn of the loop [coro-task-consumed-twice]
    // CHECK-NOTES: :[[@LINE-4]]:8: note: declared here, outside of the loop
}
void handed_on_in_each_turn() {
  auto t = make();
  for (int i = 0; i < 3; ++i)
    spawn(std::move(t));
    // CHECK-NOTES: :[[@LINE-1]]:21: warning: 't' is moved again in the next turn of the loop [coro-task-consumed-twice]
    // CHECK-NOTES: :[[@LINE-4]]:8: note: declared here, outside of the loop
}
job from_turn_to_turn() {
  auto t = make();
  do {
    if (flag())
      co_await t;
      // CHECK-NOTES: :[[@LINE-1]]:16: warning: 't' is awaited again in the next turn of the loop [coro-task-consumed-twice]
      // CHECK-NOTES: :[[@LINE-5]]:8: note: declared here, outside of the loop
    else
      spawn(std::move(t));
      // CHECK-NOTES: :[[@LINE-1]]:23: warning: 't' is moved again in the next turn of the loop [coro-task-consumed-twice]
      // CHECK-NOTES: :[[@LINE-9]]:8: note: declared here, outside of the loop
  } while (flag());
}
// id: twice/loop-silent
job made_in_each_turn() {
  while (flag()) {
    auto t = make();
    co_await t;
  }
}
job refilled_in_each_turn() {
  auto t = make();
  for (;;) {
    co_await t;
    t = make();
  }
}
job leaves_the_loop() {
  auto t = make();
  while (flag()) {
    if (flag()) {
      co_await t;
      break;
    }
  }
}
// For the next turn, if there is one.
job fetched_ahead(int n) {
  auto next = make();
  for (int i = 0; i < n; ++i) {
    co_await next;
    if (i + 1 < n)
      next = make();
  }
}
job fetched_ahead_by_two(int n) {
  auto next = make();
  for (int i = 0; i < n; ++i) {
    auto now = std::move(next);
    if (i + 1 < n)
      next = make();
    co_await std::move(now);
  }
}
job once_in_a_loop() {
  auto t = make();
  bool first = true;
  while (flag()) {
    if (first)
      co_await t;
    first = false;
  }
}
job each_of_them(std::vector<job> all) {
  for (auto &t : all)
    co_await std::move(t);
  for (job &t : all)
    spawn(std::move(t));
}

// id: twice/handle
void resumed_after_destroy(std::coroutine_handle<> h) {
  h.destroy();
  h.resume();
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: 'h' is resumed after it was destroyed [coro-task-consumed-twice]
  // CHECK-NOTES: :[[@LINE-3]]:3: note: destroyed here
}
void called_after_destroy(std::coroutine_handle<> h) {
  h.destroy();
  h();
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: 'h' is resumed after it was destroyed [coro-task-consumed-twice]
  // CHECK-NOTES: :[[@LINE-3]]:3: note: destroyed here
}
void destroyed_twice(std::coroutine_handle<> h, bool c) {
  if (c)
    h.destroy();
  h.destroy();
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: 'h' is destroyed twice [coro-task-consumed-twice]
  // CHECK-NOTES: :[[@LINE-3]]:5: note: first destroyed here
}
bool asked_after_destroy(std::coroutine_handle<job::promise_type> h) {
  h.destroy();
  return h.done();
  // CHECK-NOTES: :[[@LINE-1]]:10: warning: 'h' is used after it was destroyed [coro-task-consumed-twice]
  // CHECK-NOTES: :[[@LINE-3]]:3: note: destroyed here
}
void promise_after_destroy(std::coroutine_handle<job::promise_type> h) {
  h.destroy();
  h.promise().continuation = {};
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: 'h' is used after it was destroyed [coro-task-consumed-twice]
  // CHECK-NOTES: :[[@LINE-3]]:3: note: destroyed here
}
void destroyed_in_each_turn() {
  auto h = std::noop_coroutine();
  std::coroutine_handle<> g = h;
  while (flag())
    g.destroy();
    // CHECK-NOTES: :[[@LINE-1]]:5: warning: 'g' is destroyed again in the next turn of the loop [coro-task-consumed-twice]
    // CHECK-NOTES: :[[@LINE-4]]:27: note: declared here, outside of the loop
}
// id: twice/handle-silent
void destroyed_when_done(std::coroutine_handle<> h) {
  while (!h.done())
    h.resume();
  h.destroy();
}
void forgotten_after_destroy(std::coroutine_handle<> h) {
  if (h)
    h.destroy();
  h = nullptr;
  if (h)
    h.destroy();
}
void exchanged(std::coroutine_handle<> h) {
  if (auto g = std::exchange(h, {}))
    g.destroy();
  if (h)
    h.destroy();
}
void another_one(std::coroutine_handle<> h, std::coroutine_handle<> g) {
  h.destroy();
  h = g;
  h.resume();
}
void its_address(std::coroutine_handle<> h) {
  h.destroy();
  (void)h.address();
}
void each_handle(std::vector<std::coroutine_handle<>> all) {
  for (auto h : all)
    h.destroy();
}
void one_or_the_other(std::coroutine_handle<> h) {
  if (h.done())
    h.destroy();
  else
    h.resume();
}

// Asks whether it is done: may be awaited as often as one likes.
struct patient {
  struct promise_type {
    patient get_return_object();
    std::suspend_always initial_suspend() const noexcept { return {}; }
    std::suspend_always final_suspend() const noexcept { return {}; }
    void return_void() {}
    void unhandled_exception() {}
    std::coroutine_handle<> continuation;
  };
  patient(patient &&) noexcept;
  struct awaiter {
    std::coroutine_handle<promise_type> frame;
    bool await_ready() const noexcept { return !frame || frame.done(); }
    std::coroutine_handle<> await_suspend(std::coroutine_handle<> h) noexcept {
      frame.promise().continuation = h;
      return frame;
    }
    void await_resume() const noexcept {}
  };
  awaiter operator co_await() const & noexcept;
  awaiter operator co_await() const && noexcept;
};
// Can be copied: somebody else has it, too.
struct shared {
  struct promise_type : patient::promise_type {
    shared get_return_object();
  };
  job::awaiter operator co_await() const noexcept;
};
// Was not seen.
struct opaque {
  struct promise_type : patient::promise_type {
    opaque get_return_object();
  };
  opaque(opaque &&) noexcept;
  struct awaiter {
    bool await_ready();
    std::coroutine_handle<> await_suspend(std::coroutine_handle<>);
    void await_resume();
  };
  awaiter operator co_await() const noexcept;
};
patient wait();
shared share();
opaque hide();
void spawn(patient);
void spawn(shared);

// id: twice/types-silent
job awaited_as_often_as_one_likes() {
  auto p = wait();
  co_await p;
  co_await p;
  auto s = share();
  co_await s;
  spawn(std::move(s));
  co_await s;
  auto o = hide();
  co_await o;
  co_await o;
}
// id: twice/types
job moved_all_the_same() {
  auto p = wait();
  co_await p;
  spawn(std::move(p));
  co_await p;
  // CHECK-NOTES: :[[@LINE-1]]:12: warning: 'p' is awaited after it was moved [coro-task-consumed-twice]
  // CHECK-NOTES: :[[@LINE-3]]:19: note: moved here
}

// What an await throws may have it tried again.

struct trial {
  using promise_type = job::promise_type;
  trial(trial &&) noexcept;
  trial &operator=(trial &&) noexcept;
  struct awaiter : job::awaiter {
    void await_resume() const;
  };
  awaiter operator co_await() && noexcept;
};
trial try_out();

// id: twice/retried
task<> retried() {
  auto t = try_out();
  for (int i = 0; i < 3; ++i) {
    try {
      co_await std::move(t);
      // CHECK-NOTES: :[[@LINE-1]]:26: warning: 't' is awaited again in the next turn of the loop [coro-task-consumed-twice]
      // CHECK-NOTES: :[[@LINE-5]]:8: note: declared here, outside of the loop
      co_return;
    } catch (int) {
    }
  }
}
task<> tried_again_behind_the_handler() {
  auto t = work();
  bool failed = false;
  try {
    co_await std::move(t);
  } catch (...) {
    failed = true;
  }
  if (failed)
    co_await std::move(t);
    // CHECK-NOTES: :[[@LINE-1]]:24: warning: 't' is awaited twice [coro-task-consumed-twice]
    // CHECK-NOTES: :[[@LINE-7]]:24: note: first awaited here
}
task<> made_again_in_each_turn() {
  for (int i = 0; i < 3; ++i) {
    auto t = work();
    try {
      co_await std::move(t);
      co_return;
    } catch (int) {
    }
  }
}
task<> made_in_the_try_block() {
  for (;;) {
    try {
      auto t = work();
      co_await std::move(t);
      co_return;
    } catch (...) {
    }
  }
}
task<> made_by_the_handler() {
  auto t = try_out();
  for (;;) {
    try {
      co_await std::move(t);
      co_return;
    } catch (...) {
      t = try_out();
    }
  }
}
task<> given_up() {
  auto t = work();
  for (;;) {
    try {
      co_await std::move(t);
      co_return;
    } catch (...) {
      throw;
    }
  }
}
task<> left() {
  auto t = work();
  while (flag()) {
    try {
      co_await std::move(t);
    } catch (...) {
      break;
    }
    co_return;
  }
}
task<> failed_instead() {
  auto t = work();
  bool failed = false;
  try {
    co_await work();
  } catch (...) {
    failed = true;
  }
  if (failed)
    co_await std::move(t);
}
job throws_nothing() {
  auto t = make();
  for (;;) {
    try {
      co_await t;
      co_return;
    } catch (...) {
    }
  }
}

// id: twice/moved-to-a-variable-alone
task<> moved_to_a_variable_alone() {
  auto t = work();
  auto other = std::move(t);
  co_await std::move(t);
  // CHECK-NOTES: :[[@LINE-1]]:22: warning: 't' is awaited after it was moved [coro-task-consumed-twice]
  // CHECK-NOTES: :[[@LINE-3]]:26: note: moved here
}

// Awaited for each value that it yields.
struct numbers {
  struct promise_type : job::promise_type {
    numbers get_return_object();
    std::suspend_always yield_value(int);
  };
  numbers(numbers &&) noexcept;
  job::awaiter operator co_await() const noexcept;
};
numbers count();
void consume(numbers);
task<> awaited_for_each() {
  auto n = count();
  co_await n;
  co_await n;
  while (flag())
    co_await std::move(n);
}
// id: twice/yields
task<> awaited_after_all() {
  auto n = count();
  co_await n;
  consume(std::move(n));
  co_await n;
  // CHECK-NOTES: :[[@LINE-1]]:12: warning: 'n' is awaited after it was moved [coro-task-consumed-twice]
  // CHECK-NOTES: :[[@LINE-3]]:21: note: moved here
}

// An assertion is no decision.
#define ASSERT(c) ((c) ? void(0) : std::terminate())
struct asserting : private job {
  using promise_type = job::promise_type;
  asserting(asserting &&) noexcept;
  auto operator co_await() const noexcept {
    struct awaiter {
      std::coroutine_handle<promise_type> frame;
      constexpr bool await_ready() { return false; }
      auto await_suspend(std::coroutine_handle<> h) {
        ASSERT(frame);
        frame.promise().continuation = h;
        return frame;
      }
      void await_resume() noexcept {}
    };
    return awaiter{};
  }
};
asserting asserted();
// id: twice/asserting
task<> asserted_twice() {
  auto t = asserted();
  co_await t;
  co_await t;
  // CHECK-NOTES: :[[@LINE-1]]:12: warning: 't' is awaited twice [coro-task-consumed-twice]
  // CHECK-NOTES: :[[@LINE-3]]:12: note: first awaited here
}

// Known misses.

// In one turn of the loop only, or so it seems.
task<> awaited_in_one_turn(int n) {
  auto t = work();
  for (int i = 0; i < n; ++i)
    if (i == 2)
      co_await std::move(t);
}
// id: twice/in-turns-that-are-asked-for
task<> awaited_when_asked() {
  auto t = work();
  for (int i = 0; i < 3; ++i)
    if (flag())
      co_await std::move(t);
      // CHECK-NOTES: :[[@LINE-1]]:26: warning: 't' is awaited again in the next turn of the loop [coro-task-consumed-twice]
      // CHECK-NOTES: :[[@LINE-5]]:8: note: declared here, outside of the loop
}

// co_yield that ends a task with an error, or means something of its own.
struct error_tag {
  int code;
};
template <class T> struct failing {
  struct promise_type : job::promise_type {
    failing get_return_object();
    std::suspend_always yield_value(error_tag);
    template <class U>
      requires(sizeof(U) > 100)
    std::suspend_always yield_value(U);
  };
  failing(failing &&) noexcept;
  job::awaiter operator co_await() && noexcept;
};
failing<int> may_fail();
// id: twice/yields-an-error
task<> awaited_after_it_failed() {
  auto t = may_fail();
  co_await std::move(t);
  co_await std::move(t);
  // CHECK-NOTES: :[[@LINE-1]]:22: warning: 't' is awaited twice [coro-task-consumed-twice]
  // CHECK-NOTES: :[[@LINE-3]]:22: note: first awaited here
}
template <class T> struct yields_anything {
  struct promise_type : job::promise_type {
    yields_anything get_return_object();
    template <class U> std::suspend_always yield_value(U &&);
  };
  yields_anything(yields_anything &&) noexcept;
  job::awaiter operator co_await() && noexcept;
};
yields_anything<int> stream();
task<> awaited_for_the_next() {
  auto s = stream();
  co_await std::move(s);
  co_await std::move(s);
}
