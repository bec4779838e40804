// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef MOOR_BARRIER_H
#define MOOR_BARRIER_H

#include <cstddef>
#include <moor/detail/wait.h>

namespace moor::inline MOOR_ABI {
namespace detail {

template <class Threads> class CORO_PINS basic_barrier {
public:
  class awaiter;

  /// For `members` coroutines, at least one.
  explicit basic_barrier(std::size_t members) noexcept : members_(members) {
    assert(members && "a barrier for nobody");
  }
  basic_barrier(basic_barrier &&) = delete;

  /// Arrives, and waits until all members have. The last one does not suspend.
  [[nodiscard]] awaiter arrive_and_wait() noexcept { return awaiter(*this); }
  /// Leaves for good, having not arrived: from now on the others are one less.
  /// If all of those have arrived, they go on.
  void drop() noexcept {
    granted_waits granted;
    typename wait_queue<Threads>::scope scope(waits_.lock);
    assert(members_ > arrived_ && "more have left a barrier than belong to it");
    if (--members_ == arrived_)
      next_generation(granted);
  }
  /// How many times all members have arrived.
  std::size_t generation() const noexcept {
    // acquire: sees what they did before
    return generation_.load(memory_order_acquire);
  }

private:
  template <class, class, class> friend class owned_wait;

  bool try_enter(awaiter &, granted_waits &granted) noexcept {
    assert(arrived_ < members_ && "more have arrived than belong to a barrier");
    if (++arrived_ < members_)
      return false;
    next_generation(granted);
    return true;
  }
  void abandoned(awaiter &, granted_waits &) noexcept { --arrived_; }
  void next_generation(granted_waits &granted) noexcept {
    arrived_ = 0;
    // release: publishes what they did before. Only this changes it, under the
    // lock.
    generation_.store(generation_.load(memory_order_relaxed) + 1,
                      memory_order_release);
    while (waits_.grant_first(granted))
      ;
  }

  wait_queue<Threads> waits_;
  std::size_t members_, arrived_ = 0; // under its lock
  typename Threads::template atomic<std::size_t> generation_ = 0;
};

template <class Threads>
class basic_barrier<Threads>::awaiter
    : public owned_wait<awaiter, basic_barrier, Threads> {
  using base = owned_wait<awaiter, basic_barrier, Threads>;

public:
  using base::base;
  bool await_ready() const noexcept { return false; }
  void await_resume() { this->finish(); }
};

} // namespace detail

/// Where a fixed number of coroutines meet, again and again: each waits until
/// all are there.
///
///     barrier step(4);
///     for (part of work) {            // in each of four
///       co_await compute(part);
///       co_await step.arrive_and_wait();
///     }
///
/// Thread-safe. Waiters resume on their own executors, in the order in which
/// they came. Pinned: it neither moves nor ends before all who wait have been
/// resumed; the last one may end it at once.
///
/// A cancelled wait throws `cancelled` and has not arrived: the others wait on,
/// until it comes again, or drops out. Who will not come again has to say so:
///
///     catch (cancelled) { step.drop(); throw; }
///
/// To wait until something has been done once, latch or event; to wait for
/// children, a nursery.
class barrier : public detail::basic_barrier<detail::many_threads> {
public:
  using detail::basic_barrier<detail::many_threads>::basic_barrier;
};

namespace local {
/// The same for the coroutines of one loop, without atomics.
class barrier : public detail::basic_barrier<detail::one_thread> {
public:
  using detail::basic_barrier<detail::one_thread>::basic_barrier;
};
} // namespace local

} // namespace moor::inline MOOR_ABI

#endif // MOOR_BARRIER_H
