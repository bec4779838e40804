// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// DETECTOR: blocked-worker

#include <moor/event_loop.h>
#include <semaphore>
#include <thread>
#include <unistd.h>

std::counting_semaphore<8> free_places(0);

moor::task<> enter() {
#ifdef CURE
  (void)free_places.try_acquire();
#else
  free_places.acquire(); // CAUSE
#endif
  co_return;
}

int main() {
  std::thread other([] {
    usleep(100'000);
    free_places.release();
  });
  moor::run(enter());
  other.join();
}
