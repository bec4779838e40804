// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The differences between the LLVM majors that corolint is built for. This is
// the only file that mentions LLVM_VERSION_MAJOR.

#ifndef COROLINT_CHECKS_LLVMCOMPAT_H
#define COROLINT_CHECKS_LLVMCOMPAT_H

#include "clang-tidy/ClangTidyModule.h"
#include "llvm/Config/llvm-config.h"

// In 22 the registry is part of ClangTidyModule.h, and this header warns.
#if LLVM_VERSION_MAJOR < 22
#include "clang-tidy/ClangTidyModuleRegistry.h"
#endif

namespace corolint {

/// The LLVM that this was compiled against, and the only one it works with.
inline constexpr unsigned LLVMMajor = LLVM_VERSION_MAJOR;

/// Whether clang-tidy's matchers see system headers, too.
inline constexpr bool MatchesSystemHeaders = LLVM_VERSION_MAJOR < 22;

} // namespace corolint

#endif // COROLINT_CHECKS_LLVMCOMPAT_H
