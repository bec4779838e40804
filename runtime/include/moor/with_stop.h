// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef MOOR_WITH_STOP_H
#define MOOR_WITH_STOP_H

#include <moor/detail/group.h>

namespace moor::inline MOOR_ABI {
namespace detail {

struct request_stop_of {
  linked_stop_source &source;
  void operator()() const noexcept { source.request_stop(); }
};

} // namespace detail

/// Runs the task so that this token, too, stops it.
///
///     stop_source impatience;
///     …
///     co_await with_stop(impatience.token(), download());
///
/// The task runs here, on the executor of the coroutine that awaits it, under
/// the tokens of both: the coroutine's own still stops it. What the task ends
/// with is passed on: one that was stopped has usually thrown `cancelled`, and
/// whoever stopped it by the token may want to catch that here. A coroutine is
/// not stopped itself by the token that it gives to a task.
///
/// The token's source has to live until the task has ended.
template <class T>
[[nodiscard]] task<T> with_stop(stop_token token, CORO_CONSUMES task<T> work) {
  const context &parent = co_await detail::this_context();
  linked_stop_source either(parent.stop);
  stop_callback also(token, detail::request_stop_of{either});
  const context scope{parent.where, either.token()};
  co_return co_await std::move(work).in(scope);
}

} // namespace moor::inline MOOR_ABI

#endif // MOOR_WITH_STOP_H
