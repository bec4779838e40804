// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Tells where in a translation unit a fault could be planted: every co_await
// and co_yield of every coroutine below a directory, with the blocks around it,
// what it awaits, and the guards and unlocks that stand near it. Prints one
// line of JSON per coroutine; tools/corpus/seed.py edits by it. Nothing here
// comes from checks/: what is planted must not depend on what the analysis
// understands.

#include "clang/AST/ASTContext.h"
#include "clang/AST/DeclCXX.h"
#include "clang/AST/ExprCXX.h"
#include "clang/AST/StmtCXX.h"
#include "clang/ASTMatchers/ASTMatchFinder.h"
#include "clang/ASTMatchers/ASTMatchers.h"
#include "clang/Lex/Lexer.h"
#include "clang/Tooling/CommonOptionsParser.h"
#include "clang/Tooling/Tooling.h"
#include "llvm/Support/CommandLine.h"
#include "llvm/Support/JSON.h"
#include "llvm/Support/Path.h"
#include <set>

using namespace clang;
using namespace clang::ast_matchers;
namespace json = llvm::json;

static llvm::cl::OptionCategory Category("sites");
static llvm::cl::opt<std::string>
    Root("root",
         llvm::cl::desc("only coroutines in files below this directory"),
         llvm::cl::Required, llvm::cl::cat(Category));

namespace {

/// A statement whose place in the text is a whole number of tokens outside of
/// macros, as offsets; only such text can be edited.
struct Range {
  unsigned Begin, End;
};

class CoroutineSites {
public:
  CoroutineSites(const FunctionDecl &F, ASTContext &Ctx)
      : F(F), Ctx(Ctx), SM(Ctx.getSourceManager()),
        File(SM.getFileID(SM.getExpansionLoc(F.getLocation()))) {}

  std::optional<json::Object> describe(StringRef Path) {
    const Stmt *Body = cast<CoroutineBodyStmt>(F.getBody())->getBody();
    std::optional<Range> Whole = range(F.getSourceRange());
    std::optional<Range> Text = range(Body->getSourceRange());
    if (!Text || !Whole)
      return std::nullopt;
    walk(Body);
    if (Awaits.empty())
      return std::nullopt;

    json::Object O{{"file", Path},
                   {"name", F.getQualifiedNameAsString()},
                   {"begin", Whole->Begin},
                   {"end", Whole->End},
                   {"body", json::Array{Text->Begin, Text->End}},
                   {"awaits", std::move(Awaits)},
                   {"guards", std::move(Guards)},
                   {"unlocks", std::move(Unlocks)},
                   {"mutexes", mutexesInReach()}};
    const auto *Method = dyn_cast<CXXMethodDecl>(&F);
    if (Method && Method->getParent()->isLambda()) {
      O["lambda"] = true;
      // The closure's own range is the lambda expression's.
      if (auto R = range(Method->getParent()->getSourceRange()))
        O["begin"] = R->Begin;
    } else if (!F.isMain() && !(Method && Method->isVirtual()) &&
               F.isFirstDecl() && !F.isVariadic()) {
      // A parameter can be added only where no other declaration disagrees.
      if (auto TSI = F.getTypeSourceInfo())
        if (auto L = TSI->getTypeLoc().getAsAdjusted<FunctionTypeLoc>())
          if (auto R = range(SourceRange(L.getRParenLoc())))
            O["parameters"] =
                json::Object{{"end", R->Begin}, {"count", F.getNumParams()}};
    }
    return O;
  }

private:
  std::optional<Range> range(SourceRange R) const {
    CharSourceRange C = Lexer::makeFileCharRange(
        CharSourceRange::getTokenRange(R), SM, Ctx.getLangOpts());
    if (C.isInvalid() || SM.getFileID(C.getBegin()) != File ||
        SM.getFileID(C.getEnd()) != File)
      return std::nullopt;
    return Range{SM.getFileOffset(C.getBegin()), SM.getFileOffset(C.getEnd())};
  }

