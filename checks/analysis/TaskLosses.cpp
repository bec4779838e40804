// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// How the losses of TaskFlow.h become findings, and which branches led to them.

#include "TaskFlow.h"
#include "clang/AST/ASTContext.h"
#include "clang/AST/StmtCXX.h"
#include "clang/Basic/SourceManager.h"
#include "llvm/ADT/DenseSet.h"

using namespace clang;

namespace corolint {

/// The branches of which one way leads to a use of the variable, and the other
/// to none.
void TaskFlow::branchesPast(LostTask &L, unsigned Variable, unsigned Of) {
  llvm::DenseSet<const CFGBlock *> Using, Reaching;
  for (const CFGBlock *Block : Graph)
    for (const CFGElement &E : *Block)
      if (std::optional<CFGStmt> Node = E.getAs<CFGStmt>())
        if (const auto *Ref = dyn_cast<DeclRefExpr>(Node->getStmt());
            Ref && indexOf(Ref->getDecl()) == Variable) {
          auto Use = Uses.Mentions.find(Ref);
          if (Use != Uses.Mentions.end() && Use->second != TaskUse::None)
            Using.insert(Block);
        }
  llvm::SmallVector<const CFGBlock *, 16> Work(Using.begin(), Using.end());
  while (!Work.empty()) {
    const CFGBlock *Block = Work.pop_back_val();
    // Before its declaration it is another variable.
    bool IsBorn = llvm::any_of(*Block, [&](const CFGElement &E) {
      std::optional<CFGStmt> Node = E.getAs<CFGStmt>();
      const auto *D = Node ? dyn_cast<DeclStmt>(Node->getStmt()) : nullptr;
      return D && llvm::is_contained(D->decls(), Variables[Variable]);
    });
    if (Reaching.insert(Block).second && !IsBorn)
      for (const CFGBlock *From : Block->preds())
        if (From)
          Work.push_back(From);
  }
  for (const CFGBlock *Block : llvm::reverse(Graph)) {
    if (Block->succ_size() != 2 || !Reaching.count(Block))
      continue;
    const auto *Condition =
        dyn_cast_or_null<Expr>(Block->getTerminatorCondition());
    if (!Condition || isa<CXXForRangeStmt>(Block->getTerminatorStmt()))
      continue;
    const CFGBlock *True = *Block->succ_begin();
    const CFGBlock *False = *(Block->succ_begin() + 1);
    if (!True || !False || Reaching.count(True) == Reaching.count(False))
      continue;
    // It has to be a way on which the variable owes.
    const CFGBlock *Past = Reaching.count(True) ? False : True;
    bool Owes = llvm::any_of(Engine.before(*Past), [&](const World &W) {
      return W.Tasks[Variable] == TaskState{TaskState::Owing, Of};
    });
    if (Owes)
      L.Branches.push_back({Condition->getExprLoc(), Past == True});
  }
  sort(L.Branches);
}

void TaskFlow::sort(
    std::vector<std::pair<SourceLocation, bool>> &Places) const {
  const SourceManager &SM = B.function().getASTContext().getSourceManager();
  llvm::sort(Places, [&](const auto &A, const auto &B) {
    return SM.isBeforeInTranslationUnit(A.first, B.first);
  });
}

bool TaskFlow::everLoses(const ParmVarDecl &P) const {
  auto Of = llvm::find(Origins, nullptr);
  // What is not followed may do anything.
  if (!indexOf(&P) || Of == Origins.end())
    return true;
  return llvm::any_of(Losses, [&](const Loss &Each) {
    return Each.Of == unsigned(Of - Origins.begin()) &&
           !isa_and_nonnull<CXXThrowExpr>(Each.Leaving);
  });
}

bool TaskFlow::alwaysLoses(const ParmVarDecl &P) const {
  auto Of = llvm::find(Origins, nullptr);
  return indexOf(&P) && Of != Origins.end() && everLoses(P) &&
         !Taken.count(unsigned(Of - Origins.begin()));
}

/// The functions that a variable was given to for nothing.
static void addReceivers(LostTask &L, const VarDecl *V, const TaskUses &Uses) {
  for (const auto &[Whose, To] : Uses.GivenTo)
    if (Whose == V)
      L.GivenTo.push_back(To);
}

std::vector<LostTask> TaskFlow::lost() {
  std::vector<LostTask> All;
  for (unsigned I = 0; I < Variables.size(); ++I) {
    const VarDecl *V = Variables[I];
    bool IsUsed = false;
    for (const auto &[Ref, Use] : Uses.Mentions)
      IsUsed |= Ref->getDecl() == V && Use != TaskUse::None;
    for (const VarDecl *Other : Variables)
      IsUsed |= Other->getInit() && movedVariable(Other->getInit()) == V;
    for (const auto &[At, Store] : Uses.Stores)
      IsUsed |= Store.Value && movedVariable(Store.Value) == V;
    const Loss *Dropped = nullptr;
    for (const Loss &Each : Losses) {
      if (Each.Variable != I)
        continue;
      if (!Each.By) {
        // Rather where it goes on than where it leaves early.
        if (!Dropped || (Dropped->Leaving && !Each.Leaving))
          Dropped = &Each;
        continue;
      }
      LostTask L;
      L.How = LostTask::Overwritten;
      L.What = S.workOf(V->getType().getNonReferenceType());
      // Of awaiters, one may stand for "nothing to wait for".
      if (L.What.Kind != WorkKind::Lazy && L.What.Kind != WorkKind::Eager)
        continue;
      L.At = Each.By->getBeginLoc();
      if (const auto *Op = dyn_cast<CXXOperatorCallExpr>(Each.By))
        L.At = Op->getOperatorLoc();
      L.Variable = V->getNameAsString();
      L.From = sourceOf(Origins[Each.Of]);
      // In a loop, it is its own predecessor.
      auto Own = Uses.Stores.find(Each.By);
      if (Own == Uses.Stores.end() || Own->second.Value != Origins[Each.Of])
        L.Made = Origins[Each.Of]->getBeginLoc();
      All.push_back(std::move(L));
    }
    if (!Dropped)
      continue;
    LostTask L;
    L.How = IsUsed ? LostTask::SometimesNot : LostTask::NeverAwaited;
    L.What = S.workOf(V->getType().getNonReferenceType());
    L.At = V->getLocation();
    L.Guard = guardOf(V->getType(), S);
    L.Variable = V->getNameAsString();
    L.From = sourceOf(Origins[Dropped->Of]);
    const Expr *Made = Origins[Dropped->Of];
    if (!V->getInit() || core(V->getInit()) != core(Made))
      L.Made = Made->getBeginLoc();
    L.IsErrorPath = IsUsed && Dropped->Leaving;
    if (L.IsErrorPath)
      for (const Loss &Each : Losses)
        if (Each.Variable == I && Each.Of == Dropped->Of && !Each.By)
          L.Exits.push_back(
              {Each.Leaving->getBeginLoc(), isa<CXXThrowExpr>(Each.Leaving)});
    sort(L.Exits);
    addReceivers(L, V, Uses);
    if (IsUsed)
      branchesPast(L, I, Dropped->Of);
    // A making that is cheap, and a use that some path has no need of.
    if (IsUsed && L.What.Kind != WorkKind::Lazy &&
        L.What.Kind != WorkKind::Eager)
      continue;
    // The sections of a test: each run takes one of them.
    if (!L.Branches.empty() && llvm::all_of(L.Branches, [](const auto &Each) {
          return Each.first.isMacroID();
        }))
      continue;
    All.push_back(std::move(L));
  }
  return All;
}

} // namespace corolint
