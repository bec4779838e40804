// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What main.cpp runs.

#ifndef MOOR_TEST_INTERLEAVE_SUITE_H
#define MOOR_TEST_INTERLEAVE_SUITE_H

#include <interleave/checker.h>
#include <set>

namespace interleave {

/// A program, and exactly what it may come to.
struct litmus {
  const char *name;
  program run;
  std::vector<std::string> outcomes;
};
std::vector<litmus> litmus_tests();

/// A program, and the error that has to be found in it; "" if there is none.
struct mistake {
  const char *name;
  program run;
  unsigned preemptions;
  const char *error;
};
std::vector<mistake> mistakes();

/// A use of one of moor's primitives.
struct scenario {
  const char *name;
  program run;
  // What is known when it has run: where it comes to, and how long it takes.
  std::set<const site *> sites = {};
  unsigned long executions = 0;
};
std::vector<scenario> &scenarios();
/// Each file of them has one of these.
struct add_scenarios {
  explicit add_scenarios(const std::vector<scenario> &more) {
    scenarios().insert(scenarios().end(), more.begin(), more.end());
  }
};

/// After all scenarios have run. True if all were found.
bool run_mutants(limits bound);

} // namespace interleave

#endif // MOOR_TEST_INTERLEAVE_SUITE_H
