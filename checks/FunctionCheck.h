// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What the checks have in common: a question for each function.

#ifndef COROLINT_CHECKS_FUNCTIONCHECK_H
#define COROLINT_CHECKS_FUNCTIONCHECK_H

#include "FactFiles.h"
#include "analysis/Analysis.h"
#include "clang-tidy/ClangTidyCheck.h"
#include <memory>

namespace corolint {

/// A check that is asked about each function that the user defines, in a
/// translation unit that knows coroutines: not those of system headers, and of
/// templates each instantiation.
///
/// clang-tidy 19 matches system headers, too, for each matcher anew, which
/// would cost more than all the analyses. There, one walk over the rest serves
/// all checks; later ones, and clangd, keep to the rest themselves.
class FunctionCheck : public clang::tidy::ClangTidyCheck {
public:
  FunctionCheck(llvm::StringRef Name, clang::tidy::ClangTidyContext *Context);

  bool isLanguageVersionSupported(const clang::LangOptions &L) const override {
    return L.Coroutines;
  }
  /// To be called by who overrides it.
  void storeOptions(clang::tidy::ClangTidyOptions::OptionMap &Into) override {
    Files.store(Options, Into);
  }
  void registerMatchers(clang::ast_matchers::MatchFinder *Finder) final;
  void check(const clang::ast_matchers::MatchFinder::MatchResult &Result) final;

protected:
  virtual void ask(const clang::FunctionDecl &F) = 0;

private:
  const FactFiles Files;

protected:
  /// One per translation unit, shared by all checks, freed with it.
  const std::shared_ptr<Analysis> Shared;
};

} // namespace corolint

#endif // COROLINT_CHECKS_FUNCTIONCHECK_H
