// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The walk behind BlockingSites.h: everything that a function evaluates,
// written or implied.

#include "BlockingSites.h"
#include "Analysis.h"
#include "BlockingParts.h"
#include "Places.h"
#include "SuspensionPoints.h"
#include "clang/AST/ASTContext.h"
#include "clang/AST/DeclTemplate.h"
#include "llvm/ADT/DenseSet.h"

using namespace clang;

namespace corolint {

static std::string quoted(llvm::StringRef Name) {
  return ("'" + Name + "'").str();
}

static std::string typeName(QualType T) {
  PrintingPolicy Policy{LangOptions()};
  Policy.adjustForCPlusPlus();
  return T.getNonReferenceType().getUnqualifiedType().getAsString(Policy);
}

std::string describe(const FunctionDecl &F) {
  const auto *Method = dyn_cast<CXXMethodDecl>(&F);
  if (Method && Method->getParent()->isLambda())
    return "the lambda";
  if (isa<CXXConstructorDecl>(F) && Method->getParent()->getIdentifier())
    return "the constructor of " + quoted(Method->getParent()->getName());
  if (isa<CXXDestructorDecl>(F) && Method->getParent()->getIdentifier())
    return "the destructor of " + quoted(Method->getParent()->getName());
  return quoted(F.getNameAsString());
}

namespace {
class SiteWalker {
public:
  SiteWalker(const Body &B, BlockingKnowledge &K,
             std::vector<BlockingSite> &Sites)
      : B(B), K(K), Sites(Sites), Context(B.function().getASTContext()) {}

  void walk(const Stmt *S) {
    if (!S)
      return;
    if (const auto *E = dyn_cast<Expr>(S)) {
      if (E->getType().isNull() || !Seen.insert(E).second ||
          isa<UnaryExprOrTypeTraitExpr, CXXNoexceptExpr, RequiresExpr,
              OpaqueValueExpr>(E))
        return;
      if (const auto *T = dyn_cast<CXXTypeidExpr>(E);
          T && !T->isPotentiallyEvaluated())
        return;
      if (const auto *L = dyn_cast<LambdaExpr>(E)) {
        for (const Expr *Init : L->capture_inits())
          walk(Init);
        return;
      }
      if (const auto *Suspend = dyn_cast<CoroutineSuspendExpr>(E))
        return suspension(*Suspend);
      expression(E);
    }
    if (const auto *If = dyn_cast<IfStmt>(S); If && If->isConstexpr())
      if (auto Kept = If->getNondiscardedCase(Context)) {
        walk(If->getInit());
        walk(If->getConditionVariableDeclStmt());
        walk(If->getCond());
        return walk(*Kept);
      }
    if (const auto *Return = dyn_cast<CoreturnStmt>(S))
      return walk(Return->getOperand()); // not the promise's calls
    if (const auto *D = dyn_cast<DeclStmt>(S)) {
      for (const Decl *Each : D->decls())
        if (const auto *V = dyn_cast<VarDecl>(Each))
          variable(*V);
      return;
    }
    if (isa<WhileStmt, DoStmt, ForStmt>(S))
      loop(S);
    for (const Stmt *Child : S->children())
      walk(Child);
  }

private:
  void suspension(const CoroutineSuspendExpr &E) {
    walk(E.getOperand());
    const CoroutineSuspendExpr *Outer = InAwait;
    InAwait = &E;
    for (const Expr *Step : {E.getCommonExpr(), E.getReadyExpr(),
                             E.getSuspendExpr(), E.getResumeExpr()})
      walk(Step);
    wrapped(E);
    InAwait = Outer;
  }

  /// An await_transform puts the awaiter into one of the library's own, which
  /// calls it out of sight.
  void wrapped(const CoroutineSuspendExpr &E) {
    const CXXRecordDecl *Given = shapeOf(E.getOperand()->getType());
    const CXXMethodDecl *Called = awaiterMember(E.getReadyExpr());
    if (!Given || !Called || Called->getParent() == Given || K.callee(*Called))
      return;
    for (const char *Name : {"await_ready", "await_suspend", "await_resume"})
      if (const CXXMethodDecl *M = methodNamed(*Given, Name))
        if (BlockingCallee Into = K.callee(*M))
          add(BlockingSiteKind::Call, &E, E.getKeywordLoc(), describe(*M))
              .Callee = Into;
  }

