// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// DETECTOR: blocked-worker

#include <cstdio>
#include <moor/event_loop.h>
#include <stdlib.h>
#include <unistd.h>

moor::task<> save(FILE *file) {
#ifndef CURE
  fwrite("text", 1, 4, file); // CAUSE
#endif
  // Standard output does not count.
  fwrite("text\n", 1, 5, stdout);
  co_return;
}

int main() {
  FILE *file = tmpfile();
  moor::run(save(file));
  fclose(file);
}
