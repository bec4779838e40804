// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Which types can be used once, and what their awaiters show; for TaskReuse.h.

#ifndef COROLINT_CHECKS_ANALYSIS_HANDLESHAPES_H
#define COROLINT_CHECKS_ANALYSIS_HANDLESHAPES_H

#include "clang/AST/DeclCXX.h"

namespace corolint {

/// A std::coroutine_handle of any promise.
bool isCoroutineHandle(clang::QualType T);
/// Moving from an object of the class is the only way to get another one.
bool isUnique(const clang::CXXRecordDecl &R, unsigned Depth = 0);
/// What a std::optional or std::unique_ptr holds; the type itself of anything
/// else.
clang::QualType heldBy(clang::QualType T);
/// An await_ready that does not ask whether the coroutine has ended.
bool neverAsks(const clang::CXXMethodDecl *Ready);
/// An await_suspend that resumes another coroutine than the one that waits,
/// without a condition.
bool alwaysResumes(const clang::CXXMethodDecl *Suspend);

} // namespace corolint

#endif // COROLINT_CHECKS_ANALYSIS_HANDLESHAPES_H
