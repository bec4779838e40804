// RUN: %check_tidy %s coro-lock-across-suspension

// Every standard lockable and guard once; what flows through them is tested in
// test/checks.

#include "task.h"
#include <condition_variable>
#include <mutex>
#include <semaphore>
#include <shared_mutex>

namespace std { // those that the tests' headers leave out
class recursive_timed_mutex {
public:
  recursive_timed_mutex();
  ~recursive_timed_mutex();
  recursive_timed_mutex(const recursive_timed_mutex &) = delete;
  recursive_timed_mutex &operator=(const recursive_timed_mutex &) = delete;
  void lock();
  bool try_lock() noexcept;
  template <class R, class P> bool try_lock_for(const chrono::duration<R, P> &);
  template <class C, class D>
  bool try_lock_until(const chrono::time_point<C, D> &);
  void unlock();
};
} // namespace std

std::mutex mutex, second;
std::recursive_mutex recursive;
std::timed_mutex timed;
std::recursive_timed_mutex recursive_timed;
std::shared_mutex shared;
std::shared_timed_mutex shared_timed;
std::counting_semaphore<4> counting(4);
std::binary_semaphore binary(1);

task<> every_lockable_by_hand() {
  mutex.lock();
  co_await work();
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: coroutine may suspend while 'mutex' is locked [coro-lock-across-suspension]
  // CHECK-NOTES: :[[@LINE-3]]:9: note: locked here
  mutex.unlock();

  recursive.lock();
  co_await work();
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: coroutine may suspend while 'recursive' is locked [coro-lock-across-suspension]
  // CHECK-NOTES: :[[@LINE-3]]:13: note: locked here
  recursive.unlock();

  timed.lock();
  co_await work();
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: coroutine may suspend while 'timed' is locked [coro-lock-across-suspension]
  // CHECK-NOTES: :[[@LINE-3]]:9: note: locked here
  timed.unlock();

  recursive_timed.lock();
  co_await work();
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: coroutine may suspend while 'recursive_timed' is locked [coro-lock-across-suspension]
  // CHECK-NOTES: :[[@LINE-3]]:19: note: locked here
  recursive_timed.unlock();

  shared.lock();
  co_await work();
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: coroutine may suspend while 'shared' is locked [coro-lock-across-suspension]
  // CHECK-NOTES: :[[@LINE-3]]:10: note: locked here
  shared.unlock();

  shared.lock_shared();
  co_await work();
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: coroutine may suspend while 'shared' is locked [coro-lock-across-suspension]
  // CHECK-NOTES: :[[@LINE-3]]:10: note: locked here
  shared.unlock_shared();

  counting.acquire();
  co_await work();
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: coroutine may suspend while 'counting' is locked [coro-lock-across-suspension]
  // CHECK-NOTES: :[[@LINE-3]]:12: note: locked here
  counting.release();

  binary.acquire();
  co_await work();
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: coroutine may suspend while 'binary' is locked [coro-lock-across-suspension]
  // CHECK-NOTES: :[[@LINE-3]]:10: note: locked here
  binary.release();

  co_await work();
}

task<> every_guard() {
  {
    std::lock_guard guard(recursive_timed);
    co_await work();
    // CHECK-NOTES: :[[@LINE-1]]:5: warning: coroutine may suspend while 'guard' holds 'recursive_timed' [coro-lock-across-suspension]
    // CHECK-NOTES: :[[@LINE-3]]:21: note: locked here
  }
  {
    std::scoped_lock guard(mutex);
    co_await work();
    // CHECK-NOTES: :[[@LINE-1]]:5: warning: coroutine may suspend while 'guard' holds 'mutex' [coro-lock-across-suspension]
    // CHECK-NOTES: :[[@LINE-3]]:22: note: locked here
  }
  {
    std::unique_lock guard(timed);
    co_await work();
    // CHECK-NOTES: :[[@LINE-1]]:5: warning: coroutine may suspend while 'guard' holds 'timed' [coro-lock-across-suspension]
    // CHECK-NOTES: :[[@LINE-3]]:22: note: locked here
  }
  {
    std::shared_lock guard(shared);
    co_await work();
    // CHECK-NOTES: :[[@LINE-1]]:5: warning: coroutine may suspend while 'guard' holds 'shared' [coro-lock-across-suspension]
    // CHECK-NOTES: :[[@LINE-3]]:22: note: locked here
  }
  {
    std::unique_lock guard(shared_timed);
    co_await work();
    // CHECK-NOTES: :[[@LINE-1]]:5: warning: coroutine may suspend while 'guard' holds 'shared_timed' [coro-lock-across-suspension]
    // CHECK-NOTES: :[[@LINE-3]]:22: note: locked here
  }
  co_await work();
}

