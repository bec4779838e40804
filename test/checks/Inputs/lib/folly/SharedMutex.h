// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once
#include <mutex>
#include <shared_mutex>
namespace folly {
class SharedMutex {
public:
  SharedMutex();
  SharedMutex(const SharedMutex &) = delete;
  void lock();
  bool try_lock();
  void unlock();
  void lock_shared();
  bool try_lock_shared();
  void unlock_shared();
};
} // namespace folly
