// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once
#include <library_task.h>
#include <mutex>
namespace folly {
namespace coro {
class Mutex {
public:
  using folly_coro_aware_mutex = std::true_type;
  Mutex() noexcept;
  Mutex(const Mutex &) = delete;
  ~Mutex();
  bool try_lock() noexcept;
  void unlock() noexcept;
  library_awaiter<void> co_lock() noexcept;
  library_awaiter<std::unique_lock<Mutex>> co_scoped_lock() noexcept;
};
class SharedMutexFair {
public:
  using folly_coro_aware_mutex = std::true_type;
  bool try_lock() noexcept;
  bool try_lock_shared() noexcept;
  library_awaiter<void> co_lock();
  library_awaiter<std::unique_lock<SharedMutexFair>> co_scoped_lock();
  library_awaiter<void> co_lock_shared();
  void unlock() noexcept;
  void unlock_shared() noexcept;
};
} // namespace coro
} // namespace folly
