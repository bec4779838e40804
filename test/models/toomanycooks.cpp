// RUN: %check_tidy %s coro-lock-across-suspension

#include <library_task.h>
#include <mutex>

namespace tmc {
template <class T = void> class [[nodiscard]] task {
public:
  using promise_type = library_promise<task, T>;
  library_awaiter<T> operator co_await() &&;
};
class [[nodiscard]] mutex_scope {
public:
  mutex_scope(mutex_scope &&) noexcept;
  ~mutex_scope();
};
class mutex {
public:
  mutex() noexcept;
  ~mutex();
  bool try_lock() noexcept;
  void unlock() noexcept;
  library_awaiter<void> co_unlock() noexcept;
  library_awaiter<mutex_scope> lock_scope() noexcept;
  library_awaiter<void> operator co_await() noexcept;
};
class [[nodiscard]] semaphore_scope {
public:
  semaphore_scope(semaphore_scope &&) noexcept;
  ~semaphore_scope();
};
class semaphore {
public:
  explicit semaphore(unsigned long) noexcept;
  bool try_acquire() noexcept;
  void release(unsigned long = 1) noexcept;
  library_awaiter<semaphore_scope> acquire_scope() noexcept;
};
class tiny_lock {
public:
  tiny_lock() noexcept;
  bool try_lock() noexcept;
  void spin_lock() noexcept;
  void unlock() noexcept;
};
class [[nodiscard]] tiny_lock_guard {
public:
  [[nodiscard]] tiny_lock_guard(tiny_lock &) noexcept;
  ~tiny_lock_guard() noexcept;
};
} // namespace tmc

tmc::mutex async;
tmc::semaphore semaphore(4);
tmc::tiny_lock tiny;
std::mutex mutex;
tmc::task<> work();

tmc::task<> the_librarys() {
  auto scope = co_await async.lock_scope();
  co_await work();
  auto units = co_await semaphore.acquire_scope();
  co_await work();
}

tmc::task<> the_librarys_by_hand() {
  co_await async;
  co_await work();
  async.unlock();
  if (async.try_lock()) {
    co_await work();
    co_await async.co_unlock();
  }
  if (semaphore.try_acquire()) {
    co_await work();
    semaphore.release();
  }
}

tmc::task<> a_spin_lock() {
  tmc::tiny_lock_guard guard(tiny);
  co_await work();
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: coroutine may suspend while 'guard' holds 'tiny' [coro-lock-across-suspension]
  // CHECK-NOTES: :[[@LINE-3]]:24: note: locked here
  // CHECK-NOTES: :[[@LINE-4]]:24: note: end the scope of 'guard' before suspending, or use 'tmc::mutex'
}

tmc::task<> a_spin_lock_in_a_scope() {
  {
    tmc::tiny_lock_guard guard(tiny);
  }
  tiny.spin_lock();
  tiny.unlock();
  co_await work();
}

tmc::task<> use_the_librarys() {
  std::lock_guard guard(mutex);
  co_await work();
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: coroutine may suspend while 'guard' holds 'mutex' [coro-lock-across-suspension]
  // CHECK-NOTES: :[[@LINE-3]]:19: note: locked here
  // CHECK-NOTES: :[[@LINE-4]]:19: note: end the scope of 'guard' before suspending, or use 'tmc::mutex'
}
