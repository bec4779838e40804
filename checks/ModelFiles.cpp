// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Finds and loads model files; see ModelFiles.h.

#include "ModelFiles.h"
#include "clang-tidy/ClangTidyOptions.h"
#include "llvm/ADT/SmallString.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Path.h"
#include <cstring>
#include <map>
#include <mutex>

using namespace clang::tidy;
namespace path = llvm::sys::path;

namespace corolint {

static std::string absolute(llvm::StringRef File) {
  llvm::SmallString<256> Path(File);
  llvm::sys::fs::make_absolute(Path);
  path::remove_dots(Path, /*remove_dot_dot=*/true);
  return std::string(Path);
}

/// Whether the .clang-tidy file sets ModelFiles, for all checks or for one.
static bool namesModelFiles(llvm::StringRef File) {
  auto Buffer = llvm::MemoryBuffer::getFile(File);
  if (!Buffer || !(*Buffer)->getBuffer().contains("ModelFiles"))
    return false;
  auto Options = parseConfiguration((*Buffer)->getMemBufferRef());
  if (!Options)
    return false;
  for (const auto &Option : Options->CheckOptions)
    if (Option.getKey() == "ModelFiles" ||
        Option.getKey().ends_with(".ModelFiles"))
      return true;
  return false;
}

static std::vector<std::string> modelFiles(llvm::StringRef MainFile,
                                           llvm::StringRef Option) {
  std::vector<std::string> Found;
  std::string Base; // of the relative paths in Option
  for (llvm::StringRef Folder = path::parent_path(MainFile); !Folder.empty();
       Folder = path::parent_path(Folder)) {
    llvm::SmallString<256> File(Folder);
    path::append(File, "corolint.yaml");
    if (llvm::sys::fs::exists(File))
      Found.insert(Found.begin(), std::string(File));
    if (!Option.empty() && Base.empty()) {
      File = Folder;
      path::append(File, ".clang-tidy");
      if (namesModelFiles(File))
        Base = std::string(Folder);
    }
  }
  llvm::SmallVector<llvm::StringRef, 4> Named;
  Option.split(Named, ';', -1, /*KeepEmpty=*/false);
  for (llvm::StringRef Each : Named) {
    llvm::SmallString<256> File(Each.trim());
    if (!Base.empty() && path::is_relative(File)) {
      File = Base;
      path::append(File, Each.trim());
    }
    Found.push_back(absolute(File));
  }
  return Found;
}

/// Models by the files that they were read from and by when those were written:
/// translation units of one process, and of one editor session, mostly share.
static llvm::Expected<std::shared_ptr<const Models>>
loadOnce(const std::vector<std::string> &Files) {
  using Stamp = std::pair<std::string, llvm::sys::TimePoint<>>;
  static std::mutex Lock;
  static std::map<std::vector<Stamp>, std::shared_ptr<const Models>> Loaded;
  std::vector<Stamp> Key;
  for (const std::string &File : Files) {
    llvm::sys::fs::file_status Status;
    llvm::sys::fs::status(File, Status);
    Key.push_back({File, Status.getLastModificationTime()});
  }
  std::lock_guard<std::mutex> Guard(Lock);
  auto Known = Loaded.find(Key);
  if (Known != Loaded.end())
    return Known->second;
  llvm::Expected<std::shared_ptr<const Models>> M = Models::load(Files);
  if (M)
    Loaded[Key] = *M;
  return M;
}

std::shared_ptr<Analysis>
sharedAnalysis(ClangTidyContext &Context, llvm::StringRef ModelFiles,
               llvm::function_ref<void(llvm::StringRef)> Report) {
  std::vector<std::string> Files =
      modelFiles(absolute(Context.getCurrentFile()), ModelFiles);
  llvm::Expected<std::shared_ptr<const Models>> M = loadOnce(Files);
  if (!M) {
    // Clang says "error:" itself.
    std::string Text = llvm::toString(M.takeError());
    if (size_t At = Text.find(" error: "); At != std::string::npos)
      Text.erase(At + 1, std::strlen("error: "));
    Report(Text);
    M = loadOnce({});
    if (!M)
      llvm::report_fatal_error(
          M.takeError()); // the shipped models are compiled
  }
  return Analysis::of(&Context, std::move(*M));
}

} // namespace corolint
