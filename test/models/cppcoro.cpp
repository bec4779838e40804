// RUN: %check_tidy %s coro-lock-across-suspension

#include <library_task.h>
#include <mutex>

namespace cppcoro {
template <class T = void> class [[nodiscard]] task {
public:
  using promise_type = library_promise<task, T>;
  library_awaiter<T> operator co_await() const && noexcept;
};
class async_mutex_lock;
class async_mutex {
public:
  async_mutex() noexcept;
  ~async_mutex();
  bool try_lock() noexcept;
  library_awaiter<void> lock_async() noexcept;
  library_awaiter<async_mutex_lock> scoped_lock_async() noexcept;
  void unlock();
};
class async_mutex_lock {
public:
  explicit async_mutex_lock(async_mutex &, std::adopt_lock_t) noexcept;
  async_mutex_lock(async_mutex_lock &&) noexcept;
  ~async_mutex_lock();
};
} // namespace cppcoro

cppcoro::async_mutex async;
std::mutex mutex;
cppcoro::task<> work();

cppcoro::task<> the_librarys() {
  auto lock = co_await async.scoped_lock_async();
  co_await work();
}

cppcoro::task<> the_librarys_by_hand() {
  co_await async.lock_async();
  co_await work();
  async.unlock();
  if (!async.try_lock())
    co_return;
  co_await work();
  cppcoro::async_mutex_lock lock(async, std::adopt_lock);
  co_await work();
}

cppcoro::task<> use_the_librarys() {
  std::lock_guard guard(mutex);
  co_await work();
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: coroutine may suspend while 'guard' holds 'mutex' [coro-lock-across-suspension]
  // CHECK-NOTES: :[[@LINE-3]]:19: note: locked here
  // CHECK-NOTES: :[[@LINE-4]]:19: note: end the scope of 'guard' before suspending, or use 'cppcoro::async_mutex'
}

cppcoro::task<> released_before_awaiting() {
  {
    std::lock_guard guard(mutex);
  }
  co_await work();
}
