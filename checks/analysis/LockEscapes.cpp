// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What becomes of locks that somebody gets of whom nothing is known; see
// LockFlow.h.

#include "LockFlow.h"
#include "clang/AST/ASTContext.h"
#include "clang/Basic/SourceManager.h"

using namespace clang;

namespace corolint {

/// One argument goes to a callee.
void LockFlow::passed(const Expr *Argument, QualType Parameter, bool ToUnknown,
                      World &W) {
  const Expr *E = core(Argument);
  bool IsReference = !Parameter.isNull() && Parameter->isReferenceType();
  if (E->isPRValue() && E->getType()->isRecordType()) {
    Place P = Places.temporary(E);
    if (!IsReference) {
      if (on(LockRule::ByValueArgument))
        erase(W, P);
    } else if (ToUnknown && Parameter->isRValueReferenceType()) {
      // It may move from it, if that can be moved from.
      const CXXRecordDecl *R = classOf(E->getType());
      if (R && (R->hasMoveConstructor() || R->needsImplicitMoveConstructor()))
        forget(W, P);
    }
    return;
  }
  QualType Pointee = IsReference ? Parameter->getPointeeType()
                     : E->getType()->isPointerType()
                         ? E->getType()->getPointeeType()
                         : QualType();
  if (Pointee.isNull() || Pointee.isConstQualified())
    return;
  std::optional<Place> P = Places.resolve(E);
  if (!P)
    return;
  changed(W, *P);
  if (!ToUnknown)
    return;
  bool IsGuard = !S.guardWithin(Pointee).isNull();
  if (S.lockable(Pointee) || IsGuard || !Pointee->isRecordType()) {
    if (IsGuard || S.lockable(Pointee) || holding(W, *P))
      forget(W, *P);
    forgetMutex(W, *P, IsGuard ? QualType() : Pointee);
  } else {
    // Something that contains a guard or a mutex, perhaps: a guard in it may be
    // released, a mutex in it is presumably its caller's to unlock.
    for (auto &[Holder, Value] : W.Locks)
      if (Places.isWithin(Holder, *P) && Value.State == LockState::Held &&
          !Taken[Value.Of].IsRaw)
        Value.State = LockState::Unknown;
  }
}

/// What is locked by hand within the object may be unlocked by whoever got it.
void LockFlow::ownerEscapes(const Expr *Object, World &W) {
  if (std::optional<Place> P = Places.resolve(Object))
    for (auto &[Holder, Value] : W.Locks)
      if (Places.isWithin(Holder, *P) && Value.State == LockState::Held &&
          Taken[Value.Of].IsRaw)
        Value.State = LockState::Unknown;
}

/// Whether an object of the type has the closure as a member, and its
/// destructor can be read.
static bool keepsClosure(QualType In, const CXXRecordDecl *Closure) {
  const CXXRecordDecl *R =
      In.isNull() || In->isReferenceType() || In->isPointerType() ? nullptr
                                                                  : classOf(In);
  if (!R || isInStd(*R) ||
      R->getASTContext().getSourceManager().isInSystemHeader(R->getLocation()))
    return false;
  const CXXDestructorDecl *End = R->getDestructor();
  return End && End->isUserProvided() && End->hasBody() &&
         llvm::any_of(R->fields(), [&](const FieldDecl *Field) {
           return Field->getType()->getAsCXXRecordDecl() == Closure;
         });
}

/// A lambda goes to somebody who may call it whenever he likes.
///
/// Not if it goes into an object that is seen to call it in its destructor, if
/// at all: a scope guard. See endOfLife.
void LockFlow::closureEscapes(const Expr *E, QualType To, World &W) {
  E = core(E);
  while (const auto *C = dyn_cast<CXXConstructExpr>(E)) {
    if (C->getNumArgs() != 1)
      break;
    E = core(C->getArg(0));
  }
  if (const auto *Call = dyn_cast<CallExpr>(E); Call && Call->getNumArgs() == 1)
    E = core(Call->getArg(0)); // std::move(closure), std::ref(closure)
  if (const auto *Call = dyn_cast<CXXMemberCallExpr>(E);
      Call && isa_and_nonnull<CXXConversionDecl>(Call->getMethodDecl()))
    E = core(Call->getImplicitObjectArgument()); // a pointer to its function
  const CXXRecordDecl *R = classOf(E->getType());
  if (!R || !R->isLambda() || keepsClosure(To, R))
    return;
  const CXXMethodDecl *Operator = R->getLambdaCallOperator();
  if (!Operator || !A.summaries().touchesLocks(*Operator))
    return;
  releasedElsewhere(W, A.summaries().releases(*Operator));
  const LockSummary *Summary = A.summaries().locks(*Operator);
  if (!Summary) {
    for (const LambdaCapture &C : R->captures())
      if (C.capturesVariable()) {
        std::optional<Place> P = Places.resolveVariable(C.getCapturedVar());
        if (P && C.getCaptureKind() == LCK_ByRef) {
          forget(W, *P);
          forgetMutex(W, *P);
        }
      }
    return;
  }
  for (const LockSummary::Outcome &O : Summary->Outcomes)
    for (const LockSummary::Effect &Each : O.Effects)
      if (std::optional<Place> P = inCaller(nullptr, *Operator, Each.On)) {
        forget(W, *P);
        forgetMutex(W, *P);
      }
}

void LockFlow::unknownCall(const Expr *Call, const FunctionDecl *Callee,
                           Arguments Given, World &W) {
  for (unsigned I = 0; I < Given.size(); ++I) {
    QualType T = Callee && I < Callee->getNumParams()
                     ? Callee->getParamDecl(I)->getType()
                     : QualType();
    passed(Given[I], T, /*ToUnknown=*/true, W);
    // std::bind(&Owner::unlock, this)
    const Expr *E = core(Given[I]);
    if (const auto *Op = dyn_cast<UnaryOperator>(E))
      E = core(Op->getSubExpr());
    if (const auto *Ref = dyn_cast<DeclRefExpr>(E))
      if (const auto *F = dyn_cast<FunctionDecl>(Ref->getDecl()))
        releasedElsewhere(W, A.summaries().releases(*F));
    closureEscapes(Given[I], Call->getType(), W);
  }
  if (Callee && on(LockRule::Helper))
    releasedElsewhere(W, A.summaries().releases(*Callee));
  const auto *AsCall = dyn_cast<CallExpr>(Call);
  const Expr *Object = AsCall ? receiverOf(AsCall) : nullptr;
  const auto *Method = dyn_cast_or_null<CXXMethodDecl>(Callee);
  if (Object && Method && Method->getParent()->isLambda())
    closureEscapes(Object, QualType(), W);
  if (!Object || !Method || Method->isConst())
    return;
  std::optional<Place> P = Places.resolve(Object);
  if (!P || *P == Places.thisObject())
    return;
  changed(W, *P);
  if (Method->getParent()->isLambda())
    return;
  // What a guard's operator-> leads to is not the guard.
  if (const CXXRecordDecl *R = Method->getParent()->getDefinition();
      R && !S.holdsGuard(*R))
    return;
  for (auto &[Holder, Value] : W.Locks)
    if (Value.State == LockState::Held && !Taken[Value.Of].IsRaw &&
        (Places.isWithin(Holder, *P) || Places.isWithin(*P, Holder)))
      Value.State = LockState::Unknown;
}

} // namespace corolint
