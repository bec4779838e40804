// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What the calls do that are known by name or model: moves and swaps, members
// of what owns a guard, lock and unlock.

#include "LockFlow.h"
#include "clang/AST/ASTContext.h"

using namespace clang;

namespace corolint {

static bool isNamed(const FunctionDecl &F, llvm::StringRef Name) {
  return F.getIdentifier() && F.getName() == Name;
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
    llvm::SmallVector<const Expr *, 4> Given(givenTo(Call));
    if (const Expr *Object = receiverOf(Call))
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
  llvm::ArrayRef<const Expr *> Given = givenTo(Call);
  const Expr *Object = receiverOf(Call);
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

/// lock, unlock, release of a guard.
void LockFlow::guardOperation(const CallExpr *Call, std::optional<Place> P,
                              QualType T, LockEffect Effect, World &W) {
  if (S.guarded(T) != LockOwner::Thread)
    return;
  if (!P) { // which guard?
    if (Effect != LockEffect::None)
      for (auto &L : W.Locks)
        if (L.second.State == LockState::Held && !Taken[L.second.Of].IsRaw)
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
      W.set(Holder, {LockState::Free,
                     Value ? Value->Of
                           : acquisition(Call, {}, false, T, S.lockableOf(T))});
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

void LockFlow::unlockByHand(const CallExpr *Call, Place P, QualType T,
                            World &W) {
  // Also what a guard left behind, by whatever name it goes.
  std::vector<Place> Gone{P};
  // And an object that is locked by locking a member.
  for (const auto &[Holder, Value] : W.Locks)
    if (Value.State == LockState::Held && Taken[Value.Of].IsRaw &&
        Holder != P &&
        (llvm::is_contained(Taken[Value.Of].Mutexes, P) ||
         Places.isWithin(P, Holder) ||
         (Places.isWithin(Holder, P) && S.lockable(T))))
      Gone.push_back(Holder);
  bool WasHeld =
      Gone.size() > 1 || (W.at(P) && W.at(P)->State == LockState::Held);
  // locker.mutex()->unlock()
  if (std::optional<Place> Guard = holding(W, P);
      Guard && W.at(*Guard)->State == LockState::Held &&
      !Taken[W.at(*Guard)->Of].IsRaw)
    W.set(*Guard, {LockState::Unknown, W.at(*Guard)->Of});
  for (Place Each : Gone)
    erase(W, Each);
  if (!WasHeld)
    releasedElsewhere(W, classOf(T));
  if (IsSummary && !WasHeld && Places.isVisibleOutside(P))
    W.set(P, {LockState::Free, acquisition(Call, {P}, true, QualType(), T)});
}

void LockFlow::lockOperation(const CallExpr *Call, const Expr *Operand,
                             LockEffect Effect, World &W) {
  QualType T = core(Operand)->getType();
  if (T->isPointerType())
    T = T->getPointeeType();
  std::optional<Place> P = Places.resolve(Operand);
  if (P && Effect == LockEffect::Release && isSomebodyElses(W, *P))
    P = std::nullopt;
  if (S.isGuard(T))
    return guardOperation(Call, P, T, Effect, W);

  std::optional<LockOwner> Owner = S.lockable(T);
  if (Owner && *Owner != LockOwner::Thread)
    return;
  if (Effect == LockEffect::Acquire && P && on(LockRule::RawLock)) {
    Places.spell(*P, Operand);
    if (!S.isSemaphore(T) || ReleasedByHand.count(unsigned(*P)))
      W.set(*P,
            {LockState::Held, acquisition(Call, {*P}, true, QualType(), T)});
  } else if (Effect == LockEffect::Release && on(LockRule::RawUnlock)) {
    if (P)
      return unlockByHand(Call, *P, T, W);
    Summaries::Classes Unlocked;
    if (const CXXRecordDecl *R = classOf(T))
      Unlocked.insert(R);
    releasedElsewhere(W, Unlocked);
  }
}

} // namespace corolint
