// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// One coroutine waiting for one thing: the base of the awaiters of all
// primitives.
//
// Two may want to end a wait: who grants it, and who stops it. Neither resumes
// the coroutine; the first of them posts it to its executor (`posted_` decides,
// once), and there, under the primitive's lock, it is seen what became of the
// wait:
//
//     push, arm ──┬── grant: unlink, granted; post ──┐
//                 │                                  ├── settle ── resume
//                 └── stop: post ────────────────────┘
//                                 not granted? unlink, cancelled
//
// If it was the grant that posted, the outcome is known before, and settling
// does not need the lock.
//
// So a wait ends with a value or without any effect, never half; a stop
// callback touches nothing but the flag; and whoever loses touches nothing
// after the lock. The node is part of the awaiter, which is part of the frame:
// no wait allocates.

#ifndef MOOR_DETAIL_WAIT_H
#define MOOR_DETAIL_WAIT_H

#include <cassert>
#include <moor/concepts.h>
#include <moor/context.h>
#include <moor/detail/promise.h>
#include <new>

namespace moor::inline MOOR_ABI::detail {

class wait_base : public work_item, public native_awaiter {
public:
  /// True once: whoever gets it has to post.
  bool claim_post() noexcept {
    // relaxed: it only decides. What was done before is ordered by the post, by
    // the primitive's lock, and by the end of the stop's call
    return !posted_.exchange(true, memory_order_relaxed);
  }
  void post() noexcept { home_->post(*this); }

protected:
  explicit wait_base(function settle) noexcept
      : work_item(settle), on_stop_(*this) {}
  ~wait_base() = default;

  template <moor_promise P> void begin(std::coroutine_handle<P> h) noexcept {
    begin(h, *h.promise().environment);
  }
  void begin(std::coroutine_handle<> h, const context &environment) noexcept {
    coroutine_ = h;
    home_ = environment.where;
    stop_ = environment.stop;
  }
  /// From here on a stop posts. False if one was requested already.
  bool arm() noexcept {
    if (!stop_.source())
      return true;
    armed_ = stop_.source()->add(on_stop_);
    return armed_;
  }
  /// Has to be called when the wait is over, by the coroutine.
  void disarm() noexcept {
    if (armed_)
      stop_.source()->remove(on_stop_);
    armed_ = false;
  }

  std::coroutine_handle<> coroutine_;
  executor *home_ = nullptr;
  stop_token stop_;
  atomic<bool> posted_ = false;

private:
  struct stop_post : stop_node {
    explicit stop_post(wait_base &owner) noexcept
        : stop_node([](stop_node &self) noexcept {
            wait_base &owner = static_cast<stop_post &>(self).owner;
            if (owner.claim_post())
              owner.post();
          }),
          owner(owner) {}
    wait_base &owner;
  };

  stop_post on_stop_;
  bool armed_ = false;
};

/// A wait in a primitive's queue.
class queued_wait : public wait_base {
public:
  enum class outcome : unsigned char { waiting, granted, cancelled };

protected:
  using wait_base::wait_base;

  outcome outcome_ = outcome::waiting; // under the queue's lock
  bool granted_and_posted_ = false;    // of the post: by whoever claimed it

private:
  template <class> friend class wait_queue;
  friend class granted_waits;

