// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Who runs a coroutine, as far as this translation unit shows. One that is only
// run to its end by a function that waits for it, as main and tests do, keeps
// nobody else waiting; one that is handed to other threads may block them.

#ifndef COROLINT_CHECKS_ANALYSIS_COROUTINEUSES_H
#define COROLINT_CHECKS_ANALYSIS_COROUTINEUSES_H

#include "BlockingCalls.h"
#include "llvm/ADT/DenseMap.h"
#include "llvm/ADT/DenseSet.h"

namespace corolint {

class CoroutineUses {
public:
  explicit CoroutineUses(BlockingKnowledge &K)
      : K(K), Everywhere(K.analysis(), /*FollowsAll=*/true) {}

  enum class RunBy : unsigned char {
    Anybody,
    Runners,  ///< only functions that wait for it, and are no coroutines
    Offloads, ///< only other threads
  };
  RunBy runBy(const clang::FunctionDecl &Coroutine);

private:
  friend class UseWalker;
  struct Uses {
    bool Runner = false, Offload = false, Other = false;
    llvm::SmallVector<const clang::FunctionDecl *, 2> AwaitedBy;
  };
  void build(clang::ASTContext &Context);
  RunBy find(const clang::FunctionDecl &F,
             llvm::SmallVectorImpl<const clang::FunctionDecl *> &Asking);

  BlockingKnowledge &K;
  BlockingCalls Everywhere;
  bool Built = false;
  llvm::DenseMap<const clang::FunctionDecl *, Uses> Known;
};

} // namespace corolint

#endif // COROLINT_CHECKS_ANALYSIS_COROUTINEUSES_H
