// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Which objects can be used once, and which of them each mention names; see
// TaskReuse.h and HandleWalk.h.

#include "Analysis.h"
#include "HandleShapes.h"
#include "HandleWalk.h"
#include "clang/AST/ASTContext.h"
#include "clang/AST/StmtCXX.h"

using namespace clang;

namespace corolint {

bool isHandle(QualType T, Analysis &A, Followed What) {
  T = T.getCanonicalType().getUnqualifiedType();
  const CXXRecordDecl *R = T->getAsCXXRecordDecl();
  if (!R)
    return false;
  if (What == Followed::Values)
    return R->hasDefinition() && !R->isDependentType() && !R->isLambda() &&
           R->hasNonTrivialMoveConstructor() && !A.shapes().isTask(T) &&
           !isCoroutineHandle(T);
  if (isCoroutineHandle(T))
    return true;
  T = heldBy(T);
  R = T->getAsCXXRecordDecl();
  return R && A.shapes().isTask(T) && isUnique(*R);
}

/// The co_await of which what is walked is a part; null if there is none.
const Expr *HandleWalk::awaitAround() const {
  for (const Stmt *P : llvm::reverse(Parents)) {
    if (const auto *Await = dyn_cast<CoawaitExpr>(P))
      return Await;
    if (!isa<Expr>(P))
      return nullptr;
  }
  return nullptr;
}

static bool isLoop(const Stmt *S) {
  return isa<ForStmt, WhileStmt, DoStmt, CXXForRangeStmt>(S);
}

const Stmt *HandleWalk::loopAround() const {
  auto Outermost = llvm::find_if(Parents, isLoop);
  return Outermost == Parents.end() ? nullptr : *Outermost;
}

/// Not evaluated, or written elsewhere.
static bool isOutside(const Stmt *S) {
  return isa<UnaryExprOrTypeTraitExpr, CXXNoexceptExpr, RequiresExpr,
             OpaqueValueExpr, CXXDefaultArgExpr, CXXTypeidExpr>(S);
}

void HandleWalk::walk(const Stmt *S) {
  if (!S || isOutside(S))
    return;
  Loops |= isLoop(S) || isa<GotoStmt>(S);
  if (isa<DeclRefExpr, CXXThisExpr>(S))
    return mention(cast<Expr>(S));
  Parents.push_back(S);
  if (const auto *L = dyn_cast<LambdaExpr>(S)) {
    for (const Expr *Init : L->capture_inits())
      walk(Init);
  } else if (const auto *Await = dyn_cast<CoroutineSuspendExpr>(S)) {
    walk(Await->getOperand());
  } else if (const auto *Return = dyn_cast<CoreturnStmt>(S)) {
    walk(Return->getOperand());
  } else if (const auto *D = dyn_cast<DeclStmt>(S)) {
    for (const Decl *Each : D->decls())
      if (const auto *V = dyn_cast<VarDecl>(Each)) {
        Declared = V;
        walk(V->getInit());
        Declared = nullptr;
      }
  } else if (const auto *For = dyn_cast<CXXForRangeStmt>(S)) {
    // Its iterators change nothing of what it runs over.
    walk(For->getInit());
    if (const Expr *Range = For->getRangeInit(); !Places.resolve(Range))
      walk(Range);
    walk(For->getLoopVarStmt());
    walk(For->getBody());
  } else {
    for (const Stmt *Child : S->children())
      walk(Child);
  }
  Parents.pop_back();
}

//===-- Which object a mention names --------------------------------------===//

/// The expression around `E` that names the same object, or a part of it; null
/// if what is around does something else. `It` goes along.
const Expr *HandleWalk::longer(const Expr *E, Ancestors &It) {
  if (It == Parents.rend())
    return nullptr;
  const auto *P = dyn_cast<Expr>(*It);
  if (!P)
    return nullptr;
  bool IsPart = core(P) == core(E);
  if (const auto *Member = dyn_cast<MemberExpr>(P)) {
    if (isa<FieldDecl>(Member->getMemberDecl())) {
      IsPart = true;
    } else if (std::next(It) != Parents.rend()) {
      // `v.back()`, `o.value()`
      const auto *Call = dyn_cast<CXXMemberCallExpr>(*std::next(It));
      const IdentifierInfo *Name = Member->getMemberDecl()->getIdentifier();
      if (Call && Call->isGLValue() && Name &&
          !Name->getName().starts_with("emplace") && Places.resolve(Call)) {
        It += 2;
        return Call;
      }
    }
  } else if (const auto *Op = dyn_cast<CXXOperatorCallExpr>(P)) {
    OverloadedOperatorKind Kind = Op->getOperator();
    IsPart = (Kind == OO_Subscript || Kind == OO_Star || Kind == OO_Arrow) &&
             core(Op->getArg(0)) == core(E);
  } else if (const auto *Op = dyn_cast<UnaryOperator>(P)) {
    IsPart = Op->getOpcode() == UO_Deref || Op->getOpcode() == UO_AddrOf;
  } else if (const auto *Sub = dyn_cast<ArraySubscriptExpr>(P)) {
    IsPart = core(Sub->getBase()) == core(E);
  } else if (const auto *Call = dyn_cast<CallExpr>(P)) {
    IsPart = Call->isCallToStdMove();
  }
  if (!IsPart)
    return nullptr;
  ++It;
  return P;
}

/// The place of `E`, which begins with `Leaf`, if it can be followed.
std::optional<Place> HandleWalk::placeOf(const Expr *E, const Expr *Leaf) {
  const auto *Ref = dyn_cast<DeclRefExpr>(Leaf);
  const auto *V = Ref ? dyn_cast<VarDecl>(Ref->getDecl()) : nullptr;
  if (V && V->hasGlobalStorage())
    return std::nullopt;
  auto CanBeFollowed = [&](Place P) {
    // What an accessor gives may be another object each time.
    for (const PlaceTable::Step &Step : Places.path(P))
      if (Step.What && Step.Kind != PlaceTable::Step::Temporary &&
          Step.Kind != PlaceTable::Step::Elsewhere &&
          isa<FunctionDecl>(static_cast<const ValueDecl *>(Step.What)))
        return false;
    if (const ValueDecl *Root = Places.rootVariable(P)) {
      const auto *Variable = dyn_cast<VarDecl>(Root);
      return !Variable || !Variable->hasGlobalStorage();
    }
    return Places.isThis(P);
  };
  std::optional<Place> P = Places.resolve(E);
  // A binding or a reference stands for an object of its own type, or for
  // nobody knows what: `auto &first = std::get<0>(both)`.
  if (Ref && core(E) == Ref && P) {
    const std::vector<PlaceTable::Step> Path = Places.path(*P);
    const PlaceTable::Step &Last = Path.back();
    QualType Own = E->getType();
    if (Last.Kind == PlaceTable::Step::Variable ||
        Last.Kind == PlaceTable::Step::Field)
      Own = static_cast<const ValueDecl *>(Last.What)->getType();
    const ASTContext &Context = B.function().getASTContext();
    if (!Context.hasSameUnqualifiedType(Own.getNonReferenceType(),
                                        E->getType()) &&
        !Context.hasSameUnqualifiedType(heldBy(Own), E->getType()))
      P = std::nullopt;
  }
  if (P && CanBeFollowed(*P))
    return P;
  if (Ref && core(E) == Ref && isa<VarDecl, BindingDecl>(Ref->getDecl()))
    return Places.variable(Ref->getDecl());
  return std::nullopt;
}

/// Whether the variable is another name of what is at `Of`.
bool HandleWalk::isAlias(const VarDecl *V, Place Of) {
  return V &&
         (V->getType()->isReferenceType() || V->getType()->isPointerType()) &&
         Places.resolveVariable(V) == Of;
}

unsigned HandleWalk::handleAt(Place P, const Expr *Leaf) {
  auto [It, IsNew] = Known.try_emplace(P, Out.Handles.size());
  if (!IsNew)
    return It->second;
  const PlaceTable::Step Last = Places.path(P).back();
  Handle H{P,       Places.name(P), nullptr, Leaf->getExprLoc(),
           nullptr, false,          false,   {}};
  if (Last.Kind == PlaceTable::Step::Variable ||
      Last.Kind == PlaceTable::Step::Field)
    H.Named = static_cast<const ValueDecl *>(Last.What);
  H.IsSomeElement = Places.containerOf(P).has_value();
  for (const PlaceTable::Step &Step : Places.path(P))
    H.IsShared |= Step.Arrow;
  if (const ValueDecl *Root = Places.rootVariable(P)) {
    const auto *V = dyn_cast<VarDecl>(Root);
    if (const auto *Binding = dyn_cast<BindingDecl>(Root))
      V = dyn_cast<VarDecl>(Binding->getDecomposedDecl());
    bool IsOwn = V && V->getDeclContext() == &B.function();
    H.IsShared |= !IsOwn || V->getType()->isPointerType() ||
                  V->getType()->isLValueReferenceType() ||
                  (V->getType()->isReferenceType() && !isa<ParmVarDecl>(V));
    H.In = IsOwn ? V : nullptr;
    H.Declared = Root->getLocation();
  } else {
    H.IsShared = true;
    if (H.Named)
      H.Declared = H.Named->getLocation();
  }
  Out.Handles.push_back(std::move(H));
  return It->second;
}

void HandleWalk::mention(const Expr *Leaf) {
  const auto *Ref = dyn_cast<DeclRefExpr>(Leaf);
  if (Ref && !isa<VarDecl, BindingDecl>(Ref->getDecl()))
    return;
  const Expr *E = Leaf;
  Ancestors It = Parents.rbegin();
  auto IsHandle = [&] {
    QualType T = E->getType();
    // `p->destroy()`
    if (const auto *Member =
            T->isPointerType() && It != Parents.rend() && !isa<CXXThisExpr>(E)
                ? dyn_cast<MemberExpr>(*It)
                : nullptr)
      return isa<CXXMethodDecl>(Member->getMemberDecl()) &&
             isHandle(T->getPointeeType(), A, What);
    return E->isGLValue() && isHandle(T, A, What);
  };
  if (What == Followed::Values) {
    const auto *V = Ref ? dyn_cast<VarDecl>(Ref->getDecl()) : nullptr;
    if (!V || !IsHandle() || V->getType()->isLValueReferenceType() ||
        (V->getType()->isReferenceType() && !isa<ParmVarDecl>(V)))
      return;
  } else {
    while (!IsHandle()) {
      const Expr *Next = longer(E, It);
      if (!Next)
        break;
      E = Next;
    }
  }
  std::optional<Place> P = placeOf(E, Leaf);
  if (!P)
    return;
  if (!IsHandle()) {
    if (Effect Does = effectOn(E, It, *P); Does != Effect::None)
      Larger.push_back({Leaf, *P, Does, isElsewhere(E, It)});
    return;
  }
  unsigned Of = handleAt(*P, Leaf);
  std::optional<HandleUse> Use = useOf(E, It, *P, Of, Leaf);
  if (!Use)
    return;
  const Expr *Await = awaitAround();
  if (What == Followed::Values && (*Use != HandleUse::Moved || !Await))
    Use = HandleUse::Escapes;
  Out.Mentions[Leaf] = {*Use, Of, E->getExprLoc(), Await, loopAround()};
  bool IsSpending = *Use <= HandleUse::Destroyed;
  Spends |= IsSpending || *Use == HandleUse::Parked;
  Uses += *Use <= HandleUse::Parked;
}

/// What is done with an object that handles are in.
HandleWalk::Effect HandleWalk::effectOn(const Expr *E, Ancestors It, Place P) {
  QualType T = E->getType();
  if (T->isPointerType() || T->isReferenceType())
    T = T->getPointeeType();
  if (T->isArithmeticType() || T->isEnumeralType() || T.isConstQualified())
    return Effect::None;
  if (It == Parents.rend())
    return Effect::Anything;
  if (isa<DeclStmt>(*It))
    return isAlias(Declared, P) ? Effect::None : Effect::Anything;
  // Given to a function, for as long as that runs.
  if (isa<CallExpr>(*It) && E->isLValue())
    return Effect::Changes;
  const auto *Member = dyn_cast<MemberExpr>(*It);
  const auto *M =
      Member ? dyn_cast<CXXMethodDecl>(Member->getMemberDecl()) : nullptr;
  if (!M)
    return Effect::Anything;
  if (M->isConst() || M->isStatic())
    return Effect::None;
  // A container that gives no iterator keeps its elements to itself.
  QualType Result = M->getReturnType();
  return isInStd(*M) && (Result->isVoidType() || Result->isArithmeticType() ||
                         Result->isReferenceType())
             ? Effect::Changes
             : Effect::Anything;
}

/// Whether two objects that others can reach are perhaps one: `o->task` and
/// `p->task`, but not `o->task` and `o->next`.
static bool mayBeSame(const Handle &X, const Handle &Y) {
  const auto *OfX = dyn_cast_or_null<FieldDecl>(X.Named);
  const auto *OfY = dyn_cast_or_null<FieldDecl>(Y.Named);
  return X.IsShared && Y.IsShared && (!OfX || !OfY || OfX == OfY);
}

/// Whether something is done to an object behind a pointer, or to one that a
/// reference stands for, which may be any other that others can reach.
bool HandleWalk::isElsewhere(const Expr *E, Ancestors It) const {
  const auto *Member =
      It == Parents.rend() ? nullptr : dyn_cast<MemberExpr>(*It);
  if (Member && isInStd(*Member->getMemberDecl()))
    return false; // a container keeps to its elements
  QualType T = E->getType();
  const CXXRecordDecl *R = T->isPointerType() ? T->getPointeeCXXRecordDecl()
                                              : T->getAsCXXRecordDecl();
  return R && !isInStd(*R) && !isa<CXXThisExpr>(core(E));
}

void HandleWalk::finish() {
  std::vector<Handle> &All = Out.Handles;
  for (const LargerMention &Each : Larger)
    for (unsigned I = 0; I < All.size(); ++I)
      if (Places.mayOverlap(All[I].Is, Each.Of) ||
          (Each.IsElsewhere && All[I].IsShared))
        (Each.Does == Effect::Changes ? Out.Changes : Out.Escapes)[Each.Leaf]
            .push_back(I);
  for (unsigned I = 0; I < All.size(); ++I)
    for (unsigned J = 0; J < All.size(); ++J)
      if (I != J && (Places.mayOverlap(All[I].Is, All[J].Is) ||
                     mayBeSame(All[I], All[J])))
        All[I].Overlaps.push_back(J);
}

/// Whether anything in `S` is of such a type.
static bool mentionsHandle(const Stmt *S, Analysis &A, Followed What) {
  if (!S || isOutside(S))
    return false;
  if (const auto *E = dyn_cast<Expr>(S);
      E && E->isGLValue() && isHandle(E->getType(), A, What))
    return true;
  if (const auto *Await = dyn_cast<CoroutineSuspendExpr>(S))
    return mentionsHandle(Await->getOperand(), A, What);
  if (const auto *L = dyn_cast<LambdaExpr>(S))
    return llvm::any_of(L->capture_inits(), [&](const Expr *Init) {
      return mentionsHandle(Init, A, What);
    });
  return llvm::any_of(S->children(), [&](const Stmt *Child) {
    return mentionsHandle(Child, A, What);
  });
}

bool mayUseHandles(const Stmt &Text, Analysis &A, Followed What) {
  return mentionsHandle(&Text, A, What);
}

HandleUses findHandleUses(const Body &B, const Stmt &Text, Analysis &A,
                          Followed What) {
  HandleUses Out;
  HandleWalk Walk(B, A, What, Out);
  Walk.walk(&Text);
  if (!Walk.isWorthFollowing())
    return HandleUses();
  Walk.finish();
  return Out;
}

} // namespace corolint
