// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// DETECTOR: large-frame
// OPTIONS: frame-limit=8192

#include <moor/event_loop.h>
#include <moor/timer.h>

#ifdef CURE
constexpr int size = 128;
#else
constexpr int size = 4096;
#endif

moor::task<int> sum() { // CAUSE
  int numbers[size]{};
  co_await moor::yield();
  int all = 0;
  for (int n : numbers)
    all += n;
  co_return all;
}

int main() { return moor::run(sum()); }
