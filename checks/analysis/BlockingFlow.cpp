// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The rules of BlockingFlow.h.

#include "BlockingFlow.h"
#include "Analysis.h"
#include "BlockingParts.h"
#include "clang/AST/ASTContext.h"
#include "clang/AST/ExprCXX.h"

using namespace clang;

namespace corolint {

BlockingFlow::BlockingFlow(BlockingKnowledge &K, const Body &B,
                           const CFG &Graph, llvm::ArrayRef<BlockingSite> Sites)
    : K(K), B(B), Sites(Sites), Places(B),
      Tests(B, Places, Graph, /*IsHelper=*/true), Engine(Graph, *this),
      Handlers(Graph) {
  for (unsigned I = 0; I < Sites.size(); ++I)
    At[Sites[I].At ? static_cast<const void *>(Sites[I].At)
                   : static_cast<const void *>(Sites[I].Variable)]
        .push_back(I);
  findDoomed(Graph);
}

static bool suspends(const CFGBlock &Block) {
  return llvm::any_of(Block, [](const CFGElement &E) {
    std::optional<CFGStmt> S = E.getAs<CFGStmt>();
    return S && isa<CoroutineSuspendExpr>(S->getStmt());
  });
}

/// Where the program is about to be ended, by exit() or the like, nobody is
/// kept waiting any more, unless others run before it comes to that.
void BlockingFlow::findDoomed(const CFG &Graph) {
  for (bool Changed = true; Changed;) {
    Changed = false;
    for (const CFGBlock *Block : Graph) {
      auto IsDoomed = [&](const CFGBlock::AdjacentBlock &Next) {
        return !Next.getReachableBlock() ||
               Doomed.count(Next.getReachableBlock());
      };
      bool HasNext = llvm::any_of(Block->succs(), [](const auto &Next) {
        return Next.getReachableBlock() != nullptr;
      });
      if (!suspends(*Block) &&
          (Block->hasNoReturnElement() ||
           (HasNext && llvm::all_of(Block->succs(), IsDoomed))))
        Changed |= Doomed.insert(Block).second;
    }
  }
}

/// What may throw leads to the handlers around it; Clang's graph draws that
/// only for `throw`.
void BlockingFlow::raise(const Expr *E, const World &W) {
  for (const CFGBlock *Each : Handlers.of(B.tryOf(E)))
    Engine.raise(*Each, W);
}

void BlockingFlow::reach(const void *Where, const World &W) {
  auto Found = At.find(Where);
  if (Found == At.end() || W.Elsewhere || Doomed.count(Here))
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
    if (Object && CanBeDone && W.isDone(*Object))
      continue;
    if (S.Object && CanBeDone && isKept(W, S.Object))
      continue;
    // Only the futures of std::async wait in the end.
    if (S.Kind == BlockingSiteKind::Destruction && S.Model &&
        S.Model->Role == BlockingModel::Starts &&
        !(Object && W.isRunning(*Object)))
      continue;
    std::vector<Need> Way;
    for (const Fact &F : W.Known.all())
      if (std::optional<Question> Asked = Tests.question(F.Of))
        Way.push_back(need(B, *Asked, F));
    Ways &All = Reached[I];
    if (All.size() < 8 && !llvm::is_contained(All, Way))
      All.push_back(std::move(Way));
  }
}

//===-- Elements ----------------------------------------------------------===//

Worlds<BlockingWorld> BlockingFlow::block(const CFGBlock &Block,
                                          const Worlds<World> &In) {
  Here = &Block;
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
    reach(E, W);
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

/// Whether the end of such an object waits on a condition only, which members
/// may change: `if (!detached_) done_.wait();`
static bool endsOnCondition(const CXXRecordDecl &R) {
  const CXXDestructorDecl *D = R.getDestructor();
  const auto *Body = dyn_cast_or_null<CompoundStmt>(
      D && D->isUserProvided() && D->hasBody() ? D->getBody() : nullptr);
  return Body && llvm::any_of(Body->body(), [](const Stmt *S) {
           const auto *If = dyn_cast<IfStmt>(S);
           const Expr *Condition = If ? core(If->getCond()) : nullptr;
           if (const auto *Not = dyn_cast_or_null<UnaryOperator>(Condition))
             Condition = core(Not->getSubExpr());
           return isa_and_nonnull<MemberExpr>(Condition);
         });
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
  if (const auto *Method = dyn_cast_or_null<CXXMethodDecl>(Callee);
      Object && Method && !Method->isConst() && !isInStd(*Method) &&
      endsOnCondition(*Method->getParent()))
    if (std::optional<uint64_t> Key = key(Object))
      done(W, *Key);
  // A method, or a function of the object, after which there is nothing to wait
  // for.
  const auto *Operator = dyn_cast<CXXOperatorCallExpr>(Call);
  if (!Object && Call->getNumArgs() > 0 &&
      (!Operator || Operator->getOperator() == OO_Call))
    Object = Call->getArg(0);
  if (Object && Callee)
    if (std::optional<uint64_t> Key = key(Object)) {
      for (const BlockingSite &S : Sites) {
        if (!S.Model || !isNamed(*Callee, S.Model->After))
          continue;
        std::optional<uint64_t> Its =
            S.Kind == BlockingSiteKind::Destruction && S.Variable
                ? std::optional<uint64_t>(uint64_t(Places.variable(S.Variable)))
            : S.Object       ? key(S.Object)
            : S.Given.size() ? key(S.Given[0])
                             : std::nullopt;
        if (Its == Key)
          done(W, *Key);
        if (S.Object &&
            (origin(S.Object) == Key || (Its && Origins.count({*Its, *Key}))))
          keep(W, *Key);
      }
      // get() of a std::async: its future is empty then.
      if (W.isRunning(*Key) && Callee->getIdentifier() &&
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

} // namespace corolint
