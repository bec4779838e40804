// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// DETECTOR: lock-across-suspension

#include <moor/event_loop.h>
#include <moor/timer.h>
#include <mutex>

std::mutex mutex;
int balance = 0;

moor::task<> deposit() {
#ifdef CURE
  co_await moor::yield();
#endif
  std::lock_guard guard(mutex);
  ++balance;
#ifndef CURE
  co_await moor::yield(); // CAUSE
#endif
}

moor::task<> day() {
  co_await deposit();
  co_await deposit();
}

int main() { moor::run(day()); }
