// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The paths of PinFlow.h, and the statements on them. What is known of objects
// is in PinStates.cpp; what starts, ends and moves them in PinEvents.cpp.

#include "PinFlow.h"
#include "AddressWalk.h"
#include "Places.h"
#include "clang/AST/ASTContext.h"
#include "clang/AST/StmtCXX.h"

using namespace clang;

namespace corolint {

std::unique_ptr<CFG> PinFlow::buildGraph(const FunctionDecl &F,
                                         const Stmt &Body) {
  CFG::BuildOptions Options;
  Options.AddImplicitDtors = true;
  Options.PruneTriviallyFalseEdges = true;
  for (Stmt::StmtClass Class :
       {Stmt::CoawaitExprClass, Stmt::CoyieldExprClass,
        Stmt::BinaryOperatorClass, Stmt::CompoundAssignOperatorClass,
        Stmt::UnaryOperatorClass, Stmt::CXXConstructExprClass,
        Stmt::CXXTemporaryObjectExprClass, Stmt::CoreturnStmtClass,
        Stmt::DeclRefExprClass})
    Options.setAlwaysAdd(Class);
  return CFG::buildCFG(&F, const_cast<Stmt *>(&Body), &F.getASTContext(),
                       Options);
}

/// `it = …`
static void findOverwrites(const Stmt *Node,
                           llvm::DenseSet<const DeclRefExpr *> &Into) {
  const Expr *To = nullptr;
  if (const auto *Op = dyn_cast<BinaryOperator>(Node);
      Op && Op->getOpcode() == BO_Assign)
    To = Op->getLHS();
  else if (const auto *Call = dyn_cast<CXXOperatorCallExpr>(Node);
           Call && Call->getOperator() == OO_Equal)
    To = Call->getArg(0);
  if (To)
    if (const auto *Ref = dyn_cast<DeclRefExpr>(core(To)))
      Into.insert(Ref);
  for (const Stmt *Child : Node->children())
    if (Child)
      findOverwrites(Child, Into);
}

/// The innermost loop that each variable is declared in; null outside of them.
/// Of a loop's own variable, the loop around that loop.
static void findLoops(const Stmt *Node, const Stmt *Loop,
                      llvm::DenseMap<const ValueDecl *, const Stmt *> &Into) {
  if (isa<LabelStmt, LambdaExpr>(Node))
    return;
  if (const auto *For = dyn_cast<CXXForRangeStmt>(Node))
    Into.try_emplace(For->getLoopVariable(), Loop);
  if (const auto *D = dyn_cast<DeclStmt>(Node))
    for (const Decl *Each : D->decls())
      if (const auto *V = dyn_cast<VarDecl>(Each))
        Into.try_emplace(V, Loop);
  if (isa<CXXForRangeStmt, ForStmt, WhileStmt, DoStmt>(Node))
    Loop = Node;
  for (const Stmt *Child : Node->children())
    if (Child)
      findLoops(Child, Loop, Into);
}

PinFlow::PinFlow(Registrations &R, const Body &B, const CFG &Graph,
                 const Stmt &Text)
    : All(R), B(B), Graph(Graph),
      Places(B, R.follows(PinRule::Element) ? PlaceTable::HaveNames
                                            : PlaceTable::AreOne),
      Tests(B, Places, Graph, /*IsHelper=*/false, /*InLoops=*/true),
      Engine(Graph, *this) {
  for (const CoroutineSuspendExpr *E : B.suspensions())
    Unmoved.insert(core(E->getOperand()));
  for (const ReturnStmt *Return : B.returns())
    if (const Expr *Value = Return->getRetValue())
      Returned[core(Value)] = Return;
  findOverwrites(&Text, Overwrites);
  findLoops(&Text, nullptr, Loops);
  if (on(PinRule::Shared))
    findShared(&Text);
  if (on(PinRule::WayAround))
    findWaysAround(&Text);
}

//===-- Statements --------------------------------------------------------===//

void PinFlow::element(const CFGElement &E, World W, WorldList &Out) {
  if (std::optional<CFGAutomaticObjDtor> D = E.getAs<CFGAutomaticObjDtor>()) {
    Place P = Places.variable(D->getVarDecl());
    // A guard lets go of what was moved away.
    for (unsigned N : W.Pending)
      if (const Registration &R = Registered[Waiting[N].By];
          R.Holder == D->getVarDecl() && R.Until == Registration::Released)
        Found.insert(Waiting[N]);
    unlink(D->getVarDecl(), W);
    if (on(PinRule::Scope))
      llvm::erase_if(
          W.Pins, [&](const Pin &Each) { return Places.isWithin(Each.Of, P); });
    return Out.push_back(std::move(W));
  }
  std::optional<CFGStmt> Statement = E.getAs<CFGStmt>();
  if (!Statement)
    return Out.push_back(std::move(W));
  const Stmt *Node = Statement->getStmt();
  if (const auto *D = dyn_cast<DeclStmt>(Node)) {
    WorldList Now{std::move(W)}, Next;
    for (const Decl *Each : D->decls()) {
      const auto *V = dyn_cast<VarDecl>(Each);
      if (!V || V->isStaticLocal() || V->isInvalidDecl())
        continue;
      Next.clear();
      for (World &W : Now) {
        declaration(V, W);
        if (V->getInit())
          store(Places.variable(V), V->getInit(), std::move(W), Next);
        else {
          Tests.changed(W.Known, Places.variable(V));
          Next.push_back(std::move(W));
        }
      }
      std::swap(Now, Next);
    }
    for (World &W : Now)
      Out.push_back(std::move(W));
    return;
  }
  if (const auto *Op = dyn_cast<BinaryOperator>(Node);
      Op && Op->isAssignmentOp()) {
    if (std::optional<Place> P = Places.resolve(Op->getLHS())) {
      // Who writes to the members of an object by hand knows it.
      if (isa<MemberExpr>(core(Op->getLHS())))
        if (std::optional<Place> Object = Places.parent(*P))
          end(*Object, W);
      if (Op->getOpcode() == BO_Assign)
        return store(*P, Op->getRHS(), std::move(W), Out);
      Tests.changed(W.Known, *P);
    }
  } else if (const auto *Op = dyn_cast<UnaryOperator>(Node);
             Op && Op->isIncrementDecrementOp()) {
    if (std::optional<Place> P = Places.resolve(Op->getSubExpr()))
      Tests.changed(W.Known, *P);
  } else if (const auto *Ref = dyn_cast<DeclRefExpr>(Node)) {
    mentioned(Ref, W);
  } else if (const auto *C = dyn_cast<CXXConstructExpr>(Node)) {
    changes(C, W);
    construct(C, W);
  } else if (const auto *Call = dyn_cast<CallExpr>(Node)) {
    changes(Call, W);
    call(Call, W);
  } else if (const auto *Suspend = dyn_cast<CoroutineSuspendExpr>(Node)) {
    Tests.othersRan(W.Known);
    if (std::optional<Place> P = Places.resolve(Suspend->getOperand()))
      if (on(PinRule::Await))
        end(*P, W);
    suspended(W);
  } else if (const auto *Return = dyn_cast<CoreturnStmt>(Node)) {
    if (const Expr *Value = Return->getOperand();
        Value && !isa<CoroutineSuspendExpr>(core(Value)) &&
        Value->getType()->isRecordType())
      if (std::optional<Place> P = Places.resolve(Value))
        relocate(*P, Value->getType(), nullptr, Value, PinnedMove::Returned, W);
  }
  Out.push_back(std::move(W));
}

void PinFlow::declaration(const VarDecl *V, World &W) {
  Place P = Places.variable(V);
  if (on(PinRule::Scope))
    llvm::erase_if(
        W.Pins, [&](const Pin &Each) { return Places.isWithin(Each.Of, P); });
  llvm::erase(W.Reserved, P);
  unlink(V, W);
  if (on(PinRule::LoopElement))
    loseName(V, W);
  if (V->getInit() && !V->getType()->isReferenceType()) {
    constructed(V->getInit(), P, W);
    if (on(PinRule::Holder))
      link(V, W);
  }
}

/// A scalar gets a value. An unknown one that is tested again makes two worlds.
void PinFlow::store(Place To, const Expr *Value, World W, WorldList &Out) {
  std::optional<Subject> Of = Tests.valueOf(To);
  if (Of && core(Value)->getType()->isBooleanType()) {
    for (bool Is : {true, false}) {
      World Branch = W;
      if (!assume(Branch, Value, Is))
        continue;
      Tests.changed(Branch.Known, To);
      Branch.Known.learn({*Of, 0, !Is});
      Out.push_back(std::move(Branch));
    }
    return;
  }
  std::optional<int64_t> Known =
      Of ? Tests.evaluateInteger(W.Known, Value) : std::nullopt;
  Tests.changed(W.Known, To);
  if (Known)
    W.Known.learn({*Of, *Known, true});
  Out.push_back(std::move(W));
}

/// What a call may change is not known any more.
void PinFlow::changes(const Expr *Call, World &W) {
  if (const Expr *Object = isa<CallExpr>(Call) ? receiverOf(Call) : nullptr)
    if (const auto *Method = dyn_cast_or_null<CXXMethodDecl>(calleeOf(Call));
        Method && !Method->isConst())
      if (std::optional<Place> P = Places.resolve(Object);
          P && *P != Places.thisObject())
        Tests.changed(W.Known, *P);
  const FunctionDecl *Callee = calleeOf(Call);
  llvm::ArrayRef<const Expr *> Given = givenTo(Call);
  for (unsigned I = 0; I < Given.size(); ++I) {
    QualType T = Callee && I < Callee->getNumParams()
                     ? Callee->getParamDecl(I)->getType()
                     : Given[I]->getType();
    if ((!T->isReferenceType() && !T->isPointerType()) ||
        T->getPointeeType().isConstQualified())
      continue;
    if (std::optional<Place> P = Places.resolve(Given[I]))
      Tests.changed(W.Known, *P);
  }
}

//===-- Blocks and branches -----------------------------------------------===//

Worlds<PinWorld> PinFlow::block(const CFGBlock &Block,
                                const Worlds<World> &In) {
  WorldList Now(In.begin(), In.end()), Next;
  for (const CFGElement &E : Block) {
    Next.clear();
    for (World &W : Now)
      element(E, std::move(W), Next);
    std::swap(Now, Next);
    if (Now.size() > 2 * Solver<PinFlow>::MaxWorlds)
      break; // the solver sees it and gives up
  }
  Worlds<World> Out;
  for (World &W : Now)
    Out.insert(std::move(W));
  return Out;
}

Worlds<PinWorld> PinFlow::edge(const CFGBlock &Block, unsigned N,
                               const Worlds<World> &Out) {
  const CFGBlock *To = (Block.succ_begin() + N)->getReachableBlock();
  const Stmt *Branch = Block.getTerminatorStmt();
  Worlds<World> Result;
  // What an exception leaves behind is not followed.
  if (isa_and_nonnull<CXXTryStmt>(Branch) || Block.hasNoReturnElement())
    return Result;
  bool IsBackEdge = To->getBlockID() >= Block.getBlockID();
  auto Add = [&](World W) {
    if (auto Ended = Around.find({Branch, N == 0}); Ended != Around.end())
      for (AWayAround Each : Ended->second)
        Each.IsEmptied ? forget(Each.What, W) : end(Each.What, W);
    if (IsBackEdge)
      Tests.othersRan(W.Known);
    Result.insert(std::move(W));
  };
  if (const auto *Switch = dyn_cast_or_null<SwitchStmt>(Branch)) {
    for (World W : Out)
      if (Tests.enterCase(W.Known, *Switch, *To))
        Add(std::move(W));
    return Result;
  }
  const auto *Condition = dyn_cast_or_null<Expr>(
      Branch && Block.succ_size() == 2 && !isa<CXXForRangeStmt>(Branch)
          ? Block.getTerminatorCondition()
          : nullptr);
  if (!Condition) {
    for (const World &W : Out)
      Add(W);
    return Result;
  }
  Condition = decisive(Condition);
  for (World W : Out)
    if (assume(W, Condition, N == 0))
      Add(std::move(W));
  return Result;
}

std::optional<bool> PinFlow::evaluate(const World &W, const Expr *E) {
  return evaluateLogic(
      E, [&](const Expr *Atom) { return Tests.evaluate(W.Known, Atom); });
}

/// False if `E` cannot have that outcome in this world.
bool PinFlow::assume(World &W, const Expr *E, bool Holds) {
  if (!on(PinRule::Correlation))
    return true;
  return assumeLogic(
      E, Holds, [&](const Expr *Any) { return evaluate(W, Any); },
      [&](const Expr *Atom, bool Is) { Tests.assume(W.Known, Atom, Is); });
}

} // namespace corolint
