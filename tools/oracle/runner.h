// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What a batch of programs and runner.cpp agree on.

#ifndef COROLINT_TOOLS_ORACLE_RUNNER_H
#define COROLINT_TOOLS_ORACLE_RUNNER_H

#include <coroutine>

namespace oracle {

/// Each program can be started: that is one run, to its end.
struct Program {
  int Id;
  void (*Start)();
};
/// The batch's programs; the last one cannot be started.
extern const Program Programs[];

/// A decision that is taken before the program starts.
bool choose() noexcept;
/// Runs a coroutine, which may have been started, to its end.
void drive(std::coroutine_handle<>, bool Started) noexcept;

} // namespace oracle

#endif // COROLINT_TOOLS_ORACLE_RUNNER_H
