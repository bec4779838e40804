// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// corolint-tidy: clang-tidy with all of its own checks and ours.

#include "Installation.h"
#include "clang-tidy/tool/ClangTidyMain.h"
#include "llvm/Support/CommandLine.h"
#include "llvm/Support/raw_ostream.h"
#include <vector>

int main(int argc, const char **argv) {
  llvm::cl::AddExtraVersionPrinter(
      [](llvm::raw_ostream &OS) { OS << "corolint " CORO_VERSION "\n"; });

  std::vector<const char *> Arguments(argv, argv + argc);
  std::string ResourceDir = corolint::resourceDirOutsidePrefix(argv[0]);
  // Before everything else, so that the user's own -resource-dir wins.
  std::string Extra = "--extra-arg-before=-resource-dir=" + ResourceDir;
  if (!ResourceDir.empty())
    Arguments.insert(Arguments.begin() + 1, Extra.c_str());
  Arguments.push_back(nullptr);
  return clang::tidy::clangTidyMain(Arguments.size() - 1, Arguments.data());
}
