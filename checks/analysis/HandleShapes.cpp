// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// See HandleShapes.h.

#include "HandleShapes.h"
#include "Places.h"
#include "Shapes.h"
#include "TaskBodies.h"
#include "clang/AST/ASTContext.h"
#include "clang/AST/DeclTemplate.h"
#include "clang/AST/StmtCXX.h"

using namespace clang;

namespace corolint {

bool isCoroutineHandle(QualType T) {
  const CXXRecordDecl *R = T->getAsCXXRecordDecl();
  return R && R->getIdentifier() && R->getName() == "coroutine_handle" &&
         isInStd(*R);
}

/// Moving from it is the only way to get another one. A copy constructor that
/// nobody has asked for yet is not declared: what it would be, its parts say.
bool isUnique(const CXXRecordDecl &R, unsigned Depth) {
  if (!R.hasDefinition() || R.isDependentType() || Depth > 8)
    return false;
  for (const CXXConstructorDecl *C : R.ctors())
    if (C->isCopyConstructor() && !C->isDeleted())
      return false;
  if (!R.needsImplicitCopyConstructor() ||
      R.defaultedCopyConstructorIsDeleted() ||
      R.hasUserDeclaredMoveConstructor() || R.hasUserDeclaredMoveAssignment())
    return true;
  auto Is = [&](QualType T) {
    const CXXRecordDecl *Part =
        T->getBaseElementTypeUnsafe()->getAsCXXRecordDecl();
    return T->isRValueReferenceType() ||
           (Part && !T->isReferenceType() && isUnique(*Part, Depth + 1));
  };
  return llvm::any_of(R.bases(),
                      [&](const auto &B) { return Is(B.getType()); }) ||
         llvm::any_of(R.fields(),
                      [&](const FieldDecl *F) { return Is(F->getType()); });
}

/// Of what a std::optional or std::unique_ptr has one; the type itself of
/// anything else.
QualType heldBy(QualType T) {
  T = T.getNonReferenceType();
  const auto *S = dyn_cast_or_null<ClassTemplateSpecializationDecl>(
      T->getAsCXXRecordDecl());
  if (S && isInStd(*S) && S->getIdentifier() &&
      (S->getName() == "optional" || S->getName() == "unique_ptr") &&
      S->getTemplateArgs()[0].getKind() == TemplateArgument::Type)
    return S->getTemplateArgs()[0].getAsType();
  return T;
}

static bool anyStmt(const Stmt *S, llvm::function_ref<bool(const Stmt &)> Is) {
  return S && (Is(*S) || llvm::any_of(S->children(), [&](const Stmt *Child) {
                 return anyStmt(Child, Is);
               }));
}

/// `return false;`, or whether there is a coroutine at all: of one that has
/// ended, it says no.
bool neverAsks(const CXXMethodDecl *Ready) {
  const auto *Body = dyn_cast_or_null<CompoundStmt>(bodyOf(Ready));
  const auto *Return = Body && Body->size() == 1
                           ? dyn_cast<ReturnStmt>(Body->body_front())
                           : nullptr;
  const Expr *E = Return ? Return->getRetValue() : nullptr;
  if (!E)
    return false;
  if (const auto *Literal = dyn_cast<CXXBoolLiteralExpr>(core(E)))
    return !Literal->getValue();
  const auto *Not = dyn_cast<UnaryOperator>(core(E));
  if (!Not || Not->getOpcode() != UO_LNot)
    return false;
  const auto *Call = dyn_cast<CXXMemberCallExpr>(core(Not->getSubExpr()));
  return Call && isa_and_nonnull<CXXConversionDecl>(Call->getMethodDecl()) &&
         isa<MemberExpr>(core(Call->getImplicitObjectArgument())) &&
         isCoroutineHandle(
             Call->getImplicitObjectArgument()->getType().getUnqualifiedType());
}

/// Without a condition, resumes another coroutine than the one that waits.
bool alwaysResumes(const CXXMethodDecl *Suspend) {
  const Stmt *Body = bodyOf(Suspend);
  if (!Body || !isCoroutineHandle(Suspend->getReturnType()))
    return false;
  return !anyStmt(Body, [](const Stmt &S) {
    const auto *Ref = dyn_cast<DeclRefExpr>(&S);
    // That of an assert has no value.
    const auto *Choice = dyn_cast<AbstractConditionalOperator>(&S);
    return isa<IfStmt, SwitchStmt, WhileStmt>(S) ||
           (Choice && !Choice->getType()->isVoidType()) ||
           (isa<ReturnStmt>(S) &&
            anyStmt(&S,
                    [](const Stmt &Inner) {
                      const auto *Given = dyn_cast<DeclRefExpr>(&Inner);
                      return Given && isa<ParmVarDecl>(Given->getDecl());
                    })) ||
           (Ref && isa<FunctionDecl>(Ref->getDecl()) &&
            cast<FunctionDecl>(Ref->getDecl())->getIdentifier() &&
            cast<FunctionDecl>(Ref->getDecl())->getName() == "noop_coroutine");
  });
}

} // namespace corolint
