// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// DETECTOR: dropped-task

#include <moor/event_loop.h>
#include <vector>

moor::task<> save() { co_return; }

moor::task<> serve() {
  std::vector<moor::task<>> tasks;
  tasks.push_back(save()); // CAUSE
#ifdef CURE
  for (auto &t : tasks)
    co_await std::move(t);
#endif
  co_return;
} // EFFECT

int main() { moor::run(serve()); }
