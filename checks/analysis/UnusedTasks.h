// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Work that one function loses: tasks that are thrown away where they are made,
// local ones that some path does not await, callables whose task nobody takes.
//
// TaskWalk.h reads the function once, and judges what stands in expressions.
// Variables are followed along the paths by TaskFlow.h.

#ifndef COROLINT_CHECKS_ANALYSIS_UNUSEDTASKS_H
#define COROLINT_CHECKS_ANALYSIS_UNUSEDTASKS_H

#include "TaskSummaries.h"
#include "clang/AST/Decl.h"
#include "llvm/ADT/DenseMap.h"
#include "llvm/Support/raw_ostream.h"
#include <string>
#include <vector>

namespace corolint {

struct LostTask {
  enum Form {
    Discarded,    ///< the value of an expression that nobody takes
    Tested,       ///< asked for its truth, as if it had been awaited
    Result,       ///< what a co_await gave is a task again
    NoDiscard,    ///< what a co_await gave is marked [[nodiscard]]
    NeverAwaited, ///< a variable that nothing is done with
    SometimesNot, ///< a variable that some path leaves as it is
    Overwritten,  ///< a variable that gets another task
    Callable,     ///< returned by a callable that is to return nothing
    Named,        ///< a statement that names it, and does nothing
  } How = Discarded;
  Work What;
  clang::SourceLocation At;
  /// Who returned it; its type, if it was constructed.
  std::string From;
  std::string Variable;
  /// What awaiting it would have given, if that is an object that holds
  /// something: a guard, units of a semaphore.
  std::string Guard;
  /// Where a variable got the task, if that is somewhere else.
  clang::SourceLocation Made;
  /// Branches that lead past every use, and the outcome that does.
  std::vector<std::pair<clang::SourceLocation, bool>> Branches;
  /// Only paths that leave early lose it, and another consumes it.
  bool IsErrorPath = false;
  /// Those returns and throws, and whether it is a throw.
  std::vector<std::pair<clang::SourceLocation, bool>> Exits;
  /// Of `Callable`: what takes it, and of which kind that is.
  std::string Taker;
  enum CallableFamily {
    FunctionObject,
    Callback,
    Thread
  } Family = FunctionObject;
  /// Functions that it was given to, which do nothing with it: their
  /// parameters, and their names.
  std::vector<std::pair<clang::SourceLocation, std::string>> GivenTo;
  /// `co_await ` may be written here.
  clang::SourceLocation AwaitAt;
};
llvm::raw_ostream &operator<<(llvm::raw_ostream &OS, const LostTask &L);

/// What a mention of a tracked variable does to what it holds.
enum class TaskUse {
  None,    ///< nothing: `(void)t`, t.reserve(3)
  Settles, ///< somebody may see to it, now or later
  Moves,   ///< takes it out: co_await std::move(t), return t, t.reset()
};

/// What one walk over a body finds.
struct TaskUses {
  std::vector<const clang::VarDecl *> Variables;
  llvm::DenseMap<const clang::DeclRefExpr *, TaskUse> Mentions;
  /// Calls that give a variable a value: `t = f()`, `v.push_back(f())`.
  struct Store {
    const clang::VarDecl *To;
    const clang::Expr *Value; ///< null if unknown
    bool Adds;                ///< to what is there already
  };
  llvm::DenseMap<const clang::Stmt *, Store> Stores;
  /// Functions that do nothing with the variable that they are given.
  std::vector<std::pair<const clang::VarDecl *,
                        std::pair<clang::SourceLocation, std::string>>>
      GivenTo;
  /// What is known of who takes the task at a mention.
  llvm::DenseMap<const clang::DeclRefExpr *, TaskFate> Takers;
  /// What is judged already.
  std::vector<LostTask> Lost;
  /// The expressions of those of them that have an `AwaitAt`, in order.
  std::vector<const clang::Expr *> Awaitable;
};

/// Whether `E` makes new work: the call of a coroutine, and the like.
bool makesWork(const clang::Expr *E, TaskShapes &S);
/// The local variable that `E` moves from: `std::move(t)`, `std::exchange(t,
/// {})`, or `t` in a copy.
const clang::VarDecl *movedVariable(const clang::Expr *E);
/// What awaiting an object of the type gives, if that is something that holds
/// on to something else: a guard, the units of a semaphore. Empty if not.
std::string guardOf(clang::QualType T, TaskShapes &S);
/// The name of what returned the task.
std::string sourceOf(const clang::Expr *E);

/// Reads the body of `F`; of the parameter `Given`, too, if there is one.
TaskUses findTaskUses(const clang::FunctionDecl &F, const clang::Stmt &Body,
                      TaskShapes &S, TaskSummaries &Callees,
                      const clang::ParmVarDecl *Given = nullptr);

} // namespace corolint

#endif // COROLINT_CHECKS_ANALYSIS_UNUSEDTASKS_H
