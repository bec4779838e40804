// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What calls do to locks: lock operations, owners of guards, helpers, and
// everything else, of which nothing is known.

#include "LockFlow.h"
#include "clang/AST/ASTContext.h"
#include "clang/Basic/SourceManager.h"

using namespace clang;

namespace corolint {

static const Expr *objectOf(const CallExpr *Call) {
  if (const auto *Member = dyn_cast<CXXMemberCallExpr>(Call))
    return Member->getImplicitObjectArgument();
  if (const auto *Op = dyn_cast<CXXOperatorCallExpr>(Call))
    if (isa_and_nonnull<CXXMethodDecl>(Op->getDirectCallee()) &&
        Op->getNumArgs() > 0)
      return Op->getArg(0);
  return nullptr;
}

/// The arguments by parameter, without the implicit object.
static llvm::SmallVector<const Expr *, 4> argumentsOf(const CallExpr *Call) {
  llvm::SmallVector<const Expr *, 4> Given(Call->arguments().begin(),
                                           Call->arguments().end());
  const auto *Op = dyn_cast<CXXOperatorCallExpr>(Call);
  if (Op && objectOf(Call))
    Given.erase(Given.begin());
  return Given;
}

static bool isNamed(const FunctionDecl &F, llvm::StringRef Name) {
  return F.getIdentifier() && F.getName() == Name;
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

//===-- Moves, swaps and owners -------------------------------------------===//

/// std::move and its like, swap, exchange, assignment.
bool LockFlow::moveCall(const CallExpr *Call, const FunctionDecl &Callee,
                        World &W, WorldList &Out) {
  auto Done = [&] {
    Out.push_back(std::move(W));
    return true;
  };
  if (isInStd(Callee) && Call->getNumArgs() >= 1 &&
      (isNamed(Callee, "move") || isNamed(Callee, "forward") ||
       isNamed(Callee, "get") || isNamed(Callee, "as_const") ||
       isNamed(Callee, "addressof") || isNamed(Callee, "ref") ||
       isNamed(Callee, "cref")) &&
      Call->getNumArgs() == 1)
    return Done();

  const Expr *First = nullptr, *Second = nullptr;
  if (isNamed(Callee, "swap") || isNamed(Callee, "exchange")) {
    llvm::SmallVector<const Expr *, 4> Given = argumentsOf(Call);
    if (const Expr *Object = objectOf(Call))
      Given.insert(Given.begin(), Object);
    if (Given.size() == 2) {
      First = Given[0];
      Second = Given[1];
    }
  } else if (const auto *Op = dyn_cast<CXXOperatorCallExpr>(Call);
             Op && Op->getOperator() == OO_Equal && Op->getNumArgs() == 2) {
    First = Op->getArg(0);
    Second = Op->getArg(1);
  }
  if (!First || !isTracked(core(First)->getType()))
    return false;
  // A part of what is only known as a whole stands for it: p.first of a pair.
  auto Resolve = [&](const Expr *E) -> std::optional<Place> {
    std::optional<Place> Found = Places.resolve(E);
    return Found ? holding(W, *Found).value_or(*Found) : Found;
  };
  std::optional<Place> P = Resolve(First);
  if (!P)
    return false;

  if (isNamed(Callee, "swap")) {
    if (std::optional<Place> Q = Resolve(Second); Q && on(LockRule::Swap))
      swap(W, *P, *Q);
    return Done();
  }
  if (isNamed(Callee, "exchange")) {
    if (!on(LockRule::Swap))
      return Done();
    move(W, *P, Places.temporary(Call), /*LeaveEmpty=*/true);
  } else if (!on(LockRule::Assign)) {
    return Done();
  }
  // The old value is gone; the new one is what the right side held.
  erase(W, *P, /*LeaveEmpty=*/true);
  const Expr *Value = core(Second);
  if (adoptValues({Second}, *P, W))
    return Done();
  if (S.guardWithin(Value->getType()).isNull() || Value->isPRValue())
    return Done(); // nullopt, nullptr, {}, or a guard that holds nothing
  W.set(*P, {LockState::Unknown, 0});
  return Done();
}

/// Members of what owns a guard, and the functions that make owners.
bool LockFlow::ownerCall(const CallExpr *Call, const FunctionDecl &Callee,
                         World &W, WorldList &Out) {
  if (!isInStd(Callee))
    return false;
  llvm::StringRef Name =
      Callee.getIdentifier() ? Callee.getName() : llvm::StringRef();
  llvm::SmallVector<const Expr *, 4> Given = argumentsOf(Call);
  const Expr *Object = objectOf(Call);
  if (!Object) {
    if (!Name.starts_with("make_") || !isTracked(Call->getType()))
      return false;
    makeInPlace(Call, Call->getType(), Given, Places.temporary(Call),
                std::move(W), Out);
    return true;
  }
  QualType Owner = core(Object)->getType();
  if (S.isGuard(Owner) || !isTracked(Owner))
    return false;
  std::optional<Place> P = Places.resolve(Object);
  if (!P) {
    Out.push_back(std::move(W));
    return true;
  }
  if (Name.contains("emplace") || Name.starts_with("push") ||
      Name == "insert") {
    if (Name == "emplace" && on(LockRule::Reset))
      erase(W, *P);
    World Before = W;
    WorldList Made;
    Place Element = Places.temporary(Call);
    makeInPlace(Call, Owner, Given, Element, std::move(W), Made);
    for (World &Each : Made) {
      move(Each, Element, *P, /*LeaveEmpty=*/false);
      Out.push_back(std::move(Each));
    }
    return true;
  }
  if (Name == "reset" || Name == "clear") {
    if (on(LockRule::Reset)) {
      erase(W, *P, /*LeaveEmpty=*/true);
      adoptValues(Given, *P, W);
    }
    Out.push_back(std::move(W));
    return true;
  }
  if (Name == "release") {
    move(W, *P, Places.temporary(Call), /*LeaveEmpty=*/true);
    Out.push_back(std::move(W));
    return true;
  }
  const auto *Method = dyn_cast<CXXMethodDecl>(&Callee);
  QualType Result = Callee.getReturnType();
  bool IsAccessor = (Method && Method->isConst()) ||
                    Result->isReferenceType() || Result->isPointerType() ||
                    Name == "begin" || Name == "end" || Name == "reserve";
  if (!IsAccessor)
    forget(W, *P);
  Out.push_back(std::move(W));
  return true;
}

//===-- Lock operations ---------------------------------------------------===//

void LockFlow::lockCall(const CallExpr *Call, const Shapes::LockCall &L,
                        World W, WorldList &Out) {
  auto Operands = operandsOf(Call, L);
  bool Tries = llvm::any_of(Operands, [](const auto &O) {
    return O.second == LockEffect::TryAcquire;
  });
  if (!Tries) {
    for (const auto &[Operand, Effect] : Operands)
      lockOperation(Call, Operand, Effect, W);
    // int rc = pthread_mutex_lock(&m): locked is what returned 0.
    if (QualType T = Call->getType();
        T->isIntegerType() && !T->isBooleanType() && !Operands.empty() &&
        llvm::all_of(Operands, [](const auto &O) {
          return O.second == LockEffect::Acquire;
        }))
      W.Known.learn({Tests.resultOf(Call), 0, true});
    return result(Call, std::move(W), Out);
  }
  if (!on(LockRule::TryLock)) {
    Out.push_back(std::move(W));
    return;
  }
  Subject Result = Tests.resultOf(Call);
  W.Known.forget(Result);
  World Not = W;
  for (const auto &[Operand, Effect] : Operands)
    lockOperation(
        Call, Operand,
        Effect == LockEffect::TryAcquire ? LockEffect::Acquire : Effect, W);
  Fact Success = L.Success == LockSuccess::True   ? Fact{Result, 0, false}
                 : L.Success == LockSuccess::Zero ? Fact{Result, 0, true}
                                                  : Fact{Result, -1, true};
  W.Known.learn(Success);
  Success.Equal = !Success.Equal;
  Not.Known.learn(Success);
  Out.push_back(std::move(W));
  Out.push_back(std::move(Not));
}

/// A pointer that changes, or a reference to it is not known what: it may lead
/// to anything that is tracked by another name.
bool LockFlow::isSomebodyElses(const World &W, Place P) {
  if (Places.rootTemporary(P))
    return !holding(W, P);
  const auto *V = dyn_cast_or_null<VarDecl>(Places.rootVariable(P));
  if (!V || isa<ParmVarDecl>(V) || !V->hasLocalStorage() || holding(W, P))
    return false;
  QualType T = V->getType();
  return T->isReferenceType() || (T->isPointerType() && B.isModified(V)) ||
         (!T->isPointerType() && !S.lockable(T) && S.guardWithin(T).isNull());
}

void LockFlow::lockOperation(const CallExpr *Call, const Expr *Operand,
                             LockEffect Effect, World &W) {
  QualType T = core(Operand)->getType();
  if (T->isPointerType())
    T = T->getPointeeType();
  std::optional<Place> P = Places.resolve(Operand);
  if (P && Effect == LockEffect::Release && isSomebodyElses(W, *P))
    P = std::nullopt;

  if (S.isGuard(T)) {
    if (S.guarded(T) != LockOwner::Thread)
      return;
    if (!P) { // which guard?
      if (Effect != LockEffect::None)
        for (auto &L : W.Locks)
          if (!Taken.empty() && L.second.State == LockState::Held &&
              !Taken[L.second.Of].IsRaw)
            L.second.State = LockState::Unknown;
      return;
    }
    // What is known of its parts is known no more: a container's elements.
    Place Holder = holding(W, *P).value_or(*P);
    std::optional<LockValue> Value;
    if (const LockValue *Known = W.at(Holder))
      Value = *Known;
    else
      erase(W, Holder);
    std::vector<Place> Mutexes;
    if (Value && Value->Of < Taken.size())
      Mutexes = Taken[Value->Of].Mutexes;
    switch (Effect) {
    case LockEffect::Acquire:
      if (on(LockRule::GuardLock))
        W.set(Holder, {LockState::Held,
                       acquisition(Call, Mutexes, false, T, S.lockableOf(T))});
      return;
    case LockEffect::Release:
      if (on(LockRule::GuardUnlock))
        W.set(Holder, {LockState::Free, Value ? Value->Of
                                              : acquisition(Call, {}, false, T,
                                                            S.lockableOf(T))});
      return;
    case LockEffect::Abandon: {
      if (!Value || Value->State != LockState::Held) {
        W.set(Holder, {LockState::Empty, 0});
        return;
      }
      // The mutex stays locked. That is this function's affair only if it also
      // unlocks it by hand; otherwise the lock was given away.
      Acquisition Raw = Taken[Value->Of];
      Raw.IsRaw = true;
      unsigned Of = acquisition(Raw);
      W.set(Holder, {LockState::Empty, 0});
      if (!on(LockRule::Abandon))
        return;
      if (!B.isDiscarded(core(Call))) {
        W.set(Places.temporary(Call), {LockState::Held, Of});
        return;
      }
      for (Place M : Mutexes)
        if (ReleasedByHand.count(unsigned(M)))
          W.set(M, {LockState::Held, Of});
      return;
    }
    default:
      return;
    }
  }

  std::optional<LockOwner> Owner = S.lockable(T);
  if (Owner && *Owner != LockOwner::Thread)
    return;
  if (P && Effect == LockEffect::Acquire)
    Places.spell(*P, Operand);
  if (!P) { // which mutex?
    if (Effect == LockEffect::Release && on(LockRule::RawUnlock))
      releasedElsewhere(W, classOf(T));
    return;
  }
  if (Effect == LockEffect::Acquire && on(LockRule::RawLock)) {
    if (S.isSemaphore(T) && !ReleasedByHand.count(unsigned(*P)))
      return;
    W.set(*P, {LockState::Held, acquisition(Call, {*P}, true, QualType(), T)});
  } else if (Effect == LockEffect::Release && on(LockRule::RawUnlock)) {
    // Also what a guard left behind, by whatever name it goes.
    std::vector<Place> Gone{*P};
    // And an object that is locked by locking a member.
    for (const auto &[Holder, Value] : W.Locks)
      if (Value.State == LockState::Held && Taken[Value.Of].IsRaw &&
          Holder != *P &&
          (llvm::is_contained(Taken[Value.Of].Mutexes, *P) ||
           Places.isWithin(*P, Holder) ||
           (Places.isWithin(Holder, *P) && S.lockable(T))))
        Gone.push_back(Holder);
    bool WasHeld =
        Gone.size() > 1 || (W.at(*P) && W.at(*P)->State == LockState::Held);
    // locker.mutex()->unlock()
    if (std::optional<Place> Guard = holding(W, *P);
        Guard && W.at(*Guard)->State == LockState::Held &&
        !Taken[W.at(*Guard)->Of].IsRaw)
      W.set(*Guard, {LockState::Unknown, W.at(*Guard)->Of});
    for (Place Each : Gone)
      erase(W, Each);
    if (!WasHeld)
      releasedElsewhere(W, classOf(T));
    if (IsSummary && !WasHeld && Places.isVisibleOutside(*P))
      W.set(*P,
            {LockState::Free, acquisition(Call, {*P}, true, QualType(), T)});
  }
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
  const CXXRecordDecl *R = classOf(E->getType());
  if (!R || !R->isLambda() || keepsClosure(To, R))
    return;
  const CXXMethodDecl *Operator = R->getLambdaCallOperator();
  if (!Operator || !A.summaries().touchesLocks(*Operator))
    return;
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
  if (!Object || !Method || Method->isConst())
    return;
  std::optional<Place> P = Places.resolve(Object);
  if (!P || *P == Places.thisObject())
    return;
  changed(W, *P);
  if (Method->getParent()->isLambda())
    return closureEscapes(Object, QualType(), W);
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
