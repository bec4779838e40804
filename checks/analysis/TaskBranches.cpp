// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What branches mean for tasks: which worlds go which way, and what is lost at
// the end of the function.

#include "TaskFlow.h"
#include "clang/AST/ASTContext.h"
#include "clang/AST/StmtCXX.h"

using namespace clang;

namespace corolint {

//===-- Blocks and branches -----------------------------------------------===//

Worlds<TaskWorld> TaskFlow::block(const CFGBlock &Block,
                                  const Worlds<World> &In) {
  WorldList Now(In.begin(), In.end()), Next;
  for (const CFGElement &E : Block) {
    Next.clear();
    for (World &W : Now)
      element(E, std::move(W), Next);
    std::swap(Now, Next);
    if (Now.size() > 2 * Solver<TaskFlow>::MaxWorlds)
      break; // the solver sees it and gives up
  }
  Worlds<World> Out;
  for (World &W : Now)
    Out.insert(std::move(W));
  return Out;
}

/// The block's last element is a throw, or a call that does not return.
static bool endsAbruptly(const CFGBlock &Block) {
  if (Block.hasNoReturnElement())
    return true;
  for (const CFGElement &E : Block)
    if (std::optional<CFGStmt> S = E.getAs<CFGStmt>())
      if (isa<CXXThrowExpr>(S->getStmt()))
        return true;
  return false;
}

Worlds<TaskWorld> TaskFlow::edge(const CFGBlock &Block, unsigned N,
                                 const Worlds<World> &Out) {
  const CFGBlock *To = (Block.succ_begin() + N)->getReachableBlock();
  const Stmt *Branch = Block.getTerminatorStmt();
  Worlds<World> Result;

  // By throw: out of the function, or into a handler without what the try block
  // declared. Who throws does not wait for his tasks. Whether none of these
  // handlers takes it, for the next ones to see, nobody knows.
  bool IsPassedOn = isa_and_nonnull<CXXTryStmt>(Branch) &&
                    !isa_and_nonnull<CXXCatchStmt>(To->getLabel());
  if (IsPassedOn)
    return Result;
  if (Block.succ_size() == 1 && endsAbruptly(Block)) {
    const auto *Try = dyn_cast_or_null<CXXTryStmt>(To->getTerminatorStmt());
    if (!Try)
      return Result;
    for (World W : Out) {
      const Body::Scope *Handlers = B.scopeOf(Try);
      for (unsigned I = 0; I < Variables.size(); ++I)
        if (const Body::Scope *Its = B.scopeOf(Variables[I]);
            Its && Handlers && !Handlers->isWithin(Its))
          W.Tasks[I] = {};
      Result.insert(std::move(W));
    }
    return Result;
  }

  bool IsBackEdge = To->getBlockID() >= Block.getBlockID();
  auto Add = [&](World W) {
    if (IsBackEdge)
      Tests.othersRan(W.Known);
    // What has no destructor dies unseen.
    if (To == &Graph.getExit())
      for (unsigned I = 0; I < Variables.size(); ++I)
        drop(I, W, nullptr);
    Result.insert(std::move(W));
  };
  if (const auto *Switch = dyn_cast_or_null<SwitchStmt>(Branch)) {
    for (World W : Out)
      if (Tests.enterCase(W.Known, *Switch, *To))
        Add(std::move(W));
    return Result;
  }
  const auto *Condition =
      dyn_cast_or_null<Expr>(Branch && Block.succ_size() == 2 &&
                                     !isa<CXXForRangeStmt, CXXTryStmt>(Branch)
                                 ? Block.getTerminatorCondition()
                                 : nullptr);
  if (!Condition) {
    for (const World &W : Out)
      Add(W);
    return Result;
  }
  Condition = decisive(Condition);
  for (World W : Out)
    if (assume(W, Condition, N == 0))
      Add(std::move(W));
  return Result;
}

std::optional<bool> TaskFlow::evaluate(const World &W, const Expr *E) {
  return evaluateLogic(
      E, [&](const Expr *Atom) { return Tests.evaluate(W.Known, Atom); });
}

/// False if `E` cannot have that outcome in this world.
bool TaskFlow::assume(World &W, const Expr *E, bool Holds) {
  return assumeLogic(
      E, Holds, [&](const Expr *Any) { return evaluate(W, Any); },
      [&](const Expr *Atom, bool Is) { Tests.assume(W.Known, Atom, Is); });
}

} // namespace corolint
