// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once
#include <library_task.h>
namespace folly {
namespace coro {
template <class T = void> class [[nodiscard]] Task {
public:
  using promise_type = library_promise<Task, T>;
  Task(Task &&) noexcept;
  ~Task();
  library_awaiter<T> operator co_await() &&;
};
} // namespace coro
} // namespace folly