  /// Std::mutex members and globals of this file that the body could name.
  json::Array mutexesInReach() const {
    json::Array Names;
    const auto *Method = dyn_cast<CXXMethodDecl>(&F);
    if (!Method || Method->isStatic() || Method->getParent()->isLambda() ||
        Method->isConst())
      return Names;
    for (const FieldDecl *Field : Method->getParent()->fields())
      if (Field->getType().getCanonicalType().getAsString() ==
          "class std::mutex")
        Names.push_back(Field->getName());
    return Names;
  }

  /// Whether `await_ready` is written as `return true`.
  static bool isAlwaysReady(const CoroutineSuspendExpr &E) {
    const auto *Call =
        dyn_cast_or_null<CXXMemberCallExpr>(E.getReadyExpr()->IgnoreImplicit());
    const FunctionDecl *Ready = Call ? Call->getMethodDecl() : nullptr;
    const Stmt *Body = Ready ? Ready->getBody() : nullptr;
    const auto *Block = dyn_cast_or_null<CompoundStmt>(Body);
    if (!Block || Block->size() != 1)
      return false;
    const auto *Return = dyn_cast<ReturnStmt>(Block->body_front());
    const auto *Value = Return && Return->getRetValue()
                            ? dyn_cast<CXXBoolLiteralExpr>(
                                  Return->getRetValue()->IgnoreImplicit())
                            : nullptr;
    return Value && Value->getValue();
  }

  static bool isStdGuard(QualType T) {
    const auto *R = T.getNonReferenceType()->getAsCXXRecordDecl();
    return R && R->isInStdNamespace() && R->getIdentifier() &&
           llvm::is_contained(
               {"lock_guard", "unique_lock", "scoped_lock", "shared_lock"},
               R->getName());
  }

  /// Blocks around the place, innermost first, each with its statement on the
  /// way down to the place.
  json::Array blocks() const {
    json::Array A;
    for (const auto &[Block, Child] : llvm::reverse(Stack)) {
      std::optional<Range> B = range(Block->getSourceRange());
      const Stmt *S = Child;
      while (const auto *Case = dyn_cast<SwitchCase>(S))
        S = Case->getSubStmt();
      while (const auto *Label = dyn_cast<LabelStmt>(S))
        S = Label->getSubStmt();
      std::optional<Range> C = range(S->getSourceRange());
      if (B && C)
        A.push_back(json::Object{{"begin", B->Begin},
                                 {"end", B->End},
                                 {"statement", json::Array{C->Begin, C->End}},
                                 {"kind", S->getStmtClassName()}});
    }
    return A;
  }

  /// A member of the class or of a base.
  static const NamedDecl *member(const CXXRecordDecl *R, StringRef Name) {
    if (!R || !R->hasDefinition())
      return nullptr;
    auto Own = R->lookup(&R->getASTContext().Idents.get(Name));
    if (!Own.empty())
      return Own.front();
    for (const CXXBaseSpecifier &Base : R->bases())
      if (const NamedDecl *D =
              member(Base.getType()->getAsCXXRecordDecl(), Name))
        return D;
    return nullptr;
  }

  static bool isNoDiscard(const CXXRecordDecl &R) {
    const CXXRecordDecl *Pattern = R.getTemplateInstantiationPattern();
    return R.hasAttr<WarnUnusedResultAttr>() ||
           (Pattern && Pattern->hasAttr<WarnUnusedResultAttr>());
  }

  /// From the class, or from the traits that a coroutine was made with.
  const NamedDecl *promiseType(const CXXRecordDecl &Class) const {
    if (const NamedDecl *Own = member(&Class, "promise_type"))
      return Own;
    for (const NamedDecl *Std :
         Ctx.getTranslationUnitDecl()->lookup(&Ctx.Idents.get("std")))
      if (const auto *Namespace = dyn_cast<NamespaceDecl>(Std))
        for (const NamedDecl *D :
             Namespace->lookup(&Ctx.Idents.get("coroutine_traits")))
          if (const auto *Traits = dyn_cast<ClassTemplateDecl>(D))
            for (const auto *Spec : Traits->specializations())
              if (const TemplateArgument &A = Spec->getTemplateArgs()[0];
                  A.getKind() == TemplateArgument::Type &&
                  declaresSameEntity(A.getAsType()->getAsCXXRecordDecl(),
                                     &Class))
                if (const NamedDecl *P = member(Spec, "promise_type"))
                  return P;
    return nullptr;
  }

