// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A coroutine that is started by hand, with a context, and tells when it has
// ended: the roots of run(), the children of nurseries and combinators.

#ifndef MOOR_DETAIL_CHILD_H
#define MOOR_DETAIL_CHILD_H

#include <moor/detail/result.h>
#include <moor/task.h>

namespace moor::inline MOOR_ABI::detail {

class [[nodiscard]] child {
public:
  class promise_type : public promise_base {
  public:
    child get_return_object() noexcept {
      return child(std::coroutine_handle<promise_type>::from_promise(*this));
    }
    struct end_awaiter : native_awaiter {
      bool await_ready() const noexcept { return false; }
      transfer
      await_suspend(std::coroutine_handle<promise_type> h) const noexcept {
        promise_type &ended = h.promise();
        MOOR_DETECTS(ended.trace_ends();)
        return transfer_to(ended.on_end(ended.owner, h));
      }
      void await_resume() const noexcept {}
    };
    end_awaiter final_suspend() const noexcept { return {}; }
    void return_void() const noexcept {}
    [[noreturn]] void unhandled_exception() const noexcept { std::terminate(); }

    /// What to go on with, when the child is suspended for the last time.
    std::coroutine_handle<> (*on_end)(void *owner,
                                      std::coroutine_handle<> self) noexcept;
    void *owner;
  };

  child() = default;
  child(child &&other) noexcept
      : coroutine_(std::exchange(other.coroutine_, nullptr)) {}
  child &operator=(child &&other) noexcept {
    std::swap(coroutine_, other.coroutine_);
    return *this;
  }
  ~child() {
    if (coroutine_) {
      MOOR_DETECTS(destroying_scope scope(promise(), destroying_scope::other);)
      coroutine_.destroy();
    }
  }

  promise_type &promise() const noexcept { return coroutine_.promise(); }
  std::coroutine_handle<> handle() const noexcept { return coroutine_; }
  /// Whoever calls it destroys the frame.
  std::coroutine_handle<> release() noexcept {
    return std::exchange(coroutine_, nullptr);
  }

  /// `owner` has a member `std::coroutine_handle<> child_ended(handle)`.
  template <class Owner>
  void prepare(const context &environment, Owner &owner) noexcept {
    promise_type &p = promise();
    p.environment = &environment;
    MOOR_DETECTS(p.trace_starts_under(environment.opened_by);)
    p.owner = &owner;
    p.on_end = [](void *o, std::coroutine_handle<> self) noexcept {
      return static_cast<Owner *>(o)->child_ended(self);
    };
  }

private:
  explicit child(std::coroutine_handle<promise_type> c) noexcept
      : coroutine_(c) {}

  std::coroutine_handle<promise_type> coroutine_;
};

/// Awaits the task and puts what it ends with into `into`, which outlives it;
/// then tells `then`, if there is one.
template <class T, class... Then>
child collect(task<T> from, result<T> &into, Then... then) {
  try {
    if constexpr (std::is_void_v<T>) {
      co_await std::move(from);
      into.emplace();
    } else {
      into.emplace(co_await std::move(from));
    }
  } catch (...) {
    into.fail(std::current_exception());
  }
  (then(into), ...);
}

} // namespace moor::inline MOOR_ABI::detail

#endif // MOOR_DETAIL_CHILD_H
