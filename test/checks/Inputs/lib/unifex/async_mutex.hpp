// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once
#include <library_task.h>
namespace unifex {
class async_mutex {
public:
  async_mutex() noexcept;
  ~async_mutex();
  [[nodiscard]] bool try_lock() noexcept;
  [[nodiscard]] library_awaiter<void> async_lock() noexcept;
  void unlock() noexcept;
};
} // namespace unifex
