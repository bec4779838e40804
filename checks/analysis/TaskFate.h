// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What functions do to tasks, in a word; see TaskSummaries.h.

#ifndef COROLINT_CHECKS_ANALYSIS_TASKFATE_H
#define COROLINT_CHECKS_ANALYSIS_TASKFATE_H

namespace corolint {

/// What becomes of a task that is handed to a parameter.
enum class TaskFate : unsigned char {
  Unknown,  ///< somebody may see to it
  Consumes, ///< it is awaited, or seen to in another way
  Keeps,    ///< it is stored, or returned
  Starts,   ///< it is set going
  Drops,    ///< it is taken by value, and ends with nothing done on any path
  Asks,     ///< it is left with the caller, and looked at if anything
};

} // namespace corolint

#endif // COROLINT_CHECKS_ANALYSIS_TASKFATE_H
