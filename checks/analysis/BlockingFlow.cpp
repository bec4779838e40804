// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The rules of BlockingFlow.h.

#include "BlockingFlow.h"
#include "Analysis.h"
#include "clang/AST/ASTContext.h"

using namespace clang;

namespace corolint {

BlockingFlow::BlockingFlow(BlockingKnowledge &K, const Body &B,
                           const CFG &Graph, llvm::ArrayRef<BlockingSite> Sites)
    : K(K), B(B), Sites(Sites), Places(B),
      Tests(B, Places, Graph, /*IsHelper=*/true), Engine(Graph, *this) {
  for (unsigned I = 0; I < Sites.size(); ++I)
    At[Sites[I].At ? static_cast<const void *>(Sites[I].At)
                   : static_cast<const void *>(Sites[I].Variable)]
        .push_back(I);
  for (const CFGBlock *Block : Graph)
    if (const auto *Try =
            dyn_cast_or_null<CXXTryStmt>(Block->getTerminatorStmt()))
      Handlers[Try] = Block;
}

/// What may throw leads to the handlers around it; Clang's graph draws that
/// only for `throw`.
void BlockingFlow::raise(const Expr *E, const World &W) {
  const CXXTryStmt *Try = B.tryOf(E);
  auto Handler = Try ? Handlers.find(Try) : Handlers.end();
  if (Handler == Handlers.end())
    return;
  for (const CFGBlock *Each : Handler->second->succs())
    if (Each && isa_and_nonnull<CXXCatchStmt>(Each->getLabel()))
      Engine.raise(*Each, W);
}

//===-- Objects -----------------------------------------------------------===//

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

static bool contains(const BlockingWorld::Keys &Keys, uint64_t Key) {
  return llvm::binary_search(Keys, Key);
}
static void insert(BlockingWorld::Keys &Keys, uint64_t Key) {
  auto Position = llvm::lower_bound(Keys, Key);
  if (Position == Keys.end() || *Position != Key)
    Keys.insert(Position, Key);
}
static void erase(BlockingWorld::Keys &Keys, uint64_t Key) {
  llvm::erase(Keys, Key);
}

void BlockingFlow::done(World &W, uint64_t Object) {
  insert(W.Done, Object);
  erase(W.Running, Object);
}

/// Whoever is given an object may see to it that it is done.
void BlockingFlow::mentioned(const Stmt *S, World &W) {
  if (!S || isa<LambdaExpr>(S))
    return;
  if (const auto *E = dyn_cast<Expr>(S))
    if (isa<DeclRefExpr, MemberExpr>(E) && E->getType()->isRecordType())
      if (std::optional<uint64_t> Key = key(E))
        done(W, *Key);
  for (const Stmt *Child : S->children())
    mentioned(Child, W);
}

void BlockingFlow::reach(const void *Where, const World &W) {
  auto Found = At.find(Where);
  if (Found == At.end() || W.Elsewhere)
    return;
  for (unsigned I : Found->second) {
    const BlockingSite &S = Sites[I];
    std::optional<uint64_t> Object =
        S.Kind == BlockingSiteKind::Destruction
            ? S.Variable ? std::optional<uint64_t>(
                               uint64_t(Places.variable(S.Variable)))
                         : std::nullopt
        : S.Object       ? key(S.Object)
        : S.Given.size() ? key(S.Given[0])
                         : std::nullopt;
    bool CanBeDone =
        S.Kind == BlockingSiteKind::Destruction ||
        (S.Model && (!S.Model->After.empty() || !S.Model->ReadyWhen.empty()));
    if (Object && CanBeDone && contains(W.Done, *Object))
      continue;
    // Only the futures of std::async wait in the end.
    if (S.Kind == BlockingSiteKind::Destruction && S.Model &&
        S.Model->Role == BlockingModel::Starts &&
        !(Object && contains(W.Running, *Object)))
      continue;
    std::vector<Need> Way;
    for (const ParmVarDecl *P : B.function().parameters())
      if (std::optional<Subject> Of = Tests.valueOf(Places.variable(P));
          Of && !B.isModified(P))
        for (const Fact &F : W.Known.all())
          if (F.Of == *Of)
            Way.push_back({F.Equal ? Need::IsEqual : Need::IsUnequal,
                           P->getFunctionScopeIndex(), nullptr, F.Value});
    Ways &All = Reached[I];
    if (All.size() < 8 && !llvm::is_contained(All, Way))
      All.push_back(std::move(Way));
  }
}

//===-- Elements ----------------------------------------------------------===//

Worlds<BlockingWorld> BlockingFlow::block(const CFGBlock &Block,
                                          const Worlds<World> &In) {
  WorldList Now(In.begin(), In.end()), Next;
  for (const CFGElement &E : Block) {
    Next.clear();
    for (World &W : Now) {
      if (std::optional<CFGStmt> S = E.getAs<CFGStmt>()) {
        statement(S->getStmt(), std::move(W), Next);
        continue;
      }
      if (std::optional<CFGAutomaticObjDtor> D =
              E.getAs<CFGAutomaticObjDtor>()) {
        reach(D->getVarDecl(), W);
      } else if (std::optional<CFGTemporaryDtor> D =
                     E.getAs<CFGTemporaryDtor>()) {
        reach(core(D->getBindTemporaryExpr()->getSubExpr()), W);
      }
      Next.push_back(std::move(W));
    }
    if (Next.size() > Solver<BlockingFlow>::MaxWorlds) {
      Worlds<World> TooMany; // the solver sees it and gives up
      for (World &W : Next)
        TooMany.insert(std::move(W));
      if (TooMany.size() > Solver<BlockingFlow>::MaxWorlds)
        return TooMany;
      Next.assign(TooMany.begin(), TooMany.end());
    }
    std::swap(Now, Next);
  }
  // A loop's condition is a site of its own.
  if (const auto *Condition =
          dyn_cast_or_null<Expr>(Block.getTerminatorCondition()))
    for (const World &W : Now)
      reach(Condition, W);
  Worlds<World> Out;
  for (World &W : Now)
    Out.insert(std::move(W));
  return Out;
}

void BlockingFlow::statement(const Stmt *S, World W, WorldList &Out) {
  if (const auto *D = dyn_cast<DeclStmt>(S))
    return declaration(D, std::move(W), Out);
  if (isa<CallExpr, CXXConstructExpr, CXXDeleteExpr>(S))
    reach(S, W);
  if (isa<CallExpr, CXXConstructExpr, CoroutineSuspendExpr>(S))
    raise(cast<Expr>(S), W);
  if (const auto *Call = dyn_cast<CallExpr>(S)) {
    call(Call, W);
  } else if (const auto *E = dyn_cast<CoroutineSuspendExpr>(S)) {
    suspension(E, W);
  } else if (const auto *C = dyn_cast<CXXConstructExpr>(S)) {
    // What moves out of an object leaves nothing to wait for.
    if (C->getConstructor()->isMoveConstructor() && C->getNumArgs() >= 1 &&
        !core(C->getArg(0))->isPRValue())
      mentioned(C->getArg(0), W);
  } else if (const auto *Op = dyn_cast<BinaryOperator>(S);
             Op && Op->isAssignmentOp()) {
    if (std::optional<Place> P = Places.resolve(Op->getLHS())) {
      if (Op->getOpcode() == BO_Assign)
        return store(*P, Op->getRHS(), std::move(W), Out);
      Tests.changed(W.Known, *P);
    }
  } else if (const auto *Op = dyn_cast<UnaryOperator>(S);
             Op && Op->isIncrementDecrementOp()) {
    if (std::optional<Place> P = Places.resolve(Op->getSubExpr()))
      Tests.changed(W.Known, *P);
  } else if (const auto *R = dyn_cast<ReturnStmt>(S)) {
    mentioned(R->getRetValue(), W);
  }
  Out.push_back(std::move(W));
}

void BlockingFlow::declaration(const DeclStmt *D, World W, WorldList &Out) {
  WorldList Now{std::move(W)}, Next;
  for (const Decl *Each : D->decls()) {
    const auto *V = dyn_cast<VarDecl>(Each);
    if (!V || V->isStaticLocal() || V->isInvalidDecl())
      continue;
    Next.clear();
    for (World &W : Now) {
      Place P = Places.variable(V);
      if (!V->getType()->isReferenceType())
        begin(uint64_t(P), V->getInit(), W);
      if (V->getInit() && V->getType()->isScalarType()) {
        store(P, V->getInit(), std::move(W), Next);
      } else {
        Tests.changed(W.Known, P);
        Next.push_back(std::move(W));
      }
    }
    std::swap(Now, Next);
  }
  for (World &W : Now)
    Out.push_back(std::move(W));
}

/// An object gets a value.
void BlockingFlow::begin(uint64_t Object, const Expr *Init, World &W) {
  erase(W.Done, Object);
  erase(W.Running, Object);
  if (!Init)
    return;
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
    CallArguments With{B, Given, nullptr};
    BlockingModel Asked = *M;
    Asked.Role = BlockingModel::Blocks;
    const Expr *Policy = With.at(M->Argument);
    bool Deferred = Policy && core(Policy)->getType()->isEnumeralType() &&
                    !blocks(Asked, With, K.analysis().models());
    if (Deferred)
      insert(W.Done, Object);
    else
      insert(W.Running, Object);
  }
}

