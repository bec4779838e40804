// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Finds calls that block the thread that a coroutine runs on.
//
// A coroutine that waits should suspend, and leave its thread to others. A call
// that blocks keeps them all waiting; one that waits for another coroutine may
// wait for ever, since that needs the thread.
//
// analysis/BlockingCalls.h knows which calls do, and through whom;
// analysis/CoroutineUses.h, where it does no harm. This file asks them, and
// words the answer.

#include "BlockingFix.h"
#include "Checks.h"
#include "FunctionCheck.h"
#include "analysis/Annotations.h"
#include "analysis/BlockingCalls.h"
#include "analysis/Coroutine.h"
#include "analysis/CoroutineUses.h"
#include "analysis/Places.h"
#include "clang-tidy/utils/IncludeInserter.h"
#include "clang/AST/ASTContext.h"
#include <set>

using namespace clang;

namespace corolint {
namespace {

class BlockingCallCheck : public FunctionCheck {
  // Options. Each name is spelled once, here.
  static constexpr llvm::StringLiteral TiersOption = "Tiers";
  /// The most notes that a chain gets.
  static constexpr size_t MaxNotes = 8;

public:
  BlockingCallCheck(StringRef Name, tidy::ClangTidyContext *Context)
      : FunctionCheck(Name, Context),
        TierNames(Options.get(TiersOption, "bridge;wait;io")),
        Inserter(tidy::utils::IncludeSorter::IS_LLVM, areDiagsSelfContained()) {
    SmallVector<StringRef, 5> Each;
    StringRef(TierNames).split(Each, ';', -1, /*KeepEmpty=*/false);
    for (StringRef Word : Each) {
      auto Known = llvm::find(corolint::TierNames, Word.trim());
      if (Known == std::end(corolint::TierNames))
        configurationDiag("unknown tier '%0': expected 'bridge', 'wait', 'io', "
                          "'metadata' or 'micro'",
                          DiagnosticIDs::Error)
            << Word.trim();
      else
        Wanted.add(Tier(Known - std::begin(corolint::TierNames)));
    }
  }

  void storeOptions(tidy::ClangTidyOptions::OptionMap &Opts) override {
    FunctionCheck::storeOptions(Opts);
    Options.store(Opts, TiersOption, TierNames);
  }
  void registerPPCallbacks(const SourceManager &SM, Preprocessor *PP,
                           Preprocessor *) override {
    (void)SM;
    Inserter.registerPreprocessor(PP);
  }
  void ask(const FunctionDecl &F) override {
    const SourceManager &SM = F.getASTContext().getSourceManager();
    if (!isa<CoroutineBodyStmt>(F.getBody()) ||
        hasAnnotation(F, "may_block_here") || hasAnnotation(F, "offloads"))
      return;
    // A library's own coroutines are its own affair.
    if (Shared->models().library(F) &&
        !SM.isInMainFile(SM.getExpansionLoc(F.getLocation())))
      return;
    // Lambdas and local classes in a function that may block are part of it.
    for (const DeclContext *DC = F.getParent(); DC; DC = DC->getParent())
      if (const auto *Outer = dyn_cast<FunctionDecl>(DC);
          Outer && hasAnnotation(*Outer, "may_block_here"))
        return;
    std::optional<Coroutine> C = Coroutine::of(F, Shared->shapes());
    if (!C || C->IsSynchronousGenerator)
      return;
    std::vector<BlockingCall> Calls = Shared->blocking().in(F, Wanted);
    if (Calls.empty())
      return;
    using RunBy = CoroutineUses::RunBy;
    if (!Uses)
      Uses = std::make_unique<CoroutineUses>(Shared->blocking().knowledge());
    RunBy By = Uses->runBy(F);
    if (By == RunBy::Offloads)
      return;
    std::set<const void *> Streams;
    for (const BlockingCall &Call : Calls) {
      if (By == RunBy::Runners && Call.Level <= Tier::Wait)
        continue;
      // One file is one mistake.
      if (const void *Stream = streamOf(Call);
          Stream && !Streams.insert(Stream).second)
        continue;
      report(Call, F, SM);
    }
  }

private:
  /// The variable that holds the file that a call reads or writes.
  static const void *streamOf(const BlockingCall &Call) {
    if (Call.Level != Tier::Io || !Call.Chain.empty() || !Call.Site->Model)
      return nullptr;
    const BlockingSite &Site = *Call.Site;
    if (Site.Variable)
      return Site.Variable;
    const Expr *Object = Site.Object;
    const BlockingModel &M = *Site.Model;
    for (int Argument : {M.Stream, M.Descriptor, M.Argument})
      if (!Object && Argument >= 0 && unsigned(Argument) < Site.Given.size())
        Object = Site.Given[Argument];
    // Streams are chained: out << a << b
    while (Object) {
      Object = core(Object);
      const auto *Op = dyn_cast<CXXOperatorCallExpr>(Object);
      if (!Op || Op->getNumArgs() != 2)
        break;
      Object = Op->getArg(0);
    }
    if (const auto *Ref = dyn_cast_or_null<DeclRefExpr>(Object))
      return Ref->getDecl();
    if (const auto *Member = dyn_cast_or_null<MemberExpr>(Object))
      return Member->getMemberDecl();
    return Object;
  }

