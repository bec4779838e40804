// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// DETECTOR: awaited-twice

#include <moor/event_loop.h>

moor::task<> save() { co_return; }

moor::task<> serve() {
  moor::task<> once = save();
  co_await std::move(once);
#ifdef CURE
  once = save();
#endif
  co_await std::move(once); // CAUSE
}

int main() { moor::run(serve()); }
