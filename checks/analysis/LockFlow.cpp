// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The rules of LockFlow.h for statements and ends of life. What branches mean
// is in LockBranches.cpp, what calls do in LockCalls.cpp, what making and
// moving objects does in LockObjects.cpp.

#include "LockFlow.h"
#include "SuspensionPoints.h"
#include "clang/AST/ASTContext.h"

using namespace clang;

namespace corolint {

/// The function calls inside a lambda's body, and inside the lambdas in it.
static void callsIn(const Stmt *S, std::vector<const CallExpr *> &Calls) {
  if (!S)
    return;
  if (const auto *Call = dyn_cast<CallExpr>(S))
    Calls.push_back(Call);
  if (const auto *L = dyn_cast<LambdaExpr>(S))
    return callsIn(L->getBody(), Calls);
  for (const Stmt *Child : S->children())
    callsIn(Child, Calls);
}

LockFlow::LockFlow(Analysis &A, const Body &B, const CFG &Graph, bool IsSummary)
    : FlowRules(B, Graph, IsSummary), A(A), S(A.shapes()), IsSummary(IsSummary),
      Engine(Graph, *this), Handlers(Graph) {
  for (const CoroutineSuspendExpr *E : B.suspensions())
    for (const Expr *Step :
         {E->getReadyExpr(), E->getSuspendExpr(), E->getResumeExpr()})
      awaitSteps(Step, E);
  for (const CFGBlock *Block : Graph) {
    for (const CFGElement &E : *Block)
      if (std::optional<CFGTemporaryDtor> D = E.getAs<CFGTemporaryDtor>())
        Destroyed.insert(madeBy(*D));
  }
  for (const Body::Store &Each : B.stores())
    elide(Each.Value);
  std::vector<const CallExpr *> Calls = B.calls();
  for (const LambdaExpr *L : B.lambdas())
    callsIn(L->getBody(), Calls);
  for (const CallExpr *Call : Calls)
    noteReleases(Call);
}

bool LockFlow::run() { return Engine.run(); }

/// The calls of await_ready, await_suspend and await_resume are part of their
/// co_await, which is what counts.
void LockFlow::awaitSteps(const Stmt *Step, const CoroutineSuspendExpr *Of) {
  if (!Step || isa<OpaqueValueExpr>(Step))
    return;
  if (const auto *E = dyn_cast<Expr>(Step))
    Await[core(E)] = Of;
  for (const Stmt *Child : Step->children())
    awaitSteps(Child, Of);
}

/// The prvalue whose object dies; of an awaited one, the co_await.
const Expr *LockFlow::madeBy(const CFGTemporaryDtor &D) const {
  const Expr *Made = core(D.getBindTemporaryExpr()->getSubExpr());
  const CoroutineSuspendExpr *Of = Await.lookup(Made);
  return Of && core(Of->getResumeExpr()) == Made ? Of : Made;
}

void LockFlow::elide(const Expr *Init) {
  const Expr *E = core(Init);
  if (const auto *C = dyn_cast<AbstractConditionalOperator>(E)) {
    elide(C->getTrueExpr());
    elide(C->getFalseExpr());
  } else if (E->isPRValue() && E->getType()->isRecordType()) {
    Elided.insert(E);
  }
}

//===-- The function's beginning and end ----------------------------------===//

LockFlow::World LockFlow::entry() {
  World W;
  const FunctionDecl &F = B.function();
  auto Begin = [&](const ValueDecl *D, HeldLock::Origin From) {
    QualType T = D->getType();
    if (T->isReferenceType() || !isTracked(T) || !on(LockRule::Guard))
      return;
    // An optional or a pointer may well be empty.
    const CXXRecordDecl *R = classOf(T);
    bool IsOwner = R && isInStd(*R) && !S.isGuard(T);
    Acquisition Made;
    Made.Variable = D;
    Made.From = From;
    Made.GuardType = S.guardWithin(T);
    Made.LockableType = S.lockableOf(Made.GuardType);
    // [guard = std::unique_lock(m)]
    if (const auto *V = dyn_cast<VarDecl>(D); V && From == HeldLock::Capture)
      if (const auto *C = dyn_cast_or_null<CXXConstructExpr>(
              V->getInit() ? core(V->getInit()) : nullptr))
        for (const Expr *Argument : C->arguments()) {
          if (S.tag(Argument->getType()) == LockEffect::Defer)
            return;
          if (S.lockable(Argument->getType()) && S.isGuard(T) &&
              !S.isGuard(Argument->getType()))
            if (std::optional<Place> P = Places.resolve(Argument)) {
              Places.spell(*P, Argument);
              Made.Mutexes.push_back(*P);
            }
        }
    W.set(Places.variable(D), {IsOwner ? LockState::Unknown : LockState::Held,
                               acquisition(std::move(Made))});
  };
  for (const ParmVarDecl *P : F.parameters())
    Begin(P, HeldLock::Parameter);
  if (const auto *Method = dyn_cast<CXXMethodDecl>(&F);
      Method && Method->getParent()->isLambda())
    for (const LambdaCapture &C : Method->getParent()->captures())
      if (C.capturesVariable() && C.getCaptureKind() == LCK_ByCopy)
        Begin(C.getCapturedVar(), HeldLock::Capture);
  return W;
}

LockSummary LockFlow::summary() {
  LockSummary Result;
  auto Outline = [&](const std::vector<Place> &Mutexes) {
    std::vector<std::vector<PlaceTable::Step>> Paths;
    for (Place P : Mutexes)
      if (Places.isVisibleOutside(P))
        Paths.push_back(Places.path(P));
    return Paths;
  };
  for (const World &W : Engine.before(Graph.getExit())) {
    LockSummary::Outcome O;
    for (const auto &[Holder, Value] : W.Locks) {
      if (!Places.isVisibleOutside(Holder))
        continue;
      if (const auto *P =
              dyn_cast_or_null<ParmVarDecl>(Places.rootVariable(Holder)))
        if (P->getDeclContext() == &B.function() &&
            P->getType()->isRecordType())
          continue; // the callee's own
      LockSummary::Effect E;
      E.On = Places.path(Holder);
      E.State = Value.State;
      if (Value.State == LockState::Held || Value.State == LockState::Free) {
        const Acquisition &Of = Taken[Value.Of];
        E.Mutexes = Outline(Of.Mutexes);
        E.IsRaw = Of.IsRaw;
        E.GuardType = Of.GuardType;
        E.LockableType = Of.LockableType;
        if (const auto *P = dyn_cast_or_null<ParmVarDecl>(Of.Variable))
          if (Of.From == HeldLock::Parameter)
            E.FromParameter = int(P->getFunctionScopeIndex());
      }
      O.Effects.push_back(std::move(E));
    }
    if (std::optional<bool> Zero = W.Known.equals(Tests.resultOf(nullptr), 0))
      O.ReturnsNonzero = !*Zero;
    for (const ParmVarDecl *P : B.function().parameters())
      if (std::optional<Subject> Of = Tests.valueOf(Places.variable(P)))
        if (std::optional<bool> Zero = W.Known.equals(*Of, 0))
          O.Given.push_back({P->getFunctionScopeIndex(), !*Zero});
    for (const auto &[Guard, Of] : GivenGuards)
      if (std::optional<bool> Zero = W.Known.equals(Of, 0))
        O.GuardHolds.push_back({Places.path(Guard), !*Zero});
    Result.Outcomes.push_back(std::move(O));
  }
  // pair<bool, unique_lock>, struct { bool ok; unique_lock lock; }
  QualType T = B.function().getReturnType();
  const CXXRecordDecl *R = T->isRecordType() ? classOf(T) : nullptr;
  bool Tells = R && !S.isGuard(T) &&
               (isInStd(*R) ? R->getIdentifier() && (R->getName() == "pair" ||
                                                     R->getName() == "tuple")
                            : llvm::any_of(R->fields(), [](const auto *Field) {
                                return Field->getType()->isScalarType();
                              }));
  Result.doubt(Tells);
  return Result;
}

//===-- Statements --------------------------------------------------------===//

void LockFlow::element(const CFGElement &E, World W, WorldList &Out) {
  if (std::optional<CFGStmt> S = E.getAs<CFGStmt>())
    return statement(S->getStmt(), std::move(W), Out);
  if (std::optional<CFGAutomaticObjDtor> D = E.getAs<CFGAutomaticObjDtor>()) {
    if (on(LockRule::Destructor))
      erase(W, Places.variable(D->getVarDecl()));
    endOfLife(D->getVarDecl()->getType(), W);
  } else if (std::optional<CFGTemporaryDtor> D = E.getAs<CFGTemporaryDtor>()) {
    const Expr *Made = madeBy(*D);
    if (on(LockRule::TemporaryDestructor) && !Elided.count(Made))
      erase(W, Places.temporary(Made));
    if (!Elided.count(Made))
      endOfLife(Made->getType(), W);
  }
  Out.push_back(std::move(W));
}

void LockFlow::statement(const Stmt *Node, World W, WorldList &Out) {
  if (const auto *D = dyn_cast<DeclStmt>(Node))
    return declare(D, std::move(W), Out,
                   [&](const VarDecl *V, World &W) { declared(V, W); });
  if (const auto *C = dyn_cast<CXXConstructExpr>(Node))
    return construct(C, std::move(W), Out);
  if (const auto *E = dyn_cast<Expr>(Node); E && Await.count(E)) {
    Out.push_back(std::move(W));
    return;
  }
  if (const auto *Call = dyn_cast<CallExpr>(Node))
    return this->call(Call, std::move(W), Out);
  if (const auto *E = dyn_cast<CoroutineSuspendExpr>(Node))
    return suspension(E, std::move(W), Out);
  if (const auto *Op = dyn_cast<BinaryOperator>(Node);
      Op && Op->getOpcode() == BO_Assign && Op->getType()->isPointerType() &&
      on(LockRule::Assign))
    if (std::optional<Place> P = Places.resolve(Op->getLHS())) {
      leadsElsewhere(W, *P);
      erase(W, *P);
      take(W, Op->getRHS(), *P);
    }
  if (assign(Node, W, Out))
    return;
  if (const auto *New = dyn_cast<CXXNewExpr>(Node)) {
    erase(W, Places.temporary(New));
    if (const Expr *Init = New->getInitializer())
      take(W, Init, Places.temporary(New));
  } else if (const auto *Delete = dyn_cast<CXXDeleteExpr>(Node)) {
    if (std::optional<Place> P = Places.resolve(Delete->getArgument());
        P && on(LockRule::Destructor))
      erase(W, *P, /*LeaveEmpty=*/true);
    endOfLife(Delete->getDestroyedType(), W);
  } else if (isa<InitListExpr, CXXParenListInitExpr>(Node)) {
    return aggregate(cast<Expr>(Node), std::move(W), Out);
  } else if (const auto *L = dyn_cast<LambdaExpr>(Node)) {
    Place Closure = Places.temporary(L);
    erase(W, Closure);
    uint64_t I = 0;
    for (const Expr *Init : L->capture_inits())
      if (Init)
        take(W, Init, Places.element(Closure, I++));
  } else if (const auto *R = dyn_cast<ReturnStmt>(Node)) {
    return returned(R, std::move(W), Out);
  }
  Out.push_back(std::move(W));
}

void LockFlow::declared(const VarDecl *V, World &W) {
  Place P = Places.variable(V);
  erase(W, P);
  if (!V->getInit())
    return;
  take(W, V->getInit(), P);
  // auto *m = guard.release(): see lockOperation.
  if (const LockValue *Value = W.at(P);
      Value && V->getType()->isPointerType() && Taken[Value->Of].IsRaw &&
      !ReleasedByHand.count(unsigned(P)))
    erase(W, P);
}

/// A scalar gets a value. An unknown one that is tested again makes two worlds.
void LockFlow::store(Place To, const Expr *Value, World W, WorldList &Out) {
  std::optional<Subject> Of = Tests.valueOf(To);
  if (!Of || !on(LockRule::Store)) {
    changed(W, To);
    Out.push_back(std::move(W));
    return;
  }
  auto Set = [&](World W, Fact F) {
    changed(W, To);
    W.Known.learn(F);
    Out.push_back(std::move(W));
  };
  if (core(Value)->getType()->isBooleanType()) {
    for (bool Is : {true, false}) {
      World Branch = W;
      if (assume(Branch, Value, Is))
        Set(std::move(Branch), {*Of, 0, !Is});
    }
    return;
  }
  if (std::optional<int64_t> Known = Tests.evaluateInteger(W.Known, Value))
    return Set(std::move(W), {*Of, *Known, true});
  if (const auto *Op = dyn_cast<UnaryOperator>(core(Value));
      Op && Op->getOpcode() == UO_AddrOf)
    return Set(std::move(W), {*Of, 0, false});
  // int rc = pthread_mutex_trylock(&m);
  if (isa<CallExpr>(core(Value)))
    if (std::optional<bool> Zero = W.Known.equals(Tests.resultOf(Value), 0))
      return Set(std::move(W), {*Of, 0, *Zero});
  changed(W, To);
  Out.push_back(std::move(W));
}

void LockFlow::suspension(const CoroutineSuspendExpr *E, World W,
                          WorldList &Out) {
  if (mayThrow(*E))
    raise(E, W);
  // An awaiter may let go of the lock once it is registered.
  for (const Expr *Step : {E->getReadyExpr(), E->getSuspendExpr()})
    if (const CXXMethodDecl *Member = awaiterMember(Step))
      releasedElsewhere(W, A.summaries().releases(*Member));
  bool Suspends =
      !on(LockRule::NeverSuspends) || suspensionOf(*E) != Suspension::Never;
  if (Suspends) {
    for (const auto &[Holder, Value] : W.Locks) {
      if (Value.State != LockState::Held)
        SometimesFree.insert({Holder, E});
      if (Value.State != LockState::Held || !isInScope(Holder, E))
        continue;
      // An awaiter's own lock is its own affair.
      if (const Expr *Temporary = Places.rootTemporary(Holder);
          Temporary &&
          (!Destroyed.count(Temporary) || Temporary == core(E->getOperand()) ||
           Temporary == core(E->getCommonExpr()) ||
           B.isEvaluatedFirst(E, Temporary)))
        continue;
      Findings.insert({Value.Of, Holder, E});
    }
    Tests.othersRan(W.Known);
  }
  result(E, std::move(W), Out);
}

void LockFlow::returned(const ReturnStmt *R, World W, WorldList &Out) {
  const Expr *Value = R->getRetValue();
  for (const auto &[Holder, Lock] : W.Locks)
    if (Lock.State == LockState::Held && !Taken[Lock.Of].IsRaw &&
        Places.rootVariable(Holder))
      Returns.insert({Lock.Of, Holder, R});
  if (!Value || !IsSummary) {
    Out.push_back(std::move(W));
    return;
  }
  take(W, Value, Places.result());
  QualType T = Value->getType();
  if (!T->isIntegralOrEnumerationType()) {
    Out.push_back(std::move(W));
    return;
  }
  Subject Result = Tests.resultOf(nullptr);
  if (T->isBooleanType()) {
    for (bool Is : {true, false}) {
      World Branch = W;
      if (assume(Branch, Value, Is)) {
        Branch.Known.learn({Result, 0, !Is});
        Out.push_back(std::move(Branch));
      }
    }
    return;
  }
  if (std::optional<int64_t> Known = Tests.evaluateInteger(W.Known, Value))
    W.Known.learn({Result, *Known, true});
  else if (isa<CallExpr>(core(Value)))
    if (std::optional<bool> Zero = W.Known.equals(Tests.resultOf(Value), 0))
      W.Known.learn({Result, 0, *Zero});
  Out.push_back(std::move(W));
}

/// What a call throws skips the unlock of a raw lock, and only of that: guards
/// are unwound.
void LockFlow::raise(const Expr *E, const World &W) {
  if (!on(LockRule::Raise))
    return;
  const CXXTryStmt *Try = B.tryOf(E);
  if (Handlers.of(Try).empty() || W.Locks.empty())
    return;
  World Raised = W;
  leaveScopes(Raised, Try);
  const auto *Call = dyn_cast<CallExpr>(E);
  const auto *Construct = dyn_cast<CXXConstructExpr>(E);
  const FunctionDecl *Callee = Call        ? Call->getDirectCallee()
                               : Construct ? Construct->getConstructor()
                                           : nullptr;
  if (isNoThrow(Callee))
    return;
  // Without an unlock there is nothing that it could skip.
  bool Any = llvm::any_of(Raised.Locks, [&](const auto &L) {
    const Acquisition &Of = Taken[L.second.Of];
    return L.second.State == LockState::Held && Of.IsRaw &&
           llvm::any_of(Of.Mutexes, [&](Place M) {
             return ReleasedByHand.count(unsigned(M));
           });
  });
  if (!Any)
    return;
  // What it throws is not known: not whether it passes these handlers, either.
  for (const CFGBlock *Each : Handlers.of(Try))
    Engine.raise(*Each, Raised);
}

} // namespace corolint
