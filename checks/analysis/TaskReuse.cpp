// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Along the paths of TaskFlow.h: which handles are used when they are spent;
// see TaskReuse.h.

#include "TaskReuse.h"
#include "Analysis.h"
#include "Body.h"
#include "TaskFlow.h"
#include "clang/AST/ASTContext.h"
#include "clang/AST/StmtCXX.h"
#include "clang/Basic/SourceManager.h"

using namespace clang;

namespace corolint {

llvm::raw_ostream &operator<<(llvm::raw_ostream &OS, const SecondUse &U) {
  return OS << U.Variable << ' ' << unsigned(U.First) << ' '
            << unsigned(U.Again);
}

/// Whether a use of that kind is wrong for what was used so before.
static bool isWrong(HandleUse First, HandleUse Again) {
  switch (Again) {
  case HandleUse::Awaited:
    // What was started may be awaited.
    return First != HandleUse::Started;
  case HandleUse::AwaitedFreely:
  case HandleUse::Resumed:
  case HandleUse::Entered:
    return First == HandleUse::Moved || First == HandleUse::Parked ||
           First == HandleUse::Destroyed;
  case HandleUse::Moved:
    // A task that has ended may be kept, with what it gave.
    return First == HandleUse::Moved || First == HandleUse::Parked;
  case HandleUse::Started:
  case HandleUse::Destroyed:
    return true;
  default:
    return false;
  }
}

/// Whether it gets another task somewhere. In a loop, that is for the next
/// turn, under the condition that there will be one:
///
///     for (int i = 0; i < n; ++i) {
///       co_await std::move(next);
///       if (i + 1 < n)
///         next = fetch(i + 1);
///     }
bool TaskFlow::isRefilled(const ValueDecl *D) const {
  return llvm::any_of(Handles->Refills,
                      [&](const auto &Each) { return Each.second == D; });
}

void TaskFlow::use(const DeclRefExpr *Ref, World &W) {
  auto Use = Handles->Mentions.find(Ref);
  std::optional<unsigned> I = indexOf(Ref->getDecl());
  if (!I || Use == Handles->Mentions.end())
    return;
  TaskState &State = W.Tasks[*I];
  HandleUse Kind = Use->second;
  if (State.Is == TaskState::Settled)
    return;
  if (State.Is == TaskState::Spent) {
    const DeclRefExpr *First = Spending[State.Of];
    // The graph shows the operand of a co_await more than once.
    if (First == Ref && !State.InLastTurn)
      return;
    if (isWrong(Handles->Mentions.find(First)->second, Use->second)) {
      if (!State.InLastTurn || !isRefilled(Ref->getDecl()))
        Again.insert({Ref, State.Of});
      State = {TaskState::Settled};
      return;
    }
    if (Kind == HandleUse::Asked)
      State = {TaskState::Settled};
    if (Kind == HandleUse::Parked)
      return; // what it was spent by before counts
  }
  if (Kind == HandleUse::Escapes) {
    State = {TaskState::Settled};
  } else if (Kind <= HandleUse::Destroyed || Kind == HandleUse::Parked) {
    auto At = llvm::find(Spending, Ref);
    if (At == Spending.end())
      At = Spending.insert(At, Ref);
    State = {TaskState::Spent, unsigned(At - Spending.begin())};
  }
}

/// A variable that is made from one that was spent is spent, too.
void TaskFlow::inherit(const VarDecl *V, World &W) {
  const DeclRefExpr *Ref = Handles->Heirs.lookup(V);
  std::optional<unsigned> To = indexOf(V);
  std::optional<unsigned> From = Ref ? indexOf(Ref->getDecl()) : std::nullopt;
  if (!To || !From)
    return;
  const TaskState &State = W.Tasks[*From];
  if (State.Is == TaskState::Settled ||
      (State.InLastTurn && isRefilled(Ref->getDecl())))
    W.Tasks[*To] = {TaskState::Settled};
  else if (State.Is == TaskState::Spent &&
           (Spending[State.Of] != Ref || State.InLastTurn))
    W.Tasks[*To] = {TaskState::Spent, State.Of};
}

std::vector<SecondUse> TaskFlow::usedAgain() const {
  const SourceManager &SM = B.function().getASTContext().getSourceManager();
  auto IsBefore = [&](SourceLocation A, SourceLocation B) {
    return SM.isBeforeInTranslationUnit(A, B);
  };
  std::vector<SecondUse> All;
  for (auto [Ref, Of] : Again) {
    SecondUse U;
    const ValueDecl *V = Ref->getDecl();
    U.Variable = V->getNameAsString();
    if (Spending[Of]->getDecl() != V)
      U.From = Spending[Of]->getDecl()->getNameAsString();
    U.Again = Handles->Mentions.find(Ref)->second;
    U.First = Handles->Mentions.find(Spending[Of])->second;
    U.At = Ref->getLocation();
    U.FirstAt = Spending[Of]->getLocation();
    U.Declared = V->getLocation();
    // With the use before it that comes first.
    auto Same =
        llvm::find_if(All, [&](const SecondUse &O) { return O.At == U.At; });
    if (Same == All.end())
      All.push_back(std::move(U));
    else if (IsBefore(U.FirstAt, Same->FirstAt))
      *Same = std::move(U);
  }
  llvm::sort(All, [&](const SecondUse &A, const SecondUse &B) {
    return IsBefore(A.At, B.At);
  });
  // What follows one first use is one mistake.
  std::vector<SecondUse> Mistakes;
  for (SecondUse &U : All)
    if (llvm::none_of(Mistakes, [&](const SecondUse &O) {
          return O.FirstAt == U.FirstAt;
        }))
      Mistakes.push_back(std::move(U));
  return Mistakes;
}

//===-- From a function to its second uses --------------------------------===//

std::vector<SecondUse> findSecondUses(const FunctionDecl &F, Analysis &A) {
  if (!F.doesThisDeclarationHaveABody() || F.hasSkippedBody() ||
      F.isDependentContext() || !A.tasks().hasCoroutines(F.getASTContext()))
    return {};
  const Stmt *Text = F.getBody();
  if (const auto *Frame = dyn_cast_or_null<CoroutineBodyStmt>(Text))
    Text = Frame->getBody();
  if (!Text)
    return {};
  HandleUses Handles = findHandleUses(F, *Text, A);
  // What a library does in its own bodies is its own affair.
  if (Handles.Mentions.empty() || TaskShapes::isPlumbing(F) ||
      A.models().library(F))
    return {};
  Body B(F, *Text);
  Analysis::countAnalysed();
  std::unique_ptr<CFG> Graph = TaskFlow::buildGraph(F, *Text);
  TaskUses None;
  if (Graph) {
    TaskFlow Flow(A.tasks(), B, *Graph, *Text, None, &Handles);
    if (Flow.run())
      return Flow.usedAgain();
  }
  Analysis::gaveUp();
  return {};
}

} // namespace corolint
