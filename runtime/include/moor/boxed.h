// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef MOOR_BOXED_H
#define MOOR_BOXED_H

#include <moor/task.h>

namespace moor::inline MOOR_ABI {

template <class T = void> class boxed;

namespace detail {

template <class> inline constexpr bool is_boxed = false;
template <class T> inline constexpr bool is_boxed<boxed<T>> = true;

template <class A, class T>
concept gives =
    awaitable<A> &&
    (std::is_void_v<T> ? std::is_void_v<await_result_t<A>>
                       : std::is_convertible_v<await_result_t<A>, T>);

/// The promise of a coroutine that returns a box: that of a task, but for the
/// object that it returns. (If that were a task, to be converted, clang 22
/// would destroy it twice.)
template <class T> class boxed_promise : public task_promise<T> {
public:
  MOOR_DETECTS(explicit boxed_promise(
      std::source_location own =
          std::source_location::current()) noexcept : task_promise<T>(own){})

  boxed<T> get_return_object() noexcept;
};

} // namespace detail

/// Something that gives a T when it is awaited, and nobody knows what it is:
/// for virtual functions, and for functions that return one of several things.
///
///     boxed<> pause(bool long_one) {
///       if (long_one)
///         return box([] { return sleep_for(1s); });
///       return flush();                              // a task<>
///     }
///     …
///     co_await pause(true);
///
/// Made of a task<T>, it *is* the task: one pointer, nothing is allocated.
/// Anything else that can be awaited is moved into a coroutine frame; `box`
/// does it with what cannot move, or is only referred to. A coroutine may
/// return a boxed<T> itself.
///
/// Lazy, and awaited once, as an rvalue, like the task; also for executor, stop
/// token and exceptions. Where all are coroutines, return task<T>: clang can
/// put the frame of one that is not virtual into its caller's.
template <class T> class [[nodiscard]] CORO_TASK boxed {
public:
  using promise_type = detail::boxed_promise<T>;
  using value_type = T;

  boxed(task<T> from) noexcept : task_(std::move(from)) {}

  /// Anything that can be awaited as an rvalue, and moved.
  template <class A>
    requires(!std::is_lvalue_reference_v<A> && !detail::is_boxed<A> &&
             std::is_move_constructible_v<A> && detail::gives<A, T>)
  boxed(A &&from) : task_(keep(static_cast<A &&>(from))) {}

  /// Whether there is still something to await.
  bool valid() const noexcept { return task_.valid(); }

  auto operator co_await() && noexcept {
    return std::move(task_).operator co_await();
  }

private:
  template <class A> static task<T> keep(A from) {
    co_return co_await std::move(from);
  }

  task<T> task_;
};

template <class T>
boxed<T> detail::boxed_promise<T>::get_return_object() noexcept {
  // The task takes it for one of its own.
  static_assert(sizeof(boxed_promise) == sizeof(task_promise<T>) &&
                alignof(boxed_promise) == alignof(task_promise<T>));
  return boxed<T>(task_promise<T>::get_return_object());
}

/// Calls `make` when it is awaited, and awaits what that gives: a temporary, or
/// a reference to what lives long enough.
///
///     return box([this] { return mutex_.lock(); });
template <class F>
[[nodiscard]] auto box(F make) -> boxed<await_result_t<decltype(make())>> {
  co_return co_await make();
}

} // namespace moor::inline MOOR_ABI

#endif // MOOR_BOXED_H
