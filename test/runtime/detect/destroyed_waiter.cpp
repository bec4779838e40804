// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// DETECTOR: destroyed-pinned

#include <moor/event.h>
#include <moor/manual_executor.h>
#include <optional>

moor::event ready;

moor::task<> wait() { co_await ready; }

int main() {
  moor::manual_executor executor;
  {
    auto waiting = executor.start(wait());
#ifdef CURE
    ready.set();
    executor.run_ready();
#endif
  } // CAUSE
}
