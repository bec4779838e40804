// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What the source itself says to the checks: the attributes of
// corolint/annotations.h, which are `annotate("corolint::…")`.

#ifndef COROLINT_CHECKS_ANALYSIS_ANNOTATIONS_H
#define COROLINT_CHECKS_ANALYSIS_ANNOTATIONS_H

#include "clang/AST/Decl.h"
#include "llvm/ADT/StringRef.h"

namespace corolint {

/// Whether `D`, another of its declarations, the template that it was made
/// from, or a method that it overrides is marked `corolint::What`.
bool hasAnnotation(const clang::Decl &D, llvm::StringRef What);

} // namespace corolint

#endif // COROLINT_CHECKS_ANALYSIS_ANNOTATIONS_H
