// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Reads the bodies of await_ready and await_suspend; see SuspensionPoints.h.

#include "SuspensionPoints.h"
#include "Graph.h"
#include "Places.h"
#include "clang/AST/ASTContext.h"
#include <optional>

using namespace clang;

namespace corolint {

static const CompoundStmt *bodyOf(const FunctionDecl *F) {
  const FunctionDecl *Definition = nullptr;
  if (!F || !F->hasBody(Definition) || !Definition ||
      Definition->hasSkippedBody() || Definition->isDependentContext())
    return nullptr;
  return dyn_cast_or_null<CompoundStmt>(Definition->getBody());
}

/// Calls `Visit` for every return statement; false if one was refused.
static bool everyReturn(const Stmt *S,
                        llvm::function_ref<bool(const ReturnStmt &)> Visit) {
  if (!S || isa<LambdaExpr>(S))
    return true;
  if (const auto *R = dyn_cast<ReturnStmt>(S))
    return Visit(*R);
  // The dead arm does not count.
  if (const auto *If = dyn_cast<IfStmt>(S); If && If->isConstexpr())
    if (const auto *Condition = dyn_cast_or_null<ConstantExpr>(If->getCond());
        Condition && Condition->hasAPValueResult() &&
        Condition->getAPValueResult().isInt())
      return everyReturn(Condition->getResultAsAPSInt().getBoolValue()
                             ? If->getThen()
                             : If->getElse(),
                         Visit);
  for (const Stmt *Child : S->children())
    if (!everyReturn(Child, Visit))
      return false;
  return true;
}

/// The one value that the function always returns, if it can be seen.
static std::optional<bool> constantResult(const FunctionDecl *F) {
  const CompoundStmt *Body = bodyOf(F);
  if (!Body)
    return std::nullopt;
  std::optional<bool> Value;
  bool Same = everyReturn(Body, [&](const ReturnStmt &R) {
    bool B;
    const Expr *E = R.getRetValue();
    if (!E || E->isValueDependent() ||
        !E->EvaluateAsBooleanCondition(B, F->getASTContext()) ||
        (Value && *Value != B))
      return false;
    Value = B;
    return true;
  });
  return Same ? Value : std::nullopt;
}

/// `return h;` with the handle that it was given.
static bool returnsOwnHandle(const FunctionDecl *F) {
  const CompoundStmt *Body = bodyOf(F);
  if (!Body || F->getNumParams() != 1)
    return false;
  const FunctionDecl *Definition = nullptr;
  F->hasBody(Definition);
  bool Any = false;
  return everyReturn(
             Body,
             [&](const ReturnStmt &R) {
               const Expr *E =
                   R.getRetValue() ? core(R.getRetValue()) : nullptr;
               // The copy, and the conversion to coroutine_handle<>.
               for (;;) {
                 if (const auto *C = dyn_cast_or_null<CXXConstructExpr>(E);
                     C && C->getNumArgs() == 1)
                   E = core(C->getArg(0));
                 else if (const auto *Call =
                              dyn_cast_or_null<CXXMemberCallExpr>(E);
                          Call && isa<CXXConversionDecl>(Call->getMethodDecl()))
                   E = core(Call->getImplicitObjectArgument());
                 else
                   break;
               }
               const auto *Ref = dyn_cast_or_null<DeclRefExpr>(E);
               Any = true;
               return Ref && Ref->getDecl() == Definition->getParamDecl(0);
             }) &&
         Any;
}

/// `void await_suspend(handle h) { h.resume(); }`
static bool resumesAtOnce(const FunctionDecl *F) {
  const CompoundStmt *Body = bodyOf(F);
  if (!Body || Body->size() != 1 || F->getNumParams() != 1 ||
      !F->getReturnType()->isVoidType())
    return false;
  const FunctionDecl *Definition = nullptr;
  F->hasBody(Definition);
  const auto *E = dyn_cast<Expr>(Body->body_front());
  if (!E)
    return false;
  const Expr *Object = nullptr;
  E = core(E);
  if (const auto *Call = dyn_cast<CXXMemberCallExpr>(E);
      Call && Call->getMethodDecl()->getIdentifier() &&
      Call->getMethodDecl()->getName() == "resume")
    Object = Call->getImplicitObjectArgument();
  else if (const auto *Op = dyn_cast<CXXOperatorCallExpr>(E);
           Op && Op->getOperator() == OO_Call)
    Object = Op->getArg(0);
  const auto *Ref = Object ? dyn_cast<DeclRefExpr>(core(Object)) : nullptr;
  return Ref && Ref->getDecl() == Definition->getParamDecl(0);
}

static Suspension combine(const FunctionDecl *Ready,
                          const FunctionDecl *Suspend) {
  std::optional<bool> IsReady = constantResult(Ready);
  if (IsReady == true)
    return Suspension::Never;
  if (!Suspend)
    return Suspension::Maybe;
  QualType Result = Suspend->getReturnType();
  if (Result->isBooleanType()) {
    std::optional<bool> Suspends = constantResult(Suspend);
    if (Suspends == false)
      return Suspension::Never;
  } else if (returnsOwnHandle(Suspend) || resumesAtOnce(Suspend)) {
    return Suspension::Never;
  }
  const CompoundStmt *Body = bodyOf(Suspend);
  if (IsReady == false && Result->isVoidType() && Body && Body->body_empty())
    return Suspension::Always;
  return Suspension::Maybe;
}

/// The standard's own two, whose bodies an editor may have skipped.
static std::optional<Suspension> standardAwaiter(const CXXRecordDecl &R) {
  if (!isInStd(R) || !R.getIdentifier())
    return std::nullopt;
  if (R.getName() == "suspend_never")
    return Suspension::Never;
  if (R.getName() == "suspend_always")
    return Suspension::Always;
  return std::nullopt;
}

static const CXXMethodDecl *method(const CXXRecordDecl &R, StringRef Name) {
  for (const NamedDecl *D : R.lookup(&R.getASTContext().Idents.get(Name)))
    if (const auto *M = dyn_cast<CXXMethodDecl>(D))
      return M;
  for (const CXXBaseSpecifier &Base : R.bases())
    if (const CXXRecordDecl *B = Base.getType()->getAsCXXRecordDecl();
        B && B->hasDefinition())
      if (const CXXMethodDecl *M = method(*B->getDefinition(), Name))
        return M;
  return nullptr;
}

Suspension suspensionOf(const CXXRecordDecl &Awaiter) {
  if (std::optional<Suspension> S = standardAwaiter(Awaiter))
    return *S;
  const CXXMethodDecl *Ready = method(Awaiter, "await_ready");
  const CXXMethodDecl *Suspend = method(Awaiter, "await_suspend");
  if (!Ready || !Suspend)
    return Suspension::Maybe;
  // Inherited unchanged from the standard's.
  if (Ready->getParent() == Suspend->getParent())
    if (std::optional<Suspension> S = standardAwaiter(*Ready->getParent()))
      return *S;
  return combine(Ready, Suspend);
}

const CXXMethodDecl *awaiterMember(const Expr *E) {
  if (!E)
    return nullptr;
  E = core(E);
  // A bool result is contextually converted, a handle's address is taken.
  while (const auto *Call = dyn_cast<CallExpr>(E)) {
    const auto *M = dyn_cast_or_null<CXXMethodDecl>(Call->getDirectCallee());
    if (M && M->getIdentifier() && M->getName().starts_with("await_"))
      return M;
    const Expr *Inner = nullptr;
    if (const auto *Member = dyn_cast<CXXMemberCallExpr>(Call))
      Inner = Member->getImplicitObjectArgument();
    else if (Call->getNumArgs() >= 1)
      Inner = Call->getArg(0);
    if (!Inner)
      break;
    E = core(Inner);
  }
  return nullptr;
}

Suspension suspensionOf(const CoroutineSuspendExpr &E) {
  const CXXMethodDecl *Ready = awaiterMember(E.getReadyExpr());
  const CXXMethodDecl *Suspend = awaiterMember(E.getSuspendExpr());
  if (!Ready)
    return Suspension::Maybe;
  if (std::optional<Suspension> S = standardAwaiter(*Ready->getParent()))
    return *S;
  return combine(Ready, Suspend);
}

bool mayThrow(const CoroutineSuspendExpr &E) {
  return llvm::any_of(
      std::initializer_list<const Expr *>{E.getReadyExpr(), E.getSuspendExpr(),
                                          E.getResumeExpr()},
      [](const Expr *Step) { return !isNoThrow(awaiterMember(Step)); });
}

} // namespace corolint
