// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What calls do to locks: helpers, and everything else, of which nothing is
// known. Lock operations and owners of guards are in LockOperations.cpp.

#include "LockFlow.h"
#include "clang/AST/ASTContext.h"
#include "clang/Basic/SourceManager.h"

using namespace clang;

namespace corolint {

const Expr *objectOf(const CallExpr *Call) {
  if (const auto *Member = dyn_cast<CXXMemberCallExpr>(Call))
    return Member->getImplicitObjectArgument();
  if (const auto *Op = dyn_cast<CXXOperatorCallExpr>(Call))
    if (isa_and_nonnull<CXXMethodDecl>(Op->getDirectCallee()) &&
        Op->getNumArgs() > 0)
      return Op->getArg(0);
  return nullptr;
}

llvm::SmallVector<const Expr *, 4> argumentsOf(const CallExpr *Call) {
  llvm::SmallVector<const Expr *, 4> Given(Call->arguments().begin(),
                                           Call->arguments().end());
  const auto *Op = dyn_cast<CXXOperatorCallExpr>(Call);
  if (Op && objectOf(Call))
    Given.erase(Given.begin());
  return Given;
}

llvm::SmallVector<std::pair<const Expr *, LockEffect>, 2>
operandsOf(const CallExpr *Call, const Shapes::LockCall &L) {
  llvm::SmallVector<std::pair<const Expr *, LockEffect>, 2> Operands(
      L.Named.begin(), L.Named.end());
  llvm::SmallVector<const Expr *, 4> Given = argumentsOf(Call);
  for (const LockOperand &O : L.Operands) {
    if (O.Argument == EveryArgument) {
      for (const Expr *E : Given)
        Operands.push_back({E, O.Effect});
    } else if (O.Argument == ImplicitObject) {
      if (const Expr *Object = objectOf(Call))
        Operands.push_back({Object, O.Effect});
    } else if (unsigned(O.Argument) < Given.size()) {
      Operands.push_back({Given[O.Argument], O.Effect});
    }
  }
  return Operands;
}

void LockFlow::noteReleases(const CallExpr *Call) {
  const FunctionDecl *Callee = Call->getDirectCallee();
  if (!Callee)
    return;
  if (const Shapes::LockCall *L = S.lockCall(*Callee)) {
    for (const auto &[Operand, Effect] : operandsOf(Call, *L))
      if (Effect == LockEffect::Release &&
          S.guardWithin(core(Operand)->getType()).isNull())
        if (std::optional<Place> P = Places.resolve(Operand))
          ReleasedByHand.insert(unsigned(*P));
    return;
  }
  const FunctionDecl *Definition = Summaries::analysableDefinition(*Callee);
  if (!Definition || !A.summaries().touchesLocks(*Definition))
    return;
  if (const LockSummary *Summary = A.summaries().locks(*Definition))
    for (const LockSummary::Outcome &O : Summary->Outcomes)
      for (const LockSummary::Effect &E : O.Effects)
        if (E.State == LockState::Free)
          if (std::optional<Place> P = inCaller(Call, *Definition, E.On))
            ReleasedByHand.insert(unsigned(*P));
}

void LockFlow::call(const CallExpr *Call, World W, WorldList &Out) {
  const FunctionDecl *Callee = Call->getDirectCallee();
  llvm::SmallVector<const Expr *, 4> Given = argumentsOf(Call);
  erase(W, Places.temporary(Call));
  if (!Callee) {
    raise(Call, W);
    unknownCall(Call, nullptr, Given, W);
    // Who calls through a pointer means something by it.
    if (const auto *Member = dyn_cast<BinaryOperator>(core(Call->getCallee())))
      Given.push_back(Member->getLHS()); // (m.*unlock)()
    for (const Expr *E : Given)
      ownerEscapes(E, W);
    return result(Call, std::move(W), Out);
  }
  if (moveCall(Call, *Callee, W, Out))
    return;
  // A mutable lambda may let go of the guard that it has captured.
  if (const auto *Method = dyn_cast<CXXMethodDecl>(Callee);
      Method && Method->getParent()->isLambda() && !Method->isConst() &&
      A.summaries().touchesLocks(*Method))
    if (const Expr *Closure = objectOf(Call))
      if (std::optional<Place> P = Places.resolve(Closure))
        for (auto &[Holder, Value] : W.Locks)
          if (Places.isWithin(Holder, *P))
            Value.State = LockState::Unknown;
  if (const Shapes::LockCall *L = S.lockCall(*Callee))
    return lockCall(Call, *L, std::move(W), Out);
  raise(Call, W);
  if (ownerCall(Call, *Callee, W, Out))
    return;
  if (const FunctionDecl *Definition = Summaries::analysableDefinition(*Callee);
      Definition && on(LockRule::Helper)) {
    if (!A.summaries().touchesLocks(*Definition)) {
      for (unsigned I = 0; I < Given.size(); ++I)
        passed(Given[I],
               I < Callee->getNumParams() ? Callee->getParamDecl(I)->getType()
                                          : QualType(),
               /*ToUnknown=*/false, W);
      for (const Expr *E : Given)
        closureEscapes(E, Call->getType(), W);
      return result(Call, std::move(W), Out);
    }
    if (const LockSummary *Summary = A.summaries().locks(*Definition))
      return summarised(Call, *Definition, *Summary, std::move(W), Out);
  }
  unknownCall(Call, Callee, Given, W);
  result(Call, std::move(W), Out);
}

//===-- Helpers -----------------------------------------------------------===//

/// The same object, seen from where the call stands.
std::optional<Place> LockFlow::inCaller(const CallExpr *Call,
                                        const FunctionDecl &Callee,
                                        llvm::ArrayRef<PlaceTable::Step> Path) {
  std::optional<Place> P;
  const PlaceTable::Step &Root = Path.front();
  bool Arrow = false;
  switch (Root.Kind) {
  case PlaceTable::Step::Result:
    if (Call)
      P = Places.temporary(Call);
    break;
  case PlaceTable::Step::This: {
    const auto *Method = dyn_cast<CXXMethodDecl>(&Callee);
    if (Method && Method->getParent()->isLambda()) {
      // Of the function around it, if that is this one.
      const DeclContext *Around = Method->getParent()->getParent();
      while (Around && !Around->isFunctionOrMethod())
        Around = Around->getParent();
      if (Around == &B.function())
        P = Places.thisObject();
    } else if (const Expr *Object = Call ? objectOf(Call) : nullptr) {
      P = Places.resolve(Object);
      Arrow = Object->getType()->isPointerType();
    }
    break;
  }
  case PlaceTable::Step::Variable: {
    const auto *D = static_cast<const ValueDecl *>(Root.What);
    const auto *Parameter = dyn_cast<ParmVarDecl>(D);
    if (Parameter && Parameter->getDeclContext() == &Callee) {
      if (!Call)
        break;
      llvm::SmallVector<const Expr *, 4> Given = argumentsOf(Call);
      if (Parameter->getFunctionScopeIndex() < Given.size())
        P = Places.resolve(Given[Parameter->getFunctionScopeIndex()]);
    } else {
      P = Places.resolveVariable(D);
    }
    break;
  }
  case PlaceTable::Step::Elsewhere:
    P = Places.elsewhere(*static_cast<const CXXRecordDecl *>(Root.What));
    break;
  default:
    break;
  }
  for (const PlaceTable::Step &Each : Path.drop_front()) {
    if (!P)
      break;
    P = Each.Kind == PlaceTable::Step::Element
            ? Places.element(*P, Each.Index)
            : Places.field(*P, static_cast<const ValueDecl *>(Each.What),
                           &Each == &Path[1] &&
                                   Root.Kind == PlaceTable::Step::This
                               ? Arrow
                               : Each.Arrow);
  }
  return P;
}

void LockFlow::summarised(const CallExpr *Call, const FunctionDecl &Callee,
                          const LockSummary &Summary, World W, WorldList &Out) {
  llvm::SmallVector<const Expr *, 4> Given = argumentsOf(Call);
  // By-value guards go to the callee, which may hand them back.
  llvm::SmallVector<std::optional<LockValue>, 4> Handed(Given.size());
  for (unsigned I = 0; I < Given.size(); ++I) {
    const Expr *E = core(Given[I]);
    if (E->isPRValue() && E->getType()->isRecordType())
      if (const LockValue *Value = W.at(Places.temporary(E)))
        Handed[I] = *Value;
    QualType T = I < Callee.getNumParams() ? Callee.getParamDecl(I)->getType()
                                           : QualType();
    passed(Given[I], T, /*ToUnknown=*/false, W);
    closureEscapes(Given[I], Call->getType(), W);
  }
  Subject Result = Tests.resultOf(Call);
  W.Known.forget(Result);
  for (const LockSummary::Outcome &O : Summary.Outcomes) {
    World After = W;
    bool Feasible = true;
    for (const auto &[Parameter, IsNonzero] : O.Given)
      if (Parameter < Given.size())
        Feasible = Feasible && assume(After, Given[Parameter], IsNonzero);
    for (const auto &[Path, Holds] : O.GuardHolds)
      if (std::optional<Place> P = inCaller(Call, Callee, Path))
        if (std::optional<Place> Holder = holding(After, *P)) {
          LockState State = After.at(*Holder)->State;
          if (State != LockState::Unknown)
            Feasible = Feasible && (State == LockState::Held) == Holds;
        }
    if (!Feasible)
      continue;
    for (const LockSummary::Effect &E : O.Effects) {
      std::optional<Place> P = inCaller(Call, Callee, E.On);
      const CXXRecordDecl *Lockable =
          E.On.front().Kind == PlaceTable::Step::Elsewhere
              ? static_cast<const CXXRecordDecl *>(E.On.front().What)
              : classOf(E.LockableType);
      bool Unlocks = E.IsRaw && E.State == LockState::Free;
      if (!P && E.IsRaw && E.State != LockState::Held && Lockable)
        P = Places.elsewhere(*Lockable);
      if (P && Unlocks && Lockable && !Places.isVisibleOutside(*P) &&
          !holding(After, *P))
        P = Places.elsewhere(*Lockable); // std::exchange(owner, nullptr)->…
      if (!P)
        continue;
      Place Holder = holding(After, *P).value_or(*P);
      if (E.State == LockState::Unknown) {
        if (E.IsRaw && !After.at(*P))
          releasedElsewhere(After, Lockable);
        forget(After, Holder);
        forgetMutex(After, *P);
        continue;
      }
      if (E.FromParameter >= 0) {
        if (unsigned(E.FromParameter) < Handed.size() &&
            Handed[E.FromParameter]) {
          LockValue Back = *Handed[E.FromParameter];
          if (Back.State == LockState::Held)
            Back.State = E.State;
          After.set(Holder, Back);
        }
        continue;
      }
      std::vector<Place> Mutexes;
      for (const auto &Path : E.Mutexes)
        if (std::optional<Place> M = inCaller(Call, Callee, Path))
          Mutexes.push_back(*M);
      if (Unlocks) {
        const LockValue *Old = After.at(*P);
        bool WasHeld = Old && Old->State == LockState::Held;
        bool Keep = IsSummary && !WasHeld && Places.isVisibleOutside(*P);
        erase(After, *P);
        if (!WasHeld)
          releasedElsewhere(After, Lockable);
        if (!Keep)
          continue;
      }
      if (Mutexes.empty() && !E.IsRaw)
        if (const LockValue *Old = After.at(Holder);
            Old && Old->Of < Taken.size())
          Mutexes = Taken[Old->Of].Mutexes;
      After.set(Holder, {E.State, acquisition(Call, Mutexes, E.IsRaw,
                                              E.GuardType, E.LockableType)});
    }
    if (O.ReturnsNonzero)
      After.Known.learn({Result, 0, !*O.ReturnsNonzero});
    Out.push_back(std::move(After));
  }
}

//===-- Everybody else ----------------------------------------------------===//

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
  const Expr *Object = AsCall ? objectOf(AsCall) : nullptr;
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

/// A call's or an await's result may be a guard, or own one.
void LockFlow::result(const Expr *Call, World W, WorldList &Out) {
  QualType T = Call->getType();
  Place P = Places.temporary(Call);
  if (!Call->isPRValue() || !T->isRecordType() || !isTracked(T) ||
      !on(LockRule::Guard) || llvm::any_of(W.Locks, [&](const auto &L) {
        return Places.isWithin(L.first, P);
      })) {
    Out.push_back(std::move(W));
    return;
  }
  const CXXRecordDecl &R = *classOf(T);
  QualType Guard = S.guardWithin(T);
  std::vector<Place> Mutexes;
  if (const auto *AsCall = dyn_cast<CallExpr>(Call)) {
    llvm::SmallVector<const Expr *, 4> Given = argumentsOf(AsCall);
    if (const Expr *Object = objectOf(AsCall))
      Given.push_back(Object);
    for (const Expr *E : Given)
      if (S.lockable(core(E)->getType()) == LockOwner::Thread)
        if (std::optional<Place> M = Places.resolve(E))
          Mutexes.push_back(*M);
  }
  unsigned Of = acquisition(Call, Mutexes, false, Guard, S.lockableOf(Guard));
  if (!S.isGuard(T)) {
    bool MayBeEmpty =
        R.getIdentifier() &&
        (R.getName() == "optional" || R.getName() == "unique_ptr" ||
         R.getName() == "shared_ptr" || R.getName() == "expected");
    bool Holds = isInStd(R) && (MayBeEmpty || R.getName() == "pair" ||
                                R.getName() == "tuple");
    if (!Holds) {
      W.set(P, {LockState::Unknown, Of});
      Out.push_back(std::move(W));
      return;
    }
    if (MayBeEmpty) {
      World Not = W;
      Not.set(P, {LockState::Empty, 0});
      Out.push_back(std::move(Not));
    }
  }
  W.set(P, {LockState::Held, Of});
  Out.push_back(std::move(W));
}

} // namespace corolint
