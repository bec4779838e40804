// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// DETECTOR: destroyed-pinned

#include <moor/event_loop.h>
#include <moor/pinned.h>
#include <moor/timer.h>
#include <optional>

class watcher {
public:
  void start() { canary_.arm(); }
  void stop() { canary_.disarm(); }

private:
  moor::pin_canary canary_;
};

moor::task<> watch() {
  std::optional<watcher> w(std::in_place);
  w->start();
  co_await moor::yield();
#ifdef CURE
  w->stop();
#endif
  w.reset(); // CAUSE
}

int main() { moor::run(watch()); }
