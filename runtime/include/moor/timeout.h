// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef MOOR_TIMEOUT_H
#define MOOR_TIMEOUT_H

#include <moor/detail/group.h>
#include <moor/timer.h>

namespace moor::inline MOOR_ABI {

/// What `timeout` throws when the time is over.
class timed_out : public std::exception {
public:
  const char *what() const noexcept override;
};

namespace detail {

/// Requests a stop when its time has come. Before it ends it has to be put off,
/// by the coroutine and on the executor that have set it.
class alarm : public work_item {
  class off_awaiter;

public:
  alarm(executor &home, linked_stop_source &stop) noexcept
      : work_item(&ring), home_(home), stop_(stop), timer_(*this, posted_) {}

  void set(clock::time_point due) noexcept { home_.add(timer_, due); }
  /// After it, the alarm does nothing any more. True if it has rung.
  off_awaiter off() noexcept;

private:
  enum : unsigned char { quiet, awaited, rung };
  static void ring(work_item &item) noexcept;

  executor &home_;
  linked_stop_source &stop_;
  atomic<bool> posted_ = false;
  timer timer_;
  atomic<unsigned char> state_ = quiet;
  std::coroutine_handle<> coroutine_;
};

class alarm::off_awaiter : public native_awaiter {
public:
  explicit off_awaiter(alarm &of) noexcept : of_(of) {}
  bool await_ready() noexcept {
    has_rung_ = !of_.home_.remove(of_.timer_);
    return !has_rung_;
  }
  /// It is about to ring, in the executor's queue or on another of its threads.
  bool await_suspend(std::coroutine_handle<> h) noexcept {
    of_.coroutine_ = h;
    unsigned char expected = quiet;
    // release: the one who rings sees the handle; acquire: if it has rung, we
    // see what ringing did
    return of_.state_.compare_exchange_strong(
        expected, awaited, memory_order_release, memory_order_acquire);
  }
  bool await_resume() const noexcept { return has_rung_; }

private:
  alarm &of_;
  bool has_rung_ = false;
};

inline alarm::off_awaiter alarm::off() noexcept { return off_awaiter(*this); }

} // namespace detail

/// Runs the task, and stops it when the time is over.
///
///     try {
///       page = co_await timeout(2s, fetch(url));
///     } catch (const timed_out &) {
///       page = stale;
///     }
///
/// The task runs here, on the executor of the coroutine that awaits it. When
/// the time is over it is asked to stop, and awaited: afterwards nothing of it
/// is left. Then
///
///   * if it threw `cancelled`, `timed_out` is thrown in its place;
///   * if it came to a result all the same, that is given, and its own
///     exception is thrown: data beats the clock;
///   * if the coroutine itself is asked to stop, `cancelled` stays `cancelled`.
///     So when timeouts are nested, the outer one speaks for itself.
///
/// The task is begun even if the time is zero; what never waits never times
/// out. `timed_out` is a std::exception because it is a failure, and because a
/// failure that is thrown is not overlooked as an empty optional is.
template <class T>
[[nodiscard]] task<T> timeout(clock::duration time,
                              CORO_CONSUMES task<T> work) {
  const context &parent = co_await detail::this_context();
  linked_stop_source stop(parent.stop);
  const context scope{parent.where, stop.token()};
  detail::result<T> ended;
  bool was_cancelled = false;
  detail::alarm alarm(*parent.where, stop);
  alarm.set(detail::later(parent.where->now(), time));
  try {
    if constexpr (std::is_void_v<T>) {
      co_await std::move(work).in(scope);
      ended.emplace();
    } else {
      ended.emplace(co_await std::move(work).in(scope));
    }
  } catch (cancelled) {
    was_cancelled = true;
  } catch (...) {
    ended.fail(std::current_exception());
  }
  bool late = co_await alarm.off(); // always: it is part of this frame
  if (was_cancelled && late && !parent.stop.stop_requested())
    throw timed_out();
  if (was_cancelled)
    throw cancelled();
  co_return ended.take();
}

} // namespace moor::inline MOOR_ABI

#endif // MOOR_TIMEOUT_H
