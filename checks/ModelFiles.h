// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// From a check's option ModelFiles, and the nearest corolint.yaml, to the
// analysis that all checks of a translation unit share.

#ifndef COROLINT_CHECKS_MODELFILES_H
#define COROLINT_CHECKS_MODELFILES_H

#include "analysis/Analysis.h"
#include "clang-tidy/ClangTidyCheck.h"
#include <memory>

namespace corolint {

/// The analysis for the file that `Context` is about. Facts come, later ones
/// overriding, from the shipped models, from each corolint.yaml from the root
/// down to the file, and from `ModelFiles`: paths separated by semicolons,
/// relative to the .clang-tidy that names the option, or to the working
/// directory if it was given on the command line.
///
/// A file that is wrong is reported once per translation unit, through
/// `Report`, and the analysis goes on with the shipped models.
std::shared_ptr<Analysis>
sharedAnalysis(clang::tidy::ClangTidyContext &Context,
               llvm::StringRef ModelFiles,
               llvm::function_ref<void(llvm::StringRef)> Report);

} // namespace corolint

#endif // COROLINT_CHECKS_MODELFILES_H
