// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What flows from a coroutine to those that it awaits.

#ifndef MOOR_CONTEXT_H
#define MOOR_CONTEXT_H

#include <moor/detail/trace.h>
#include <moor/executor.h>
#include <moor/stop.h>

namespace moor::inline MOOR_ABI {

/// Where a coroutine runs, and who may stop it. A coroutine has a pointer to
/// the one that it inherited; who makes a new one keeps it until the children
/// have ended.
struct context {
  executor *where = nullptr;
  stop_token stop;
  /// The coroutine whose children run in it, where it is one that made it.
  MOOR_DETECTS(detail::promise_trace *opened_by = nullptr;)
};

} // namespace moor::inline MOOR_ABI

#endif // MOOR_CONTEXT_H
