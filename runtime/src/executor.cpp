// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The heap of timers; see executor.h.

#include <moor/executor.h>

namespace moor::inline MOOR_ABI {

timer *timer_heap::meld(timer *a, timer *b) noexcept {
  if (!a || !b)
    return a ? a : b;
  bool b_first =
      b->due_ < a->due_ || (b->due_ == a->due_ && b->order_ < a->order_);
  if (b_first) {
    timer *swapped = a;
    a = b;
    b = swapped;
  }
  b->sibling_ = a->child_;
  if (a->child_)
    a->child_->previous_ = b;
  b->previous_ = a;
  a->child_ = b;
  return a;
}

/// In pairs from left to right, then all from right to left.
timer *timer_heap::meld_siblings(timer *first) noexcept {
  timer *pairs = nullptr; // linked by previous_
  while (first) {
    timer *a = first, *b = a->sibling_;
    first = b ? b->sibling_ : nullptr;
    a->sibling_ = a->previous_ = nullptr;
    if (b)
      b->sibling_ = b->previous_ = nullptr;
    timer *pair = meld(a, b);
    pair->previous_ = pairs;
    pairs = pair;
  }
  timer *root = nullptr;
  while (pairs) {
    timer *next = pairs->previous_;
    pairs->previous_ = nullptr;
    root = meld(root, pairs);
    pairs = next;
  }
  return root;
}

void timer_heap::add(timer &t, clock::time_point due) noexcept {
  t.due_ = due;
  t.order_ = added_++;
  t.child_ = t.sibling_ = t.previous_ = nullptr;
  t.pending_ = true;
  root_ = meld(root_, &t);
}

bool timer_heap::remove(timer &t) noexcept {
  if (!t.pending_)
    return false;
  t.pending_ = false;
  timer *children = meld_siblings(t.child_);
  t.child_ = nullptr;
  if (&t == root_) {
    root_ = children;
    return true;
  }
  if (t.previous_->child_ == &t)
    t.previous_->child_ = t.sibling_;
  else
    t.previous_->sibling_ = t.sibling_;
  if (t.sibling_)
    t.sibling_->previous_ = t.previous_;
  t.sibling_ = t.previous_ = nullptr;
  root_ = meld(root_, children);
  return true;
}

timer *timer_heap::pop() noexcept {
  timer *first = root_;
  remove(*first);
  return first;
}

void timer_heap::expire(clock::time_point now, work_queue &ready) noexcept {
  while (root_ && root_->due_ <= now)
    expire_first(ready);
}

bool timer_heap::expire_first(work_queue &ready) noexcept {
  if (!root_)
    return false;
  timer *t = pop();
  // relaxed: as in wait_base::claim_post; here it is the executor's lock
  if (!t->posted_.exchange(true, detail::memory_order_relaxed))
    ready.push(t->what_);
  return true;
}

} // namespace moor::inline MOOR_ABI
