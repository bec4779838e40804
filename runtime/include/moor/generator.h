// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef MOOR_GENERATOR_H
#define MOOR_GENERATOR_H

#include <cassert>
#include <coroutine>
#include <exception>
#include <iterator>
#include <moor/detail/frame_pool.h>
#include <type_traits>
#include <utility>

namespace moor::inline MOOR_ABI {

template <class T> class generator;

namespace detail {

template <class T> class generator_promise {
public:
  using reference = std::conditional_t<std::is_reference_v<T>, T, T &&>;

private:
  using object = std::remove_reference_t<reference>;

  class copy_awaiter {
  public:
    copy_awaiter(generator_promise &to, const object &item)
        : to_(to), copy_(item) {}
    copy_awaiter(copy_awaiter &&) = delete;
    bool await_ready() const noexcept { return false; }
    void await_suspend(std::coroutine_handle<>) noexcept {
      to_.item_ = __builtin_addressof(copy_);
    }
    void await_resume() const noexcept {}

  private:
    generator_promise &to_;
    std::remove_const_t<object> copy_;
  };

public:
  static void *operator new(std::size_t size) {
    return frame_pool::allocate(size);
  }
  static void operator delete(void *p, std::size_t size) noexcept {
    frame_pool::free(p, size);
  }

  generator<T> get_return_object() noexcept;
  std::suspend_always initial_suspend() const noexcept { return {}; }
  std::suspend_always final_suspend() const noexcept { return {}; }
  /// A temporary lives until the coroutine is resumed.
  std::suspend_always yield_value(reference item) noexcept {
    item_ = __builtin_addressof(item);
    return {};
  }
  /// It may be moved out of the generator, which still has its own.
  copy_awaiter yield_value(const object &item)
    requires(std::is_rvalue_reference_v<reference> &&
             std::is_copy_constructible_v<object>)
  {
    return copy_awaiter(*this, item);
  }
  void return_void() const noexcept {}
  void unhandled_exception() noexcept { error_ = std::current_exception(); }
  template <class Awaitable>
  void await_transform(Awaitable &&) = delete; // a generator cannot await: an
                                               // async_generator can

  reference item() const noexcept { return static_cast<reference>(*item_); }
  void rethrow() {
    if (error_) [[unlikely]]
      std::rethrow_exception(std::exchange(error_, nullptr));
  }

private:
  object *item_ = nullptr;
  std::exception_ptr error_;
};

} // namespace detail

/// What a coroutine returns that computes values one after the other.
///
///     generator<int> count(int n) {
///       for (int i = 0; i < n; ++i)
///         co_yield i;
///     }
///     …
///     for (int i : count(3)) …
///
/// An input range, as std::generator: lazy, for one pass, the values are T &&
/// (T, if it is a reference). It runs in begin() and ++, on the stack of who
/// calls them, and its exceptions come out of there. It cannot await, and may
/// hold locks over co_yield as any function may over its return. After a loop
/// that was left, begin() goes on with the next value; after the end there are
/// none.
///
/// The frame does not move when the generator does, and iterators refer to the
/// frame: moving it is safe at any time. To end it, or to assign to it, is safe
/// whenever it does not run itself: it is then suspended, and what it holds
/// ends; iterators of it are dead.
template <class T> class [[nodiscard]] generator {
public:
  using promise_type = detail::generator_promise<T>;
  class iterator;

  generator(generator &&other) noexcept
      : coroutine_(std::exchange(other.coroutine_, nullptr)) {}
  generator &operator=(generator &&other) noexcept {
    generator(std::move(other)).swap(*this);
    return *this;
  }
  ~generator() {
    if (coroutine_)
      coroutine_.destroy();
  }
  void swap(generator &other) noexcept {
    std::swap(coroutine_, other.coroutine_);
  }

  /// Computes the first value, or the next.
  [[nodiscard]] iterator begin() {
    assert(coroutine_ && "this generator was moved elsewhere");
    iterator first(coroutine_);
    if (!coroutine_.done())
      ++first;
    return first;
  }
  std::default_sentinel_t end() const noexcept { return {}; }

private:
  friend promise_type;
  explicit generator(std::coroutine_handle<promise_type> c) noexcept
      : coroutine_(c) {}

  std::coroutine_handle<promise_type> coroutine_;
};

template <class T> class generator<T>::iterator {
public:
  using iterator_concept = std::input_iterator_tag;
  using value_type = std::remove_cvref_t<T>;
  using difference_type = std::ptrdiff_t;

  iterator(iterator &&) = default;
  iterator &operator=(iterator &&) = default;

  typename promise_type::reference operator*() const noexcept {
    return coroutine_.promise().item();
  }
  iterator &operator++() {
    assert(!coroutine_.done() && "there are no more values");
    coroutine_.resume();
    coroutine_.promise().rethrow();
    return *this;
  }
  void operator++(int) { ++*this; }
  bool operator==(std::default_sentinel_t) const noexcept {
    return coroutine_.done();
  }

private:
  friend generator;
  explicit iterator(std::coroutine_handle<promise_type> c) noexcept
      : coroutine_(c) {}

  std::coroutine_handle<promise_type> coroutine_;
};

template <class T>
generator<T> detail::generator_promise<T>::get_return_object() noexcept {
  return generator<T>(
      std::coroutine_handle<generator_promise>::from_promise(*this));
}

} // namespace moor::inline MOOR_ABI

#endif // MOOR_GENERATOR_H
