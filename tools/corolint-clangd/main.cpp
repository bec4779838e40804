// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// corolint-clangd: clangd with the checks linked in, for any editor that lets
// you choose the clangd to run.
//
// Three things in clangd stand in the way, and the linker's --wrap or a stub
// moves them: it runs only checks that it knows to be fast (below), it links
// each check to a page on clang.llvm.org (DocumentationLinks.cpp), and its
// remote index wants gRPC (RemoteIndex.cpp).

#include "Installation.h"
#include "llvm/ADT/StringRef.h"
#include <cstdlib>
#include <optional>
#include <vector>

namespace clang::clangd {
int clangdMain(int argc, char *argv[]);
} // namespace clang::clangd

namespace corolint {
void setDocumentationPrefix(std::string Prefix); // DocumentationLinks.cpp
} // namespace corolint

// "Fast" to clangd means that a check adds less than 8 % to the time it takes
// to parse a file; ours promise less. Other checks are measured by clangd, and
// silently do not run where it has not measured them.
#define IS_FAST_TIDY_CHECK "_ZN5clang6clangd15isFastTidyCheckEN4llvm9StringRefE"

std::optional<bool>
    isFastUpstreamCheck(llvm::StringRef) asm("__real_" IS_FAST_TIDY_CHECK);
std::optional<bool>
    isFastCheck(llvm::StringRef) asm("__wrap_" IS_FAST_TIDY_CHECK);

std::optional<bool> isFastCheck(llvm::StringRef Check) {
  return Check.starts_with("coro-") ? true : isFastUpstreamCheck(Check);
}

int main(int argc, char **argv) {
  corolint::setDocumentationPrefix(corolint::prefix(argv[0]));

  // First, so that the user's own --resource-dir wins; clangd reads the
  // environment before the arguments, so there it has to be looked for.
  std::vector<char *> Arguments(argv, argv + argc);
  std::string ResourceDir = corolint::resourceDirOutsidePrefix(argv[0]);
  std::string Flag = "--resource-dir=" + ResourceDir;
  const char *Environment = std::getenv("CLANGD_FLAGS");
  bool Chosen =
      llvm::StringRef(Environment ? Environment : "").contains("-resource-dir");
  if (!ResourceDir.empty() && !Chosen)
    Arguments.insert(Arguments.begin() + 1, Flag.data());
  Arguments.push_back(nullptr);
  return clang::clangd::clangdMain(Arguments.size() - 1, Arguments.data());
}
