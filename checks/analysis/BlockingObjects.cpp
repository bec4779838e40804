// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What BlockingFlow knows of objects: which are done, so that nothing waits for
// them any more, which wait at their end, and what they were got from.

#include "Analysis.h"
#include "BlockingFlow.h"
#include "BlockingParts.h"
#include "clang/AST/ASTContext.h"
#include "clang/AST/ExprCXX.h"

using namespace clang;

namespace corolint {

/// An object by its place; by what is written where it has none, as in
/// `futures[i]`.
std::optional<uint64_t> BlockingFlow::key(const Expr *E) {
  if (!E)
    return std::nullopt;
  if (std::optional<Place> P = Places.resolve(E))
    return uint64_t(*P);
  if (core(E)->isPRValue() && !core(E)->getType()->isPointerType())
    return std::nullopt;
  llvm::FoldingSetNodeID ID;
  core(E)->Profile(ID, B.function().getASTContext(), /*Canonical=*/true);
  return (uint64_t(1) << 32) | ID.ComputeHash();
}

static void insert(BlockingWorld::Keys &Keys, uint64_t Key) {
  auto Position = llvm::lower_bound(Keys, Key);
  if (Position == Keys.end() || *Position != Key)
    Keys.insert(Position, Key);
}
static void erase(BlockingWorld::Keys &Keys, uint64_t Key) {
  llvm::erase(Keys, Key);
}

/// What a value was got from: `p` of `p.get_future()`, and of
/// `p.get_future().share()`.
std::optional<uint64_t> BlockingFlow::origin(const Expr *E) {
  E = core(E);
  while (const auto *C = dyn_cast<CXXConstructExpr>(E)) {
    if (C->getNumArgs() != 1 || !core(C->getArg(0))->isPRValue())
      return std::nullopt;
    E = core(C->getArg(0));
  }
  while (const auto *Call = dyn_cast<CXXMemberCallExpr>(E)) {
    E = core(Call->getImplicitObjectArgument());
    if (!E->isPRValue())
      return key(E);
  }
  return std::nullopt;
}

/// What is done with a promise is done to its future.
bool BlockingFlow::isKept(const World &W, const Expr *Object) {
  if (std::optional<uint64_t> From = origin(Object))
    return W.isDone(keptBy(*From));
  std::optional<uint64_t> Key = key(Object);
  return Key && llvm::any_of(Origins, [&](const auto &Pair) {
           return Pair.first == *Key && W.isDone(keptBy(Pair.second));
         });
}

void BlockingFlow::done(World &W, uint64_t Object) {
  insert(W.Done, Object);
  erase(W.Running, Object);
}

void BlockingFlow::keep(World &W, uint64_t Object) {
  insert(W.Done, keptBy(Object));
}

bool BlockingFlow::isObject(QualType T) {
  return T->isRecordType() ||
         (T->isPointerType() && T->getPointeeType()->isRecordType());
}

/// Whoever is given an object may see to it that it is done.
void BlockingFlow::mentioned(const Stmt *S, World &W) {
  if (!S || isa<LambdaExpr>(S))
    return;
  if (const auto *E = dyn_cast<Expr>(S))
    if (isa<DeclRefExpr, MemberExpr>(E) && isObject(E->getType()))
      if (std::optional<uint64_t> Key = key(E))
        done(W, *Key);
  for (const Stmt *Child : S->children())
    mentioned(Child, W);
}

/// An object gets a value.
void BlockingFlow::begin(uint64_t Object, const Expr *Init, World &W) {
  erase(W.Done, Object);
  erase(W.Done, keptBy(Object));
  erase(W.Running, Object);
  if (!Init)
    return;
  if (std::optional<uint64_t> From = origin(Init))
    Origins.insert({Object, *From});
  const Expr *E = core(Init);
  while (const auto *C = dyn_cast<CXXConstructExpr>(E)) {
    if (C->getNumArgs() == 0 || isa<CXXDefaultArgExpr>(C->getArg(0))) {
      // Of a thread or a future: nothing in it.
      const CXXDestructorDecl *D =
          C->getConstructor()->getParent()->getDestructor();
      if (D && !K.entries(*D, nullptr).empty())
        insert(W.Done, Object);
      return;
    }
    if (!C->getConstructor()->isCopyOrMoveConstructor())
      return;
    E = core(C->getArg(0));
  }
  const auto *Call = dyn_cast<CallExpr>(E);
  if (!Call || !Call->getDirectCallee())
    return;
  for (const BlockingModel *M : K.entries(*Call)) {
    if (M->Role != BlockingModel::Starts)
      continue;
    llvm::SmallVector<const Expr *, 4> Given(Call->arguments());
    if (isDeferred(*M, {B, Given, nullptr}, K.analysis().models()))
      insert(W.Done, Object);
    else
      insert(W.Running, Object);
  }
}

} // namespace corolint
