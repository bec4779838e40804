// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Looks for what matters to tasks in the bodies of their classes; see
// TaskBodies.h.

#include "TaskBodies.h"
#include "Places.h"
#include "clang/AST/ASTContext.h"
#include "clang/AST/DeclTemplate.h"
#include "clang/AST/ExprCXX.h"

using namespace clang;

namespace corolint {

const Stmt *bodyOf(const FunctionDecl *F) {
  const FunctionDecl *Definition = nullptr;
  if (!F)
    return nullptr;
  if (!F->hasBody(Definition)) {
    F = F->getTemplateInstantiationPattern(); // nobody has needed it yet
    if (!F || !F->hasBody(Definition))
      return nullptr;
  }
  return Definition->hasSkippedBody() ? nullptr : Definition->getBody();
}

static bool anyWithin(const Stmt *S,
                      llvm::function_ref<bool(const Stmt &)> Visit) {
  return S && (Visit(*S) || llvm::any_of(S->children(), [&](const Stmt *Child) {
                 return anyWithin(Child, Visit);
               }));
}

/// The name of what is called, also in a template's own body.
static llvm::StringRef calledName(const Stmt &S) {
  const auto *Call = dyn_cast<CallExpr>(&S);
  if (!Call)
    return {};
  const Expr *Callee = Call->getCallee()->IgnoreParenImpCasts();
  DeclarationName Name;
  if (const auto *M = dyn_cast<MemberExpr>(Callee))
    Name = M->getMemberDecl()->getDeclName();
  else if (const auto *M = dyn_cast<CXXDependentScopeMemberExpr>(Callee))
    Name = M->getMember();
  else if (const auto *M = dyn_cast<OverloadExpr>(Callee))
    Name = M->getName();
  else if (const auto *Ref = dyn_cast<DeclRefExpr>(Callee))
    Name = Ref->getDecl()->getDeclName();
  const IdentifierInfo *II = Name.getAsIdentifierInfo();
  return II ? II->getName() : "";
}

bool mayStart(const FunctionDecl *F) {
  return anyWithin(bodyOf(F), [](const Stmt &S) {
    llvm::StringRef Name = calledName(S);
    return Name == "resume" || Name == "start" || Name == "post" ||
           Name == "schedule" || Name == "spawn" || Name == "detach" ||
           Name == "execute" || Name == "submit" || Name == "enqueue";
  });
}

bool endsWork(const CXXRecordDecl &R) {
  const CXXDestructorDecl *D = R.getDestructor();
  const Stmt *Body = bodyOf(D);
  bool Destroys =
      anyWithin(Body, [](const Stmt &S) { return calledName(S) == "destroy"; });
  // Counted, detached, or waited for: somebody has thought about it.
  bool Else = anyWithin(Body, [](const Stmt &S) {
    llvm::StringRef Name = calledName(S);
    return !Name.empty() && Name != "destroy" && Name != "exchange" &&
           Name != "address";
  });
  return Destroys && !Else;
}

bool endsQuietly(const CXXRecordDecl &R, unsigned Depth) {
  if (R.hasTrivialDestructor())
    return true;
  if (isInStd(R)) {
    static constexpr llvm::StringLiteral Values[] = {
        "basic_string", "vector",  "optional",    "tuple",
        "pair",         "variant", "char_traits", "allocator"};
    const auto *Spec = dyn_cast<ClassTemplateSpecializationDecl>(&R);
    return Depth < 4 && Spec && llvm::is_contained(Values, R.getName()) &&
           llvm::all_of(
               Spec->getTemplateArgs().asArray(),
               [&](const TemplateArgument &A) {
                 if (A.getKind() != TemplateArgument::Type)
                   return false;
                 const auto *Class = A.getAsType()->getAsCXXRecordDecl();
                 return !Class || endsQuietly(*Class, Depth + 1);
               });
  }
  if (Depth > 3 || !R.hasDefinition())
    return false;
  const CXXDestructorDecl *D = R.getDestructor();
  if (D && D->isUserProvided()) {
    const Stmt *Body = bodyOf(D);
    if (!Body || anyWithin(Body, [](const Stmt &S) {
          const auto *Call = dyn_cast<CallExpr>(&S);
          const FunctionDecl *F = Call ? Call->getDirectCallee() : nullptr;
          return isa<CXXDeleteExpr>(S) || (Call && !(F && F->isNoReturn()));
        }))
      return false;
  }
  auto IsQuiet = [&](QualType T) {
    const auto *Class = T->getBaseElementTypeUnsafe()->getAsCXXRecordDecl();
    return !Class || endsQuietly(*Class, Depth + 1);
  };
  return llvm::all_of(R.bases(),
                      [&](const auto &B) { return IsQuiet(B.getType()); }) &&
         llvm::all_of(R.fields(), [&](const FieldDecl *F) {
           return IsQuiet(F->getType());
         });
}

bool isQuery(const CXXMethodDecl &M) {
  if (!M.isConst() || !M.getReturnType()->isArithmeticType())
    return false;
  const Stmt *Body = bodyOf(&M);
  return Body && !anyWithin(Body, [](const Stmt &S) {
           if (isa<CXXConstructExpr, LambdaExpr, CXXNewExpr>(S))
             return true;
           if (!isa<CallExpr>(S))
             return false;
           if (const auto *Member = dyn_cast<CXXMemberCallExpr>(&S))
             if (isa_and_nonnull<CXXConversionDecl>(Member->getMethodDecl()))
               return false;
           llvm::StringRef Name = calledName(S);
           return Name != "done" && Name != "address" && Name != "load";
         });
}

} // namespace corolint
