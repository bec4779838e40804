// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// DETECTOR: cancelled-in-loop
// OPTIONS: cancel-limit=10

#include <moor/event_loop.h>
#include <moor/timer.h>
#include <moor/when_all.h>

using namespace std::chrono_literals;

moor::task<> message() { co_await moor::sleep_for(1ms); }
moor::task<> minute() {
  co_await moor::sleep_for(1min); // EFFECT
}

moor::task<> serve() {
  for (int i = 0; i < 20; ++i)
#ifdef CURE
    co_await message();
#else
    co_await moor::when_any(message(), minute()); // CAUSE
#endif
}

int main() { moor::run(serve()); }
