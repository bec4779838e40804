// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Visits the definitions of a translation unit; see Summarise.h.

#include "Summarise.h"
#include "analysis/BlockingCalls.h"
#include "clang/AST/RecursiveASTVisitor.h"
#include "clang/Basic/SourceManager.h"
#include "llvm/ADT/StringSet.h"

using namespace clang;

namespace corolint {
namespace {

class Visitor : public RecursiveASTVisitor<Visitor> {
public:
  Visitor(Analysis &A, llvm::StringRef Root, std::vector<FunctionSummary> &To)
      : A(A), Root(Root), To(To) {}

  bool shouldVisitTemplateInstantiations() const { return true; }

  bool VisitLambdaExpr(LambdaExpr *L) {
    return VisitFunctionDecl(L->getCallOperator());
  }
  bool VisitFunctionDecl(FunctionDecl *F) {
    if (!F->doesThisDeclarationHaveABody() || F->isImplicit())
      return true;
    // What nobody may look into has none: coroutines, templates, libraries.
    const FunctionDecl *Definition = A.blocking().knowledge().followed(*F);
    if (Definition != F)
      return true;
    FunctionSummary S = A.blocking().summary(*F, Root);
    TaskSummaries Alone(A.tasks(), nullptr, /*MaxDepth=*/1);
    for (unsigned I = 0; I < F->getNumParams(); ++I)
      if (TaskFate Fate = Alone.parameter(*F, I).value_or(TaskFate::Unknown);
          Fate != TaskFate::Unknown)
        S.Tasks.push_back({I, Fate});
    S.Addresses = A.registrations().facts(*F, Root);
    if (!S.saysNothing() && !S.Key.empty() && Known.insert(S.Key).second)
      To.push_back(std::move(S));
    return true;
  }

private:
  Analysis &A;
  llvm::StringRef Root;
  std::vector<FunctionSummary> &To;
  llvm::StringSet<> Known;
};

} // namespace

std::vector<FunctionSummary> summarise(ASTContext &Context, Analysis &A,
                                       llvm::StringRef Root) {
  std::vector<FunctionSummary> Found;
  Visitor V(A, Root, Found);
  const SourceManager &SM = Context.getSourceManager();
  for (Decl *D : Context.getTranslationUnitDecl()->decls())
    if (!SM.isInSystemHeader(D->getLocation()))
      V.TraverseDecl(D);
  return Found;
}

} // namespace corolint
