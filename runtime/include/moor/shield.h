// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef MOOR_SHIELD_H
#define MOOR_SHIELD_H

#include <moor/detail/group.h>

namespace moor::inline MOOR_ABI {

/// Runs the task so that a stop does not reach it: for what has to be finished
/// once it is begun, and for cleaning up.
///
///     bool stopped = false;
///     try {
///       co_await transfer(from, to);
///     } catch (cancelled) {
///       stopped = true;             // in a handler nothing can be awaited
///     }
///     if (stopped) {
///       co_await shield(roll_back(from));
///       throw cancelled();
///     }
///
/// The task runs here, on the executor of the coroutine that awaits it. It
/// begins even if a stop was requested already; the coroutine sees that at its
/// first wait after the shield. Stops from inside still work: what timeout,
/// with_stop or a nursery in the task does ends there.
///
/// A shielded task holds up everybody who has asked for the stop, so put a
/// timeout into it: `shield(timeout(1s, roll_back(from)))`.
template <class T> [[nodiscard]] task<T> shield(CORO_CONSUMES task<T> work) {
  const context &parent = co_await detail::this_context();
  const context scope{parent.where, stop_token()};
  co_return co_await std::move(work).in(scope);
}

} // namespace moor::inline MOOR_ABI

#endif // MOOR_SHIELD_H
