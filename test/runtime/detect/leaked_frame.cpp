// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// DETECTOR: leaked-frames

#include <moor/event_loop.h>
#include <moor/timer.h>
#include <optional>

moor::task<> work() { co_return; }

moor::task<> serve() {
  auto *kept = new moor::task<>(work()); // CAUSE
#ifdef CURE
  co_await std::move(*kept);
  delete kept;
#endif
  (void)kept;
  co_return;
}

int main() { moor::run(serve()); }
