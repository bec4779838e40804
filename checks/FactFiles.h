// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// From the options ModelFiles and SummaryFiles, and the nearest corolint.yaml,
// to the analysis that all checks of a translation unit share.

#ifndef COROLINT_CHECKS_FACTFILES_H
#define COROLINT_CHECKS_FACTFILES_H

#include "analysis/Analysis.h"
#include "clang-tidy/ClangTidyCheck.h"
#include <memory>
#include <string>

namespace corolint {

/// The options of every check, which may also be set for all checks at once.
/// Each holds paths separated by semicolons, relative to the .clang-tidy that
/// names the option, or to the working directory if it was given on the command
/// line.
class FactFiles {
public:
  explicit FactFiles(const clang::tidy::ClangTidyCheck::OptionsView &Options);
  void store(const clang::tidy::ClangTidyCheck::OptionsView &Options,
             clang::tidy::ClangTidyOptions::OptionMap &Into) const;

  /// The analysis for the file that `Context` is about. Models come, later ones
  /// overriding, from the shipped ones, from each corolint.yaml from the root
  /// down to the file, and from ModelFiles; what other translation units do,
  /// from SummaryFiles.
  ///
  /// A file that is wrong is reported once per translation unit, by `Check`,
  /// and the analysis goes on with the shipped models, or without summaries.
  std::shared_ptr<Analysis>
  analysis(clang::tidy::ClangTidyContext &Context,
           const clang::tidy::ClangTidyCheck &Check) const;

private:
  const std::string ModelFiles, SummaryFiles;
};

} // namespace corolint

#endif // COROLINT_CHECKS_FACTFILES_H
