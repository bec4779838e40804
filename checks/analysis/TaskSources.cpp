// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Which expressions make work, and what it is called: the questions of
// UnusedTasks.h that are about one expression.

#include "Annotations.h"
#include "Places.h"
#include "TaskWalk.h"
#include "clang/AST/Attr.h"
#include "clang/AST/DeclTemplate.h"

using namespace clang;

namespace corolint {

const TaskFunctionModel *modelOf(const Expr *E, const TaskShapes &S) {
  if (const auto *Call = dyn_cast<CallExpr>(E)) {
    const FunctionDecl *Callee = Call->getDirectCallee();
    return Callee ? S.models().taskFunction(*Callee) : nullptr;
  }
  if (const auto *C = dyn_cast<CXXConstructExpr>(E))
    return S.models().taskFunction(*C->getConstructor()->getParent());
  return nullptr;
}

bool isStarted(const Expr *E, const TaskShapes &S) {
  const auto *Call = dyn_cast<CallExpr>(E);
  if (const FunctionDecl *Callee = Call ? Call->getDirectCallee() : nullptr;
      Callee &&
      (hasAnnotation(*Callee, "starts") || hasAnnotation(*Callee, "detaches")))
    return true;
  if (const TaskFunctionModel *M = modelOf(E, S))
    return llvm::any_of(M->Operands, [](TaskOperand O) {
      return O.Effect == TaskEffect::Starts || O.Effect == TaskEffect::Spawns ||
             O.Effect == TaskEffect::Detaches ||
             O.Effect == TaskEffect::Consumes;
    });
  return false;
}

/// Whether a function that is no coroutine is seen to do more than to make what
/// it returns.
static bool doesMore(const Expr *E) {
  const auto *Call = dyn_cast<CallExpr>(E);
  const FunctionDecl *Callee = Call ? Call->getDirectCallee() : nullptr;
  const FunctionDecl *Definition = nullptr;
  if (!Callee || !Callee->hasBody(Definition))
    return false;
  const auto *Body = dyn_cast_or_null<CompoundStmt>(Definition->getBody());
  return Body && Body->size() > 1;
}

const Expr *madeFor(const Expr *E, const TaskShapes &S) {
  const Expr *Made = core(E);
  while (Made && Made->isXValue()) {
    const auto *Call = dyn_cast<CXXMemberCallExpr>(Made);
    const CXXMethodDecl *M = Call ? Call->getMethodDecl() : nullptr;
    const CXXRecordDecl *R = M ? classOf(Made->getType()) : nullptr;
    if (!R || !(M->hasAttr<WarnUnusedResultAttr>() || isNoDiscard(*R)) ||
        isStarted(Call, S))
      return E;
    Made = core(Call->getImplicitObjectArgument());
    if (!Made || classOf(Made->getType()) != R)
      return E;
  }
  return Made && Made->isPRValue() ? Made : E;
}

bool isOwnResult(const Expr *E, TaskShapes &S) {
  const auto *Await = dyn_cast<CoawaitExpr>(E);
  const Expr *Awaited = Await ? core(Await->getOperand()) : nullptr;
  return Awaited && E->isXValue() && Awaited->isPRValue() &&
         S.isTask(Awaited->getType());
}

bool makesWork(const Expr *E, TaskShapes &S) {
  E = madeFor(core(E), S);
  if (!E || E->getType().isNull())
    return false;
  if (const auto *C = dyn_cast<AbstractConditionalOperator>(E))
    return makesWork(C->getTrueExpr(), S) && makesWork(C->getFalseExpr(), S);
  Work W = S.workOf(E->getType());
  if (!W || !(E->isPRValue() || isOwnResult(E, S)))
    return false;
  if (const auto *List = dyn_cast<InitListExpr>(E)) {
    bool IsAny = llvm::any_of(
        List->inits(), [&](const Expr *Each) { return makesWork(Each, S); });
    return IsAny || (!W.IsOwner && W.Kind == WorkKind::Awaiter);
  }
  if (isa<CoawaitExpr>(E))
    return true;
  if (const auto *Call = dyn_cast<CallExpr>(E)) {
    if (isStarted(E, S))
      return false;
    const FunctionDecl *Callee = Call->getDirectCallee();
    // Owners that are filled, and callables that are called.
    const IdentifierInfo *II = Callee ? Callee->getIdentifier() : nullptr;
    if (Callee && isInStd(*Callee) &&
        Callee->getOverloadedOperator() != OO_Call &&
        !(II && (II->isStr("invoke") || II->isStr("apply"))))
      return W.IsOwner &&
             llvm::any_of(Call->arguments(),
                          [&](const Expr *Each) { return makesWork(Each, S); });
    const CXXRecordDecl *R = shapeOf(E->getType());
    return W.Kind != WorkKind::Awaiter || (R && isNoDiscard(*R)) ||
           !doesMore(E);
  }
  if (const auto *C = dyn_cast<CXXConstructExpr>(E)) {
    if (isStarted(E, S) || C->getNumArgs() == 0)
      return false;
    if (C->getConstructor()->isCopyOrMoveConstructor() || W.IsOwner)
      return makesWork(C->getArg(0), S);
    return W.Kind == WorkKind::Awaiter || W.Kind == WorkKind::Operation;
  }
  return false;
}

bool isEmptyValue(const Expr *E) {
  E = core(E);
  if (const auto *M = dyn_cast<MaterializeTemporaryExpr>(E))
    E = core(M->getSubExpr());
  if (const auto *C = dyn_cast<CXXConstructExpr>(E))
    return C->getNumArgs() == 0;
  if (const auto *List = dyn_cast<InitListExpr>(E))
    return List->getNumInits() == 0;
  return isa<CXXNullPtrLiteralExpr, CXXScalarValueInitExpr>(E);
}

const Expr *takenOutBy(const CallExpr *Call) {
  if (Call->isCallToStdMove())
    return Call->getArg(0);
  const FunctionDecl *Callee = Call->getDirectCallee();
  const IdentifierInfo *II = Callee ? Callee->getIdentifier() : nullptr;
  if (II && II->isStr("exchange") && isInStd(*Callee) &&
      Call->getNumArgs() == 2 && isEmptyValue(Call->getArg(1)))
    return Call->getArg(0);
  return nullptr;
}

const VarDecl *movedVariable(const Expr *E) {
  for (;;) {
    E = core(E);
    if (const auto *C = dyn_cast<CXXConstructExpr>(E);
        C && C->getNumArgs() >= 1)
      E = C->getArg(0);
    else if (const auto *Call = dyn_cast<CallExpr>(E); Call && takenOutBy(Call))
      E = takenOutBy(Call);
    else if (const auto *List = dyn_cast<InitListExpr>(E);
             List && List->getNumInits() == 1)
      E = List->getInit(0);
    else
      break;
  }
  const auto *Ref = dyn_cast<DeclRefExpr>(E);
  return Ref ? dyn_cast<VarDecl>(Ref->getDecl()) : nullptr;
}

std::string sourceOf(const Expr *E) {
  E = core(E);
  if (const auto *C = dyn_cast<CXXConstructExpr>(E);
      C && C->getConstructor()->isCopyOrMoveConstructor())
    return sourceOf(C->getArg(0));
  if (const auto *List = dyn_cast<InitListExpr>(E);
      List && List->getNumInits() >= 1)
    return sourceOf(List->getInit(0));
  if (const auto *C = dyn_cast<AbstractConditionalOperator>(E))
    return sourceOf(C->getTrueExpr());
  if (const auto *Call = dyn_cast<CallExpr>(E))
    if (const FunctionDecl *F = Call->getDirectCallee()) {
      if (const Expr *From = takenOutBy(Call))
        if (const auto *Ref = dyn_cast<DeclRefExpr>(core(From)))
          return Ref->getDecl()->getNameAsString();
      const auto *Method = dyn_cast<CXXMethodDecl>(F);
      if (Method && Method->getParent()->isLambda()) {
        const auto *Op = dyn_cast<CXXOperatorCallExpr>(Call);
        const auto *Ref =
            Op ? dyn_cast<DeclRefExpr>(core(Op->getArg(0))) : nullptr;
        return Ref ? Ref->getDecl()->getNameAsString() : "";
      }
      return F->getNameAsString();
    }
  return "";
}

std::string guardOf(QualType T, TaskShapes &S) {
  T = T.getNonReferenceType();
  QualType Given = S.awaitedType(T);
  // A task whose promise nobody has needed yet gives what it is a task of.
  if (Given.isNull() || Given->isDependentType())
    if (const auto *Spec =
            dyn_cast_or_null<ClassTemplateSpecializationDecl>(classOf(T));
        Spec && S.isTask(T) && Spec->getTemplateArgs().size() >= 1 &&
        Spec->getTemplateArgs()[0].getKind() == TemplateArgument::Type)
      Given = Spec->getTemplateArgs()[0].getAsType();
  const CXXRecordDecl *R =
      Given.isNull() || Given->isDependentType() || Given->isReferenceType()
          ? nullptr
          : classOf(Given);
  if (!R || isInStd(*R) || !R->getDestructor() ||
      !R->getDestructor()->isUserProvided() || !R->getIdentifier() ||
      S.workOf(Given))
    return "";
  return R->getNameAsString();
}

} // namespace corolint
