// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once
#include <folly/SharedMutex.h>
namespace folly {
template <class SynchronizedType, class LockPolicy> class LockedPtr {
public:
  using CDataType = typename SynchronizedType::DataType;
  LockedPtr() noexcept;
  LockedPtr(LockedPtr &&) noexcept;
  LockedPtr &operator=(LockedPtr &&) noexcept;
  ~LockedPtr();
  void unlock();
  explicit operator bool() const;
  bool isNull() const;
  CDataType *operator->() const;
  CDataType &operator*() const;
};
struct SynchronizedLockPolicyExclusive {};
struct SynchronizedLockPolicyShared {};
template <class T, class Mutex = SharedMutex> struct Synchronized {
  using DataType = T;
  using MutexType = Mutex;
  using LockedPtr = folly::LockedPtr<Synchronized, SynchronizedLockPolicyExclusive>;
  using ConstLockedPtr = folly::LockedPtr<const Synchronized, SynchronizedLockPolicyShared>;
  LockedPtr wlock();
  ConstLockedPtr rlock() const;
  LockedPtr lock();
  template <class F> auto withWLock(F &&f) { return f(*wlock()); }
  template <class F> auto withRLock(F &&f) const { return f(*rlock()); }
  T copy() const;

private:
  T datum_;
  mutable Mutex mutex_;
};
} // namespace folly
