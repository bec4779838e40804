// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once
#include <library_task.h>
namespace QCoro {
template <class T = void> class Task {
public:
  struct promise_type : library_promise<Task, T> {
    std::suspend_never initial_suspend() const noexcept { return {}; }
  };
  Task(Task &&) noexcept;
  ~Task();
  library_awaiter<T> operator co_await() const noexcept;
};
} // namespace QCoro
