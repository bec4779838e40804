// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What is done with each mention of a handle; see TaskReuse.h and HandleWalk.h.

#include "Analysis.h"
#include "HandleShapes.h"
#include "HandleWalk.h"
#include "SuspensionPoints.h"
#include "TaskBodies.h"
#include "TaskWalk.h"
#include "clang/AST/ASTContext.h"
#include "clang/AST/DeclTemplate.h"
#include "clang/AST/StmtCXX.h"

using namespace clang;

namespace corolint {

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

/// What the expressions around the mention do with it, from the inside out.
std::optional<HandleUse> HandleWalk::useOf(const Expr *E, Ancestors It,
                                           Place Place, unsigned Of,
                                           const Expr *Leaf) {
  QualType T = E->getType();
  if (T->isPointerType())
    T = T->getPointeeType();
  T = T.getCanonicalType().getUnqualifiedType();
  bool IsTaken = E->isXValue(); // std::move(t)
  bool IsMade = false;          // into a new object
  const bool IsFrame = isCoroutineHandle(T);
  for (; It != Parents.rend(); ++It) {
    const auto *P = dyn_cast<Expr>(*It);
    if (!P) {
      if (isa<ReturnStmt, CoreturnStmt>(*It))
        return IsFrame ? std::nullopt : std::optional(HandleUse::Moved);
      if (!isa<DeclStmt>(*It))
        return IsMade ? std::optional(HandleUse::Parked) : std::nullopt;
      if (IsMade) {
        if (Declared && Declared->hasLocalStorage() &&
            isHandle(Declared->getType(), A, What))
          Out.Heirs[Declared] = {handleAt(Places.variable(Declared), Leaf), Of,
                                 Leaf};
        return HandleUse::Parked;
      }
      if (What == Followed::Handles && isAlias(Declared, Place))
        return std::nullopt;
      return HandleUse::Escapes; // a reference to it
    }
    if (const auto *Await = dyn_cast<CoroutineSuspendExpr>(P)) {
      if (isa<CoyieldExpr>(P))
        return HandleUse::Escapes;
      QualType Task = heldBy(T);
      if (!yields(Task) && (IsTaken || isSpentBy(*Await, Task)))
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
      if (IsFrame) {
        const CXXConstructorDecl *Made = C->getConstructor();
        const bool IsCopied =
            isCoroutineHandle(C->getType()) ||
            llvm::none_of(Made->parameters(), [](const ParmVarDecl *P) {
              return P->getType()->isLValueReferenceType() &&
                     !P->getType()->getPointeeType().isConstQualified();
            });
        return IsCopied ? std::nullopt : std::optional(HandleUse::Escapes);
      }
      if (!C->getConstructor()->isMoveConstructor())
        return HandleUse::Escapes;
      IsMade = true;
      E = P;
      continue;
    }
    if (const auto *Op = dyn_cast<CXXOperatorCallExpr>(P)) {
      bool IsLeft = core(Op->getArg(0)) == core(E);
      if (Op->getOperator() == OO_Equal && IsLeft) {
        Out.Refills[Op] = {Of, loopAround()};
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
    if (const auto *Op = dyn_cast<UnaryOperator>(P);
        Op && Op->getOpcode() == UO_AddrOf && isAlias(Declared, Place))
      return std::nullopt;
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

} // namespace corolint
