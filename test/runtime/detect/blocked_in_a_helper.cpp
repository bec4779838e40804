// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// DETECTOR: blocked-worker

#include <moor/detect.h>
#include <moor/event_loop.h>
#include <unistd.h>

[[gnu::noinline]] void poll_device() { usleep(100); }
[[gnu::noinline]] void read_device() {
  poll_device();
  asm volatile(""); // no tail call
}

moor::task<> serve() {
#ifdef CURE
  moor::detect::allow_blocking here; // the device answers at once
#endif
  read_device(); // CAUSE
  co_return;
}

int main() { moor::run(serve()); }
