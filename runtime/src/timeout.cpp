// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include <moor/timeout.h>

namespace moor::inline MOOR_ABI {

const char *timed_out::what() const noexcept {
  return "moor: the time for a task is over";
}

void detail::alarm::ring(work_item &item) noexcept {
  auto &self = static_cast<alarm &>(item);
  self.stop_.request_stop();
  // acq_rel: shows what was done, and sees the handle. If nobody waits yet, the
  // alarm may be gone from here on.
  if (self.state_.exchange(rung, memory_order_acq_rel) == awaited)
    detail::resume(self.coroutine_);
}

} // namespace moor::inline MOOR_ABI
