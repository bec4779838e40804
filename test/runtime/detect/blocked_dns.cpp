// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// DETECTOR: blocked-worker

#include <moor/event_loop.h>
#include <netdb.h>

moor::task<> resolve() {
  addrinfo hints{}, *found = nullptr;
#ifdef CURE
  hints.ai_flags = AI_NUMERICHOST;
#endif
  if (getaddrinfo("127.0.0.1", "80", &hints, &found) == 0) // CAUSE
    freeaddrinfo(found);
  co_return;
}

int main() { moor::run(resolve()); }
