// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What a function of this translation unit does to its caller's locks.
//
// A summary is the set of ways in which the function can end, each with what
// the caller can see of it:
//
//     bool tryBoth(std::mutex &a, std::mutex &b)
//       returns true,  a held, b held
//       returns false
//
// It is computed by the same flow that judges coroutines (LockFlow.h), once,
// and applied at each call. A function that calls itself, or whose body was not
// seen, has no summary; its caller then knows nothing.

#ifndef COROLINT_CHECKS_ANALYSIS_SUMMARIES_H
#define COROLINT_CHECKS_ANALYSIS_SUMMARIES_H

#include "Places.h"
#include "llvm/ADT/DenseMap.h"
#include "llvm/ADT/SmallPtrSet.h"
#include <memory>
#include <optional>
#include <vector>

namespace corolint {

class Analysis;

/// What is known of one lock or guard in one world.
enum class LockState : unsigned char {
  Empty,   ///< holds nothing, and is associated with nothing
  Free,    ///< is unlocked, but could be locked again
  Held,    ///<
  Unknown, ///< somebody may have changed it
};

struct LockSummary {
  struct Effect {
    std::vector<PlaceTable::Step> On;
    LockState State;
    /// What a held guard holds.
    std::vector<std::vector<PlaceTable::Step>> Mutexes;
    bool IsRaw = false;
    clang::QualType GuardType, LockableType;
    /// The by-value parameter that the lock came in with; -1 if taken inside.
    int FromParameter = -1;
  };
  struct Outcome {
    std::vector<Effect> Effects;
    /// For functions that return bool or an integer: 0, or something else.
    std::optional<bool> ReturnsNonzero;
    /// When it ends so: a parameter, by index, is not zero (true) or is.
    std::vector<std::pair<unsigned, bool>> Given;
    /// When it ends so: a guard that it was given holds something, or does not.
    std::vector<std::pair<std::vector<PlaceTable::Step>, bool>> GuardHolds;
  };
  std::vector<Outcome> Outcomes;

  /// Where outcomes differ in a lock and the caller cannot tell which of them
  /// it got, the lock is unknown in all of them: the function, or another
  /// member of its result, knows more (`ResultTells`).
  void doubt(bool ResultTells);
};

class Summaries {
public:
  explicit Summaries(Analysis &A) : A(A) {}

  /// Null if nothing is known: no body, recursion, given up.
  const LockSummary *locks(const clang::FunctionDecl &F);
  /// Whether the function, or one that it calls, could have an effect on locks
  /// at all. Cheap, and false for nearly everything.
  bool touchesLocks(const clang::FunctionDecl &F);
  /// The classes of the lockables that the function, or one that it calls, may
  /// unlock by hand without having locked them. For what has no summary:
  /// coroutines, virtual functions, recursion, what an object's end does.
  using Classes = llvm::SmallPtrSet<const clang::CXXRecordDecl *, 2>;
  const Classes &releases(const clang::FunctionDecl &F);
  /// The same of the end of an object.
  Classes releasesAtEnd(clang::QualType T);
  /// The definition whose body speaks for the function: written here, not in a
  /// system header, not overridden at run time. Null if there is none.
  static const clang::FunctionDecl *
  analysableDefinition(const clang::FunctionDecl &F);

private:
  /// Helpers of helpers of …: further down, nothing is known.
  static constexpr unsigned MaxDepth = 16;

  struct ByHand {
    Classes Acquired, Released, Net;
  };
  const ByHand &byHand(const clang::FunctionDecl &F);
  void addEnd(clang::QualType T, ByHand &To, unsigned Depth);

  Analysis &A;
  unsigned Depth = 0;
  llvm::DenseMap<const clang::FunctionDecl *, std::unique_ptr<ByHand>> Hands;
  llvm::DenseMap<const clang::FunctionDecl *, bool> Touches;
  llvm::DenseMap<const clang::FunctionDecl *, std::unique_ptr<LockSummary>>
      Locks;
};

} // namespace corolint

#endif // COROLINT_CHECKS_ANALYSIS_SUMMARIES_H
