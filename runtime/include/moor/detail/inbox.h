// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Work that other threads post to the one of a loop: a lock-free stack that is
// taken as a whole, and turned over (R. K. Treiber, 1986). Its head also says
// that the consumer sleeps, so that exactly one producer has to wake it.

#ifndef MOOR_DETAIL_INBOX_H
#define MOOR_DETAIL_INBOX_H

#include <moor/detail/atomic.h>

namespace moor::inline MOOR_ABI::detail {

/// `Node` has a member `Node *next_`, which the inbox is a friend of.
template <class Node> class inbox {
public:
  /// Any thread. True if the consumer sleeps and has to be woken.
  bool push(Node &item) noexcept {
    Node *head = head_.load(memory_order_relaxed); // the exchange decides
    do
      item.next_ = head == asleep() ? nullptr : head;
    // release: publishes the item, and what happened before it was posted
    while (!head_.compare_exchange_weak(head, &item, memory_order_release,
                                        memory_order_relaxed));
    return head == asleep();
  }
  /// The consumer. All items, the oldest first, linked by next_; null if there
  /// are none.
  Node *take() noexcept {
    // acquire: sees the items
    Node *newest = head_.exchange(nullptr, memory_order_acquire);
    if (newest == asleep())
      newest = nullptr;
    Node *oldest = nullptr;
    while (newest) {
      Node *next = newest->next_;
      newest->next_ = oldest;
      oldest = newest;
      newest = next;
    }
    return oldest;
  }
  /// The one behind it among what was taken.
  static Node *next(Node &item) noexcept { return item.next_; }
  /// The consumer. False if there is something to take instead.
  bool sleep() noexcept {
    Node *none = nullptr;
    // relaxed: nothing was read, and nothing is published
    return head_.compare_exchange_strong(none, asleep(), memory_order_relaxed,
                                         memory_order_relaxed);
  }

private:
  Node *asleep() noexcept { return reinterpret_cast<Node *>(this); }

  atomic<Node *> head_ = nullptr;
};

} // namespace moor::inline MOOR_ABI::detail

#endif // MOOR_DETAIL_INBOX_H
