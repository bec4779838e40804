// RUN: %check_tidy %s coro-lock-across-suspension
// RUN: %check_tidy_real %s coro-lock-across-suspension

// A mutex for coroutines may be held while they are suspended. The mutex decides,
// never the guard.

#include "task.h"
#include <async_simple/coro/Mutex.h>
#include <coro/mutex.hpp>
#include <cppcoro/async_mutex.hpp>
#include <folly/coro/Mutex.h>
#include <folly/coro/Task.h>
#include <mutex>
#include <optional>
#include <seastar/core/coroutine.hh>
#include <unifex/async_mutex.hpp>

std::mutex mu;
int counter;

// By shape: locking it is something to await.

namespace own {

class AsyncMutex {
public:
  struct awaiter {
    bool await_ready() noexcept;
    void await_suspend(std::coroutine_handle<>);
    void await_resume() noexcept {}
  };
  awaiter lock();
  bool try_lock();
  void unlock();
};

// Ready to be adopted by any guard.
class EventMutex {
public:
  task<> lock();
  task<std::unique_lock<EventMutex>> scoped();
  void unlock();
};

// Says so itself.
class MarkedMutex {
public:
  using folly_coro_aware_mutex = std::true_type;
  void lock();
  void unlock();
};

// Says that it is not.
class UnmarkedMutex {
public:
  using folly_coro_aware_mutex = std::false_type;
  void lock();
  void unlock();
};

} // namespace own

own::AsyncMutex async;
own::EventMutex event;
own::MarkedMutex marked;
own::UnmarkedMutex unmarked;

// id: lock/async-by-shape
task<> by_shape() {
  co_await async.lock();
  co_await work();
  async.unlock();
}

// id: lock/async-by-shape-adopted
task<> by_shape_adopted() {
  co_await async.lock();
  std::lock_guard guard(async, std::adopt_lock);
  co_await work();
}

// id: lock/async-by-shape-try_lock
task<> by_shape_tried() {
  if (async.try_lock()) {
    co_await work();
    async.unlock();
  }
}

// id: lock/async-by-shape-unique_lock
task<> by_shape_in_a_unique_lock() {
  auto lock = co_await event.scoped();
  co_await work();
}

// id: lock/async-by-shape-optional
task<> by_shape_in_an_optional() {
  std::optional<std::unique_lock<own::EventMutex>> lock;
  lock.emplace(co_await event.scoped());
  co_await work();
}

// id: lock/async-by-shape-and-a-thread-mutex
task<> both_kinds() {
  auto lock = co_await event.scoped();
  std::lock_guard guard(mu);
  co_await work();
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: coroutine may suspend while 'guard' holds 'mu' [coro-lock-across-suspension]
  // CHECK-NOTES: :[[@LINE-3]]:19: note: locked here
}

// id: lock/async-awaited-under-a-thread-mutex
task<> awaits_one_under_the_other() {
  std::lock_guard guard(mu);
  co_await async.lock();
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: coroutine may suspend while 'guard' holds 'mu' [coro-lock-across-suspension]
  // CHECK-NOTES: :[[@LINE-3]]:19: note: locked here
  async.unlock();
}

// id: lock/async-marked
task<> marked_as_aware() {
  std::lock_guard guard(marked);
  co_await work();
}

// id: lock/async-marked-raw
task<> marked_as_aware_by_hand() {
  marked.lock();
  co_await work();
  marked.unlock();
}

// id: lock/async-marked-false
task<> marked_as_unaware() {
  std::lock_guard guard(unmarked);
  co_await work();
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: coroutine may suspend while 'guard' holds 'unmarked' [coro-lock-across-suspension]
  // CHECK-NOTES: :[[@LINE-3]]:19: note: locked here
}

// By model.

// id: lock/async-folly
folly::coro::Task<> folly_scoped(folly::coro::Mutex &m) {
  auto lock = co_await m.co_scoped_lock();
  co_await work();
}

// id: lock/async-folly-adopted
folly::coro::Task<> folly_adopted(folly::coro::Mutex &m) {
  co_await m.co_lock();
  std::unique_lock<folly::coro::Mutex> lock(m, std::adopt_lock);
  co_await work();
}

