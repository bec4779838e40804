// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Which variables are handles that can be used once, and what each mention does
// with them; see TaskReuse.h.

#include "Analysis.h"
#include "HandleShapes.h"
#include "Places.h"
#include "SuspensionPoints.h"
#include "TaskBodies.h"
#include "TaskReuse.h"
#include "TaskWalk.h"
#include "clang/AST/ASTContext.h"
#include "clang/AST/DeclTemplate.h"
#include "clang/AST/StmtCXX.h"

using namespace clang;

namespace corolint {

namespace {

class HandleWalk {
public:
  HandleWalk(const FunctionDecl &F, Analysis &A, Followed What, HandleUses &Out)
      : A(A), What(What), Out(Out) {
    for (const ParmVarDecl *P : F.parameters())
      if (!P->getType()->isLValueReferenceType() &&
          isHandle(P->getType().getNonReferenceType()))
        Out.Variables.push_back(P);
  }

  void walk(const Stmt *S);
  /// Something may be done twice.
  bool isWorthFollowing() const {
    return Spends && (Loops || (Uses > 1 && What == Followed::Handles));
  }

private:
  bool isHandle(QualType T);
  std::optional<HandleUse> useOf(const DeclRefExpr *Ref, const VarDecl *V);
  std::optional<HandleUse> given(const CallExpr *Call, const Expr *E,
                                 bool IsTaken);
  std::optional<HandleUse> member(const CXXMemberCallExpr *Call, bool IsTaken,
                                  bool IsFrame);
  bool isSpentBy(const CoroutineSuspendExpr &Await, QualType T);
  bool yields(QualType T);
  bool isInAwait() const;

