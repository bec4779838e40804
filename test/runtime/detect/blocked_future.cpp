// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// DETECTOR: blocked-worker

#include <future>
#include <moor/event.h>
#include <moor/event_loop.h>
#include <thread>
#include <unistd.h>

int result = 0;

moor::task<> compute() {
#ifdef CURE
  moor::event ready;
  std::thread([&] {
    result = 7;
    ready.set();
  }).detach();
  co_await ready;
#else
  std::promise<int> promise;
  std::future<int> future = promise.get_future();
  std::thread([p = std::move(promise)]() mutable {
    usleep(100'000);
    p.set_value(7);
  }).detach();
  result = future.get(); // CAUSE
#endif
  co_return;
}

int main() {
  moor::run(compute());
  return result == 7 ? 0 : 1;
}
