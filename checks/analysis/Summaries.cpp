// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Computes summaries on demand; see Summaries.h.

#include "Summaries.h"
#include "Analysis.h"
#include "Graph.h"
#include "LockFlow.h"
#include "clang/AST/ASTContext.h"
#include "clang/AST/Attr.h"
#include "clang/Basic/SourceManager.h"

using namespace clang;

namespace corolint {

const FunctionDecl *Summaries::analysableDefinition(const FunctionDecl &F) {
  const FunctionDecl *Definition = nullptr;
  if (!F.hasBody(Definition) || !Definition || Definition->hasSkippedBody() ||
      Definition->isDependentContext() || Definition->isInvalidDecl())
    return nullptr;
  if (isa_and_nonnull<CoroutineBodyStmt>(Definition->getBody()))
    return nullptr; // what it does, it does later
  if (const auto *Method = dyn_cast<CXXMethodDecl>(Definition);
      Method && Method->isVirtual() && !Method->hasAttr<FinalAttr>() &&
      !Method->getParent()->isEffectivelyFinal())
    return nullptr;
  const SourceManager &SM = F.getASTContext().getSourceManager();
  if (SM.isInSystemHeader(Definition->getLocation()))
    return nullptr;
  return Definition;
}

bool Summaries::touchesLocks(const FunctionDecl &F) {
  const FunctionDecl *Definition = F.getDefinition();
  if (!Definition || !Definition->getBody())
    return false;
  auto [It, New] = Touches.try_emplace(Definition, false);
  if (!New)
    return It->second;
  Shapes &S = A.shapes();
  auto Concerns = [&](QualType T) {
    if (T.isNull())
      return false;
    T = T.getNonReferenceType();
    if (T->isPointerType())
      T = T->getPointeeType();
    return T->isRecordType() &&
           (!S.guardWithin(T).isNull() || S.lockable(T) == LockOwner::Thread);
  };
  bool Does = Concerns(Definition->getReturnType());
  for (const ParmVarDecl *P : Definition->parameters())
    Does = Does || Concerns(P->getType());
  if (!Does) {
    Body B(*Definition, *Definition->getBody());
    for (QualType T : B.madeTypes())
      Does = Does || (T->isRecordType() && !S.guardWithin(T).isNull());
    for (const CallExpr *Call : B.calls()) {
      if (Does)
        break;
      const FunctionDecl *Callee = Call->getDirectCallee();
      if (!Callee)
        continue;
      if (S.lockCall(*Callee))
        Does = true;
      else if (const FunctionDecl *Next = analysableDefinition(*Callee))
        Does = touchesLocks(*Next);
    }
  }
  return Touches[Definition] = Does;
}

const LockSummary *Summaries::locks(const FunctionDecl &F) {
  const FunctionDecl *Definition = F.getDefinition();
  if (!Definition || !Definition->getBody() ||
      isa<CoroutineBodyStmt>(Definition->getBody()))
    return nullptr;
  auto [It, New] = Locks.try_emplace(Definition, nullptr);
  if (!New)
    return It->second.get(); // null while it is being computed: recursion
  if (Depth >= MaxDepth)
    return nullptr;
  ++Depth;
  std::unique_ptr<LockSummary> Summary;
  Body B(*Definition, *Definition->getBody());
  if (std::unique_ptr<CFG> Graph =
          buildGraph(*Definition, *Definition->getBody())) {
    LockFlow Flow(A, B, *Graph, /*IsSummary=*/true);
    if (Flow.run())
      Summary = std::make_unique<LockSummary>(Flow.summary());
    else
      Analysis::gaveUp();
  }
  --Depth;
  return (Locks[Definition] = std::move(Summary)).get();
}

} // namespace corolint
