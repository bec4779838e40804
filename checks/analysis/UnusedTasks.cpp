// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The walk of UnusedTasks.h: which values nobody takes, and what is done with
// each variable that holds a task.

#include "UnusedTasks.h"
#include "Annotations.h"
#include "Places.h"
#include "clang/AST/ASTContext.h"
#include "clang/AST/Attr.h"
#include "clang/AST/DeclTemplate.h"
#include "clang/AST/ExprConcepts.h"
#include "clang/AST/StmtCXX.h"

using namespace clang;

namespace corolint {

llvm::raw_ostream &operator<<(llvm::raw_ostream &OS, const LostTask &L) {
  return OS << unsigned(L.How) << ' ' << unsigned(L.What.Kind) << ' '
            << (L.Variable.empty() ? L.From : L.Variable);
}

static const TaskFunctionModel *modelOf(const Expr *E, const TaskShapes &S) {
  if (const auto *Call = dyn_cast<CallExpr>(E)) {
    const FunctionDecl *Callee = Call->getDirectCallee();
    return Callee ? S.models().taskFunction(*Callee) : nullptr;
  }
  if (const auto *C = dyn_cast<CXXConstructExpr>(E))
    return S.models().taskFunction(*C->getConstructor()->getParent());
  return nullptr;
}

/// A function that sets the work going, and returns a handle to it.
static bool isStarted(const Expr *E, const TaskShapes &S) {
  const auto *Call = dyn_cast<CallExpr>(E);
  if (const FunctionDecl *Callee = Call ? Call->getDirectCallee() : nullptr;
      Callee &&
      (hasAnnotation(*Callee, "starts") || hasAnnotation(*Callee, "detaches")))
    return true;
  if (const TaskFunctionModel *M = modelOf(E, S))
    return llvm::any_of(M->Operands, [](TaskOperand O) {
      return O.Effect == TaskEffect::Starts || O.Effect == TaskEffect::Spawns ||
             O.Effect == TaskEffect::Detaches ||
             O.Effect == TaskEffect::Consumes;
    });
  return false;
}

/// Whether a function that is no coroutine is seen to do more than to make what
/// it returns.
static bool doesMore(const Expr *E) {
  const auto *Call = dyn_cast<CallExpr>(E);
  const FunctionDecl *Callee = Call ? Call->getDirectCallee() : nullptr;
  const FunctionDecl *Definition = nullptr;
  if (!Callee || !Callee->hasBody(Definition))
    return false;
  const auto *Body = dyn_cast_or_null<CompoundStmt>(Definition->getBody());
  return Body && Body->size() > 1;
}

bool makesWork(const Expr *E, TaskShapes &S) {
  E = core(E);
  if (!E || E->getType().isNull())
    return false;
  if (const auto *C = dyn_cast<AbstractConditionalOperator>(E))
    return makesWork(C->getTrueExpr(), S) && makesWork(C->getFalseExpr(), S);
  Work W = S.workOf(E->getType());
  if (!W || !E->isPRValue())
    return false;
  if (const auto *List = dyn_cast<InitListExpr>(E)) {
    bool IsAny = llvm::any_of(
        List->inits(), [&](const Expr *Each) { return makesWork(Each, S); });
    return IsAny || (!W.IsOwner && W.Kind == WorkKind::Awaiter);
  }
  if (isa<CoawaitExpr>(E))
    return true;
  if (const auto *Call = dyn_cast<CallExpr>(E)) {
    if (isStarted(E, S))
      return false;
    const FunctionDecl *Callee = Call->getDirectCallee();
    // Owners that are filled, and callables that are called.
    const IdentifierInfo *II = Callee ? Callee->getIdentifier() : nullptr;
    if (Callee && isInStd(*Callee) &&
        Callee->getOverloadedOperator() != OO_Call &&
        !(II && (II->isStr("invoke") || II->isStr("apply"))))
      return W.IsOwner &&
             llvm::any_of(Call->arguments(),
                          [&](const Expr *Each) { return makesWork(Each, S); });
    return W.Kind != WorkKind::Awaiter || !doesMore(E);
  }
  if (const auto *C = dyn_cast<CXXConstructExpr>(E)) {
    if (isStarted(E, S) || C->getNumArgs() == 0)
      return false;
    if (C->getConstructor()->isCopyOrMoveConstructor() || W.IsOwner)
      return makesWork(C->getArg(0), S);
    return W.Kind == WorkKind::Awaiter || W.Kind == WorkKind::Operation;
  }
  return false;
}

const VarDecl *movedVariable(const Expr *E) {
  for (;;) {
    E = core(E);
    if (const auto *C = dyn_cast<CXXConstructExpr>(E);
        C && C->getNumArgs() >= 1)
      E = C->getArg(0);
    else if (const auto *Call = dyn_cast<CallExpr>(E);
             Call && Call->isCallToStdMove())
      E = Call->getArg(0);
    else if (const auto *List = dyn_cast<InitListExpr>(E);
             List && List->getNumInits() == 1)
      E = List->getInit(0);
    else
      break;
  }
  const auto *Ref = dyn_cast<DeclRefExpr>(E);
  return Ref ? dyn_cast<VarDecl>(Ref->getDecl()) : nullptr;
}

std::string sourceOf(const Expr *E) {
  E = core(E);
  if (const auto *C = dyn_cast<CXXConstructExpr>(E);
      C && C->getConstructor()->isCopyOrMoveConstructor())
    return sourceOf(C->getArg(0));
  if (const auto *List = dyn_cast<InitListExpr>(E);
      List && List->getNumInits() >= 1)
    return sourceOf(List->getInit(0));
  if (const auto *C = dyn_cast<AbstractConditionalOperator>(E))
    return sourceOf(C->getTrueExpr());
  if (const auto *Call = dyn_cast<CallExpr>(E))
    if (const FunctionDecl *F = Call->getDirectCallee()) {
      const auto *Method = dyn_cast<CXXMethodDecl>(F);
      if (Method && Method->getParent()->isLambda()) {
        const auto *Op = dyn_cast<CXXOperatorCallExpr>(Call);
        const auto *Ref =
            Op ? dyn_cast<DeclRefExpr>(core(Op->getArg(0))) : nullptr;
        return Ref ? Ref->getDecl()->getNameAsString() : "";
      }
      return F->getNameAsString();
    }
  return "";
}

std::string guardOf(QualType T, TaskShapes &S) {
  T = T.getNonReferenceType();
  QualType Given = S.awaitedType(T);
  // A task whose promise nobody has needed yet gives what it is a task of.
  if (Given.isNull() || Given->isDependentType())
    if (const auto *Spec =
            dyn_cast_or_null<ClassTemplateSpecializationDecl>(classOf(T));
        Spec && S.isTask(T) && Spec->getTemplateArgs().size() >= 1 &&
        Spec->getTemplateArgs()[0].getKind() == TemplateArgument::Type)
      Given = Spec->getTemplateArgs()[0].getAsType();
  const CXXRecordDecl *R =
      Given.isNull() || Given->isDependentType() || Given->isReferenceType()
          ? nullptr
          : classOf(Given);
  if (!R || isInStd(*R) || !R->getDestructor() ||
      !R->getDestructor()->isUserProvided() || !R->getIdentifier() ||
      S.workOf(Given))
    return "";
  return R->getNameAsString();
}

namespace {

class TaskWalk {
public:
  TaskWalk(const FunctionDecl &F, TaskShapes &S, TaskUses &Out)
      : Context(F.getASTContext()), S(S), Out(Out) {}

