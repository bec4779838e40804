// RUN: %check_tidy %s coro-lock-across-suspension
// RUN: %check_tidy_real %s coro-lock-across-suspension

// Templates are judged in their instantiations, once.

#include "task.h"
#include <mutex>
#include <shared_mutex>
#include <utility>

std::mutex mu;
std::shared_mutex shared;
int counter;

struct NullMutex {
  void lock() {}
  void unlock() {}
};
NullMutex null;

// id: lock/template
template <class T> task<T> held(T value) {
  std::lock_guard guard(mu);
  co_await work();
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: coroutine may suspend while 'guard' holds 'mu' [coro-lock-across-suspension]
  // CHECK-NOTES: :[[@LINE-3]]:19: note: locked here
  co_return value;
}

// id: lock/template-released
template <class T> task<T> released(T value) {
  {
    std::lock_guard guard(mu);
    ++counter;
  }
  co_await work();
  co_return value;
}

// Two instantiations, one warning.
task<> instantiate() {
  counter = co_await held(1);
  counter = co_await held(2L);
  counter = co_await released(1);
}

// id: lock/template-mutex
template <class Mutex> task<> of_a_mutex(Mutex &m) {
  std::unique_lock<Mutex> lock(m);
  co_await work();
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: coroutine may suspend while 'lock' holds 'm' [coro-lock-across-suspension]
  // CHECK-NOTES: :[[@LINE-3]]:27: note: locked here
}
task<> instantiate_with_mutexes() {
  co_await of_a_mutex(mu);
  co_await of_a_mutex(null);
}

// id: lock/template-mutex-null
template <class Mutex> task<> of_a_mutex_that_does_nothing(Mutex &m) {
  std::unique_lock<Mutex> lock(m);
  co_await work();
}
task<> instantiate_with_nothing() { co_await of_a_mutex_that_does_nothing(null); }

// id: lock/template-guard
template <template <class> class Guard> task<> of_a_guard() {
  Guard<std::shared_mutex> guard(shared);
  co_await work();
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: coroutine may suspend while 'guard' holds 'shared' [coro-lock-across-suspension]
  // CHECK-NOTES: :[[@LINE-3]]:28: note: locked here
}
task<> instantiate_with_guards() {
  co_await of_a_guard<std::shared_lock>();
  co_await of_a_guard<std::unique_lock>();
}

// id: lock/template-uninstantiated
template <class T> task<T> never_used(T value) {
  std::lock_guard guard(mu);
  co_await work();
  co_return value;
}

// id: lock/template-discarded-branch
template <bool Locked> task<> chooses() {
  std::unique_lock lock(mu, std::defer_lock);
  if constexpr (Locked)
    lock.lock();
  else
    co_await work();
}
task<> instantiate_choices() {
  co_await chooses<true>();
  co_await chooses<false>();
}

// id: lock/template-chosen-branch
template <bool Locked> task<> chooses_wrongly() {
  std::unique_lock lock(mu, std::defer_lock);
  if constexpr (Locked)
    lock.lock();
  co_await work();
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: coroutine may suspend while 'lock' holds 'mu' [coro-lock-across-suspension]
  // CHECK-NOTES: :[[@LINE-3]]:10: note: locked here
}
task<> instantiate_wrong_choices() {
  co_await chooses_wrongly<true>();
  co_await chooses_wrongly<false>();
}

// id: lock/template-class
template <class T> class Cache {
public:
  task<T> get() {
    std::lock_guard guard(mu_);
    co_await work();
    // CHECK-NOTES: :[[@LINE-1]]:5: warning: coroutine may suspend while 'guard' holds 'mu_' [coro-lock-across-suspension]
    // CHECK-NOTES: :[[@LINE-3]]:21: note: locked here
    co_return value_;
  }
  task<T> get_released() {
    {
      std::lock_guard guard(mu_);
      ++counter;
    }
    co_await work();
    co_return value_;
  }
  // Nobody calls it, so it is not instantiated.
  task<T> get_unused() {
    std::lock_guard guard(mu_);
    co_await work();
    co_return value_;
  }

private:
  std::mutex mu_;
  T value_{};
};

// id: lock/template-class-instantiated
task<> use(Cache<int> &cache) {
  counter = co_await cache.get();
  counter = co_await cache.get_released();
}

// id: lock/template-awaitable
template <class Awaitable> task<> awaits(Awaitable a) {
  std::lock_guard guard(mu);
  co_await std::move(a);
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: coroutine may suspend while 'guard' holds 'mu' [coro-lock-across-suspension]
  // CHECK-NOTES: :[[@LINE-3]]:19: note: locked here
}
task<> instantiate_awaitables() {
  co_await awaits(std::suspend_always());
  co_await awaits(std::suspend_never());
}

// id: lock/template-awaitable-never
template <class Awaitable> task<> awaits_nothing(Awaitable a) {
  std::lock_guard guard(mu);
  co_await a;
}
task<> instantiate_nothing() { co_await awaits_nothing(std::suspend_never()); }

// id: lock/template-pack
template <class... Ms> task<> several(Ms &...ms) {
  std::scoped_lock lock(ms...);
  co_await work();
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: coroutine may suspend while 'lock' holds 'ms' and 'ms' [coro-lock-across-suspension]
  // CHECK-NOTES: :[[@LINE-3]]:20: note: locked here
}
task<> instantiate_pack(std::mutex &a, std::mutex &b) { co_await several(a, b); }

// id: lock/template-pack-empty
template <class... Ms> task<> none(Ms &...ms) {
  std::scoped_lock<Ms...> lock(ms...);
  co_await work();
}
task<> instantiate_empty_pack() { co_await none(); }

// id: lock/explicit-specialisation
template <class T> task<> specialised() { co_return; }
template <> task<> specialised<int>() {
  std::lock_guard guard(mu);
  co_await work();
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: coroutine may suspend while 'guard' holds 'mu' [coro-lock-across-suspension]
  // CHECK-NOTES: :[[@LINE-3]]:19: note: locked here
}

// id: lock/concept
task<> constrained(auto &m)
  requires requires { m.lock(); }
{
  {
    std::lock_guard guard(m);
  }
  co_await work();
}
task<> instantiate_constrained() { co_await constrained(mu); }
