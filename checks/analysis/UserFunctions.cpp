// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A walk that leaves system headers out; see UserFunctions.h.

#include "UserFunctions.h"
#include "clang/AST/ASTContext.h"
#include "clang/AST/RecursiveASTVisitor.h"
#include "clang/Basic/SourceManager.h"

using namespace clang;

namespace corolint {

static bool isInSystemHeader(const Decl &D) {
  return D.getASTContext().getSourceManager().isInSystemHeader(D.getLocation());
}

bool isUserFunction(const FunctionDecl &F) {
  return F.doesThisDeclarationHaveABody() && !F.hasSkippedBody() &&
         !F.isInvalidDecl() && !F.isImplicit() && !F.isDefaulted() &&
         !isInSystemHeader(F) && !F.isDependentContext();
}

namespace {
/// Sees what matchers see, lambdas and instantiations included.
class Walk : public RecursiveASTVisitor<Walk> {
public:
  bool shouldVisitTemplateInstantiations() const { return true; }
  bool shouldVisitImplicitCode() const { return true; }
  bool VisitFunctionDecl(FunctionDecl *F) {
    if (isUserFunction(*F))
      Found.push_back(F);
    return true;
  }

  std::vector<const FunctionDecl *> Found;
};
} // namespace

std::vector<const FunctionDecl *> userFunctions(ASTContext &Context) {
  Walk W;
  for (Decl *Top : Context.getTranslationUnitDecl()->decls())
    if (!isInSystemHeader(*Top))
      W.TraverseDecl(Top);
  return std::move(W.Found);
}

} // namespace corolint