  /// What stands behind co_await, and what kind of thing that is.
  std::optional<json::Object> operand(const CoroutineSuspendExpr &E) const {
    const auto *Await = dyn_cast<CoawaitExpr>(&E);
    const Expr *Operand = Await ? Await->getOperand() : nullptr;
    auto R = Operand ? range(Operand->getSourceRange()) : std::nullopt;
    if (!R)
      return std::nullopt;
    if (const auto *M = dyn_cast<MaterializeTemporaryExpr>(Operand))
      Operand = M->getSubExpr();
    json::Object O{{"begin", R->Begin},
                   {"end", R->End},
                   {"type", Operand->getType().getCanonicalType().getAsString(
                                Ctx.getPrintingPolicy())},
                   {"prvalue", Operand->isPRValue()},
                   {"call", isa<CallExpr>(Operand->IgnoreImplicit())}};
    const CXXRecordDecl *Class = Operand->getType()->getAsCXXRecordDecl();
    if (!Class)
      return O;
    O["nodiscard"] = isNoDiscard(*Class);
    O["awaiter"] = member(Class, "await_ready") != nullptr;
    if (const auto *Spec = dyn_cast<ClassTemplateSpecializationDecl>(Class);
        Spec && Spec->getTemplateArgs().size() &&
        Spec->getTemplateArgs()[0].getKind() == TemplateArgument::Type)
      O["template"] =
          Spec->getSpecializedTemplate()->getQualifiedNameAsString();
    const auto *Promise = dyn_cast_or_null<TypeDecl>(promiseType(*Class));
    if (!Promise)
      return O;
    const auto *Initial = dyn_cast_or_null<FunctionDecl>(member(
        Ctx.getTypeDeclType(Promise)->getAsCXXRecordDecl(), "initial_suspend"));
    O["starts"] = Initial
                      ? Initial->getReturnType().getCanonicalType().getAsString(
                            Ctx.getPrintingPolicy())
                      : "";
    return O;
  }

  /// The variable whose declaration is nothing but this await, if its type is
  /// not written.
  std::optional<json::Object> declared(const CoroutineSuspendExpr &E) const {
    const auto *D = dyn_cast<DeclStmt>(Stack.back().second);
    const auto *V = D && D->isSingleDecl()
                        ? dyn_cast<VarDecl>(D->getSingleDecl())
                        : nullptr;
    if (!V || isa<DecompositionDecl>(V) ||
        !V->getType()->getContainedAutoType())
      return std::nullopt;
    const Expr *Init = V->getInit();
    while (Init && Init != &E) {
      const Expr *Inner = Init->IgnoreImplicit()->IgnoreParens();
      if (const auto *C = dyn_cast<CXXConstructExpr>(Inner);
          C && C->getNumArgs() == 1)
        Inner = C->getArg(0);
      if (Inner == Init)
        return std::nullopt;
      Init = Inner;
    }
    return json::Object{{"name", V->getName()}, {"used", V->isReferenced()}};
  }

  void suspension(const CoroutineSuspendExpr &E) {
    std::optional<Range> R = range(E.getSourceRange());
    if (!R || Stack.empty())
      return;
    json::Object O{
        {"begin", R->Begin},
        {"end", R->End},
        {"line",
         SM.getSpellingLineNumber(SM.getExpansionLoc(E.getKeywordLoc()))},
        {"yield", isa<CoyieldExpr>(E)},
        {"void", E.getType()->isVoidType()},
        {"ready", isAlwaysReady(E)},
        {"awaiter",
         E.getCommonExpr()->getType().getCanonicalType().getAsString()},
        {"blocks", blocks()}};
    if (auto Awaited = operand(E))
      O["operand"] = std::move(*Awaited);
    if (auto Variable = declared(E))
      O["declared"] = std::move(*Variable);
    Awaits.push_back(std::move(O));
  }

  void variable(const VarDecl &V) {
    if (!isStdGuard(V.getType()) || Stack.empty())
      return;
    json::Array Around = blocks();
    if (auto R = range(V.getSourceRange()); R && !Around.empty())
      Guards.push_back(json::Object{{"name", V.getName()},
                                    {"begin", R->Begin},
                                    {"blocks", std::move(Around)}});
  }

