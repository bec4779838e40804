// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What branches teach, and how that is evaluated; see Conditions.h.

#include "Conditions.h"
#include "clang/AST/ASTContext.h"

using namespace clang;

namespace corolint {

/// The object of `if (p)`, `o.has_value()`, `p.get()`, `p != nullptr`, `o ==
/// std::nullopt`: five ways to ask the same.
static const Expr *askedWhetherEmpty(const Expr *E, bool &Negated) {
  Negated = false;
  if (const auto *Call = dyn_cast<CXXMemberCallExpr>(E)) {
    const CXXMethodDecl *M = Call->getMethodDecl();
    if (!M || Call->getNumArgs() != 0 || !M->isConst())
      return nullptr;
    bool Asks = isa<CXXConversionDecl>(M)
                    ? M->getReturnType()->isBooleanType()
                    : isInStd(*M) && M->getIdentifier() &&
                          (M->getName() == "has_value" ||
                           (M->getName() == "get" &&
                            M->getReturnType()->isPointerType()));
    return Asks ? Call->getImplicitObjectArgument() : nullptr;
  }
  const auto *Op = dyn_cast<CXXOperatorCallExpr>(E);
  if (!Op || Op->getNumArgs() != 2 ||
      (Op->getOperator() != OO_EqualEqual &&
       Op->getOperator() != OO_ExclaimEqual))
    return nullptr;
  for (unsigned I = 0; I < 2; ++I) {
    QualType T = core(Op->getArg(I))->getType();
    const CXXRecordDecl *R = T->getAsCXXRecordDecl();
    if (T->isNullPtrType() || (R && isInStd(*R) && R->getIdentifier() &&
                               R->getName() == "nullopt_t")) {
      Negated = Op->getOperator() == OO_EqualEqual;
      return Op->getArg(1 - I);
    }
  }
  return nullptr;
}

std::optional<Fact> Conditions::test(const Expr *E) {
  E = core(E);
  if (const auto *Op = dyn_cast<UnaryOperator>(E);
      Op && Op->getOpcode() == UO_LNot) {
    std::optional<Fact> F = test(Op->getSubExpr());
    if (F)
      F->Equal = !F->Equal;
    return F;
  }
  if (const auto *Rewritten = dyn_cast<CXXRewrittenBinaryOperator>(E))
    return test(Rewritten->getSemanticForm());
  bool Negated = false;
  if (const Expr *Object = askedWhetherEmpty(E, Negated))
    if (isa<DeclRefExpr, MemberExpr>(core(Object)))
      if (std::optional<Subject> S = subject(Object))
        return Fact{*S, 0, Negated};
  if (const auto *Op = dyn_cast<BinaryOperator>(E); Op && Op->isEqualityOp()) {
    int64_t Value;
    const Expr *Tested = nullptr;
    if (isConstant(Op->getRHS(), Value))
      Tested = Op->getLHS();
    else if (isConstant(Op->getLHS(), Value))
      Tested = Op->getRHS();
    if (Tested) {
      bool Equal = Op->getOpcode() == BO_EQ;
      // b == true, and (x != 0) == false.
      if (core(Tested)->getType()->isBooleanType() && (Value & ~1) == 0) {
        std::optional<Fact> F = test(Tested);
        if (F && (Value == 0) == Equal)
          F->Equal = !F->Equal;
        return F;
      }
      if (std::optional<Subject> S = subject(Tested))
        return Fact{*S, Value, Equal};
      return std::nullopt;
    }
  }
  if (const auto *Op = dyn_cast<BinaryOperator>(E);
      Op && (Op->isLogicalOp() || Op->getOpcode() == BO_Comma))
    return std::nullopt;
  else if (Op)
    if (std::optional<Fact> F = relation(*Op))
      return F;
  if (std::optional<Subject> S = subject(E))
    return Fact{*S, 0, false};
  return std::nullopt;
}

std::optional<int64_t> Conditions::evaluateInteger(const Facts &F,
                                                   const Expr *E) {
  int64_t Value;
  if (isConstant(E, Value))
    return Value;
  if (const auto *C = dyn_cast<AbstractConditionalOperator>(core(E)))
    if (std::optional<bool> Condition = evaluate(F, C->getCond()))
      return evaluateInteger(F,
                             *Condition ? C->getTrueExpr() : C->getFalseExpr());
  if (std::optional<Subject> S = subject(E))
    return F.value(*S);
  return std::nullopt;
}

std::optional<bool> Conditions::evaluate(const Facts &F, const Expr *E) {
  E = core(E);
  int64_t Value;
  if (isConstant(E, Value))
    return Value != 0;
  if (const auto *Op = dyn_cast<BinaryOperator>(E)) {
    if (Op->isLogicalOp()) {
      std::optional<bool> L = evaluate(F, Op->getLHS());
      bool Decides = Op->getOpcode() == BO_LOr;
      if (L == Decides)
        return Decides;
      std::optional<bool> R = evaluate(F, Op->getRHS());
      if (L == !Decides)
        return R;
      return R == Decides ? R : std::nullopt;
    }
    if (Op->getOpcode() == BO_Comma)
      return evaluate(F, Op->getRHS());
    if (Op->isRelationalOp() &&
        Op->getLHS()->getType()->isIntegralOrEnumerationType()) {
      std::optional<int64_t> L = evaluateInteger(F, Op->getLHS());
      std::optional<int64_t> R = evaluateInteger(F, Op->getRHS());
      if (L && R)
        switch (Op->getOpcode()) {
        case BO_LT:
          return *L < *R;
        case BO_GT:
          return *L > *R;
        case BO_LE:
          return *L <= *R;
        default:
          return *L >= *R;
        }
    }
  }
  if (const auto *Op = dyn_cast<UnaryOperator>(E);
      Op && Op->getOpcode() == UO_LNot) {
    std::optional<bool> Inner = evaluate(F, Op->getSubExpr());
    return Inner ? std::optional<bool>(!*Inner) : std::nullopt;
  }
  if (const auto *C = dyn_cast<AbstractConditionalOperator>(E)) {
    std::optional<bool> Condition = evaluate(F, C->getCond());
    return Condition
               ? evaluate(F, *Condition ? C->getTrueExpr() : C->getFalseExpr())
               : std::nullopt;
  }
  if (const auto *Op = dyn_cast<UnaryOperator>(E);
      Op && Op->getOpcode() == UO_AddrOf)
    return true;
  if (std::optional<Fact> T = test(E))
    if (std::optional<bool> Equal = F.equals(T->Of, T->Value))
      return *Equal == T->Equal;
  return std::nullopt;
}

void Conditions::assume(Facts &F, const Expr *E, bool Holds) {
  E = core(E);
  if (const auto *Op = dyn_cast<UnaryOperator>(E);
      Op && Op->getOpcode() == UO_LNot)
    return assume(F, Op->getSubExpr(), !Holds);
  if (const auto *Op = dyn_cast<BinaryOperator>(E)) {
    if (Op->isLogicalOp()) {
      if (Holds == (Op->getOpcode() == BO_LAnd)) {
        assume(F, Op->getLHS(), Holds);
        assume(F, Op->getRHS(), Holds);
      } else if (evaluate(F, Op->getLHS()) == !Holds) {
        assume(F, Op->getRHS(), Holds);
      } else if (evaluate(F, Op->getRHS()) == !Holds) {
        assume(F, Op->getLHS(), Holds);
      }
      return;
    }
    if (Op->getOpcode() == BO_Comma)
      return assume(F, Op->getRHS(), Holds);
  }
  std::optional<Fact> T = test(E);
  if (T && isFollowed(T->Of)) {
    T->Equal = T->Equal == Holds;
    F.learn(*T);
  }
}

void Conditions::changed(Facts &F, Place P) {
  F.forgetIf([&](Subject S) {
    return llvm::any_of(Subjects[unsigned(S)].DependsOn, [&](Place On) {
      return Places.isWithin(On, P) || Places.isWithin(P, On);
    });
  });
}

void Conditions::othersRan(Facts &F) {
  F.forgetIf([&](Subject S) { return Subjects[unsigned(S)].Shared; });
}

bool Conditions::enterCase(Facts &F, const SwitchStmt &Switch,
                           const CFGBlock &To) {
  auto ValueOf = [&](const SwitchCase *C) -> std::optional<int64_t> {
    const auto *Case = dyn_cast<CaseStmt>(C);
    Expr::EvalResult R;
    if (!Case || Case->getRHS() || Case->getLHS()->isValueDependent() ||
        !Case->getLHS()->EvaluateAsInt(R, Context))
      return std::nullopt;
    return R.Val.getInt().getExtValue();
  };
  std::optional<Subject> On = subjectOf(Switch.getCond());
  if (!On)
    return true;
  if (const auto *Case = dyn_cast_or_null<CaseStmt>(To.getLabel())) {
    std::optional<int64_t> Value = ValueOf(Case);
    if (!Value)
      return true;
    if (F.equals(*On, *Value) == false)
      return false;
    F.learn({*On, *Value, true});
    return true;
  }
  // The default, or past the switch: none of the cases.
  for (const SwitchCase *C = Switch.getSwitchCaseList(); C;
       C = C->getNextSwitchCase())
    if (std::optional<int64_t> Value = ValueOf(C)) {
      if (F.equals(*On, *Value) == true)
        return false;
      F.learn({*On, *Value, false});
    }
  return true;
}

} // namespace corolint
