// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once
#include <library_task.h>
namespace boost {
namespace asio {
class any_io_executor {};
namespace this_coro {
struct executor_t {};
inline constexpr executor_t executor{};
} // namespace this_coro
template <class T, class Executor = any_io_executor> class awaitable;
namespace detail {
template <class Awaitable, class T> struct awaitable_frame : library_promise<Awaitable, T> {
  template <class U, class E> auto await_transform(awaitable<U, E> a) const {
    return a;
  }
  // As in asio: the frame answers at once.
  auto await_transform(this_coro::executor_t) noexcept {
    struct result {
      awaitable_frame *this_;
      bool await_ready() const noexcept { return true; }
      void await_suspend(std::coroutine_handle<void>) noexcept {}
      auto await_resume() const noexcept { return any_io_executor(); }
    };
    return result{this};
  }
};
} // namespace detail
template <class T, class Executor> class [[nodiscard]] awaitable {
public:
  using promise_type = detail::awaitable_frame<awaitable, T>;
  awaitable(awaitable &&) noexcept;
  ~awaitable();
  bool await_ready() const noexcept { return false; }
  template <class U> void await_suspend(std::coroutine_handle<U>);
  T await_resume();
};
} // namespace asio
} // namespace boost
