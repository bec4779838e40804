// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Where the coroutine runs, to BlockingFlow: on which executor it begins, and
// where a co_await takes it.

#include "Analysis.h"
#include "BlockingFlow.h"
#include "clang/AST/ASTContext.h"

using namespace clang;

namespace corolint {

/// A promise that asks for an executor among the coroutine's parameters has the
/// coroutine run there from the beginning.
BlockingWorld BlockingFlow::entry() {
  World Start;
  const auto *Frame =
      dyn_cast_or_null<CoroutineBodyStmt>(B.function().getBody());
  const VarDecl *Promise = Frame ? Frame->getPromiseDecl() : nullptr;
  const auto *Made = Promise && Promise->getInit()
                         ? dyn_cast<CXXConstructExpr>(core(Promise->getInit()))
                         : nullptr;
  if (!Made)
    return Start;
  const FunctionDecl *Written =
      Made->getConstructor()->getTemplateInstantiationPattern();
  if (!Written)
    Written = Made->getConstructor();
  for (unsigned I = 0; I < Made->getNumArgs() && I < Written->getNumParams();
       ++I) {
    if (Written->getParamDecl(I)->isParameterPack())
      break; // whatever they are
    if (K.isBlockingExecutor(core(Made->getArg(I))->getType()))
      Start.Elsewhere = true;
  }
  return Start;
}

/// Whether an expression in `S` is, or names, an executor of that kind.
bool BlockingFlow::mentionsExecutor(const Stmt *S, unsigned Role, bool ByType) {
  if (!S || isa<LambdaExpr>(S))
    return false;
  if (const auto *E = dyn_cast<Expr>(S)) {
    if (const auto *Call = dyn_cast<CallExpr>(E)) {
      llvm::SmallVector<const Expr *, 4> Given(Call->arguments());
      for (const BlockingModel *M : K.entries(*Call))
        if (unsigned(M->Role) == Role && concerns(*M, {B, Given, nullptr}))
          return true;
    }
    if (ByType && !E->getType().isNull() && K.isBlockingExecutor(E->getType()))
      return true;
  }
  return llvm::any_of(S->children(), [&](const Stmt *Child) {
    return mentionsExecutor(Child, Role, ByType);
  });
}

void BlockingFlow::suspension(const CoroutineSuspendExpr *E, World &W) {
  // co_await future; and what is handed to something that is awaited.
  mentioned(E->getOperand(), W);
  if (isa<CoawaitExpr>(E)) {
    const auto *Call = dyn_cast<CallExpr>(core(E->getOperand()));
    const FunctionDecl *Callee = Call ? Call->getDirectCallee() : nullptr;
    // A task that is given an executor runs there; the coroutine does not.
    bool IsTask =
        K.analysis().shapes().isTask(core(E->getOperand())->getType());
    if (mentionsExecutor(E->getOperand(), BlockingModel::Switches,
                         /*ByType=*/!IsTask)) {
      W.Elsewhere = true;
      if (Callee && Callee->getIdentifier() &&
          !llvm::is_contained(SwitchNames, Callee->getName()))
        SwitchNames.push_back(Callee->getName());
    } else if (W.Elsewhere &&
               ((Callee && isNamed(*Callee, SwitchNames)) ||
                mentionsExecutor(E->getOperand(), BlockingModel::Returns,
                                 /*ByType=*/false))) {
      W.Elsewhere = false;
    }
  }
  Tests.othersRan(W.Known);
}

} // namespace corolint
