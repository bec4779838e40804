// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include <moor/manual_executor.h>
#include <stdexcept>

namespace moor::inline MOOR_ABI {

void manual_executor::post(work_item &item) noexcept {
  ready_.push_back(&item);
}

void manual_executor::add(timer &t, clock::time_point due) noexcept {
  timers_.add(t, due);
}

bool manual_executor::remove(timer &t) noexcept { return timers_.remove(t); }

bool manual_executor::run_one() {
  expire();
  if (ready_.empty())
    return false;
  std::size_t chosen = chooser_ ? chooser_(chooser_state_, ready_.size()) : 0;
  work_item *item = ready_.at(chosen);
  ready_.erase(ready_.begin() + std::ptrdiff_t(chosen));
  entered scope(*this);
  run_work(*item);
  return true;
}

std::size_t manual_executor::run_ready() {
  std::size_t count = 0;
  while (run_one())
    ++count;
  return count;
}

void manual_executor::expire() {
  work_queue due;
  timers_.expire(now_, due);
  while (work_item *item = due.pop())
    ready_.push_back(item);
}

bool manual_executor::skip_to_next_timer() {
  if (timers_.empty())
    return false;
  if (now_ < timers_.next())
    now_ = timers_.next();
  return true;
}

void manual_executor::advance(clock::duration time) {
  clock::time_point until = now_ + time;
  run_ready();
  while (!timers_.empty() && timers_.next() <= until) {
    skip_to_next_timer();
    run_ready();
  }
  now_ = until;
}

void manual_executor::stuck() {
  throw std::logic_error("moor::manual_executor: what runs waits for something "
                         "that nobody will do");
}

} // namespace moor::inline MOOR_ABI
