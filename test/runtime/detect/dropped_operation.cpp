// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// DETECTOR: dropped-task

#include <moor/event_loop.h>
#include <moor/timer.h>

moor::task<> serve() {
#ifdef CURE
  co_await moor::sleep_for(std::chrono::milliseconds(1));
#else
  (void)moor::sleep_for(std::chrono::milliseconds(1)); // CAUSE
#endif
  co_return;
}

int main() { moor::run(serve()); }
