// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What corolint knows about libraries: which types are lockables and guards,
// what a function does to the lock that it is given.
//
//   std.yaml, folly.yaml, … --(build)--> tables --+
//                                                  +--> Models --> "a guard?"
//   corolint.yaml, ModelFiles --(run time)---------+
//
// Shapes come first: a model only says what cannot be seen, or corrects what
// would be seen wrongly. The user's files override the shipped tables.

#ifndef COROLINT_CHECKS_MODELS_MODELS_H
#define COROLINT_CHECKS_MODELS_MODELS_H

#include "BlockingModel.h"
#include "clang/AST/DeclCXX.h"
#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"
#include <memory>
#include <string>

namespace corolint {

/// Who has to unlock a lockable.
enum class LockOwner {
  Thread,    ///< The thread that locked it, or somebody waits synchronously.
  Coroutine, ///< Anybody: it may be held across a suspension point.
  None,      ///< Nobody: locking it does nothing.
};

/// A type with lock and unlock operations.
struct LockableModel {
  llvm::StringRef Type; ///< Qualified, without inline namespaces: "std::mutex".
  LockOwner Owner;
  /// A semaphore's units may be given back by anybody: it counts as a lock only
  /// in a function that also releases it.
  bool IsSemaphore;
  /// The library's awaitable replacement, for a note; or empty.
  llvm::StringRef Instead;
};

/// A type whose objects hold lockables while they live.
struct GuardModel {
  llvm::StringRef Type;
  /// Which lockables it holds. `FromArguments` looks at the template arguments
  /// (recursively) and the constructor's arguments, which is nearly always it.
  /// Otherwise the owner of what it holds is fixed.
  enum { FromArguments, Fixed } Lockables;
  LockOwner Owner; ///< Meaningful where `Lockables` is `Fixed`.
};

/// What a call does to one lock or guard that it is given.
enum class LockEffect {
  Acquire,    ///< Locks, and returns when it is locked.
  TryAcquire, ///< Locks if the result says so (see FunctionModel::Success).
  Release,    ///< Unlocks.
  Abandon,    ///< A guard forgets its lock, which stays locked: release().
  Adopt,      ///< (tag types) the lock is taken already.
  Defer,      ///< (tag types) nothing is locked.
  None,       ///< Leaves it as it was: condition_variable::wait(lock).
};

/// Which value of a TryAcquire's result means that it is locked now. Whatever
/// is not a number or bool (an iterator, an optional guard) cannot be tested.
enum class LockSuccess {
  True,     ///< mutex.try_lock()
  Zero,     ///< pthread_mutex_trylock(&mutex)
  MinusOne, ///< std::try_lock(a, b), which otherwise says who refused
};

struct LockOperand {
  /// -1 is the implicit object, -2 every argument; otherwise the argument's
  /// index from 0.
  int Argument;
  LockEffect Effect;
};
inline constexpr int ImplicitObject = -1;
inline constexpr int EveryArgument = -2;

/// A function that locks, unlocks, or is known not to.
struct FunctionModel {
  llvm::StringRef Name; ///< Qualified: "std::unique_lock::unlock".
  llvm::ArrayRef<LockOperand> Operands;
  LockSuccess Success;
};

/// A tag type that changes what a guard's constructor does.
struct TagModel {
  llvm::StringRef Type; ///< "std::defer_lock_t"
  LockEffect Effect;    ///< Defer, Adopt or TryAcquire.
};

/// A library: what belongs to it is described by its model, not by its bodies.
struct LibraryModel {
  llvm::StringRef Name;
  llvm::ArrayRef<llvm::StringRef> Namespaces; ///< "folly", "boost::asio"
  /// Its awaitable mutex, for the note "or use …"; or empty.
  llvm::StringRef AsyncMutex;
};

//===-- Tasks -------------------------------------------------------------===//

/// A type whose objects stand for work: a task, an awaiter, a sender.
struct TaskModel {
  llvm::StringRef Type; ///< "QCoro::Task"
  /// When the work begins; `AsSeen` leaves that to the type's shape.
  enum StartRule {
    AsSeen,
    Lazy,  ///< when it is awaited, started, or connected
    Eager, ///< at once
  } Start;
  /// What throwing an object away means.
  enum DropRule {
    Loses,    ///< the work, or its result, is lost
    Explicit, ///< `(void)` is the idiom for "I do not wait for it"
    Free,     ///< nothing: it goes on, and reports for itself
  } Dropped;
  /// Nothing that coroutines return, but something that starts when it is
  /// connected: a sender, a deferred operation.
  bool IsOperation;
};

/// What a call does to a task, an operation or a callable that it is given.
enum class TaskEffect {
  Consumes, ///< sees to it that it runs
  Keeps,    ///< stores it for later
  Starts,   ///< starts it; the call's result may be dropped
  Spawns,   ///< the same, for a task that it is given
  Detaches, ///< the same, and nobody waits for it
  Asks,     ///< only looks at it: is_ready()
  Invokes,  ///< calls the callable and throws away what it returns
};

struct TaskOperand {
  int Argument; ///< as in LockOperand
  TaskEffect Effect;
};

/// A function that is given work. What no model knows is taken to see to it.
struct TaskFunctionModel {
  llvm::StringRef Name; ///< "boost::asio::post"; or a class, whose constructors
  llvm::ArrayRef<TaskOperand> Operands;
  /// Of `Invokes`: which switch of the check it belongs to.
  enum CallbackFamily { Callbacks, Threads } Family;
};

//===-- Pinning -----------------------------------------------------------===//

/// What must not move any more, or may.
struct PinModel {
  llvm::StringRef Name; ///< "uv_timer_init"; or a class
  /// Of a function: from its call on, this argument stays where it is. As in
  /// LockOperand.
  int Argument = ImplicitObject;
  /// Of a class: it may move whenever it likes, whatever its bodies seem to do.
  /// Otherwise it may not once it is in use.
  bool IsMovable = false;
};

/// The facts of all models. Immutable, and shared by translation units.
///
/// Lookup is by the declaration's canonical qualified name, without inline
/// namespaces and template arguments; a class also answers for what it derives
/// from only where the caller asks so base by base. Each lookup costs a binary
/// search for the identifier; qualified names are compared for candidates only.
class Models {
public:
  /// The shipped models, overridden by `Files` in order.
  ///
  /// Fails with one message, "path:line:column: error: …", for the first file
  /// that is malformed, or "path: error: …" if it cannot be read.
  static llvm::Expected<std::shared_ptr<const Models>>
  load(llvm::ArrayRef<std::string> Files = {});
  /// Nothing at all: to ask what shapes and bodies decide alone.
  static std::shared_ptr<const Models> none();

