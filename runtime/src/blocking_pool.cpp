// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The threads of spawn_blocking.
//
// A thread that has been idle for long enough ends, and has to be joined by
// somebody, so that nothing of it is left: each joins the one that ended before
// it, and the pool's destructor the last. Those that are in an abandonable call
// by then are detached; they keep what they share with the pool until they are
// through.

#include <condition_variable>
#include <moor/spawn_blocking.h>
#include <mutex>
#include <thread>

namespace moor::inline MOOR_ABI {

using namespace detail;

struct blocking_pool::worker {
  std::thread thread;
  worker *next = nullptr, *previous = nullptr;
  bool in_abandonable = false, detached = false;

  static void join(worker *ended) {
    if (!ended)
      return;
    ended->thread.join();
    delete ended;
  }
};

struct blocking_pool::shared {
  std::mutex mutex; // of all
  std::condition_variable changed, one_less;
  blocking_limits limits;
  piece_queue queue;
  worker *workers = nullptr;
  unsigned threads = 0, busy = 0;
  unsigned expected = 0; // pieces that will be pushed in a moment
  worker *ended = nullptr;
  bool stopping = false;
  unsigned references = 1; // the pool, and detached threads

  void start_one() {
    auto *w = new worker;
    try {
      // It waits for the mutex before it does anything.
      w->thread = std::thread([this, w] { work(*w); });
    } catch (...) {
      delete w;
      throw;
    }
    w->next = workers;
    if (workers)
      workers->previous = w;
    workers = w;
    ++threads;
  }
  void unlink(worker &w) noexcept {
    (w.previous ? w.previous->next : workers) = w.next;
    if (w.next)
      w.next->previous = w.previous;
    --threads;
  }
  bool only_abandonable_left() const noexcept {
    for (worker *w = workers; w; w = w->next)
      if (!w->in_abandonable)
        return false;
    return true;
  }
  void let_go(std::unique_lock<std::mutex> &lock) noexcept {
    bool last = --references == 0;
    lock.unlock();
    if (last)
      delete this;
  }

  void work(worker &self) noexcept;
  void call_one(worker &self, std::unique_lock<std::mutex> &lock) noexcept;
  /// False if nothing came.
  bool sleep(std::unique_lock<std::mutex> &lock);
};

void blocking_pool::shared::call_one(
    worker &self, std::unique_lock<std::mutex> &lock) noexcept {
  piece &p = *queue.pop();
  self.in_abandonable = p.abandonable();
  ++busy;
  if (stopping && self.in_abandonable)
    one_less.notify_all(); // the destructor does not wait for this one
  lock.unlock();
  p.call();
  lock.lock();
  --busy; // now, so that the next call of who has waited starts no thread
  lock.unlock();
  p.finish();
  lock.lock();
  self.in_abandonable = false;
}

bool blocking_pool::shared::sleep(std::unique_lock<std::mutex> &lock) {
  if (threads > limits.threads && threads > 1)
    return false;
  clock::time_point now = clock::now();
  if (limits.idle >= clock::time_point::max() - now) {
    changed.wait(lock);
    return true;
  }
  return changed.wait_until(lock, now + limits.idle) ==
             std::cv_status::no_timeout ||
         !queue.empty() || expected;
}

void blocking_pool::shared::work(worker &self) noexcept {
  std::unique_lock lock(mutex);
  while (!self.detached) {
    if (!queue.empty())
      call_one(self, lock);
    else if (stopping || !sleep(lock))
      break;
  }
  if (self.detached) {
    delete &self;
    let_go(lock);
    return;
  }
  unlink(self);
  worker *earlier = std::exchange(ended, &self);
  one_less.notify_all();
  // From here on the next one, or the destructor, may be waiting in join(), and
  // `self` ends after that.
  lock.unlock();
  worker::join(earlier);
}

blocking_pool::blocking_pool(blocking_limits limits) : shared_(new shared) {
  shared_->limits = limits;
}

blocking_pool::~blocking_pool() {
  std::unique_lock lock(shared_->mutex);
  shared_->stopping = true;
  shared_->changed.notify_all();
  shared_->one_less.wait(lock, [this] {
    return shared_->queue.empty() && shared_->only_abandonable_left();
  });
  while (worker *w = shared_->workers) {
    shared_->unlink(*w);
    w->thread.detach();
    w->detached = true;
    ++shared_->references;
  }
  worker *ended = std::exchange(shared_->ended, nullptr);
  lock.unlock();
  worker::join(ended);
  lock.lock();
  shared_->let_go(lock);
}

void blocking_pool::set_limits(blocking_limits limits) noexcept {
  std::lock_guard guard(shared_->mutex);
  shared_->limits = limits;
  shared_->changed.notify_all();
}

unsigned blocking_pool::threads() const noexcept {
  std::lock_guard guard(shared_->mutex);
  return shared_->threads;
}

void blocking_pool::prepare() {
  std::lock_guard guard(shared_->mutex);
  unsigned idle = shared_->threads - shared_->busy;
  bool may_start =
      !shared_->threads || shared_->threads < shared_->limits.threads;
  if (idle <= shared_->queue.size() + shared_->expected && may_start)
    try {
      shared_->start_one();
    } catch (...) {
      if (!shared_->threads)
        throw; // else those that there are do it
    }
  ++shared_->expected;
}

void blocking_pool::push(piece &p) noexcept {
  std::lock_guard guard(shared_->mutex);
  --shared_->expected;
  shared_->queue.push(p);
  shared_->changed.notify_one();
}

void blocking_pool::forget() noexcept {
  std::lock_guard guard(shared_->mutex);
  --shared_->expected;
}

bool blocking_pool::take_out(piece &p) noexcept {
  std::lock_guard guard(shared_->mutex);
  return shared_->queue.remove(p);
}

blocking_pool &default_blocking_pool() {
  static blocking_pool pool;
  return pool;
}

} // namespace moor::inline MOOR_ABI
