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
    : FlowRules(B, Graph, /*IsHelper=*/false,
                R.follows(PinRule::Element) ? PlaceTable::HaveNames
                                            : PlaceTable::AreOne,
                /*InLoops=*/true),
      All(R), Engine(Graph, *this) {
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
  if (const auto *D = dyn_cast<DeclStmt>(Node))
    return declare(D, std::move(W), Out,
                   [&](const VarDecl *V, World &W) { declaration(V, W); });
  // Who writes to the members of an object by hand knows it.
  if (const auto *Op = dyn_cast<BinaryOperator>(Node);
      Op && Op->isAssignmentOp() && isa<MemberExpr>(core(Op->getLHS())))
    if (std::optional<Place> P = Places.resolve(Op->getLHS()))
      if (std::optional<Place> Object = Places.parent(*P)) {
        end(*Object, W);
        endWith(*Object, W);
      }
  if (assign(Node, W, Out))
    return;
  if (const auto *Ref = dyn_cast<DeclRefExpr>(Node)) {
    mentioned(Ref, W);
  } else if (const auto *C = dyn_cast<CXXConstructExpr>(Node)) {
    called(C, W);
    construct(C, W);
  } else if (const auto *Call = dyn_cast<CallExpr>(Node)) {
    called(Call, W);
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

//===-- Blocks and branches -----------------------------------------------===//

Worlds<PinWorld> PinFlow::block(const CFGBlock &Block,
                                const Worlds<World> &In) {
  return through(Block, In, [&](const CFGElement &E, World W, WorldList &Next) {
    element(E, std::move(W), Next);
  });
}

Worlds<PinWorld> PinFlow::edge(const CFGBlock &Block, unsigned N,
                               const Worlds<World> &Out) {
  const Stmt *Branch = Block.getTerminatorStmt();
  Worlds<World> Result;
  // What an exception leaves behind is not followed.
  if (isa_and_nonnull<CXXTryStmt>(Branch) || Block.hasNoReturnElement())
    return Result;
  split(Block, N, Out, [&](World W) {
    if (auto Ended = Around.find({Branch, N == 0}); Ended != Around.end())
      for (AWayAround Each : Ended->second)
        Each.IsEmptied ? forget(Each.What, W) : end(Each.What, W);
    Result.insert(std::move(W));
  });
  return Result;
}

bool PinFlow::assume(World &W, const Expr *E, bool Holds) {
  return !on(PinRule::Correlation) || FlowRules::assume(W, E, Holds);
}

} // namespace corolint
