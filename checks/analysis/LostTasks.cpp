// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// From a function to the work that it loses: runs the walk of UnusedTasks.h,
// and TaskFlow where a variable holds a task.

#include "Analysis.h"
#include "Body.h"
#include "TaskFlow.h"
#include "clang/AST/ASTContext.h"
#include "clang/AST/DeclTemplate.h"
#include "clang/AST/StmtCXX.h"
#include "clang/Basic/SourceManager.h"

using namespace clang;

namespace corolint {

static bool sameType(QualType A, QualType B) {
  return A.getCanonicalType().getUnqualifiedType() ==
         B.getCanonicalType().getUnqualifiedType();
}

/// Whether two classes are made from one template.
static bool sameTemplate(QualType A, QualType B) {
  const auto *SA =
      dyn_cast_or_null<ClassTemplateSpecializationDecl>(classOf(A));
  const auto *SB =
      dyn_cast_or_null<ClassTemplateSpecializationDecl>(classOf(B));
  return SA && SB &&
         SA->getSpecializedTemplate()->getCanonicalDecl() ==
             SB->getSpecializedTemplate()->getCanonicalDecl();
}

/// Whether `co_await E;` would compile where `E;` stands, would mean that, and
/// would be no mistake of another kind.
bool Analysis::mayAwait(const FunctionDecl &F, const Body &B, const Expr *E) {
  std::optional<Coroutine> C = Coroutine::of(F, TypeShapes);
  if (!C || C->IsSynchronousGenerator || E->getBeginLoc().isMacroID())
    return false;
  // Its result would be discarded in its turn.
  QualType Result = Tasks.awaitedType(E->getType());
  const CXXRecordDecl *R = Result.isNull() ? nullptr : classOf(Result);
  if (Result.isNull() || Result->isDependentType() || Tasks.workOf(Result) ||
      (R && (isNoDiscard(*R) || !R->hasTrivialDestructor())))
    return false;
  bool Transforms = anyMethod(*C->Promise, [](const CXXMethodDecl &M) {
    return M.getIdentifier() && M.getName() == "await_transform";
  });
  bool IsKnown =
      llvm::any_of(B.suspensions(), [&](const CoroutineSuspendExpr *S) {
        return isa<CoawaitExpr>(S) && core(S->getOperand())->isPRValue() &&
               sameType(S->getOperand()->getType(), E->getType());
      });
  if (!IsKnown &&
      (Transforms || !(sameType(F.getReturnType(), E->getType()) ||
                       sameTemplate(F.getReturnType(), E->getType()))))
    return false;
  return !mayHoldLocks(F, B);
}

std::vector<LostTask> Analysis::lostTasks(const FunctionDecl &F) {
  if (!F.doesThisDeclarationHaveABody() || F.hasSkippedBody() ||
      F.isDependentContext() || !Tasks.hasCoroutines(F.getASTContext()))
    return {};
  const Stmt *Text = F.getBody();
  if (const auto *Frame = dyn_cast_or_null<CoroutineBodyStmt>(Text))
    Text = Frame->getBody();
  if (!Text)
    return {};
  TaskUses Uses = findTaskUses(F, *Text, Tasks, TaskFates);
  // What a library does in its own bodies is its own affair.
  if ((Uses.Lost.empty() && Uses.Variables.empty()) ||
      TaskShapes::isPlumbing(F) || models().library(F))
    return {};
  std::vector<LostTask> Lost = std::move(Uses.Lost);

  Body B(F, *Text);
  auto Next = Uses.Awaitable.begin();
  for (LostTask &L : Lost)
    if (L.AwaitAt.isValid() && !mayAwait(F, B, *Next++))
      L.AwaitAt = {};
  if (Uses.Variables.empty())
    return Lost;
  countAnalysed();
  std::unique_ptr<CFG> Graph = TaskFlow::buildGraph(F, *Text);
  if (!Graph) {
    gaveUp();
    return Lost;
  }
  TaskFlow Flow(Tasks, B, *Graph, *Text, Uses);
  if (!Flow.run()) {
    gaveUp();
    return Lost;
  }
  for (LostTask &L : Flow.lost()) {
    Lost.push_back(std::move(L));
  }
  const SourceManager &SM = F.getASTContext().getSourceManager();
  llvm::sort(Lost, [&](const LostTask &A, const LostTask &B) {
    return SM.isBeforeInTranslationUnit(A.At, B.At);
  });
  return Lost;
}

} // namespace corolint
