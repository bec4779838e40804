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
    : FlowRules(B, Graph, /*IsHelper=*/true), K(K), Sites(Sites),
      Engine(Graph, *this), Handlers(Graph) {
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
  Worlds<World> Out =
      through(Block, In, [&](const CFGElement &E, World W, WorldList &Next) {
        if (std::optional<CFGStmt> S = E.getAs<CFGStmt>())
          return statement(S->getStmt(), std::move(W), Next);
        if (std::optional<CFGAutomaticObjDtor> D =
                E.getAs<CFGAutomaticObjDtor>())
          reach(D->getVarDecl(), W);
        else if (std::optional<CFGTemporaryDtor> D =
                     E.getAs<CFGTemporaryDtor>())
          reach(core(D->getBindTemporaryExpr()->getSubExpr()), W);
        Next.push_back(std::move(W));
      });
  // A loop's condition is a site of its own.
  if (const auto *Condition =
          dyn_cast_or_null<Expr>(Block.getTerminatorCondition()))
    for (const World &W : Out)
      reach(Condition, W);
  return Out;
}

void BlockingFlow::statement(const Stmt *S, World W, WorldList &Out) {
  if (const auto *D = dyn_cast<DeclStmt>(S))
    return declare(D, std::move(W), Out, [&](const VarDecl *V, World &W) {
      if (!V->getType()->isReferenceType())
        begin(uint64_t(Places.variable(V)), V->getInit(), W);
    });
  if (assign(S, W, Out))
    return;
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
  } else if (const auto *R = dyn_cast<ReturnStmt>(S)) {
    mentioned(R->getRetValue(), W);
  }
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
