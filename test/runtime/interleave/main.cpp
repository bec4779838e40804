// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The program of the test; see interleave.test.
//
//     moor-interleave                       all three
//     moor-interleave litmus|scenarios|mutants
//     moor-interleave NAME                  one scenario, with its steps if it
//                                           fails
//     moor-interleave NAME CHOICES          one schedule of it
//     moor-interleave … weaken FILE:LINE OPERATION ORDER
//
// INTERLEAVE_PREEMPTIONS=3 in the environment allows more of them, and so does
// CORO_TEST_ALL.

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <interleave/execution.h>
#include <interleave/suite.h>

using namespace interleave;

std::vector<scenario> &interleave::scenarios() {
  static std::vector<scenario> all;
  return all;
}

namespace {

limits bound;
bool wrong = false;

double cpu_seconds() { return double(std::clock()) / CLOCKS_PER_SEC; }

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

void run_scenario(scenario &s) {
  for (site &each : sites())
    each.used = false;
  double begin = cpu_seconds();
  result r = explore(s.run, bound);
  double seconds = cpu_seconds() - begin;
  for (site &each : sites())
    if (each.used)
      s.sites.insert(&each);
  s.executions = r.executions;
  std::printf("scenario: %s: %lu executions%s, %d errors (%.2f s)\n", s.name,
              r.executions, r.complete ? "" : ", not all",
              r.error.empty() ? 0 : 1, seconds);
  std::fflush(stdout);
  if (r.error.empty() && r.complete)
    return;
  wrong = true;
  if (r.error.empty())
    return;
  replay(s.run, r.choices, bound);
  std::printf("  to repeat it: moor-interleave '%s' %s\n", s.name,
              r.choices.c_str());
}

/// FILE:LINE OPERATION ORDER
bool weaken_by_name(const scenario &s, char **argument) {
  explore(s.run, {.preemptions = bound.preemptions, .executions = 1000});
  for (const site &each : sites())
    if (std::string(each.file).substr(std::string(each.file).rfind('/') + 1) +
                ":" + std::to_string(each.line) ==
            argument[0] &&
        each.operation == std::string(argument[1]))
      for (unsigned o = 0; o <= unsigned(order::seq_cst); ++o)
        if (name(order(o)) == argument[2]) {
          weaken(&each, order(o));
          return true;
        }
  return false;
}

} // namespace

int main(int count, char **arguments) {
  if (std::getenv("CORO_TEST_ALL"))
    bound.preemptions = 3;
  if (const char *more = std::getenv("INTERLEAVE_PREEMPTIONS"))
    bound.preemptions = unsigned(std::atoi(more));
  std::string what = count > 1 ? arguments[1] : "";
  if (what.empty() || what == "litmus")
    run_litmus();
  if (what.empty() || what == "scenarios" || what == "mutants")
    for (scenario &s : scenarios())
      run_scenario(s);
  if (what.empty() || what == "mutants")
    wrong |= !run_mutants(bound);
  for (scenario &s : scenarios()) {
    if (what != s.name)
      continue;
    if (count > 4 && !std::strcmp(arguments[count - 4], "weaken")) {
      if (!weaken_by_name(s, arguments + count - 3)) {
        std::fprintf(stderr, "no such site\n");
        return 2;
      }
      count -= 4;
    }
    if (count == 3)
      wrong = !replay(s.run, arguments[2], bound).error.empty();
    else
      run_scenario(s);
  }
  return wrong;
}
