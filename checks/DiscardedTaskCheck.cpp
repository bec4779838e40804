// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Finds tasks whose work is lost because nobody awaits them.
//
// A lazy task that is thrown away never runs, and nothing says so; of an eager
// one the result and the exceptions are lost.
//
// analysis/UnusedTasks.h knows which tasks a function loses. This file asks it,
// and words the answer.

#include "Checks.h"
#include "FunctionCheck.h"
#include "analysis/Analysis.h"
#include "clang/AST/ASTContext.h"
#include <set>

using namespace clang;

namespace corolint {
namespace {

class DiscardedTaskCheck : public FunctionCheck {
  // Options. Each name is spelled once, here.
  static constexpr llvm::StringLiteral ErrorPathsOption = "ReportErrorPaths";
  static constexpr llvm::StringLiteral ObjectsOption = "FunctionObjects";
  static constexpr llvm::StringLiteral CallbacksOption = "Callbacks";
  static constexpr llvm::StringLiteral ThreadsOption = "Threads";

public:
  DiscardedTaskCheck(StringRef Name, tidy::ClangTidyContext *Context)
      : FunctionCheck(Name, Context),
        ErrorPaths(Options.get(ErrorPathsOption, false)),
        Objects(Options.get(ObjectsOption, true)),
        Callbacks(Options.get(CallbacksOption, true)),
        Threads(Options.get(ThreadsOption, true)) {}

  void storeOptions(tidy::ClangTidyOptions::OptionMap &Opts) override {
    FunctionCheck::storeOptions(Opts);
    Options.store(Opts, ErrorPathsOption, ErrorPaths);
    Options.store(Opts, ObjectsOption, Objects);
    Options.store(Opts, CallbacksOption, Callbacks);
    Options.store(Opts, ThreadsOption, Threads);
  }
  void ask(const FunctionDecl &F) override {
    // Nothing where the analysis gave up: it says nothing rather than guess.
    for (const LostTask &L : Shared->lostTasks(F))
      if (isWanted(L) && Reported.insert({L.At.getRawEncoding(), L.How}).second)
        report(L);
  }

private:
  bool isWanted(const LostTask &L) const {
    if (L.How != LostTask::Callable)
      return ErrorPaths || !L.IsErrorPath;
    switch (L.Family) {
    case LostTask::FunctionObject:
      return Objects;
    case LostTask::Callback:
      return Callbacks;
    case LostTask::Thread:
      return Threads;
    }
    return true;
  }

  void report(const LostTask &L) {
    diag(L.At, "%0%1%2") << subject(L) << predicate(L) << loss(L)
                         << (L.AwaitAt.isValid() ? FixItHint::CreateInsertion(
                                                       L.AwaitAt, "co_await ")
                                                 : FixItHint());
    if (L.Made.isValid())
      diag(L.Made, "made here", DiagnosticIDs::Note);
    for (const auto &[At, Function] : L.GivenTo)
      diag(At, "%0 does not await it", DiagnosticIDs::Note) << Function;
    const unsigned Many = L.What.HoldsMany;
    for (const auto &[At, Outcome] : L.Branches)
      diag(At,
           "%select{it is|they are}0 not awaited where this is "
           "%select{false|true}1",
           DiagnosticIDs::Note)
          << Many << unsigned(Outcome);
    for (const auto &[At, Throws] : L.Exits)
      diag(At,
           "this %select{returns|throws}0 before %select{it is|they are}1 "
           "awaited",
           DiagnosticIDs::Note)
          << unsigned(Throws) << Many;
  }

  static std::string quoted(StringRef S) { return ("'" + S + "'").str(); }

  static std::string noun(const LostTask &L) {
    if (L.What.HoldsMany)
      return "tasks";
    switch (L.What.Kind) {
    case WorkKind::Generator:
      return "generator";
    case WorkKind::Awaiter:
      return "awaitable";
    case WorkKind::Operation:
      return "lazy operation";
    default:
      return "task";
    }
  }

