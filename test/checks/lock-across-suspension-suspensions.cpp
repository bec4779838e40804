// RUN: %check_tidy %s coro-lock-across-suspension
// RUN: %check_tidy_real %s coro-lock-across-suspension

// A suspension is a real one: awaiting what provably never suspends is none.

#include "task.h"
#include <boost/asio/awaitable.hpp>
#include <mutex>

std::mutex mu;
int counter;
bool coin();

// id: lock/suspend_always
task<> suspend_always() {
  std::lock_guard guard(mu);
  co_await std::suspend_always{};
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: coroutine may suspend while 'guard' holds 'mu' [coro-lock-across-suspension]
  // CHECK-NOTES: :[[@LINE-3]]:19: note: locked here
}

// id: lock/suspend_never
task<> suspend_never() {
  std::lock_guard guard(mu);
  co_await std::suspend_never{};
}

struct derived_never : std::suspend_never {
  int await_resume() const noexcept { return 1; }
};

// id: lock/suspend_never-derived
task<> derived_from_suspend_never() {
  std::lock_guard guard(mu);
  counter = co_await derived_never{};
}

struct always_ready {
  int value;
  constexpr bool await_ready() const noexcept { return true; }
  void await_suspend(std::coroutine_handle<>) const noexcept;
  int await_resume() const noexcept { return value; }
};

// id: lock/ready-constant
task<> always_ready_() {
  std::lock_guard guard(mu);
  counter = co_await always_ready{1};
}

struct perhaps_ready {
  bool known;
  bool await_ready() const noexcept { return known; }
  void await_suspend(std::coroutine_handle<>) const;
  int await_resume() const noexcept { return 1; }
};

// id: lock/ready-perhaps
task<> perhaps_ready_() {
  std::lock_guard guard(mu);
  counter = co_await perhaps_ready{coin()};
  // CHECK-NOTES: :[[@LINE-1]]:13: warning: coroutine may suspend while 'guard' holds 'mu' [coro-lock-across-suspension]
  // CHECK-NOTES: :[[@LINE-3]]:19: note: locked here
}

struct declared_only {
  bool await_ready() const noexcept;
  void await_suspend(std::coroutine_handle<>) const;
  void await_resume() const noexcept;
};

// id: lock/ready-unknown
task<> an_unknown_awaiter() {
  std::lock_guard guard(mu);
  co_await declared_only();
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: coroutine may suspend while 'guard' holds 'mu' [coro-lock-across-suspension]
  // CHECK-NOTES: :[[@LINE-3]]:19: note: locked here
}

// The way to ask for one's own promise: suspends in name only.
template <class Promise> struct this_promise {
  Promise *promise = nullptr;
  bool await_ready() const noexcept { return false; }
  bool await_suspend(std::coroutine_handle<Promise> h) noexcept {
    promise = &h.promise();
    return false;
  }
  Promise *await_resume() const noexcept { return promise; }
};

// id: lock/suspend-returns-false
task<> asks_for_its_promise() {
  std::lock_guard guard(mu);
  auto *p = co_await this_promise<task<>::promise_type>();
  counter = p != nullptr;
}

struct perhaps_suspends {
  bool await_ready() const noexcept { return false; }
  bool await_suspend(std::coroutine_handle<> h) {
    if (!coin())
      return false;
    waiting = h;
    return true;
  }
  void await_resume() const noexcept {}
  static inline std::coroutine_handle<> waiting;
};

// id: lock/suspend-returns-perhaps
task<> an_awaiter_that_may_decide_not_to() {
  std::lock_guard guard(mu);
  co_await perhaps_suspends();
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: coroutine may suspend while 'guard' holds 'mu' [coro-lock-across-suspension]
  // CHECK-NOTES: :[[@LINE-3]]:19: note: locked here
}

// Comes straight back.
struct comes_back {
  bool await_ready() const noexcept { return false; }
  std::coroutine_handle<> await_suspend(std::coroutine_handle<> h) const noexcept {
    return h;
  }
  void await_resume() const noexcept {}
};

// id: lock/suspend-returns-its-own-handle
task<> comes_straight_back() {
  std::lock_guard guard(mu);
  co_await comes_back();
}

// Through operator co_await.
struct awaitable_never {
  std::suspend_never operator co_await() const noexcept { return {}; }
};
struct awaitable_always {};
std::suspend_always operator co_await(awaitable_always) { return {}; }

// id: lock/operator-co_await-never
task<> operator_co_await_never() {
  std::lock_guard guard(mu);
  co_await awaitable_never();
}

// id: lock/operator-co_await-always
task<> operator_co_await_always() {
  std::lock_guard guard(mu);
  co_await awaitable_always();
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: coroutine may suspend while 'guard' holds 'mu' [coro-lock-across-suspension]
  // CHECK-NOTES: :[[@LINE-3]]:19: note: locked here
}

// Through await_transform.
struct transformed {
  struct promise_type {
    transformed get_return_object();
    std::suspend_always initial_suspend() noexcept;
    std::suspend_always final_suspend() noexcept;
    void return_void();
    void unhandled_exception();
    std::suspend_never await_transform(int) noexcept { return {}; }
    std::suspend_always await_transform(char) noexcept { return {}; }
  };
};

// id: lock/await_transform-never
transformed await_transform_never() {
  std::lock_guard guard(mu);
  co_await 1;
}

// id: lock/await_transform-always
transformed await_transform_always() {
  std::lock_guard guard(mu);
  co_await 'c';
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: coroutine may suspend while 'guard' holds 'mu' [coro-lock-across-suspension]
  // CHECK-NOTES: :[[@LINE-3]]:19: note: locked here
}

namespace asio = boost::asio;
asio::awaitable<void> send();

// id: lock/this_coro-executor
asio::awaitable<void> asks_for_its_executor() {
  std::lock_guard guard(mu);
  auto executor = co_await asio::this_coro::executor;
}

// id: lock/asio-awaitable
asio::awaitable<void> sends_under_the_lock() {
  std::lock_guard guard(mu);
  auto executor = co_await asio::this_coro::executor;
  co_await send();
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: coroutine may suspend while 'guard' holds 'mu' [coro-lock-across-suspension]
  // CHECK-NOTES: :[[@LINE-4]]:19: note: locked here
}

// id: lock/asio-awaitable-released
asio::awaitable<void> sends_after_the_lock() {
  {
    std::lock_guard guard(mu);
    ++counter;
  }
  co_await send();
}

// Only some of them suspend.

// id: lock/never-and-always
task<> never_and_always() {
  std::lock_guard guard(mu);
  co_await std::suspend_never{};
  co_await work();
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: coroutine may suspend while 'guard' holds 'mu' [coro-lock-across-suspension]
  // CHECK-NOTES: :[[@LINE-4]]:19: note: locked here
  // CHECK-NOTES: :[[@LINE+2]]:3: note: it may also suspend here
  counter = co_await always_ready{2};
  co_await reschedule();
}
