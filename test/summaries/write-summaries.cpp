// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Writes the summaries of the translation units that it is given into one file.
//
//     write-summaries -p BUILD -o project.summaries SOURCE...
//     write-summaries --merge FILE -o project.summaries --merge OTHER
//
// For the tests: the library with as little around it as there can be.

#include "summaries/Summarise.h"
#include "summaries/SummaryTable.h"
#include "clang/Frontend/ASTUnit.h"
#include "clang/Tooling/CommonOptionsParser.h"
#include "clang/Tooling/Tooling.h"
#include "llvm/Support/CommandLine.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/raw_ostream.h"

using namespace corolint;
namespace cl = llvm::cl;

static cl::OptionCategory Category("write-summaries");
static cl::opt<std::string> Output("o", cl::Required, cl::cat(Category));
static cl::list<std::string> Merge("merge", cl::cat(Category));

static int failed(const llvm::Twine &What) {
  llvm::errs() << "write-summaries: " << What << '\n';
  return 3;
}

int main(int Count, const char **Arguments) {
  auto Options = clang::tooling::CommonOptionsParser::create(
      Count, Arguments, Category, cl::ZeroOrMore);
  if (!Options)
    return failed(llvm::toString(Options.takeError()));
  std::error_code Error;
  llvm::raw_fd_ostream Out(Output, Error);
  if (Error)
    return failed(Output + ": " + Error.message());
  if (!Merge.empty()) {
    std::vector<std::string> Files(Merge.begin(), Merge.end());
    if (llvm::Error E = mergeSummaries(Files, Out))
      return failed(llvm::toString(std::move(E)));
    return 0;
  }
  llvm::SmallString<256> Root(Output);
  llvm::sys::fs::make_absolute(Root);
  llvm::sys::fs::real_path(llvm::sys::path::parent_path(Root), Root);

  auto Known = Models::load({});
  if (!Known)
    return failed(llvm::toString(Known.takeError()));
  clang::tooling::ClangTool Tool(Options->getCompilations(),
                                 Options->getSourcePathList());
  std::vector<std::unique_ptr<clang::ASTUnit>> Units;
  if (Tool.buildASTs(Units))
    return 1;
  Out << summariesHeader() << '\n';
  for (const std::unique_ptr<clang::ASTUnit> &Unit : Units) {
    Analysis A(*Known);
    for (const FunctionSummary &S : summarise(Unit->getASTContext(), A, Root))
      Out << toText(S) << '\n';
  }
  return 0;
}
