// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Finds locks that are still held when a coroutine suspends.
//
// A suspended coroutine may be resumed on another thread, which must not unlock
// a std::mutex it did not lock; and until then everybody else waits for it.
//
// analysis/HeldLocks.h knows which locks are held where. This file asks it, and
// words the answer.

#include "Checks.h"
#include "FunctionCheck.h"
#include "LockFix.h"
#include "analysis/Analysis.h"
#include "analysis/Summaries.h"
#include "clang/AST/ASTContext.h"
#include "llvm/ADT/STLExtras.h"
#include <set>

using namespace clang;

namespace corolint {
namespace {

/// A coroutine, or a plain function of two statements, a guard and a return.
bool isWorthAsking(const FunctionDecl &F) {
  if (isa<CoroutineBodyStmt>(F.getBody()))
    return true;
  const auto *Block = dyn_cast<CompoundStmt>(F.getBody());
  return Block && Block->size() >= 2 && isa<ReturnStmt>(Block->body_back()) &&
         isa<DeclStmt>(*(Block->body_end() - 2)) &&
         F.getReturnType()->isRecordType();
}

class LockAcrossSuspensionCheck : public FunctionCheck {
  // Options. Each name is spelled once, here.
  static constexpr llvm::StringLiteral UnsafeFixesOption = "UnsafeFixes";

public:
  LockAcrossSuspensionCheck(StringRef Name, tidy::ClangTidyContext *Context)
      : FunctionCheck(Name, Context),
        UnsafeFixes(Options.getLocalOrGlobal(UnsafeFixesOption, false)) {}

  void storeOptions(tidy::ClangTidyOptions::OptionMap &Opts) override {
    FunctionCheck::storeOptions(Opts);
    Options.store(Opts, UnsafeFixesOption, UnsafeFixes);
  }
  void ask(const FunctionDecl &F) override {
    if (!isWorthAsking(F))
      return;
    // Nothing where the analysis gave up: it says nothing rather than guess.
    for (const HeldLock &L : Shared->locksAcrossSuspensions(F))
      report(L, F);
    if (!isa<CoroutineBodyStmt>(F.getBody()))
      for (const EndedLock &L : Shared->locksEndedBeforeTask(F))
        report(L);
  }

private:
  void report(const HeldLock &L, const FunctionDecl &F) {
    SourceLocation At = L.Suspensions.front()->getKeywordLoc();
    if (!isFirst(L.Taken, At, L.Mutexes))
      return;
    if (L.IsRaw)
      diag(At, "coroutine may suspend while %0 is locked")
          << mutexes(L.Mutexes, L.LockableType);
    else
      diag(At, "coroutine may suspend while %0 holds %1")
          << holder(L) << mutexes(L.Mutexes, L.LockableType)
          << (UnsafeFixes ? endLockBefore(L, F) : std::vector<FixItHint>());
    diag(L.Taken,
         L.From == HeldLock::Parameter ? "held since the coroutine was called"
         : L.From == HeldLock::Capture ? "held by the lambda's capture"
                                       : "locked here",
         DiagnosticIDs::Note);
    for (const CoroutineSuspendExpr *E : llvm::drop_begin(L.Suspensions))
      diag(E->getKeywordLoc(), "it may also suspend here", DiagnosticIDs::Note);
    if (!L.Instead.empty())
      diag(L.Taken,
           L.IsRaw || L.Holder.empty()
               ? "unlock before suspending, or use '%1'"
               : "end the scope of %0 before suspending, or use '%1'",
           DiagnosticIDs::Note)
          << holder(L) << L.Instead;
  }

  void report(const EndedLock &L) {
    SourceLocation At = L.Return->getReturnLoc();
    if (!isFirst(L.Taken, At, L.Mutexes))
      return;
    diag(At, "'%0' unlocks %1 before the returned task runs")
        << L.Holder << mutexes(L.Mutexes, L.LockableType);
    diag(L.Taken, "locked here", DiagnosticIDs::Note);
  }

  /// Instantiations of one template are one mistake.
  bool isFirst(SourceLocation Taken, SourceLocation At,
               const std::vector<std::string> &Mutexes) {
    return Reported
        .insert({{Taken.getRawEncoding(), At.getRawEncoding()}, Mutexes})
        .second;
  }

  static std::string typeName(QualType T) {
    if (T.isNull())
      return "";
    PrintingPolicy Policy{LangOptions()};
    Policy.adjustForCPlusPlus();
    return T.getCanonicalType().getUnqualifiedType().getAsString(Policy);
  }
  static std::string holder(const HeldLock &L) {
    if (!L.Holder.empty())
      return "'" + L.Holder + "'";
    return "a temporary '" + typeName(L.HolderType) + "'";
  }
  /// 'a', 'b' and 'c'; a 'std::mutex' where there is no name.
  static std::string mutexes(const std::vector<std::string> &Names,
                             QualType Type) {
    std::vector<std::string> Quoted;
    for (const std::string &Name : Names)
      if (!Name.empty())
        Quoted.push_back("'" + Name + "'");
    if (Quoted.empty())
      return Type.isNull() ? "a lock" : "a '" + typeName(Type) + "'";
    std::string Last = Quoted.back();
    Quoted.pop_back();
    return Quoted.empty() ? Last : llvm::join(Quoted, ", ") + " and " + Last;
  }

  const bool UnsafeFixes;
  std::set<std::pair<std::pair<unsigned, unsigned>, std::vector<std::string>>>
      Reported;
};

} // namespace

std::unique_ptr<tidy::ClangTidyCheck>
makeLockAcrossSuspensionCheck(StringRef Name, tidy::ClangTidyContext *Context) {
  return std::make_unique<LockAcrossSuspensionCheck>(Name, Context);
}

} // namespace corolint
