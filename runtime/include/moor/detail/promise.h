// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What the promises of all of moor's coroutines have in common: the context
// that flows from parent to child, who goes on when they end, and where their
// frames come from.

#ifndef MOOR_DETAIL_PROMISE_H
#define MOOR_DETAIL_PROMISE_H

#include <exception>
#include <moor/concepts.h>
#include <moor/detail/frame_pool.h>
#include <moor/detail/posted_back.h>
#include <moor/detail/trace.h>
#include <moor/detail/transfer.h>
#include <moor/executor.h>
#include <moor/stop.h>

namespace moor::inline MOOR_ABI {

namespace detail {

#ifdef __clang__
template <class A> A &by_reference(A &awaiter) noexcept { return awaiter; }
#else
/// g++ 12 copies an awaiter that await_transform returns a reference to.
template <class A> struct awaiter_reference {
  A &awaiter;
  bool await_ready() { return awaiter.await_ready(); }
  template <class P> auto await_suspend(std::coroutine_handle<P> h) {
    return awaiter.await_suspend(h);
  }
  decltype(auto) await_resume() { return awaiter.await_resume(); }
};
template <class A> awaiter_reference<A> by_reference(A &awaiter) noexcept {
  return {awaiter};
}
#endif

class promise_base MOOR_DETECTS( : public promise_trace) {
public:
  MOOR_DETECTS(using promise_trace::promise_trace; promise_base() = default;)

  static void *operator new(std::size_t size) {
    MOOR_DETECTS(frame_made(size);)
    return frame_pool::allocate(size);
  }
  static void operator delete(void *p, std::size_t size) noexcept {
    frame_pool::free(p, size);
  }

  const context *environment = nullptr;
  /// Goes on when this coroutine has ended; on the same executor.
  std::coroutine_handle<> continuation = std::noop_coroutine();

#if MOOR_DETECT
  initial_awaiter initial_suspend() noexcept { return initial_awaiter(*this); }
#else
  std::suspend_always initial_suspend() const noexcept { return {}; }
#endif

  /// Awaiters of moor resume their coroutine on its own executor. Of any other
  /// nothing is known, so its coroutine is posted back.
  template <class A>
  decltype(auto) await_transform(
      A &&awaitable MOOR_DETECTS(, location where = location::current())) {
    if constexpr (!moor::awaitable<A>) {
      static_assert(!moor::awaitable<std::remove_reference_t<A>>,
                    "it can be awaited once: write co_await std::move(…)");
      static_assert(moor::awaitable<std::remove_reference_t<A>>,
                    "this cannot be awaited");
      return std::suspend_never(); // no further messages
    } else
#if MOOR_DETECT
    {
      trace_awaits_at(where);
      if constexpr (native_awaitable<A>) {
        return traced<awaiter_of<A>>(*this, [&]() -> decltype(auto) {
          return detail::get_awaiter(static_cast<A &&>(awaitable));
        });
      } else {
        return traced<posted_back<A>>(*this, [&] {
          return detail::posted_back<A>(static_cast<A &&>(awaitable));
        });
      }
    }
#else
        if constexpr (!native_awaitable<A>)
      return detail::posted_back<A>(static_cast<A &&>(awaitable));
    else if constexpr (has_member_co_await<A> || has_free_co_await<A>)
      return static_cast<A &&>(awaitable);
    else
      return detail::by_reference(awaitable);
#endif
  }
};

/// A promise of a coroutine that has a context.
template <class P>
concept moor_promise = std::derived_from<P, promise_base>;

struct final_awaiter : native_awaiter {
  bool await_ready() const noexcept { return false; }
  template <class P>
  transfer await_suspend(std::coroutine_handle<P> h) const noexcept {
    MOOR_DETECTS(h.promise().trace_ends();)
    return transfer_to(h.promise().continuation);
  }
  void await_resume() const noexcept {}
};

} // namespace detail
} // namespace moor::inline MOOR_ABI

#endif // MOOR_DETAIL_PROMISE_H
