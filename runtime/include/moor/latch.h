// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef MOOR_LATCH_H
#define MOOR_LATCH_H

#include <cstddef>
#include <moor/event.h>

namespace moor::inline MOOR_ABI {
namespace detail {

template <class Threads> class CORO_PINS basic_latch {
  using event = basic_event<Threads>;

public:
  class arrival;

  explicit basic_latch(std::size_t count) noexcept : count_(count) {
    if (!count)
      zero_.set();
  }
  basic_latch(basic_latch &&) = delete;

  /// Does not wait. The last one posts every waiter, oldest first.
  void count_down(std::size_t by = 1) noexcept {
    if (!by)
      return;
    // acq_rel: who waits sees what all did that counted
    [[maybe_unused]] std::size_t before =
        count_.fetch_sub(by, memory_order_acq_rel);
    assert(before >= by && "a latch counted below zero");
    if (before == by)
      zero_.set();
  }
  /// Whether the count is zero.
  bool try_wait() const noexcept { return zero_.is_set(); }

  /// Suspends until the count is zero; does not suspend if it already is.
  [[nodiscard]] typename event::awaiter operator co_await() noexcept {
    return zero_.operator co_await();
  }
  /// Counts down by one when it is awaited, and waits then.
  [[nodiscard]] arrival arrive_and_wait() noexcept { return arrival(*this); }

private:
  typename Threads::template atomic<std::size_t> count_;
  event zero_;
};

template <class Threads>
class basic_latch<Threads>::arrival : public basic_event<Threads>::awaiter {
public:
  explicit arrival(basic_latch &at) noexcept
      : event::awaiter(at.zero_), latch_(at) {}
  bool await_ready() noexcept {
    latch_.count_down();
    return event::awaiter::await_ready();
  }

private:
  basic_latch &latch_;
};

} // namespace detail

/// Counts down to zero, once, and lets everybody go on who waits for that.
///
///     latch started(3);
///     started.count_down();     // each of three
///     co_await started;         // until all three have
///
/// Thread-safe. Waiters resume on their own executors, in the order in which
/// they came. A cancelled wait throws `cancelled`; what was counted stays
/// counted, arrive_and_wait's own arrival as well: it has arrived, and just
/// does not wait any longer. Pinned: it neither moves nor ends before all who
/// wait have been resumed; the last one may end it at once.
///
/// To wait for children, a nursery or when_all, which also see to errors. To
/// meet again and again, barrier.
class latch : public detail::basic_latch<detail::many_threads> {
public:
  using detail::basic_latch<detail::many_threads>::basic_latch;
};

namespace local {
/// The same for the coroutines of one loop, without atomics.
class latch : public detail::basic_latch<detail::one_thread> {
public:
  using detail::basic_latch<detail::one_thread>::basic_latch;
};
} // namespace local

} // namespace moor::inline MOOR_ABI

#endif // MOOR_LATCH_H
