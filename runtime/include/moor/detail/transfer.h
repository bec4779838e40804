// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Going from one coroutine to another without growing the stack.
//
// await_suspend may return the handle of the coroutine to go on with, and the
// compiler makes a tail call of it (symmetric transfer). Where it cannot,
// await_suspend only notes the handle, and `resume`, which is below every
// coroutine on the stack, goes on with it:
//
//     transfer await_suspend(std::coroutine_handle<>) noexcept {
//       return transfer_to(child);
//     }

#ifndef MOOR_DETAIL_TRANSFER_H
#define MOOR_DETAIL_TRANSFER_H

#include <coroutine>
#include <moor/detail/trace.h>

namespace moor::inline MOOR_ABI::detail {

#if MOOR_TRAMPOLINE

using transfer = void;
inline constinit thread_local std::coroutine_handle<> next_coroutine{};

inline void transfer_to(std::coroutine_handle<> h) noexcept {
  next_coroutine = h;
}
inline void stay_suspended() noexcept {}

inline void resume(std::coroutine_handle<> h) {
  MOOR_DETECTS(running_scope scope;)
  std::coroutine_handle<> outer = next_coroutine;
  do {
    next_coroutine = nullptr;
    h.resume();
    h = next_coroutine;
  } while (h);
  next_coroutine = outer;
}

#else

using transfer = std::coroutine_handle<>;

inline transfer transfer_to(std::coroutine_handle<> h) noexcept { return h; }
inline transfer stay_suspended() noexcept { return std::noop_coroutine(); }
inline void resume(std::coroutine_handle<> h) {
  MOOR_DETECTS(running_scope scope;)
  h.resume();
}

#endif

} // namespace moor::inline MOOR_ABI::detail

#endif // MOOR_DETAIL_TRANSFER_H
