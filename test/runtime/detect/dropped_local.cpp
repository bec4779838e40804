// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// DETECTOR: dropped-task

#include <moor/event_loop.h>

moor::task<int> fetch(int n) { co_return n; }

moor::task<int> serve(bool needed) {
  moor::task<int> value = fetch(1); // CAUSE
#ifdef CURE
  needed = true;
#endif
  if (needed)
    co_return co_await std::move(value);
  co_return 0;
} // EFFECT

int main() { moor::run(serve(false)); }
