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
  return through(Block, In, [&](const CFGElement &E, World W, WorldList &Next) {
    element(E, std::move(W), Next);
  });
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

  split(Block, N, Out, [&](World W) {
    if (isBackEdge(Block, *To) && Handles)
      turn(W);
    // What has no destructor dies unseen.
    if (To == &Graph.getExit())
      for (unsigned I = 0; I < Variables.size(); ++I)
        drop(I, W, nullptr);
    Result.insert(std::move(W));
  });
  return Result;
}

} // namespace corolint
