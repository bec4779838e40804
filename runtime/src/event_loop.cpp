// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The loop of event_loop.h.

#include <cassert>
#include <cerrno>
#include <climits>
#include <moor/event_loop.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <system_error>
#include <unistd.h>

namespace moor::inline MOOR_ABI {

using namespace detail;

event_loop::event_loop() {
  epoll_ = ::epoll_create1(EPOLL_CLOEXEC);
  wake_ = ::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  epoll_event wake{};
  wake.events = EPOLLIN;
  if (epoll_ < 0 || wake_ < 0 ||
      ::epoll_ctl(epoll_, EPOLL_CTL_ADD, wake_, &wake) < 0) {
    int error = errno;
    ::close(epoll_);
    ::close(wake_);
    throw std::system_error(error, std::generic_category(), "moor::event_loop");
  }
}

event_loop::~event_loop() {
  // A thread that has posted may have gone on with what it posted still to be
  // woken for; by then it must not find the descriptor closed, or another.
  epoll_event event;
  while (wakes_due_)
    if (::epoll_wait(epoll_, &event, 1, -1) > 0)
      woken();
  ::close(epoll_);
  ::close(wake_);
}

void event_loop::post(work_item &item) noexcept {
  if (current() == this)
    ready_.push(item);
  else if (inbox_.push(item))
    // The item may have run by now, and its end may be the end of the loop; but
    // that waits for this.
    wake(for_an_item);
}

void event_loop::wake(unsigned long long reason) noexcept {
  [[maybe_unused]] auto written = ::write(wake_, &reason, sizeof reason);
}

void event_loop::woken() noexcept {
  unsigned long long reasons;
  if (::read(wake_, &reasons, sizeof reasons) == sizeof reasons)
    wakes_due_ -= unsigned(reasons);
}

void event_loop::add(timer &t, clock::time_point due) noexcept {
  locked_scope scope(lock_);
  bool first = timers_.empty() || due < timers_.next();
  timers_.add(t, due);
  // Under the lock: who takes the timer out needs it, too, and may then end the
  // loop.
  if (first && current() != this)
    wake(for_a_timer);
}

bool event_loop::remove(timer &t) noexcept {
  locked_scope scope(lock_);
  return timers_.remove(t);
}

void event_loop::run_until_ended(std::coroutine_handle<> first,
                                 const bool &ended) {
  assert(!running_ && "run() within run(), or on two threads");
  running_ = true;
  entered scope(*this);
  detail::resume(first);
  while (!ended) {
    {
      locked_scope timers(lock_);
      if (!timers_.empty())
        timers_.expire(now(), ready_);
    }
    work_item *item = inbox_.take();
    if (std::exchange(asleep_, false) && item)
      ++wakes_due_; // by the one that posted first
    while (item)
      ready_.push(*std::exchange(item, inbox_.next(*item)));
    if (ready_.empty()) {
      sleep();
      continue;
    }
    work_queue batch;
    batch.append(ready_);
    while (work_item *item = batch.pop())
      if (run_work(*item); ended) {
        batch.append(ready_); // for the next run()
        ready_.append(batch);
        break;
      }
  }
  running_ = false;
}

/// Until something is posted, or a timer is due.
void event_loop::sleep() noexcept {
  asleep_ = inbox_.sleep();
  if (!asleep_)
    return;
  int milliseconds = -1;
  {
    locked_scope scope(lock_);
    if (!timers_.empty())
      milliseconds = until(timers_.next());
  }
  epoll_event event;
  if (::epoll_wait(epoll_, &event, 1, milliseconds) > 0)
    woken();
}

/// Rounded up: a timer is never early. A far one is looked at more than once.
int event_loop::until(clock::time_point due) const noexcept {
  clock::time_point now = this->now();
  if (due <= now) // it may be so long ago that the difference has no number
    return 0;
  auto left = std::chrono::ceil<std::chrono::milliseconds>(due - now);
  return left.count() > INT_MAX ? INT_MAX : int(left.count());
}

} // namespace moor::inline MOOR_ABI
