// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// From a function to what it moves; see PinnedMoves.h.

#include "PinnedMoves.h"
#include "Analysis.h"
#include "PinFlow.h"
#include "clang/AST/ASTContext.h"
#include "clang/AST/StmtCXX.h"
#include "clang/Basic/SourceManager.h"

using namespace clang;

namespace corolint {

llvm::raw_ostream &operator<<(llvm::raw_ostream &OS, const PinnedMove &M) {
  static constexpr llvm::StringLiteral Names[] = {
      "moved", "copied", "assigned", "swapped", "returned", "relocated"};
  return OS << Names[M.How] << ' ' << M.Object;
}

std::pair<llvm::StringRef, llvm::StringRef> describe(PinRule R) {
  switch (R) {
#define RULE(NAME, TEXT)                                                       \
  case PinRule::NAME:                                                          \
    return {#NAME, TEXT};
    CORO_PIN_RULES(RULE)
#undef RULE
  }
  return {};
}

//===-- Results -----------------------------------------------------------===//

std::vector<PinnedMove> PinFlow::moves() const {
  std::vector<PinnedMove> Moves;
  for (const Moved &Each : Found) {
    const Registration &R = Registered[Each.By];
    PinnedMove M;
    M.How = Each.How;
    M.At = Each.At->getExprLoc();
    if (const auto *C = dyn_cast<CXXConstructExpr>(Each.At);
        C && C->getNumArgs() && C->getConstructor()->isCopyOrMoveConstructor())
      M.At = core(C->getArg(0))->getExprLoc();
    M.Object = Places.name(Each.What);
    if (Each.How == PinnedMove::Relocated)
      if (const auto *Call = dyn_cast<CallExpr>(Each.At))
        M.By = nameInStd(*Call).str();
    M.Class = R.Of;
    if (R.Holder)
      M.Holder = R.Holder->getNameAsString();
    if (Each.Used)
      M.Used = Each.Used->getLocation();
    M.IsInItself = R.IsInItself;
    M.IsPinned = R.IsForLife;
    M.Registered = R.At->getExprLoc();
    if (R.Stored) {
      M.Stored = R.Stored->getExprLoc();
    } else if (R.By) {
      M.Stored = R.By->getLocation();
      M.StoredBy = R.By;
      M.Elsewhere = R.Elsewhere;
    }
    Moves.push_back(std::move(M));
  }
  return Moves;
}

/// Whether anything in the body could move an object: cheap, and false for most
/// functions.
static bool movesAnything(const Stmt *Node) {
  if (!Node || isa<LambdaExpr>(Node)) {
    if (const auto *L = dyn_cast_or_null<LambdaExpr>(Node))
      for (const Expr *Init : L->capture_inits())
        if (movesAnything(Init))
          return true;
    return false;
  }
  if (const auto *C = dyn_cast<CXXConstructExpr>(Node)) {
    if (C->getConstructor()->isCopyOrMoveConstructor() &&
        !C->getConstructor()->getParent()->isEmpty())
      return true;
  } else if (const auto *Call = dyn_cast<CallExpr>(Node)) {
    if (const FunctionDecl *F = Call->getDirectCallee()) {
      const auto *Method = dyn_cast<CXXMethodDecl>(F);
      if (Method && (Method->isCopyAssignmentOperator() ||
                     Method->isMoveAssignmentOperator()))
        return true;
    }
    llvm::StringRef Name = nameInStd(*Call);
    for (llvm::StringRef Each :
         {"push_back",   "emplace_back", "insert", "emplace",
          "resize",      "reserve",      "erase",  "shrink_to_fit",
          "swap",        "exchange",     "move",   "iter_swap",
          "sort",        "stable_sort",  "rotate", "reverse",
          "shuffle",     "partition",    "remove", "stable_partition",
          "nth_element", "remove_if",    "unique", "partial_sort"})
      if (Name == Each)
        return true;
  }
  for (const Stmt *Child : Node->children())
    if (movesAnything(Child))
      return true;
  return false;
}

std::vector<PinnedMove> findPinnedMoves(const FunctionDecl &F,
                                        Registrations &R) {
  const Stmt *Text = F.getBody();
  if (const auto *Frame = dyn_cast_or_null<CoroutineBodyStmt>(Text))
    Text = Frame->getBody();
  if (!Text || !movesAnything(Text))
    return {};
  Body B(F, *Text);
  if (!PinFlow::registersAnything(R, B))
    return {};
  Analysis::countAnalysed();
  std::unique_ptr<CFG> Graph = PinFlow::buildGraph(F, *Text);
  if (!Graph) {
    Analysis::gaveUp();
    return {};
  }
  PinFlow Flow(R, B, *Graph, *Text);
  if (!Flow.run()) {
    Analysis::gaveUp();
    return {};
  }
  std::vector<PinnedMove> Moves = Flow.moves();
  const SourceManager &SM = F.getASTContext().getSourceManager();
  llvm::sort(Moves, [&](const PinnedMove &A, const PinnedMove &B) {
    return SM.isBeforeInTranslationUnit(A.At, B.At);
  });
  return Moves;
}

std::vector<PinnedMove> Analysis::pinnedMoves(const FunctionDecl &F) {
  // What a library does in its own bodies is its own affair.
  if (!F.doesThisDeclarationHaveABody() || F.hasSkippedBody() ||
      F.isDependentContext() || !Tasks.hasCoroutines(F.getASTContext()) ||
      models().library(F))
    return {};
  return findPinnedMoves(F, Addresses);
}

} // namespace corolint
