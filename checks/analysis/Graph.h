// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Clang's CFG of what the user wrote, with the elements that our flow needs.

#ifndef COROLINT_CHECKS_ANALYSIS_GRAPH_H
#define COROLINT_CHECKS_ANALYSIS_GRAPH_H

#include "clang/Analysis/CFG.h"
#include <memory>

namespace corolint {

/// Of a coroutine's body, not of its CoroutineBodyStmt: Clang lays the
/// promise's calls out behind the body as if they were part of it. Null if
/// Clang cannot build it.
std::unique_ptr<clang::CFG> buildGraph(const clang::FunctionDecl &F,
                                       const clang::Stmt &Body);

} // namespace corolint

#endif // COROLINT_CHECKS_ANALYSIS_GRAPH_H
