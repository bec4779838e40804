// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Stands in for clangd's remote index (--remote-index-address), the only part
// of it that needs gRPC. A clangd that was configured without gRPC does the
// same.

#include "llvm/ADT/StringRef.h"
#include "llvm/Support/raw_ostream.h"
#include <memory>

namespace clang::clangd {

struct SymbolIndex {
  virtual ~SymbolIndex();
};

namespace remote {
std::unique_ptr<SymbolIndex> getClient(llvm::StringRef Address,
                                       llvm::StringRef) {
  llvm::errs() << "corolint-clangd has no remote index; '" << Address
               << "' is not used\n";
  return nullptr;
}
} // namespace remote
} // namespace clang::clangd
