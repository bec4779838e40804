// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Which types stand for work that is lost when their object is thrown away.
//
//     task, lazy       a promise that suspends at once, and can be awaited
//     task, eager      the same, started; lost if its class is [[nodiscard]],
//     or
//                      if its destructor ends the work
//     generator        a promise that yields; nobody runs it any more
//     awaiter          the three await_ members, and nothing done yet
//     lazy operation   what a model says starts when it is connected
//
// What is not sure to be one of these is none: a future that runs by itself, an
// event that may be awaited or not, an awaiter that is always ready.

#ifndef COROLINT_CHECKS_ANALYSIS_TASKSHAPES_H
#define COROLINT_CHECKS_ANALYSIS_TASKSHAPES_H

#include "Shapes.h"

namespace corolint {

enum class WorkKind { None, Lazy, Eager, Generator, Awaiter, Operation };

struct Work {
  WorkKind Kind = WorkKind::None;
  /// `(void)` says that nobody waits for it.
  bool MayBeDroppedExplicitly = false;
  /// An object that is kept until the end of its scope is put to no use,
  /// either.
  bool IsLostInScope = true;
  /// Of an awaiter that is lost because its author marked it: making it may
  /// have set something going.
  bool MayHaveBegun = false;
  /// An owner of such objects: a container, an optional, a smart pointer.
  bool IsOwner = false;
  bool HoldsMany = false;

  explicit operator bool() const { return Kind != WorkKind::None; }
};

/// Answers for types, remembered for the translation unit.
class TaskShapes {
public:
  explicit TaskShapes(Shapes &S) : S(S) {}

  /// Whether the translation unit knows coroutines at all.
  bool hasCoroutines(const clang::ASTContext &Context);

  /// What dropping an object of this type loses; of an owner in namespace std,
  /// what it owns. References and pointers lose nothing.
  Work workOf(clang::QualType T);
  /// The type that awaiting an object of this type gives, as far as that shows;
  /// null if not.
  clang::QualType awaitedType(clang::QualType T);
  bool isAwaitable(clang::QualType T) { return S.isAwaitable(T); }
  bool isTask(clang::QualType T) { return S.isTask(T); }
  /// Part of a coroutine library: an awaiter's or promise's own function.
  static bool isPlumbing(const clang::FunctionDecl &F);

  const Models &models() const { return S.models(); }

private:
  Work findWork(const clang::CXXRecordDecl &R, clang::QualType T);
  Work findOwned(const clang::CXXRecordDecl &R, unsigned Depth);
  Work findTask(const clang::CXXRecordDecl &R, clang::QualType T);
  Work findAwaiter(const clang::CXXRecordDecl &R, clang::QualType T);

  Shapes &S;
  std::optional<bool> HasCoroutines;
  llvm::DenseMap<const clang::CXXRecordDecl *, Work> Known;
};

/// Whether the class, or one that it was made from, is marked [[nodiscard]].
bool isNoDiscard(const clang::CXXRecordDecl &R);

} // namespace corolint

#endif // COROLINT_CHECKS_ANALYSIS_TASKSHAPES_H
