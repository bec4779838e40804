// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Reads one model file, shipped or the user's. docs/contributing/
// adding-a-model.md describes what may stand in it.
//
// The build's table generator and Models.cpp share this reader, so a shipped
// file is held to the same rules, and gets the same messages, as a user's. It
// knows YAML and nothing of the AST.

#ifndef COROLINT_CHECKS_MODELS_MODELFILE_H
#define COROLINT_CHECKS_MODELS_MODELFILE_H

#include "Models.h"
#include "llvm/Support/Allocator.h"
#include "llvm/Support/Error.h"
#include "llvm/Support/MemoryBufferRef.h"
#include <memory>
#include <optional>
#include <vector>

namespace corolint {

/// What one file says, in its order. Move-only: the facts' strings and operand
/// lists live in `Storage`.
struct ModelFile {
  std::optional<LibraryModel> Library;
  std::vector<LockableModel> Lockables;
  std::vector<GuardModel> Guards;
  std::vector<TagModel> Tags;
  std::vector<FunctionModel> Functions;
  std::vector<BlockingModel> Blocking;
  std::vector<TwinModel> Twins;
  std::vector<TaskModel> Tasks;
  std::vector<TaskFunctionModel> TaskFunctions;
  std::vector<PinModel> Pins;

  std::unique_ptr<llvm::BumpPtrAllocator> Storage;
};

/// Fails with one message: "path:line:column: error: unknown key 'guard'".
llvm::Expected<ModelFile> parseModelFile(llvm::MemoryBufferRef);

/// The same; a file that cannot be opened has no line:
/// "path: error: cannot read model file: No such file or directory".
llvm::Expected<ModelFile> readModelFile(llvm::StringRef Path);

} // namespace corolint

#endif // COROLINT_CHECKS_MODELS_MODELFILE_H
