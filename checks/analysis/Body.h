// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What one walk over a function's body finds out, before any flow: scopes,
// which variables ever change, which expressions' results nobody takes, where
// it may suspend. Lambdas inside are other functions; of them only the captures
// count.

#ifndef COROLINT_CHECKS_ANALYSIS_BODY_H
#define COROLINT_CHECKS_ANALYSIS_BODY_H

#include "clang/AST/ExprCXX.h"
#include "clang/AST/ExprConcepts.h"
#include "clang/AST/StmtCXX.h"
#include "llvm/ADT/DenseMap.h"
#include "llvm/ADT/DenseSet.h"
#include <memory>
#include <vector>

namespace corolint {

class Body {
public:
  Body(const clang::FunctionDecl &F, const clang::Stmt &S);

  /// A lexical scope: what is declared in it dies at its end.
  struct Scope {
    const Scope *Parent;
    bool isWithin(const Scope *Outer) const {
      for (const Scope *S = this; S; S = S->Parent)
        if (S == Outer)
          return true;
      return false;
    }
  };

  const clang::FunctionDecl &function() const { return F; }

  /// Co_await and co_yield expressions, written in this body, in source order.
  const std::vector<const clang::CoroutineSuspendExpr *> &suspensions() const {
    return Suspensions;
  }
  /// The scope that a statement of interest (suspension, throw, try, call) or a
  /// local variable stands in; null if it was not seen (parameters).
  const Scope *scopeOf(const clang::Stmt *S) const {
    return StmtScopes.lookup(S);
  }
  const Scope *scopeOf(const clang::ValueDecl *D) const {
    return VarScopes.lookup(D);
  }
  /// The try statement whose handlers see what `S` throws; null if none here.
  const clang::CXXTryStmt *tryOf(const clang::Stmt *S) const {
    return Tries.lookup(S);
  }

  /// Whether the variable has one value for all of its life here.
  bool isModified(const clang::ValueDecl *D) const {
    return Modified.count(D) || isShared(D);
  }
  /// Whether somebody else may change the variable: its address or a reference
  /// to it was given away.
  bool isShared(const clang::ValueDecl *D) const;

  /// Whether the expression's value is thrown away: a statement, the left side
  /// of a comma, a cast to void.
  bool isDiscarded(const clang::Expr *Core) const {
    return Discarded.count(Core);
  }

  /// Whether C++17 evaluates `S` before `E` although it stands to its right:
  /// `e = s`.
  bool isEvaluatedFirst(const clang::Stmt *S, const clang::Expr *E) const;

  /// What a range-based for runs over, for its loop variable; null for others.
  const clang::Expr *rangeOf(const clang::ValueDecl *LoopVariable) const {
    return Ranges.lookup(LoopVariable);
  }

  const std::vector<const clang::CallExpr *> &calls() const { return Calls; }
  /// Objects that the body makes: local variables, constructed temporaries.
  const std::vector<clang::QualType> &madeTypes() const { return MadeTypes; }
  const std::vector<const clang::LambdaExpr *> &lambdas() const {
    return Lambdas;
  }
  const std::vector<const clang::ReturnStmt *> &returns() const {
    return Returns;
  }
  /// Every place where a variable gets a value by `=` or its initialiser.
  struct Store {
    const clang::ValueDecl *Variable;
    const clang::Expr *Value;
  };
  const std::vector<Store> &stores() const { return Stores; }
  /// Every place where a member of a variable is assigned to: `t.tv_sec = 1`.
  struct MemberStore {
    const clang::ValueDecl *Variable;
    const clang::Expr *Value;
  };
  const std::vector<MemberStore> &memberStores() const { return MemberStores; }

private:
  friend class BodyWalker;

  const clang::FunctionDecl &F;
  std::vector<std::unique_ptr<Scope>> Scopes;
  llvm::DenseMap<const clang::Stmt *, const Scope *> StmtScopes;
  llvm::DenseMap<const clang::ValueDecl *, const Scope *> VarScopes;
  llvm::DenseMap<const clang::Stmt *, const clang::CXXTryStmt *> Tries;
  llvm::DenseSet<const clang::ValueDecl *> Modified, Shared;
  llvm::DenseSet<const clang::Expr *> Discarded;
  std::vector<const clang::CoroutineSuspendExpr *> Suspensions;
  std::vector<const clang::CallExpr *> Calls;
  std::vector<const clang::LambdaExpr *> Lambdas;
  std::vector<const clang::ReturnStmt *> Returns;
  std::vector<clang::QualType> MadeTypes;
  std::vector<Store> Stores;
  std::vector<MemberStore> MemberStores;
  llvm::DenseMap<const clang::ValueDecl *, const clang::Expr *> Ranges;
  /// For suspensions: the left sides of the assignments whose right sides they
  /// stand in.
  llvm::DenseMap<const clang::Stmt *, llvm::SmallVector<const clang::Expr *, 1>>
      LeftSides;
};

} // namespace corolint

#endif // COROLINT_CHECKS_ANALYSIS_BODY_H