void BlockingFlow::store(Place To, const Expr *Value, World W, WorldList &Out) {
  std::optional<Subject> Of = Tests.valueOf(To);
  if (!Of) {
    Tests.changed(W.Known, To);
    Out.push_back(std::move(W));
    return;
  }
  if (core(Value)->getType()->isBooleanType()) {
    for (bool Is : {true, false}) {
      World Branch = W;
      if (assume(Branch, Value, Is)) {
        Tests.changed(Branch.Known, To);
        Branch.Known.learn({*Of, 0, !Is});
        Out.push_back(std::move(Branch));
      }
    }
    return;
  }
  std::optional<int64_t> Known = Tests.evaluateInteger(W.Known, Value);
  Tests.changed(W.Known, To);
  if (Known)
    W.Known.learn({*Of, *Known, true});
  Out.push_back(std::move(W));
}

static bool isNamed(const FunctionDecl &F,
                    llvm::ArrayRef<llvm::StringRef> Names) {
  return F.getIdentifier() && llvm::is_contained(Names, F.getName());
}

void BlockingFlow::call(const CallExpr *Call, World &W) {
  const FunctionDecl *Callee = Call->getDirectCallee();
  const Expr *Object = nullptr;
  if (const auto *Member = dyn_cast<CXXMemberCallExpr>(Call))
    Object = Member->getImplicitObjectArgument();
  if (const auto *Op = dyn_cast<CXXOperatorCallExpr>(Call);
      Op && Op->getOperator() == OO_Equal && Op->getNumArgs() == 2) {
    if (std::optional<uint64_t> Key = key(Op->getArg(0)))
      begin(*Key, Op->getArg(1), W);
    if (Callee && isa<CXXMethodDecl>(Callee) &&
        cast<CXXMethodDecl>(Callee)->isMoveAssignmentOperator() &&
        !core(Op->getArg(1))->isPRValue())
      mentioned(Op->getArg(1), W);
    return;
  }
  // A method after which there is nothing to wait for.
  if (Object && Callee)
    if (std::optional<uint64_t> Key = key(Object)) {
      for (const BlockingSite &S : Sites) {
        if (!S.Model || !isNamed(*Callee, S.Model->After))
          continue;
        std::optional<uint64_t> Its =
            S.Kind == BlockingSiteKind::Destruction && S.Variable
                ? std::optional<uint64_t>(uint64_t(Places.variable(S.Variable)))
                : key(S.Object);
        if (Its == Key)
          done(W, *Key);
      }
      // get() of a std::async: its future is empty then.
      if (contains(W.Running, *Key) && Callee->getIdentifier() &&
          (Callee->getName() == "get" || Callee->getName() == "wait"))
        done(W, *Key);
    }
  // Others who are given the object to change.
  unsigned I = 0;
  for (const Expr *Argument : Call->arguments()) {
    unsigned Index = I++;
    if (isa<CXXOperatorCallExpr>(Call) &&
        isa_and_nonnull<CXXMethodDecl>(Callee)) {
      if (Index == 0)
        continue;
      --Index;
    }
    QualType To = Callee && Index < Callee->getNumParams()
                      ? Callee->getParamDecl(Index)->getType()
                      : QualType();
    if (To.isNull() ||
        (To->isReferenceType() && !To->getPointeeType().isConstQualified())) {
      const Expr *E = core(Argument);
      if (isa<DeclRefExpr, MemberExpr>(E) && E->getType()->isRecordType())
        if (std::optional<uint64_t> Key = key(E))
          done(W, *Key);
    }
  }
}

