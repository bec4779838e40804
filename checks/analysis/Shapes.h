// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What a type is, told from what it can do: awaitable, task, lockable, guard,
// holder of a guard. Models refine it; an unknown library is the normal case.

#ifndef COROLINT_CHECKS_ANALYSIS_SHAPES_H
#define COROLINT_CHECKS_ANALYSIS_SHAPES_H

#include "models/Models.h"
#include "clang/AST/DeclCXX.h"
#include "clang/AST/ExprCXX.h"
#include "llvm/ADT/DenseMap.h"
#include <optional>

namespace corolint {

/// When the body of a coroutine starts to run.
enum class Start { Lazy, Eager, Unknown };

/// What a guard's constructor does to the lockables that it is given.
enum class GuardConstruction { Acquire, TryAcquire, Adopt, Defer, Unknown };

/// Answers for types, remembered for the translation unit.
class Shapes {
public:
  explicit Shapes(const Models &M) : M(M) {}

  const Models &models() const { return M; }

  /// Can be the operand of co_await: an awaiter, or a type with operator
  /// co_await (member, or in its namespace).
  bool isAwaitable(clang::QualType T);
  /// A type that coroutines return: it names a promise.
  bool isTask(clang::QualType T) { return promiseOf(T) != nullptr; }
  /// The promise that it names; null if it is no task.
  const clang::CXXRecordDecl *promiseOf(clang::QualType T);
  /// When a coroutine that returns `T` starts to run.
  Start startOf(clang::QualType T);

  /// The owner rule of a lockable type; nothing if it is no lockable.
  std::optional<LockOwner> lockable(clang::QualType T);
  std::optional<LockOwner> lockable(const clang::CXXRecordDecl &R);
  /// Whether the type's units may be given back by anybody.
  bool isSemaphore(clang::QualType T);

  /// Whether objects of the type hold lockables while they live.
  bool isGuard(clang::QualType T);
  /// The owner rule of what the guard holds, as far as its type tells.
  LockOwner guarded(clang::QualType Guard);
  /// The lockable that the guard's type names; null if it names none.
  clang::QualType lockableOf(clang::QualType Guard);
  /// What a guard's constructor does, apart from tags among its arguments.
  GuardConstruction construction(const clang::CXXConstructorDecl &C);

  /// The guard type inside a wrapper: a member or base class, or what an owner
  /// of the standard library owns. The type itself if it is a guard; null if
  /// there is none.
  clang::QualType guardWithin(clang::QualType T);
  bool holdsGuard(const clang::CXXRecordDecl &R) {
    return guardFacts(R).IsGuard || !findGuardWithin(R, 0).isNull();
  }

  /// What a call of `F` does to its implicit object or arguments, from its
  /// model, its thread-safety attributes or its name; null if nothing is known.
  struct LockCall {
    llvm::SmallVector<LockOperand, 2> Operands;
    /// Operands that the declaration names: `acquire_capability(mutex)`.
    llvm::SmallVector<std::pair<const clang::Expr *, LockEffect>, 0> Named;
    LockSuccess Success = LockSuccess::True;
  };
  const LockCall *lockCall(const clang::FunctionDecl &F);

  /// An expression's tag effect: `std::defer_lock`.
  std::optional<LockEffect> tag(clang::QualType T);

  /// Whether the object's end ends a lock, whoever took it: a guard, or what
  /// one is given by who waited for it.
  bool endsLock(clang::QualType T);

private:
  struct GuardFacts {
    bool IsGuard = false;
    LockOwner Owner = LockOwner::Thread;
    clang::QualType Lockable;
  };
  const GuardFacts &guardFacts(const clang::CXXRecordDecl &R);
  GuardFacts findGuardFacts(const clang::CXXRecordDecl &R);
  std::optional<LockOwner> findLockable(const clang::CXXRecordDecl &R);
  clang::QualType lockableAmongArguments(const clang::CXXRecordDecl &R,
                                         unsigned Depth);
  std::optional<LockCall> findLockCall(const clang::FunctionDecl &F);
  /// What a guard's method of any name does, by its body.
  std::optional<LockEffect> effectOnGuard(const clang::FunctionDecl &F,
                                          const clang::CXXRecordDecl &Guard);
  bool releasesInDestructor(const clang::CXXRecordDecl &R,
                            clang::QualType &Lockable);
  clang::QualType findGuardWithin(const clang::CXXRecordDecl &R,
                                  unsigned Depth);

  const Models &M;
  llvm::DenseMap<const clang::CXXRecordDecl *, std::optional<LockOwner>>
      Lockables;
  llvm::DenseMap<const clang::CXXRecordDecl *, GuardFacts> Guards;
  llvm::DenseMap<const clang::CXXRecordDecl *, clang::QualType> Within;
  llvm::DenseMap<const clang::FunctionDecl *, std::optional<LockCall>>
      LockCalls;
  llvm::DenseMap<const clang::CXXRecordDecl *, const clang::CXXRecordDecl *>
      Promises;
  llvm::DenseMap<const clang::CXXRecordDecl *, bool> Awaitables;
};

/// The class behind references, pointers, cv-qualifiers and aliases, if `T` is
/// or leads to one.
const clang::CXXRecordDecl *classOf(clang::QualType T);
/// The same; of a class that nobody has needed whole yet, the template that it
/// would be made from.
const clang::CXXRecordDecl *shapeOf(clang::QualType T);
/// Calls `Visit` for the methods of a class and its bases, templates among
/// them, until it returns true.
bool anyMethod(const clang::CXXRecordDecl &R,
               llvm::function_ref<bool(const clang::CXXMethodDecl &)> Visit,
               unsigned Depth = 0);
/// The method of that name, of the class or of one of its bases.
const clang::CXXMethodDecl *methodNamed(const clang::CXXRecordDecl &R,
                                        llvm::StringRef Name);

} // namespace corolint

#endif // COROLINT_CHECKS_ANALYSIS_SHAPES_H
