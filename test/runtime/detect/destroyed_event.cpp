// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// DETECTOR: destroyed-pinned

#include <moor/event.h>
#include <moor/manual_executor.h>
#include <optional>

moor::task<> wait(moor::event &e) { co_await e; }

int main() {
  moor::manual_executor executor;
  std::optional<moor::event> event(std::in_place);
  auto waiting = executor.start(wait(*event));
#ifdef CURE
  event->set();
  executor.run_ready();
#endif
  event.reset(); // CAUSE
#ifndef CURE
  _Exit(0); // the waiter cannot end any more
#endif
}