  void statement(const Stmt *Node) {
    if (!Node)
      return;
    if (const auto *E = dyn_cast<Expr>(Node)) {
      discarded(E, /*Explicit=*/false, /*IsStatement=*/true);
      return expression(E);
    }
    if (const auto *D = dyn_cast<DeclStmt>(Node)) {
      for (const Decl *Each : D->decls())
        if (const auto *V = dyn_cast<VarDecl>(Each))
          variable(V);
      return;
    }
    Parents.push_back(Node);
    if (const auto *If = dyn_cast<IfStmt>(Node))
      visitIf(*If);
    else if (const auto *For = dyn_cast<ForStmt>(Node)) {
      statement(For->getInit());
      statement(For->getConditionVariableDeclStmt());
      value(For->getCond());
      if (const Expr *Inc = For->getInc()) {
        discarded(Inc, /*Explicit=*/false, /*IsStatement=*/false);
        expression(Inc);
      }
      statement(For->getBody());
    } else if (const auto *For = dyn_cast<CXXForRangeStmt>(Node)) {
      statement(For->getInit());
      statement(For->getRangeStmt());
      statement(For->getLoopVarStmt());
      statement(For->getBody());
    } else if (isa<ReturnStmt, CoreturnStmt>(Node)) {
      if (const auto *R = dyn_cast<ReturnStmt>(Node))
        value(R->getRetValue());
      else
        value(cast<CoreturnStmt>(Node)->getOperand());
    } else if (const auto *Body = dyn_cast<CoroutineBodyStmt>(Node)) {
      statement(Body->getBody());
    } else if (const auto *Catch = dyn_cast<CXXCatchStmt>(Node)) {
      ++Handlers;
      statement(Catch->getHandlerBlock());
      --Handlers;
    } else if (isa<WhileStmt, DoStmt, SwitchStmt>(Node)) {
      for (const Stmt *Child : Node->children())
        if (const auto *E = dyn_cast_or_null<Expr>(Child);
            E && E == conditionOf(Node))
          value(E);
        else
          statement(Child);
    } else if (const auto *Case = dyn_cast<CaseStmt>(Node)) {
      statement(Case->getSubStmt());
    } else {
      for (const Stmt *Child : Node->children())
        statement(Child);
    }
    Parents.pop_back();
  }

private:
  static const Expr *conditionOf(const Stmt *Node) {
    if (const auto *While = dyn_cast<WhileStmt>(Node))
      return While->getCond();
    if (const auto *Do = dyn_cast<DoStmt>(Node))
      return Do->getCond();
    return cast<SwitchStmt>(Node)->getCond();
  }

