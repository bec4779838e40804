// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Finds and loads model files and summaries; see FactFiles.h.

#include "FactFiles.h"
#include "clang-tidy/ClangTidyOptions.h"
#include "summaries/SummaryTable.h"
#include "llvm/ADT/SmallString.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Path.h"
#include <cstdlib>
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

static constexpr llvm::StringLiteral ModelFilesOption = "ModelFiles";
static constexpr llvm::StringLiteral SummaryFilesOption = "SummaryFiles";

/// Whether the .clang-tidy file sets the option, for all checks or for one.
static bool sets(llvm::StringRef File, llvm::StringRef Option) {
  auto Buffer = llvm::MemoryBuffer::getFile(File);
  if (!Buffer || !(*Buffer)->getBuffer().contains(Option))
    return false;
  auto Options = parseConfiguration((*Buffer)->getMemBufferRef());
  return Options && llvm::any_of(Options->CheckOptions, [&](const auto &Each) {
           llvm::StringRef Key = Each.getKey();
           return Key == Option ||
                  (Key.consume_back(Option) && Key.ends_with("."));
         });
}

static std::vector<std::string> foldersAbove(llvm::StringRef File) {
  std::vector<std::string> Folders;
  for (llvm::StringRef Folder = path::parent_path(File); !Folder.empty();
       Folder = path::parent_path(Folder))
    Folders.push_back(std::string(Folder));
  return Folders;
}

static std::string in(llvm::StringRef Folder, llvm::StringRef Name) {
  llvm::SmallString<256> File(Folder);
  path::append(File, Name);
  return std::string(File);
}

/// The files that an option names.
static std::vector<std::string> named(llvm::StringRef Value,
                                      llvm::StringRef Option,
                                      const std::vector<std::string> &Folders) {
  std::vector<std::string> Found;
  if (Value.empty())
    return Found;
  auto Base = llvm::find_if(Folders, [&](const std::string &Folder) {
    return sets(in(Folder, ".clang-tidy"), Option);
  });
  llvm::SmallVector<llvm::StringRef, 4> Each;
  Value.split(Each, ';', -1, /*KeepEmpty=*/false);
  for (llvm::StringRef File : Each)
    Found.push_back(
        absolute(Base != Folders.end() && path::is_relative(File.trim())
                     ? in(*Base, File.trim())
                     : File.trim().str()));
  return Found;
}

/// What was made of files, by their names and by when they were written:
/// translation units of one process, and of one editor session, mostly share.
template <typename T>
static llvm::Expected<std::shared_ptr<const T>>
loadOnce(const std::vector<std::string> &Files) {
  using Stamp = std::pair<std::string, llvm::sys::TimePoint<>>;
  static std::mutex Lock;
  static std::map<std::vector<Stamp>, std::shared_ptr<const T>> Loaded;
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
  llvm::Expected<std::shared_ptr<const T>> Made = T::load(Files);
  if (Made) {
    // An editor that is open for days need not keep what has been rewritten.
    if (Loaded.size() >= 8)
      Loaded.clear();
    Loaded[Key] = *Made;
  }
  return Made;
}

FactFiles::FactFiles(const ClangTidyCheck::OptionsView &Options)
    : ModelFiles(Options.getLocalOrGlobal(ModelFilesOption, "")),
      SummaryFiles(Options.getLocalOrGlobal(SummaryFilesOption, "")) {}

void FactFiles::store(const ClangTidyCheck::OptionsView &Options,
                      ClangTidyOptions::OptionMap &Into) const {
  Options.store(Into, ModelFilesOption, ModelFiles);
  Options.store(Into, SummaryFilesOption, SummaryFiles);
}

std::shared_ptr<Analysis>
FactFiles::analysis(ClangTidyContext &Context,
                    const ClangTidyCheck &Check) const {
  std::vector<std::string> Folders =
      foldersAbove(absolute(Context.getCurrentFile()));
  std::vector<std::string> Files;
  for (const std::string &Folder : llvm::reverse(Folders))
    if (std::string File = in(Folder, "corolint.yaml");
        llvm::sys::fs::exists(File))
      Files.push_back(File);
  llvm::append_range(Files, named(ModelFiles, ModelFilesOption, Folders));
  // To see what shows without any: docs/contributing/adding-a-model.md.
  static const char *Named = std::getenv("CORO_MODELS");
  const bool ShapesOnly = Named && llvm::StringRef(Named) == "none";
  llvm::Expected<std::shared_ptr<const Models>> M =
      ShapesOnly ? Models::none() : loadOnce<Models>(Files);
  if (!M) {
    // Clang says "error:" itself.
    std::string Text = llvm::toString(M.takeError());
    if (size_t At = Text.find(" error: "); At != std::string::npos)
      Text.erase(At + 1, std::strlen("error: "));
    Check.configurationDiag(Text, clang::DiagnosticIDs::Error);
    M = loadOnce<Models>({});
    if (!M)
      llvm::report_fatal_error(
          M.takeError()); // the shipped models are compiled
  }
  std::shared_ptr<const SummaryTable> OtherUnits;
  if (!SummaryFiles.empty()) {
    auto Read = loadOnce<SummaryTable>(
        named(SummaryFiles, SummaryFilesOption, Folders));
    if (Read)
      OtherUnits = *Read;
    else
      Check.configurationDiag(llvm::toString(Read.takeError()),
                              clang::DiagnosticIDs::Error);
  }
  return Analysis::of(&Context, std::move(*M), std::move(OtherUnits));
}

} // namespace corolint