  BlockingSite &add(BlockingSiteKind Kind, const Stmt *At, SourceLocation Loc,
                    std::string Name) {
    BlockingSite &S = Sites.emplace_back();
    S.Kind = Kind;
    S.At = At;
    S.Loc = InAwait ? InAwait->getKeywordLoc() : Loc;
    S.Await = InAwait;
    S.Name = std::move(Name);
    return S;
  }

  void expression(const Expr *E) {
    if (const auto *Call = dyn_cast<CallExpr>(E))
      call(*Call);
    else if (const auto *C = dyn_cast<CXXConstructExpr>(E))
      construction(*C);
    else if (const auto *T = dyn_cast<CXXBindTemporaryExpr>(E);
             // What is handed on may be empty by then.
             T && B.isDiscarded(core(T->getSubExpr())))
      end(T->getType(), core(T->getSubExpr()), nullptr, E->getExprLoc(),
          typeName(T->getType()));
    else if (const auto *Delete = dyn_cast<CXXDeleteExpr>(E)) {
      if (QualType T = Delete->getDestroyedType(); !T.isNull())
        if (const auto *R = T->getAsCXXRecordDecl();
            R && R->hasDefinition() && R->getDestructor() &&
            (!R->getDestructor()->isVirtual() || R->isEffectivelyFinal()))
          end(T, Delete, nullptr, E->getExprLoc(), typeName(T));
    }
  }

  //===-- Calls -----------------------------------------------------------===//

  SourceLocation locationOf(const CallExpr &Call) {
    const auto *Member =
        dyn_cast<MemberExpr>(Call.getCallee()->IgnoreParenImpCasts());
    SourceLocation Loc = Member ? Member->getMemberLoc() : Call.getExprLoc();
    // A conversion is written nowhere; its operand is.
    if (Member &&
        (Loc.isInvalid() || isa<CXXConversionDecl>(Member->getMemberDecl())))
      Loc = core(Member->getBase())->getBeginLoc();
    return Loc;
  }

  std::string nameOf(const CallExpr &Call, const FunctionDecl *Callee) {
    if (const auto *Op = dyn_cast<CXXOperatorCallExpr>(&Call);
        Op && Op->getOperator() == OO_Call)
      if (const auto *Ref = dyn_cast<DeclRefExpr>(core(Op->getArg(0))))
        return quoted(Ref->getDecl()->getName());
    if (!Callee || !Callee->getDeclName())
      if (const auto *Ref =
              dyn_cast<DeclRefExpr>(Call.getCallee()->IgnoreParenImpCasts()))
        return quoted(Ref->getDecl()->getName());
    return Callee ? describe(*Callee) : "the callee";
  }

  void call(const CallExpr &Call) {
    const FunctionDecl *Callee = Call.getDirectCallee();
    const Expr *Object = nullptr;
    llvm::SmallVector<const Expr *, 4> Given(Call.arguments());
    if (const auto *Member = dyn_cast<CXXMemberCallExpr>(&Call)) {
      Object = Member->getImplicitObjectArgument();
    } else if (isa<CXXOperatorCallExpr>(Call) && Call.getNumArgs() > 0) {
      Object = Call.getArg(0);
      if (isa_and_nonnull<CXXMethodDecl>(Callee) ||
          (Callee && Callee->isOverloadedOperator() &&
           Callee->getOverloadedOperator() == OO_Call))
        Given.erase(Given.begin());
    }
    const Models::BlockingEntries &Entries = K.entries(Call);
    if (!Entries.empty())
      return modelled(Call, Callee, Entries, Given, Object);

    if (Callee)
      switch (K.mark(*Callee)) {
      case BlockingKnowledge::Mark::Blocks: {
        BlockingSite &S = add(BlockingSiteKind::Call, &Call, locationOf(Call),
                              nameOf(Call, Callee));
        S.How.Level = Tier::Wait;
        S.Given = Given;
        S.Object = Object;
        return;
      }
      case BlockingKnowledge::Mark::Harmless:
      case BlockingKnowledge::Mark::Offloads:
        return;
      case BlockingKnowledge::Mark::None:
        break;
      }
    const FunctionDecl *F = K.runs(Call, B);
    if (!F || (F != Callee && K.mark(*F) != BlockingKnowledge::Mark::None))
      return;
    if (BlockingCallee Into = K.callee(*F)) {
      BlockingSite &S = add(BlockingSiteKind::Call, &Call, locationOf(Call),
                            nameOf(Call, Callee ? Callee : F));
      S.Callee = Into;
      S.Given = Given;
      S.Object = Object;
    }
  }

