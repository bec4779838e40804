// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Subjects, facts and their evaluation; see Conditions.h.

#include "Conditions.h"
#include "clang/AST/ASTContext.h"

using namespace clang;

namespace corolint {

//===-- Facts -------------------------------------------------------------===//

std::optional<bool> Facts::equals(Subject Of, int64_t Value) const {
  for (const Fact &F : Known) {
    if (F.Of != Of)
      continue;
    if (F.Equal)
      return F.Value == Value;
    if (F.Value == Value)
      return false;
  }
  return std::nullopt;
}

std::optional<int64_t> Facts::value(Subject Of) const {
  for (const Fact &F : Known)
    if (F.Of == Of && F.Equal)
      return F.Value;
  return std::nullopt;
}

void Facts::learn(Fact F) {
  if (F.Equal)
    forget(F.Of); // it says more than any number of "not that"
  auto At = llvm::lower_bound(Known, F);
  if (At == Known.end() || !(*At == F))
    Known.insert(At, F);
}

void Facts::forget(Subject Of) {
  llvm::erase_if(Known, [&](const Fact &F) { return F.Of == Of; });
}

std::optional<Facts> Facts::merged(const Facts &A, const Facts &B) {
  llvm::SmallVector<Fact, 4> Common, OnlyA, OnlyB;
  std::set_intersection(A.Known.begin(), A.Known.end(), B.Known.begin(),
                        B.Known.end(), std::back_inserter(Common));
  std::set_difference(A.Known.begin(), A.Known.end(), B.Known.begin(),
                      B.Known.end(), std::back_inserter(OnlyA));
  std::set_difference(B.Known.begin(), B.Known.end(), A.Known.begin(),
                      A.Known.end(), std::back_inserter(OnlyB));
  bool OneIsGeneral = OnlyA.empty() || OnlyB.empty();
  bool Opposite =
      OnlyA.size() == 1 && OnlyB.size() == 1 && OnlyA[0].Of == OnlyB[0].Of &&
      OnlyA[0].Value == OnlyB[0].Value && OnlyA[0].Equal != OnlyB[0].Equal;
  if (!OneIsGeneral && !Opposite)
    return std::nullopt;
  Facts Merged;
  Merged.Known = std::move(Common);
  return Merged;
}

//===-- Subjects ----------------------------------------------------------===//

// The three kinds of keys.
static const char ByPlace = 0, ByExpression = 0, ByCall = 0;

Subject Conditions::intern(const void *Kind, uint64_t Key, SubjectInfo Info) {
  auto [It, New] = Index.try_emplace({Kind, Key}, unsigned(Subjects.size()));
  if (New)
    Subjects.push_back(std::move(Info));
  return Subject(It->second);
}

Subject Conditions::resultOf(const Expr *Call) {
  SubjectInfo Info;
  Info.Followed = true;
  return intern(&ByCall, reinterpret_cast<uintptr_t>(core(Call)),
                std::move(Info));
}

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

/// The member that `bool ready() const { return ready_; }` returns.
static const FieldDecl *returnedField(const CXXMethodDecl &M) {
  const FunctionDecl *Definition = nullptr;
  if (M.isVirtual() || !M.isConst() || !M.hasBody(Definition) ||
      Definition->hasSkippedBody())
    return nullptr;
  const auto *Block = dyn_cast_or_null<CompoundStmt>(Definition->getBody());
  const auto *Return = Block && Block->size() == 1
                           ? dyn_cast<ReturnStmt>(Block->body_front())
                           : nullptr;
  const auto *Member = Return && Return->getRetValue()
                           ? dyn_cast<MemberExpr>(core(Return->getRetValue()))
                           : nullptr;
  return Member && isa<CXXThisExpr>(core(Member->getBase())) &&
                 Member->getType()->isScalarType()
             ? dyn_cast<FieldDecl>(Member->getMemberDecl())
             : nullptr;
}

/// No side effects, and the same value whenever what it depends on is the same.
bool Conditions::isPure(const Expr *E, llvm::SmallVectorImpl<Place> &DependsOn,
                        bool &Shared) {
  E = core(E);
  if (isa<IntegerLiteral, CharacterLiteral, CXXBoolLiteralExpr,
          CXXNullPtrLiteralExpr, FloatingLiteral, StringLiteral,
          UnaryExprOrTypeTraitExpr, CXXThisExpr>(E))
    return true;
  if (const auto *Ref = dyn_cast<DeclRefExpr>(E)) {
    if (isa<EnumConstantDecl, FunctionDecl, NonTypeTemplateParmDecl>(
            Ref->getDecl()))
      return true;
    std::optional<Place> P = Places.resolve(Ref);
    if (!P)
      return false;
    DependsOn.push_back(*P);
    const ValueDecl *Root = Places.rootVariable(*P);
    Shared |= !Root || B.isShared(Root) || Root->getType()->isReferenceType();
    return true;
  }
  if (const auto *M = dyn_cast<MemberExpr>(E)) {
    if (isa<CXXMethodDecl>(M->getMemberDecl()))
      return isPure(M->getBase(), DependsOn, Shared);
    std::optional<Place> P = Places.resolve(M);
    if (!P)
      return false;
    DependsOn.push_back(*P);
    const ValueDecl *Root = Places.rootVariable(*P);
    Shared |= !Root || B.isShared(Root) || !Root->getType()->isRecordType();
    return true;
  }
  if (const auto *Op = dyn_cast<UnaryOperator>(E)) {
    Shared |= Op->getOpcode() == UO_Deref;
    return !Op->isIncrementDecrementOp() &&
           isPure(Op->getSubExpr(), DependsOn, Shared);
  }
  if (const auto *Op = dyn_cast<BinaryOperator>(E))
    return !Op->isAssignmentOp() && isPure(Op->getLHS(), DependsOn, Shared) &&
           isPure(Op->getRHS(), DependsOn, Shared);
  if (const auto *Sub = dyn_cast<ArraySubscriptExpr>(E)) {
    Shared = true;
    return isPure(Sub->getBase(), DependsOn, Shared) &&
           isPure(Sub->getIdx(), DependsOn, Shared);
  }
  if (const auto *Cast = dyn_cast<ExplicitCastExpr>(E))
    return isPure(Cast->getSubExpr(), DependsOn, Shared);
  // q.empty(), *p, a == b: constant functions of what they are given.
  const auto *Call = dyn_cast<CallExpr>(E);
  const FunctionDecl *Callee = Call ? Call->getDirectCallee() : nullptr;
  if (!Callee)
    return false;
  const auto *Method = dyn_cast<CXXMethodDecl>(Callee);
  bool IsOperator = isa<CXXOperatorCallExpr>(Call);
  if (!(Method && Method->isConst()) && !(IsOperator && !Method))
    return false;
  if (const auto *Member = dyn_cast<CXXMemberCallExpr>(Call)) {
    if (Call->getNumArgs() != 0 ||
        !isPure(Member->getImplicitObjectArgument(), DependsOn, Shared))
      return false;
    // An atomic's load is somebody else's store.
    return !(isInStd(*Method) && Method->getIdentifier() &&
             (Method->getName() == "load" || Method->getName() == "test"));
  }
  for (const ParmVarDecl *P : Callee->parameters()) {
    QualType T = P->getType();
    if (T->isReferenceType() && !T->getPointeeType().isConstQualified())
      return false;
  }
  for (const Expr *A : Call->arguments())
    if (!isPure(A, DependsOn, Shared))
      return false;
  return IsOperator;
}

std::optional<Subject> Conditions::subject(const Expr *E) {
  E = core(E);
  // Contextual conversions: `if (p)` of a class with operator bool.
  SubjectInfo Info;
  if (isa<DeclRefExpr, MemberExpr>(E)) {
    if (!isPure(E, Info.DependsOn, Info.Shared) || Info.DependsOn.empty())
      return std::nullopt;
    Place P = Info.DependsOn.back();
    return intern(&ByPlace, unsigned(P), std::move(Info));
  }
  if (const auto *Call = dyn_cast<CXXMemberCallExpr>(E);
      Call && Call->getMethodDecl() && Call->getNumArgs() == 0)
    if (const FieldDecl *Field = returnedField(*Call->getMethodDecl()))
      if (std::optional<Place> Object =
              Places.resolve(Call->getImplicitObjectArgument())) {
        Place P = Places.field(*Object, Field);
        Info.DependsOn.push_back(P);
        Info.Shared = true;
        return intern(&ByPlace, unsigned(P), std::move(Info));
      }
  if (isa<CallExpr>(E)) {
    auto Known = Index.find({&ByCall, reinterpret_cast<uintptr_t>(E)});
    if (Known != Index.end())
      return Subject(Known->second);
  }
  if (!isPure(E, Info.DependsOn, Info.Shared) || Info.DependsOn.empty())
    return std::nullopt;
  llvm::FoldingSetNodeID ID;
  E->Profile(ID, Context, /*Canonical=*/true);
  return intern(&ByExpression, ID.ComputeHash(), std::move(Info));
}

std::optional<Subject> Conditions::valueOf(Place P) {
  auto Known = Index.find({&ByPlace, unsigned(P)});
  if (Known == Index.end() || !isFollowed(Subject(Known->second)))
    return std::nullopt;
  return Subject(Known->second);
}

bool Conditions::isConstant(const Expr *E, int64_t &Value) {
  if (E->isValueDependent() || !E->getType()->isScalarType())
    return false;
  const Expr *C = core(E);
  if (isa<CXXNullPtrLiteralExpr, GNUNullExpr>(C)) {
    Value = 0;
    return true;
  }
  // The evaluator is thorough; most expressions are plainly not constant.
  if (const auto *Ref = dyn_cast<DeclRefExpr>(C)) {
    const auto *V = dyn_cast<VarDecl>(Ref->getDecl());
    if (V && !V->isConstexpr() && !V->getType().isConstQualified())
      return false;
  } else if (isa<CallExpr, MemberExpr>(C)) {
    return false;
  }
  Expr::EvalResult R;
  if (!E->getType()->isIntegralOrEnumerationType() ||
      !E->EvaluateAsInt(R, Context))
    return false;
  Value = R.Val.getInt().isSigned()
              ? R.Val.getInt().getSExtValue()
              : int64_t(R.Val.getInt().getLimitedValue(INT64_MAX));
  return true;
}

//===-- Tests -------------------------------------------------------------===//

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

//===-- Relevance ---------------------------------------------------------===//

void Conditions::count(const Expr *E) {
  if (!E)
    return;
  E = core(E);
  if (const auto *Op = dyn_cast<BinaryOperator>(E)) {
    if (Op->isLogicalOp() || Op->getOpcode() == BO_Comma) {
      count(Op->getLHS());
      return count(Op->getRHS());
    }
    if (Op->isRelationalOp())
      for (const Expr *Side : {Op->getLHS(), Op->getRHS()})
        if (std::optional<Subject> S = subject(Side))
          ++Subjects[unsigned(*S)].Tested;
  }
  if (const auto *Op = dyn_cast<UnaryOperator>(E);
      Op && Op->getOpcode() == UO_LNot)
    return count(Op->getSubExpr());
  if (const auto *C = dyn_cast<AbstractConditionalOperator>(E)) {
    count(C->getCond());
    count(C->getTrueExpr());
    return count(C->getFalseExpr());
  }
  if (std::optional<Fact> T = test(E))
    ++Subjects[unsigned(T->Of)].Tested;
}

Conditions::Conditions(const Body &B, PlaceTable &Places, const CFG &Graph,
                       bool IsHelper)
    : B(B), Places(Places), Context(B.function().getASTContext()) {
  for (const CFGBlock *Block : Graph) {
    if (!Block->getTerminator().isStmtBranch())
      continue;
    const Stmt *Branch = Block->getTerminatorStmt();
    const auto *Condition = dyn_cast_or_null<Expr>(
        Branch ? Block->getTerminatorCondition() : nullptr);
    if (!Condition || isa<CXXForRangeStmt>(Branch))
      continue;
    if (isa<SwitchStmt>(Branch)) {
      if (std::optional<Subject> S = subject(Condition))
        ++Subjects[unsigned(*S)].Tested;
      continue;
    }
    // The left sides of && and || are branches of their own.
    while (const auto *Op = dyn_cast<BinaryOperator>(core(Condition))) {
      if (!Op->isLogicalOp())
        break;
      Condition = Op->getRHS();
    }
    count(Condition);
  }
  for (const Body::Store &S : B.stores()) {
    QualType T = S.Variable->getType();
    if (!T->isScalarType() || T->isReferenceType())
      continue;
    SubjectInfo Info;
    Place P = Places.variable(S.Variable);
    Info.DependsOn.push_back(P);
    Info.Shared = B.isShared(S.Variable);
    Subject Target = intern(&ByPlace, unsigned(P), std::move(Info));
    ++Subjects[unsigned(Target)].Stored;
    if (T->isBooleanType())
      count(S.Value);
  }
  for (const CallExpr *Call : B.calls())
    for (const Expr *Argument : Call->arguments())
      if (Argument->getType()->isBooleanType() ||
          Argument->getType()->isPointerType())
        count(Argument);
  for (SubjectInfo &Info : Subjects) {
    bool IsParameter =
        IsHelper && Info.DependsOn.size() == 1 &&
        isa_and_nonnull<ParmVarDecl>(Places.rootVariable(Info.DependsOn[0])) &&
        !Places.parent(Info.DependsOn[0]) && !Info.Shared;
    Info.Followed |=
        Info.Tested >= 1 && (Info.Tested + Info.Stored >= 2 || IsParameter);
  }
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