  void visitIf(const IfStmt &If) {
    statement(If.getInit());
    statement(If.getConditionVariableDeclStmt());
    value(If.getCond());
    if (If.isConstexpr())
      if (auto Kept = If.getNondiscardedCase(Context))
        return statement(*Kept);
    statement(If.getThen());
    statement(If.getElse());
  }

  void value(const Expr *E) {
    if (E)
      expression(E);
  }

  void variable(const VarDecl *V) {
    const Expr *Init = V->getInit();
    if (V->isInvalidDecl())
      return;
    QualType T = V->getType();
    // A reference that lets a temporary live on is a variable, too.
    if (T->isReferenceType() && Init && core(Init)->isPRValue())
      T = T.getNonReferenceType();
    if (V->hasLocalStorage() && !V->isImplicit() && !isa<ParmVarDecl>(V) &&
        !isa<DecompositionDecl>(V))
      if (Work W = S.workOf(T);
          W && W.IsLostInScope &&
          !(W.MayBeDroppedExplicitly && V->hasAttr<UnusedAttr>()))
        Out.Variables.push_back(V);
    Declared.push_back(V);
    value(Init);
    Declared.pop_back();
  }

  //===-- Expressions -----------------------------------------------------===//

  void expression(const Expr *E) {
    if (E->getType().isNull())
      return;
    if (isa<UnaryExprOrTypeTraitExpr, CXXNoexceptExpr, RequiresExpr,
            OpaqueValueExpr, CXXDefaultArgExpr>(E))
      return; // not evaluated, or written elsewhere
    if (const auto *T = dyn_cast<CXXTypeidExpr>(E);
        T && !T->isPotentiallyEvaluated())
      return;
    if (const auto *Ref = dyn_cast<DeclRefExpr>(E))
      return mention(Ref);
    Parents.push_back(E);
    if (const auto *L = dyn_cast<LambdaExpr>(E)) {
      for (const Expr *Init : L->capture_inits())
        value(Init);
    } else if (const auto *A = dyn_cast<CoroutineSuspendExpr>(E)) {
      value(A->getOperand());
    } else if (const auto *S = dyn_cast<StmtExpr>(E)) {
      block(*S->getSubStmt());
    } else {
      if (const auto *Op = dyn_cast<BinaryOperator>(E);
          Op && Op->getOpcode() == BO_Comma)
        discarded(Op->getLHS(), false, false);
      if (const auto *Call = dyn_cast<CallExpr>(E))
        call(Call);
      if (const auto *C = dyn_cast<CXXConstructExpr>(E))
        construct(C);
      for (const Stmt *Child : E->children())
        if (const auto *Inner = dyn_cast_or_null<Expr>(Child))
          expression(Inner);
    }
    Parents.pop_back();
  }

