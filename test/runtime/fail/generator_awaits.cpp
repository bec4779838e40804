// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A generator runs in a loop that cannot wait.

#include <moor/async_generator.h>
#include <moor/generator.h>
#include <moor/timer.h>
using namespace moor;
using namespace std::chrono_literals;

#ifdef CURED
template <class T> using sequence = async_generator<T>;
#else
template <class T> using sequence = generator<T>;
#endif

sequence<int> waits() {
  co_yield 1;
  // EXPECT: deleted.*await_transform
  co_await sleep_for(1ms);
  co_yield 2;
}
