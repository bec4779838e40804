// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Follows the variables of one function that hold tasks: which of them still
// owes its work when it dies, or when it gets another task.
//
//     auto t = fetch();          t owes                (made here)
//     if (c)
//       co_await std::move(t);   c: t is empty
//                                !c: t owes            lost on that path
//
// A variable that is handed to anybody is settled from there on: who got it may
// keep it. Conditions are followed as they are for locks, see Flow.h.
//
// The other way round, of handles that can be used once (TaskReuse.h), the same
// paths tell which are spent when they are used.

#ifndef COROLINT_CHECKS_ANALYSIS_TASKFLOW_H
#define COROLINT_CHECKS_ANALYSIS_TASKFLOW_H

#include "FlowRules.h"
#include "Graph.h"
#include "TaskReuse.h"
#include "UnusedTasks.h"
#include "llvm/ADT/DenseSet.h"
#include <map>
#include <set>

namespace corolint {

struct TaskState {
  enum StateKind { Empty, Owing, Settled, Spent } Is = Empty;
  /// Of what owes: where the work was made, as an index. Of what is spent:
  /// which mention has spent it.
  unsigned Of = 0;
  /// Of what is spent: a loop has turned since.
  bool InLastTurn = false;

  bool operator==(const TaskState &O) const {
    return Is == O.Is && Of == O.Of && InLastTurn == O.InLastTurn;
  }
  bool operator<(const TaskState &O) const {
    return std::tie(Is, Of, InLastTurn) < std::tie(O.Is, O.Of, O.InLastTurn);
  }
};

struct TaskWorld {
  /// By the variable's index, or the handle's.
  llvm::SmallVector<TaskState, 4> Tasks;
  /// A return that is not the function's last statement was passed; or what
  /// was thrown is on its way to a handler, or out of the function.
  const clang::Stmt *Leaving = nullptr;
  Facts Known;

  bool operator==(const TaskWorld &O) const {
    return Tasks == O.Tasks && Leaving == O.Leaving && Known == O.Known;
  }
  bool operator<(const TaskWorld &O) const {
    if (Tasks != O.Tasks)
      return std::lexicographical_compare(Tasks.begin(), Tasks.end(),
                                          O.Tasks.begin(), O.Tasks.end());
    return std::tie(Leaving, Known) < std::tie(O.Leaving, O.Known);
  }
  static std::optional<TaskWorld> merged(const TaskWorld &A,
                                         const TaskWorld &B) {
    if (A.Tasks != B.Tasks || A.Leaving != B.Leaving)
      return std::nullopt;
    std::optional<Facts> F = Facts::merged(A.Known, B.Known);
    if (!F)
      return std::nullopt;
    return TaskWorld{A.Tasks, A.Leaving, std::move(*F)};
  }
};

/// The flow problem for one function; see Flow.h.
class TaskFlow : public FlowRules<TaskFlow, TaskWorld> {
public:
  TaskFlow(TaskShapes &S, const Body &B, const clang::CFG &Graph,
           const clang::Stmt &Text, const TaskUses &Uses,
           const HandleUses *Handles = nullptr);

  /// False if it gave up.
  bool run() { return Engine.run(); }
  // After a run:
  /// Whether the task that came in with the parameter ends with nothing done on
  /// every path, or on any; but for those that throw.
  bool alwaysLoses(const clang::ParmVarDecl &P) const;
  bool everLoses(const clang::ParmVarDecl &P) const;
  /// What was lost, once per variable.
  std::vector<LostTask> lost();
  /// The handles that were used again, if it was given handles.
  std::vector<SecondUse> usedAgain() const;

  /// The graph with every mention of a variable, and of `this` for handles.
  static std::unique_ptr<clang::CFG>
  buildGraph(const clang::FunctionDecl &F, const clang::Stmt &Body,
             const HandleUses *Handles = nullptr);

  // The problem's interface to the solver.
  World entry();
  Worlds<World> block(const clang::CFGBlock &Block, const Worlds<World> &In);
  Worlds<World> edge(const clang::CFGBlock &Block, unsigned N,
                     const Worlds<World> &Out);

private:
  friend FlowRules<TaskFlow, TaskWorld>;

  void element(const clang::CFGElement &E, World W, WorldList &Out);
  void declaration(const clang::VarDecl *V, World &W);
  void give(unsigned To, const clang::Expr *Value, bool Adds, World &W,
            const clang::Stmt *At);
  void drop(unsigned Variable, World &W, const clang::Stmt *Overwrites);
  void take(unsigned Variable, TaskState::StateKind Then, World &W);
  // Of handles; see TaskReuse.cpp.
  void mention(const clang::Expr *E, World &W);
  void use(const clang::Expr *E, const HandleUses::Mention &M, World &W);
  void forget(const clang::VarDecl *V, World &W) const;
  void inherit(const clang::VarDecl *V, World &W) const;
  void refill(unsigned Handle, World &W);
  void othersRan(World &W, const clang::Expr *By) const;
  void turn(World &W) const;
  bool isRefilled(const HandleUses::Mention &M) const;
  bool isInSomeTurns(const clang::Expr *Mention) const;
  const clang::ValueDecl *nameOf(const clang::Expr *Mention) const;
  bool isInDoubt(const clang::Expr *First, const clang::Expr *Again) const;
  void unwind(const clang::CXXTryStmt *To, World &W);
  void raise(const clang::CoroutineSuspendExpr &E, World W);
  void branchesPast(LostTask &L, unsigned Variable, unsigned Of);
  void sort(std::vector<std::pair<clang::SourceLocation, bool>> &Places) const;
  std::optional<unsigned> indexOf(const clang::ValueDecl *D) const {
    auto It = Index.find(D);
    return It == Index.end() ? std::nullopt : std::optional(It->second);
  }
  unsigned origin(const clang::Expr *E);

  TaskShapes &S;
  const clang::Stmt *Last = nullptr;
  const TaskUses &Uses;
  const HandleUses *const Handles;
  Solver<TaskFlow> Engine;
  const HandlerBlocks Catches;

  std::vector<const clang::VarDecl *> Variables;
  llvm::DenseMap<const clang::ValueDecl *, unsigned> Index;
  /// Null for a parameter.
  std::vector<const clang::Expr *> Origins;
  struct Loss {
    unsigned Variable, Of;
    /// The assignment; null where it dies.
    const clang::Stmt *By;
    /// The early return, or throw, that lets it die.
    const clang::Stmt *Leaving;
    bool operator<(const Loss &O) const {
      return std::tie(Variable, Of, By, Leaving) <
             std::tie(O.Variable, O.Of, O.By, O.Leaving);
    }
  };
  std::set<Loss> Losses;
  /// Where the work was made that somebody has seen to on some path.
  std::set<unsigned> Taken;
  /// Mentions that spend a handle, as indices; and which two do so in turn.
  std::vector<const clang::Expr *> Spending;
  std::set<std::pair<const clang::Expr *, unsigned>> Again;
  /// Handles with a use that the graph does not show.
  llvm::DenseSet<unsigned> Hidden;
};

} // namespace corolint

#endif // COROLINT_CHECKS_ANALYSIS_TASKFLOW_H
