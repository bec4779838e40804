// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The walk behind findTaskUses (UnusedTasks.h), through one function's body.
//
//     UnusedTasks.cpp      statements and expressions, from the outside in
//     DiscardedValues.cpp  values that nobody takes, callables that return them
//     TaskMentions.cpp     variables: what is done with each mention of one
//
// Included by those three only.

#ifndef COROLINT_CHECKS_ANALYSIS_TASKWALK_H
#define COROLINT_CHECKS_ANALYSIS_TASKWALK_H

#include "UnusedTasks.h"
#include "clang/AST/ExprCXX.h"
#include "llvm/ADT/DenseSet.h"
#include "llvm/ADT/SmallVector.h"

namespace clang {
class IfStmt;
} // namespace clang

namespace corolint {

/// A function that sets the work going, and returns a handle to it.
bool isStarted(const clang::Expr *E, const TaskShapes &S);
/// What a model says of the function called, or of the class constructed.
const TaskFunctionModel *modelOf(const clang::Expr *E, const TaskShapes &S);
/// The temporary behind methods that hand it on, marked [[nodiscard]]: of
/// `spawn(t).run_on(e)`, `spawn(t)`; what else it is, `E` itself.
const clang::Expr *madeFor(const clang::Expr *E, const TaskShapes &S);
/// The result of a task that is a temporary, as a reference into its frame:
/// nobody else can get at it.
bool isOwnResult(const clang::Expr *E, TaskShapes &S);

/// `{}`, `T()`, `nullptr`.
bool isEmptyValue(const clang::Expr *E);
/// What the call leaves empty, and returns what it was: of `std::move(t)` and
/// `std::exchange(t, {})`, `t`; null if it is no such call.
const clang::Expr *takenOutBy(const clang::CallExpr *Call);

class TaskWalk {
public:
  TaskWalk(const clang::FunctionDecl &F, TaskShapes &S, TaskSummaries &Callees,
           TaskUses &Out, const clang::ParmVarDecl *Given);

  void statement(const clang::Stmt *Node);

private:
  static const clang::Expr *conditionOf(const clang::Stmt *Node);
  void visitIf(const clang::IfStmt &If);
  void value(const clang::Expr *E);
  void variable(const clang::VarDecl *V);
  void expression(const clang::Expr *E);
  void captures(const clang::LambdaExpr &Lambda);
  void block(const clang::CompoundStmt &Block);

  //===-- Values ----------------------------------------------------------===//

  void discarded(const clang::Expr *Whole, bool Explicit, bool IsStatement);
  void named(const clang::Expr *E);
  LostTask &add(LostTask::Form How, Work W, clang::SourceLocation At);
  void call(const clang::CallExpr *Call);
  void construct(const clang::CXXConstructExpr *C);
  void arguments(const clang::CallExpr *Call);
  void wrapped(const clang::Expr *Callable, const clang::CXXRecordDecl *In);
  void invoked(const clang::Expr *Callable, std::string Taker,
               LostTask::CallableFamily Family);
  static clang::QualType resultOf(const clang::Expr *E);

  //===-- Variables -------------------------------------------------------===//

  void mention(const clang::DeclRefExpr *Ref);
  TaskUse useOf(const clang::DeclRefExpr *Ref, const clang::VarDecl *V);
  TaskUse memberUse(const clang::CXXMemberCallExpr *Call,
                    const clang::VarDecl *V, Work W);
  static llvm::StringRef nameOf(const clang::CallExpr *Call);
  bool tracks(const clang::ValueDecl *D) const;

  /// What the function called does to its argument `E`.
  struct Receiver {
    TaskFate Fate = TaskFate::Unknown;
    const clang::ParmVarDecl *Parameter = nullptr;
    std::string Function;
    /// Nothing, and nothing depends on its answer.
    bool IsIdle = false;
  };
  Receiver receiverOf(const clang::CallExpr *Call, const clang::Expr *E);
  bool isInBlock() const;
  bool isAnswerUnused() const;
  const clang::Expr *callParent(const clang::Expr *Call) const;

  const clang::ASTContext &Context;
  TaskShapes &S;
  TaskSummaries &Callees;
  TaskUses &Out;
  /// The parameter whose fate is asked for; null if the function is judged.
  const clang::ParmVarDecl *const Given;
  /// Or was to be one, if it had not lost its only co_await.
  const bool IsCoroutine;
  llvm::SmallVector<const clang::Stmt *, 16> Parents;
  llvm::SmallVector<const clang::VarDecl *, 2> Declared;
  /// Variables in statements that only name them.
  llvm::DenseSet<const clang::DeclRefExpr *> Named;
  unsigned Handlers = 0;
};

} // namespace corolint

#endif // COROLINT_CHECKS_ANALYSIS_TASKWALK_H
