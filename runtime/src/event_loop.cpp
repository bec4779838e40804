// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The loop of event_loop.h.

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
  ::close(epoll_);
  ::close(wake_);
}

void event_loop::post(work &item) noexcept {
  if (current() == this)
    ready_.push(item);
  else if (inbox_.push(item))
    wake();
}

void event_loop::wake() noexcept {
  const unsigned long long one = 1;
  [[maybe_unused]] auto written = ::write(wake_, &one, sizeof one);
}

void event_loop::add(timer &t, clock::time_point due) noexcept {
  bool first;
  {
    locked_scope scope(lock_);
    first = timers_.empty() || due < timers_.next();
    timers_.add(t, due);
  }
  if (first && current() != this)
    wake();
}

bool event_loop::remove(timer &t) noexcept {
  locked_scope scope(lock_);
  return timers_.remove(t);
}

void event_loop::run_until_ended(std::coroutine_handle<> first,
                                 const bool &ended) {
  entered scope(*this);
  detail::resume(first);
  while (!ended) {
    {
      locked_scope timers(lock_);
      if (!timers_.empty())
        timers_.expire(now(), ready_);
    }
    for (work *item = inbox_.take(); item;)
      ready_.push(*std::exchange(item, inbox_.next(*item)));
    if (ready_.empty()) {
      sleep();
      continue;
    }
    work_queue batch;
    batch.append(ready_);
    while (work *item = batch.pop())
      if (run_work(*item); ended) {
        batch.append(ready_); // for the next run()
        ready_.append(batch);
        break;
      }
  }
}

/// Until something is posted, or a timer is due.
void event_loop::sleep() noexcept {
  if (!inbox_.sleep())
    return;
  int milliseconds = -1;
  {
    locked_scope scope(lock_);
    if (!timers_.empty()) {
      // Rounded up: a timer is never early.
      auto left =
          std::chrono::ceil<std::chrono::milliseconds>(timers_.next() - now());
      milliseconds = left.count() < 0         ? 0
                     : left.count() > INT_MAX ? INT_MAX
                                              : int(left.count());
    }
  }
  epoll_event events[16];
  int count = ::epoll_wait(epoll_, events, 16, milliseconds);
  for (int i = 0; i < count; ++i) {
    unsigned long long woken;
    [[maybe_unused]] auto read = ::read(wake_, &woken, sizeof woken);
  }
}

} // namespace moor::inline MOOR_ABI
