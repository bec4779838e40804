// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What the bodies of a task's own functions do, told from the names of what
// they call: these are read for library code, also where it is a template that
// nobody has instantiated.

#ifndef COROLINT_CHECKS_ANALYSIS_TASKBODIES_H
#define COROLINT_CHECKS_ANALYSIS_TASKBODIES_H

#include "clang/AST/DeclCXX.h"

namespace corolint {

/// The body of the function, or of the template it would be made from; null if
/// it was not seen.
const clang::Stmt *bodyOf(const clang::FunctionDecl *F);
/// Whether the function calls anything that could set the work going.
bool mayStart(const clang::FunctionDecl *F);
/// Whether the end of the object ends the coroutine, done or not.
bool endsWork(const clang::CXXRecordDecl &R);
/// Whether the end of such an object lets go of nothing that could be running:
/// it has no destructor but one that only asserts, and no members with one but
/// values of the standard library.
bool endsQuietly(const clang::CXXRecordDecl &R, unsigned Depth = 0);
/// Whether the method, as far as it was seen, only answers yes or no, or with a
/// number: `bool done() const`.
bool isQuery(const clang::CXXMethodDecl &M);

} // namespace corolint

#endif // COROLINT_CHECKS_ANALYSIS_TASKBODIES_H
