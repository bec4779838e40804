// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Declares a factory for each line of Checks.def: makeLockAcrossSuspensionCheck
// is defined at the end of LockAcrossSuspensionCheck.cpp. Nothing else of a
// check is visible from outside its file.

#ifndef COROLINT_CHECKS_CHECKS_H
#define COROLINT_CHECKS_CHECKS_H

#include "clang-tidy/ClangTidyCheck.h"
#include <memory>

namespace corolint {

#define CORO_CHECK(NAME, CLASS)                                                \
  std::unique_ptr<clang::tidy::ClangTidyCheck> make##CLASS(                    \
      llvm::StringRef Name, clang::tidy::ClangTidyContext *Context);
#include "Checks.def"

} // namespace corolint

#endif // COROLINT_CHECKS_CHECKS_H
