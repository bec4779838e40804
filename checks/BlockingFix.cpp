// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Decides whether a fix is sure, and makes it; see BlockingFix.h.

#include "BlockingFix.h"
#include "analysis/Coroutine.h"
#include "analysis/Places.h"
#include "clang/AST/ASTContext.h"
#include "clang/AST/DeclTemplate.h"
#include "clang/Basic/SourceManager.h"

using namespace clang;

namespace corolint {

const LibraryModel *libraryOf(const FunctionDecl &Coroutine, Analysis &A) {
  const CXXRecordDecl *Task = classOf(Coroutine.getReturnType());
  return Task ? A.models().library(*Task) : nullptr;
}

/// Whether `E` is a statement of its own, outside of handlers and lambdas.
static bool isStatement(const Stmt *S, const Expr *E) {
  if (!S || isa<Expr, CXXCatchStmt>(S))
    return false;
  auto Is = [&](const Stmt *Child) {
    const auto *Whole = dyn_cast_or_null<Expr>(Child);
    return Whole && core(Whole) == core(E);
  };
  if (const auto *Block = dyn_cast<CompoundStmt>(S)) {
    if (llvm::any_of(Block->body(), Is))
      return true;
  } else if (const auto *If = dyn_cast<IfStmt>(S)) {
    if (Is(If->getThen()) || Is(If->getElse()))
      return true;
  } else if (const auto *While = dyn_cast<WhileStmt>(S)) {
    if (Is(While->getBody()))
      return true;
  } else if (const auto *For = dyn_cast<ForStmt>(S)) {
    if (Is(For->getBody()))
      return true;
  } else if (const auto *For = dyn_cast<CXXForRangeStmt>(S)) {
    return Is(For->getBody()) || isStatement(For->getBody(), E);
  }
  return llvm::any_of(S->children(),
                      [&](const Stmt *Child) { return isStatement(Child, E); });
}

static bool transforms(const CXXRecordDecl &Promise) {
  return anyMethod(Promise, [](const CXXMethodDecl &M) {
    return M.getIdentifier() && M.getName() == "await_transform";
  });
}

/// Whether any lock of a thread may be held somewhere in the body.
static bool locks(const Body &B, Shapes &S) {
  for (QualType T : B.madeTypes())
    if (T->isRecordType() && !S.guardWithin(T).isNull())
      return true;
  return llvm::any_of(B.calls(), [&](const CallExpr *Call) {
    return Call->getDirectCallee() && S.lockCall(*Call->getDirectCallee());
  });
}

static const ClassTemplateDecl *templateOf(QualType T) {
  const auto *R = dyn_cast_or_null<ClassTemplateSpecializationDecl>(
      T->getAsCXXRecordDecl());
  return R ? R->getSpecializedTemplate()->getCanonicalDecl() : nullptr;
}

BlockingFix awaitInstead(const BlockingCall &Call,
                         const FunctionDecl &Coroutine, Analysis &A) {
  BlockingFix Fix;
  const BlockingSite &Site = *Call.Site;
  const auto *E = dyn_cast_or_null<CallExpr>(Site.At);
  std::optional<corolint::Coroutine> C = Coroutine::of(Coroutine, A.shapes());
  if (!C || !E || !Call.Chain.empty() || Site.Kind != BlockingSiteKind::Call ||
      Site.Await || !Site.Model || E->getBeginLoc().isMacroID() ||
      E->getEndLoc().isMacroID() || !isStatement(C->Body, E) ||
      C->IsSynchronousGenerator)
    return Fix;
  // A template's text stands for all of its instantiations.
  if (Coroutine.getTemplateInstantiationPattern())
    return Fix;
  Body B(Coroutine, *C->Body);
  if (locks(B, A.shapes()))
    return Fix;

  const LibraryModel *Library = libraryOf(Coroutine, A);
  const TwinModel *Twin =
      Library ? A.models().twin(*Library, Site.Model->Name) : nullptr;
  if (Twin && Twin->SameArguments && !isa<CXXMemberCallExpr>(E)) {
    // The model vouches for its own library's promise.
    Fix.Edits.push_back(FixItHint::CreateReplacement(
        CharSourceRange::getTokenRange(E->getBeginLoc(),
                                       E->getCallee()->getEndLoc()),
        ("co_await " + Twin->Use).str()));
    Fix.Header = Twin->Header.str();
    return Fix;
  }

  // sync_wait(x)
  if (Site.Model->Awaits < 0 || E->getNumArgs() != 1 ||
      isa<CXXMemberCallExpr>(E))
    return Fix;
  const Expr *Awaited = core(E->getArg(0));
  QualType T = Awaited->getType();
  bool IsTask = A.shapes().isTask(T) && templateOf(T) &&
                templateOf(T) == templateOf(Coroutine.getReturnType());
  if (!A.shapes().isAwaitable(T) || E->getArg(0)->isLValue() ||
      !(IsTask || !transforms(*C->Promise)))
    return Fix;
  if (const auto *Moved = dyn_cast<CallExpr>(Awaited);
      !Moved || isa<CXXOperatorCallExpr>(Moved))
    return Fix;
  SourceLocation Open = E->getArg(0)->getBeginLoc();
  if (Open.isMacroID() || E->getArg(0)->getEndLoc().isMacroID())
    return Fix;
  Fix.Edits.push_back(FixItHint::CreateReplacement(
      CharSourceRange::getCharRange(E->getBeginLoc(), Open), "co_await "));
  Fix.Edits.push_back(FixItHint::CreateRemoval(E->getRParenLoc()));
  return Fix;
}

} // namespace corolint
