// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// task<T>: work that is described now and done when it is awaited.

#ifndef MOOR_TASK_H
#define MOOR_TASK_H

#include <cassert>
#include <moor/detail/promise.h>
#include <moor/detail/result.h>

namespace moor::inline MOOR_ABI {

template <class T = void> class task;

namespace detail {

template <class T>
class task_promise : public promise_base, public returns<T, task_promise<T>> {
public:
  MOOR_DETECTS(explicit task_promise(
      location own = location::current()) noexcept : promise_base(own){})

  task<T> get_return_object() noexcept;
  final_awaiter final_suspend() const noexcept { return {}; }
  void unhandled_exception() noexcept {
    MOOR_DETECTS(this->trace_fails();)
    ended.fail(std::current_exception());
  }

  result<T> ended;
};

} // namespace detail

/// What a coroutine returns that computes a T.
///
///     task<int> answer() { co_return co_await ask() + 1; }
///     …
///     int n = co_await answer();
///
/// Lazy: nothing happens until it is awaited, and it can be awaited once, as an
/// rvalue. It runs at once, on the executor and under the stop token of the
/// coroutine that awaits it; its exceptions are thrown there. A task that ends
/// without having been awaited does nothing at all.
///
/// The frame does not move when the task does. Awaiting a call directly
/// (`co_await f()`) lets clang put f's frame into the caller's. Nested awaits
/// take no stack, however deep; destroying a suspended chain of tasks does,
/// about 100 bytes for each.
template <class T> class [[nodiscard]] MOOR_AWAIT_ELIDABLE CORO_TASK task {
public:
  using promise_type = detail::task_promise<T>;
  using value_type = T;

  task(task &&other) noexcept
      : coroutine_(std::exchange(other.coroutine_, nullptr)) {}
  task &operator=(task &&other) noexcept {
    task(std::move(other)).swap(*this);
    return *this;
  }
  ~task() {
    if (coroutine_) {
      MOOR_DETECTS(detail::destroying_scope scope(coroutine_.promise());)
      coroutine_.destroy();
    }
  }
  void swap(task &other) noexcept { std::swap(coroutine_, other.coroutine_); }

  /// Whether there is still something to await.
  bool valid() const noexcept { return static_cast<bool>(coroutine_); }

  class awaiter : public detail::native_awaiter {
  public:
    MOOR_DETECTS(using awaits_coroutine = void;)

    awaiter(awaiter &&) = delete;
    ~awaiter() {
      if (coroutine_) {
        MOOR_DETECTS(detail::destroying_scope scope(coroutine_.promise());)
        coroutine_.destroy();
      }
    }
    bool await_ready() const noexcept {
      MOOR_DETECTS(if (!coroutine_) return true;)
      assert(coroutine_ && "a task can be awaited once");
      return false;
    }
    template <detail::moor_promise P>
    detail::transfer await_suspend(std::coroutine_handle<P> parent) noexcept {
      return begin(parent, parent.promise().environment);
    }
    T await_resume() {
      MOOR_DETECTS(if (!coroutine_) return detail::nothing_left<T>();)
      return coroutine_.promise().ended.take();
    }

  protected:
    friend class task;
    explicit awaiter(std::coroutine_handle<promise_type> c) noexcept
        : coroutine_(c) {}
    template <detail::moor_promise P>
    detail::transfer begin(std::coroutine_handle<P> parent,
                           const context *environment) noexcept {
      promise_type &child = coroutine_.promise();
      child.environment = environment;
      child.continuation = parent;
      MOOR_DETECTS(child.trace_starts_under(&parent.promise());)
      return detail::transfer_to(coroutine_);
    }

    std::coroutine_handle<promise_type> coroutine_;
  };

  awaiter operator co_await() && noexcept {
    MOOR_DETECTS(if (!coroutine_) detail::report_awaited_twice();)
    return awaiter(std::exchange(coroutine_, nullptr));
  }

  class awaiter_in : public awaiter {
  public:
    template <detail::moor_promise P>
    detail::transfer await_suspend(std::coroutine_handle<P> parent) noexcept {
      return this->begin(parent, &environment_);
    }

  private:
    friend class task;
    awaiter_in(std::coroutine_handle<promise_type> c,
               const context &environment) noexcept
        : awaiter(c), environment_(environment) {}

    const context &environment_;
  };

  /// For combinators: `co_await` in another context, of the same executor, that
  /// outlives the task.
  [[nodiscard]] CORO_CONSUMES awaiter_in in(const context &scope) && noexcept {
    MOOR_DETECTS(if (!coroutine_) detail::report_awaited_twice();)
    return awaiter_in(std::exchange(coroutine_, nullptr), scope);
  }

private:
  friend promise_type;
  explicit task(std::coroutine_handle<promise_type> c) noexcept
      : coroutine_(c) {}

  std::coroutine_handle<promise_type> coroutine_;
};

template <class T>
task<T> detail::task_promise<T>::get_return_object() noexcept {
  return task<T>(std::coroutine_handle<task_promise>::from_promise(*this));
}

} // namespace moor::inline MOOR_ABI

#endif // MOOR_TASK_H
