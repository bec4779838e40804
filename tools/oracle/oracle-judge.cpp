// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Judges the coroutines of a batch of programs with the whole lock analysis and
// with each of its rules muted in turn. Parsing is most of the work, so each
// batch is parsed once.
//
//   oracle-judge batch.cpp -- FLAGS   ->   one line of JSON per coroutine:
//
//   {"line": 12, "gave_up": false, "verdicts": {"": true, "Move": false, …}}
//
// With `-DCORO_ORACLE_PINS` among the flags, it judges all functions with the
// analysis of pinned objects, and says in which lines they are moved:
//
//   {"line": 12, "gave_up": false, "verdicts": {"": [14], "Move": [], …}}

#include "analysis/Analysis.h"
#include "models/Models.h"
#include "clang/AST/RecursiveASTVisitor.h"
#include "clang/Frontend/CompilerInstance.h"
#include "clang/Frontend/FrontendAction.h"
#include "clang/Tooling/CompilationDatabase.h"
#include "clang/Tooling/Tooling.h"
#include "llvm/Support/JSON.h"
#include "llvm/Support/raw_ostream.h"

using namespace clang;

namespace corolint {
namespace {

/// The coroutines of the main file: instances of templates and lambdas, too.
class Coroutines : public RecursiveASTVisitor<Coroutines> {
public:
  Coroutines(const SourceManager &Sources, bool All)
      : Sources(Sources), All(All) {}

  bool shouldVisitTemplateInstantiations() const { return true; }
  bool shouldVisitImplicitCode() const { return true; }
  bool VisitFunctionDecl(FunctionDecl *F) {
    if (F->isThisDeclarationADefinition() && !F->isDependentContext() &&
        (All || isa_and_nonnull<CoroutineBodyStmt>(F->getBody())) &&
        Sources.isInMainFile(F->getLocation()))
      Found.push_back(F);
    return true;
  }

  std::vector<const FunctionDecl *> Found;

private:
  const SourceManager &Sources;
  const bool All;
};

class Judge : public ASTConsumer {
public:
  explicit Judge(std::shared_ptr<const Models> Facts)
      : Facts(std::move(Facts)) {}

  void HandleTranslationUnit(ASTContext &Context) override {
    if (Context.getDiagnostics().hasErrorOccurred())
      return;
    const SourceManager &Sources = Context.getSourceManager();
    bool AboutPins =
        Context.Idents.get("CORO_ORACLE_PINS").hasMacroDefinition();
    Coroutines Visitor(Sources, /*All=*/AboutPins);
    Visitor.TraverseAST(Context);
    if (AboutPins)
      return judgePins(Visitor.Found, Sources);

    // Like a check's, each analysis is for the whole unit.
    Analysis Whole(Facts);
    std::vector<std::unique_ptr<Analysis>> Mutants;
    for (unsigned I = 0; I < NumLockRules; ++I)
      Mutants.push_back(
          std::make_unique<Analysis>(Facts, MutedLockRules().set(I)));

    for (const FunctionDecl *F : Visitor.Found) {
      llvm::json::Object Verdicts;
      unsigned Before = Analysis::statistics().GivenUp;
      Verdicts[""] = !Whole.locksAcrossSuspensions(*F).empty();
      bool GaveUp = Analysis::statistics().GivenUp != Before;
      for (unsigned I = 0; I < NumLockRules; ++I)
        Verdicts[describe(LockRule(I)).first] =
            !Mutants[I]->locksAcrossSuspensions(*F).empty();
      llvm::outs() << llvm::json::Value(llvm::json::Object{
                          {"line",
                           Sources.getSpellingLineNumber(F->getLocation())},
                          {"gave_up", GaveUp},
                          {"verdicts", std::move(Verdicts)}})
                   << '\n';
    }
  }

private:
  void judgePins(llvm::ArrayRef<const FunctionDecl *> Functions,
                 const SourceManager &Sources) {
    std::vector<std::pair<StringRef, std::unique_ptr<Analysis>>> All;
    All.push_back({"", std::make_unique<Analysis>(Facts)});
    for (unsigned I = 0; I < NumPinRules; ++I) {
      All.push_back(
          {describe(PinRule(I)).first, std::make_unique<Analysis>(Facts)});
      All.back().second->registrations().mute(PinRule(I));
    }
    for (const FunctionDecl *F : Functions) {
      llvm::json::Object Verdicts;
      unsigned Before = Analysis::statistics().GivenUp;
      bool GaveUp = false;
      for (auto &[Rule, Its] : All) {
        llvm::json::Array Lines;
        for (const PinnedMove &M : Its->pinnedMoves(*F))
          Lines.push_back(Sources.getSpellingLineNumber(M.At));
        if (Rule.empty())
          GaveUp = Analysis::statistics().GivenUp != Before;
        Verdicts[Rule] = std::move(Lines);
      }
      llvm::outs() << llvm::json::Value(llvm::json::Object{
                          {"line",
                           Sources.getSpellingLineNumber(F->getLocation())},
                          {"gave_up", GaveUp},
                          {"verdicts", std::move(Verdicts)}})
                   << '\n';
    }
  }

  const std::shared_ptr<const Models> Facts;
};

class JudgeAction : public ASTFrontendAction {
public:
  explicit JudgeAction(std::shared_ptr<const Models> Facts)
      : Facts(std::move(Facts)) {}

  std::unique_ptr<ASTConsumer> CreateASTConsumer(CompilerInstance &,
                                                 StringRef) override {
    return std::make_unique<Judge>(Facts);
  }

private:
  const std::shared_ptr<const Models> Facts;
};

class JudgeFactory : public tooling::FrontendActionFactory {
public:
  explicit JudgeFactory(std::shared_ptr<const Models> Facts)
      : Facts(std::move(Facts)) {}

  std::unique_ptr<FrontendAction> create() override {
    return std::make_unique<JudgeAction>(Facts);
  }

private:
  const std::shared_ptr<const Models> Facts;
};

} // namespace
} // namespace corolint

int main(int Argc, const char **Argv) {
  std::string Error;
  auto Flags =
      tooling::FixedCompilationDatabase::loadFromCommandLine(Argc, Argv, Error);
  if (!Flags || Argc < 2) {
    llvm::errs() << "usage: oracle-judge FILE... -- FLAGS\n" << Error;
    return 2;
  }
  auto Facts = corolint::Models::load();
  if (!Facts) {
    llvm::errs() << llvm::toString(Facts.takeError()) << '\n';
    return 1;
  }
  tooling::ClangTool Tool(*Flags,
                          std::vector<std::string>(Argv + 1, Argv + Argc));
  // The headers that belong to the compiler: this tool is never installed.
  Tool.appendArgumentsAdjuster(tooling::getInsertArgumentAdjuster(
      "-resource-dir=" CORO_RESOURCE_DIR,
      tooling::ArgumentInsertPosition::BEGIN));
  corolint::JudgeFactory Factory(*Facts);
  return Tool.run(&Factory);
}