  queued_wait *next_ = nullptr, *previous_ = nullptr;
};

/// Waits that were granted under a lock, to be posted after it, oldest first.
class granted_waits {
public:
  granted_waits() = default;
  granted_waits(granted_waits &&) = delete;
  ~granted_waits() {
    while (queued_wait *w = first_) {
      first_ = w->next_; // before it is posted: then it may be gone
      w->post();
    }
  }
  void add(queued_wait &w) noexcept {
    w.granted_and_posted_ = true;
    w.next_ = nullptr;
    (last_ ? last_->next_ : first_) = &w;
    last_ = &w;
  }

private:
  queued_wait *first_ = nullptr, *last_ = nullptr;
};

/// The waits of one primitive, oldest first, and the lock that all of its slow
/// paths hold.
template <class Threads> class wait_queue {
public:
  using scope = locked_scope<typename Threads::lock>;

  wait_queue() = default;
  wait_queue(wait_queue &&) = delete;
  /// Somebody who has just granted the last wait may still be about to unlock.
  ~wait_queue() {
    scope last(lock);
    MOOR_DETECTS(if (std::exchange(first_, nullptr))
                     report_destroyed_pinned(this);)
    assert(!first_ && "destroyed with waiters");
  }

  typename Threads::lock lock;

  // What follows is called under the lock.

  bool empty() const noexcept { return !first_; }
  queued_wait *first() const noexcept { return first_; }
  void push(queued_wait &w) noexcept {
    w.next_ = nullptr;
    w.previous_ = last_;
    (last_ ? last_->next_ : first_) = &w;
    last_ = &w;
  }
  void remove(queued_wait &w) noexcept {
    (w.previous_ ? w.previous_->next_ : first_) = w.next_;
    (w.next_ ? w.next_->previous_ : last_) = w.previous_;
  }
  /// Ends the oldest wait. It is posted when `granted` ends, after the lock.
  queued_wait *grant_first(granted_waits &granted) noexcept {
    queued_wait *w = first_;
    if (w)
      grant(*w, granted);
    return w;
  }
  void grant(queued_wait &w, granted_waits &granted) noexcept {
    remove(w);
    w.outcome_ = queued_wait::outcome::granted;
    // If a stop has posted it, it may be gone as soon as the lock is.
    if (w.claim_post())
      granted.add(w);
  }

private:
  queued_wait *first_ = nullptr, *last_ = nullptr;
};

/// The awaiter of a primitive. `Owner` has
///
///     wait_queue<Threads> waits_;
///     // Under the lock: whether there is no need to wait.
///     bool try_enter(Awaiter &, granted_waits &) noexcept;
///     // Under the lock: one that could not enter has been cancelled; it waits
///     // no more.
///     void abandoned(Awaiter &, granted_waits &) noexcept;
///
/// Both may grant others. An Awaiter with more to do before the coroutine goes
/// on has a `go_on` of its own.
///
/// The node is made when the coroutine suspends, so that not having to wait
/// costs next to nothing.
template <class Awaiter, class Owner, class Threads>
class owned_wait : public native_awaiter MOOR_DETECTS(,
                                                      public operation_trace) {
public:
  explicit owned_wait(Owner &owner) noexcept : owner_(owner) {}
  owned_wait(owned_wait &&) = delete;
  ~owned_wait() {
    MOOR_DETECTS(if (waits_) ends_waiting();)
    if (waits_)
      node_.~node();
  }

  template <moor_promise P> bool await_suspend(std::coroutine_handle<P> h) {
    return suspend(h, *h.promise().environment);
  }
  /// The same for a context of choice: one without a stop cannot be cancelled.
  bool suspend(std::coroutine_handle<> h, const context &environment) {
    MOOR_DETECTS(this->trace_awaited();)
    ::new (static_cast<void *>(&node_)) node(*this);
    waits_ = true;
    node_.begin(h, environment);
    granted_waits granted;
    // Held until the wait is complete: whoever ends it needs it, too.
    typename wait_queue<Threads>::scope scope(owner_.waits_.lock);
    if (owner_.try_enter(self(), granted)) {
      node_.outcome_ = queued_wait::outcome::granted;
      return false;
    }
    if (!node_.arm()) {
      node_.outcome_ = queued_wait::outcome::cancelled;
      owner_.abandoned(self(), granted);
      return false;
    }
    owner_.waits_.push(node_);
    return true;
  }
  /// Whose wait it is: one that is in the owner's queue.
  static Awaiter &of(queued_wait &w) noexcept {
    return static_cast<node &>(w).of_.self();
  }

protected:
  /// Throws `cancelled` if the wait was.
  void finish() {
    MOOR_DETECTS(this->trace_awaited();)
    if (!waits_)
      return;
    node_.disarm();
    if (node_.outcome_ == queued_wait::outcome::cancelled)
      throw cancelled();
  }

  /// The wait is over.
  void go_on() noexcept { detail::resume(coroutine()); }
  std::coroutine_handle<> coroutine() const noexcept {
    return node_.coroutine_;
  }
  executor &home() const noexcept { return *node_.home_; }

  Owner &owner_;

private:
  class node : public queued_wait {
  public:
    explicit node(owned_wait &of) noexcept
        : queued_wait([](work_item &item) noexcept {
            static_cast<node &>(item).of_.settle();
          }),
          of_(of) {}

  private:
    friend owned_wait;
    owned_wait &of_;
  };

  Awaiter &self() noexcept { return static_cast<Awaiter &>(*this); }
  void settle() noexcept {
    if (!node_.granted_and_posted_)
      settle_a_stop();
    self().go_on();
  }
  void settle_a_stop() noexcept {
    granted_waits granted;
    typename wait_queue<Threads>::scope scope(owner_.waits_.lock);
    if (node_.outcome_ != queued_wait::outcome::waiting)
      return; // it was granted all the same
    owner_.waits_.remove(node_);
    node_.outcome_ = queued_wait::outcome::cancelled;
    owner_.abandoned(self(), granted);
  }

#if MOOR_DETECT
  /// The frame may be destroyed while it is suspended: here.
  void ends_waiting() noexcept {
    typename wait_queue<Threads>::scope scope(owner_.waits_.lock);
    if (node_.outcome_ != queued_wait::outcome::waiting)
      return;
    report_destroyed_pinned(this);
    owner_.waits_.remove(node_);
  }
#endif

  bool waits_ = false;
  union {
    node node_;
  };
};

} // namespace moor::inline MOOR_ABI::detail

#endif // MOOR_DETAIL_WAIT_H
