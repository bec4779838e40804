// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Keys of functions, and the table of what was read; see SummaryTable.h.

#include "SummaryTable.h"
#include "SummaryText.h"
#include "clang/AST/ASTContext.h"
#include "clang/AST/DeclCXX.h"
#include "clang/Basic/FileEntry.h"
#include "clang/Basic/SourceManager.h"
#include "clang/Index/USRGeneration.h"
#include "llvm/ADT/SmallString.h"
#include "llvm/ADT/StringSet.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/LineIterator.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/raw_ostream.h"

using namespace clang;
namespace path = llvm::sys::path;

namespace corolint {

//===-- Keys --------------------------------------------------------------===//

std::string summaryPlace(SourceLocation Loc, const SourceManager &SM,
                         llvm::StringRef Root) {
  SourceLocation At = SM.getExpansionLoc(Loc);
  OptionalFileEntryRef File = SM.getFileEntryRefForID(SM.getFileID(At));
  if (!File)
    return {};
  llvm::SmallString<256> Name(File->getFileEntry().tryGetRealPathName());
  if (Name.empty())
    Name = File->getName();
  llvm::sys::fs::make_absolute(Name);
  path::remove_dots(Name, /*remove_dot_dot=*/true);
  llvm::StringRef Shown = Name;
  if (!Root.empty() && Shown.consume_front(Root))
    while (Shown.consume_front("/"))
      ;
  return (Shown + ":" + llvm::Twine(SM.getExpansionLineNumber(At))).str();
}

std::string summaryKey(const FunctionDecl &F, llvm::StringRef Root) {
  const SourceManager &SM = F.getASTContext().getSourceManager();
  if (const DeclContext *Outer = F.getParentFunctionOrMethod()) {
    const auto *Function = dyn_cast<FunctionDecl>(Outer);
    std::string Key = Function ? summaryKey(*Function, Root) : "";
    if (Key.empty())
      return Key;
    return Key + "@" + summaryPlace(F.getLocation(), SM, Root) + ":" +
           std::to_string(SM.getExpansionColumnNumber(F.getLocation()));
  }
  llvm::SmallString<128> Usr;
  if (index::generateUSRForDecl(&F, Usr))
    return {};
  // A USR names a file without its directory.
  if (!F.isExternallyVisible())
    Usr += "@" + summaryPlace(F.getCanonicalDecl()->getLocation(), SM, Root);
  return std::string(Usr);
}

//===-- The table ---------------------------------------------------------===//

llvm::Error SummaryTable::read(llvm::StringRef File) {
  auto Buffer = llvm::MemoryBuffer::getFile(File);
  if (!Buffer)
    return llvm::createStringError(
        Buffer.getError(),
        File + ": cannot read summaries: " + Buffer.getError().message());
  auto Wrong = [&](int64_t Line, const llvm::Twine &What) {
    return llvm::createStringError(
        std::make_error_code(std::errc::invalid_argument),
        File + ":" + llvm::Twine(Line) + ": " + What);
  };
  llvm::line_iterator Line(**Buffer);
  if (Line.is_at_end())
    return Wrong(1, "no summaries: the file is empty");
  if (std::string What = checkHeader(*Line); !What.empty())
    return Wrong(Line.line_number(), What);
  llvm::SmallString<256> Root(File);
  llvm::sys::fs::make_absolute(Root);
  llvm::sys::fs::real_path(path::parent_path(Root), Root);
  if (!llvm::is_contained(Roots, Root.str()))
    Roots.push_back(std::string(Root));

  for (++Line; !Line.is_at_end(); ++Line) {
    FunctionSummary S;
    bool Differs = false;
    SummaryReader Reader{Models, Lists, Texts};
    if (llvm::Error E = Reader.read(*Line, S, Differs))
      return Wrong(Line.line_number(), llvm::toString(std::move(E)));
    auto [It, New] = Functions.try_emplace(S.Key);
    Entry &Known = It->second;
    if (New) {
      Known.Summary = std::move(S);
      Known.Line = Line->str();
      Known.Differs = Differs;
    } else if (Known.Line != *Line) {
      Known.Differs = true;
    }
  }
  return llvm::Error::success();
}

llvm::Expected<std::shared_ptr<const SummaryTable>>
SummaryTable::load(llvm::ArrayRef<std::string> Files) {
  auto Table = std::make_shared<SummaryTable>();
  for (const std::string &File : Files)
    if (llvm::Error E = Table->read(File))
      return std::move(E);
  return Table;
}

const FunctionSummary *SummaryTable::find(llvm::StringRef Key) const {
  auto It = Functions.find(Key);
  return It == Functions.end() || It->second.Differs ? nullptr
                                                     : &It->second.Summary;
}

const FunctionSummary *SummaryTable::find(const FunctionDecl &F) const {
  if (Functions.empty())
    return nullptr;
  std::string Last;
  for (const std::string &Root : Roots) {
    std::string Key = summaryKey(F, Root);
    if (Key.empty() || Key == Last)
      continue;
    if (const FunctionSummary *S = find(Key))
      return S;
    Last = std::move(Key);
  }
  return nullptr;
}

llvm::Error mergeSummaries(llvm::ArrayRef<std::string> Files,
                           llvm::raw_ostream &Out) {
  llvm::Expected<std::shared_ptr<const SummaryTable>> Table =
      SummaryTable::load(Files);
  if (!Table)
    return Table.takeError();
  // From what blocks, or stores an address, up to all that calls it.
  llvm::StringMap<std::vector<llvm::StringRef>> Callers;
  llvm::StringSet<> Kept;
  std::vector<llvm::StringRef> Leading;
  llvm::StringSet<> Seen;
  auto Keep = [&](llvm::StringRef Key) {
    Kept.insert(Key);
    if (Seen.insert(Key).second)
      Leading.push_back(Key);
  };
  for (const auto &Each : (*Table)->Functions) {
    if (Each.second.Differs)
      Kept.insert(Each.first());
    if (!Each.second.Summary.Tasks.empty())
      Kept.insert(Each.first());
    for (const FunctionSummary::Site &S : Each.second.Summary.Sites)
      if (S.Callee.empty())
        Keep(Each.first());
      else
        Callers[S.Callee].push_back(Each.first());
    for (const AddressFacts &A : Each.second.Summary.Addresses) {
      if (!A.Stores.empty())
        Keep(Each.first());
      for (const AddressFacts::Call &Call : A.Calls)
        Callers[Call.Callee].push_back(Each.first());
    }
  }
  for (size_t I = 0; I < Leading.size(); ++I)
    if (auto It = Callers.find(Leading[I]); It != Callers.end())
      for (llvm::StringRef Caller : It->second)
        Keep(Caller);

  std::vector<llvm::StringRef> Lines;
  std::deque<std::string> Made;
  for (const auto &Each : (*Table)->Functions)
    if (Kept.contains(Each.first()))
      Lines.push_back(Each.second.Differs
                          ? Made.emplace_back(differingText(Each.first()))
                          : llvm::StringRef(Each.second.Line));
  llvm::sort(Lines);
  Out << summariesHeader() << '\n';
  for (llvm::StringRef Line : Lines)
    Out << Line << '\n';
  return llvm::Error::success();
}

} // namespace corolint
