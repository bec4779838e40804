// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef MOOR_INTERVAL_H
#define MOOR_INTERVAL_H

#include <moor/timer.h>
#include <optional>

namespace moor::inline MOOR_ABI {

/// What an interval does when its owner was not there for a tick.
///
///     every 50 ms; the work after the second tick takes 140 ms
///
///     due      0    50   100   150   200   250   300
///     burst    0    50············190·190·200   250   300
///     delay    0    50············190       240   290
///     skip     0    50············190·200   250   300
///
/// A tick is missed if it is seen more than 5 ms, or a whole period, too late.
enum class missed_ticks : unsigned char {
  burst, ///< makes up for all of them at once; the count is right
  delay, ///< goes on from now; a period lies between any two
  skip,  ///< goes on at the next multiple of the period; the phase is right
};

/// Ticks at regular moments.
///
///     interval every(10ms);
///     for (;;) {
///       co_await every.tick();   // at once, then at 10 ms, 20 ms, 30 ms …
///       refresh();
///     }
///
/// The first tick is at once, or at the moment that is given, and all others
/// are counted from it: what happens between two ticks makes none of them
/// later, which is what a loop with sleep_for does. See missed_ticks for work
/// that takes longer than a period.
///
/// One coroutine at a time waits for it; it lives on that coroutine's clock. A
/// tick that was cancelled has not happened: the next call waits for the same.
class interval {
  class tick_awaiter;
  class next_awaiter;

public:
  explicit interval(clock::duration period,
                    missed_ticks missed = missed_ticks::burst) noexcept
      : period_(period), missed_(missed) {
    assert(period > clock::duration::zero() && "an interval needs a period");
  }
  interval(clock::time_point first, clock::duration period,
           missed_ticks missed = missed_ticks::burst) noexcept
      : interval(period, missed) {
    due_ = first;
    begun_ = true;
  }

  /// Waits for the next tick; gives the moment at which it was due. Lets others
  /// run even if that has passed. Throws `cancelled` if a stop is requested.
  [[nodiscard]] CORO_CANCEL_SAFE tick_awaiter tick() noexcept;
  /// The same as a stream, which never ends.
  [[nodiscard]] CORO_CANCEL_SAFE next_awaiter next() noexcept;

  clock::duration period() const noexcept { return period_; }

private:
  clock::time_point seen(clock::time_point now) noexcept;

  clock::time_point due_;
  clock::duration period_;
  missed_ticks missed_;
  bool begun_ = false;
};

class interval::tick_awaiter : public detail::sleep_awaiter {
public:
  MOOR_DETECTS(using is_cancel_safe = void;)

  explicit tick_awaiter(interval &of) noexcept
      : detail::sleep_awaiter(clock::time_point()), of_(of) {}

  template <detail::moor_promise P>
  bool await_suspend(std::coroutine_handle<P> h) noexcept {
    if (!of_.begun_) {
      of_.due_ = h.promise().environment->where->now();
      of_.begun_ = true;
    }
    this->due_ = of_.due_;
    return detail::sleep_awaiter::await_suspend(h);
  }
  clock::time_point await_resume() {
    detail::sleep_awaiter::await_resume();
    return of_.seen(this->home_->now());
  }

private:
  interval &of_;
};

class interval::next_awaiter : public tick_awaiter {
public:
  using tick_awaiter::tick_awaiter;
  std::optional<clock::time_point> await_resume() {
    return tick_awaiter::await_resume();
  }
};

inline interval::tick_awaiter interval::tick() noexcept {
  return tick_awaiter(*this);
}
inline interval::next_awaiter interval::next() noexcept {
  return next_awaiter(*this);
}

} // namespace moor::inline MOOR_ABI

#endif // MOOR_INTERVAL_H
