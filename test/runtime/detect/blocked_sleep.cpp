// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// DETECTOR: blocked-worker

#include <moor/event_loop.h>
#include <moor/timer.h>
#include <thread>

using namespace std::chrono_literals;

moor::task<> rest() {
#ifdef CURE
  co_await moor::sleep_for(1ms);
#else
  std::this_thread::sleep_for(1ms); // CAUSE
#endif
  co_return;
}

moor::task<> serve() {
  co_await moor::sleep_for(1ms);
  co_await rest(); // AWAITED
}

int main() { moor::run(serve()); }