  const LockableModel *lockable(const clang::CXXRecordDecl &) const;
  const GuardModel *guard(const clang::CXXRecordDecl &) const;
  const TagModel *tag(const clang::CXXRecordDecl &) const;
  const FunctionModel *function(const clang::FunctionDecl &) const;
  const TaskModel *task(const clang::CXXRecordDecl &) const;
  const TaskFunctionModel *taskFunction(const clang::NamedDecl &) const;
  /// Of a function, or of a class.
  const PinModel *pins(const clang::NamedDecl &) const;
  /// The library that a declaration belongs to by its namespace, the innermost
  /// match first; null if none is modelled.
  const LibraryModel *library(const clang::Decl &) const;

  /// What is known of a call that may block; see BlockingModel.h. Methods are
  /// also found by the class of their object and its bases: a standard
  /// library's std::future inherits its wait().
  using BlockingEntries = llvm::SmallVector<const BlockingModel *, 2>;
  BlockingEntries blocking(const clang::NamedDecl &,
                           const clang::CXXRecordDecl *Object = nullptr) const;
  /// Whether a class is called so, whatever its template arguments.
  static bool isNamed(const clang::CXXRecordDecl &, llvm::StringRef Name);
  /// The awaitable twin of the function called `Name` in a library.
  const TwinModel *twin(const LibraryModel &, llvm::StringRef Name) const;

  ~Models();

private:
  explicit Models(bool Shipped = true);
  struct Tables;
  std::unique_ptr<Tables> T;
};

} // namespace corolint

#endif // COROLINT_CHECKS_MODELS_MODELS_H
