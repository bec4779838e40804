// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Registers the checks of Checks.def with the clang-tidy or clangd that this
// is part of.

#include "Checks.h"
#include "LLVMCompat.h"
#include "clang/Basic/Version.h"
#include "llvm/Support/raw_ostream.h"
#include <unistd.h>

namespace corolint {
namespace {

class CorolintModule : public clang::tidy::ClangTidyModule {
public:
  void
  addCheckFactories(clang::tidy::ClangTidyCheckFactories &Factories) override {
#define CORO_CHECK(NAME, CLASS)                                                \
  Factories.registerCheckFactory(NAME, make##CLASS);
#include "Checks.def"
  }
};

// Somebody may load corolint-llvmNN.so itself instead of corolint.so. In the
// wrong clang-tidy it would register, match nothing and call the code clean.
bool isHostOurLLVM() {
  std::string Host = clang::getClangFullVersion(); // "Debian clang version 22…"
  llvm::StringRef Number = llvm::StringRef(Host).split("version ").second;
  unsigned Major = 0;
  return !Number.consumeInteger(10, Major) && Major == LLVMMajor;
}

struct Registration {
  Registration() {
    if (!isHostOurLLVM()) {
      llvm::errs() << "corolint: this plugin is for LLVM " << LLVMMajor
                   << ", but it was loaded into "
                   << clang::getClangFullVersion()
                   << "; load corolint.so, which picks the right one\n";
      _exit(3);
    }
    static clang::tidy::ClangTidyModuleRegistry::Add<CorolintModule> Module(
        "coro-module", "Adds checks for C++20 coroutines.");
  }
} const Registered;

} // namespace
} // namespace corolint
