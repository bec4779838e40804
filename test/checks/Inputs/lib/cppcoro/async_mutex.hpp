// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once
#include <library_task.h>
namespace cppcoro {
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
  explicit async_mutex_lock(async_mutex &m) noexcept;
  async_mutex_lock(async_mutex_lock &&) noexcept;
  ~async_mutex_lock();
};
template <class T = void> class [[nodiscard]] task {
public:
  using promise_type = library_promise<task, T>;
  task(task &&) noexcept;
  ~task();
  library_awaiter<T> operator co_await() const & noexcept;
  library_awaiter<T> operator co_await() const && noexcept;
};
} // namespace cppcoro
