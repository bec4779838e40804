// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Where this binary is installed, and what it finds from there. Everything of
// ours is found relative to the binary, so that the whole can be moved.

#ifndef COROLINT_TOOLS_INSTALLATION_H
#define COROLINT_TOOLS_INSTALLATION_H

#include "clang/Basic/Version.h"
#include "llvm/ADT/SmallString.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"
#include <string>

namespace corolint {

/// The directory above bin/, with symbolic links resolved.
inline std::string prefix(const char *Argv0) {
  static int AnyAddress;
  std::string Binary = llvm::sys::fs::getMainExecutable(Argv0, &AnyAddress);
  return llvm::sys::path::parent_path(llvm::sys::path::parent_path(Binary))
      .str();
}

/// Where stddef.h and its like are, if Clang would not find them by itself; or
/// empty. Clang looks in lib/clang/NN under our prefix, where an installation
/// may put its own; ordinarily they are where LLVM is installed.
inline std::string resourceDirOutsidePrefix(const char *Argv0) {
  llvm::SmallString<128> Own(prefix(Argv0));
  llvm::sys::path::append(Own, "lib", "clang", CLANG_VERSION_MAJOR_STRING);
  if (llvm::sys::fs::is_directory(Own) ||
      !llvm::sys::fs::is_directory(CORO_RESOURCE_DIR))
    return "";
  return CORO_RESOURCE_DIR;
}

} // namespace corolint

#endif // COROLINT_TOOLS_INSTALLATION_H
