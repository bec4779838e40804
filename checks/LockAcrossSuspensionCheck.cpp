// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Temporary: any std::lock_guard in a coroutine, so that the hosts can be
// tried.

#include "Checks.h"
#include "clang/ASTMatchers/ASTMatchFinder.h"

using namespace clang;
using namespace clang::ast_matchers;

namespace corolint {
namespace {

class LockAcrossSuspensionCheck : public tidy::ClangTidyCheck {
public:
  using ClangTidyCheck::ClangTidyCheck;

  void registerMatchers(MatchFinder *Finder) override {
    Finder->addMatcher(
        varDecl(
            hasType(hasUnqualifiedDesugaredType(recordType(
                hasDeclaration(cxxRecordDecl(hasName("::std::lock_guard")))))),
            hasAncestor(
                functionDecl(hasBody(coroutineBodyStmt())).bind("coroutine")))
            .bind("guard"),
        this);
  }
  void check(const MatchFinder::MatchResult &Result) override {
    const auto *Guard = Result.Nodes.getNodeAs<VarDecl>("guard");
    diag(Guard->getLocation(), "coroutine may suspend while %0 holds a mutex")
        << Guard;
    diag(Guard->getBeginLoc(), "locked here", DiagnosticIDs::Note);
  }
};

} // namespace

std::unique_ptr<tidy::ClangTidyCheck>
makeLockAcrossSuspensionCheck(StringRef Name, tidy::ClangTidyContext *Context) {
  return std::make_unique<LockAcrossSuspensionCheck>(Name, Context);
}

} // namespace corolint
