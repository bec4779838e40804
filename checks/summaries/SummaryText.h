// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Summaries from and to JSON; for SummaryTable.

#ifndef COROLINT_CHECKS_SUMMARIES_SUMMARYTEXT_H
#define COROLINT_CHECKS_SUMMARIES_SUMMARYTEXT_H

#include "FunctionSummary.h"
#include "llvm/Support/Error.h"
#include <deque>

namespace corolint {

// The words of the text: by their enumerations' order.
inline constexpr int64_t Version = 1;
inline constexpr llvm::StringLiteral VersionKey = "corolint-summaries";
inline constexpr llvm::StringLiteral KindNames[] = {
    "call", "construction", "destruction", "discarded", "posted", "loop"};
inline constexpr llvm::StringLiteral FateNames[] = {
    "unknown", "consumes", "keeps", "starts", "drops", "asks"};
inline constexpr llvm::StringLiteral NeedNames[] = {
    "not-zero", "equal", "unequal", "less", "not-less",
    "depends",  "null",  "file",    "flags"};

inline constexpr llvm::StringLiteral KeeperNames[] = {
    "others", "object", "parameter", "made", "unknown"};

/// What is wrong with a file's first line; empty if nothing is.
std::string checkHeader(llvm::StringRef Line);
/// The line of a function that has different definitions.
std::string differingText(llvm::StringRef Key);

/// Keeps in the owner's storage what flags are asked for.
struct SummaryReader {
  std::deque<BlockingModel> &Models;
  std::deque<std::vector<llvm::StringRef>> &Lists;
  std::deque<std::string> &Texts;

  llvm::Error read(llvm::StringRef Line, FunctionSummary &To, bool &Differs);
};

} // namespace corolint

#endif // COROLINT_CHECKS_SUMMARIES_SUMMARYTEXT_H
