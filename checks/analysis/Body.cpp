// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The walk behind Body.h.

#include "Body.h"
#include "Places.h"

using namespace clang;

namespace corolint {

class BodyWalker {
public:
  explicit BodyWalker(Body &B) : B(B) {}

  void walk(const Stmt *S, const Body::Scope *In) {
    if (!S)
      return;
    if (opensScope(S)) {
      B.Scopes.push_back(std::make_unique<Body::Scope>(Body::Scope{In}));
      In = B.Scopes.back().get();
    }
    if (const auto *E = dyn_cast<Expr>(S))
      return walkExpr(E, In);
    if (const auto *D = dyn_cast<DeclStmt>(S)) {
      for (const Decl *Each : D->decls())
        if (const auto *V = dyn_cast<VarDecl>(Each))
          walkVariable(V, In);
      return;
    }
    if (const auto *Try = dyn_cast<CXXTryStmt>(S)) {
      B.StmtScopes[Try] = In;
      const CXXTryStmt *Outer = InTry;
      B.Tries[Try] = Outer;
      InTry = Try;
      walk(Try->getTryBlock(), In);
      InTry = Outer;
      for (unsigned I = 0; I < Try->getNumHandlers(); ++I)
        walk(Try->getHandler(I), In);
      return;
    }
    if (const auto *Catch = dyn_cast<CXXCatchStmt>(S)) {
      if (const VarDecl *V = Catch->getExceptionDecl())
        B.VarScopes[V] = In;
      return walk(Catch->getHandlerBlock(), In);
    }
    if (const auto *For = dyn_cast<CXXForRangeStmt>(S))
      if (const VarDecl *V = For->getLoopVariable())
        B.Ranges[V] = For->getRangeInit();
    if (const auto *R = dyn_cast<ReturnStmt>(S)) {
      B.StmtScopes[R] = In;
      if (!LambdaDepth)
        B.Returns.push_back(R);
    }
    if (const auto *R = dyn_cast<CoreturnStmt>(S)) {
      B.StmtScopes[R] = In;
      return walk(R->getOperand(), In);
    }
    if (const auto *Body = dyn_cast<CoroutineBodyStmt>(S))
      return walk(Body->getBody(), In);
    if (const auto *If = dyn_cast<IfStmt>(S); If && If->isConstexpr())
      if (auto Kept = If->getNondiscardedCase(Context)) {
        walk(If->getInit(), In);
        walk(If->getConditionVariableDeclStmt(), In);
        walk(If->getCond(), In);
        return walkStatement(*Kept, In);
      }
    for (const Stmt *Child : S->children())
      walkStatement(Child, In);
  }

private:
  static bool opensScope(const Stmt *S) {
    return isa<CompoundStmt, IfStmt, ForStmt, WhileStmt, DoStmt, SwitchStmt,
               CXXForRangeStmt, CXXCatchStmt>(S);
  }

  /// A child of a statement: an expression here is used only by statements
  /// that test it.
  void walkStatement(const Stmt *S, const Body::Scope *In) {
    if (const auto *E = dyn_cast_or_null<Expr>(S))
      discard(E);
    walk(S, In);
  }

  /// Marks what nobody can take the value of. Conditions are marked too, which
  /// is harmless: they are scalars.
  void discard(const Expr *E) {
    E = core(E);
    B.Discarded.insert(E);
    if (const auto *Cast = dyn_cast<ExplicitCastExpr>(E);
        Cast && Cast->getType()->isVoidType())
      discard(Cast->getSubExpr());
    else if (const auto *Op = dyn_cast<BinaryOperator>(E);
             Op && Op->getOpcode() == BO_Comma)
      discard(Op->getRHS());
    else if (const auto *C = dyn_cast<AbstractConditionalOperator>(E)) {
      discard(C->getTrueExpr());
      discard(C->getFalseExpr());
    }
  }

  void walkVariable(const VarDecl *V, const Body::Scope *In) {
    B.VarScopes[V] = In;
    if (const auto *D = dyn_cast<DecompositionDecl>(V))
      for (const BindingDecl *Each : D->bindings()) {
        B.VarScopes[Each] = In;
        if (const VarDecl *Holding = Each->getHoldingVar())
          B.VarScopes[Holding] = In;
      }
    if (!LambdaDepth && !V->isStaticLocal())
      B.MadeTypes.push_back(V->getType());
    // Of broken code, not even the types are sure to be there.
    if (const Expr *Init = V->getInit();
        Init && !V->isInvalidDecl() && !Init->getType().isNull()) {
      B.Stores.push_back({V, Init});
      walk(Init, In);
    }
  }

