// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What cannot be awaited, and what would be gone.

#include <moor/mutex.h>
#include <moor/shared_task.h>
#include <moor/task.h>
using namespace moor;

shared_task<int> share() { co_return 1; }

task<> example(mutex &m) {
#ifdef CURED
  auto guard = co_await m.lock();
  auto shared = share();
  int n = co_await shared;
#else
  // EXPECT: this cannot be awaited
  auto guard = co_await m;
  // EXPECT: cannot be awaited|deleted
  int n = co_await share();
  // EXPECT: this cannot be awaited
  n = co_await 3;
#endif
  (void)n;
}
