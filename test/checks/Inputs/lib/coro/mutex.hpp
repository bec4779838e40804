// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once
#include <library_task.h>
#include <utility>
namespace coro {
class mutex;
class scoped_lock {
  mutex *m_ = nullptr;

public:
  explicit scoped_lock(mutex &m) : m_(&m) {}
  scoped_lock(scoped_lock &&o) noexcept : m_(std::exchange(o.m_, nullptr)) {}
  ~scoped_lock() { unlock(); }
  void unlock();
};
class mutex {
public:
  library_awaiter<scoped_lock> scoped_lock() noexcept;
  library_awaiter<void> lock() noexcept;
  bool try_lock() noexcept;
  void unlock();
};
} // namespace coro
