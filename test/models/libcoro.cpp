// RUN: %check_tidy %s coro-lock-across-suspension

#include <cstddef>
#include <library_task.h>
#include <mutex>

namespace coro {
template <class T = void> class [[nodiscard]] task {
public:
  using promise_type = library_promise<task, T>;
  library_awaiter<T> operator co_await() const && noexcept;
};
class scoped_lock;
class mutex {
public:
  explicit mutex() noexcept;
  ~mutex();
  library_awaiter<scoped_lock> scoped_lock();
  library_awaiter<void> lock();
  bool try_lock();
  void unlock();
};
class scoped_lock {
public:
  enum class lock_strategy { adopt };
  explicit scoped_lock(class mutex &,
                       lock_strategy strategy = lock_strategy::adopt);
  scoped_lock(scoped_lock &&) noexcept;
  ~scoped_lock();
  void unlock();
};
template <class Executor> class shared_mutex {
public:
  task<void> lock_shared();
  task<void> lock();
  bool try_lock_shared();
  bool try_lock();
  task<void> unlock_shared();
  task<void> unlock();
};
template <std::ptrdiff_t Max> class semaphore {
public:
  explicit semaphore(std::ptrdiff_t);
  task<void> acquire();
  bool try_acquire();
  task<void> release();
};
struct thread_pool;
} // namespace coro

coro::mutex async;
coro::shared_mutex<coro::thread_pool> shared;
coro::semaphore<4> semaphore(4);
std::mutex mutex;
coro::task<> work();

coro::task<> the_librarys() {
  auto lock = co_await async.scoped_lock();
  co_await work();
}

coro::task<> the_librarys_by_hand() {
  co_await async.lock();
  co_await work();
  async.unlock();
  if (async.try_lock()) {
    coro::scoped_lock lock(async);
    co_await work();
  }
  co_await shared.lock_shared();
  co_await work();
  co_await shared.unlock_shared();
  if (semaphore.try_acquire()) {
    co_await work();
    co_await semaphore.release();
  }
}

coro::task<> use_the_librarys() {
  std::unique_lock lock(mutex);
  co_await work();
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: coroutine may suspend while 'lock' holds 'mutex' [coro-lock-across-suspension]
  // CHECK-NOTES: :[[@LINE-3]]:20: note: locked here
  // CHECK-NOTES: :[[@LINE-4]]:20: note: end the scope of 'lock' before suspending, or use 'coro::mutex'
  lock.unlock();
  co_await work();
}