  /// ({ …; value; })
  void block(const CompoundStmt &Block) {
    for (const Stmt *Child : Block.body())
      if (const auto *Last = dyn_cast<Expr>(Child);
          Last && Child == Block.body_back())
        value(Last);
      else
        statement(Child);
  }

  /// Nobody takes the value of `E`.
  void discarded(const Expr *Whole, bool Explicit, bool IsStatement) {
    const Expr *E = core(Whole);
    // Broken code has expressions without a type, or with a dependent one.
    if (!E || E->getType().isNull() || E->isTypeDependent())
      return;
    if (const auto *Cast = dyn_cast<ExplicitCastExpr>(E);
        Cast && Cast->getType()->isVoidType())
      return discarded(Cast->getSubExpr(), true, false);
    if (const auto *Op = dyn_cast<BinaryOperator>(E)) {
      if (Op->getOpcode() == BO_Comma || Op->isLogicalOp())
        discarded(Op->getRHS(), Explicit, false);
      return;
    }
    if (const auto *C = dyn_cast<AbstractConditionalOperator>(E)) {
      discarded(C->getTrueExpr(), Explicit, false);
      return discarded(C->getFalseExpr(), Explicit, false);
    }
    if (const auto *Op = dyn_cast<CXXOperatorCallExpr>(E);
        Op && Op->getOperator() == OO_Equal && Op->getNumArgs() == 2) {
      const auto *To = dyn_cast<DeclRefExpr>(core(Op->getArg(0)));
      if (To && isInStd(*To->getDecl()) && To->getDecl()->getIdentifier() &&
          To->getDecl()->getName() == "ignore")
        return discarded(Op->getArg(1), true, false);
    }
    if (!E->isPRValue())
      return;
    const auto *Await = dyn_cast<CoawaitExpr>(E);
    Work W = S.workOf(E->getType());
    if (Await && !W) {
      const auto *Resume = dyn_cast_or_null<CallExpr>(
          Await->getResumeExpr() ? core(Await->getResumeExpr()) : nullptr);
      if (Resume && !Explicit && Resume->hasUnusedResultAttr(Context)) {
        LostTask &L = add(LostTask::NoDiscard, W, Await->getKeywordLoc());
        L.From = sourceOf(Await->getOperand());
      }
      return;
    }
    // [[nodiscard]] on the function says as much of an awaitable as on its
    // type.
    const auto *Call = dyn_cast<CallExpr>(E);
    const FunctionDecl *Callee = Call ? Call->getDirectCallee() : nullptr;
    if (!W && Callee && !Explicit && Callee->hasAttr<WarnUnusedResultAttr>() &&
        S.isAwaitable(E->getType()) && !S.isTask(E->getType()) &&
        !isStarted(E, S)) {
      LostTask &L =
          add(LostTask::Discarded, {WorkKind::Awaiter}, Whole->getBeginLoc());
      L.From = sourceOf(E);
      L.Guard = guardOf(E->getType(), S);
      return;
    }
    if (!W || !makesWork(E, S) || (Explicit && W.MayBeDroppedExplicitly))
      return;
    // A temporary of that type by its name; whatever else is constructed here
    // was made somewhere else.
    if (const auto *C = dyn_cast<CXXConstructExpr>(E);
        C && C->getConstructor()->isCopyOrMoveConstructor())
      return;
    LostTask &L = add(Await ? LostTask::Result : LostTask::Discarded, W,
                      Await ? Await->getKeywordLoc() : Whole->getBeginLoc());
    L.From = sourceOf(Await ? Await->getOperand() : E);
    if (isa<CXXConstructExpr, InitListExpr>(E))
      L.From.clear();
    L.Guard = guardOf(E->getType(), S);
    const auto *Op = dyn_cast<CXXOperatorCallExpr>(E);
    if (IsStatement && isa<CallExpr>(E) && !Handlers && !W.IsOwner &&
        (!Op || Op->getOperator() == OO_Call) &&
        (W.Kind == WorkKind::Lazy || W.Kind == WorkKind::Awaiter))
      L.AwaitAt = E->getBeginLoc(), Awaitable.push_back(E);
  }

