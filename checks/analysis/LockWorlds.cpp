// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What a world of locks can be told: that one is held, has moved away, or is
// nobody's business any more. The rules that say so are in LockFlow.cpp and its
// neighbours.

#include "LockFlow.h"
#include "SuspensionPoints.h"
#include "clang/AST/ASTContext.h"

using namespace clang;

namespace corolint {
unsigned LockFlow::acquisition(Acquisition Made) {
  const void *Where = Made.Site ? static_cast<const void *>(Made.Site)
                                : static_cast<const void *>(Made.Variable);
  auto [It, New] = TakenIndex.try_emplace(
      std::make_tuple(Where, Made.Mutexes, Made.IsRaw), unsigned(Taken.size()));
  if (New)
    Taken.push_back(std::move(Made));
  return It->second;
}

unsigned LockFlow::acquisition(const Expr *Site, std::vector<Place> Mutexes,
                               bool IsRaw, QualType GuardType,
                               QualType LockableType) {
  Acquisition Made;
  Made.Site = Site;
  Made.Mutexes = std::move(Mutexes);
  Made.IsRaw = IsRaw;
  Made.GuardType = GuardType;
  Made.LockableType = LockableType;
  return acquisition(std::move(Made));
}

/// The place that has the value for `P`: itself, or what contains it.
std::optional<Place> LockFlow::holding(const World &W, Place P) const {
  for (std::optional<Place> Q = P; Q; Q = Places.parent(*Q))
    if (W.at(*Q))
      return Q;
  return std::nullopt;
}

/// `P` and what is in it has no value any more, or is seen to be empty.
void LockFlow::erase(World &W, Place P, bool LeaveEmpty) {
  llvm::erase_if(W.Locks,
                 [&](const auto &L) { return Places.isWithin(L.first, P); });
  if (LeaveEmpty)
    W.set(P, {LockState::Empty, 0});
}

/// Somebody unknown has been given `P`.
void LockFlow::forget(World &W, Place P) {
  bool Any = false;
  for (auto &[Holder, Value] : W.Locks)
    if (Places.isWithin(Holder, P) || Places.isWithin(P, Holder)) {
      Value.State = LockState::Unknown;
      Any = true;
    }
  // A helper that hands on what it was given does so for its caller.
  if (!Any && IsSummary && Places.isVisibleOutside(P))
    W.set(P, {LockState::Unknown, 0});
}

/// Somebody unknown has been given the mutex: whoever holds it may not any
/// more.
void LockFlow::forgetMutex(World &W, Place Mutex, QualType Type) {
  for (auto &[Holder, Value] : W.Locks) {
    if (Value.State != LockState::Held)
      continue;
    const Acquisition &Of = Taken[Value.Of];
    bool MayBeIt = Of.Mutexes.empty() && !Type.isNull() &&
                   classOf(Of.LockableType) == classOf(Type);
    if (MayBeIt || llvm::is_contained(Of.Mutexes, Mutex))
      Value.State = LockState::Unknown;
  }
}

/// A lockable of the class was unlocked that was not seen to be locked: it may
/// be one of those that were, by another name.
void LockFlow::releasedElsewhere(World &W, const CXXRecordDecl *R) {
  for (auto &[Holder, Value] : W.Locks) {
    if (Value.State != LockState::Held)
      continue;
    const Acquisition &Of = Taken[Value.Of];
    const CXXRecordDecl *Lockable = classOf(Of.LockableType);
    const CXXRecordDecl *Guard = classOf(Of.GuardType);
    bool IsByHand = Of.IsRaw || (Guard && !S.models().guard(*Guard));
    if (IsByHand && (!R || !Lockable || R == Lockable))
      Value.State = LockState::Unknown;
  }
}

void LockFlow::releasedElsewhere(World &W, const Summaries::Classes &Of) {
  for (const CXXRecordDecl *R : Of) {
    releasedElsewhere(W, R);
    if (IsSummary) {
      Acquisition Made;
      Made.IsRaw = true;
      W.set(Places.elsewhere(*R),
            {LockState::Free, acquisition(std::move(Made))});
    }
  }
}

/// The pointer at `P` changes: what was unlocked through it has no name now.
void LockFlow::leadsElsewhere(World &W, Place P) {
  Summaries::Classes Unlocked;
  for (const auto &[At, Value] : W.Locks)
    if (At != P && Places.isWithin(At, P) && Value.State == LockState::Free &&
        Taken[Value.Of].IsRaw)
      if (const CXXRecordDecl *R = classOf(Taken[Value.Of].LockableType))
        Unlocked.insert(R);
  releasedElsewhere(W, Unlocked);
}

/// What a destructor unlocks that is not followed by name.
void LockFlow::endOfLife(QualType T, World &W) {
  if (!T.isNull() && on(LockRule::Destructor))
    releasedElsewhere(W, A.summaries().releasesAtEnd(T));
}

bool LockFlow::isTracked(QualType T) {
  QualType Guard = S.guardWithin(T);
  return !Guard.isNull() && S.guarded(Guard) == LockOwner::Thread;
}

bool LockFlow::isInScope(Place Holder, const Stmt *At) const {
  const ValueDecl *Root = Places.rootVariable(Holder);
  const Body::Scope *Its = Root ? B.scopeOf(Root) : nullptr;
  const Body::Scope *Here = B.scopeOf(At);
  return !Its || !Here || Here->isWithin(Its);
}

} // namespace corolint
