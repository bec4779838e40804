// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The smallest program: one coroutine, run to its end on the calling thread.

#include <cstdio>
#include <moor/event_loop.h>
#include <moor/timer.h>

using namespace std::chrono_literals;

moor::task<> hello() {
  co_await moor::sleep_for(1ms);
  std::puts("hello, world");
}

int main() { moor::run(hello()); }
