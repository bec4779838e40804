// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once
#include <mutex>
namespace folly {
class SpinLock {
public:
  void lock() const noexcept;
  bool try_lock() const noexcept;
  void unlock() const noexcept;
};
using SpinLockGuard = std::unique_lock<SpinLock>;
} // namespace folly
