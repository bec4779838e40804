// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Loops that do nothing but read an atomic until somebody changes it; see
// BlockingParts.h.

#include "BlockingParts.h"
#include "Places.h"
#include "clang/AST/ASTContext.h"

using namespace clang;

namespace corolint {

/// The atomic that the condition reads, if it does nothing else.
static const Expr *onlyReadsAtomic(const Expr *E, const ASTContext &Context) {
  E = core(E);
  if (const auto *Op = dyn_cast<UnaryOperator>(E);
      Op && Op->getOpcode() == UO_LNot)
    return onlyReadsAtomic(Op->getSubExpr(), Context);
  if (const auto *Op = dyn_cast<BinaryOperator>(E);
      Op && Op->isComparisonOp()) {
    Expr::EvalResult R;
    for (bool Right : {true, false}) {
      const Expr *Constant = Right ? Op->getRHS() : Op->getLHS();
      if (!Constant->isValueDependent() &&
          Constant->EvaluateAsRValue(R, Context) && !R.HasSideEffects)
        return onlyReadsAtomic(Right ? Op->getLHS() : Op->getRHS(), Context);
    }
    return nullptr;
  }
  if (const auto *Rewritten = dyn_cast<CXXRewrittenBinaryOperator>(E))
    return onlyReadsAtomic(Rewritten->getSemanticForm(), Context);
  if (const auto *Op = dyn_cast<CXXOperatorCallExpr>(E);
      Op && Op->isComparisonOp() && Op->getNumArgs() == 2)
    return nullptr;
  const auto *Call = dyn_cast<CXXMemberCallExpr>(E);
  const CXXMethodDecl *M = Call ? Call->getMethodDecl() : nullptr;
  if (!M || !isInStd(*M))
    return nullptr;
  const CXXRecordDecl *R =
      classOf(core(Call->getImplicitObjectArgument())->getType());
  if (!R || !R->getIdentifier() || !R->getName().starts_with("atomic"))
    return nullptr;
  bool Reads = isa<CXXConversionDecl>(M) ||
               (M->getIdentifier() &&
                (M->getName() == "load" || M->getName() == "test"));
  const Expr *Object = core(Call->getImplicitObjectArgument());
  return Reads && isa<DeclRefExpr, MemberExpr>(Object) ? Object : nullptr;
}

/// Nothing but giving the processor to others.
static bool onlySpins(const Stmt *S, const ASTContext &Context) {
  if (!S || isa<NullStmt, ContinueStmt>(S))
    return true;
  if (const auto *Block = dyn_cast<CompoundStmt>(S))
    return llvm::all_of(Block->body(), [&](const Stmt *Each) {
      return onlySpins(Each, Context);
    });
  if (const auto *E = dyn_cast<Expr>(S)) {
    const auto *Call = dyn_cast<CallExpr>(core(E));
    const FunctionDecl *F = Call ? Call->getDirectCallee() : nullptr;
    if (!F || !F->getIdentifier() || Call->getNumArgs() != 0)
      return false;
    llvm::StringRef Name = F->getName();
    return Name == "yield" || Name == "sched_yield" ||
           Name == "__builtin_ia32_pause" || Name == "_mm_pause";
  }
  return isa<GCCAsmStmt>(S) &&
         llvm::StringRef(cast<GCCAsmStmt>(S)->generateAsmString(Context))
             .contains("pause");
}

std::optional<SpinLoop> spinLoop(const Stmt &S, const ASTContext &Context) {
  const Expr *Condition = nullptr;
  const Stmt *Code = nullptr;
  if (const auto *W = dyn_cast<WhileStmt>(&S)) {
    Condition = W->getCond();
    Code = W->getBody();
  } else if (const auto *D = dyn_cast<DoStmt>(&S)) {
    Condition = D->getCond();
    Code = D->getBody();
  } else if (const auto *F = dyn_cast<ForStmt>(&S)) {
    if (F->getInc() || F->getInit())
      return std::nullopt;
    Condition = F->getCond();
    Code = F->getBody();
  }
  if (!Condition || Condition->isValueDependent())
    return std::nullopt;
  const Expr *Atomic = onlyReadsAtomic(Condition, Context);
  if (!Atomic || !onlySpins(Code, Context))
    return std::nullopt;
  if (const auto *Ref = dyn_cast<DeclRefExpr>(Atomic))
    return SpinLoop{Condition, Ref->getDecl()};
  return SpinLoop{Condition, cast<MemberExpr>(Atomic)->getMemberDecl()};
}

} // namespace corolint