//===-- Suspensions -------------------------------------------------------===//

/// Whether an expression in `S` is, or names, an executor of that kind.
bool BlockingFlow::mentionsExecutor(const Stmt *S, unsigned Role, bool ByType) {
  if (!S || isa<LambdaExpr>(S))
    return false;
  if (const auto *E = dyn_cast<Expr>(S)) {
    if (const auto *Call = dyn_cast<CallExpr>(E)) {
      llvm::SmallVector<const Expr *, 4> Given(Call->arguments());
      for (const BlockingModel *M : K.entries(*Call))
        if (unsigned(M->Role) == Role && concerns(*M, {B, Given, nullptr}))
          return true;
    }
    if (ByType && !E->getType().isNull() && K.isBlockingExecutor(E->getType()))
      return true;
  }
  return llvm::any_of(S->children(), [&](const Stmt *Child) {
    return mentionsExecutor(Child, Role, ByType);
  });
}

void BlockingFlow::suspension(const CoroutineSuspendExpr *E, World &W) {
  // co_await future; and what is handed to something that is awaited.
  mentioned(E->getOperand(), W);
  if (isa<CoawaitExpr>(E)) {
    const auto *Call = dyn_cast<CallExpr>(core(E->getOperand()));
    const FunctionDecl *Callee = Call ? Call->getDirectCallee() : nullptr;
    // A task that is given an executor runs there; the coroutine does not.
    bool IsTask =
        K.analysis().shapes().isTask(core(E->getOperand())->getType());
    if (mentionsExecutor(E->getOperand(), BlockingModel::Switches,
                         /*ByType=*/!IsTask)) {
      W.Elsewhere = true;
      if (Callee && Callee->getIdentifier() &&
          !llvm::is_contained(SwitchNames, Callee->getName()))
        SwitchNames.push_back(Callee->getName());
    } else if (W.Elsewhere &&
               ((Callee && isNamed(*Callee, SwitchNames)) ||
                mentionsExecutor(E->getOperand(), BlockingModel::Returns,
                                 /*ByType=*/false))) {
      W.Elsewhere = false;
    }
  }
  Tests.othersRan(W.Known);
}

