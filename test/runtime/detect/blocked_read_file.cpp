// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// DETECTOR: blocked-worker

#include <fstream>
#include <moor/event_loop.h>
#include <string>

std::string first_line() {
  std::ifstream file(__FILE__);
  std::string line;
  std::getline(file, line);
  return line;
}

moor::task<bool> load() {
#ifdef CURE
  co_return true;
#else
  std::string line = first_line(); // CAUSE
  co_return line.starts_with("// SPDX");
#endif
}

int main() { return moor::run(load()) ? 0 : 1; }
