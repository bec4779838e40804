// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// DETECTOR: blocked-worker

#include <moor/event.h>
#include <moor/event_loop.h>
#include <thread>

moor::task<> compute() {
#ifdef CURE
  moor::event ready;
  std::thread thread([&] { ready.set(); });
  thread.detach();
  co_await ready;
#else
  std::thread thread([] {});
  thread.join(); // CAUSE
#endif
  co_return;
}

int main() { moor::run(compute()); }
