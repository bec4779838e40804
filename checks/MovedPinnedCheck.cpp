// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Finds objects that are moved after their address was registered.
//
// Waiters in a list, operations that were started, classes with pointers into
// themselves: somebody knows where they are, and will look for them there.
//
// analysis/PinnedMoves.h knows which objects a function moves so, and
// TaskReuse.h which it moves into an await that has none to give when a loop
// comes round. This file asks them, and words the answer.

#include "Checks.h"
#include "FunctionCheck.h"
#include "analysis/Analysis.h"
#include "analysis/TaskReuse.h"
#include "clang/AST/ASTContext.h"
#include "clang/Basic/SourceManager.h"
#include <set>

using namespace clang;

namespace corolint {
namespace {

class MovedPinnedCheck : public FunctionCheck {
public:
  MovedPinnedCheck(StringRef Name, tidy::ClangTidyContext *Context)
      : FunctionCheck(Name, Context) {}

  void ask(const FunctionDecl &F) override {
    const SourceManager &SM = F.getASTContext().getSourceManager();
    // Nothing where the analysis gave up: it says nothing rather than guess.
    for (PinnedMove &M : Shared->pinnedMoves(F))
      if (Reported.insert(M.At.getRawEncoding()).second) {
        // Of a macro, where it is used is enough.
        for (SourceLocation *Each : {&M.Registered, &M.Stored, &M.Used})
          *Each = SM.getExpansionLoc(*Each);
        report(M);
      }
    for (const SecondUse &U : findMovedInEveryTurn(F, *Shared))
      if (Reported.insert(U.At.getRawEncoding()).second)
        report(U);
  }

private:
  void report(const SecondUse &U) {
    diag(U.At, "'%0' is moved into an await again in the next turn of the loop")
        << U.Name;
    diag(U.Declared, "declared here, outside of the loop", DiagnosticIDs::Note);
  }

  void report(const PinnedMove &M) {
    std::string Object =
        M.Object.empty() ? "a temporary '" + M.Class->getNameAsString() + "'"
                         : "'" + M.Object + "'";
    if (!M.Holder.empty()) {
      diag(M.At, "%0 is %1 while '%2' refers to it")
          << Object << verb(M.How) << M.Holder;
      diag(M.Registered, "'%0' gets its address here", DiagnosticIDs::Note)
          << M.Holder;
      if (M.Used.isValid())
        diag(M.Used, "'%0' is used here", DiagnosticIDs::Note) << M.Holder;
      return;
    }
    bool Many = M.How == PinnedMove::Relocated;
    // What was started out of sight.
    bool Unseen = M.Stored.isInvalid();
    std::string Why;
    if (Unseen)
      Why = std::string(Many ? " after they were " : " after it was ") +
            (M.IsPinned ? "pinned" : "started");
    else if (M.IsInItself)
      Why = Many ? ", but they point into themselves"
                 : ", but it points into itself";
    else
      Why = Many ? " after their addresses were registered"
                 : " after its address was registered";
    if (Many)
      diag(M.At, "'%0' moves the elements of %1%2") << M.By << Object << Why;
    else
      diag(M.At, "%0 is %1%2") << Object << verb(M.How) << Why;
    if (M.Stored != M.Registered && M.At != M.Registered)
      diag(M.Registered,
           M.IsInItself ? "here it begins to"
           : !Unseen    ? "registered here"
           : M.IsPinned ? "pinned here"
                        : "started here",
           DiagnosticIDs::Note);
    if (M.IsPinned)
      return;
    if (M.StoredBy)
      diag(M.Stored, "%0 stores its address (%1)", DiagnosticIDs::Note)
          << M.StoredBy << M.Elsewhere;
    else if (!Unseen)
      diag(M.Stored, "its address is stored here", DiagnosticIDs::Note);
    bool Copied = M.How == PinnedMove::Copied;
    diag(M.Class->getLocation(),
         "%0 can be %select{moved|copied}1; delete its %select{moves|copies}1, "
         "or let them store the new address",
         DiagnosticIDs::Note)
        << M.Class << Copied;
  }

  static StringRef verb(PinnedMove::Form How) {
    switch (How) {
    case PinnedMove::Copied:
      return "copied";
    case PinnedMove::Assigned:
      return "overwritten";
    case PinnedMove::Swapped:
      return "swapped";
    case PinnedMove::Returned:
      return "moved out by return";
    case PinnedMove::Moved:
    case PinnedMove::Relocated:
      return "moved";
    }
    return "moved";
  }

  // Instantiations of one template are one mistake.
  std::set<unsigned> Reported;
};

} // namespace

std::unique_ptr<tidy::ClangTidyCheck>
makeMovedPinnedCheck(StringRef Name, tidy::ClangTidyContext *Context) {
  return std::make_unique<MovedPinnedCheck>(Name, Context);
}

} // namespace corolint
