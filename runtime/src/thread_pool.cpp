// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// One queue, one mutex: simple, and right.

#include <condition_variable>
#include <moor/thread_pool.h>
#include <mutex>

namespace moor::inline MOOR_ABI {

struct thread_pool::shared {
  std::mutex mutex; // of all
  std::condition_variable changed;
  work_queue ready;
  timer_heap timers;
  bool stopping = false;
};

thread_pool::thread_pool(unsigned threads) : shared_(new shared) {
  for (unsigned i = 0; i < (threads ? threads : 1); ++i)
    threads_.emplace_back([this] { work_until_stopped(); });
}

thread_pool::~thread_pool() {
  {
    std::lock_guard guard(shared_->mutex);
    shared_->stopping = true;
  }
  shared_->changed.notify_all();
  for (std::thread &t : threads_)
    t.join();
  delete shared_;
}

void thread_pool::post(work &item) noexcept {
  std::lock_guard guard(shared_->mutex);
  shared_->ready.push(item);
  shared_->changed.notify_one();
}

void thread_pool::add(timer &t, clock::time_point due) noexcept {
  std::lock_guard guard(shared_->mutex);
  bool first = shared_->timers.empty() || due < shared_->timers.next();
  shared_->timers.add(t, due);
  if (first)
    shared_->changed.notify_one();
}

bool thread_pool::remove(timer &t) noexcept {
  std::lock_guard guard(shared_->mutex);
  return shared_->timers.remove(t);
}

void thread_pool::work_until_stopped() noexcept {
  entered scope(*this);
  std::unique_lock lock(shared_->mutex);
  for (;;) {
    if (!shared_->timers.empty())
      shared_->timers.expire(now(), shared_->ready);
    if (work *item = shared_->ready.pop()) {
      if (!shared_->ready.empty())
        shared_->changed.notify_one();
      lock.unlock();
      run_work(*item);
      lock.lock();
    } else if (shared_->stopping) {
      return;
    } else if (shared_->timers.empty()) {
      shared_->changed.wait(lock);
    } else {
      shared_->changed.wait_until(lock, shared_->timers.next());
    }
  }
}

std::coroutine_handle<>
thread_pool::root::child_ended(std::coroutine_handle<>) noexcept {
  // release: publishes the result. Afterwards all of this may be gone, but for
  // the address that is waited on, which notify_one only compares.
  ended_.store(true, detail::memory_order_release);
  ended_.notify_one();
  return std::noop_coroutine();
}

void thread_pool::root::run(std::coroutine_handle<> child) noexcept {
  coroutine_ = child;
  post();
  // acquire: sees the result
  ended_.wait(false, detail::memory_order_acquire);
}

} // namespace moor::inline MOOR_ABI
