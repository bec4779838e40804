// RUN: %check_tidy %s coro-lock-across-suspension
// RUN: %check_tidy_real %s coro-lock-across-suspension

// The innermost function decides: a lambda inside a coroutine is not the coroutine.

#include "task.h"
#include <functional>
#include <memory>
#include <mutex>
#include <utility>

std::mutex mu;
int counter;

// id: lock/lambda
void a_lambda_is_a_coroutine() {
  auto f = []() -> task<> {
    std::lock_guard guard(mu);
    co_await work();
    // CHECK-NOTES: :[[@LINE-1]]:5: warning: coroutine may suspend while 'guard' holds 'mu' [coro-lock-across-suspension]
    // CHECK-NOTES: :[[@LINE-3]]:21: note: locked here
  };
}

// id: lock/lambda-released
void a_lambda_that_releases() {
  auto f = []() -> task<> {
    {
      std::lock_guard guard(mu);
      ++counter;
    }
    co_await work();
  };
}

// id: lock/lambda-in-plain-function
void the_lock_is_around_the_lambda() {
  std::lock_guard guard(mu);
  auto f = []() -> task<> { co_await work(); };
}

// id: lock/lambda-in-coroutine
task<> the_lock_is_in_the_outer_coroutine() {
  std::unique_lock lock(mu);
  auto f = []() -> task<> { co_await work(); };
  lock.unlock();
  co_await f();
}

// id: lock/lambda-awaited
task<> the_lambda_is_awaited() {
  std::lock_guard guard(mu);
  co_await []() -> task<> { co_await work(); }();
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: coroutine may suspend while 'guard' holds 'mu' [coro-lock-across-suspension]
  // CHECK-NOTES: :[[@LINE-3]]:19: note: locked here
}

// id: lock/lambda-guard-inside
task<> the_lock_is_in_an_inner_lambda() {
  auto f = [] {
    std::lock_guard guard(mu);
    return ++counter;
  };
  co_await work();
  counter = f();
}

// id: lock/lambda-member-this
struct Service {
  std::mutex mu_;
  int state_ = 0;
  void start() {
    auto run = [this]() -> task<> {
      std::lock_guard guard(mu_);
      co_await work();
      // CHECK-NOTES: :[[@LINE-1]]:7: warning: coroutine may suspend while 'guard' holds 'mu_' [coro-lock-across-suspension]
      // CHECK-NOTES: :[[@LINE-3]]:23: note: locked here
    };
  }
  void start_released() {
    auto run = [this]() -> task<> {
      {
        std::lock_guard guard(mu_);
        ++state_;
      }
      co_await work();
    };
  }
};

// id: lock/lambda-captured-mutex
void a_captured_mutex() {
  std::mutex mine;
  auto f = [&mine]() -> task<> {
    std::lock_guard guard(mine);
    co_await work();
    // CHECK-NOTES: :[[@LINE-1]]:5: warning: coroutine may suspend while 'guard' holds 'mine' [coro-lock-across-suspension]
    // CHECK-NOTES: :[[@LINE-3]]:21: note: locked here
  };
}

// id: lock/lambda-captured-pointer-released
void a_captured_pointer() {
  auto shared = std::make_shared<std::mutex>();
  auto f = [shared]() -> task<> {
    {
      std::lock_guard guard(*shared);
      ++counter;
    }
    co_await work();
  };
}

// id: lock/lambda-capture
void a_captured_guard() {
  auto f = [lock = std::unique_lock(mu)]() -> task<> {
    co_await work();
    // CHECK-NOTES: :[[@LINE-1]]:5: warning: coroutine may suspend while 'lock' holds 'mu' [coro-lock-across-suspension]
    // CHECK-NOTES: :[[@LINE-3]]:13: note: held by the lambda's capture
  };
}

// id: lock/lambda-capture-unlocked
void a_captured_guard_unlocked() {
  auto f = [lock = std::unique_lock(mu)]() mutable -> task<> {
    lock.unlock();
    co_await work();
  };
}

// id: lock/lambda-capture-by-reference
void a_guard_captured_by_reference() {
  std::unique_lock lock(mu);
  auto f = [&lock]() -> task<> {
    co_await work();
    ++counter;
  };
}

// id: lock/lambda-parameter
void a_guard_as_a_parameter() {
  auto f = [](std::unique_lock<std::mutex> lock) -> task<> {
    co_await work();
    // CHECK-NOTES: :[[@LINE-1]]:5: warning: coroutine may suspend while 'lock' holds a 'std::mutex' [coro-lock-across-suspension]
    // CHECK-NOTES: :[[@LINE-3]]:44: note: held since the coroutine was called
  };
}

// id: lock/lambda-generic
task<> a_generic_lambda() {
  auto f = [](auto &m) -> task<> {
    std::lock_guard guard(m);
    co_await work();
    // CHECK-NOTES: :[[@LINE-1]]:5: warning: coroutine may suspend while 'guard' holds 'm' [coro-lock-across-suspension]
    // CHECK-NOTES: :[[@LINE-3]]:21: note: locked here
  };
  co_await f(mu);
}

// id: lock/lambda-generic-released
task<> a_generic_lambda_that_releases() {
  auto f = [](auto &m) -> task<> {
    {
      std::lock_guard guard(m);
      ++counter;
    }
    co_await work();
  };
  co_await f(mu);
}

// id: lock/lambda-generic-uninstantiated
void a_generic_lambda_that_nobody_calls() {
  auto f = [](auto &m) -> task<> {
    std::lock_guard guard(m);
    co_await work();
  };
}

// id: lock/lambda-nested
task<> nested() {
  auto outer = []() -> task<> {
    std::unique_lock lock(mu);
    auto inner = []() -> task<> {
      std::lock_guard guard(mu);
      co_await work();
      // CHECK-NOTES: :[[@LINE-1]]:7: warning: coroutine may suspend while 'guard' holds 'mu' [coro-lock-across-suspension]
      // CHECK-NOTES: :[[@LINE-3]]:23: note: locked here
    };
    lock.unlock();
    co_await inner();
  };
  co_await outer();
}

// id: lock/lambda-in-function-object
std::function<task<>()> handler = []() -> task<> {
  std::lock_guard guard(mu);
  co_await work();
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: coroutine may suspend while 'guard' holds 'mu' [coro-lock-across-suspension]
  // CHECK-NOTES: :[[@LINE-3]]:19: note: locked here
};

// id: lock/local-class
task<> a_local_class() {
  struct Local {
    task<> run() {
      std::lock_guard guard(mu);
      co_await work();
      // CHECK-NOTES: :[[@LINE-1]]:7: warning: coroutine may suspend while 'guard' holds 'mu' [coro-lock-across-suspension]
      // CHECK-NOTES: :[[@LINE-3]]:23: note: locked here
    }
    task<> run_released() {
      {
        std::lock_guard guard(mu);
        ++counter;
      }
      co_await work();
    }
  };
  co_await Local().run();
}

// id: lock/local-class-around
task<> a_lock_around_a_local_class() {
  {
    std::lock_guard guard(mu);
    struct Local {
      task<> run() { co_await work(); }
    };
  }
  co_await work();
}

// id: lock/default-argument
task<> a_default_argument(int n = [] {
  std::lock_guard guard(mu);
  return counter;
}()) {
  co_await work();
  counter = n;
}