  LostTask &add(LostTask::Form How, Work W, SourceLocation At) {
    LostTask &L = Out.Lost.emplace_back();
    L.How = How;
    L.What = W;
    L.At = At;
    return L;
  }

  void call(const CallExpr *Call) {
    // if (fetch()) …
    if (const auto *Member = dyn_cast<CXXMemberCallExpr>(Call))
      if (const auto *To =
              dyn_cast_or_null<CXXConversionDecl>(Member->getMethodDecl());
          To && To->getConversionType()->isBooleanType()) {
        const Expr *Object = core(Member->getImplicitObjectArgument());
        Work W = S.workOf(Object->getType());
        if (W.Kind == WorkKind::Lazy && !W.IsOwner && isa<CallExpr>(Object) &&
            makesWork(Object, S))
          add(LostTask::Tested, W, Object->getBeginLoc()).From =
              sourceOf(Object);
      }
    if (const auto *Op = dyn_cast<CXXOperatorCallExpr>(Call);
        Op && Op->getOperator() == OO_Equal && Op->getNumArgs() == 2)
      wrapped(Op->getArg(1), classOf(Op->getArg(0)->getType()));
    if (const TaskFunctionModel *M = modelOf(Call, S)) {
      const FunctionDecl *Callee = Call->getDirectCallee();
      unsigned First = isa<CXXOperatorCallExpr>(Call) ? 1 : 0;
      for (TaskOperand O : M->Operands)
        if (O.Effect == TaskEffect::Invokes && O.Argument >= 0 &&
            O.Argument + First < Call->getNumArgs())
          invoked(Call->getArg(O.Argument + First), Callee->getNameAsString(),
                  M->Family == TaskFunctionModel::Threads ? LostTask::Thread
                                                          : LostTask::Callback);
    }
  }

  void construct(const CXXConstructExpr *C) {
    const CXXRecordDecl *R = C->getConstructor()->getParent();
    if (C->getNumArgs() >= 1)
      wrapped(C->getArg(0), R);
    if (const TaskFunctionModel *M = modelOf(C, S))
      for (TaskOperand O : M->Operands)
        if (O.Effect == TaskEffect::Invokes && O.Argument >= 0 &&
            unsigned(O.Argument) < C->getNumArgs())
          invoked(C->getArg(O.Argument), R->getQualifiedNameAsString(),
                  M->Family == TaskFunctionModel::Threads ? LostTask::Thread
                                                          : LostTask::Callback);
  }

  /// A callable goes into an object that calls it for nothing: a class of which
  /// the first template argument is a function type that returns void.
  void wrapped(const Expr *Callable, const CXXRecordDecl *In) {
    const auto *Spec = dyn_cast_or_null<ClassTemplateSpecializationDecl>(In);
    if (!Spec || Spec->getTemplateArgs().size() == 0)
      return;
    TemplateArgument First = Spec->getTemplateArgs()[0];
    if (First.getKind() == TemplateArgument::Pack && First.pack_size() > 0)
      First = *First.pack_begin();
    if (First.getKind() != TemplateArgument::Type)
      return;
    const auto *Signature = First.getAsType()->getAs<FunctionType>();
    if (!Signature || !Signature->getReturnType()->isVoidType())
      return;
    if (classOf(core(Callable)->getType()) == In)
      return; // from one to the other
    PrintingPolicy Policy(Context.getLangOpts());
    Policy.SuppressDefaultTemplateArgs = true;
    std::string Name;
    llvm::raw_string_ostream OS(Name);
    Spec->printQualifiedName(OS, Policy);
    OS << '<';
    First.getAsType().print(OS, Policy);
    OS << '>';
    OS.flush();
    invoked(Callable, Name, LostTask::FunctionObject);
  }

  void invoked(const Expr *Callable, std::string Taker,
               LostTask::CallableFamily Family) {
    const Expr *E = core(Callable);
    for (;;) {
      if (const auto *C = dyn_cast<CXXConstructExpr>(E);
          C && C->getNumArgs() == 1)
        E = core(C->getArg(0));
      else if (const auto *Call = dyn_cast<CallExpr>(E);
               Call && Call->isCallToStdMove())
        E = core(Call->getArg(0));
      else
        break;
    }
    QualType Result = resultOf(E);
    Work W = S.workOf(Result);
    if (W.Kind != WorkKind::Lazy || W.IsOwner)
      return;
    LostTask &L = add(LostTask::Callable, W, E->getExprLoc());
    L.Taker = std::move(Taker);
    L.Family = Family;
  }

