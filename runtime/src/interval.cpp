// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include <moor/interval.h>

namespace moor::inline MOOR_ABI {

/// One has been waited for; decides when the next is due.
clock::time_point interval::seen(clock::time_point now) noexcept {
  using namespace std::chrono_literals;
  const clock::time_point due = due_;
  const clock::duration late = now - due;
  due_ = detail::later(due, period_);
  if (late > 5ms || late >= period_) {
    if (missed_ == missed_ticks::delay)
      due_ = detail::later(now, period_);
    else if (missed_ == missed_ticks::skip)
      due_ = detail::later(due, late - late % period_ + period_);
  }
  return due;
}

} // namespace moor::inline MOOR_ABI
