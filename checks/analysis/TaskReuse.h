// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Handles that can be used once, and are used again on some path.
//
//     co_await std::move(t);      t is spent         (awaited here)
//     if (again)
//       co_await std::move(t);    !                  awaited twice
//     t = fetch();                t is fresh
//
// A handle is a local variable of a task type that cannot be copied, or of a
// coroutine_handle. What spends it:
//
//     awaiting it as an rvalue             the result may be gone
//     awaiting it, where its awaiter       the finished coroutine would be
//     does not ask whether it is done      resumed
//     moving it to who is sure to take it  it is empty
//     starting it (a model says which)     it runs, or has ended
//     destroy()                            the frame is gone
//
// Whoever is given the variable by reference may give it another task: nothing
// is said of it from there on. The paths are those of TaskFlow.h.

#ifndef COROLINT_CHECKS_ANALYSIS_TASKREUSE_H
#define COROLINT_CHECKS_ANALYSIS_TASKREUSE_H

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
  std::string Variable;
  /// The variable that was spent before this one was made from it; or empty.
  std::string From;
  HandleUse First, Again;
  clang::SourceLocation At;
  /// Where it was used first; the same place if that is in a loop.
  clang::SourceLocation FirstAt;
  clang::SourceLocation Declared;
  bool isInLoop() const { return At == FirstAt; }
};
llvm::raw_ostream &operator<<(llvm::raw_ostream &OS, const SecondUse &U);

/// The mentions in one body that matter, and those that give a fresh handle.
struct HandleUses {
  std::vector<const clang::VarDecl *> Variables;
  llvm::DenseMap<const clang::DeclRefExpr *, HandleUse> Mentions;
  llvm::DenseMap<const clang::Stmt *, const clang::VarDecl *> Refills;
  /// Variables that are made by moving from another one.
  llvm::DenseMap<const clang::VarDecl *, const clang::DeclRefExpr *> Heirs;
};

/// Which variables are followed.
enum class Followed {
  Handles,
  /// Other objects that are moved, by value, into what is awaited: a request,
  /// say. A use is `Moved`, or anything may happen.
  Values,
};

/// Nothing, if nothing can be used twice.
HandleUses findHandleUses(const clang::FunctionDecl &F, const clang::Stmt &Text,
                          Analysis &A, Followed What = Followed::Handles);

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
