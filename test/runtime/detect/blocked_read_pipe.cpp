// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// DETECTOR: blocked-worker

#include <fcntl.h>
#include <moor/event_loop.h>
#include <unistd.h>

moor::task<> receive(int fd) {
  char c;
  [[maybe_unused]] auto n = read(fd, &c, 1); // CAUSE
  co_return;
}

int main() {
  int ends[2];
#ifdef CURE
  int flags = O_NONBLOCK;
#else
  int flags = 0;
#endif
  if (pipe2(ends, flags) != 0 || write(ends[1], "x", 1) != 1)
    return 1;
  moor::run(receive(ends[0]));
}
