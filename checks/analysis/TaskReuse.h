// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Handles that can be used once, and are used again on some path.
//
//     co_await std::move(t);      t is spent         (awaited here)
//     if (again)
//       co_await std::move(t);    !                  awaited twice
//     t = fetch();                t is fresh
//
// A handle is an object of a task type that cannot be copied, or of a
// coroutine_handle: a variable, or what has a place in one (Places.h). What
// spends it:
//
//     awaiting it as an rvalue             the result may be gone
//     awaiting it, where its awaiter       the finished coroutine would be
//     does not ask whether it is done      resumed
//     moving it to who is sure to take it  it is empty
//     starting it (a model says which)     it runs, or has ended
//     destroy()                            the frame is gone
//
// Whoever is given it, or what it is in, by reference may give it another task:
// nothing is said of it from there on. What others can reach (a member of
// *this, the object of a reference parameter) they may change while the
// function is suspended, and in another turn of a loop. The paths are those of
// TaskFlow.h.

#ifndef COROLINT_CHECKS_ANALYSIS_TASKREUSE_H
#define COROLINT_CHECKS_ANALYSIS_TASKREUSE_H

#include "Places.h"
#include "clang/AST/Expr.h"
#include "llvm/ADT/DenseMap.h"
#include "llvm/Support/raw_ostream.h"
#include <string>
#include <vector>

namespace corolint {

class Analysis;

/// What a mention of a handle does with it.
enum class HandleUse {
  Awaited,
  Moved,
  Started,
  Destroyed,
  // What follows leaves it as it is.
  AwaitedFreely, ///< so that it may be awaited again
  Resumed,
  Entered, ///< done(), promise()
  Parked,  ///< moved to another variable, which may well be empty
  Asked,   ///< who asks whether there is a task knows what he does
  Escapes, ///< from there on anything may happen to it
};

struct SecondUse {
  std::string Name;
  /// The handle that was spent before this one was made from it; or empty.
  std::string From;
  HandleUse First, Again;
  clang::SourceLocation At;
  /// Where it was used first; the same place if that is in a loop.
  clang::SourceLocation FirstAt;
  clang::SourceLocation Declared;
  bool isInLoop() const { return At == FirstAt; }
};
llvm::raw_ostream &operator<<(llvm::raw_ostream &OS, const SecondUse &U);

/// An object that can be used once.
struct Handle {
  Place Is;
  std::string Name;
  /// The variable or member that it is; null for an element.
  const clang::ValueDecl *Named;
  clang::SourceLocation Declared;
  /// It dies, or is not yet alive, at the variable's declaration; null for what
  /// is none of the function's own.
  const clang::VarDecl *In;
  /// Whether others can reach it.
  bool IsShared;
  /// Whether it is an element called by a name, which is perhaps another one in
  /// the next turn of a loop.
  bool IsSomeElement;
  /// What may be the same, as indices.
  llvm::SmallVector<unsigned, 1> Overlaps;
};

/// The mentions in one body that matter, by the variable, or the `this`, that
/// they begin with; and what gives a fresh handle.
struct HandleUses {
  struct Mention {
    HandleUse Use;
    unsigned Of; ///< an index
    clang::SourceLocation At;
    /// What waits for it; null if nothing does.
    const clang::Expr *Await;
    /// The outermost loop around it; null if there is none.
    const clang::Stmt *Loop;
  };
  struct Refill {
    unsigned Of;
    const clang::Stmt *Loop;
  };
  std::vector<Handle> Handles;
  llvm::DenseMap<const clang::Expr *, Mention> Mentions;
  /// Mentions of what handles are in, from which on anything may happen; and
  /// those after which they may be other ones.
  llvm::DenseMap<const clang::Expr *, llvm::SmallVector<unsigned, 1>> Escapes,
      Changes;
  llvm::DenseMap<const clang::Stmt *, Refill> Refills;
  /// Variables that are made by moving from another handle, by its mention.
  struct Heir {
    unsigned To, From;
    const clang::Expr *Mention;
  };
  llvm::DenseMap<const clang::VarDecl *, Heir> Heirs;
};

/// Which objects are followed.
enum class Followed {
  Handles,
  /// Other variables that are moved, by value, into what is awaited: a request,
  /// say. A use is `Moved`, or anything may happen.
  Values,
};

/// Whether an expression in it is of such a type at all; a cheap question.
bool mayUseHandles(const clang::Stmt &Text, Analysis &A, Followed What);

/// Nothing, if nothing can be used twice.
HandleUses findHandleUses(const Body &B, const clang::Stmt &Text, Analysis &A,
                          Followed What);

/// The second uses in `F`, in source order; nothing if the analysis gave up.
std::vector<SecondUse> findSecondUses(const clang::FunctionDecl &F,
                                      Analysis &A);

/// Values that a loop of `F` moves into an await in every turn, although they
/// are gone after the first:
///
///     while (!done)
///       done = co_await send(std::move(request));
std::vector<SecondUse> findMovedInEveryTurn(const clang::FunctionDecl &F,
                                            Analysis &A);

} // namespace corolint

#endif // COROLINT_CHECKS_ANALYSIS_TASKREUSE_H
