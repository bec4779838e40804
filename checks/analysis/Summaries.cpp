// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Computes summaries on demand; see Summaries.h.

#include "Summaries.h"
#include "Analysis.h"
#include "Graph.h"
#include "LockFlow.h"
#include "clang/AST/ASTContext.h"
#include "clang/AST/Attr.h"
#include "clang/Basic/SourceManager.h"

using namespace clang;

namespace corolint {

const FunctionDecl *Summaries::analysableDefinition(const FunctionDecl &F) {
  const FunctionDecl *Definition = nullptr;
  if (!F.hasBody(Definition) || !Definition || Definition->hasSkippedBody() ||
      Definition->isDependentContext() || Definition->isInvalidDecl())
    return nullptr;
  if (isa_and_nonnull<CoroutineBodyStmt>(Definition->getBody()))
    return nullptr; // what it does, it does later
  if (const auto *Method = dyn_cast<CXXMethodDecl>(Definition);
      Method && Method->isVirtual() && !Method->hasAttr<FinalAttr>() &&
      !Method->getParent()->isEffectivelyFinal())
    return nullptr;
  const SourceManager &SM = F.getASTContext().getSourceManager();
  if (SM.isInSystemHeader(Definition->getLocation()))
    return nullptr;
  return Definition;
}

bool Summaries::touchesLocks(const FunctionDecl &F) {
  const FunctionDecl *Definition = F.getDefinition();
  if (!Definition || !Definition->getBody())
    return false;
  auto [It, New] = Touches.try_emplace(Definition, false);
  if (!New)
    return It->second;
  Shapes &S = A.shapes();
  auto Concerns = [&](QualType T) {
    if (T.isNull())
      return false;
    T = T.getNonReferenceType();
    if (T->isPointerType())
      T = T->getPointeeType();
    return T->isRecordType() &&
           (!S.guardWithin(T).isNull() || S.lockable(T) == LockOwner::Thread);
  };
  bool Does = Concerns(Definition->getReturnType());
  for (const ParmVarDecl *P : Definition->parameters())
    Does = Does || Concerns(P->getType());
  if (!Does) {
    Body B(*Definition, *Definition->getBody());
    for (QualType T : B.madeTypes())
      Does = Does || (T->isRecordType() && !S.guardWithin(T).isNull());
    for (const CallExpr *Call : B.calls()) {
      if (Does)
        break;
      const FunctionDecl *Callee = Call->getDirectCallee();
      if (!Callee)
        continue;
      if (S.lockCall(*Callee))
        Does = true;
      else if (const FunctionDecl *Next = analysableDefinition(*Callee))
        Does = touchesLocks(*Next);
    }
  }
  return Touches[Definition] = Does;
}

static bool isSame(const PlaceTable::Step &A, const PlaceTable::Step &B) {
  return A.Kind == B.Kind && A.What == B.What && A.Index == B.Index;
}

void LockSummary::doubt(bool ResultTells) {
  auto Find = [](Outcome &O, const std::vector<PlaceTable::Step> &Path) {
    return llvm::find_if(O.Effects, [&](const Effect &E) {
      return std::equal(E.On.begin(), E.On.end(), Path.begin(), Path.end(),
                        isSame);
    });
  };
  auto Tells = [](const Outcome &A, const Outcome &B) {
    return A.ReturnsNonzero != B.ReturnsNonzero || A.Given != B.Given ||
           A.GuardHolds.size() || B.GuardHolds.size();
  };
  for (Outcome &A : Outcomes)
    for (Outcome &B : Outcomes) {
      if (&A == &B || Tells(A, B))
        continue;
      for (size_t I = 0; I < A.Effects.size(); ++I) {
        Effect &In = A.Effects[I];
        bool Unlocks = In.IsRaw && In.State == LockState::Free;
        bool IsPart =
            ResultTells && In.On.front().Kind == PlaceTable::Step::Result;
        if (!Unlocks && !IsPart)
          continue;
        auto Other = Find(B, In.On);
        if (Other != B.Effects.end() && Other->State == In.State)
          continue;
        Effect Doubtful = In;
        Doubtful.State = LockState::Unknown;
        if (Other != B.Effects.end())
          *Other = Doubtful;
        else
          B.Effects.push_back(Doubtful);
        if (IsPart)
          In.State = LockState::Unknown;
      }
    }
}

const Summaries::Classes &Summaries::releases(const FunctionDecl &F) {
  return byHand(F).Net;
}

Summaries::Classes Summaries::releasesAtEnd(QualType T) {
  ByHand End;
  addEnd(T, End, 0);
  for (const CXXRecordDecl *R : End.Acquired)
    End.Released.erase(R);
  return End.Released;
}

/// What the destructors of an object, its bases and its members do. Guards are
/// followed by name, and left out.
void Summaries::addEnd(QualType T, ByHand &To, unsigned Depth) {
  const CXXRecordDecl *R =
      T.isNull() || T->isReferenceType() || T->isPointerType() || Depth > 4
          ? nullptr
          : classOf(T);
  if (!R || R->hasTrivialDestructor() || A.shapes().isGuard(T))
    return;
  auto Add = [&](const FunctionDecl &F) {
    const ByHand &Its = byHand(F);
    To.Acquired.insert(Its.Acquired.begin(), Its.Acquired.end());
    To.Released.insert(Its.Released.begin(), Its.Released.end());
  };
  if (isInStd(*R)) {
    // What it owns, or a deleter, is among its arguments.
    if (const auto *S = dyn_cast<ClassTemplateSpecializationDecl>(R))
      for (const TemplateArgument &Argument : S->getTemplateArgs().asArray())
        if (Argument.getKind() == TemplateArgument::Type) {
          addEnd(Argument.getAsType(), To, Depth + 1);
          if (const CXXRecordDecl *Deleter = classOf(Argument.getAsType());
              Deleter && R->getName() == "unique_ptr" && !isInStd(*Deleter))
            for (const CXXMethodDecl *M : Deleter->methods())
              if (M->getOverloadedOperator() == OO_Call)
                Add(*M);
        }
    return;
  }
  if (const CXXDestructorDecl *D = R->getDestructor())
    Add(*D);
  for (const FieldDecl *Field : R->fields())
    addEnd(Field->getType(), To, Depth + 1);
  for (const CXXBaseSpecifier &Base : R->bases())
    addEnd(Base.getType(), To, Depth + 1);
}

const Summaries::ByHand &Summaries::byHand(const FunctionDecl &F) {
  static const ByHand None;
  const FunctionDecl *Definition = nullptr;
  if (!F.hasBody(Definition) || !Definition || Definition->hasSkippedBody() ||
      Definition->isDependentContext() || Definition->isInvalidDecl() ||
      F.getASTContext().getSourceManager().isInSystemHeader(
          Definition->getLocation()))
    return None;
  auto [It, New] = Hands.try_emplace(Definition, nullptr);
  if (!New)
    return It->second ? *It->second : None; // recursion
  ByHand Its;
  const Stmt *Code = Definition->getBody();
  if (const auto *Coroutine = dyn_cast<CoroutineBodyStmt>(Code))
    Code = Coroutine->getBody();
  Body B(*Definition, *Code);
  for (const CallExpr *Call : B.calls()) {
    const FunctionDecl *Callee = Call->getDirectCallee();
    if (!Callee)
      continue;
    const Shapes::LockCall *L = A.shapes().lockCall(*Callee);
    if (!L) {
      const ByHand &Theirs = byHand(*Callee);
      Its.Acquired.insert(Theirs.Acquired.begin(), Theirs.Acquired.end());
      Its.Released.insert(Theirs.Released.begin(), Theirs.Released.end());
      continue;
    }
    for (const auto &[Operand, Effect] : operandsOf(Call, *L)) {
      QualType T = core(Operand)->getType();
      const CXXRecordDecl *R = classOf(T);
      if (!R ||
          A.shapes().isGuard(T->isPointerType() ? T->getPointeeType() : T))
        continue;
      if (Effect == LockEffect::Release)
        Its.Released.insert(R);
      else if (Effect == LockEffect::Acquire ||
               Effect == LockEffect::TryAcquire)
        Its.Acquired.insert(R);
    }
  }
  Its.Net = Its.Released;
  for (const CXXRecordDecl *R : Its.Acquired)
    Its.Net.erase(R);
  auto &Kept = Hands[Definition];
  Kept = std::make_unique<ByHand>(std::move(Its));
  return *Kept;
}

const LockSummary *Summaries::locks(const FunctionDecl &F) {
  const FunctionDecl *Definition = F.getDefinition();
  if (!Definition || !Definition->getBody() ||
      isa<CoroutineBodyStmt>(Definition->getBody()))
    return nullptr;
  auto [It, New] = Locks.try_emplace(Definition, nullptr);
  if (!New)
    return It->second.get(); // null while it is being computed: recursion
  if (Depth >= MaxDepth)
    return nullptr;
  ++Depth;
  std::unique_ptr<LockSummary> Summary;
  Body B(*Definition, *Definition->getBody());
  if (std::unique_ptr<CFG> Graph =
          buildGraph(*Definition, *Definition->getBody())) {
    LockFlow Flow(A, B, *Graph, /*IsSummary=*/true);
    if (Flow.run())
      Summary = std::make_unique<LockSummary>(Flow.summary());
    else
      Analysis::gaveUp();
  }
  --Depth;
  return (Locks[Definition] = std::move(Summary)).get();
}

} // namespace corolint
