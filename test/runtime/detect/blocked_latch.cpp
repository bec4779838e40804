// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// DETECTOR: blocked-worker

#include <latch>
#include <moor/event.h>
#include <moor/event_loop.h>
#include <thread>
#include <unistd.h>

#ifdef CURE
moor::event ready;
void arrive() { ready.set(); }
moor::task<> wait() { co_await ready; }
#else
std::latch ready(1);
void arrive() { ready.count_down(); }
moor::task<> wait() {
  ready.wait(); // CAUSE
  co_return;
}
#endif

int main() {
  std::thread other([] {
    usleep(100'000);
    arrive();
  });
  moor::run(wait());
  other.join();
}
