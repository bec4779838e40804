// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Which variables are handles that can be used once, and what each mention does
// with them; see TaskReuse.h.

#include "Analysis.h"
#include "HandleShapes.h"
#include "Places.h"
#include "SuspensionPoints.h"
#include "TaskBodies.h"
#include "TaskReuse.h"
#include "TaskWalk.h"
#include "clang/AST/ASTContext.h"
#include "clang/AST/DeclTemplate.h"
#include "clang/AST/StmtCXX.h"

using namespace clang;

namespace corolint {

namespace {

/// What the uses of handles are, from the outside in. A mention begins with a
/// variable, or `this`, and goes on as far as what it names is no handle yet:
///
///     job.parts[0].task        a handle, if `task` is of such a type
///     job.parts                what handles are in
class HandleWalk {
public:
  HandleWalk(const Body &B, Analysis &A, Followed What, HandleUses &Out)
      : B(B), A(A), What(What), Out(Out), Places(B, PlaceTable::HaveNames) {}

  void walk(const Stmt *S);
  /// What those mentions touch that name more than one handle.
  void finish();
  /// Something may be done twice.
  bool isWorthFollowing() const {
    return Spends && (Loops || (Uses > 1 && What == Followed::Handles));
  }

private:
  using Ancestors = llvm::SmallVectorImpl<const Stmt *>::const_reverse_iterator;

  void mention(const Expr *Leaf);
  const Expr *longer(const Expr *E, Ancestors &It);
  std::optional<Place> placeOf(const Expr *E, const Expr *Leaf);
  bool isAlias(const VarDecl *V, Place Of);
  unsigned handleAt(Place P, const Expr *Leaf);
  enum class Effect { None, Changes, Anything };
  Effect effectOn(const Expr *E, Ancestors It, Place P);
  std::optional<HandleUse> useOf(const Expr *E, Ancestors It, Place P,
                                 unsigned Of, const Expr *Leaf);
  std::optional<HandleUse> given(const CallExpr *Call, const Expr *E,
                                 bool IsTaken);
  std::optional<HandleUse> member(const CXXMemberCallExpr *Call, bool IsTaken,
                                  bool IsFrame);
  bool isSpentBy(const CoroutineSuspendExpr &Await, QualType T);
  bool yields(QualType T);
  const Expr *awaitAround() const;
  const Stmt *loopAround() const;

