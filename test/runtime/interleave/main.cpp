// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The program of the test:
//
//     moor-interleave                      all of it; see unit names below
//     moor-interleave litmus | scenarios | mutants
//     moor-interleave NAME                 one scenario, with its steps if it
//                                          fails
//     moor-interleave NAME CHOICES         one schedule of it
//     … --weaken FILE:LINE:ORDER           with one site weakened
//     … --preemptions N                    INTERLEAVE_PREEMPTIONS does the same

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <interleave/suite.h>

using namespace interleave;

namespace {

[[maybe_unused]] limits bound;
bool wrong = false;

[[maybe_unused]] double cpu_seconds() { return double(std::clock()) / CLOCKS_PER_SEC; }

std::string joined(const std::vector<std::string> &all) {
  std::string text;
  for (const std::string &s : all)
    text += (text.empty() ? "" : ", ") + s;
  return text;
}

void run_litmus() {
  for (const litmus &l : litmus_tests()) {
    result r = explore(l.run, {.preemptions = 99});
    std::vector<std::string> seen = observed();
    bool right = r.error.empty() && r.complete && seen == l.outcomes;
    std::printf("litmus: %s: %zu outcomes in %lu executions: %s\n", l.name,
                seen.size(), r.executions, right ? "right" : "WRONG");
    if (!right) {
      std::printf("  error: %s\n  seen: %s\n  expected: %s\n", r.error.c_str(),
                  joined(seen).c_str(), joined(l.outcomes).c_str());
      wrong = true;
    }
  }
  for (const mistake &m : mistakes()) {
    result r = explore(m.run, {.preemptions = m.preemptions});
    bool right = *m.error ? r.error.find(m.error) != r.error.npos
                          : r.error.empty() && r.complete;
    std::printf("mistake: %s: %s after %lu executions: %s\n", m.name,
                r.error.empty() ? "nothing" : r.error.c_str(), r.executions,
                right ? "right" : "WRONG");
    wrong |= !right;
  }
}

} // namespace

int main(int, char **) {
  run_litmus();
  return wrong;
}
