// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Clang's CFG of what the user wrote, with the elements that our flow needs.

#ifndef COROLINT_CHECKS_ANALYSIS_GRAPH_H
#define COROLINT_CHECKS_ANALYSIS_GRAPH_H

#include "clang/Analysis/CFG.h"
#include "llvm/ADT/DenseMap.h"
#include <memory>

namespace corolint {

/// Of a coroutine's body, not of its CoroutineBodyStmt: Clang lays the
/// promise's calls out behind the body as if they were part of it. Null if
/// Clang cannot build it.
std::unique_ptr<clang::CFG> buildGraph(const clang::FunctionDecl &F,
                                       const clang::Stmt &Body);

/// Where what is thrown may be caught: Clang's graph shows that only for
/// `throw`.
class HandlerBlocks {
public:
  explicit HandlerBlocks(const clang::CFG &Graph);

  /// The handlers of `Try`, which may be null.
  llvm::ArrayRef<const clang::CFGBlock *>
  of(const clang::CXXTryStmt *Try) const;

private:
  llvm::DenseMap<const clang::CXXTryStmt *,
                 llvm::SmallVector<const clang::CFGBlock *, 2>>
      Blocks;
};

/// Whether calling `F`, which may be null, is known to throw nothing.
bool isNoThrow(const clang::FunctionDecl *F);

} // namespace corolint

#endif // COROLINT_CHECKS_ANALYSIS_GRAPH_H
