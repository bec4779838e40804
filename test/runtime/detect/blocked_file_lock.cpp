// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// DETECTOR: blocked-worker

#include <cstdio>
#include <moor/event_loop.h>
#include <sys/file.h>

moor::task<> lock(int fd) {
#ifdef CURE
  flock(fd, LOCK_EX | LOCK_NB);
#else
  flock(fd, LOCK_EX); // CAUSE
#endif
  co_return;
}

int main() { moor::run(lock(fileno(tmpfile()))); }
