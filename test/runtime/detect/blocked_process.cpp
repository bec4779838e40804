// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// DETECTOR: blocked-worker

#include <cstdlib>
#include <moor/event_loop.h>
#include <sys/wait.h>

moor::task<int> call() {
#ifdef CURE
  co_return waitpid(-1, nullptr, WNOHANG) + 1;
#else
  co_return std::system("true"); // CAUSE
#endif
}

int main() { return moor::run(call()); }
