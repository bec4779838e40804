// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The ends of waits for calls; see detail/offload.h and detail/abandon.h.

#include <moor/detail/abandon.h>

namespace moor::inline MOOR_ABI::detail {

bool offloaded::submit() {
  if (stop_.stop_requested()) {
    cancelled_ = true; // before a thread is started for it
    return false;
  }
  pool_.prepare();
  // Held until the wait is complete: whoever ends it needs it, too.
  locked_scope scope(lock_);
  if (!arm()) {
    pool_.forget();
    cancelled_ = true;
    return false;
  }
  pool_.push(*this);
  return true;
}

void offloaded::done(piece &p) noexcept {
  auto &self = static_cast<offloaded &>(p);
  bool posts;
  {
    locked_scope scope(self.lock_);
    self.done_ = true;
    // If a stop has posted it, it may be gone as soon as the lock is.
    posts = self.claim_post();
  }
  if (posts)
    self.post();
}

void offloaded::settle(work_item &item) noexcept {
  auto &self = static_cast<offloaded &>(item);
  if (self.is_over())
    detail::resume(self.coroutine_);
}

bool offloaded::is_over() noexcept {
  locked_scope scope(lock_);
  if (done_)
    return true;
  cancelled_ = pool_.take_out(*this);
  if (!cancelled_)
    // relaxed: ordered by the lock. It is being called; done() posts again.
    posted_.store(false, memory_order_relaxed);
  return cancelled_;
}

bool abandonable_wait::submit() {
  if (stop_.stop_requested()) {
    cancelled_ = true;
    return false;
  }
  pool_.prepare();
  locked_scope scope(piece_.lock_);
  if (!arm()) {
    pool_.forget();
    cancelled_ = true;
    return false;
  }
  submitted_ = true;
  piece_.waiter_ = this;
  pool_.push(piece_);
  return true;
}

bool abandonable_piece::done() noexcept {
  wait_base *posts = nullptr;
  bool abandoned;
  {
    locked_scope scope(lock_);
    done_ = true;
    abandoned = !waiter_;
    if (waiter_ && waiter_->claim_post())
      posts = waiter_;
  }
  if (posts)
    posts->post();
  return abandoned;
}

void abandonable_wait::settle(work_item &item) noexcept {
  auto &self = static_cast<abandonable_wait &>(item);
  self.give_up();
  detail::resume(self.coroutine_);
}

/// Unless it is done.
void abandonable_wait::give_up() noexcept {
  {
    locked_scope scope(piece_.lock_);
    if (piece_.done_)
      return;
    cancelled_ = true;
    piece_.waiter_ = nullptr;
    submitted_ = !pool_.take_out(piece_);
  }
  piece_.stop_.request_stop();
}

} // namespace moor::inline MOOR_ABI::detail
