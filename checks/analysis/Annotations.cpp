// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Looks for the attributes; see Annotations.h.

#include "Annotations.h"
#include "clang/AST/Attr.h"
#include "clang/AST/DeclCXX.h"
#include "clang/AST/DeclTemplate.h"

using namespace clang;

namespace corolint {

static bool isMarked(const Decl &D, llvm::StringRef What) {
  for (const Decl *Each : D.redecls())
    for (const auto *A : Each->specific_attrs<AnnotateAttr>()) {
      llvm::StringRef Text = A->getAnnotation();
      if (Text.consume_front("corolint::") && Text == What)
        return true;
    }
  return false;
}

bool hasAnnotation(const Decl &D, llvm::StringRef What) {
  if (isMarked(D, What))
    return true;
  if (const auto *Parameter = dyn_cast<ParmVarDecl>(&D)) {
    // Each declaration of a function has parameters of its own.
    const auto *F = dyn_cast_or_null<FunctionDecl>(Parameter->getDeclContext());
    unsigned I = Parameter->getFunctionScopeIndex();
    if (F && I < F->getNumParams() && F->getParamDecl(I) == Parameter)
      for (const FunctionDecl *Each : F->redecls())
        if (I < Each->getNumParams() && isMarked(*Each->getParamDecl(I), What))
          return true;
    return false;
  }
  if (const auto *F = dyn_cast<FunctionDecl>(&D)) {
    if (const FunctionDecl *Pattern = F->getTemplateInstantiationPattern();
        Pattern && isMarked(*Pattern, What))
      return true;
    if (const auto *Method = dyn_cast<CXXMethodDecl>(F))
      for (const CXXMethodDecl *Base : Method->overridden_methods())
        if (hasAnnotation(*Base, What))
          return true;
  } else if (const auto *R = dyn_cast<CXXRecordDecl>(&D)) {
    if (const CXXRecordDecl *Pattern = R->getTemplateInstantiationPattern();
        Pattern && isMarked(*Pattern, What))
      return true;
    if (const auto *S = dyn_cast<ClassTemplateSpecializationDecl>(R))
      return isMarked(*S->getSpecializedTemplate()->getTemplatedDecl(), What);
  }
  return false;
}

} // namespace corolint
