// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The edit that ends a lock before the coroutine suspends.

#ifndef COROLINT_CHECKS_LOCKFIX_H
#define COROLINT_CHECKS_LOCKFIX_H

#include "analysis/HeldLocks.h"
#include "clang/Basic/Diagnostic.h"
#include <vector>

namespace corolint {

/// Unlocks the guard, or ends its scope, in front of the statement that may
/// suspend. Empty where that is not an edit of plain statements in one block,
/// where the guard or a variable declared under it is needed later, or where
/// something that was used under the lock and that others can reach is used
/// again after it. What else the lock may protect is not known: the edit is for
/// those who asked for unsafe ones.
std::vector<clang::FixItHint> endLockBefore(const HeldLock &L,
                                            const clang::FunctionDecl &F);

} // namespace corolint

#endif // COROLINT_CHECKS_LOCKFIX_H
