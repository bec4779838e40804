// RUN: %check_tidy %s coro-lock-across-suspension

#include <library_task.h>
#include <mutex>

namespace moor {
template <class T = void> class [[nodiscard]] task {
public:
  using promise_type = library_promise<task, T>;
  library_awaiter<T> operator co_await() &&;
};
class mutex {
public:
  bool try_lock() noexcept;
  library_awaiter<void> lock() noexcept;
  void unlock() noexcept;
};
namespace local {
class mutex {
public:
  bool try_lock() noexcept;
  library_awaiter<void> lock() noexcept;
  void unlock() noexcept;
};
} // namespace local
} // namespace moor

moor::mutex async;
moor::local::mutex local;
std::mutex mutex;
moor::task<> work();

moor::task<> the_librarys() {
  co_await async.lock();
  std::unique_lock lock(async, std::adopt_lock);
  co_await work();
}

moor::task<> the_librarys_by_hand() {
  if (local.try_lock()) {
    co_await work();
    local.unlock();
  }
}

moor::task<> use_the_librarys() {
  std::lock_guard guard(mutex);
  co_await work();
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: coroutine may suspend while 'guard' holds 'mutex' [coro-lock-across-suspension]
  // CHECK-NOTES: :[[@LINE-3]]:19: note: locked here
  // CHECK-NOTES: :[[@LINE-4]]:19: note: end the scope of 'guard' before suspending, or use 'moor::mutex'
}
