// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Which expressions can be asked twice and answer the same, and which are; see
// Conditions.h.

#include "Conditions.h"
#include "clang/AST/ASTContext.h"

using namespace clang;

namespace corolint {

// The kinds of keys.
static const char ByPlace = 0, ByExpression = 0, ByCall = 0, ByRelation = 0;

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
    int64_t Constant;
    if (isConstant(Ref, Constant))
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
  Info.Asked = E;
  llvm::FoldingSetNodeID ID;
  E->Profile(ID, Context, /*Canonical=*/true);
  return intern(&ByExpression, ID.ComputeHash(), std::move(Info));
}

/// `a < b`, `b > a`, `a >= b` and `b <= a` ask the same, with two answers; and
/// so do `a == b` and `a != b`.
std::optional<Fact> Conditions::relation(const BinaryOperator &Op) {
  QualType T = Op.getLHS()->getType();
  SubjectInfo Info;
  if (!(Op.isRelationalOp() || Op.isEqualityOp()) ||
      !(T->isIntegralOrEnumerationType() || T->isPointerType()) ||
      !isPure(&Op, Info.DependsOn, Info.Shared) || Info.DependsOn.empty())
    return std::nullopt;
  BinaryOperatorKind Kind = Op.getOpcode();
  const Expr *Less = core(Op.getLHS()), *More = core(Op.getRHS());
  if (Kind == BO_GT || Kind == BO_LE)
    std::swap(Less, More);
  const bool Negated = Kind == BO_GE || Kind == BO_LE || Kind == BO_NE;
  Info.Asked = &Op;
  Info.Negated = Negated;
  llvm::FoldingSetNodeID ID;
  ID.AddBoolean(Op.isEqualityOp());
  Less->Profile(ID, Context, /*Canonical=*/true);
  More->Profile(ID, Context, /*Canonical=*/true);
  Subject Of = intern(&ByRelation, ID.ComputeHash(), std::move(Info));
  return Fact{Of, 0, Negated != Subjects[unsigned(Of)].Negated};
}

std::optional<Subject> Conditions::valueOf(Place P) {
  auto Known = Index.find({&ByPlace, unsigned(P)});
  if (Known == Index.end() || !isFollowed(Subject(Known->second)))
    return std::nullopt;
  return Subject(Known->second);
}

std::optional<Question> Conditions::question(Subject S) const {
  const SubjectInfo &Info = Subjects[unsigned(S)];
  if (Info.DependsOn.size() != 1 || Info.Shared ||
      Places.parent(Info.DependsOn[0]))
    return std::nullopt;
  const auto *P =
      dyn_cast_or_null<ParmVarDecl>(Places.rootVariable(Info.DependsOn[0]));
  if (!P || P->getDeclContext() != &B.function() || B.isModified(P))
    return std::nullopt;
  return Question{P, Info.Asked};
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

static bool hasLoops(const CFG &Graph) {
  for (const CFGBlock *Block : Graph)
    for (const CFGBlock *To : Block->succs())
      if (To && To->getBlockID() >= Block->getBlockID())
        return true;
  return false;
}

Conditions::Conditions(const Body &B, PlaceTable &Places, const CFG &Graph,
                       bool IsHelper, bool InLoops)
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
    count(decisive(Condition));
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
  InLoops = InLoops && hasLoops(Graph);
  for (SubjectInfo &Info : Subjects) {
    bool IsParameter =
        IsHelper && Info.DependsOn.size() == 1 &&
        isa_and_nonnull<ParmVarDecl>(Places.rootVariable(Info.DependsOn[0])) &&
        !Places.parent(Info.DependsOn[0]) && !Info.Shared;
    Info.Followed |= Info.Tested >= 1 &&
                     (Info.Tested + Info.Stored >= 2 || IsParameter || InLoops);
  }
}

} // namespace corolint