  /// Whether what is posted so runs where nobody may block.
  bool runsOnLoop(const BlockingModel &M, const CallArguments &With) {
    if (!M.Of.empty() || M.Argument == NoArgument)
      return concerns(M, With);
    const Expr *Executor = With.at(M.Argument);
    return Executor && K.isOwnExecutor(Executor, B);
  }

  /// Whether this is the await_resume of an awaiter that waits before it: what
  /// can be ready is ready then.
  bool isResumed() const {
    const auto *Method = dyn_cast<CXXMethodDecl>(&B.function());
    return Method && Method->getIdentifier() &&
           Method->getName() == "await_resume" &&
           suspensionOf(*Method->getParent()) != Suspension::Never;
  }

  void modelled(const CallExpr &Call, const FunctionDecl *Callee,
                const Models::BlockingEntries &Entries,
                llvm::ArrayRef<const Expr *> Given, const Expr *Object) {
    // What can be awaited does its waiting later.
    bool Awaited = !Call.getType().isNull() &&
                   K.analysis().shapes().isAwaitable(Call.getType()) &&
                   !isa<BinaryOperator>(core(&Call));
    std::optional<Blocks> Worst;
    const BlockingModel *By = nullptr;
    CallArguments With{B, Given, Object};
    for (const BlockingModel *M : Entries) {
      if (M->Role == BlockingModel::Calls && concerns(*M, With)) {
        for (const Expr *Argument : Given)
          if (const FunctionDecl *F = K.callable(Argument, B))
            if (BlockingCallee Into = K.callee(*F))
              add(BlockingSiteKind::Call, &Call, locationOf(Call),
                  nameOf(Call, Callee))
                  .Callee = Into;
      }
      if (M->Role == BlockingModel::Posts && runsOnLoop(*M, With))
        for (const Expr *Argument : Given)
          if (const FunctionDecl *F = K.callable(Argument, B))
            if (BlockingCallee Into = K.callee(*F))
              add(BlockingSiteKind::Posted, &Call, locationOf(Call),
                  nameOf(Call, Callee))
                  .Callee = Into;
      if (M->Role == BlockingModel::Starts && B.isDiscarded(core(&Call)))
        if (!isDeferred(*M, With, K.analysis().models())) {
          BlockingSite &S = add(BlockingSiteKind::Discarded, &Call,
                                locationOf(Call), nameOf(Call, Callee));
          S.Model = M;
          S.How.Level = Tier::Bridge;
        }
      if (M->Role != BlockingModel::Blocks || Awaited)
        continue;
      if (std::optional<Blocks> How = blocks(*M, With, K.analysis().models()))
        if (!Worst || How->Level < Worst->Level) {
          Worst = std::move(How);
          By = M;
        }
    }
    if (!Worst || (!By->ReadyWhen.empty() && isResumed()))
      return;
    BlockingSite &S = add(BlockingSiteKind::Call, &Call, locationOf(Call),
                          nameOf(Call, Callee));
    S.Model = By;
    if (Initialised && Initialised->getInit() &&
        core(Initialised->getInit()) == &Call)
      S.Variable = Initialised; // int fd = open(…)
    S.How = std::move(*Worst);
    S.Given.append(Given.begin(), Given.end());
    S.Object = Object;
  }

