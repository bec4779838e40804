// RUN: %check_tidy %s coro-lock-across-suspension

#include <library_task.h>
#include <mutex>

namespace async_simple {
namespace coro {
template <class T = void> class [[nodiscard]] Lazy {
public:
  using promise_type = library_promise<Lazy, T>;
  library_awaiter<T> operator co_await();
};
class Mutex {
public:
  Mutex() noexcept;
  ~Mutex();
  bool tryLock() noexcept;
  library_awaiter<std::unique_lock<Mutex>> coScopedLock() noexcept;
  library_awaiter<void> coLock() noexcept;
  void unlock() noexcept;
};
class SpinLock {
public:
  explicit SpinLock(int = 1024) noexcept;
  bool tryLock() noexcept;
  Lazy<> coLock();
  void lock() noexcept;
  void unlock() noexcept;
};
class ScopedSpinLock {
public:
  explicit ScopedSpinLock(SpinLock &);
  ~ScopedSpinLock();
};
template <typename Lock> class SharedMutexBase {
public:
  Lazy<void> coLock() noexcept;
  Lazy<void> unlock() noexcept;
};
struct SharedMutex : public SharedMutexBase<SpinLock> {};
template <unsigned long LeastMaxValue = 4> class CountingSemaphore {
public:
  explicit CountingSemaphore(unsigned long);
  Lazy<void> acquire() noexcept;
  Lazy<void> release(unsigned long = 1) noexcept;
};
} // namespace coro
} // namespace async_simple

using namespace async_simple::coro;
Mutex async;
SharedMutex shared;
CountingSemaphore<> semaphore(4);
SpinLock spin;
std::mutex mutex;
Lazy<> work();

Lazy<> the_librarys() {
  auto lock = co_await async.coScopedLock();
  co_await work();
}

Lazy<> the_librarys_by_hand() {
  co_await async.coLock();
  co_await work();
  async.unlock();
  co_await shared.coLock();
  co_await work();
  co_await shared.unlock();
  co_await semaphore.acquire();
  co_await work();
  co_await semaphore.release();
}

// Whoever locks it meanwhile spins.
Lazy<> a_spin_lock() {
  ScopedSpinLock guard(spin);
  co_await work();
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: coroutine may suspend while 'guard' holds 'spin' [coro-lock-across-suspension]
  // CHECK-NOTES: :[[@LINE-3]]:18: note: locked here
  // CHECK-NOTES: :[[@LINE-4]]:18: note: end the scope of 'guard' before suspending, or use 'async_simple::coro::Mutex'
}

Lazy<> a_spin_lock_in_a_scope() {
  {
    ScopedSpinLock guard(spin);
  }
  co_await work();
}

Lazy<> use_the_librarys() {
  std::lock_guard guard(mutex);
  co_await work();
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: coroutine may suspend while 'guard' holds 'mutex' [coro-lock-across-suspension]
  // CHECK-NOTES: :[[@LINE-3]]:19: note: locked here
  // CHECK-NOTES: :[[@LINE-4]]:19: note: end the scope of 'guard' before suspending, or use 'async_simple::coro::Mutex'
}
