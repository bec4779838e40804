// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once
#include <mutex>
#include <shared_mutex>
namespace folly {
template <bool ReaderPriority, class Tag = void> class SharedMutexImpl {
public:
  SharedMutexImpl();
  SharedMutexImpl(const SharedMutexImpl &) = delete;
  void lock();
  bool try_lock();
  void unlock();
  void lock_shared();
  bool try_lock_shared();
  void unlock_shared();
};
using SharedMutexReadPriority = SharedMutexImpl<true>;
using SharedMutexWritePriority = SharedMutexImpl<false>;
using SharedMutex = SharedMutexWritePriority;
} // namespace folly
