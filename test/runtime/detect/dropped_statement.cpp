// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// DETECTOR: dropped-task

#include <moor/event_loop.h>

moor::task<> save() { co_return; }

moor::task<> serve() {
#ifdef CURE
  co_await save();
#else
  (void)save(); // CAUSE
#endif
  co_return;
}

int main() { moor::run(serve()); }
