// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Finds the functions to ask about; see FunctionCheck.h.

#include "FunctionCheck.h"
#include "LLVMCompat.h"
#include "analysis/UserFunctions.h"
#include "clang/ASTMatchers/ASTMatchFinder.h"

using namespace clang;
using namespace clang::ast_matchers;

namespace corolint {
namespace {
AST_MATCHER(FunctionDecl, isUserFunction) {
  (void)Finder, (void)Builder;
  return corolint::isUserFunction(Node);
}
} // namespace

FunctionCheck::FunctionCheck(StringRef Name, tidy::ClangTidyContext *Context)
    : ClangTidyCheck(Name, Context), Files(Options),
      Shared(Files.analysis(*Context, *this)) {}

void FunctionCheck::registerMatchers(MatchFinder *Finder) {
  // clangd's diagnostics are self-contained, and its matchers see one file.
  if (MatchesSystemHeaders && !areDiagsSelfContained())
    Finder->addMatcher(translationUnitDecl().bind("unit"), this);
  else
    Finder->addMatcher(functionDecl(isUserFunction()).bind("function"), this);
}

void FunctionCheck::check(const MatchFinder::MatchResult &Result) {
  if (!Shared->tasks().hasCoroutines(*Result.Context))
    return;
  if (const auto *F = Result.Nodes.getNodeAs<FunctionDecl>("function"))
    ask(*F);
  else
    for (const FunctionDecl *Each : Shared->userFunctions(*Result.Context))
      ask(*Each);
}

} // namespace corolint