//===-- Branches ----------------------------------------------------------===//

Worlds<BlockingWorld> BlockingFlow::edge(const CFGBlock &Block, unsigned N,
                                         const Worlds<World> &Out) {
  const CFGBlock *To = (Block.succ_begin() + N)->getReachableBlock();
  const Stmt *Branch = Block.getTerminatorStmt();
  Worlds<World> Result;
  bool IsBackEdge = To->getBlockID() >= Block.getBlockID();
  auto Add = [&](World W) {
    if (IsBackEdge)
      Tests.othersRan(W.Known);
    Result.insert(std::move(W));
  };
  const auto *Condition = dyn_cast_or_null<Expr>(
      Branch && Block.succ_size() == 2 ? Block.getTerminatorCondition()
                                       : nullptr);
  if (!Condition || Block.getTerminator().isTemporaryDtorsBranch() ||
      isa<CXXTryStmt, SwitchStmt, CXXForRangeStmt>(Branch)) {
    for (const World &W : Out)
      Add(W);
    return Result;
  }
  // The left sides of && and || were decided in blocks of their own.
  for (;;) {
    const auto *Op = dyn_cast<BinaryOperator>(core(Condition));
    if (!Op || !Op->isLogicalOp())
      break;
    Condition = Op->getRHS();
  }
  for (World W : Out)
    if (assume(W, Condition, N == 0))
      Add(std::move(W));
  return Result;
}

std::optional<bool> BlockingFlow::evaluate(const World &W, const Expr *E) {
  E = core(E);
  if (const auto *Op = dyn_cast<UnaryOperator>(E);
      Op && Op->getOpcode() == UO_LNot) {
    std::optional<bool> Inner = evaluate(W, Op->getSubExpr());
    return Inner ? std::optional<bool>(!*Inner) : std::nullopt;
  }
  if (const auto *Op = dyn_cast<BinaryOperator>(E); Op && Op->isLogicalOp()) {
    bool Decides = Op->getOpcode() == BO_LOr;
    std::optional<bool> L = evaluate(W, Op->getLHS());
    if (L == Decides)
      return Decides;
    std::optional<bool> R = evaluate(W, Op->getRHS());
    if (L == !Decides || R == Decides)
      return R;
    return std::nullopt;
  }
  return Tests.evaluate(W.Known, E);
}

