// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The parts of BlockingSites that have rules of their own: how the end of an
// object blocks, and which loops only wait.

#ifndef COROLINT_CHECKS_ANALYSIS_BLOCKINGPARTS_H
#define COROLINT_CHECKS_ANALYSIS_BLOCKINGPARTS_H

#include "BlockingSites.h"

namespace corolint {

/// A way in which the end of an object blocks, or calls what may.
struct BlockingEnd {
  const BlockingModel *Model = nullptr;
  Tier Level = Tier::Micro;
  BlockingCallee Callee;
  /// The member whose end it is; null if it is the object's own.
  const clang::FieldDecl *Member = nullptr;
};
/// Of an object of the type; of the variable `V`, if it is one.
std::vector<BlockingEnd> blockingEnds(clang::QualType T,
                                      const clang::VarDecl *V, const Body &B,
                                      BlockingKnowledge &K);

/// Whether a call that starts work is told not to: `std::launch::deferred`.
bool isDeferred(const BlockingModel &M, const CallArguments &With,
                const Models &Known);

/// A loop that does nothing but read an atomic until it changes.
struct SpinLoop {
  const clang::Expr *Condition;
  const clang::ValueDecl *On;
};
std::optional<SpinLoop> spinLoop(const clang::Stmt &S,
                                 const clang::ASTContext &Context);

} // namespace corolint

#endif // COROLINT_CHECKS_ANALYSIS_BLOCKINGPARTS_H
