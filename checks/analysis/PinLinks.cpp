// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Local variables that refer to other objects: iterators, awaiters, guards,
// tasks that were started. To move the object is a mistake if the variable is
// used after that.

#include "AddressWalk.h"
#include "PinFlow.h"
#include "clang/AST/ASTContext.h"
#include "clang/AST/StmtCXX.h"

using namespace clang;

namespace corolint {

void PinFlow::link(const VarDecl *Holder, const Expr *Target,
                   Registration::HeldUntil Until, const Expr *At, World &W) {
  std::optional<Place> P = Places.resolve(Target);
  QualType T = Target->getType();
  const CXXRecordDecl *R = T->isRecordType() ? classOf(T) : nullptr;
  if (!P || !R || isInStd(*R) || Places.isVisibleOutside(*P))
    return;
  unsigned I = 0;
  for (; I < Registered.size(); ++I)
    if (Registered[I].At == At && Registered[I].Of == R &&
        Registered[I].Holder == Holder)
      break;
  if (I == Registered.size()) {
    Registration New;
    New.Of = R;
    New.At = At;
    New.Holder = Holder;
    New.Until = Until;
    Registered.push_back(std::move(New));
  }
  Pin New{*P, I, false};
  if (!llvm::is_contained(W.Pins, New))
    W.Pins.insert(llvm::lower_bound(W.Pins, New), New);
}

/// Whether the coroutine uses its parameter after it may have suspended.
static bool usesLater(const Stmt *Node, const ParmVarDecl *P, bool &Suspended) {
  if (!Node)
    return false;
  if (const auto *Ref = dyn_cast<DeclRefExpr>(Node))
    return Suspended && Ref->getDecl() == P;
  if (const auto *E = dyn_cast<CoroutineSuspendExpr>(Node)) {
    bool Uses = usesLater(E->getOperand(), P, Suspended);
    Suspended = true;
    return Uses;
  }
  for (const Stmt *Child : Node->children())
    if (usesLater(Child, P, Suspended))
      return true;
  return false;
}

/// Whether the body does something to what a member points or refers to.
static bool usesPointee(const Stmt *Node) {
  if (!Node)
    return false;
  if (const auto *M = dyn_cast<MemberExpr>(Node)) {
    const auto *Base = dyn_cast<MemberExpr>(core(M->getBase()));
    const auto *Field =
        Base ? dyn_cast<FieldDecl>(Base->getMemberDecl()) : nullptr;
    if (Field && isa<CXXThisExpr>(core(Base->getBase())) &&
        (Field->getType()->isReferenceType() ||
         (M->isArrow() && Field->getType()->isPointerType())))
      return true;
  }
  return llvm::any_of(Node->children(), usesPointee);
}

/// Whether the end of an object is felt by the one that it refers to: units go
/// back to their semaphore.
static bool endsByUse(const CXXRecordDecl &R) {
  const CXXDestructorDecl *D = R.getDestructor();
  const FunctionDecl *Body = nullptr;
  return D && D->isUserProvided() && D->hasBody(Body) &&
         !Body->hasSkippedBody() && usesPointee(Body->getBody());
}

/// What the variable refers to from now on, as its initialiser shows.
void PinFlow::link(const VarDecl *Holder, World &W) {
  const Expr *Init = core(Holder->getInit());
  const Expr *Call = Init;
  if (const auto *Await = dyn_cast<CoawaitExpr>(Init))
    Call = core(Await->getOperand());
  const CXXRecordDecl *R = classOf(Holder->getType());
  if (!isa<CallExpr, CXXConstructExpr>(Call) || !R ||
      !Holder->getType()->isRecordType() || !Holder->hasLocalStorage())
    return;
  const FunctionDecl *Callee = calleeOf(Call);
  if (!Callee)
    return;
  const auto *C = dyn_cast<CXXConstructorDecl>(Callee);
  if (C && C->isCopyOrMoveConstructor())
    return;
  llvm::ArrayRef<const Expr *> Given = givenTo(Call);
  const Expr *Object = receiverOf(Call);

  Shapes &S = All.shapes();
  if (S.isGuard(Holder->getType())) {
    for (const Expr *Each : Given)
      if (Each->isLValue() && S.lockable(Each->getType()))
        link(Holder, Each, Registration::Released, Call, W);
    if (Object && Object->isLValue() && S.lockable(Object->getType()))
      link(Holder, Object, Registration::Released, Call, W);
    return;
  }
  if (Call != Init || isInStd(*Callee))
    return;
  const FunctionDecl *Body = nullptr;
  if (Callee->hasBody(Body) && !Body->hasSkippedBody())
    if (const auto *Frame =
            dyn_cast_or_null<CoroutineBodyStmt>(Body->getBody())) {
      if (S.startOf(Holder->getType()) != Start::Eager)
        return;
      for (unsigned I = 0; I < Given.size() && I < Body->getNumParams(); ++I) {
        bool Suspended = false;
        if (Body->getParamDecl(I)->getType()->isLValueReferenceType() &&
            usesLater(Frame->getBody(), Body->getParamDecl(I), Suspended))
          link(Holder, Given[I], Registration::Taken, Call, W);
      }
      return;
    }
  // An iterator or an awaiter looks at the object whenever it is used; others
  // may be done with it.
  bool Looks = S.isAwaitable(Holder->getType()) ||
               anyMethod(*R, [](const CXXMethodDecl &M) {
                 return M.getOverloadedOperator() == OO_PlusPlus;
               });
  Registration::HeldUntil Until =
      Looks ? Registration::Used : Registration::Released;
  if (!Looks && !endsByUse(*R))
    return;
  if (Object && !C && !Object->getType()->isPointerType() &&
      All.of(*Callee, Registrations::This).IsReturned)
    link(Holder, Object, Until, Call, W);
  for (unsigned I = 0; I < Given.size() && I < Callee->getNumParams(); ++I) {
    if (!Callee->getParamDecl(I)->getType()->isLValueReferenceType())
      continue;
    const AddressSummary &Does = All.of(*Callee, int(I));
    bool Keeps = !C && Does.IsReturned;
    if (C)
      for (const AddressStore &Each : Does.Stores)
        Keeps |= Each.In == AddressStore::Itself;
    if (Keeps)
      link(Holder, Given[I], Until, Call, W);
  }
}

void PinFlow::unlink(const ValueDecl *Holder, World &W) {
  llvm::erase_if(W.Pins, [&](const Pin &Each) {
    return Registered[Each.By].Holder == Holder;
  });
  llvm::erase_if(W.Pending, [&](unsigned N) {
    return Registered[Waiting[N].By].Holder == Holder;
  });
}

void PinFlow::mentioned(const DeclRefExpr *Ref, World &W) {
  const ValueDecl *D = Ref->getDecl();
  if (Overwrites.count(Ref))
    return unlink(D, W);
  llvm::erase_if(W.Pending, [&](unsigned N) {
    const Registration &R = Registered[Waiting[N].By];
    if (R.Holder != D)
      return false;
    if (R.Until == Registration::Used && on(PinRule::Use)) {
      Moved Event = Waiting[N];
      Event.Used = Ref;
      Found.insert(Event);
    }
    return true;
  });
  // A guard may let go, a task may be awaited.
  llvm::erase_if(W.Pins, [&](const Pin &Each) {
    const Registration &R = Registered[Each.By];
    return R.Holder == D && R.Until != Registration::Used;
  });
}

} // namespace corolint