bool BlockingFlow::assume(World &W, const Expr *E, bool Holds) {
  E = core(E);
  if (std::optional<bool> Known = evaluate(W, E))
    return *Known == Holds;
  if (const auto *Op = dyn_cast<UnaryOperator>(E);
      Op && Op->getOpcode() == UO_LNot)
    return assume(W, Op->getSubExpr(), !Holds);
  if (const auto *Op = dyn_cast<BinaryOperator>(E); Op && Op->isLogicalOp()) {
    if (Holds == (Op->getOpcode() == BO_LAnd))
      return assume(W, Op->getLHS(), Holds) && assume(W, Op->getRHS(), Holds);
    if (evaluate(W, Op->getLHS()) == !Holds)
      return assume(W, Op->getRHS(), Holds);
    return true;
  }
  askReady(W, E, Holds);
  Tests.assume(W.Known, E, Holds);
  return true;
}

/// `f.wait_for(0s) == std::future_status::ready`, `f.isReady()`, `isReady(f)`,
/// and the variables that such an answer was put into.
void BlockingFlow::askReady(World &W, const Expr *E, bool Holds) {
  E = core(E);
  if (const auto *Rewritten = dyn_cast<CXXRewrittenBinaryOperator>(E))
    return askReady(W, Rewritten->getSemanticForm(), Holds);
  bool Compared = false, WithReady = false;
  auto Operands = [&](const Expr *L, const Expr *R, bool Equal) {
    for (const Expr *Side : {L, R}) {
      const auto *Ref = dyn_cast<DeclRefExpr>(core(Side));
      if (!Ref || !isa<EnumConstantDecl>(Ref->getDecl()))
        continue;
      WithReady = Ref->getDecl()->getName() == "ready";
      Compared = true;
      if (!Equal)
        Holds = !Holds;
      // `!= timeout`: ready, or deferred.
      if (!WithReady && (Ref->getDecl()->getName() == "timeout" ||
                         Ref->getDecl()->getName() == "idle")) {
        WithReady = true;
        Holds = !Holds;
      }
      return Side == L ? R : L;
    }
    return static_cast<const Expr *>(nullptr);
  };
  if (const auto *Op = dyn_cast<BinaryOperator>(E); Op && Op->isEqualityOp()) {
    E = Operands(Op->getLHS(), Op->getRHS(), Op->getOpcode() == BO_EQ);
  } else if (const auto *Op = dyn_cast<CXXOperatorCallExpr>(E);
             Op && Op->getNumArgs() == 2 && Op->isComparisonOp()) {
    E = Operands(Op->getArg(0), Op->getArg(1),
                 Op->getOperator() == OO_EqualEqual);
  }
  if (!E)
    return;
  E = core(E);
  // auto status = f.wait_for(0s);
  if (const auto *Ref = dyn_cast<DeclRefExpr>(E))
    if (const auto *V = dyn_cast<VarDecl>(Ref->getDecl());
        V && V->hasLocalStorage() && !isa<ParmVarDecl>(V) && !B.isModified(V) &&
        V->getInit()) {
      const Expr *Init = core(V->getInit());
      if (!Compared)
        return askReady(W, Init, Holds);
      E = Init;
    }
  const auto *Call = dyn_cast<CallExpr>(E);
  const FunctionDecl *Callee = Call ? Call->getDirectCallee() : nullptr;
  if (!Callee || (Compared && !WithReady))
    return;
  if (const auto *Member = dyn_cast<CXXMemberCallExpr>(Call)) {
    std::optional<uint64_t> Key = key(Member->getImplicitObjectArgument());
    if (!Key)
      return;
    // wait_for of a std::async's future, which waits in the end.
    if (Compared && Holds && contains(W.Running, *Key))
      done(W, *Key);
    for (const BlockingSite &S : Sites)
      if (S.Model && S.Object && isNamed(*Callee, S.Model->ReadyWhen) &&
          key(S.Object) == Key && Holds &&
          (Compared || Callee->getReturnType()->isBooleanType()))
        done(W, *Key);
    return;
  }
  // Somebody's own question: what the answer means is not known.
  if (isa<CXXOperatorCallExpr>(Call))
    return;
  for (const Expr *Argument : Call->arguments()) {
    const Expr *Object = core(Argument);
    if (isa<DeclRefExpr, MemberExpr, ArraySubscriptExpr>(Object) &&
        Object->getType()->isRecordType())
      if (std::optional<uint64_t> Key = key(Object))
        done(W, *Key);
  }
}

} // namespace corolint
