// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Which locks are held where a coroutine may suspend.
//
// A lock is taken by an acquisition (a guard's constructor, m.lock(), a helper)
// and is then held by a holder: the guard, something that contains or owns the
// guard, or, for a raw lock, the mutex itself. Unlocking, moving, swapping,
// resetting and the end of a life change who holds what; LockFlow.h follows
// that along the paths.

#ifndef COROLINT_CHECKS_ANALYSIS_HELDLOCKS_H
#define COROLINT_CHECKS_ANALYSIS_HELDLOCKS_H

#include "clang/AST/Decl.h"
#include "clang/AST/ExprCXX.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/Support/raw_ostream.h"
#include <bitset>
#include <string>
#include <vector>

namespace corolint {

class Analysis;

/// A lock that is held where the coroutine may suspend.
struct HeldLock {
  /// What holds it, as written ("guard", "s.lk"); empty for a raw lock and for
  /// a temporary.
  std::string Holder;
  /// What is held, as written ("mu_"); empty entries cannot be named.
  std::vector<std::string> Mutexes;
  /// The holder's type where it is a temporary, and the lockable's.
  clang::QualType HolderType, LockableType;
  bool IsRaw = false;
  /// The local variable that is the guard; null if it is anything else.
  const clang::VarDecl *Guard = nullptr;
  /// Whether it is held there whatever way led there.
  bool IsCertain = false;

  /// How it was taken.
  enum Origin { Here, Parameter, Capture } From = Here;
  clang::SourceLocation Taken;
  /// Where the coroutine may suspend with it, in order from `Taken` on.
  std::vector<const clang::CoroutineSuspendExpr *> Suspensions;
  /// The library's own async mutex, or empty.
  llvm::StringRef Instead;

  bool operator==(const HeldLock &O) const {
    return Holder == O.Holder && Mutexes == O.Mutexes && IsRaw == O.IsRaw &&
           From == O.From && Taken == O.Taken && Suspensions == O.Suspensions;
  }
};
llvm::raw_ostream &operator<<(llvm::raw_ostream &OS, const HeldLock &L);

/// A guard in a function that is no coroutine, and the task that the function
/// returns when the guard is gone and the task has not begun.
struct EndedLock {
  std::string Holder;
  std::vector<std::string> Mutexes;
  clang::QualType LockableType;
  clang::SourceLocation Taken;
  const clang::ReturnStmt *Return;
};

/// The rules of the analysis, so that the oracle can take them out one by one
/// and see that each is needed.
#define CORO_LOCK_RULES(RULE)                                                  \
  RULE(Guard, "a guard's constructor locks")                                   \
  RULE(RawLock, "lock() of a mutex locks")                                     \
  RULE(RawUnlock, "unlock() of a mutex unlocks")                               \
  RULE(GuardLock, "lock() of a guard locks")                                   \
  RULE(GuardUnlock, "unlock() of a guard unlocks")                             \
  RULE(TryLock, "try_lock() locks if it says so")                              \
  RULE(Defer, "defer_lock does not lock")                                      \
  RULE(Adopt, "adopt_lock takes over a raw lock")                              \
  RULE(Abandon, "release() leaves the mutex locked")                           \
  RULE(Destructor, "a guard's end of life unlocks")                            \
  RULE(TemporaryDestructor, "a temporary guard's end unlocks")                 \
  RULE(Move, "moving a guard moves what it holds")                             \
  RULE(Assign, "assigning to a guard releases what it held")                   \
  RULE(Swap, "swap and exchange trade what is held")                           \
  RULE(Emplace, "an owner can make a guard in place")                          \
  RULE(Reset, "an owner can end its guard")                                    \
  RULE(ByValueArgument, "a by-value argument belongs to the callee")           \
  RULE(Helper, "a helper's effect happens at its call")                        \
  RULE(GuardTest, "if (guard) tells whether it holds")                         \
  RULE(Correlation, "an unmodified condition has one outcome")                 \
  RULE(Store, "a flag has the value that was stored")                          \
  RULE(Scope, "what went out of scope by throw is gone")                       \
  RULE(Raise, "a call's exception skips the unlock")                           \
  RULE(NeverSuspends, "an awaiter that never suspends is none")

enum class LockRule : unsigned {
#define RULE(NAME, TEXT) NAME,
  CORO_LOCK_RULES(RULE)
#undef RULE
};
inline constexpr unsigned NumLockRules = 0
#define RULE(NAME, TEXT) +1
    CORO_LOCK_RULES(RULE)
#undef RULE
    ;
/// The rule's name and its meaning.
std::pair<llvm::StringRef, llvm::StringRef> describe(LockRule R);

/// Rules taken out. None, but in the oracle.
using MutedLockRules = std::bitset<NumLockRules>;

} // namespace corolint

#endif // COROLINT_CHECKS_ANALYSIS_HELDLOCKS_H