  /// What the callable returns; null if that cannot be told.
  static QualType resultOf(const Expr *E) {
    QualType T = E->getType();
    if (const auto *Op = dyn_cast<UnaryOperator>(E);
        Op && Op->getOpcode() == UO_AddrOf)
      if (const auto *Ref = dyn_cast<DeclRefExpr>(core(Op->getSubExpr())))
        T = Ref->getType();
    if (T->isPointerType() || T->isReferenceType())
      T = T->getPointeeType();
    if (const auto *Member = T->getAs<MemberPointerType>())
      T = Member->getPointeeType();
    if (const auto *Function = T->getAs<FunctionType>())
      return Function->getReturnType();
    const CXXRecordDecl *R = T->getAsCXXRecordDecl();
    if (!R || !R->hasDefinition())
      return {};
    const CXXMethodDecl *Only = nullptr;
    for (const NamedDecl *D : R->lookup(
             R->getASTContext().DeclarationNames.getCXXOperatorName(OO_Call))) {
      const auto *M = dyn_cast<CXXMethodDecl>(D);
      if (!M || Only)
        return {};
      Only = M;
    }
    return Only ? Only->getReturnType() : QualType();
  }

  //===-- Variables -------------------------------------------------------===//

  void mention(const DeclRefExpr *Ref) {
    const auto *V = dyn_cast<VarDecl>(Ref->getDecl());
    if (!V || !llvm::is_contained(Out.Variables, V))
      return;
    Out.Mentions[Ref] = useOf(Ref, V);
  }

  static llvm::StringRef nameOf(const CallExpr *Call) {
    const FunctionDecl *Callee = Call->getDirectCallee();
    const IdentifierInfo *II = Callee ? Callee->getIdentifier() : nullptr;
    return II ? II->getName() : "";
  }

  /// What the expressions around the mention do with it, from the inside out.
  TaskUse useOf(const DeclRefExpr *Ref, const VarDecl *V) {
    const Expr *E = Ref;
    bool Moved = false, IsElement = false;
    Work W = S.workOf(V->getType().getNonReferenceType());
    for (auto It = Parents.rbegin(); It != Parents.rend(); ++It) {
      const auto *P = dyn_cast<Expr>(*It);
      if (!P) {
        if (!Declared.empty())
          break;
        return isa<ReturnStmt, CoreturnStmt>(*It) ? TaskUse::Moves
                                                  : TaskUse::None; // `t;`
      }
      if (isa<CoroutineSuspendExpr>(P))
        return TaskUse::Moves;
      if (const auto *Cast = dyn_cast<ExplicitCastExpr>(P);
          Cast && Cast->getType()->isVoidType())
        return TaskUse::None;
      if (core(P) == core(E)) {
        E = P;
        continue;
      }
      if (const auto *C = dyn_cast<CXXConstructExpr>(P)) {
        if (!C->getConstructor()->isCopyOrMoveConstructor())
          return Moved ? TaskUse::Moves : TaskUse::Settles;
        Moved = true;
        E = P;
        continue;
      }
      if (const auto *Call = dyn_cast<CallExpr>(P)) {
        if (Call->isCallToStdMove()) {
          Moved = true;
          E = P;
          continue;
        }
        if (const auto *Op = dyn_cast<CXXOperatorCallExpr>(Call);
            Op && Op->getNumArgs() == 2) {
          bool IsLeft = core(Op->getArg(0)) == core(E);
          if (Op->getOperator() == OO_Equal && IsLeft) {
            Out.Stores[Op] = {V, Op->getArg(1), IsElement};
            return TaskUse::None;
          }
          if (Op->getOperator() == OO_Equal) {
            const auto *To = dyn_cast<DeclRefExpr>(core(Op->getArg(0)));
            if (To && To->getDecl()->getIdentifier() &&
                To->getDecl()->getName() == "ignore" && isInStd(*To->getDecl()))
              return TaskUse::None;
            // From one variable to the other: see TaskFlow.
            if (To && Moved && tracks(To->getDecl()))
              return TaskUse::None;
          }
          if (Op->getOperator() == OO_Subscript && IsLeft && W.IsOwner) {
            IsElement = true;
            E = P; // v[i] = …
            continue;
          }
        }
        return Moved ? TaskUse::Moves : TaskUse::Settles;
      }
      if (const auto *Member = dyn_cast<MemberExpr>(P)) {
        const auto *Call = std::next(It) != Parents.rend()
                               ? dyn_cast<CXXMemberCallExpr>(*std::next(It))
                               : nullptr;
        return Call && Call->getCallee()->IgnoreParens() == Member && !Moved
                   ? memberUse(Call, V, W)
                   : (Moved ? TaskUse::Moves : TaskUse::Settles);
      }
      return Moved && !isa<LambdaExpr>(P) ? TaskUse::Moves : TaskUse::Settles;
    }
    // The initialiser of another variable.
    if (Moved && !Declared.empty() && tracks(Declared.back()))
      return TaskUse::None; // handed over, see TaskFlow
    return Moved ? TaskUse::Moves : TaskUse::Settles;
  }

