// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef MOOR_EVENT_LOOP_H
#define MOOR_EVENT_LOOP_H

#include <moor/detail/child.h>
#include <moor/detail/inbox.h>
#include <moor/executor.h>
#include <moor/task.h>

namespace moor::inline MOOR_ABI {

/// Runs coroutines on the thread that calls run(), and sleeps (in epoll_wait)
/// while there is nothing to do.
///
///     event_loop loop;
///     int n = loop.run(answer());
///
/// post() is thread-safe; run() is for one thread at a time, and not for the
/// loop's own coroutines. (One may run another loop, and blocks its own with
/// it.) What is still suspended when run() returns goes on in the next run();
/// so does what is posted in between. The loop has to outlive what may still
/// post to it; who is just returning from that is waited for. Fair: what is
/// posted while a batch runs comes in the next one, and timers and files are
/// looked at in between.
class event_loop final : public executor {
public:
  /// Throws std::system_error if the system has no more descriptors.
  event_loop();
  ~event_loop();

  /// Runs the task and whatever it waits for until the task has ended. Returns
  /// or throws what it did. Its coroutines are under `stop`.
  template <class T>
  CORO_BLOCKING T run(CORO_CONSUMES task<T> main, stop_token stop = {}) {
    detail::result<T> ended;
    const context environment{this, stop};
    root end;
    detail::child child = detail::collect(std::move(main), ended);
    child.prepare(environment, end);
    run_until_ended(child.handle(), end.ended);
    return ended.take();
  }

  void post(work_item &item) noexcept override;
  void add(timer &t, clock::time_point due) noexcept override;
  bool remove(timer &t) noexcept override;

private:
  struct root {
    bool ended = false;
    std::coroutine_handle<> child_ended(std::coroutine_handle<>) noexcept {
      ended = true;
      return std::noop_coroutine();
    }
  };
  void run_until_ended(std::coroutine_handle<> first, const bool &ended);
  void sleep() noexcept;
  int until(clock::time_point due) const noexcept;
  // Why the loop is woken: the numbers add up, each in half of the counter.
  static constexpr unsigned long long for_an_item = 1, for_a_timer = 1ull << 32;
  void wake(unsigned long long reason) noexcept;
  void woken() noexcept;

  // The loop's thread only:
  work_queue ready_;
  bool running_ = false, asleep_ = false;
  unsigned wakes_due_ = 0; // by threads that found the loop asleep

  detail::inbox<work_item> inbox_;
  detail::spinlock lock_; // of timers_
  timer_heap timers_;
  int epoll_ = -1, wake_ = -1;
};

/// Runs the task on an event_loop of its own. For main(), and for tests that
/// need no virtual time.
template <class T> CORO_BLOCKING T run(CORO_CONSUMES task<T> main) {
  event_loop loop;
  return loop.run(std::move(main));
}

} // namespace moor::inline MOOR_ABI

#endif // MOOR_EVENT_LOOP_H
