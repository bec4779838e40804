// RUN: %check_tidy %s coro-discarded-task
// RUN: %check_tidy_real %s coro-discarded-task

// Lazy or eager, lost or not: as the type itself shows.

#include "task.h"
#include <memory>

template <class Self> struct promise {
  Self get_return_object();
  std::suspend_always initial_suspend() const noexcept { return {}; }
  std::suspend_always final_suspend() const noexcept { return {}; }
  void return_void();
  void unhandled_exception();
};
struct awaits {
  bool await_ready() const;
  void await_suspend(std::coroutine_handle<>);
  void await_resume();
};

// id: discard/shape-promise-by-traits
struct external : awaits {};
template <class... Args> struct std::coroutine_traits<external, Args...> {
  using promise_type = promise<external>;
};
external from_traits();
void traits() { from_traits(); }
// CHECK-NOTES: :[[@LINE-1]]:17: warning: the awaitable returned by 'from_traits' is discarded, and does nothing [coro-discarded-task]

// id: discard/shape-inherited
template <class Self> struct base : awaits {
  struct promise_type : promise<Self> {};
};
struct derived : base<derived> {};
derived inherited();
void inheritance() { inherited(); }
// CHECK-NOTES: :[[@LINE-1]]:22: warning: the task returned by 'inherited' is discarded, and never runs [coro-discarded-task]

// id: discard/shape-free-co_await
namespace free_operator {
struct job {
  struct promise_type : promise<job> {};
};
awaits operator co_await(job &&);
job make();
} // namespace free_operator
void free_co_await() { free_operator::make(); }
// CHECK-NOTES: :[[@LINE-1]]:24: warning: the task returned by 'make' is discarded, and never runs [coro-discarded-task]

// id: discard/shape-eager-ends
// Its destructor ends the coroutine, finished or not.
struct scoped : awaits {
  struct promise_type : promise<scoped> {
    std::suspend_never initial_suspend() const noexcept { return {}; }
  };
  std::coroutine_handle<> frame;
  ~scoped() {
    if (frame)
      frame.destroy();
  }
};
scoped in_scope();
void ended() { in_scope(); }
// CHECK-NOTES: :[[@LINE-1]]:16: warning: the task returned by 'in_scope' is discarded, and its result and exceptions are lost [coro-discarded-task]
// As long as this scope, perhaps.
void as_long_as_the_scope() { auto s = in_scope(); }

// id: discard/shape-eager-goes-on
struct background : awaits {
  struct promise_type : promise<background> {
    std::suspend_never initial_suspend() const noexcept { return {}; }
  };
  std::shared_ptr<int> state;
};
background in_background();
void goes_on() { in_background(); }

// id: discard/shape-eager-marked
struct [[nodiscard]] joined : awaits {
  struct promise_type : promise<joined> {
    std::suspend_never initial_suspend() const noexcept { return {}; }
  };
  joined(joined &&) noexcept;
  ~joined();
};
joined to_be_joined();
void not_joined() {
  to_be_joined();
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: the task returned by 'to_be_joined' is discarded, and its result and exceptions are lost [coro-discarded-task]
  auto j = to_be_joined();
  // CHECK-NOTES: :[[@LINE-1]]:8: warning: 'j' is never awaited, and its result and exceptions are lost [coro-discarded-task]
  [[maybe_unused]] auto k = to_be_joined();
}

// id: discard/shape-nobody-waits
struct fire_and_forget {
  struct promise_type : promise<fire_and_forget> {};
};
fire_and_forget forgotten();
void nobody_waits() { forgotten(); }

// id: discard/shape-resumed-by-its-promise
struct started : awaits {
  struct promise_type : promise<started> {
    started get_return_object() {
      std::coroutine_handle<promise_type>::from_promise(*this).resume();
      return {};
    }
  };
};
started by_promise();
void resumed() { by_promise(); }

// id: discard/shape-resumed-when-dropped
struct on_drop : awaits {
  struct promise_type : promise<on_drop> {};
  std::coroutine_handle<> frame;
  ~on_drop() {
    if (frame)
      frame.resume();
  }
};
on_drop dropped();
void resumed_when_dropped() { dropped(); }

// id: discard/shape-posted
struct post_it : awaits {};
struct posted : awaits {
  struct promise_type : promise<posted> {
    post_it initial_suspend() const noexcept { return {}; }
  };
};
posted to_a_pool();
void posted_to_a_pool() { to_a_pool(); }
