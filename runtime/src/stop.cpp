// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Registering, calling and removing what a stop request calls; see stop.h. The
// algorithm is that of P0660's reference implementation (Josuttis, Baker).

#include <cassert>
#include <moor/detail/trace.h>
#include <moor/stop.h>

namespace moor::inline MOOR_ABI {

using namespace detail;

stop_source::~stop_source() {
  MOOR_DETECTS(if (first_) report_destroyed_pinned(this); first_ = nullptr;)
  assert(!first_ && "a stop source ended before what is registered with it");
}

bool stop_source::add(stop_node &node) noexcept {
  locked_scope scope(lock_);
  if (requested_.load(memory_order_relaxed)) // ordered by the lock
    return false;
  node.next_ = first_;
  node.previous_ = nullptr;
  if (first_)
    first_->previous_ = &node;
  first_ = &node;
  node.linked_ = true;
  node.ended_.store(false, memory_order_relaxed); // ordered by the lock
  return true;
}

bool stop_source::request_stop() noexcept {
  lock_.lock();
  if (requested_.load(memory_order_relaxed)) { // ordered by the lock
    lock_.unlock();
    return false;
  }
  // release: publishes what was done before the request
  requested_.store(true, memory_order_release);
  caller_ = this_thread();
  while (stop_node *node = first_) {
    first_ = node->next_;
    if (first_)
      first_->previous_ = nullptr;
    node->linked_ = false;
    bool destroyed = false;
    node->destroyed_ = &destroyed;
    lock_.unlock();

    node->call_(*node);

    if (!destroyed) {
      node->destroyed_ = nullptr;
      // release: the call has ended; the node may end from here on
      node->ended_.store(true, memory_order_release);
    }
    lock_.lock();
  }
  lock_.unlock();
  return true;
}

void stop_source::remove(stop_node &node) noexcept {
  {
    locked_scope scope(lock_);
    if (node.linked_) {
      (node.previous_ ? node.previous_->next_ : first_) = node.next_;
      if (node.next_)
        node.next_->previous_ = node.previous_;
      node.linked_ = false;
      return;
    }
    if (!requested_.load(memory_order_relaxed)) // ordered by the lock
      return;                                   // never added
    if (caller_ == this_thread()) {
      // From within the call, or after it.
      if (node.destroyed_)
        *node.destroyed_ = true;
      return;
    }
  }
  spin_wait wait;
  // acquire: sees all that the call did
  while (!node.ended_.load(memory_order_acquire))
    wait();
}

} // namespace moor::inline MOOR_ABI
