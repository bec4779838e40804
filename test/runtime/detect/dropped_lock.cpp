// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// DETECTOR: dropped-task

#include <moor/event_loop.h>
#include <moor/mutex.h>

moor::mutex mutex;
int balance = 0;

moor::task<> deposit() {
#ifdef CURE
  auto guard = co_await mutex.lock();
#else
  auto guard = mutex.lock(); // CAUSE
#endif
  ++balance;
  co_return;
}

int main() { moor::run(deposit()); }
