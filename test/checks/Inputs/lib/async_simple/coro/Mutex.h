// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once
#include <library_task.h>
#include <mutex>
namespace async_simple {
namespace coro {
class Mutex {
public:
  Mutex() noexcept;
  ~Mutex();
  bool tryLock() noexcept;
  library_awaiter<void> coLock() noexcept;
  library_awaiter<std::unique_lock<Mutex>> coScopedLock() noexcept;
  void unlock() noexcept;
};
} // namespace coro
} // namespace async_simple