task<> tags() {
  std::unique_lock deferred(mutex, std::defer_lock);
  co_await work();
  second.lock();
  {
    std::unique_lock adopted(second, std::adopt_lock);
  }
  co_await work();
  std::unique_lock tried(timed, std::try_to_lock);
  if (!tried)
    co_return;
  co_await work();
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: coroutine may suspend while 'tried' holds 'timed' [coro-lock-across-suspension]
  // CHECK-NOTES: :[[@LINE-5]]:20: note: locked here
}

task<> methods_of_unique_lock() {
  std::unique_lock lock(mutex);
  lock.unlock();
  co_await work();
  lock.lock();
  co_await work();
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: coroutine may suspend while 'lock' holds 'mutex' [coro-lock-across-suspension]
  // CHECK-NOTES: :[[@LINE-3]]:8: note: locked here
}

task<> released_and_unlocked() {
  std::unique_lock lock(mutex);
  lock.release()->unlock();
  co_await work();
}

task<> methods_of_shared_lock() {
  std::shared_lock lock(shared);
  lock.unlock();
  co_await work();
  if (lock.try_lock())
    co_await work();
    // CHECK-NOTES: :[[@LINE-1]]:5: warning: coroutine may suspend while 'lock' holds 'shared' [coro-lock-across-suspension]
    // CHECK-NOTES: :[[@LINE-3]]:12: note: locked here
}

task<> both_at_once() {
  std::lock(mutex, second);
  mutex.unlock();
  second.unlock();
  co_await work();
}

task<> both_at_once_over_a_suspension() {
  std::lock(mutex, second);
  co_await work();
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: coroutine may suspend while 'mutex' is locked [coro-lock-across-suspension]
  // CHECK-NOTES: :[[@LINE-3]]:3: note: locked here
  // CHECK-NOTES: :[[@LINE-3]]:3: warning: coroutine may suspend while 'second' is locked [coro-lock-across-suspension]
  // CHECK-NOTES: :[[@LINE-5]]:3: note: locked here
  mutex.unlock();
  second.unlock();
}

task<> tried_at_once() {
  if (std::try_lock(mutex, second) == -1) {
    co_await work();
    // CHECK-NOTES: :[[@LINE-1]]:5: warning: coroutine may suspend while 'mutex' is locked [coro-lock-across-suspension]
    // CHECK-NOTES: :[[@LINE-3]]:7: note: locked here
    // CHECK-NOTES: :[[@LINE-3]]:5: warning: coroutine may suspend while 'second' is locked [coro-lock-across-suspension]
    // CHECK-NOTES: :[[@LINE-5]]:7: note: locked here
    mutex.unlock();
    second.unlock();
  }
}

task<> none_if_one_refused() {
  if (std::try_lock(mutex, second) != -1)
    co_await work();
  else {
    mutex.unlock();
    second.unlock();
  }
}

task<> waited(std::condition_variable &condition) {
  std::unique_lock lock(mutex);
  condition.wait(lock);
  co_await work();
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: coroutine may suspend while 'lock' holds 'mutex' [coro-lock-across-suspension]
  // CHECK-NOTES: :[[@LINE-4]]:20: note: locked here
}

task<> waited_by_any(std::condition_variable_any &condition) {
  std::shared_lock lock(shared);
  condition.wait(lock);
  co_await work();
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: coroutine may suspend while 'lock' holds 'shared' [coro-lock-across-suspension]
  // CHECK-NOTES: :[[@LINE-4]]:20: note: locked here
}

task<> waited_in_a_scope(std::condition_variable &condition) {
  {
    std::unique_lock lock(mutex);
    condition.wait(lock);
  }
  co_await work();
}
