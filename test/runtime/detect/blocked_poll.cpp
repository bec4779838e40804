// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// DETECTOR: blocked-worker

#include <moor/event_loop.h>
#include <poll.h>

moor::task<> look() {
#ifdef CURE
  poll(nullptr, 0, 0); // only looks
#else
  poll(nullptr, 0, 1); // CAUSE
#endif
  co_return;
}

int main() { moor::run(look()); }
