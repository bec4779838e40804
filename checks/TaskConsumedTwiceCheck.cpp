// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Finds tasks that can be used once, and are used again.
//
// Awaiting a task a second time resumes a coroutine that has ended, or gives a
// result that somebody has moved away; what was moved from is no task at all.
//
// analysis/TaskReuse.h knows which handles are spent where. This file asks it,
// and words the answer.

#include "Checks.h"
#include "FunctionCheck.h"
#include "analysis/Analysis.h"
#include "analysis/TaskReuse.h"
#include "clang/AST/ASTContext.h"
#include <set>

using namespace clang;

namespace corolint {
namespace {

class TaskConsumedTwiceCheck : public FunctionCheck {
public:
  TaskConsumedTwiceCheck(StringRef Name, tidy::ClangTidyContext *Context)
      : FunctionCheck(Name, Context) {}

  void ask(const FunctionDecl &F) override {
    // Nothing where the analysis gave up: it says nothing rather than guess.
    for (const SecondUse &U : findSecondUses(F, *Shared))
      if (Reported.insert(U.At.getRawEncoding()).second)
        report(U);
  }

private:
  void report(const SecondUse &U) {
    const std::string Name = "'" + U.Name + "'";
    if (!U.From.empty()) {
      diag(U.At, "%0 is %1, but was made from %2 after that had been %3")
          << Name << done(U.Again) << ("'" + U.From + "'") << done(U.First);
      diag(U.FirstAt, "%0 here", DiagnosticIDs::Note) << done(U.First);
      return;
    }
    if (U.isInLoop()) {
      diag(U.At, "%0 is %1 again in the next turn of the loop")
          << Name << done(U.Again);
      diag(U.Declared, "declared here, outside of the loop",
           DiagnosticIDs::Note);
      return;
    }
    if (done(U.First) == done(U.Again)) {
      diag(U.At, "%0 is %1 twice") << Name << done(U.Again);
      diag(U.FirstAt, "first %0 here", DiagnosticIDs::Note) << done(U.First);
      return;
    }
    diag(U.At, "%0 is %1 after it was %2")
        << Name << done(U.Again) << done(U.First);
    diag(U.FirstAt, "%0 here", DiagnosticIDs::Note) << done(U.First);
  }

  static StringRef done(HandleUse Kind) {
    switch (Kind) {
    case HandleUse::Awaited:
    case HandleUse::AwaitedFreely:
      return "awaited";
    case HandleUse::Resumed:
      return "resumed";
    case HandleUse::Started:
      return "started";
    case HandleUse::Destroyed:
      return "destroyed";
    case HandleUse::Moved:
    case HandleUse::Parked:
      return "moved";
    default:
      return "used";
    }
  }

  // Instantiations of one template are one mistake.
  std::set<unsigned> Reported;
};

} // namespace

std::unique_ptr<tidy::ClangTidyCheck>
makeTaskConsumedTwiceCheck(StringRef Name, tidy::ClangTidyContext *Context) {
  return std::make_unique<TaskConsumedTwiceCheck>(Name, Context);
}

} // namespace corolint
