// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What a coroutine ended with: a value, or an exception.

#ifndef MOOR_DETAIL_RESULT_H
#define MOOR_DETAIL_RESULT_H

#include <exception>
#include <moor/detail/config.h>
#include <new>
#include <type_traits>
#include <utility>

namespace moor::inline MOOR_ABI::detail {

/// Stands for void where an object is needed.
struct unit {};

template <class T> class result {
  // A reference is kept as a pointer.
  using stored = std::conditional_t<
      std::is_void_v<T>, unit,
      std::conditional_t<std::is_reference_v<T>, std::remove_reference_t<T> *,
                         std::remove_const_t<T>>>;

public:
  result() noexcept {}
  result(result &&) = delete;
  ~result() {
    if (state_ == value)
      value_.~stored();
    else if (state_ == error)
      error_.~exception_ptr();
  }

  template <class... U> void emplace(U &&...from) {
    if constexpr (std::is_reference_v<T>)
      ::new (static_cast<void *>(&value_)) stored((&from, ...));
    else
      ::new (static_cast<void *>(&value_)) stored(static_cast<U &&>(from)...);
    state_ = value;
  }
  void fail(std::exception_ptr e) noexcept {
    ::new (static_cast<void *>(&error_)) std::exception_ptr(std::move(e));
    state_ = error;
  }

  bool has_value() const noexcept { return state_ == value; }
  bool has_error() const noexcept { return state_ == error; }
  const std::exception_ptr &exception() const noexcept { return error_; }

  /// The value, moved out, or the exception, thrown.
  T take() {
    if (state_ == error) [[unlikely]]
      std::rethrow_exception(error_);
    if constexpr (std::is_reference_v<T>)
      return static_cast<T>(*value_);
    else if constexpr (!std::is_void_v<T>)
      return std::move(value_);
  }
  /// The value where it is.
  auto &get() {
    if (state_ == error) [[unlikely]]
      std::rethrow_exception(error_);
    if constexpr (std::is_reference_v<T>)
      return *value_;
    else
      return value_;
  }

private:
  union {
    stored value_;
    std::exception_ptr error_;
  };
  enum : unsigned char { empty, value, error } state_ = empty;
};

/// The two members of a promise that take a result; one of them by value, one
/// of them void.
template <class T, class Promise> class returns {
public:
  template <class U = T>
    requires std::is_constructible_v<T, U>
  void return_value(U &&value) noexcept(std::is_nothrow_constructible_v<T, U>) {
    static_cast<Promise &>(*this).ended.emplace(static_cast<U &&>(value));
  }
};

template <class Promise> class returns<void, Promise> {
public:
  void return_void() noexcept { static_cast<Promise &>(*this).ended.emplace(); }
};

} // namespace moor::inline MOOR_ABI::detail

#endif // MOOR_DETAIL_RESULT_H
