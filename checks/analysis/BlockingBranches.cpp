// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What a branch says to BlockingFlow: which worlds take it, and what is ready
// in them.

#include "Analysis.h"
#include "BlockingFlow.h"
#include "clang/AST/ASTContext.h"

using namespace clang;

namespace corolint {

Worlds<BlockingWorld> BlockingFlow::edge(const CFGBlock &Block, unsigned N,
                                         const Worlds<World> &Out) {
  Worlds<World> Result;
  split(Block, N, Out, [&](World W) { Result.insert(std::move(W)); });
  return Result;
}

void BlockingFlow::learn(World &W, const Expr *Atom, bool Holds) {
  askReady(W, Atom, Holds);
  Tests.assume(W.Known, Atom, Holds);
}

/// `f.wait_for(0s) == std::future_status::ready`, `f.isReady()`, `isReady(f)`,
/// and the variables that such an answer was put into.
void BlockingFlow::askReady(World &W, const Expr *E, bool Holds) {
  E = core(E);
  if (const auto *Rewritten = dyn_cast<CXXRewrittenBinaryOperator>(E))
    return askReady(W, Rewritten->getSemanticForm(), Holds);
  bool Compared = false, WithReady = false;
  auto Operands = [&](const Expr *L, const Expr *R, bool Equal) {
    for (const Expr *Side : {L, R}) {
      const auto *Ref = dyn_cast<DeclRefExpr>(core(Side));
      if (!Ref || !isa<EnumConstantDecl>(Ref->getDecl()))
        continue;
      WithReady = Ref->getDecl()->getName() == "ready";
      Compared = true;
      if (!Equal)
        Holds = !Holds;
      // `!= timeout`: ready, or deferred.
      if (!WithReady && (Ref->getDecl()->getName() == "timeout" ||
                         Ref->getDecl()->getName() == "idle")) {
        WithReady = true;
        Holds = !Holds;
      }
      return Side == L ? R : L;
    }
    return static_cast<const Expr *>(nullptr);
  };
  if (const auto *Op = dyn_cast<BinaryOperator>(E); Op && Op->isEqualityOp()) {
    E = Operands(Op->getLHS(), Op->getRHS(), Op->getOpcode() == BO_EQ);
  } else if (const auto *Op = dyn_cast<CXXOperatorCallExpr>(E);
             Op && Op->getNumArgs() == 2 && Op->isComparisonOp()) {
    E = Operands(Op->getArg(0), Op->getArg(1),
                 Op->getOperator() == OO_EqualEqual);
  }
  if (!E)
    return;
  E = core(E);
  // auto status = f.wait_for(0s);
  if (const auto *Ref = dyn_cast<DeclRefExpr>(E))
    if (const auto *V = dyn_cast<VarDecl>(Ref->getDecl());
        V && V->hasLocalStorage() && !isa<ParmVarDecl>(V) && !B.isModified(V) &&
        V->getInit()) {
      const Expr *Init = core(V->getInit());
      if (!Compared)
        return askReady(W, Init, Holds);
      E = Init;
    }
  const auto *Call = dyn_cast<CallExpr>(E);
  const FunctionDecl *Callee = Call ? Call->getDirectCallee() : nullptr;
  if (!Callee || (Compared && !WithReady))
    return;
  if (const auto *Member = dyn_cast<CXXMemberCallExpr>(Call)) {
    std::optional<uint64_t> Key = key(Member->getImplicitObjectArgument());
    if (!Key)
      return;
    // wait_for of a std::async's future, which waits in the end.
    if (Compared && Holds && W.isRunning(*Key))
      done(W, *Key);
    for (const BlockingSite &S : Sites)
      if (S.Model && S.Object && isNamed(*Callee, S.Model->ReadyWhen) &&
          key(S.Object) == Key && Holds &&
          (Compared || Callee->getReturnType()->isBooleanType()))
        done(W, *Key);
    return;
  }
  // Somebody's own question: what the answer means is not known.
  if (isa<CXXOperatorCallExpr>(Call))
    return;
  for (const Expr *Argument : Call->arguments()) {
    const Expr *Object = core(Argument);
    if (isa<DeclRefExpr, MemberExpr, ArraySubscriptExpr>(Object) &&
        isObject(Object->getType()))
      if (std::optional<uint64_t> Key = key(Object))
        done(W, *Key);
  }
}

} // namespace corolint
