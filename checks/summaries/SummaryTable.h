// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Summaries of functions that other translation units define, and their text:
// one function a line, JSON, behind a line that tells the version.
//
//     {"corolint-summaries":1}
//     {"function":"c:@F@load#","name":"'load'","sites":[{"at":"src/load.cpp:7",…
//
// A function is known by its USR (clang/Index/USRGeneration.h). One with
// internal linkage, or within a function, is known by that and its file.

#ifndef COROLINT_CHECKS_SUMMARIES_SUMMARYTABLE_H
#define COROLINT_CHECKS_SUMMARIES_SUMMARYTABLE_H

#include "FunctionSummary.h"
#include "clang/AST/Decl.h"
#include "llvm/ADT/StringMap.h"
#include "llvm/Support/Error.h"
#include <deque>
#include <memory>

namespace corolint {

/// The key of a function. `Root` is the directory that paths are relative to.
/// Empty if it has none: implicit, or within something that has none.
std::string summaryKey(const clang::FunctionDecl &F, llvm::StringRef Root);
/// The file of a location, relative to `Root` if it is below, and its line.
std::string summaryPlace(clang::SourceLocation Loc,
                         const clang::SourceManager &SM, llvm::StringRef Root);

/// Immutable once it is made; any number of threads may read it.
class SummaryTable {
public:
  /// Reads the files. Paths in a file are relative to its directory. A function
  /// that has different definitions is not in the table. An error names file,
  /// line and what is wrong.
  static llvm::Expected<std::shared_ptr<const SummaryTable>>
  load(llvm::ArrayRef<std::string> Files);

  bool empty() const { return Functions.empty(); }
  const FunctionSummary *find(llvm::StringRef Key) const;
  const FunctionSummary *find(const clang::FunctionDecl &F) const;

private:
  friend llvm::Error mergeSummaries(llvm::ArrayRef<std::string> Files,
                                    llvm::raw_ostream &Out);
  struct Entry {
    FunctionSummary Summary;
    std::string Line;
    bool Differs = false;
  };
  llvm::Error read(llvm::StringRef File);

  llvm::StringMap<Entry> Functions;
  std::vector<std::string> Roots; ///< each once
  /// What flags are asked for; does not move them.
  std::deque<BlockingModel> Models;
  std::deque<std::vector<llvm::StringRef>> Lists;
  std::deque<std::string> Texts;
};

/// A summary's line, without the end of the line.
std::string toText(const FunctionSummary &S);
/// The first line of a file.
llvm::StringRef summariesHeader();

/// One file of several: sorted, without those that lead to nothing. Of
/// functions with different definitions, it keeps that they have them.
llvm::Error mergeSummaries(llvm::ArrayRef<std::string> Files,
                           llvm::raw_ostream &Out);

} // namespace corolint

#endif // COROLINT_CHECKS_SUMMARIES_SUMMARYTABLE_H