  static std::string subject(const LostTask &L) {
    switch (L.How) {
    case LostTask::NeverAwaited:
    case LostTask::SometimesNot:
      return (L.What.IsOwner ? "the " + noun(L) + " in " : "") +
             quoted(L.Variable);
    case LostTask::Overwritten:
      return "the " + noun(L) + " in " + quoted(L.Variable);
    case LostTask::Result:
      return "awaiting " + (L.From.empty() ? "this" : quoted(L.From)) +
             " gives another " + noun(L);
    case LostTask::NoDiscard:
      return "awaiting " + (L.From.empty() ? "this" : quoted(L.From)) +
             " gives a result that is marked 'nodiscard'";
    case LostTask::Named:
      return "this statement only names " + quoted(L.Variable) +
             ", and does not await it";
    case LostTask::Callable:
      return quoted(L.Taker) + " drops the task that this callable returns";
    default:
      return "the " + noun(L) +
             (L.From.empty() ? "" : " returned by " + quoted(L.From));
    }
  }

  static std::string predicate(const LostTask &L) {
    std::string Verb = L.What.HoldsMany ? " are " : " is ";
    switch (L.How) {
    case LostTask::Discarded:
      return Verb + "discarded";
    case LostTask::Tested:
      return " is tested instead of awaited";
    case LostTask::Result:
      return ", which is discarded";
    case LostTask::NoDiscard:
      return ", and is discarded";
    case LostTask::NeverAwaited:
      return Verb + "never " +
             (L.What.Kind == WorkKind::Operation   ? "started"
              : L.What.Kind == WorkKind::Generator ? "used"
                                                   : "awaited");
    case LostTask::SometimesNot:
      return Verb + "not awaited on every path";
    case LostTask::Overwritten:
      return Verb + "overwritten before " +
             (L.What.HoldsMany ? "they are" : "it is") + " awaited";
    case LostTask::Named:
    case LostTask::Callable:
      return "";
    }
    return "";
  }

  static std::string loss(const LostTask &L) {
    if (L.How == LostTask::NoDiscard || L.How == LostTask::Named)
      return "";
    if (!L.Guard.empty())
      return ": it is not the " + quoted(L.Guard) +
             " that awaiting it would give";
    bool Many = L.What.HoldsMany;
    if (L.How == LostTask::SometimesNot) {
      std::string Where =
          Many ? "; where they are not, " : "; where it is not, ";
      if (L.What.Kind == WorkKind::Eager)
        return Where + (Many ? "their results and exceptions are lost"
                             : "its result and exceptions are lost");
      if (L.What.Kind == WorkKind::Awaiter)
        return L.What.MayHaveBegun ? "" : Where + "it does nothing";
      return Where + (Many ? "they never run" : "it never runs");
    }
    switch (L.What.Kind) {
    case WorkKind::Eager:
      return Many ? ", and their results and exceptions are lost"
                  : ", and its result and exceptions are lost";
    case WorkKind::Awaiter:
      // What has to be ended may have begun.
      return L.What.IsLostInScope && !L.What.MayHaveBegun ? ", and does nothing"
                                                          : "";
    case WorkKind::Operation:
      return L.How == LostTask::NeverAwaited ? "" : ", and never starts";
    default:
      break;
    }
    if (L.How == LostTask::Callable)
      return ", which then never runs";
    return Many ? ", and never run" : ", and never runs";
  }

  const bool ErrorPaths, Objects, Callbacks, Threads;
  // Instantiations of one template are one mistake.
  std::set<std::pair<unsigned, LostTask::Form>> Reported;
};

} // namespace

std::unique_ptr<tidy::ClangTidyCheck>
makeDiscardedTaskCheck(StringRef Name, tidy::ClangTidyContext *Context) {
  return std::make_unique<DiscardedTaskCheck>(Name, Context);
}

} // namespace corolint
