// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Waiting for time to pass.

#ifndef MOOR_TIMER_H
#define MOOR_TIMER_H

#include <moor/detail/wait.h>

namespace moor::inline MOOR_ABI {
namespace detail {

/// As far as the clock goes.
inline clock::time_point later(clock::time_point from,
                               clock::duration by) noexcept {
  return by < clock::time_point::max() - from ? from + by
                                              : clock::time_point::max();
}

class sleep_awaiter : public wait_base MOOR_DETECTS(, public operation_trace) {
public:
  explicit sleep_awaiter(clock::time_point due) noexcept
      : wait_base(&settle), due_(due), timer_(*this, posted_),
        from_now_(false) {}
  explicit sleep_awaiter(clock::duration time) noexcept
      : wait_base(&settle), timer_(*this, posted_), time_(time),
        from_now_(true) {}

  bool await_ready() const noexcept { return false; }
  template <moor_promise P>
  bool await_suspend(std::coroutine_handle<P> h) noexcept {
    begin(h);
    if (!arm()) {
      cancelled_ = true;
      return false;
    }
    home_->add(timer_, from_now_ ? later(home_->now(), time_) : due_);
    // release: the timer is there; settle may remove it, and resume
    complete_.store(true, memory_order_release);
    return true;
  }
  void await_resume() {
    disarm();
    if (cancelled_)
      throw cancelled();
  }

protected:
  clock::time_point due_;

private:
  static void settle(work_item &item) noexcept {
    auto &self = static_cast<sleep_awaiter &>(item);
    spin_wait wait;
    // acquire: sees the timer
    while (!self.complete_.load(memory_order_acquire))
      wait();
    self.cancelled_ = self.home_->remove(self.timer_);
    detail::resume(self.coroutine_);
  }

  timer timer_;
  clock::duration time_{};
  const bool from_now_;
  atomic<bool> complete_ = false;
  bool cancelled_ = false;
};

class yield_awaiter : public resumption,
                      public native_awaiter
                      MOOR_DETECTS(, public operation_trace) {
public:
  bool await_ready() const noexcept { return false; }
  template <moor_promise P>
  void await_suspend(std::coroutine_handle<P> h) noexcept {
    const context &environment = *h.promise().environment;
    coroutine_ = h;
    home_ = environment.where;
    stop_ = environment.stop;
    post();
  }
  void await_resume() const {
    if (stop_.stop_requested())
      throw cancelled();
  }

private:
  stop_token stop_;
};

} // namespace detail

/// Suspends the coroutine for a time, on the clock of its executor. Even a time
/// of zero lets others run. Throws `cancelled` if a stop is requested.
[[nodiscard]] inline auto sleep_for(clock::duration time) noexcept {
  return detail::sleep_awaiter(time);
}

/// Suspends the coroutine until a moment has come.
[[nodiscard]] inline auto sleep_until(clock::time_point due) noexcept {
  return detail::sleep_awaiter(due);
}

/// Lets others run first, and throws `cancelled` if a stop is requested. For
/// long computations between their steps.
[[nodiscard]] inline auto yield() noexcept { return detail::yield_awaiter(); }

} // namespace moor::inline MOOR_ABI

#endif // MOOR_TIMER_H
