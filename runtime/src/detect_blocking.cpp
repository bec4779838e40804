// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Whether a call that blocks is to be reported: if the thread runs a coroutine
// of moor, which has not said that it may. (moor's own waiting, in its loops
// and pools, is below all coroutines.)

#include "detecting.h"

#if MOOR_DETECT

namespace moor::inline MOOR_ABI::detail {

bool blocking_matters() noexcept {
  const thread_state &here = this_thread_state;
  return here.depth && !here.busy && !here.allowed &&
         is_on(detector::blocked_worker);
}

static bool is_allowed() noexcept {
  unsigned levels = 0;
  for (const promise_trace *p = running_coroutine(); p && levels < 64;
       p = p->awaited_by, ++levels)
    if (p->allowed)
      return true;
  return false;
}

void about_to_block(const char *function) noexcept {
  if (is_allowed())
    return;
  busy_scope busy;
  const promise_trace *running = running_coroutine();
  long_call_chain calls;
  bool in_coroutine = false;
  place where = innermost_in_coroutine(calls, in_coroutine);
  finding found(detector::blocked_worker, where);
  found.says("", function,
             " would block the thread while it runs this coroutine");
  if (!where.file && running)
    found.add("it was last suspended here", place_of(running->awaiting));
  if (place call = innermost(calls.calls, calls.count);
      call.file && (call.file != where.file || call.line != where.line))
    found.add("called here", call);
  found.awaited(running).report();
}

} // namespace moor::inline MOOR_ABI::detail

#endif // MOOR_DETECT