  void report(const BlockingCall &Call, const FunctionDecl &F,
              const SourceManager &SM) {
    const BlockingSite &Site = *Call.Site;
    // Instantiations of one template are one mistake.
    if (!Reported.insert({Site.Loc.getRawEncoding(), Site.Name}).second)
      return;
    {
      auto D = diag(Site.Loc, wording(Call)) << Site.Name;
      BlockingFix Fix = awaitInstead(Call, F, *Shared);
      for (const FixItHint &Edit : Fix.Edits)
        D << Edit;
      if (!Fix.Header.empty())
        D << Inserter.createIncludeInsertion(SM.getFileID(Site.Loc),
                                             Fix.Header);
    }
    chain(Call);
    wayOut(Call, F);
  }

  static StringRef wording(const BlockingCall &Call) {
    const BlockingSite &Site = *Call.Site;
    if (Site.Await)
      return "'co_await' calls %0, which blocks the thread that runs this "
             "coroutine";
    switch (Site.Kind) {
    case BlockingSiteKind::Call:
      return Call.Chain.empty()
                 ? "%0 blocks the thread that runs this coroutine"
                 : "call to %0 blocks the thread that runs this coroutine";
    case BlockingSiteKind::Construction:
      return "constructing %0 blocks the thread that runs this coroutine";
    case BlockingSiteKind::Destruction:
      return "destroying %0 blocks the thread that runs this coroutine";
    case BlockingSiteKind::Discarded:
      return "the future that %0 returns is destroyed at once, which blocks "
             "the thread that runs this coroutine";
    case BlockingSiteKind::Posted:
      return "the callable given to %0 blocks the thread of the event loop "
             "that runs it";
    case BlockingSiteKind::Loop:
      return "this loop keeps the thread that runs this coroutine until %0 "
             "changes";
    }
    return "";
  }

  void chain(const BlockingCall &Call) {
    size_t Count = Call.Chain.size();
    for (size_t I = 0; I < Count; ++I) {
      // Of a long chain, the middle is left out.
      if (Count > MaxNotes && I == MaxNotes - 1)
        I = Count - 1;
      const BlockingCall::Step &Step = Call.Chain[I];
      bool IsLast = I + 1 == Count;
      StringRef Text;
      switch (Step.Kind) {
      case BlockingSiteKind::Call:
        Text = IsLast ? "%0 calls %1, which blocks" : "%0 calls %1";
        break;
      case BlockingSiteKind::Construction:
        Text =
            IsLast ? "%0 constructs a %1, which blocks" : "%0 constructs a %1";
        break;
      case BlockingSiteKind::Destruction:
        Text = IsLast ? "%0 destroys %1, which blocks" : "%0 destroys %1";
        break;
      case BlockingSiteKind::Discarded:
        Text = "%0 destroys the future that %1 returns, which blocks";
        break;
      case BlockingSiteKind::Posted:
        Text = "%0 calls %1";
        break;
      case BlockingSiteKind::Loop:
        Text = "%0 loops until %1 changes";
        break;
      }
      std::string Where =
          Step.Elsewhere.empty() ? "" : " (" + Step.Elsewhere + ")";
      diag(Step.Loc, (Text + Where).str(), DiagnosticIDs::Note)
          << Step.In << Step.Name;
    }
  }

  void wayOut(const BlockingCall &Call, const FunctionDecl &F) {
    if (Call.Model.empty())
      return;
    const BlockingSite &Site = *Call.Site;
    if (const LibraryModel *Library = libraryOf(F, *Shared))
      if (const TwinModel *Twin = Shared->models().twin(*Library, Call.Model)) {
        diag(Call.Chain.empty() ? Site.Loc : Call.Chain.back().Loc,
             "use '%0' instead", DiagnosticIDs::Note)
            << Twin->Use;
        return;
      }
    if (!Site.Model || Site.Kind != BlockingSiteKind::Call)
      return;
    int Awaits = Site.Model->Awaits;
    const Expr *Awaited = Awaits == ImplicitObject ? Site.Object
                          : Awaits >= 0 && unsigned(Awaits) < Site.Given.size()
                              ? Site.Given[Awaits]
                              : nullptr;
    if (Awaited && Shared->shapes().isAwaitable(core(Awaited)->getType()))
      diag(Awaited->getExprLoc(), "await this instead", DiagnosticIDs::Note);
  }

  const std::string TierNames;
  Tiers Wanted;
  std::unique_ptr<CoroutineUses> Uses;
  tidy::utils::IncludeInserter Inserter;
  std::set<std::pair<unsigned, std::string>> Reported;
};

} // namespace

std::unique_ptr<tidy::ClangTidyCheck>
makeBlockingCallCheck(StringRef Name, tidy::ClangTidyContext *Context) {
  return std::make_unique<BlockingCallCheck>(Name, Context);
}

} // namespace corolint
