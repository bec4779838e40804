// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Coming, leaving and ending; see shared_task.h.

#include <moor/shared_task.h>

namespace moor::inline MOOR_ABI::detail {

std::coroutine_handle<> shared_frame::join(shared_wait &w) noexcept {
  locked_scope scope(waits_.lock);
  MOOR_DETECTS(awaited_ = true;)
  if (ended_.load(memory_order_relaxed)) // ordered by the lock
    return w.coroutine_;
  if (!w.arm()) {
    w.outcome_ = queued_wait::outcome::cancelled;
    return w.coroutine_;
  }
  // Once it is in the queue and the lock is released, it may be gone.
  keep();
  w.keeps_ = true;
  waits_.push(w);
  ++waiting_;
  if (begun_)
    return std::noop_coroutine();
  begun_ = true;
  starter_ = &w;
  environment_ = {w.home_, stop_.token()};
  environment = &environment_;
  return frame_;
}

void shared_wait::settle(work_item &item) noexcept {
  auto &w = static_cast<shared_wait &>(item);
  if (w.granted_and_posted_ || w.frame_.leave(w))
    detail::resume(w.coroutine_);
}

bool shared_frame::leave(shared_wait &w) noexcept {
  {
    locked_scope scope(waits_.lock);
    if (w.outcome_ != queued_wait::outcome::waiting)
      return true; // it was granted all the same
    if (waiting_ > 1) {
      waits_.remove(w);
      --waiting_;
      w.outcome_ = queued_wait::outcome::cancelled;
      if (starter_ == &w)
        starter_ = nullptr;
      return true;
    }
    // relaxed: ordered by the lock; end() will post it a second time
    w.posted_.store(false, memory_order_relaxed);
    keep(); // from here on it may end, and all who wait with it
  }
  stop_.request_stop();
  let_go();
  return false;
}

std::coroutine_handle<> shared_frame::end() noexcept {
  std::coroutine_handle<> next = std::noop_coroutine();
  granted_waits granted;
  locked_scope scope(waits_.lock);
  // release: publishes the result
  ended_.store(true, memory_order_release);
  if (shared_wait *w = starter_) {
    // This is its executor: it goes on here and now.
    waits_.remove(*w);
    w->outcome_ = queued_wait::outcome::granted;
    if (w->claim_post())
      next = w->coroutine_;
  }
  while (waits_.grant_first(granted))
    ;
  return next;
}

} // namespace moor::inline MOOR_ABI::detail
