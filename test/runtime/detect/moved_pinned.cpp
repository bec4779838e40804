// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// DETECTOR: moved-pinned

#include <moor/event_loop.h>
#include <moor/pinned.h>
#include <moor/timer.h>
#include <utility>
#include <vector>

class watcher {
public:
  void start() { canary_.arm(); } // its address is given away here
  void stop() { canary_.disarm(); }

private:
  moor::pin_canary canary_;
};

moor::task<> watch() {
  std::vector<watcher> watchers;
  watchers.emplace_back();
#ifdef CURE
  watchers.reserve(2);
#endif
  watchers.front().start();
  co_await moor::yield();
  watchers.emplace_back(); // CAUSE
  watchers.front().stop();
}

int main() { moor::run(watch()); }
