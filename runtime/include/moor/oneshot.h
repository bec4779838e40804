// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef MOOR_ONESHOT_H
#define MOOR_ONESHOT_H

#include <moor/detail/result.h>
#include <moor/detail/wait.h>
#include <optional>

namespace moor::inline MOOR_ABI {
namespace detail {

template <class T, class Threads> class CORO_PINS basic_oneshot {
  using value = std::conditional_t<std::is_void_v<T>, unit, T>;

public:
  class awaiter;

  basic_oneshot() = default;
  basic_oneshot(basic_oneshot &&) = delete;

  /// Sends the value made from the arguments. False if there was one already,
  /// or it is closed: then they were not touched.
  template <class... From>
    requires std::is_constructible_v<value, From...>
  bool send(From &&...from) noexcept(
      std::is_nothrow_constructible_v<value, From...>) {
    if (!claim())
      return false;
    if constexpr (std::is_nothrow_constructible_v<value, From...>) {
      value_.emplace(static_cast<From &&>(from)...);
    } else {
      try {
        value_.emplace(static_cast<From &&>(from)...);
      } catch (...) {
        end(unsent);
        throw;
      }
    }
    end(sent);
    return true;
  }
  /// Waits for the value; gives nothing if it was closed without one, or
  /// somebody has received it. One coroutine at a time may receive.
  [[nodiscard]] awaiter receive() noexcept { return awaiter(*this); }
  /// Nothing can be sent any more, if nothing was. For both sides: the receiver
  /// gives up, or the sender has nothing to send.
  void close() noexcept {
    if (claim())
      end(ended);
  }
  /// Whether sending is in vain.
  bool is_closed() const noexcept {
    // acquire: sees what was done before it was closed
    return state_.load(memory_order_acquire) != unsent;
  }

private:
  template <class, class, class> friend class owned_wait;

  enum state : unsigned char { unsent, sending, sent, ended };

  /// True for the one that decides what becomes of it.
  bool claim() noexcept {
    state expected = unsent;
    // release: who is too late sees what was done before; acquire: so it does
    return state_.compare_exchange_strong(
        expected, sending, memory_order_acq_rel, memory_order_acquire);
  }
  void end(state how) noexcept {
    granted_waits granted;
    typename wait_queue<Threads>::scope scope(waits_.lock);
    // release: publishes the value, and what was done before
    state_.store(how, memory_order_release);
    if (how != unsent)
      waits_.grant_first(granted);
  }
  bool is_ready() const noexcept {
    // acquire: sees the value
    return state_.load(memory_order_acquire) >= sent;
  }
  bool try_enter(awaiter &, granted_waits &) noexcept {
    assert(waits_.empty() && "a oneshot has one receiver");
    return is_ready();
  }
  void abandoned(awaiter &, granted_waits &) noexcept {}
  std::optional<value> take() noexcept {
    // relaxed: awaited before. The receiver's alone, once it is sent
    if (state_.load(memory_order_relaxed) == sent)
      state_.store(ended, memory_order_relaxed);
    std::optional<value> taken(std::move(value_));
    value_.reset();
    return taken;
  }

  typename Threads::template atomic<state> state_ = unsent;
  std::optional<value> value_; // of who claims, then of who receives
  wait_queue<Threads> waits_;
};

template <class T, class Threads>
class CORO_CANCEL_SAFE basic_oneshot<T, Threads>::awaiter
    : public owned_wait<awaiter, basic_oneshot, Threads> {
  using base = owned_wait<awaiter, basic_oneshot, Threads>;

public:
  MOOR_DETECTS(using is_cancel_safe = void;)

  using base::base;
  bool await_ready() const noexcept { return this->owner_.is_ready(); }
  std::optional<value> await_resume() {
    this->finish();
    return this->owner_.take();
  }
};

} // namespace detail

/// One value, from one coroutine to another.
///
///     oneshot<int> answer;
///     answer.send(42);                            // in the one
///     if (auto n = co_await answer.receive())     // in the other
///
/// Thread-safe: send() and close() may be called by many, and one of them
/// succeeds. The receiver resumes on its own executor. Pinned: it neither moves
/// nor ends before the receiver has been resumed; that one may end it at once.
/// A cancelled wait throws `cancelled` and has taken nothing: the value is, or
/// will be, there for the next receive(). A receiver that gives up says so with
/// close(), and then send() gives false.
///
/// oneshot<void> sends no more than that it happened, to one; event tells many.
/// For more than one value, a channel. To wait for a task, just await it.
template <class T = void>
class oneshot : public detail::basic_oneshot<T, detail::many_threads> {};

namespace local {
/// The same for the coroutines of one loop, without atomics.
template <class T = void>
class oneshot : public detail::basic_oneshot<T, detail::one_thread> {};
} // namespace local

} // namespace moor::inline MOOR_ABI

#endif // MOOR_ONESHOT_H
