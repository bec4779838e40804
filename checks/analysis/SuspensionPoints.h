// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Where a coroutine may suspend: not at every co_await. An awaiter that is
// always ready, or whose await_suspend always goes on at once, never does.

#ifndef COROLINT_CHECKS_ANALYSIS_SUSPENSIONPOINTS_H
#define COROLINT_CHECKS_ANALYSIS_SUSPENSIONPOINTS_H

#include "clang/AST/DeclCXX.h"
#include "clang/AST/ExprCXX.h"

namespace corolint {

enum class Suspension {
  Never,  ///< seen to go on at once, whatever happens
  Always, ///< seen to suspend, and to leave it to others to resume
  Maybe,  ///< not known
};

/// What awaiting an object of this awaiter class does.
Suspension suspensionOf(const clang::CXXRecordDecl &Awaiter);

/// The await_ready, await_suspend or await_resume that a step of a co_await
/// calls; null if it cannot be told.
const clang::CXXMethodDecl *awaiterMember(const clang::Expr *Step);

/// What this co_await or co_yield does.
Suspension suspensionOf(const clang::CoroutineSuspendExpr &E);

/// Whether one of the awaiter's members may throw.
bool mayThrow(const clang::CoroutineSuspendExpr &E);

} // namespace corolint

#endif // COROLINT_CHECKS_ANALYSIS_SUSPENSIONPOINTS_H
