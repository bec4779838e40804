// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Values that nobody takes, and callables whose result nobody takes; see
// TaskWalk.h.

#include "Places.h"
#include "TaskBodies.h"
#include "TaskWalk.h"
#include "clang/AST/ASTContext.h"
#include "clang/AST/Attr.h"
#include "clang/AST/DeclTemplate.h"

using namespace clang;

namespace corolint {

/// Whether the function, or the constructor of what it returns, may do more
/// than to keep what it is given.
static bool mayBegin(const CallExpr &Call) {
  const FunctionDecl *Callee = Call.getDirectCallee();
  const auto *Text =
      Callee ? dyn_cast_or_null<CompoundStmt>(bodyOf(Callee)) : nullptr;
  if (!Text || Text->size() != 1 || !isa<ReturnStmt>(Text->body_front()))
    return true;
  const CXXRecordDecl *R = shapeOf(Call.getType());
  return !R || llvm::any_of(R->ctors(), [](const CXXConstructorDecl *C) {
    if (!C->isUserProvided() || C->isCopyOrMoveConstructor())
      return false;
    const auto *Body = dyn_cast_or_null<CompoundStmt>(bodyOf(C));
    return !Body || !Body->body_empty();
  });
}

/// Nobody takes the value of `E`.
void TaskWalk::discarded(const Expr *Whole, bool Explicit, bool IsStatement) {
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
  if (IsStatement && !Explicit)
    named(E);
  if (const Expr *Made = madeFor(E, S); Made != E) {
    E = Made;
    IsStatement = false;
  }
  if (!E->isPRValue() && !isOwnResult(E, S))
    return;
  const auto *Await = dyn_cast<CoawaitExpr>(E);
  Work W = S.workOf(E->getType());
  if (Await && !W) {
    const auto *Resume = dyn_cast_or_null<CallExpr>(
        Await->getResumeExpr() ? core(Await->getResumeExpr()) : nullptr);
    // The compiler does not ask what a reference refers to.
    const CXXRecordDecl *Class =
        E->isXValue() ? classOf(E->getType()) : nullptr;
    if (Resume && !Explicit && !Await->getType()->isVoidType() &&
        (Resume->hasUnusedResultAttr(Context) ||
         (Class && isNoDiscard(*Class)))) {
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
    W.Kind = WorkKind::Awaiter;
    W.MayHaveBegun = mayBegin(*Call);
    LostTask &L = add(LostTask::Discarded, W, Whole->getBeginLoc());
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
    L.AwaitAt = E->getBeginLoc(), Out.Awaitable.push_back(E);
}

/// `t;` or `std::move(t);`, where `co_await t;` was meant: it does nothing.
void TaskWalk::named(const Expr *E) {
  if (!IsCoroutine || Given || E->getBeginLoc().isMacroID())
    return;
  if (const auto *Call = dyn_cast<CallExpr>(E); Call && Call->isCallToStdMove())
    E = core(Call->getArg(0));
  else if (isa<CXXStaticCastExpr>(E) && E->isXValue())
    E = core(cast<CXXStaticCastExpr>(E)->getSubExpr());
  const auto *Ref = dyn_cast<DeclRefExpr>(E);
  const auto *Member = dyn_cast<MemberExpr>(E);
  const ValueDecl *D = Ref      ? Ref->getDecl()
                       : Member ? Member->getMemberDecl()
                                : nullptr;
  if (!isa_and_nonnull<VarDecl, FieldDecl>(D) || !S.isAwaitable(E->getType()))
    return;
  add(LostTask::Named, {}, E->getExprLoc()).Variable = D->getNameAsString();
  if (Ref)
    Named.insert(Ref);
}

LostTask &TaskWalk::add(LostTask::Form How, Work W, SourceLocation At) {
  LostTask &L = Out.Lost.emplace_back();
  L.How = How;
  L.What = W;
  L.At = At;
  return L;
}

void TaskWalk::call(const CallExpr *Call) {
  arguments(Call);
  // if (fetch()) …
  if (const auto *Member = dyn_cast<CXXMemberCallExpr>(Call))
    if (const auto *To =
            dyn_cast_or_null<CXXConversionDecl>(Member->getMethodDecl());
        To && To->getConversionType()->isBooleanType()) {
      const Expr *Object = core(Member->getImplicitObjectArgument());
      Work W = S.workOf(Object->getType());
      if (W.Kind == WorkKind::Lazy && !W.IsOwner && isa<CallExpr>(Object) &&
          makesWork(Object, S))
        add(LostTask::Tested, W, Object->getBeginLoc()).From = sourceOf(Object);
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

/// Work that is given to a function which is known to do nothing with it.
void TaskWalk::arguments(const CallExpr *Call) {
  for (const Expr *Each : Call->arguments()) {
    const Expr *E = core(Each);
    if (!E || !E->isPRValue() || !makesWork(E, S))
      continue;
    Work W = S.workOf(E->getType());
    Receiver To = receiverOf(Call, E);
    if (!To.IsIdle || W.MayBeDroppedExplicitly)
      continue;
    LostTask &L = add(LostTask::Discarded, W, E->getBeginLoc());
    L.From = sourceOf(E);
    L.GivenTo.push_back({To.Parameter->getLocation(), To.Function});
  }
}

void TaskWalk::construct(const CXXConstructExpr *C) {
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
void TaskWalk::wrapped(const Expr *Callable, const CXXRecordDecl *In) {
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

void TaskWalk::invoked(const Expr *Callable, std::string Taker,
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
QualType TaskWalk::resultOf(const Expr *E) {
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

} // namespace corolint
