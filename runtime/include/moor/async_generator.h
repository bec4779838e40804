// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef MOOR_ASYNC_GENERATOR_H
#define MOOR_ASYNC_GENERATOR_H

#include <cassert>
#include <moor/detail/promise.h>
#include <optional>

namespace moor::inline MOOR_ABI {

template <class T> class async_generator;

namespace detail {

/// A next() of an async_generator that is under way: where its outcome goes.
template <class T> struct pull {
  // A reference is given as a pointer.
  using item_type =
      std::conditional_t<std::is_reference_v<T>,
                         std::add_pointer_t<std::remove_reference_t<T>>,
                         std::optional<T>>;

  item_type item{};
  std::exception_ptr error;
};

template <class T> class async_generator_promise : public promise_base {
public:
  MOOR_DETECTS(explicit async_generator_promise(
      location own = location::current()) noexcept : promise_base(own){})

  async_generator<T> get_return_object() noexcept;

  /// Hands over to the consumer, who is the continuation.
  struct yield_awaiter : native_awaiter {
    bool await_ready() const noexcept { return false; }
    transfer await_suspend(
        std::coroutine_handle<async_generator_promise> h) const noexcept {
      MOOR_DETECTS(h.promise().trace_suspends(); self = &h.promise();)
      h.promise().pull_ = nullptr;
      return transfer_to(h.promise().continuation);
    }
    void await_resume() const noexcept { MOOR_DETECTS(self->trace_runs();) }
    MOOR_DETECTS(mutable promise_trace *self = nullptr;)
  };
  // (No template: g++ 12 has no idea how to keep a literal over a co_yield.)
  yield_awaiter yield_value(std::remove_reference_t<T> &&item MOOR_DETECTS(
      , location where = location::current()))
    requires(!std::is_reference_v<T>)
  {
    return give(std::move(item) MOOR_DETECTS(, where));
  }
  yield_awaiter yield_value(const std::remove_reference_t<T> &item MOOR_DETECTS(
      , location where = location::current()))
    requires(!std::is_reference_v<T> && std::is_copy_constructible_v<T>)
  {
    return give(item MOOR_DETECTS(, where));
  }
  yield_awaiter
  yield_value(T item MOOR_DETECTS(, location where = location::current()))
    requires std::is_reference_v<T>
  {
    MOOR_DETECTS(this->trace_awaits_at(where);)
    pull_->item = __builtin_addressof(item);
    return {};
  }

  struct end_awaiter : final_awaiter {
    transfer await_suspend(
        std::coroutine_handle<async_generator_promise> h) const noexcept {
      h.promise().pull_ = nullptr;
      return final_awaiter::await_suspend(h);
    }
  };
  end_awaiter final_suspend() const noexcept { return {}; }
  void return_void() const noexcept {}
  void unhandled_exception() noexcept {
    MOOR_DETECTS(this->trace_fails();)
    pull_->error = std::current_exception();
  }

  bool is_pulled() const noexcept { return pull_; }
  template <moor_promise P>
  void pulled(pull<T> &by, std::coroutine_handle<P> consumer) noexcept {
    pull_ = &by;
    this->environment = consumer.promise().environment;
    this->continuation = consumer;
    MOOR_DETECTS(this->trace_starts_under(&consumer.promise());)
  }

private:
  template <class U>
  yield_awaiter give(U &&item MOOR_DETECTS(, const location &where)) {
    MOOR_DETECTS(this->trace_awaits_at(where);)
    pull_->item.emplace(static_cast<U &&>(item));
    return {};
  }

  pull<T> *pull_ = nullptr; // while it runs, or waits itself
};

} // namespace detail

/// What a coroutine returns that computes values one after the other, and
/// awaits in between.
///
///     async_generator<line> lines(file &from) {
///       while (auto block = co_await from.read())
///         for (line &l : split(*block))
///           co_yield l;
///     }
///     …
///     MOOR_FOR_AWAIT(line &&l, lines(from))   // for_await.h
///       co_await handle(l);
///
/// Lazy. It is a stream: see stream.h. It runs while somebody awaits next(), on
/// that one's executor and under that one's stop token, be it another one each
/// time; one coroutine at a time. Going to the generator and back takes no
/// stack and posts nothing. What it throws comes out of next(), and is its end.
/// So is `cancelled`, unless its body catches it: a generator that was stopped
/// while it waited is over.
///
/// The frame does not move when the generator does: moving it is safe at any
/// time. To end it is safe whenever it does not run: it is then suspended in
/// co_yield, or has not begun, and what it holds ends. While next() is pending,
/// it must not end.
template <class T> class [[nodiscard]] async_generator {
  class next_awaiter;

public:
  using promise_type = detail::async_generator_promise<T>;

  async_generator(async_generator &&other) noexcept
      : coroutine_(std::exchange(other.coroutine_, nullptr)) {}
  async_generator &operator=(async_generator &&other) noexcept {
    async_generator(std::move(other)).swap(*this);
    return *this;
  }
  ~async_generator() {
    if (!coroutine_)
      return;
    MOOR_DETECTS(if (coroutine_.promise().is_pulled())
                     detail::report_destroyed_pinned(coroutine_.address());
                 detail::destroying_scope scope(
                     coroutine_.promise(), detail::destroying_scope::other);)
    assert(!coroutine_.promise().is_pulled() &&
           "destroyed while next() is pending");
    coroutine_.destroy();
  }
  void swap(async_generator &other) noexcept {
    std::swap(coroutine_, other.coroutine_);
  }

  /// Waits for the next value; gives an optional, which is empty after the last
  /// one. If T is a reference it gives a pointer, or null; what that points to
  /// lives until next() is awaited again.
  [[nodiscard]] next_awaiter next() noexcept {
    assert(coroutine_ && "this generator was moved elsewhere");
    return next_awaiter(coroutine_);
  }

private:
  friend promise_type;
  explicit async_generator(std::coroutine_handle<promise_type> c) noexcept
      : coroutine_(c) {}

  std::coroutine_handle<promise_type> coroutine_;
};

template <class T>
class async_generator<T>::next_awaiter
    : public detail::native_awaiter
      MOOR_DETECTS(, public detail::operation_trace) {
public:
  explicit next_awaiter(std::coroutine_handle<promise_type> of) noexcept
      : of_(of) {}
  next_awaiter(next_awaiter &&) = delete;

  bool await_ready() const noexcept {
    assert(!of_.promise().is_pulled() &&
           "one coroutine at a time asks a generator");
    return of_.done();
  }
  template <detail::moor_promise P>
  detail::transfer await_suspend(std::coroutine_handle<P> consumer) noexcept {
    of_.promise().pulled(pull_, consumer);
    return detail::transfer_to(of_);
  }
  typename detail::pull<T>::item_type await_resume() {
    if (pull_.error) [[unlikely]]
      std::rethrow_exception(std::move(pull_.error));
    return std::move(pull_.item);
  }

private:
  std::coroutine_handle<promise_type> of_;
  detail::pull<T> pull_;
};

template <class T>
async_generator<T>
detail::async_generator_promise<T>::get_return_object() noexcept {
  return async_generator<T>(
      std::coroutine_handle<async_generator_promise>::from_promise(*this));
}

} // namespace moor::inline MOOR_ABI

#endif // MOOR_ASYNC_GENERATOR_H
