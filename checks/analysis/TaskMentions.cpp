// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What the expressions around the mention of a variable do with the task that
// it holds; see TaskWalk.h.

#include "Places.h"
#include "TaskBodies.h"
#include "TaskWalk.h"
#include "clang/AST/ASTContext.h"
#include "clang/AST/StmtCXX.h"

using namespace clang;

namespace corolint {

void TaskWalk::mention(const DeclRefExpr *Ref) {
  const auto *V = dyn_cast<VarDecl>(Ref->getDecl());
  if (!V || !llvm::is_contained(Out.Variables, V))
    return;
  Out.Mentions[Ref] = Named.count(Ref) ? TaskUse::Settles : useOf(Ref, V);
}

llvm::StringRef TaskWalk::nameOf(const CallExpr *Call) {
  const FunctionDecl *Callee = Call->getDirectCallee();
  const IdentifierInfo *II = Callee ? Callee->getIdentifier() : nullptr;
  return II ? II->getName() : "";
}

/// What the expressions around the mention do with it, from the inside out.
TaskUse TaskWalk::useOf(const DeclRefExpr *Ref, const VarDecl *V) {
  const Expr *E = Ref;
  bool Moved = false, IsTakenOut = false, IsElement = false;
  Work W = S.workOf(V->getType().getNonReferenceType());
  for (auto It = Parents.rbegin(); It != Parents.rend(); ++It) {
    const auto *P = dyn_cast<Expr>(*It);
    if (!P) {
      if (!Declared.empty())
        break;
      if (!isa<ReturnStmt, CoreturnStmt>(*It))
        return isa<CallExpr>(core(E)) &&
                       !cast<CallExpr>(core(E))->isCallToStdMove()
                   ? TaskUse::Moves // std::exchange(t, {});
                   : TaskUse::None; // `t;`
      Out.Takers[Ref] = TaskFate::Keeps;
      return TaskUse::Moves;
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
      if (const Expr *Left = takenOutBy(Call); Left && core(Left) == core(E)) {
        Moved = IsTakenOut = true;
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
          if (Moved && isa<MemberExpr>(core(Op->getArg(0))))
            Out.Takers[Ref] = TaskFate::Keeps;
        }
        if (Op->getOperator() == OO_Subscript && IsLeft && W.IsOwner) {
          IsElement = true;
          E = P; // v[i] = …
          continue;
        }
      }
      Receiver To = receiverOf(Call, E);
      if (To.IsIdle && !W.MayBeDroppedExplicitly) {
        Out.GivenTo.push_back({V, {To.Parameter->getLocation(), To.Function}});
        return TaskUse::None;
      }
      Out.Takers.try_emplace(Ref, To.Fate);
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
    // A capture by copy leaves it as it was.
    return IsTakenOut || (Moved && !isa<LambdaExpr>(P)) ? TaskUse::Moves
                                                        : TaskUse::Settles;
  }
  // The initialiser of another variable.
  if (Moved && !Declared.empty() && tracks(Declared.back()))
    return TaskUse::None; // handed over, see TaskFlow
  return Moved ? TaskUse::Moves : TaskUse::Settles;
}

bool TaskWalk::tracks(const ValueDecl *D) const {
  const auto *V = dyn_cast<VarDecl>(D);
  return V && llvm::is_contained(Out.Variables, V);
}

TaskUse TaskWalk::memberUse(const CXXMemberCallExpr *Call, const VarDecl *V,
                            Work W) {
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
        isAnswerUnused())
      return TaskUse::None;
  if (Given && V == Given && isQuery(*M) && isAnswerUnused())
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

TaskWalk::Receiver TaskWalk::receiverOf(const CallExpr *Call, const Expr *E) {
  const FunctionDecl *Callee = Call->getDirectCallee();
  if (!Callee || Callee->isVariadic())
    return {};
  unsigned First =
      isa<CXXOperatorCallExpr>(Call) && isa<CXXMethodDecl>(Callee) ? 1 : 0;
  for (unsigned I = First; I < Call->getNumArgs(); ++I) {
    if (core(Call->getArg(I)) != core(E) || I - First >= Callee->getNumParams())
      continue;
    const FunctionDecl *Definition = Callee->getDefinition();
    const FunctionDecl *Shown = Definition ? Definition : Callee;
    Receiver To;
    To.Fate = Callees.parameter(*Callee, I - First).value_or(TaskFate::Unknown);
    To.Parameter = Shown->getParamDecl(I - First);
    const auto *Method = dyn_cast<CXXMethodDecl>(Callee);
    To.Function = Method && Method->getParent()->isLambda()
                      ? "the lambda"
                      : "'" + Callee->getNameAsString() + "'";
    To.IsIdle = To.Fate == TaskFate::Drops ||
                (To.Fate == TaskFate::Asks &&
                 (Call->getType()->isVoidType() || isAnswerUnused()));
    return To;
  }
  return {};
}

/// Whether nothing depends on what the expression around finds out.
bool TaskWalk::isAnswerUnused() const {
  if (!Declared.empty())
    return false;
  if (isInBlock())
    return true;
  // The answer is the caller's: it asks in its turn.
  return Given && !Parents.empty() && llvm::any_of(Parents, [](const Stmt *P) {
           return isa<ReturnStmt>(P);
         });
}

/// Whether the expression is part of a statement in a block.
bool TaskWalk::isInBlock() const {
  for (const Stmt *P : llvm::reverse(Parents))
    if (!isa<Expr>(P))
      return isa<CompoundStmt>(P);
  return false;
}

/// The expression that uses the call's value; null if it is a statement.
const Expr *TaskWalk::callParent(const Expr *Call) const {
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

} // namespace corolint
