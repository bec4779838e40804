// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The functions that a translation unit defines outside of system headers.

#ifndef COROLINT_CHECKS_ANALYSIS_USERFUNCTIONS_H
#define COROLINT_CHECKS_ANALYSIS_USERFUNCTIONS_H

#include "clang/AST/Decl.h"
#include <vector>

namespace corolint {

/// Whether this is the definition of a function that somebody wrote outside of
/// system headers, with a body to read: of a coroutine that does not compile,
/// Clang leaves statements out. Templates are not; their instantiations are.
bool isUserFunction(const clang::FunctionDecl &F);

/// All of them: also lambdas, and functions of local classes.
std::vector<const clang::FunctionDecl *>
userFunctions(clang::ASTContext &Context);

} // namespace corolint

#endif // COROLINT_CHECKS_ANALYSIS_USERFUNCTIONS_H
