// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Writes down what the functions of a translation unit do, for the others.

#ifndef COROLINT_CHECKS_SUMMARIES_SUMMARISE_H
#define COROLINT_CHECKS_SUMMARIES_SUMMARISE_H

#include "FunctionSummary.h"
#include "analysis/Analysis.h"

namespace corolint {

/// The summaries of all functions that the unit defines outside of system
/// headers, in source order. `Root` is the directory of the file that they will
/// be written to: paths are relative to it. `A` is of this unit, and has not
/// been asked anything else.
std::vector<FunctionSummary> summarise(clang::ASTContext &Context, Analysis &A,
                                       llvm::StringRef Root);

} // namespace corolint

#endif // COROLINT_CHECKS_SUMMARIES_SUMMARISE_H
