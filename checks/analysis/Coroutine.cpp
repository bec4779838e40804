// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Reads the promise; see Coroutine.h.

#include "Coroutine.h"
#include "clang/AST/ASTContext.h"
#include "clang/AST/DeclTemplate.h"

using namespace clang;

namespace corolint {

static bool hasMember(const CXXRecordDecl &R, llvm::StringRef Name,
                      llvm::function_ref<bool(const FunctionDecl &)> Accept) {
  for (const NamedDecl *D : R.lookup(&R.getASTContext().Idents.get(Name)))
    if (const FunctionDecl *F = D->getAsFunction(); F && Accept(*F))
      return true;
  for (const CXXBaseSpecifier &Base : R.bases())
    if (const CXXRecordDecl *B = Base.getType()->getAsCXXRecordDecl();
        B && B->hasDefinition() && hasMember(*B->getDefinition(), Name, Accept))
      return true;
  return false;
}

static bool awaits(const Stmt *S) {
  if (!S || isa<LambdaExpr>(S))
    return false;
  if (isa<CoawaitExpr>(S))
    return true;
  if (const auto *Yield = dyn_cast<CoyieldExpr>(S))
    return awaits(Yield->getOperand());
  return llvm::any_of(S->children(), awaits);
}

/// `auto begin() { class awaitable { … }; return awaitable(…); }`, which nobody
/// has called yet: its type is not known, but its classes are.
static bool hasAwaiterOfItsOwn(const CXXMethodDecl &M) {
  if (!M.getReturnType()->isUndeducedType())
    return false;
  const FunctionDecl *Pattern = M.getTemplateInstantiationPattern();
  const auto *Body =
      dyn_cast_or_null<CompoundStmt>((Pattern ? Pattern : &M)->getBody());
  return Body && llvm::any_of(Body->body(), [](const Stmt *Child) {
           const auto *Declared = dyn_cast<DeclStmt>(Child);
           const auto *Class =
               Declared && Declared->isSingleDecl()
                   ? dyn_cast<CXXRecordDecl>(Declared->getSingleDecl())
                   : nullptr;
           return Class && Class->hasDefinition() &&
                  methodNamed(*Class, "await_resume");
         });
}

bool isAwaitedByConsumer(QualType Return, Shapes &S) {
  if (S.isAwaitable(Return))
    return true;
  const CXXRecordDecl *R = shapeOf(Return);
  if (!R)
    return false;
  for (const CXXMethodDecl *M : R->methods())
    if (!isa<CXXConstructorDecl, CXXDestructorDecl>(M) &&
        (S.isAwaitable(M->getReturnType()) ||
         (S.isTask(M->getReturnType()) && shapeOf(M->getReturnType()) != R) ||
         hasAwaiterOfItsOwn(*M)))
      return true;
  return false;
}

std::optional<Coroutine> Coroutine::of(const FunctionDecl &F, Shapes &S) {
  if (!F.doesThisDeclarationHaveABody() || F.hasSkippedBody() ||
      F.isDependentContext())
    return std::nullopt;
  const auto *Frame = dyn_cast_or_null<CoroutineBodyStmt>(F.getBody());
  if (!Frame || !Frame->getBody() || !Frame->getPromiseDecl())
    return std::nullopt;
  const CXXRecordDecl *Promise = classOf(Frame->getPromiseDecl()->getType());
  if (!Promise)
    return std::nullopt;
  Coroutine C{&F, Frame, Frame->getBody(), Promise, false};
  bool Yields = hasMember(*Promise, "yield_value",
                          [](const FunctionDecl &) { return true; });
  if (Yields && !awaits(C.Body)) {
    bool MayAwait =
        hasMember(*Promise, "await_transform", [](const FunctionDecl &T) {
          return !T.isDeleted() && T.getAccess() == AS_public;
        });
    C.IsSynchronousGenerator =
        !MayAwait && !isAwaitedByConsumer(F.getReturnType(), S);
  }
  return C;
}

} // namespace corolint
