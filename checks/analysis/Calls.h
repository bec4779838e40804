// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The parts of a call or construction, however it is written: `o.f(x)`,
// `o += x`, `f(x)`, `T(x)`.

#ifndef COROLINT_CHECKS_ANALYSIS_CALLS_H
#define COROLINT_CHECKS_ANALYSIS_CALLS_H

#include "clang/AST/Expr.h"

namespace corolint {

/// The arguments of a call or construction, without the object of an operator.
llvm::ArrayRef<const clang::Expr *> givenTo(const clang::Expr *Call);
/// The object that a member function or operator is called on; null if none.
const clang::Expr *receiverOf(const clang::Expr *Call);
/// The function that a call or construction runs; null if that is not known.
const clang::FunctionDecl *calleeOf(const clang::Expr *Call);

} // namespace corolint

#endif // COROLINT_CHECKS_ANALYSIS_CALLS_H