  Analysis &A;
  const Followed What;
  HandleUses &Out;
  std::vector<const Stmt *> Parents;
  const VarDecl *Declared = nullptr;
  unsigned Uses = 0;
  bool Spends = false, Loops = false;
};

} // namespace

bool HandleWalk::isHandle(QualType T) {
  T = T.getCanonicalType().getUnqualifiedType();
  const CXXRecordDecl *R = T->getAsCXXRecordDecl();
  if (What == Followed::Values)
    return R && R->hasDefinition() && !R->isDependentType() && !R->isLambda() &&
           R->hasNonTrivialMoveConstructor() && !A.shapes().isTask(T) &&
           !isCoroutineHandle(T);
  if (isCoroutineHandle(T))
    return true;
  T = heldBy(T);
  R = T->getAsCXXRecordDecl();
  return R && A.shapes().isTask(T) && isUnique(*R);
}

/// Whether awaiting the task without moving from it leaves it so that it must
/// not be awaited again.
bool HandleWalk::isSpentBy(const CoroutineSuspendExpr &Await, QualType T) {
  return A.shapes().startOf(T) == Start::Lazy &&
         neverAsks(awaiterMember(Await.getReadyExpr())) &&
         alwaysResumes(awaiterMember(Await.getSuspendExpr()));
}

/// Whether it gives something at each await: what is yielded is of a type that
/// the task has in its name. (Others only end by it, as in `co_yield
/// co_error(e)`, or give a meaning of their own to the keyword.)
bool HandleWalk::yields(QualType T) {
  const CXXRecordDecl *Promise = A.shapes().promiseOf(T);
  if (!Promise)
    return false;
  const auto *Task =
      dyn_cast_or_null<ClassTemplateSpecializationDecl>(classOf(T));
  return anyMethod(*Promise, [&](const CXXMethodDecl &M) {
    if (!M.getIdentifier() || M.getName() != "yield_value" ||
        M.getNumParams() != 1)
      return false;
    if (const FunctionTemplateDecl *Any = M.getDescribedFunctionTemplate())
      return !Any->hasAssociatedConstraints();
    QualType Given = M.getParamDecl(0)->getType().getNonReferenceType();
    if (!Task || !Given->isRecordType())
      return true;
    return llvm::any_of(
        Task->getTemplateArgs().asArray(), [&](const TemplateArgument &Each) {
          return Each.getKind() == TemplateArgument::Type &&
                 Task->getASTContext().hasSameUnqualifiedType(
                     Each.getAsType().getNonReferenceType(), Given);
        });
  });
}

/// Whether what is walked is part of what a co_await waits for.
bool HandleWalk::isInAwait() const {
  for (const Stmt *P : llvm::reverse(Parents)) {
    if (isa<CoawaitExpr>(P))
      return true;
    if (!isa<Expr>(P))
      return false;
  }
  return false;
}

void HandleWalk::walk(const Stmt *S) {
  if (!S)
    return;
  if (isa<UnaryExprOrTypeTraitExpr, CXXNoexceptExpr, RequiresExpr,
          OpaqueValueExpr, CXXDefaultArgExpr, CXXTypeidExpr>(S))
    return; // not evaluated, or written elsewhere
  Loops |= isa<ForStmt, WhileStmt, DoStmt, CXXForRangeStmt, GotoStmt>(S);
  if (const auto *Ref = dyn_cast<DeclRefExpr>(S)) {
    const auto *V = dyn_cast<VarDecl>(Ref->getDecl());
    if (!V || !llvm::is_contained(Out.Variables, V))
      return;
    std::optional<HandleUse> Use = useOf(Ref, V);
    if (!Use)
      return;
    if (What == Followed::Values && (*Use != HandleUse::Moved || !isInAwait()))
      Use = HandleUse::Escapes;
    Out.Mentions[Ref] = *Use;
    bool IsSpending = *Use <= HandleUse::Destroyed;
    Spends |= IsSpending || *Use == HandleUse::Parked;
    Uses += *Use <= HandleUse::Parked;
    return;
  }
  if (const auto *D = dyn_cast<DeclStmt>(S))
    for (const Decl *Each : D->decls())
      if (const auto *V = dyn_cast<VarDecl>(Each);
          V && V->hasLocalStorage() && !V->isInvalidDecl() &&
          !V->getType()->isReferenceType() && isHandle(V->getType()))
        Out.Variables.push_back(V);
  Parents.push_back(S);
  if (const auto *L = dyn_cast<LambdaExpr>(S)) {
    for (const Expr *Init : L->capture_inits())
      walk(Init);
  } else if (const auto *Await = dyn_cast<CoroutineSuspendExpr>(S)) {
    walk(Await->getOperand());
  } else if (const auto *Return = dyn_cast<CoreturnStmt>(S)) {
    walk(Return->getOperand());
  } else if (const auto *D = dyn_cast<DeclStmt>(S)) {
    for (const Decl *Each : D->decls())
      if (const auto *V = dyn_cast<VarDecl>(Each)) {
        Declared = V;
        walk(V->getInit());
        Declared = nullptr;
      }
  } else {
    for (const Stmt *Child : S->children())
      walk(Child);
  }
  Parents.pop_back();
}

/// What the expressions around the mention do with it, from the inside out.
std::optional<HandleUse> HandleWalk::useOf(const DeclRefExpr *Ref,
                                           const VarDecl *V) {
  const Expr *E = Ref;
  bool IsTaken = false; // std::move(t)
  bool IsMade = false;  // into a new object
  const bool IsFrame =
      isCoroutineHandle(V->getType().getNonReferenceType().getCanonicalType());
  for (auto It = Parents.rbegin(); It != Parents.rend(); ++It) {
    const auto *P = dyn_cast<Expr>(*It);
    if (!P) {
      if (isa<ReturnStmt, CoreturnStmt>(*It))
        return IsFrame ? std::nullopt : std::optional(HandleUse::Moved);
      if (!isa<DeclStmt>(*It))
        return IsMade ? std::optional(HandleUse::Parked) : std::nullopt;
      if (IsMade) {
        if (Declared && llvm::is_contained(Out.Variables, Declared))
          Out.Heirs[Declared] = Ref;
        return HandleUse::Parked;
      }
      return HandleUse::Escapes; // a reference to it
    }
    if (const auto *Await = dyn_cast<CoroutineSuspendExpr>(P)) {
      if (isa<CoyieldExpr>(P))
        return HandleUse::Escapes;
      QualType T = heldBy(V->getType());
      if (!yields(T) && (IsTaken || isSpentBy(*Await, T)))
        return HandleUse::Awaited;
      return HandleUse::AwaitedFreely;
    }
    if (const auto *Cast = dyn_cast<ExplicitCastExpr>(P);
        Cast && Cast->getType()->isVoidType())
      return std::nullopt;
    if (core(P) == core(E)) {
      E = P;
      continue;
    }
    if (const auto *C = dyn_cast<CXXConstructExpr>(P)) {
      if (IsFrame)
        return std::nullopt; // a copy
      if (!C->getConstructor()->isMoveConstructor())
        return HandleUse::Escapes;
      IsMade = true;
      E = P;
      continue;
    }
    if (const auto *Op = dyn_cast<CXXOperatorCallExpr>(P)) {
      bool IsLeft = core(Op->getArg(0)) == core(E);
      if (Op->getOperator() == OO_Equal && IsLeft) {
        Out.Refills[Op] = V;
        return std::nullopt;
      }
      // What an optional holds is what is done to it.
      if (IsLeft &&
          (Op->getOperator() == OO_Star || Op->getOperator() == OO_Arrow)) {
        E = P;
        continue;
      }
      if (IsFrame)
        return Op->getOperator() == OO_Call && IsLeft
                   ? std::optional(HandleUse::Resumed)
                   : std::nullopt;
      if (Op->getOperator() == OO_Equal && IsTaken)
        return HandleUse::Parked;
    }
    if (const auto *Call = dyn_cast<CallExpr>(P)) {
      if (const Expr *Left = takenOutBy(Call);
          Left && core(Left) == core(E) && !IsFrame) {
        IsTaken = true;
        IsMade = !Call->isCallToStdMove();
        E = P;
        continue;
      }
      return given(Call, E, IsTaken);
    }
    if (const auto *Member = dyn_cast<MemberExpr>(P)) {
      const auto *Call = std::next(It) != Parents.rend()
                             ? dyn_cast<CXXMemberCallExpr>(*std::next(It))
                             : nullptr;
      if (Call && Call->getCallee()->IgnoreParens() == Member) {
        if (isInStd(*Call->getMethodDecl()) &&
            Call->getMethodDecl()->getIdentifier() &&
            Call->getMethodDecl()->getName() == "value") {
          ++It;
          E = Call;
          continue;
        }
        return member(Call, IsTaken, IsFrame);
      }
      return HandleUse::Escapes;
    }
    if (isa<LambdaExpr>(P) && IsMade)
      return HandleUse::Moved;
    if (const auto *Op = dyn_cast<BinaryOperator>(P); Op && IsFrame)
      return std::nullopt;
    return HandleUse::Escapes;
  }
  return std::nullopt;
}

/// Functions of the standard library that move from what they are given,
/// whatever happens.
static bool isSureToMove(const FunctionDecl &F) {
  static constexpr llvm::StringLiteral Names[] = {
      "push_back",     "emplace_back",  "push",        "emplace",
      "push_front",    "emplace_front", "make_unique", "make_shared",
      "make_optional", "make_pair",     "make_tuple"};
  return isInStd(F) && F.getIdentifier() &&
         llvm::is_contained(Names, F.getName());
}

std::optional<HandleUse> HandleWalk::given(const CallExpr *Call, const Expr *E,
                                           bool IsTaken) {
  const FunctionDecl *Callee = Call->getDirectCallee();
  unsigned First =
      isa<CXXOperatorCallExpr>(Call) && isa_and_nonnull<CXXMethodDecl>(Callee)
          ? 1
          : 0;
  for (unsigned I = First; Callee && I < Call->getNumArgs(); ++I) {
    if (core(Call->getArg(I)) != core(E) || I - First >= Callee->getNumParams())
      continue;
    QualType T = Callee->getParamDecl(I - First)->getType();
    if (!T->isReferenceType())
      return isCoroutineHandle(T.getCanonicalType())
                 ? std::nullopt
                 : std::optional(HandleUse::Moved);
    if (T->isLValueReferenceType())
      return T->getPointeeType().isConstQualified()
                 ? std::nullopt
                 : std::optional(HandleUse::Escapes);
    if (!IsTaken)
      break;
    if (isSureToMove(*Callee))
      return HandleUse::Moved;
    // It may give it back: `if (!q.try_push(std::move(t))) …`
    TaskFate Fate = A.taskSummaries()
                        .parameter(*Callee, I - First)
                        .value_or(TaskFate::Unknown);
    if (Fate == TaskFate::Consumes || Fate == TaskFate::Keeps ||
        Fate == TaskFate::Starts)
      return HandleUse::Moved;
    break;
  }
  return HandleUse::Escapes;
}

std::optional<HandleUse> HandleWalk::member(const CXXMemberCallExpr *Call,
                                            bool IsTaken, bool IsFrame) {
  const CXXMethodDecl *M = Call->getMethodDecl();
  if (!M)
    return HandleUse::Escapes;
  if (IsFrame) {
    const IdentifierInfo *II = M->getIdentifier();
    if (II && II->isStr("destroy"))
      return HandleUse::Destroyed;
    if (II && II->isStr("resume"))
      return HandleUse::Resumed;
    if (II && (II->isStr("done") || II->isStr("promise")))
      return HandleUse::Entered;
    return std::nullopt;
  }
  if (const TaskFunctionModel *Model = A.models().taskFunction(*M))
    for (TaskOperand O : Model->Operands)
      if (O.Argument == ImplicitObject &&
          (O.Effect == TaskEffect::Starts || O.Effect == TaskEffect::Detaches))
        return IsTaken ? HandleUse::Moved : HandleUse::Started;
  if (M->getRefQualifier() == RQ_RValue && IsTaken)
    return HandleUse::Moved;
  return HandleUse{M->isConst() ? HandleUse::Asked : HandleUse::Escapes};
}

HandleUses findHandleUses(const FunctionDecl &F, const Stmt &Text, Analysis &A,
                          Followed What) {
  HandleUses Out;
  HandleWalk Walk(F, A, What, Out);
  Walk.walk(&Text);
  return Walk.isWorthFollowing() ? Out : HandleUses();
}

} // namespace corolint