  //===-- Objects ---------------------------------------------------------===//

  void construction(const CXXConstructExpr &C) {
    const CXXConstructorDecl *Constructor = C.getConstructor();
    if (Constructor->isTrivial() || Constructor->isCopyOrMoveConstructor())
      return;
    llvm::SmallVector<const Expr *, 4> Given;
    for (const Expr *Argument : C.arguments())
      if (!isa<CXXDefaultArgExpr>(Argument))
        Given.push_back(Argument);
    SourceLocation Loc = C.getLocation();
    std::string Name = quoted(typeName(C.getType()));
    const Models::BlockingEntries &Entries = K.entries(*Constructor, nullptr);
    CallArguments With{B, Given, nullptr};
    for (const BlockingModel *M : Entries)
      if (M->Role == BlockingModel::Blocks)
        if (std::optional<Blocks> How =
                blocks(*M, With, K.analysis().models())) {
          BlockingSite &S = add(BlockingSiteKind::Construction, &C, Loc, Name);
          if (Initialised && Initialised->getInit() &&
              core(Initialised->getInit()) == &C)
            S.Variable = Initialised;
          S.Model = M;
          S.How = std::move(*How);
          S.Given.append(Given.begin(), Given.end());
          return;
        }
    if (!Entries.empty())
      return;
    switch (K.mark(*Constructor)) {
    case BlockingKnowledge::Mark::Blocks:
      add(BlockingSiteKind::Construction, &C, Loc, Name).How.Level = Tier::Wait;
      return;
    case BlockingKnowledge::Mark::None:
      break;
    default:
      return;
    }
    if (BlockingCallee Into = K.callee(*Constructor)) {
      BlockingSite &S = add(BlockingSiteKind::Construction, &C, Loc, Name);
      S.Callee = Into;
      S.Given.append(C.arg_begin(), C.arg_end());
    }
  }

  void variable(const VarDecl &V) {
    if (V.isInvalidDecl())
      return;
    const VarDecl *Outer = Initialised;
    Initialised = &V;
    walk(V.getInit());
    Initialised = Outer;
    if (V.hasLocalStorage() && !V.getType()->isReferenceType() &&
        !V.getType()->isPointerType())
      end(V.getType(), nullptr, &V, V.getLocation(), V.getName());
  }

  /// The end of an object of the type.
  void end(QualType T, const Stmt *At, const VarDecl *V, SourceLocation Loc,
           llvm::StringRef Name) {
    for (const BlockingEnd &E : blockingEnds(T, V, B, K)) {
      BlockingSite &S =
          add(BlockingSiteKind::Destruction, At, Loc,
              quoted(E.Member ? (Name + "." + E.Member->getName()).str()
                              : Name.str()));
      S.Variable = V;
      S.Model = E.Model;
      S.Callee = E.Callee;
      S.How.Level = E.Level;
    }
  }

  void loop(const Stmt *S) {
    std::optional<SpinLoop> Spins = spinLoop(*S, Context);
    if (!Spins)
      return;
    BlockingSite &Site = add(BlockingSiteKind::Loop, Spins->Condition,
                             S->getBeginLoc(), quoted(Spins->On->getName()));
    Site.How.Level = Tier::Wait;
  }

  const Body &B;
  BlockingKnowledge &K;
  std::vector<BlockingSite> &Sites;
  const ASTContext &Context;
  llvm::DenseSet<const Expr *> Seen;
  const CoroutineSuspendExpr *InAwait = nullptr;
  const VarDecl *Initialised = nullptr;
};
} // namespace

std::vector<BlockingSite> blockingSites(const Body &B, const Stmt &Code,
                                        BlockingKnowledge &K) {
  std::vector<BlockingSite> Sites;
  SiteWalker W(B, K, Sites);
  if (const auto *C = dyn_cast<CXXConstructorDecl>(&B.function()))
    for (const CXXCtorInitializer *Each : C->inits())
      W.walk(Each->getInit());
  W.walk(&Code);
  return Sites;
}

} // namespace corolint