  void memberCall(const CXXMemberCallExpr &Call) {
    const CXXMethodDecl *M = Call.getMethodDecl();
    if (!M || !M->getIdentifier() || M->getName() != "unlock" ||
        !M->getParent()->isInStdNamespace() || Stack.empty() ||
        Stack.back().second->getBeginLoc() != Call.getBeginLoc())
      return;
    // A guard that the caller lent is the caller's lock.
    const auto *Object = dyn_cast<DeclRefExpr>(
        Call.getImplicitObjectArgument()->IgnoreParenImpCasts());
    if (Object && isa<ParmVarDecl>(Object->getDecl()) &&
        Object->getDecl()->getType()->isReferenceType())
      return;
    json::Array Around = blocks();
    if (auto R = range(Call.getSourceRange()); R && !Around.empty())
      Unlocks.push_back(json::Object{
          {"begin", R->Begin}, {"end", R->End}, {"blocks", std::move(Around)}});
  }

  void walk(const Stmt *S) {
    if (!S)
      return;
    if (const auto *Lambda = dyn_cast<LambdaExpr>(S)) {
      for (const Expr *Init : Lambda->capture_inits())
        walk(Init);
      return;
    }
    if (const auto *E = dyn_cast<CoroutineSuspendExpr>(S)) {
      suspension(*E);
      walk(E->getOperand());
      return;
    }
    if (const auto *Call = dyn_cast<CXXMemberCallExpr>(S))
      memberCall(*Call);
    if (const auto *D = dyn_cast<DeclStmt>(S))
      for (const Decl *Declared : D->decls())
        if (const auto *V = dyn_cast<VarDecl>(Declared))
          variable(*V);
    const auto *Block = dyn_cast<CompoundStmt>(S);
    for (const Stmt *Child : S->children()) {
      if (Block)
        Stack.push_back({Block, Child});
      walk(Child);
      if (Block)
        Stack.pop_back();
    }
  }

  const FunctionDecl &F;
  ASTContext &Ctx;
  const SourceManager &SM;
  const FileID File;
  std::vector<std::pair<const CompoundStmt *, const Stmt *>> Stack;
  json::Array Awaits, Guards, Unlocks;
};

class Printer : public MatchFinder::MatchCallback {
public:
  void run(const MatchFinder::MatchResult &Result) override {
    const auto &F = *Result.Nodes.getNodeAs<FunctionDecl>("function");
    if (!isa_and_nonnull<CoroutineBodyStmt>(F.getBody()) ||
        F.isDependentContext())
      return;
    SourceManager &SM = *Result.SourceManager;
    SourceLocation At = SM.getExpansionLoc(F.getLocation());
    // Nobody is told of anything in there.
    if (SM.isInSystemHeader(At))
      return;
    OptionalFileEntryRef File = SM.getFileEntryRefForID(SM.getFileID(At));
    if (!File)
      return;
    SmallString<256> Path(File->getName());
    SM.getFileManager().makeAbsolutePath(Path);
    llvm::sys::path::remove_dots(Path, /*remove_dot_dot=*/true);
    if (!Path.starts_with(Root.getValue()) ||
        !Seen.insert({Path.str().str(), SM.getFileOffset(At)}).second)
      return;
    if (auto O = CoroutineSites(F, *Result.Context).describe(Path))
      llvm::outs() << json::Value(std::move(*O)) << '\n';
  }

private:
  std::set<std::pair<std::string, unsigned>> Seen;
};

} // namespace

int main(int Argc, const char **Argv) {
  auto Options = tooling::CommonOptionsParser::create(Argc, Argv, Category);
  if (!Options) {
    llvm::errs() << llvm::toString(Options.takeError());
    return 2;
  }
  tooling::ClangTool Tool(Options->getCompilations(),
                          Options->getSourcePathList());
  Tool.appendArgumentsAdjuster(tooling::getInsertArgumentAdjuster("-w"));
  Printer P;
  MatchFinder Finder;
  Finder.addMatcher(functionDecl(isDefinition()).bind("function"), &P);
  return Tool.run(tooling::newFrontendActionFactory(&Finder).get());
}
