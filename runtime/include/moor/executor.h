// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Where coroutines run.

#ifndef MOOR_EXECUTOR_H
#define MOOR_EXECUTOR_H

#include <chrono>
#include <moor/detail/atomic.h>

namespace moor::inline MOOR_ABI {

namespace detail {
template <class> class inbox;
}

/// All waiting in moor is measured on this clock.
using clock = std::chrono::steady_clock;

/// Something to run, once per post. It is a member of what it works for, so
/// posting allocates nothing; it must stay where it is until it has run.
class work_item {
public:
  work_item(work_item &&) = delete;

protected:
  using function = void (*)(work_item &) noexcept;
  explicit work_item(function run) noexcept : run_(run) {}
  ~work_item() = default;

private:
  friend class work_queue;
  friend class executor;
  template <class> friend class detail::inbox;

  work_item *next_ = nullptr;
  function run_;
};

/// An intrusive FIFO of work. Not thread-safe.
class work_queue {
public:
  bool empty() const noexcept { return !first_; }
  void push(work_item &item) noexcept {
    item.next_ = nullptr;
    (last_ ? last_->next_ : first_) = &item;
    last_ = &item;
  }
  /// The oldest; null if there is none.
  work_item *pop() noexcept {
    work_item *item = first_;
    if (item) {
      first_ = item->next_;
      if (!first_)
        last_ = nullptr;
    }
    return item;
  }
  /// Takes all of `other`, behind what is here.
  void append(work_queue &other) noexcept {
    if (other.empty())
      return;
    (last_ ? last_->next_ : first_) = other.first_;
    last_ = other.last_;
    other.first_ = other.last_ = nullptr;
  }

private:
  work_item *first_ = nullptr, *last_ = nullptr;
};

/// A moment to wait for: a node in an executor's heap of them. What is posted
/// when it comes is `work`, unless somebody else has posted that already.
class timer {
public:
  timer(work_item &what, detail::atomic<bool> &posted) noexcept
      : what_(what), posted_(posted) {}
  timer(timer &&) = delete;

  clock::time_point due() const noexcept { return due_; }

private:
  friend class timer_heap;

  clock::time_point due_;
  unsigned long order_ = 0; // of those that are due at once, the oldest first
  work_item &what_;
  detail::atomic<bool> &posted_;
  timer *child_ = nullptr, *sibling_ = nullptr, *previous_ = nullptr;
  bool pending_ = false;
};

/// An intrusive pairing heap: adding is O(1), removing amortised O(log n), and
/// nothing is allocated. Not thread-safe. (Fredman, Sedgewick, Sleator, Tarjan:
/// The pairing heap, Algorithmica 1, 1986.)
class timer_heap {
public:
  bool empty() const noexcept { return !root_; }
  /// When the first is due; there has to be one.
  clock::time_point next() const noexcept { return root_->due_; }
  void add(timer &t, clock::time_point due) noexcept;
  /// False if it was not there (any more).
  bool remove(timer &t) noexcept;
  /// Moves what is due at `now` to `ready`, in the order of time.
  void expire(clock::time_point now, work_queue &ready) noexcept;
  /// The same, of the first alone; false if there is none.
  bool expire_first(work_queue &ready) noexcept;

private:
  static timer *meld(timer *a, timer *b) noexcept;
  static timer *meld_siblings(timer *first) noexcept;
  timer *pop() noexcept;

  timer *root_ = nullptr;
  unsigned long added_ = 0;
};

/// Runs what is posted to it. A coroutine of moor belongs to one executor and
/// only ever runs there: whoever wakes it posts it.
///
/// post, add and remove are thread-safe and never run anything themselves.
class executor {
public:
  executor() = default;
  executor(executor &&) = delete;

  /// Runs `item` later, behind what was posted before.
  virtual void post(work_item &item) noexcept = 0;
  /// Posts the timer's work when `due` has come.
  virtual void add(timer &t, clock::time_point due) noexcept = 0;
  /// Whether the timer was still pending; now it is not.
  virtual bool remove(timer &t) noexcept = 0;
  /// Of virtual time, where time is virtual.
  virtual clock::time_point now() const noexcept { return clock::now(); }

  /// The one that runs the calling code; null outside of them all.
  static executor *current() noexcept { return current_; }

protected:
  ~executor() = default;

  /// Makes this the current one of the thread, for a while.
  class [[nodiscard]] entered {
  public:
    explicit entered(executor &e) noexcept : outer_(current_) { current_ = &e; }
    entered(entered &&) = delete;
    ~entered() { current_ = outer_; }

  private:
    executor *outer_;
  };
  static void run_work(work_item &item) noexcept { item.run_(item); }

private:
  static constinit inline thread_local executor *current_ = nullptr;
};

} // namespace moor::inline MOOR_ABI

#endif // MOOR_EXECUTOR_H
