// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// DETECTOR: lock-across-suspension

#include <moor/event_loop.h>
#include <moor/timer.h>
#include <mutex>
#include <shared_mutex>

std::shared_mutex mutex;

moor::task<> nothing() { co_return; }
moor::task<> fetch() { co_await moor::yield(); }

moor::task<> update() {
  {
    std::unique_lock lock(mutex);
    co_await nothing(); // does not suspend
  }
  std::shared_lock lock(mutex);
#ifdef CURE
  lock.unlock();
#endif
  co_await fetch(); // CAUSE
}

int main() { moor::run(update()); }
