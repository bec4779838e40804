// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// DETECTOR: stall
// OPTIONS: stall-ms=300

#include <chrono>
#include <moor/event_loop.h>
#include <moor/timer.h>

volatile unsigned long sum = 0;

moor::task<> compute() {
  auto begin = std::chrono::steady_clock::now();
  while (std::chrono::steady_clock::now() - begin < std::chrono::seconds(2)) {
    sum = sum + 1;
#ifdef CURE
    co_await moor::yield();
#endif
  }
  co_return;
}

int main() { moor::run(compute()); }
