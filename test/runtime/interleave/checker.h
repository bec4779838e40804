// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A model checker for a few threads (four at most): it runs a program again and
// again, each time with another schedule, until there is no other.
//
//     void message_passing() {
//       int data = 0;
//       interleave::atomic<bool> ready = false;
//       interleave::threads(
//           [&] { data = 1; ready.store(true, order::release); },
//           [&] { if (ready.load(order::acquire))
//                   interleave::check(data == 1, "it has come"); });
//     }
//     result r = interleave::explore(message_passing, {.preemptions = 2});
//
// The threads are fibres on one stack each; a step is one atomic operation and
// the plain code up to the next. Two things are chosen, depth first:
//
//   * Who takes the next step. Going away from a thread that could go on is a
//     preemption, and their number is limited: most bugs need one or two
//     (M. Musuvathi, S. Qadeer: Iterative context bounding, PLDI 2007). A
//     thread that spins stands still until a value that it read has changed.
//   * What a load reads: any value that is not older than one the thread knows
//     of. Knowledge goes from releases to acquires, through release sequences
//     and fences, as C++20 has it; a read-modify-write reads the newest. (The
//     views of J. Kang et al.: A promising semantics, POPL 2017.)
//
// Two limits make it smaller than C++20: a store is newer than all that were
// made before it (its modification order is the order of the steps), and no
// load reads from a store that comes later. Neither is an error that weak
// orders usually make; what those make are stale reads and data races.
//
// Plain memory: everything that is under test is compiled with clang's thread
// sanitizer, and linked with memory.cpp instead of its runtime. So each load
// and store of the headers is seen, and two that are not ordered by what is
// known are a data race, as is using an atomic while it is made or ended. What
// is freed is not used again in the same execution: touching it is an error.
//
// An execution that fails is run once more for its report: who did what where,
// in order. Its choices can be given on the command line to repeat it.

#ifndef MOOR_TEST_INTERLEAVE_CHECKER_H
#define MOOR_TEST_INTERLEAVE_CHECKER_H

#include <interleave/model.h>
#include <string>
#include <vector>

namespace interleave {

using program = void (*)();

struct limits {
  unsigned preemptions = 2;
  unsigned long executions = 50'000'000; // then it gives up
};

struct result {
  unsigned long executions = 0;
  bool complete = false; // all schedules within the limits
  std::string error;     // empty if none failed
  std::string choices;   // of the one that failed, for replay()
};

/// Runs every schedule of `p`, or all up to the first that fails.
result explore(program p, limits = {});
/// Runs one schedule, and prints its steps.
result replay(program p, const std::string &choices, limits = {});

// For programs.

/// Runs them at the same time, each on a thread; returns when all have ended.
/// Once in a program.
template <class... F> void threads(F &&...f);
/// Else this execution fails.
void check(bool holds, const char *what) noexcept;
/// Adds to what this execution has come to; for litmus tests.
void observe(word value) noexcept;
/// All that has been observed since the last call, without doubles, sorted.
std::vector<std::string> observed();

// Sites: the places in the source that order memory.

struct site {
  const char *file;
  unsigned line;
  const char *operation; // "load", "compare_exchange, failed", …
  order asked;
  bool used = false; // since it was last made false
};

/// All that have been executed.
std::vector<site> &sites();
/// From now on the order at this site is another one; null: none is.
void weaken(const site *s, order to = order::relaxed);

// What there is in between.

void run_threads(unsigned count, void (*const *run)(void *),
                 void *const *state) noexcept;

template <class... F> void threads(F &&...f) {
  void (*const run[])(void *) = {[](void *state) {
    (*static_cast<std::remove_reference_t<F> *>(state))();
  }...};
  void *const state[] = {const_cast<void *>(static_cast<const void *>(&f))...};
  interleave::run_threads(sizeof...(F), run, state);
}

} // namespace interleave

#endif // MOOR_TEST_INTERLEAVE_CHECKER_H
