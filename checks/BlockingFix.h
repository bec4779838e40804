// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The fix for a call that blocks: its awaitable twin, or awaiting what it waits
// for.

#ifndef COROLINT_CHECKS_BLOCKINGFIX_H
#define COROLINT_CHECKS_BLOCKINGFIX_H

#include "analysis/Analysis.h"
#include "analysis/BlockingCalls.h"
#include "clang/Basic/Diagnostic.h"
#include <string>
#include <vector>

namespace corolint {

struct BlockingFix {
  std::vector<clang::FixItHint> Edits;
  std::string Header; ///< to be included: "<moor/timer.h>"; or empty
};

/// Nothing where it is not sure to compile and to do what the author meant.
BlockingFix awaitInstead(const BlockingCall &Call,
                         const clang::FunctionDecl &Coroutine, Analysis &A);

/// The library that the coroutine's task belongs to; null if none is modelled.
const LibraryModel *libraryOf(const clang::FunctionDecl &Coroutine,
                              Analysis &A);

} // namespace corolint

#endif // COROLINT_CHECKS_BLOCKINGFIX_H
