// RUN: %check_tidy %s coro-lock-across-suspension

#include <library_task.h>
#include <mutex>

namespace unifex {
template <class T = void> class [[nodiscard]] task {
public:
  using promise_type = library_promise<task, T>;
  library_awaiter<T> operator co_await() &&;
};
inline namespace v1 {
class async_mutex {
public:
  async_mutex() noexcept;
  ~async_mutex();
  [[nodiscard]] bool try_lock() noexcept;
  [[nodiscard]] library_awaiter<void> async_lock() noexcept; // a sender
  void unlock() noexcept;
};
} // namespace v1
namespace v2 {
class async_mutex {
public:
  [[nodiscard]] bool try_lock() noexcept;
  [[nodiscard]] library_awaiter<void> async_lock() noexcept;
  void unlock() noexcept;
};
} // namespace v2
} // namespace unifex

unifex::async_mutex async;
unifex::v2::async_mutex newer;
std::mutex mutex;
unifex::task<> work();

unifex::task<> the_librarys() {
  co_await async.async_lock();
  std::unique_lock lock(async, std::adopt_lock);
  co_await work();
}

unifex::task<> the_librarys_by_hand() {
  if (newer.try_lock()) {
    co_await work();
    newer.unlock();
  }
}

unifex::task<> use_the_librarys() {
  std::lock_guard guard(mutex);
  co_await work();
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: coroutine may suspend while 'guard' holds 'mutex' [coro-lock-across-suspension]
  // CHECK-NOTES: :[[@LINE-3]]:19: note: locked here
  // CHECK-NOTES: :[[@LINE-4]]:19: note: end the scope of 'guard' before suspending, or use 'unifex::async_mutex'
}
