// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// DETECTOR: blocked-worker

#include <condition_variable>
#include <moor/event.h>
#include <moor/event_loop.h>
#include <mutex>
#include <thread>

#ifdef CURE
moor::event done;
void finish() { done.set(); }
moor::task<> wait() { co_await done; }
#else
std::mutex mutex;
std::condition_variable changed;
bool done = false;
void finish() {
  std::lock_guard guard(mutex);
  done = true;
  changed.notify_one();
}
moor::task<> wait() {
  std::unique_lock lock(mutex);
  while (!done)
    changed.wait(lock); // CAUSE
  co_return;
}
#endif

int main() {
  std::thread other([] {
    usleep(100'000);
    finish();
  });
  moor::run(wait());
  other.join();
}
