// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// DETECTOR: cancelled-in-loop
// OPTIONS: cancel-limit=10

#include <moor/event_loop.h>
#include <moor/timer.h>

moor::task<> serve() {
  for (int i = 0; i < 20; ++i) {
    try {
      co_await moor::sleep_for(std::chrono::milliseconds(1)); // CAUSE
    } catch (moor::cancelled) {
#ifdef CURE
      throw;
#endif
    }
  }
}

int main() {
  moor::stop_source source;
  source.request_stop();
  moor::event_loop loop;
  try {
    loop.run(serve(), source.token());
  } catch (moor::cancelled) {
  }
}
