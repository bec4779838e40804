// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// From a coroutine to its held locks: runs LockFlow, and puts its findings in
// order and into words that a programmer wrote.

#include "HeldLocks.h"
#include "Analysis.h"
#include "Graph.h"
#include "LockFlow.h"
#include "clang/AST/ASTContext.h"
#include "clang/Basic/SourceManager.h"
#include <map>

using namespace clang;

namespace corolint {

std::pair<llvm::StringRef, llvm::StringRef> describe(LockRule R) {
  switch (R) {
#define RULE(NAME, TEXT)                                                       \
  case LockRule::NAME:                                                         \
    return {#NAME, TEXT};
    CORO_LOCK_RULES(RULE)
#undef RULE
  }
  return {};
}

llvm::raw_ostream &operator<<(llvm::raw_ostream &OS, const HeldLock &L) {
  OS << (L.IsRaw ? "raw" : L.Holder) << " holds";
  for (const std::string &M : L.Mutexes)
    OS << ' ' << (M.empty() ? "?" : M);
  return OS << " over " << L.Suspensions.size();
}

/// Whether the body makes, takes or is given anything that could hold a lock.
/// Cheap; false for nearly every coroutine.
bool Analysis::mayHoldLocks(const FunctionDecl &F, const Body &B) {
  auto HoldsGuard = [&](QualType T) {
    if (T.isNull())
      return false;
    T = T.getNonReferenceType();
    if (T->isPointerType())
      T = T->getPointeeType();
    return !TypeShapes.guardWithin(T).isNull();
  };
  for (const ParmVarDecl *P : F.parameters())
    if (HoldsGuard(P->getType()))
      return true;
  if (const auto *Method = dyn_cast<CXXMethodDecl>(&F);
      Method && Method->getParent()->isLambda())
    for (const LambdaCapture &C : Method->getParent()->captures())
      if (C.capturesVariable() && HoldsGuard(C.getCapturedVar()->getType()))
        return true;
  for (QualType T : B.madeTypes())
    if (HoldsGuard(T))
      return true;
  for (const CallExpr *Call : B.calls()) {
    const FunctionDecl *Callee = Call->getDirectCallee();
    if (!Callee)
      continue;
    if (TypeShapes.lockCall(*Callee))
      return true;
    if (const FunctionDecl *D = Summaries::analysableDefinition(*Callee))
      if (Functions.touchesLocks(*D))
        return true;
  }
  return false;
}

/// Orders suspensions as a reader meets them from the acquisition on: what
/// stands before it is reached only by a loop.
static void sortFrom(SourceLocation Taken,
                     std::vector<const CoroutineSuspendExpr *> &Suspensions,
                     const SourceManager &SM) {
  SourceLocation From = SM.getExpansionLoc(Taken);
  auto Location = [&](const CoroutineSuspendExpr *E) {
    return SM.getExpansionLoc(E->getKeywordLoc());
  };
  llvm::sort(Suspensions, [&](const auto *A, const auto *B) {
    SourceLocation LA = Location(A), LB = Location(B);
    bool BeforeA = SM.isBeforeInTranslationUnit(LA, From);
    bool BeforeB = SM.isBeforeInTranslationUnit(LB, From);
    if (BeforeA != BeforeB)
      return BeforeB;
    return SM.isBeforeInTranslationUnit(LA, LB);
  });
}

/// As far down as the programmer could name it here.
static std::string holderName(const PlaceTable &Places, Place Holder) {
  const ValueDecl *Root = Places.rootVariable(Holder);
  if (const CXXRecordDecl *R = Root ? classOf(Root->getType()) : nullptr;
      R && R->isLambda())
    return Root->getNameAsString(); // captures have no name from outside
  for (std::optional<Place> P = Holder; P; P = Places.parent(*P)) {
    const PlaceTable::Step Last = Places.path(*P).back();
    if (Last.Kind != PlaceTable::Step::Field)
      continue;
    const auto *Member = static_cast<const ValueDecl *>(Last.What);
    if (isInStd(*Member) || (Root && Member->getAccess() != AS_public))
      Holder = *Places.parent(*P);
  }
  if (const auto *D = dyn_cast_or_null<DecompositionDecl>(Root))
    for (const BindingDecl *Each : D->bindings())
      if (Each->getType()->isRecordType()) {
        if (const auto *R = Each->getType()->getAsCXXRecordDecl();
            R && !R->hasTrivialDestructor())
          return Each->getNameAsString();
      }
  return Places.name(Holder);
}

static SourceLocation locationOf(const Acquisition &Of, const Expr *Site) {
  if (!Site)
    return Of.Variable->getLocation();
  if (const auto *Member = dyn_cast<CXXMemberCallExpr>(Site))
    return Member->getExprLoc();
  return Site->getExprLoc();
}

std::vector<HeldLock> Analysis::locksAcrossSuspensions(const FunctionDecl &F) {
  std::vector<HeldLock> Locks;
  std::optional<Coroutine> C = Coroutine::of(F, TypeShapes);
  if (!C)
    return Locks;
  countCoroutine();
  if (C->IsSynchronousGenerator)
    return Locks;
  Body B(F, *C->Body);
  if (B.suspensions().empty() || !mayHoldLocks(F, B))
    return Locks;
  countAnalysed();
  std::unique_ptr<CFG> Graph = buildGraph(F, *C->Body);
  if (!Graph) {
    gaveUp();
    return Locks;
  }
  LockFlow Flow(*this, B, *Graph, /*IsSummary=*/false);
  if (!Flow.run()) {
    gaveUp();
    return Locks;
  }

  const SourceManager &SM = F.getASTContext().getSourceManager();
  const PlaceTable &Places = Flow.places();
  // One finding per acquisition, whoever holds it.
  std::map<unsigned, HeldLock> ByAcquisition;
  for (const LockFlow::Finding &Each : Flow.findings()) {
    const Acquisition &Of = Flow.acquisition(Each.Of);
    HeldLock &L = ByAcquisition[Each.Of];
    if (L.Suspensions.empty()) {
      L.IsRaw = Of.IsRaw;
      L.From = Of.From;
      L.Taken = locationOf(Of, Of.Site);
      L.LockableType = Of.LockableType;
      L.HolderType = Of.GuardType;
      for (Place P : Of.Mutexes)
        L.Mutexes.push_back(Places.name(P));
      if (const CXXRecordDecl *R = classOf(Of.LockableType))
        if (const LockableModel *Model = models().lockable(*R))
          L.Instead = Model->Instead;
    }
    if (!llvm::is_contained(L.Suspensions, Each.At))
      L.Suspensions.push_back(Each.At);
  }
  for (auto &[Of, L] : ByAcquisition) {
    sortFrom(L.Taken, L.Suspensions, SM);
    // The holder at the first suspension names it.
    for (const LockFlow::Finding &Each : Flow.findings())
      if (Each.Of == Of && Each.At == L.Suspensions.front() && !L.IsRaw) {
        std::string Name = holderName(Places, Each.Holder);
        if (const auto *V =
                dyn_cast_or_null<VarDecl>(Places.rootVariable(Each.Holder));
            V && !Places.parent(Each.Holder) &&
            TypeShapes.isGuard(V->getType()))
          L.Guard = V;
        L.IsCertain = !Flow.isSometimesFree(Each.Holder, Each.At);
        if (const Expr *Temporary = Places.rootTemporary(Each.Holder))
          L.HolderType = Temporary->getType();
        if (L.Holder.empty() || (!Name.empty() && Name < L.Holder))
          L.Holder = Name;
      }
    if (const CXXRecordDecl *Task = classOf(F.getReturnType());
        Task && L.Instead.empty())
      if (const LibraryModel *Library = models().library(*Task))
        L.Instead = Library->AsyncMutex;
    Locks.push_back(std::move(L));
  }
  llvm::sort(Locks, [&](const HeldLock &A, const HeldLock &B) {
    return SM.isBeforeInTranslationUnit(A.Taken, B.Taken);
  });
  return Locks;
}

/// Whether the expression reads something that the lock could protect: anything
/// but parameters, local variables, constants and addresses.
static bool readsSharedState(const Expr *E) {
  E = E->IgnoreParens();
  if (const auto *Cast = dyn_cast<ImplicitCastExpr>(E);
      Cast && Cast->getCastKind() == CK_LValueToRValue) {
    const Expr *Read = core(Cast->getSubExpr());
    const auto *Ref = dyn_cast<DeclRefExpr>(Read);
    const auto *V = Ref ? dyn_cast<VarDecl>(Ref->getDecl()) : nullptr;
    return !V || V->hasGlobalStorage();
  }
  if (const auto *C = dyn_cast<CXXConstructExpr>(E);
      C && C->getNumArgs() >= 1) {
    const auto *Ref = dyn_cast<DeclRefExpr>(core(C->getArg(0)));
    if (!Ref && !core(C->getArg(0))->isPRValue())
      return true; // copies a member or a global
  }
  if (isa<CallExpr>(E))
    return true; // who knows
  for (const Stmt *Child : E->children())
    if (const auto *Inner = dyn_cast_or_null<Expr>(Child);
        Inner && readsSharedState(Inner))
      return true;
  return false;
}

std::vector<EndedLock> Analysis::locksEndedBeforeTask(const FunctionDecl &F) {
  std::vector<EndedLock> Ended;
  // Nothing but the guard and the return: a lock that protects anything else
  // has done its work.
  const auto *Block = F.doesThisDeclarationHaveABody() && !F.hasSkippedBody()
                          ? dyn_cast_or_null<CompoundStmt>(F.getBody())
                          : nullptr;
  if (!Block || Block->size() < 2 || F.isDependentContext())
    return Ended;
  const auto *Return = dyn_cast<ReturnStmt>(Block->body_back());
  const auto *Declaration = dyn_cast<DeclStmt>(*(Block->body_end() - 2));
  if (!Return || !Return->getRetValue() || !Declaration ||
      !Declaration->isSingleDecl())
    return Ended;
  const auto *Guard = dyn_cast<VarDecl>(Declaration->getSingleDecl());
  if (!Guard || TypeShapes.guardWithin(Guard->getType()).isNull() ||
      TypeShapes.startOf(F.getReturnType()) != Start::Lazy)
    return Ended;
  const auto *Made = dyn_cast<CallExpr>(core(Return->getRetValue()));
  if (!Made || !Made->getDirectCallee() || isInStd(*Made->getDirectCallee()))
    return Ended;
  // A function that only wraps a value is no coroutine: it must be seen to be
  // one, or be unseen.
  const FunctionDecl *Definition = nullptr;
  if (Made->getDirectCallee()->hasBody(Definition) && Definition &&
      !isa_and_nonnull<CoroutineBodyStmt>(Definition->getBody()))
    return Ended;
  for (const Expr *Argument : Made->arguments())
    if (readsSharedState(Argument))
      return Ended;

  Body B(F, *Block);
  std::unique_ptr<CFG> Graph = buildGraph(F, *Block);
  if (!Graph)
    return Ended;
  LockFlow Flow(*this, B, *Graph, /*IsSummary=*/true);
  if (!Flow.run())
    return Ended;
  for (const LockFlow::AtReturn &Each : Flow.heldAtReturns()) {
    const PlaceTable &Places = Flow.places();
    if (Places.rootVariable(Each.Holder) != Guard || Each.At != Return)
      continue;
    const Acquisition &Of = Flow.acquisition(Each.Of);
    EndedLock L;
    L.Holder = Places.name(Each.Holder);
    for (Place P : Of.Mutexes)
      L.Mutexes.push_back(Places.name(P));
    L.LockableType = Of.LockableType;
    L.Taken = locationOf(Of, Of.Site);
    L.Return = Return;
    Ended.push_back(std::move(L));
  }
  return Ended;
}

} // namespace corolint
