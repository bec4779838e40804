// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The walk of TaskWalk.h: statements and expressions, from the outside in.

#include "Places.h"
#include "TaskWalk.h"
#include "clang/AST/ASTContext.h"
#include "clang/AST/Attr.h"
#include "clang/AST/ExprConcepts.h"
#include "clang/AST/StmtCXX.h"
#include "llvm/ADT/DenseSet.h"

using namespace clang;

namespace corolint {

llvm::raw_ostream &operator<<(llvm::raw_ostream &OS, const LostTask &L) {
  return OS << unsigned(L.How) << ' ' << unsigned(L.What.Kind) << ' '
            << (L.Variable.empty() ? L.From : L.Variable);
}

TaskWalk::TaskWalk(const FunctionDecl &F, TaskShapes &S, TaskSummaries &Callees,
                   TaskUses &Out, const ParmVarDecl *Given)
    : Context(F.getASTContext()), S(S), Callees(Callees), Out(Out),
      Given(Given),
      IsCoroutine(isa_and_nonnull<CoroutineBodyStmt>(F.getBody()) ||
                  S.isTask(F.getReturnType())) {
  if (Given)
    Out.Variables.push_back(Given);
}

void TaskWalk::statement(const Stmt *Node) {
  if (!Node)
    return;
  if (const auto *E = dyn_cast<Expr>(Node)) {
    discarded(E, /*Explicit=*/false, /*IsStatement=*/true);
    return expression(E);
  }
  if (const auto *D = dyn_cast<DeclStmt>(Node)) {
    for (const Decl *Each : D->decls())
      if (const auto *V = dyn_cast<VarDecl>(Each))
        variable(V);
    return;
  }
  Parents.push_back(Node);
  if (const auto *If = dyn_cast<IfStmt>(Node))
    visitIf(*If);
  else if (const auto *For = dyn_cast<ForStmt>(Node)) {
    statement(For->getInit());
    statement(For->getConditionVariableDeclStmt());
    value(For->getCond());
    if (const Expr *Inc = For->getInc()) {
      discarded(Inc, /*Explicit=*/false, /*IsStatement=*/false);
      expression(Inc);
    }
    statement(For->getBody());
  } else if (const auto *For = dyn_cast<CXXForRangeStmt>(Node)) {
    statement(For->getInit());
    statement(For->getRangeStmt());
    statement(For->getLoopVarStmt());
    statement(For->getBody());
  } else if (isa<ReturnStmt, CoreturnStmt>(Node)) {
    if (const auto *R = dyn_cast<ReturnStmt>(Node))
      value(R->getRetValue());
    else
      value(cast<CoreturnStmt>(Node)->getOperand());
  } else if (const auto *Body = dyn_cast<CoroutineBodyStmt>(Node)) {
    statement(Body->getBody());
  } else if (const auto *Catch = dyn_cast<CXXCatchStmt>(Node)) {
    ++Handlers;
    statement(Catch->getHandlerBlock());
    --Handlers;
  } else if (isa<WhileStmt, DoStmt, SwitchStmt>(Node)) {
    for (const Stmt *Child : Node->children())
      if (const auto *E = dyn_cast_or_null<Expr>(Child);
          E && E == conditionOf(Node))
        value(E);
      else
        statement(Child);
  } else if (const auto *Case = dyn_cast<CaseStmt>(Node)) {
    statement(Case->getSubStmt());
  } else {
    for (const Stmt *Child : Node->children())
      statement(Child);
  }
  Parents.pop_back();
}

const Expr *TaskWalk::conditionOf(const Stmt *Node) {
  if (const auto *While = dyn_cast<WhileStmt>(Node))
    return While->getCond();
  if (const auto *Do = dyn_cast<DoStmt>(Node))
    return Do->getCond();
  return cast<SwitchStmt>(Node)->getCond();
}

void TaskWalk::visitIf(const IfStmt &If) {
  statement(If.getInit());
  statement(If.getConditionVariableDeclStmt());
  value(If.getCond());
  if (If.isConstexpr())
    if (auto Kept = If.getNondiscardedCase(Context))
      return statement(*Kept);
  statement(If.getThen());
  statement(If.getElse());
}

void TaskWalk::value(const Expr *E) {
  if (E)
    expression(E);
}

void TaskWalk::variable(const VarDecl *V) {
  const Expr *Init = V->getInit();
  if (V->isInvalidDecl())
    return;
  QualType T = V->getType();
  // A reference that lets a temporary live on is a variable, too.
  if (T->isReferenceType() && Init && core(Init)->isPRValue())
    T = T.getNonReferenceType();
  if (V->hasLocalStorage() && !V->isImplicit() && !isa<ParmVarDecl>(V) &&
      !isa<DecompositionDecl>(V))
    if (Work W = S.workOf(T);
        W && W.IsLostInScope &&
        !(V->hasAttr<UnusedAttr>() &&
          (W.MayBeDroppedExplicitly ||
           // An awaiter is nothing much, unless it is taken for a guard.
           (W.Kind == WorkKind::Awaiter && guardOf(T, S).empty()))))
      Out.Variables.push_back(V);
  Declared.push_back(V);
  value(Init);
  Declared.pop_back();
}

//===-- Expressions -----------------------------------------------------===//

void TaskWalk::expression(const Expr *E) {
  if (E->getType().isNull())
    return;
  if (isa<UnaryExprOrTypeTraitExpr, CXXNoexceptExpr, RequiresExpr,
          OpaqueValueExpr, CXXDefaultArgExpr>(E))
    return; // not evaluated, or written elsewhere
  if (const auto *T = dyn_cast<CXXTypeidExpr>(E);
      T && !T->isPotentiallyEvaluated())
    return;
  if (const auto *Ref = dyn_cast<DeclRefExpr>(E))
    return mention(Ref);
  Parents.push_back(E);
  if (const auto *L = dyn_cast<LambdaExpr>(E)) {
    for (const Expr *Init : L->capture_inits())
      value(Init);
    captures(*L);
  } else if (const auto *A = dyn_cast<CoroutineSuspendExpr>(E)) {
    value(A->getOperand());
  } else if (const auto *S = dyn_cast<StmtExpr>(E)) {
    block(*S->getSubStmt());
  } else {
    if (const auto *Op = dyn_cast<BinaryOperator>(E);
        Op && Op->getOpcode() == BO_Comma)
      discarded(Op->getLHS(), false, false);
    if (const auto *Call = dyn_cast<CallExpr>(E))
      call(Call);
    if (const auto *C = dyn_cast<CXXConstructExpr>(E))
      construct(C);
    for (const Stmt *Child : E->children())
      if (const auto *Inner = dyn_cast_or_null<Expr>(Child))
        expression(Inner);
  }
  Parents.pop_back();
}

static bool mentions(const Stmt *S, const VarDecl &V) {
  if (const auto *Ref = dyn_cast_or_null<DeclRefExpr>(S))
    return Ref->getDecl() == &V;
  return S && llvm::any_of(S->children(), [&](const Stmt *Child) {
           return mentions(Child, V);
         });
}

/// [t = fetch()] { … }, where `t` is not mentioned in the body: it ends with
/// the closure, whoever has that.
void TaskWalk::captures(const LambdaExpr &Lambda) {
  for (const LambdaCapture &C : Lambda.captures()) {
    if (!Lambda.isInitCapture(&C))
      continue;
    const auto *V = dyn_cast<VarDecl>(C.getCapturedVar());
    if (!V || !V->getInit() || !makesWork(V->getInit(), S) ||
        mentions(Lambda.getBody(), *V))
      continue;
    if (Work W = S.workOf(V->getType()); W.Kind == WorkKind::Lazy)
      add(LostTask::NeverAwaited, W, V->getLocation()).Variable =
          V->getNameAsString();
  }
}

/// ({ …; value; })
void TaskWalk::block(const CompoundStmt &Block) {
  for (const Stmt *Child : Block.body())
    if (const auto *Last = dyn_cast<Expr>(Child);
        Last && Child == Block.body_back())
      value(Last);
    else
      statement(Child);
}

TaskUses findTaskUses(const FunctionDecl &F, const Stmt &Body, TaskShapes &S,
                      TaskSummaries &Callees, const ParmVarDecl *Given) {
  TaskUses Out;
  TaskWalk(F, S, Callees, Out, Given).statement(&Body);
  // What the compiler has seen used, and the walk has not, is used in code that
  // does not compile: Clang leaves out of the tree what it cannot read.
  llvm::DenseSet<const VarDecl *> Mentioned;
  for (const auto &[Ref, Use] : Out.Mentions)
    Mentioned.insert(cast<VarDecl>(Ref->getDecl()));
  llvm::erase_if(Out.Variables, [&](const VarDecl *V) {
    return !isa<ParmVarDecl>(V) && V->isReferenced() && !Mentioned.count(V);
  });
  return Out;
}

} // namespace corolint
