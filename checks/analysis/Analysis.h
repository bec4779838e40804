// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Facts about the coroutines of one translation unit: start reading here.
//
//   FunctionDecl
//      │  Coroutine          is it one, its promise, what kind
//      │  Body               scopes, suspensions, which variables ever change
//      │  clang::CFG         of the body that the user wrote
//      ▼
//   blocks of expressions
//      │  Places             which object an expression denotes
//      │  Shapes + Models    what a type can do: guard, lockable, awaitable
//      │  SuspensionPoints   which co_await may really suspend
//      │  Conditions         what a branch says about another
//      │  Summaries          what a call does to its caller: its locks;
//      │                     TaskSummaries: the tasks that it is given
//      │  SummaryTable       what a call into another translation unit does
//      ▼
//   worlds at every block    Flow: one worklist solver, three-valued facts
//      │  FlowRules          elements, branches and scalars, the same for all
//      │  LockFlow           the transfer rules for locks
//      │  TaskFlow           the transfer rules for tasks
//      │  PinFlow            the transfer rules for objects that must not move
//      ▼
//   HeldLock                 a lock, who holds it, where it was taken, and
//                            where the coroutine may suspend with it
//   LostTask                 work that nobody waits for: UnusedTasks,
//   TaskShapes
//   PinnedMove               an object moved while others have its address:
//                            Registrations say who does
//
// Each step has its own header, says nothing in words, and can be tested alone.
// A check asks for the last one and words the answer.

#ifndef COROLINT_CHECKS_ANALYSIS_ANALYSIS_H
#define COROLINT_CHECKS_ANALYSIS_ANALYSIS_H

#include "Coroutine.h"
#include "HeldLocks.h"
#include "PinnedMoves.h"
#include "Registrations.h"
#include "Shapes.h"
#include "Summaries.h"
#include "TaskShapes.h"
#include "TaskSummaries.h"
#include "UnusedTasks.h"
#include "models/Models.h"
#include <memory>
#include <optional>
#include <vector>

namespace corolint {

class BlockingCalls;
class SummaryTable;

/// Everything that checks share about one translation unit. Lives as long as
/// the unit, and is used by one thread at a time; clangd has one per file.
class Analysis {
public:
  explicit Analysis(std::shared_ptr<const Models> M, MutedLockRules Muted = {},
                    std::shared_ptr<const SummaryTable> OtherUnits = nullptr)
      : Facts(std::move(M)), OtherUnits(std::move(OtherUnits)), Muted(Muted),
        TypeShapes(*Facts), Tasks(TypeShapes),
        TaskFates(Tasks, this->OtherUnits.get()), Functions(*this),
        Addresses(TypeShapes, this->OtherUnits.get()) {}

  /// The analysis that all checks with this `Unit` share; made by the first.
  /// The key is compared, never used. Thread-safe.
  static std::shared_ptr<Analysis> of(const void *Unit,
                                      std::shared_ptr<const Models> M,
                                      std::shared_ptr<const SummaryTable> S);

  Shapes &shapes() { return TypeShapes; }
  const Models &models() const { return *Facts; }
  /// What other translation units say of their functions; null if they are not
  /// asked.
  const SummaryTable *otherUnits() const { return OtherUnits.get(); }
  TaskShapes &tasks() { return Tasks; }
  Summaries &summaries() { return Functions; }
  TaskSummaries &taskSummaries() { return TaskFates; }
  Registrations &registrations() { return Addresses; }
  BlockingCalls &blocking();
  /// See UserFunctions.h; found once.
  llvm::ArrayRef<const clang::FunctionDecl *>
  userFunctions(clang::ASTContext &Context);
  bool follows(LockRule R) const { return !Muted.test(unsigned(R)); }

  /// The locks that `F` holds at suspensions, in source order. Nothing if `F`
  /// is no coroutine, or if the analysis gave up.
  std::vector<HeldLock> locksAcrossSuspensions(const clang::FunctionDecl &F);
  /// The locks of a function that is no coroutine, but returns a lazy one's
  /// task, which end before the task begins.
  std::vector<EndedLock> locksEndedBeforeTask(const clang::FunctionDecl &F);

  /// The work that `F` loses, in source order, be it a coroutine or not.
  std::vector<LostTask> lostTasks(const clang::FunctionDecl &F);

  /// The objects that `F` moves after their address was registered, in source
  /// order, be it a coroutine or not.
  std::vector<PinnedMove> pinnedMoves(const clang::FunctionDecl &F);

  /// How many coroutines were looked at by all analyses of this process, how
  /// many of them needed a flow analysis, and how many were given up.
  struct Statistics {
    unsigned Coroutines, Analysed, GivenUp;
  };
  static Statistics statistics();
  static void gaveUp();
  static void countAnalysed();

private:
  static void countCoroutine();
  bool mayAwait(const clang::FunctionDecl &F, const class Body &B,
                const clang::Expr *E);
  bool mayHoldLocks(const clang::FunctionDecl &F, const class Body &B);

  const std::shared_ptr<const Models> Facts;
  const std::shared_ptr<const SummaryTable> OtherUnits;
  const MutedLockRules Muted;
  Shapes TypeShapes;
  TaskShapes Tasks;
  TaskSummaries TaskFates;
  Summaries Functions;
  Registrations Addresses;
  std::shared_ptr<BlockingCalls> Blocking; ///< made when it is asked for
  std::optional<std::vector<const clang::FunctionDecl *>> Defined;
};

} // namespace corolint

#endif // COROLINT_CHECKS_ANALYSIS_ANALYSIS_H
