// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What a function of this translation unit does to a task that it is given.
//
//     void forget(task<> t) {}                      Drops
//     void note(const task<> &t) { log(t.done()); } Asks
//     void spawn(task<> t) { queue.push(move(t)); } Keeps
//
// What the source says itself (corolint/annotations.h) comes first, then the
// models, then the body, followed by the same flow that judges local variables
// (TaskFlow.h). Of a function whose body was not seen, that is virtual, that
// calls itself or that belongs to a library, nothing is known. A body in
// another translation unit may be told of by its summary
// (summaries/SummaryTable.h).
//
// The answers name nothing of the syntax tree: they can be written down, and
// read for another translation unit.

#ifndef COROLINT_CHECKS_ANALYSIS_TASKSUMMARIES_H
#define COROLINT_CHECKS_ANALYSIS_TASKSUMMARIES_H

#include "TaskFate.h"
#include "TaskShapes.h"
#include "clang/AST/Decl.h"
#include "llvm/ADT/DenseMap.h"
#include <optional>

namespace corolint {

class SummaryTable;

class TaskSummaries {
public:
  /// `OtherUnits` may be null. Helpers of helpers of …: further down than
  /// `MaxDepth`, nothing is known.
  explicit TaskSummaries(TaskShapes &S, const SummaryTable *OtherUnits,
                         unsigned MaxDepth = 16)
      : S(S), OtherUnits(OtherUnits), MaxDepth(MaxDepth) {}

  /// What `F` does to what its parameter number `I` is given; nothing if that
  /// is no task. Remembered.
  std::optional<TaskFate> parameter(const clang::FunctionDecl &F, unsigned I);

private:
  std::optional<TaskFate> stated(const clang::FunctionDecl &F, unsigned I);
  TaskFate seen(const clang::FunctionDecl &F, unsigned I);

  TaskShapes &S;
  const SummaryTable *OtherUnits;
  const unsigned MaxDepth;
  unsigned Depth = 0;
  llvm::DenseMap<std::pair<const clang::FunctionDecl *, unsigned>, TaskFate>
      Known;
};

} // namespace corolint

#endif // COROLINT_CHECKS_ANALYSIS_TASKSUMMARIES_H
