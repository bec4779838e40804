// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// One queue, one mutex: simple, and right. One sleeping thread at a time
// watches the clock; the others sleep until something is posted.

#include <cassert>
#include <condition_variable>
#include <moor/detail/worker_pool.h>
#include <mutex>
#include <thread>
#include <vector>

namespace moor::inline MOOR_ABI::detail {

struct worker_pool::shared {
  std::mutex mutex; // of all
  std::condition_variable changed, root_ended;
  std::vector<std::thread> threads;
  bool stopping = false;

  timer_heap timers;
  // The moment that a thread sleeps until.
  clock::time_point watched = clock::time_point::max();

  // Posted work and pieces have a queue each, and one order: the first piece
  // has its turn when as much work was taken as was posted before it.
  work_queue ready;
  unsigned long posted = 0, taken = 0;
  piece_queue pieces;

  void push(work_item &item) noexcept {
    ready.push(item);
    ++posted;
  }
  void expire_timers() noexcept {
    if (timers.empty())
      return;
    work_queue due;
    timers.expire(clock::now(), due);
    while (work_item *item = due.pop())
      push(*item);
  }
  piece *next_piece() noexcept {
    // The difference, because the numbers may wrap around.
    if (pieces.empty() || long(taken - pieces.first_is_behind()) < 0)
      return nullptr;
    return pieces.pop();
  }
  work_item *next_work() noexcept {
    work_item *item = ready.pop();
    taken += item != nullptr;
    return item;
  }
  /// Before a thread is busy: somebody else has to see to what is left.
  void pass_on() noexcept {
    bool unwatched = !timers.empty() && timers.next() < watched;
    if (!ready.empty() || !pieces.empty() || unwatched)
      changed.notify_one();
  }
  void sleep(std::unique_lock<std::mutex> &lock) {
    if (timers.empty() || timers.next() >= watched) {
      changed.wait(lock);
      return;
    }
    const clock::time_point until = watched = timers.next();
    changed.wait_until(lock, until);
    if (watched == until)
      watched = clock::time_point::max();
  }
};

worker_pool::worker_pool(unsigned threads) : shared_(new shared) {
  if (!threads)
    threads = std::thread::hardware_concurrency();
  if (!threads)
    threads = 1;
  try {
    shared_->threads.reserve(threads);
    while (threads--)
      shared_->threads.emplace_back([this] { work_until_stopped(); });
  } catch (...) {
    stop();
    delete shared_;
    throw;
  }
}

worker_pool::~worker_pool() { delete shared_; }

void worker_pool::stop() noexcept {
  assert(current() != this && "a pool would wait for its own thread to end");
  {
    std::lock_guard guard(shared_->mutex);
    shared_->stopping = true;
  }
  shared_->changed.notify_all();
  for (std::thread &t : shared_->threads)
    t.join();
}

void worker_pool::post(work_item &item) noexcept {
  std::lock_guard guard(shared_->mutex);
  shared_->push(item);
  shared_->changed.notify_one();
}

void worker_pool::push_piece(piece &p) noexcept {
  std::lock_guard guard(shared_->mutex);
  shared_->pieces.push(p, shared_->posted);
  shared_->changed.notify_one();
}

bool worker_pool::take_out_piece(piece &p) noexcept {
  std::lock_guard guard(shared_->mutex);
  return shared_->pieces.remove(p);
}

void worker_pool::add(timer &t, clock::time_point due) noexcept {
  std::lock_guard guard(shared_->mutex);
  shared_->timers.add(t, due);
  if (due < shared_->watched)
    shared_->changed.notify_one();
}

bool worker_pool::remove(timer &t) noexcept {
  std::lock_guard guard(shared_->mutex);
  return shared_->timers.remove(t);
}

void worker_pool::work_until_stopped() noexcept {
  std::unique_lock lock(shared_->mutex);
  for (;;) {
    shared_->expire_timers();
    if (piece *p = shared_->next_piece()) {
      shared_->pass_on();
      lock.unlock();
      p->call();
      p->finish();
      lock.lock();
    } else if (work_item *item = shared_->next_work()) {
      shared_->pass_on();
      lock.unlock();
      {
        entered scope(*this);
        run_work(*item);
      }
      lock.lock();
    } else if (shared_->stopping) {
      return;
    } else {
      shared_->sleep(lock);
    }
  }
}

std::coroutine_handle<>
worker_pool::root::child_ended(std::coroutine_handle<>) noexcept {
  worker_pool &pool = pool_;
  // Once the lock is released, the root may be gone.
  std::lock_guard guard(pool.shared_->mutex);
  ended_ = true;
  pool.shared_->root_ended.notify_all();
  return std::noop_coroutine();
}

void worker_pool::root::run(std::coroutine_handle<> child) noexcept {
  coroutine_ = child;
  post();
  std::unique_lock lock(pool_.shared_->mutex);
  pool_.shared_->root_ended.wait(lock, [this] { return ended_; });
}

} // namespace moor::inline MOOR_ABI::detail
