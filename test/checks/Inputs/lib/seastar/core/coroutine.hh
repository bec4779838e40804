// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once
#include <library_task.h>
namespace seastar {
template <class T = void> class [[nodiscard]] future {
public:
  struct promise_type : library_promise<future, T> {
    std::suspend_never initial_suspend() noexcept { return {}; }
    std::suspend_never final_suspend() noexcept { return {}; }
  };
  future(future &&) noexcept;
  ~future();
};
template <class T> library_awaiter<T> operator co_await(future<T> f) noexcept;

class shared_mutex {
public:
  future<> lock() noexcept;
  void unlock() noexcept;
  future<> lock_shared() noexcept;
  void unlock_shared() noexcept;
};
class semaphore {
public:
  explicit semaphore(unsigned long n) noexcept;
  future<> wait(unsigned long n = 1) noexcept;
  void signal(unsigned long n = 1) noexcept;
};
} // namespace seastar
