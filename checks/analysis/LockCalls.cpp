// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What calls do to locks: those of helpers, and what comes back. Of what
// nothing is known is in LockEscapes.cpp; lock operations and owners of guards
// are in LockOperations.cpp.

#include "LockFlow.h"
#include "clang/AST/ASTContext.h"
#include "clang/Basic/SourceManager.h"

using namespace clang;

namespace corolint {

llvm::SmallVector<std::pair<const Expr *, LockEffect>, 2>
operandsOf(const CallExpr *Call, const Shapes::LockCall &L) {
  llvm::SmallVector<std::pair<const Expr *, LockEffect>, 2> Operands(
      L.Named.begin(), L.Named.end());
  llvm::ArrayRef<const Expr *> Given = givenTo(Call);
  for (const LockOperand &O : L.Operands) {
    if (O.Argument == EveryArgument) {
      for (const Expr *E : Given)
        Operands.push_back({E, O.Effect});
    } else if (O.Argument == ImplicitObject) {
      if (const Expr *Object = receiverOf(Call))
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
  llvm::SmallVector<const Expr *, 4> Given(givenTo(Call));
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
    if (const Expr *Closure = receiverOf(Call))
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
    } else if (const Expr *Object = Call ? receiverOf(Call) : nullptr) {
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
      llvm::ArrayRef<const Expr *> Given = givenTo(Call);
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
  llvm::ArrayRef<const Expr *> Given = givenTo(Call);
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
    llvm::SmallVector<const Expr *, 4> Given(givenTo(AsCall));
    if (const Expr *Object = receiverOf(AsCall))
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
