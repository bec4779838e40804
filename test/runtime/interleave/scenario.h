// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What the scenarios are made of: an executor for each thread, and coroutines
// that are started there.

#ifndef MOOR_TEST_INTERLEAVE_SCENARIO_H
#define MOOR_TEST_INTERLEAVE_SCENARIO_H

#include <interleave/suite.h>
#include <moor/detail/child.h>
#include <moor/detail/inbox.h>
#include <moor/task.h>

namespace interleave {

/// As event_loop, with what the model checker can see instead of an eventfd:
/// others post to the inbox, and wake the thread if it sleeps. Being woken
/// orders nothing, so what a waker has done has to come through the inbox.
class loop final : public moor::executor {
public:
  void post(moor::work_item &item) noexcept override {
    if (running_on_ == this_thread()) {
      ready_.push(item);
      return;
    }
    atomic<unsigned> &woken = woken_; // afterwards the loop may be gone
    if (inbox_.push(item))
      woken.exchange(1, order::relaxed);
  }
  // The clock stands still: a timer is due when the scenario says.
  void add(moor::timer &t, moor::clock::time_point due) noexcept override {
    moor::detail::locked_scope scope(lock_);
    timers_.add(t, due);
  }
  bool remove(moor::timer &t) noexcept override {
    moor::detail::locked_scope scope(lock_);
    return timers_.remove(t);
  }
  /// Any thread: what waits for a time has waited for long enough.
  void time_passes() noexcept {
    moor::work_queue due;
    {
      moor::detail::locked_scope scope(lock_);
      timers_.expire(moor::clock::time_point::max(), due);
    }
    while (moor::work_item *item = due.pop())
      post(*item);
  }

  /// On the thread that it is to belong to, before anything is posted to it by
  /// others.
  void enter() noexcept { running_on_ = this_thread(); }
  /// Runs what is posted until `ended` says so.
  template <class Ended> void run_until(Ended ended) noexcept {
    for (;;) {
      while (moor::work_item *item = ready_.pop())
        run_work(*item);
      if (ended())
        return;
      moor::work_item *item = inbox_.take();
      if (!item)
        sleep();
      while (item)
        run_work(*std::exchange(item, inbox_.next(*item)));
    }
  }

private:
  void sleep() noexcept {
    if (!inbox_.sleep())
      return;
    for (spin_wait wait; !woken_.exchange(0, order::relaxed);)
      wait();
  }

  const void *running_on_ = nullptr;
  moor::work_queue ready_;
  moor::detail::inbox<moor::work_item> inbox_;
  // Outlives it, as the system's part of an eventfd does.
  atomic<unsigned> &woken_ = *new atomic<unsigned>(0);
  moor::detail::spinlock lock_; // of the timers
  moor::timer_heap timers_;
};

/// A coroutine that is started here and now, on a loop of its own or on one
/// that is there.
template <class T = void> class coroutine {
public:
  coroutine(loop &where, moor::task<T> main, moor::stop_token stop = {})
      : where_(where), environment_{&where, stop},
        child_(moor::detail::collect(std::move(main), result_)) {
    child_.prepare(environment_, *this);
    moor::detail::resume(child_.handle());
  }
  coroutine(coroutine &&) = delete;

  bool ended() const noexcept { return ended_; }
  /// Runs the loop until it has ended. True if it was not cancelled.
  bool finish() noexcept {
    where_.run_until([this] { return ended_; });
    if (!result_.has_error())
      return true;
    try {
      std::rethrow_exception(result_.exception());
    } catch (moor::cancelled) {
      return false;
    }
  }
  T result() { return result_.take(); }

private:
  friend moor::detail::child;
  std::coroutine_handle<> child_ended(std::coroutine_handle<>) noexcept {
    ended_ = true;
    return std::noop_coroutine();
  }

  loop &where_;
  const moor::context environment_;
  moor::detail::result<T> result_;
  moor::detail::child child_;
  bool ended_ = false;
};

/// Runs a task on a loop of the calling thread. True if it was not cancelled.
inline bool run(moor::task<> main, moor::stop_token stop = {}) {
  loop here;
  here.enter();
  coroutine<> c(here, std::move(main), stop);
  return c.finish();
}

/// As thread_pool: several threads run what is posted to it.
class pool final : public moor::executor {
public:
  void post(moor::work_item &item) noexcept override {
    {
      moor::detail::locked_scope scope(lock_);
      ready_.push(item);
    }
    wake();
  }
  void add(moor::timer &t, moor::clock::time_point due) noexcept override {
    moor::detail::locked_scope scope(lock_);
    timers_.add(t, due);
  }
  bool remove(moor::timer &t) noexcept override {
    moor::detail::locked_scope scope(lock_);
    return timers_.remove(t);
  }
  /// As for loop.
  void time_passes() noexcept {
    {
      moor::detail::locked_scope scope(lock_);
      timers_.expire(moor::clock::time_point::max(), ready_);
    }
    wake();
  }

  /// Starts the task; it has ended when `work()` returns.
  void start(moor::task<> main, moor::stop_token stop = {}) {
    environment_ = {this, stop};
    child_ = moor::detail::collect(std::move(main), result_);
    child_.prepare(environment_, *this);
    moor::detail::resume(child_.handle());
  }
  /// Each of its threads.
  void work() noexcept {
    for (;;) {
      const unsigned before = changes();
      moor::work_item *item = nullptr;
      {
        moor::detail::locked_scope scope(lock_);
        item = ready_.pop();
        if (!item && ended_)
          return;
      }
      if (item)
        run_work(*item);
      else
        for (spin_wait wait; changes() == before;)
          wait();
    }
  }
  bool was_cancelled() const noexcept { return result_.has_error(); }

private:
  friend moor::detail::child;
  std::coroutine_handle<> child_ended(std::coroutine_handle<>) noexcept {
    {
      moor::detail::locked_scope scope(lock_);
      ended_ = true;
    }
    wake();
    return std::noop_coroutine();
  }
  /// All of them, to look again. Orders nothing.
  void wake() noexcept { changed_.fetch_add(1, order::relaxed); }
  unsigned changes() noexcept { return changed_.fetch_add(0, order::relaxed); }

  moor::detail::spinlock lock_; // of the next three
  moor::work_queue ready_;
  moor::timer_heap timers_;
  bool ended_ = false;
  atomic<unsigned> changed_ = 0;
  moor::context environment_;
  moor::detail::result<void> result_;
  moor::detail::child child_;
};

} // namespace interleave

#endif // MOOR_TEST_INTERLEAVE_SCENARIO_H