// id: lock/async-folly-try_lock
folly::coro::Task<> folly_tried(folly::coro::Mutex &m) {
  std::unique_lock<folly::coro::Mutex> lock(m, std::try_to_lock);
  if (lock)
    co_await work();
}

// id: lock/async-folly-thread-mutex
folly::coro::Task<> folly_with_a_thread_mutex() {
  std::lock_guard guard(mu);
  co_await work();
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: coroutine may suspend while 'guard' holds 'mu' [coro-lock-across-suspension]
  // CHECK-NOTES: :[[@LINE-3]]:19: note: locked here
  // CHECK-NOTES: :[[@LINE-4]]:19: note: end the scope of 'guard' before suspending, or use 'folly::coro::Mutex'
}

// id: lock/async-folly-thread-mutex-released
folly::coro::Task<> folly_with_a_thread_mutex_released() {
  {
    std::lock_guard guard(mu);
    ++counter;
  }
  co_await work();
}

// id: lock/async-folly-shared
folly::coro::Task<> folly_shared(folly::coro::SharedMutexFair &m) {
  auto lock = co_await m.co_scoped_lock();
  co_await work();
  lock.unlock();
  co_await m.co_lock_shared();
  co_await work();
  m.unlock_shared();
}

// id: lock/async-cppcoro
cppcoro::task<> cppcoro_scoped(cppcoro::async_mutex &m) {
  auto lock = co_await m.scoped_lock_async();
  co_await work();
}

// id: lock/async-cppcoro-adopted
cppcoro::task<> cppcoro_adopted(cppcoro::async_mutex &m) {
  co_await m.lock_async();
  cppcoro::async_mutex_lock lock(m);
  co_await work();
}

// id: lock/async-cppcoro-raw
cppcoro::task<> cppcoro_by_hand(cppcoro::async_mutex &m) {
  co_await m.lock_async();
  co_await work();
  m.unlock();
}

// id: lock/async-cppcoro-thread-mutex
cppcoro::task<> cppcoro_with_a_thread_mutex() {
  std::lock_guard guard(mu);
  co_await work();
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: coroutine may suspend while 'guard' holds 'mu' [coro-lock-across-suspension]
  // CHECK-NOTES: :[[@LINE-3]]:19: note: locked here
  // CHECK-NOTES: :[[@LINE-4]]:19: note: end the scope of 'guard' before suspending, or use 'cppcoro::async_mutex'
}

// id: lock/async-libcoro
task<> libcoro_scoped(coro::mutex &m) {
  auto lock = co_await m.scoped_lock();
  co_await work();
}

// id: lock/async-libcoro-raw
task<> libcoro_by_hand(coro::mutex &m) {
  co_await m.lock();
  co_await work();
  m.unlock();
}

// id: lock/async-unifex
task<> unifex_by_hand(unifex::async_mutex &m) {
  co_await m.async_lock();
  co_await work();
  m.unlock();
}

// id: lock/async-unifex-try_lock
task<> unifex_tried(unifex::async_mutex &m) {
  if (!m.try_lock())
    co_return;
  co_await work();
  m.unlock();
}

// id: lock/async-async_simple
task<> async_simple_scoped(async_simple::coro::Mutex &m) {
  auto lock = co_await m.coScopedLock();
  co_await work();
}

// id: lock/async-async_simple-adopted
task<> async_simple_adopted(async_simple::coro::Mutex &m) {
  co_await m.coLock();
  std::lock_guard guard(m, std::adopt_lock);
  co_await work();
}

// id: lock/async-seastar
seastar::future<> seastar_by_hand(seastar::shared_mutex &m) {
  co_await m.lock();
  co_await work();
  m.unlock();
}

// id: lock/async-seastar-thread-mutex
// One thread runs them all: whoever wants the mutex next waits for itself.
seastar::future<> seastar_with_a_thread_mutex() {
  std::unique_lock lock(mu);
  co_await work();
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: coroutine may suspend while 'lock' holds 'mu' [coro-lock-across-suspension]
  // CHECK-NOTES: :[[@LINE-3]]:20: note: locked here
  // CHECK-NOTES: :[[@LINE-4]]:20: note: end the scope of 'lock' before suspending, or use 'seastar::shared_mutex'
}

// id: lock/async-seastar-semaphore
seastar::future<> seastar_semaphore(seastar::semaphore &s) {
  co_await s.wait();
  co_await work();
  s.signal();
}
