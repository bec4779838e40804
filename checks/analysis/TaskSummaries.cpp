// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Computes summaries on demand; see TaskSummaries.h.

#include "TaskSummaries.h"
#include "Annotations.h"
#include "Body.h"
#include "Summaries.h"
#include "TaskFlow.h"
#include "summaries/SummaryTable.h"
#include "clang/AST/ASTContext.h"
#include "clang/AST/Attr.h"

using namespace clang;

namespace corolint {

std::optional<TaskFate> TaskSummaries::parameter(const FunctionDecl &F,
                                                 unsigned I) {
  if (I >= F.getNumParams() || F.isDependentContext())
    return std::nullopt;
  Work W = S.workOf(F.getParamDecl(I)->getType().getNonReferenceType());
  if (W.Kind != WorkKind::Lazy && W.Kind != WorkKind::Eager &&
      W.Kind != WorkKind::Operation)
    return std::nullopt;
  // While it is computed, and where it calls itself, nothing is known.
  std::pair<const FunctionDecl *, unsigned> Key{F.getCanonicalDecl(), I};
  auto [It, IsNew] = Known.try_emplace(Key, TaskFate::Unknown);
  if (!IsNew)
    return It->second;
  std::optional<TaskFate> Fate = stated(F, I);
  if (!Fate && Depth < MaxDepth) {
    ++Depth;
    Fate = seen(F, I);
    --Depth;
  }
  return Known[Key] = Fate.value_or(TaskFate::Unknown);
}

/// What somebody has said of the function.
std::optional<TaskFate> TaskSummaries::stated(const FunctionDecl &F,
                                              unsigned I) {
  const ParmVarDecl &P = *F.getParamDecl(I);
  if (hasAnnotation(P, "consumes"))
    return TaskFate::Consumes;
  for (llvm::StringRef Starts : {"starts", "detaches"})
    if (hasAnnotation(P, Starts) || hasAnnotation(F, Starts))
      return TaskFate::Starts;
  if (const TaskFunctionModel *M = S.models().taskFunction(F)) {
    for (TaskOperand O : M->Operands) {
      if (O.Argument != int(I) && O.Argument != EveryArgument)
        continue;
      switch (O.Effect) {
      case TaskEffect::Consumes:
        return TaskFate::Consumes;
      case TaskEffect::Keeps:
        return TaskFate::Keeps;
      case TaskEffect::Starts:
      case TaskEffect::Spawns:
      case TaskEffect::Detaches:
        return TaskFate::Starts;
      case TaskEffect::Asks:
        return TaskFate::Asks;
      case TaskEffect::Invokes:
        break;
      }
    }
    return TaskFate::Unknown;
  }
  if (S.models().library(F))
    return TaskFate::Unknown; // its model speaks for it
  return std::nullopt;
}

/// Whether the walk has understood every place that names the parameter:
/// lambdas, blocks and what is not evaluated are not its business.
static bool isUnderstood(const Stmt *Node, const ParmVarDecl *P,
                         const TaskUses &Uses) {
  if (!Node)
    return true;
  if (const auto *Ref = dyn_cast<DeclRefExpr>(Node);
      Ref && Ref->getDecl() == P && !Uses.Mentions.count(Ref))
    return false;
  return llvm::all_of(Node->children(), [&](const Stmt *Child) {
    return isUnderstood(Child, P, Uses);
  });
}

/// Only of what cannot be replaced at run time.
static TaskFate told(const FunctionDecl &F, unsigned I,
                     const SummaryTable *OtherUnits) {
  const auto *Method = dyn_cast<CXXMethodDecl>(&F);
  if (!OtherUnits || (Method && Method->isVirtual()))
    return TaskFate::Unknown;
  if (const FunctionSummary *S = OtherUnits->find(F))
    for (auto [Parameter, Fate] : S->Tasks)
      if (Parameter == I)
        return Fate;
  return TaskFate::Unknown;
}

TaskFate TaskSummaries::seen(const FunctionDecl &F, unsigned I) {
  const FunctionDecl *Body = nullptr;
  if (!F.hasBody(Body) || Body->hasSkippedBody())
    return told(F, I, OtherUnits);
  const FunctionDecl *Definition = Summaries::analysableDefinition(F);
  // What may be replaced, never returns, or is only there for its type.
  if (!Definition || isa<CXXConstructorDecl>(Definition) ||
      Definition->hasAttr<WeakAttr>() || Definition->isNoReturn() ||
      Definition->isConstexpr() || TaskShapes::isPlumbing(*Definition))
    return TaskFate::Unknown;
  const ParmVarDecl *P = Definition->getParamDecl(I);
  const Stmt *Text = Definition->getBody();
  if (!Text || P->isInvalidDecl())
    return TaskFate::Unknown;
  TaskUses Uses = findTaskUses(*Definition, *Text, S, *this, P);
  if (!isUnderstood(Text, P, Uses))
    return TaskFate::Unknown;

  for (const auto &[Call, To] : Uses.Stores)
    if (To.To == P)
      return TaskFate::Unknown; // gives it another one

  bool IsTaken = false, IsUniform = true;
  TaskFate Taker = TaskFate::Unknown;
  for (const auto &[Ref, Use] : Uses.Mentions) {
    if (Ref->getDecl() != P || Use == TaskUse::None)
      continue;
    TaskFate Each = Uses.Takers.lookup(Ref);
    IsUniform &= !IsTaken || Each == Taker;
    IsTaken = true;
    Taker = Each;
  }
  if (IsTaken && (!IsUniform || Taker == TaskFate::Unknown))
    return TaskFate::Unknown;
  corolint::Body B(*Definition, *Text);
  std::unique_ptr<CFG> Graph = TaskFlow::buildGraph(*Definition, *Text);
  if (!Graph)
    return TaskFate::Unknown;
  TaskFlow Flow(S, B, *Graph, *Text, Uses);
  if (!Flow.run())
    return TaskFate::Unknown;
  if (IsTaken)
    return Flow.everLoses(*P) ? TaskFate::Unknown : Taker;
  if (!Flow.alwaysLoses(*P))
    return TaskFate::Unknown;
  return P->getType()->isReferenceType() ? TaskFate::Asks : TaskFate::Drops;
}

} // namespace corolint
