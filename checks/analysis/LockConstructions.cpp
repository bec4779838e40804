// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What making an object, a guard above all, does to locks; see LockFlow.h.

#include "LockFlow.h"
#include "clang/AST/ASTContext.h"

using namespace clang;

namespace corolint {

void LockFlow::construct(const CXXConstructExpr *C, World W, WorldList &Out) {
  raise(C, W);
  QualType T = C->getType();
  Place To = Places.temporary(C);
  erase(W, To);
  llvm::SmallVector<const Expr *, 4> Given;
  for (const Expr *Argument : C->arguments())
    if (!isa<CXXDefaultArgExpr>(Argument))
      Given.push_back(Argument);
  const CXXConstructorDecl *Constructor = C->getConstructor();

  const CXXRecordDecl *R = classOf(T);
  bool IsTransfer = Constructor->isCopyOrMoveConstructor() && !Given.empty();
  if (IsTransfer && (isTracked(T) || (R && R->isLambda()))) {
    const Expr *From = core(Given[0]);
    if (From->isPRValue())
      take(W, From, To);
    else if (std::optional<Place> P = Places.resolve(From);
             P && on(LockRule::Move)) {
      const auto *Parameter =
          dyn_cast_or_null<ParmVarDecl>(Places.rootVariable(*P));
      if (Constructor->isMoveConstructor() && !holding(W, *P) && Parameter &&
          Parameter->getType()->isRValueReferenceType() && S.isGuard(T)) {
        // What the caller hands over is presumably locked.
        W.set(To,
              {LockState::Held, acquisition(C, {}, false, T, S.lockableOf(T))});
        W.set(*P, {LockState::Empty, 0});
      } else if (Constructor->isMoveConstructor() && !holding(W, *P) &&
                 IsSummary && Places.isVisibleOutside(*P) && S.isGuard(T)) {
        // Whatever the caller's holds is the callee's now.
        W.set(To, {LockState::Unknown,
                   acquisition(C, {}, false, T, S.lockableOf(T))});
        W.set(*P, {LockState::Empty, 0});
      } else if (Constructor->isMoveConstructor())
        move(W, *P, To, /*LeaveEmpty=*/true);
      else if (std::optional<Place> Holder = holding(W, *P)) {
        // Two have it now, and each may let go of it.
        LockValue Shared = *W.at(*Holder);
        Shared.State = LockState::Unknown;
        W.set(*Holder, Shared);
        W.set(To, Shared);
      }
    }
    Out.push_back(std::move(W));
    return;
  }
  if (!isTracked(T)) {
    unknownCall(C, Constructor, Given, W);
    // An object with an end that cannot be read may unlock its owner's there.
    const CXXDestructorDecl *End = R ? R->getDestructor() : nullptr;
    if (End && End->isUserProvided() && !End->hasBody() && !isInStd(*R))
      for (const Expr *E : Given)
        ownerEscapes(E, W);
    Out.push_back(std::move(W));
    return;
  }
  if (S.isGuard(T)) {
    // unique_lock(upgrade_lock &&): one guard hands over to another.
    if (Given.size() >= 1 &&
        S.isGuard(Given[0]->getType().getNonReferenceType()) &&
        !core(Given[0])->isLValue() && on(LockRule::Move)) {
      adoptValues(Given, To, W);
      Out.push_back(std::move(W));
      return;
    }
    return constructGuard(C, T, S.construction(*Constructor), Given, To,
                          std::move(W), Out);
  }
  constructHolder(C, Given, To, std::move(W), Out);
}

void LockFlow::constructGuard(const Expr *Site, QualType Type,
                              GuardConstruction How, Arguments Given, Place To,
                              World W, WorldList &Out) {
  std::vector<Place> Mutexes;
  QualType LockableType = S.lockableOf(Type);
  bool GivenLockable = false, GivenOther = false, AllAsync = true;
  bool SaysAdopt = false;
  for (const Expr *Argument : Given) {
    QualType T = core(Argument)->getType();
    if (std::optional<LockEffect> Tag = S.tag(T)) {
      if (*Tag == LockEffect::Defer && on(LockRule::Defer))
        How = GuardConstruction::Defer;
      else if (*Tag == LockEffect::Adopt && on(LockRule::Adopt)) {
        How = GuardConstruction::Adopt;
        SaysAdopt = true;
      } else if (*Tag == LockEffect::TryAcquire && on(LockRule::TryLock))
        How = GuardConstruction::TryAcquire;
      continue;
    }
    if (isa<CXXNullPtrLiteralExpr>(core(Argument)))
      continue;
    std::optional<LockOwner> Owner = S.lockable(T);
    if (!Owner) {
      GivenOther = true;
      continue;
    }
    GivenLockable = true;
    AllAsync &= *Owner != LockOwner::Thread;
    if (*Owner != LockOwner::Thread)
      continue;
    if (LockableType.isNull())
      LockableType = T->isPointerType() ? T->getPointeeType() : T;
    if (std::optional<Place> P = Places.resolve(Argument)) {
      Places.spell(*P, Argument);
      Mutexes.push_back(*P);
    }
  }
  if (GivenLockable && AllAsync) {
    Out.push_back(std::move(W)); // not ours
    return;
  }
  const CXXRecordDecl *R = classOf(Type);
  if (!GivenLockable && R && S.models().guard(*R) &&
      (!GivenOther || isInStd(*R))) {
    W.set(To, {LockState::Empty, 0});
    Out.push_back(std::move(W));
    return;
  }
  // lock_maybe(nullptr)
  if (!GivenLockable && !Given.empty() && !GivenOther) {
    W.set(To, {LockState::Empty, 0});
    Out.push_back(std::move(W));
    return;
  }
  // One that was given the owner of the mutex: it is the one that is locked.
  if (!GivenLockable && How != GuardConstruction::Defer) {
    std::vector<Place> Candidates;
    for (const auto &[Holder, Value] : W.Locks)
      if (Value.State == LockState::Held && Taken[Value.Of].IsRaw &&
          classOf(Taken[Value.Of].LockableType) == classOf(LockableType))
        Candidates.push_back(Holder);
    if (Candidates.size() == 1) {
      Mutexes = Taken[W.at(Candidates[0])->Of].Mutexes;
      How = GuardConstruction::Adopt;
    } else if (Candidates.size() > 1) {
      releasedElsewhere(W, classOf(LockableType));
    }
  }
  LockValue Held{LockState::Held,
                 acquisition(Site, Mutexes, false, Type, LockableType)};
  LockValue Free{LockState::Free, Held.Of};
  switch (How) {
  case GuardConstruction::Acquire:
    if (on(LockRule::Guard))
      W.set(To, Held);
    break;
  case GuardConstruction::TryAcquire: {
    World Not = W;
    Not.set(To, Free);
    Out.push_back(std::move(Not));
    W.set(To, Held);
    break;
  }
  case GuardConstruction::Adopt: {
    bool Found = false;
    for (Place P : Mutexes)
      if (const LockValue *Raw = W.at(P)) {
        if (Raw->State == LockState::Held && Taken[Raw->Of].Site)
          Held.Of = acquisition(Taken[Raw->Of].Site, Mutexes, false, Type,
                                LockableType);
        Found |= Raw->State == LockState::Held;
        erase(W, P);
      }
    // It says so; or it was seen; or it locks later.
    if (!Found && !SaysAdopt)
      Held.State = LockState::Unknown;
    W.set(To, Held);
    break;
  }
  case GuardConstruction::Defer:
    W.set(To, Free);
    break;
  case GuardConstruction::Unknown:
    W.set(To, {LockState::Unknown, Held.Of});
    break;
  }
  Out.push_back(std::move(W));
}

/// An owner (optional, vector) makes its guard from the arguments.
void LockFlow::makeInPlace(const Expr *Site, QualType Owner, Arguments Given,
                           Place To, World W, WorldList &Out) {
  QualType Guard = S.guardWithin(Owner);
  if (adoptValues(Given, To, W)) {
    Out.push_back(std::move(W));
    return;
  }
  bool GivenLockable = llvm::any_of(Given, [&](const Expr *E) {
    QualType T = core(E)->getType();
    if (T->isPointerType())
      T = T->getPointeeType();
    return S.lockable(T).has_value() && !S.isGuard(T.getNonReferenceType());
  });
  if (GivenLockable && on(LockRule::Emplace))
    return constructGuard(Site, Guard, GuardConstruction::Acquire, Given, To,
                          std::move(W), Out);
  W.set(To, {LockState::Empty, 0});
  Out.push_back(std::move(W));
}

void LockFlow::constructHolder(const CXXConstructExpr *C, Arguments Given,
                               Place To, World W, WorldList &Out) {
  const CXXRecordDecl &R = *classOf(C->getType());
  const CXXConstructorDecl *Constructor = C->getConstructor();
  if (isInStd(R))
    return makeInPlace(C, C->getType(), Given, To, std::move(W), Out);
  const FunctionDecl *Definition = nullptr;
  bool Seen = Constructor->hasBody(Definition) && Definition &&
              !Definition->hasSkippedBody();
  if (!Seen) {
    bool IsPlain =
        Constructor->isDefaultConstructor() && !Constructor->isUserProvided();
    if (!IsPlain && !adoptValues(Given, To, W))
      W.set(To, {LockState::Unknown,
                 acquisition(C, {}, false, C->getType(), QualType())});
    Out.push_back(std::move(W));
    return;
  }
  // Its members are made from its parameters.
  WorldList Now{std::move(W)}, Next;
  for (const CXXCtorInitializer *Init :
       cast<CXXConstructorDecl>(Definition)->inits()) {
    const auto *Made = dyn_cast_or_null<CXXConstructExpr>(
        Init->getInit() ? core(Init->getInit()) : nullptr);
    if (!Made || !isTracked(Made->getType()))
      continue;
    Place Member =
        Init->isMemberInitializer() ? Places.field(To, Init->getMember()) : To;
    llvm::SmallVector<const Expr *, 4> Mapped;
    bool Moves = Made->getConstructor()->isMoveConstructor();
    for (const Expr *Argument : Made->arguments()) {
      const Expr *E = core(Argument);
      // std::move(parameter), or the copy of a by-value one.
      const Expr *Named = E;
      while (const auto *Call = dyn_cast<CallExpr>(Named)) {
        if (Call->getNumArgs() != 1)
          break;
        Named = core(Call->getArg(0));
      }
      if (const auto *Ref = dyn_cast<DeclRefExpr>(Named))
        if (const auto *P = dyn_cast<ParmVarDecl>(Ref->getDecl());
            P && P->getDeclContext() == Definition &&
            P->getFunctionScopeIndex() < C->getNumArgs()) {
          Mapped.push_back(C->getArg(P->getFunctionScopeIndex()));
          continue;
        }
      if (!isa<CXXDefaultArgExpr>(Argument))
        Mapped.push_back(E);
    }
    Next.clear();
    for (World &Each : Now) {
      std::optional<Place> From =
          Moves && Mapped.size() == 1 && core(Mapped[0])->isGLValue()
              ? Places.resolve(Mapped[0])
              : std::nullopt;
      if (From) {
        move(Each, *From, Member, /*LeaveEmpty=*/true);
        Next.push_back(std::move(Each));
      } else if (adoptValues(Mapped, Member, Each))
        Next.push_back(std::move(Each));
      else if (S.isGuard(Made->getType()) &&
               !Made->getConstructor()->isCopyOrMoveConstructor())
        constructGuard(C, Made->getType(),
                       S.construction(*Made->getConstructor()), Mapped, Member,
                       std::move(Each), Next);
      else if (isInStd(*classOf(Made->getType())))
        makeInPlace(C, Made->getType(), Mapped, Member, std::move(Each), Next);
      else
        Next.push_back(std::move(Each));
    }
    std::swap(Now, Next);
  }
  for (World &Each : Now)
    Out.push_back(std::move(Each));
}

} // namespace corolint