  void walkExpr(const Expr *E, const Body::Scope *In) {
    if (E->getType().isNull())
      return;
    if (InTry)
      B.Tries[E] = InTry;
    if (isa<UnaryExprOrTypeTraitExpr, CXXNoexceptExpr, RequiresExpr,
            OpaqueValueExpr>(E))
      return; // not evaluated, or evaluated elsewhere
    if (const auto *T = dyn_cast<CXXTypeidExpr>(E);
        T && !T->isPotentiallyEvaluated())
      return;
    if (const auto *Default = dyn_cast<CXXDefaultInitExpr>(E))
      return walk(Default->getExpr(), In);
    if (const auto *S = dyn_cast<CoroutineSuspendExpr>(E)) {
      walk(S->getOperand(), In);
      B.StmtScopes[S] = In;
      if (!LambdaDepth) {
        if (!AssignedTo.empty())
          B.LeftSides[S].append(AssignedTo.begin(), AssignedTo.end());
        B.Suspensions.push_back(S);
        B.MadeTypes.push_back(S->getType());
      }
      return;
    }
    if (const auto *L = dyn_cast<LambdaExpr>(E))
      return walkLambda(L, In);
    if (const auto *Cast = dyn_cast<ImplicitCastExpr>(E))
      if (isRead(Cast))
        return;
    if (const auto *Ref = dyn_cast<DeclRefExpr>(E)) {
      // Read uses were taken out above: what is left may be written through.
      if (const auto *V = dyn_cast<VarDecl>(Ref->getDecl()))
        if (Ref->getType()->isScalarType() &&
            !Ref->getType().isConstQualified())
          B.Shared.insert(V);
      return;
    }
    if (const auto *Op = dyn_cast<CXXOperatorCallExpr>(E);
        Op && Op->isAssignmentOp() && Op->getNumArgs() == 2) {
      if (!LambdaDepth)
        B.Calls.push_back(Op);
      if (!LambdaDepth && E->isPRValue() && E->getType()->isRecordType())
        B.MadeTypes.push_back(E->getType());
      walk(Op->getArg(0), In);
      AssignedTo.push_back(Op->getArg(0));
      walk(Op->getArg(1), In);
      AssignedTo.pop_back();
      return;
    }
    if (const auto *Op = dyn_cast<BinaryOperator>(E)) {
      if (Op->isAssignmentOp() && !isa<DeclRefExpr>(core(Op->getLHS()))) {
        if (const auto *Member = dyn_cast<MemberExpr>(core(Op->getLHS())))
          if (const auto *Ref = dyn_cast<DeclRefExpr>(core(Member->getBase())))
            B.MemberStores.push_back({Ref->getDecl(), Op->getRHS()});
        walk(Op->getLHS(), In);
        AssignedTo.push_back(Op->getLHS());
        walk(Op->getRHS(), In);
        AssignedTo.pop_back();
        return;
      }
      if (Op->isAssignmentOp())
        if (const auto *Ref = dyn_cast<DeclRefExpr>(core(Op->getLHS()))) {
          write(Ref);
          if (Op->getOpcode() == BO_Assign)
            B.Stores.push_back({Ref->getDecl(), Op->getRHS()});
          return walk(Op->getRHS(), In);
        }
      if (Op->getOpcode() == BO_Comma)
        discard(Op->getLHS());
    }
    if (const auto *Op = dyn_cast<UnaryOperator>(E);
        Op && Op->isIncrementDecrementOp())
      if (const auto *Ref = dyn_cast<DeclRefExpr>(core(Op->getSubExpr())))
        return write(Ref);
    if (const auto *S = dyn_cast<StmtExpr>(E))
      return walk(S->getSubStmt(), In);
    if (const auto *Call = dyn_cast<CallExpr>(E)) {
      if (!LambdaDepth)
        B.Calls.push_back(Call);
    }
    if (const auto *T = dyn_cast<CXXThrowExpr>(E))
      B.StmtScopes[T] = In;
    if (!LambdaDepth && E->isPRValue() && E->getType()->isRecordType())
      B.MadeTypes.push_back(E->getType());
    for (const Stmt *Child : E->children())
      walk(Child, In);
  }

  /// A captured variable is as good as given away if the lambda may write to
  /// it.
  void walkLambda(const LambdaExpr *L, const Body::Scope *In) {
    if (!LambdaDepth)
      B.Lambdas.push_back(L);
    for (const Expr *Init : L->capture_inits())
      if (Init && !isa<DeclRefExpr>(core(Init)))
        walk(Init, In);
    ++LambdaDepth;
    const CXXTryStmt *Outer = InTry;
    InTry = nullptr;
    walk(L->getBody(), In);
    InTry = Outer;
    --LambdaDepth;
  }

  /// `x` as a value, or as a constant reference.
  static bool isRead(const ImplicitCastExpr *Cast) {
    return isa<DeclRefExpr>(Cast->getSubExpr()->IgnoreParens()) &&
           (Cast->getCastKind() == CK_LValueToRValue ||
            (Cast->getCastKind() == CK_NoOp &&
             Cast->getType().isConstQualified()));
  }

  void write(const DeclRefExpr *Ref) {
    (LambdaDepth ? B.Shared : B.Modified).insert(Ref->getDecl());
  }

  Body &B;
  const ASTContext &Context = B.F.getASTContext();
  const CXXTryStmt *InTry = nullptr;
  unsigned LambdaDepth = 0;
  llvm::SmallVector<const Expr *, 2> AssignedTo;
};

Body::Body(const FunctionDecl &F, const Stmt &S) : F(F) {
  Scopes.push_back(std::make_unique<Scope>(Scope{nullptr}));
  BodyWalker(*this).walk(&S, Scopes.back().get());
}

static bool contains(const Stmt *S, const Expr *E) {
  return S && (S == E || llvm::any_of(S->children(), [&](const Stmt *Child) {
                 return contains(Child, E);
               }));
}

bool Body::isEvaluatedFirst(const Stmt *S, const Expr *E) const {
  auto Left = LeftSides.find(S);
  return Left != LeftSides.end() &&
         llvm::any_of(Left->second,
                      [&](const Expr *Each) { return contains(Each, E); });
}

bool Body::isShared(const ValueDecl *D) const {
  if (Shared.count(D))
    return true;
  const auto *V = dyn_cast<VarDecl>(D);
  if (!V)
    return false;
  QualType T = V->getType();
  if (const auto *Ref = T->getAs<ReferenceType>())
    return isa<ParmVarDecl>(V) && !Ref->getPointeeType().isConstQualified();
  if (T.isConstQualified())
    return false;
  return V->hasGlobalStorage() || V->getDeclContext() != &F;
}

} // namespace corolint