  bool tracks(const ValueDecl *D) const {
    const auto *V = dyn_cast<VarDecl>(D);
    return V && llvm::is_contained(Out.Variables, V);
  }

  TaskUse memberUse(const CXXMemberCallExpr *Call, const VarDecl *V, Work W) {
    const CXXMethodDecl *M = Call->getMethodDecl();
    if (!M)
      return TaskUse::Settles;
    // An answer that nothing depends on.
    if (const TaskFunctionModel *Model = S.models().taskFunction(*M))
      if (llvm::any_of(Model->Operands,
                       [](TaskOperand O) {
                         return O.Argument == ImplicitObject &&
                                O.Effect == TaskEffect::Asks;
                       }) &&
          Declared.empty() && isInBlock())
        return TaskUse::None;
    if (!W.IsOwner || !isInStd(*M))
      return TaskUse::Settles;
    llvm::StringRef Name = nameOf(Call);
    if (Name == "reserve" || Name == "capacity" || Name == "max_size" ||
        Name == "shrink_to_fit")
      return TaskUse::None;
    if (Name == "clear" || Name == "reset")
      return TaskUse::Moves;
    if (Name == "push_back" || Name == "emplace_back" || Name == "push" ||
        Name == "emplace" || Name == "push_front" || Name == "emplace_front" ||
        Name == "insert" || Name == "try_emplace") {
      // What it returns leads to the new element.
      const auto *Around = Parents.size() >= 3 ? callParent(Call) : nullptr;
      if (Around)
        return TaskUse::Settles;
      const Expr *Value =
          Call->getNumArgs() ? Call->getArg(Call->getNumArgs() - 1) : nullptr;
      Out.Stores[Call] = {V, Value, true};
      return TaskUse::None;
    }
    return TaskUse::Settles;
  }

  /// Whether the expression is part of a statement in a block.
  bool isInBlock() const {
    for (const Stmt *P : llvm::reverse(Parents))
      if (!isa<Expr>(P))
        return isa<CompoundStmt>(P);
    return false;
  }

  /// The expression that uses the call's value; null if it is a statement.
  const Expr *callParent(const Expr *Call) const {
    for (auto It = Parents.rbegin(); It != Parents.rend(); ++It)
      if (*It == Call) {
        for (++It; It != Parents.rend(); ++It) {
          const auto *P = dyn_cast<Expr>(*It);
          if (!P)
            return Declared.empty() ? nullptr : Call;
          if (core(P) != Call)
            return P;
        }
        return nullptr;
      }
    return nullptr;
  }

  const ASTContext &Context;
  TaskShapes &S;
  TaskUses &Out;
  llvm::SmallVector<const Stmt *, 16> Parents;
  llvm::SmallVector<const VarDecl *, 2> Declared;
  unsigned Handlers = 0;

public:
  /// What could be awaited where it stands, in the order of `AwaitAt`s.
  std::vector<const Expr *> Awaitable;
};

} // namespace

TaskUses findTaskUses(const FunctionDecl &F, const Stmt &Body, TaskShapes &S) {
  TaskUses Out;
  TaskWalk Walk(F, S, Out);
  Walk.statement(&Body);
  Out.Awaitable = std::move(Walk.Awaitable);
  return Out;
}

} // namespace corolint