  const Body &B;
  Analysis &A;
  const Followed What;
  HandleUses &Out;
  PlaceTable Places;
  llvm::SmallVector<const Stmt *, 16> Parents;
  const VarDecl *Declared = nullptr;
  llvm::DenseMap<Place, unsigned> Known;
  /// Of what handles may be in.
  struct LargerMention {
    const Expr *Leaf;
    Place Of;
    Effect Does;
  };
  std::vector<LargerMention> Larger;
  unsigned Uses = 0;
  bool Spends = false, Loops = false;
};

} // namespace

static bool isHandle(QualType T, Analysis &A, Followed What) {
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

/// Whether awaiting the task without moving from it leaves it so that it must
/// not be awaited again.
bool HandleWalk::isSpentBy(const CoroutineSuspendExpr &Await, QualType T) {
  return A.shapes().startOf(T) == Start::Lazy &&
         neverAsks(awaiterMember(Await.getReadyExpr())) &&
         alwaysResumes(awaiterMember(Await.getSuspendExpr()));
}

/// Whether it gives something at each await: what is yielded is of a type that
/// the task has in its name. (Others only end by it, as in `co_yield
/// co_error(e)`, or give a meaning of their own to the keyword.)
bool HandleWalk::yields(QualType T) {
  const CXXRecordDecl *Promise = A.shapes().promiseOf(T);
  if (!Promise)
    return false;
  const auto *Task =
      dyn_cast_or_null<ClassTemplateSpecializationDecl>(classOf(T));
  return anyMethod(*Promise, [&](const CXXMethodDecl &M) {
    if (!M.getIdentifier() || M.getName() != "yield_value" ||
        M.getNumParams() != 1)
      return false;
    if (const FunctionTemplateDecl *Any = M.getDescribedFunctionTemplate())
      return !Any->hasAssociatedConstraints();
    QualType Given = M.getParamDecl(0)->getType().getNonReferenceType();
    if (!Task || !Given->isRecordType())
      return true;
    return llvm::any_of(
        Task->getTemplateArgs().asArray(), [&](const TemplateArgument &Each) {
          return Each.getKind() == TemplateArgument::Type &&
                 Task->getASTContext().hasSameUnqualifiedType(
                     Each.getAsType().getNonReferenceType(), Given);
        });
  });
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
  Handle H{P, Places.name(P), Leaf->getExprLoc(), nullptr, false, false, {}};
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
    if (const PlaceTable::Step Last = Places.path(P).back();
        Last.Kind == PlaceTable::Step::Field)
      H.Declared = static_cast<const ValueDecl *>(Last.What)->getLocation();
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
    return E->isGLValue() && isHandle(E->getType(), A, What);
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
      Larger.push_back({Leaf, *P, Does});
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

void HandleWalk::finish() {
  std::vector<Handle> &All = Out.Handles;
  for (const LargerMention &Each : Larger)
    for (unsigned I = 0; I < All.size(); ++I)
      if (Places.mayOverlap(All[I].Is, Each.Of))
        (Each.Does == Effect::Changes ? Out.Changes : Out.Escapes)[Each.Leaf]
            .push_back(I);
  for (unsigned I = 0; I < All.size(); ++I)
    for (unsigned J = 0; J < All.size(); ++J)
      if (I != J && Places.mayOverlap(All[I].Is, All[J].Is))
        All[I].Overlaps.push_back(J);
}

//===-- What is done with it ----------------------------------------------===//

/// What the expressions around the mention do with it, from the inside out.
std::optional<HandleUse> HandleWalk::useOf(const Expr *E, Ancestors It,
                                           Place Place, unsigned Of,
                                           const Expr *Leaf) {
  const QualType T = E->getType().getCanonicalType().getUnqualifiedType();
  bool IsTaken = E->isXValue(); // std::move(t)
  bool IsMade = false;          // into a new object
  const bool IsFrame = isCoroutineHandle(T);
  for (; It != Parents.rend(); ++It) {
    const auto *P = dyn_cast<Expr>(*It);
    if (!P) {
      if (isa<ReturnStmt, CoreturnStmt>(*It))
        return IsFrame ? std::nullopt : std::optional(HandleUse::Moved);
      if (!isa<DeclStmt>(*It))
        return IsMade ? std::optional(HandleUse::Parked) : std::nullopt;
      if (IsMade) {
        if (Declared && Declared->hasLocalStorage() &&
            isHandle(Declared->getType(), A, What))
          Out.Heirs[Declared] = {handleAt(Places.variable(Declared), Leaf), Of,
                                 Leaf};
        return HandleUse::Parked;
      }
      if (isAlias(Declared, Place))
        return std::nullopt;
      return HandleUse::Escapes; // a reference to it
    }
    if (const auto *Await = dyn_cast<CoroutineSuspendExpr>(P)) {
      if (isa<CoyieldExpr>(P))
        return HandleUse::Escapes;
      QualType Task = heldBy(T);
      if (!yields(Task) && (IsTaken || isSpentBy(*Await, Task)))
        return HandleUse::Awaited;
      return HandleUse::AwaitedFreely;
    }
    if (const auto *Cast = dyn_cast<ExplicitCastExpr>(P);
        Cast && Cast->getType()->isVoidType())
      return std::nullopt;
    if (core(P) == core(E)) {
      E = P;
      continue;
    }
    if (const auto *C = dyn_cast<CXXConstructExpr>(P)) {
      if (IsFrame)
        return std::nullopt; // a copy
      if (!C->getConstructor()->isMoveConstructor())
        return HandleUse::Escapes;
      IsMade = true;
      E = P;
      continue;
    }
    if (const auto *Op = dyn_cast<CXXOperatorCallExpr>(P)) {
      bool IsLeft = core(Op->getArg(0)) == core(E);
      if (Op->getOperator() == OO_Equal && IsLeft) {
        Out.Refills[Op] = {Of, loopAround()};
        return std::nullopt;
      }
      // What an optional holds is what is done to it.
      if (IsLeft &&
          (Op->getOperator() == OO_Star || Op->getOperator() == OO_Arrow)) {
        E = P;
        continue;
      }
      if (IsFrame)
        return Op->getOperator() == OO_Call && IsLeft
                   ? std::optional(HandleUse::Resumed)
                   : std::nullopt;
      if (Op->getOperator() == OO_Equal && IsTaken)
        return HandleUse::Parked;
    }
    if (const auto *Call = dyn_cast<CallExpr>(P)) {
      if (const Expr *Left = takenOutBy(Call);
          Left && core(Left) == core(E) && !IsFrame) {
        IsTaken = true;
        IsMade = !Call->isCallToStdMove();
        E = P;
        continue;
      }
      return given(Call, E, IsTaken);
    }
    if (const auto *Member = dyn_cast<MemberExpr>(P)) {
      const auto *Call = std::next(It) != Parents.rend()
                             ? dyn_cast<CXXMemberCallExpr>(*std::next(It))
                             : nullptr;
      if (Call && Call->getCallee()->IgnoreParens() == Member) {
        if (isInStd(*Call->getMethodDecl()) &&
            Call->getMethodDecl()->getIdentifier() &&
            Call->getMethodDecl()->getName() == "value") {
          ++It;
          E = Call;
          continue;
        }
        return member(Call, IsTaken, IsFrame);
      }
      return HandleUse::Escapes;
    }
    if (isa<LambdaExpr>(P) && IsMade)
      return HandleUse::Moved;
    if (const auto *Op = dyn_cast<UnaryOperator>(P);
        Op && Op->getOpcode() == UO_AddrOf && isAlias(Declared, Place))
      return std::nullopt;
    if (const auto *Op = dyn_cast<BinaryOperator>(P); Op && IsFrame)
      return std::nullopt;
    return HandleUse::Escapes;
  }
  return std::nullopt;
}

/// Functions of the standard library that move from what they are given,
/// whatever happens.
static bool isSureToMove(const FunctionDecl &F) {
  static constexpr llvm::StringLiteral Names[] = {
      "push_back",     "emplace_back",  "push",        "emplace",
      "push_front",    "emplace_front", "make_unique", "make_shared",
      "make_optional", "make_pair",     "make_tuple"};
  return isInStd(F) && F.getIdentifier() &&
         llvm::is_contained(Names, F.getName());
}

std::optional<HandleUse> HandleWalk::given(const CallExpr *Call, const Expr *E,
                                           bool IsTaken) {
  const FunctionDecl *Callee = Call->getDirectCallee();
  unsigned First =
      isa<CXXOperatorCallExpr>(Call) && isa_and_nonnull<CXXMethodDecl>(Callee)
          ? 1
          : 0;
  for (unsigned I = First; Callee && I < Call->getNumArgs(); ++I) {
    if (core(Call->getArg(I)) != core(E) || I - First >= Callee->getNumParams())
      continue;
    QualType T = Callee->getParamDecl(I - First)->getType();
    if (!T->isReferenceType())
      return isCoroutineHandle(T.getCanonicalType())
                 ? std::nullopt
                 : std::optional(HandleUse::Moved);
    if (T->isLValueReferenceType())
      return T->getPointeeType().isConstQualified()
                 ? std::nullopt
                 : std::optional(HandleUse::Escapes);
    if (!IsTaken)
      break;
    if (isSureToMove(*Callee))
      return HandleUse::Moved;
    // It may give it back: `if (!q.try_push(std::move(t))) …`
    TaskFate Fate = A.taskSummaries()
                        .parameter(*Callee, I - First)
                        .value_or(TaskFate::Unknown);
    if (Fate == TaskFate::Consumes || Fate == TaskFate::Keeps ||
        Fate == TaskFate::Starts)
      return HandleUse::Moved;
    break;
  }
  return HandleUse::Escapes;
}

std::optional<HandleUse> HandleWalk::member(const CXXMemberCallExpr *Call,
                                            bool IsTaken, bool IsFrame) {
  const CXXMethodDecl *M = Call->getMethodDecl();
  if (!M)
    return HandleUse::Escapes;
  if (IsFrame) {
    const IdentifierInfo *II = M->getIdentifier();
    if (II && II->isStr("destroy"))
      return HandleUse::Destroyed;
    if (II && II->isStr("resume"))
      return HandleUse::Resumed;
    if (II && (II->isStr("done") || II->isStr("promise")))
      return HandleUse::Entered;
    return std::nullopt;
  }
  if (const TaskFunctionModel *Model = A.models().taskFunction(*M))
    for (TaskOperand O : Model->Operands)
      if (O.Argument == ImplicitObject &&
          (O.Effect == TaskEffect::Starts || O.Effect == TaskEffect::Detaches))
        return IsTaken ? HandleUse::Moved : HandleUse::Started;
  if (M->getRefQualifier() == RQ_RValue && IsTaken)
    return HandleUse::Moved;
  return HandleUse{M->isConst() ? HandleUse::Asked : HandleUse::Escapes};
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
