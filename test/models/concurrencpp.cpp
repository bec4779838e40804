// RUN: %check_tidy %s coro-lock-across-suspension

#include <library_task.h>
#include <memory>
#include <mutex>

namespace concurrencpp {
class executor;
template <class T = void> class [[nodiscard]] lazy_result {
public:
  using promise_type = library_promise<lazy_result, T>;
  library_awaiter<T> operator co_await();
};
class scoped_async_lock;
class async_lock {
public:
  ~async_lock() noexcept;
  lazy_result<scoped_async_lock> lock(std::shared_ptr<executor>);
  lazy_result<bool> try_lock();
  void unlock();
};
class scoped_async_lock {
public:
  scoped_async_lock() noexcept;
  scoped_async_lock(scoped_async_lock &&) noexcept;
  scoped_async_lock(async_lock &, std::defer_lock_t) noexcept;
  scoped_async_lock(async_lock &, std::adopt_lock_t) noexcept;
  ~scoped_async_lock() noexcept;
  lazy_result<void> lock(std::shared_ptr<executor>);
  void unlock();
};
} // namespace concurrencpp

using concurrencpp::lazy_result;
concurrencpp::async_lock async;
std::mutex mutex;
lazy_result<> work();

lazy_result<> the_librarys(std::shared_ptr<concurrencpp::executor> executor) {
  auto lock = co_await async.lock(executor);
  co_await work();
}

lazy_result<> the_librarys_by_hand() {
  if (co_await async.try_lock()) {
    concurrencpp::scoped_async_lock lock(async, std::adopt_lock);
    co_await work();
  }
}

lazy_result<> use_the_librarys() {
  std::lock_guard guard(mutex);
  co_await work();
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: coroutine may suspend while 'guard' holds 'mutex' [coro-lock-across-suspension]
  // CHECK-NOTES: :[[@LINE-3]]:19: note: locked here
  // CHECK-NOTES: :[[@LINE-4]]:19: note: end the scope of 'guard' before suspending, or use 'concurrencpp::async_lock'
}
