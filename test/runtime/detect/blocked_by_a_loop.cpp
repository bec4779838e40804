// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// DETECTOR: blocked-worker

#include <moor/event_loop.h>
#include <moor/timer.h>

moor::task<> work() { co_await moor::sleep_for(std::chrono::milliseconds(1)); }

moor::task<> serve() {
#ifdef CURE
  co_await work();
#else
  moor::run(work()); // CAUSE
#endif
  co_return;
}

int main() { moor::run(serve()); }
