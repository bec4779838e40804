// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What branches mean for tasks: which worlds go which way, and what is lost at
// the end of the function.

#include "TaskFlow.h"
#include "clang/AST/ASTContext.h"
#include "clang/AST/CXXInheritance.h"
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

//===-- Throws ------------------------------------------------------------===//

/// The throw that ends the block; null if it ends otherwise.
static const CXXThrowExpr *thrownBy(const CFGBlock &Block) {
  for (const CFGElement &E : llvm::reverse(Block))
    if (std::optional<CFGStmt> S = E.getAs<CFGStmt>())
      return dyn_cast<CXXThrowExpr>(S->getStmt());
  return nullptr;
}

/// Whether the handler takes what is thrown; nothing if that does not show.
static std::optional<bool> takes(const CXXCatchStmt &Handler,
                                 const CXXThrowExpr &Throw) {
  if (Handler.getCaughtType().isNull())
    return true; // catch (...)
  const Expr *Thrown = Throw.getSubExpr();
  if (!Thrown)
    return std::nullopt; // throw;
  QualType From = Thrown->getType().getCanonicalType().getUnqualifiedType();
  QualType To = Handler.getCaughtType()
                    .getNonReferenceType()
                    .getCanonicalType()
                    .getUnqualifiedType();
  if (From == To)
    return true;
  const CXXRecordDecl *Derived = From->getAsCXXRecordDecl();
  const CXXRecordDecl *Base = To->getAsCXXRecordDecl();
  if (Derived && Base && Derived->hasDefinition() && Base->hasDefinition()) {
    CXXBasePaths Paths;
    if (!Derived->isDerivedFrom(Base, Paths))
      return false;
    bool IsPlain = !Paths.isAmbiguous(CanQualType::CreateUnsafe(To)) &&
                   Paths.front().Access == AS_public;
    return IsPlain ? std::optional(true) : std::nullopt;
  }
  // Pointers are converted, too.
  if (From->isPointerType() || From->isNullPtrType() || From->isArrayType())
    return To->isPointerType() || To->isMemberPointerType()
               ? std::nullopt
               : std::optional(false);
  return Derived || From->isArithmeticType() || From->isEnumeralType()
             ? std::optional(false)
             : std::nullopt;
}

/// What the try block declared dies, or what the function did.
void TaskFlow::unwind(const CXXTryStmt *To, World &W) {
  const Body::Scope *Handlers = To ? B.scopeOf(To) : nullptr;
  for (unsigned I = 0; I < Variables.size(); ++I) {
    const Body::Scope *Its = B.scopeOf(Variables[I]);
    if (To && (!Its || !Handlers || Handlers->isWithin(Its)))
      continue;
    drop(I, W, nullptr);
    W.Tasks[I] = {};
  }
}

/// What an await throws leads to a handler around it, whatever that takes: what
/// it was given is spent, and may be tried again.
void TaskFlow::raise(const CoroutineSuspendExpr &E, World W) {
  const CXXTryStmt *Try = B.tryOf(&E);
  if (Catches.of(Try).empty())
    return;
  unwind(Try, W);
  for (const CFGBlock *Each : Catches.of(Try))
    Engine.raise(*Each, W);
}

//===-- Edges -------------------------------------------------------------===//

Worlds<TaskWorld> TaskFlow::edge(const CFGBlock &Block, unsigned N,
                                 const Worlds<World> &Out) {
  const CFGBlock *To = (Block.succ_begin() + N)->getReachableBlock();
  const Stmt *Branch = Block.getTerminatorStmt();
  Worlds<World> Result;

  // Nobody comes back from a call that does not return.
  if (Block.hasNoReturnElement())
    return Result;
  const auto *Next = dyn_cast_or_null<CXXTryStmt>(To->getTerminatorStmt());
  if (const CXXThrowExpr *Throw = thrownBy(Block)) {
    for (World W : Out) {
      W.Leaving = Throw;
      unwind(Next, W);
      Result.insert(std::move(W));
    }
    return Result;
  }
  // From a throw to the first handler that takes what it throws, or past all of
  // them. What is not sure to go there is not followed.
  if (const auto *Try = dyn_cast_or_null<CXXTryStmt>(Branch)) {
    for (World W : Out) {
      const auto *Throw = dyn_cast_or_null<CXXThrowExpr>(W.Leaving);
      bool Goes = Throw;
      for (unsigned I = 0; Goes && I < std::min(N, Try->getNumHandlers()); ++I)
        Goes = takes(*Try->getHandler(I), *Throw) == false;
      if (!Goes)
        continue;
      if (N == Try->getNumHandlers())
        unwind(Next, W);
      else if (takes(*Try->getHandler(N), *Throw) == true)
        W.Leaving = nullptr;
      else
        continue;
      Result.insert(std::move(W));
    }
    return Result;
  }

  bool IsBackEdge = To->getBlockID() >= Block.getBlockID();
  auto Add = [&](World W) {
    if (IsBackEdge) {
      Tests.othersRan(W.Known);
      if (Handles)
        turn(W);
    }
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
  const auto *Condition = dyn_cast_or_null<Expr>(
      Branch && Block.succ_size() == 2 && !isa<CXXForRangeStmt>(Branch)
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
