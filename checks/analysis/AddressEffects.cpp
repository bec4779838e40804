// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What statements do with the address of the object; see AddressWalk.h. What
// calls do is in AddressCalls.cpp.

#include "AddressWalk.h"
#include "Places.h"
#include "Summaries.h"
#include "clang/AST/ASTContext.h"
#include "clang/AST/StmtCXX.h"

using namespace clang;

namespace corolint {

AddressWalk::AddressWalk(Registrations &R, const FunctionDecl &F, int Subject,
                         AddressSummary &Out)
    : All(R), F(F), Subject(Subject), Out(Out) {
  if (Subject == Registrations::This)
    return;
  bool IsHolder = Subject >= Registrations::holder(0);
  unsigned I = IsHolder ? Subject - Registrations::holder(0) : Subject;
  if (I >= F.getNumParams()) {
    Out.IsUnclear = true;
    return;
  }
  const ParmVarDecl *P = F.getParamDecl(I);
  QualType T = P->getType();
  if (IsHolder)
    Holders.insert(P);
  else if (T->isPointerType() ||
           (T->isReferenceType() && T->getPointeeType()->isPointerType()))
    Pointers.insert(P);
  else if (T->isReferenceType())
    Aliases.insert(P);
  else
    Holders.insert(P);
}

void AddressWalk::run() {
  if (const auto *C = dyn_cast<CXXConstructorDecl>(&F))
    initializers(*C);
  statement(F.getBody());
  for (const Found &Each : Stores)
    Out.Stores.push_back(Each.Store);
}

const AddressSummary &AddressWalk::of(const FunctionDecl &Callee, int Subject) {
  static const AddressSummary Unclear{{}, false, true};
  return AloneBelow ? Unclear : All.of(Callee, Subject);
}

void AddressWalk::initializers(const CXXConstructorDecl &C) {
  for (const CXXCtorInitializer *Init : C.inits()) {
    const Expr *Value = Init->getInit();
    if (!Value)
      continue;
    expression(Value);
    bool Has = carries(Value);
    if (const FieldDecl *Field = Init->getAnyMember())
      Has |= Field->getType()->isReferenceType() && denotes(Value);
    Target Self{Target::Itself, 0, nullptr, Init->getAnyMember()};
    if (Has)
      store(Self, Value, nullptr);
    // A base class or member that registers itself.
    if (const auto *Made = dyn_cast<CXXConstructExpr>(core(Value));
        Made && Subject == Registrations::This &&
        !Made->getConstructor()->isCopyOrMoveConstructor() &&
        !isInStd(*Made->getConstructor())) {
      const CXXConstructorDecl &By = *Made->getConstructor();
      if (AloneBelow && isLinkable(By)) {
        handedOn(Made, By, Registrations::This, Self);
        continue;
      }
      const AddressSummary &S = of(By, Registrations::This);
      for (const AddressStore &Each : S.Stores)
        store(Each.In == AddressStore::Itself ? Self : Target{Target::Others},
              Each.At, &Each);
    }
  }
}

void AddressWalk::statement(const Stmt *Node) {
  if (!Node)
    return;
  if (const auto *E = dyn_cast<Expr>(Node))
    return expression(E);
  if (const auto *D = dyn_cast<DeclStmt>(Node)) {
    for (const Decl *Each : D->decls())
      if (const auto *V = dyn_cast<VarDecl>(Each))
        variable(*V);
    return;
  }
  if (const auto *R = dyn_cast<ReturnStmt>(Node)) {
    HasLeft |= Branches != 0;
    if (const Expr *Value = R->getRetValue()) {
      expression(Value);
      Out.IsReturned |= F.getReturnType()->isReferenceType() ? denotes(Value)
                                                             : carries(Value);
    }
    return;
  }
  if (const auto *If = dyn_cast<IfStmt>(Node)) {
    statement(If->getInit());
    statement(If->getConditionVariableDeclStmt());
    statement(If->getCond());
    if (If->isConstexpr())
      if (auto Kept = If->getNondiscardedCase(F.getASTContext()))
        return statement(*Kept);
    ++Branches;
    statement(If->getThen());
    statement(If->getElse());
    --Branches;
    return;
  }
  bool Branches_ =
      isa<SwitchStmt, WhileStmt, ForStmt, CXXForRangeStmt, CXXTryStmt>(Node);
  Branches += Branches_;
  for (const Stmt *Child : Node->children())
    statement(Child);
  Branches -= Branches_;
}

void AddressWalk::variable(const VarDecl &V) {
  const Expr *Init = V.getInit();
  if (!Init)
    return;
  const CXXRecordDecl *R =
      V.getType()->isReferenceType() ? nullptr : classOf(V.getType());
  // A local object that has a destructor undoes there what it did: the address
  // is out only for a while.
  bool Undoes = R && !V.getType()->isPointerType() && R->hasDefinition() &&
                !R->hasTrivialDestructor() && V.hasLocalStorage();
  bool Outer = IsScoped;
  IsScoped |= Undoes;
  expression(Init);
  IsScoped = Outer;
  if (V.getType()->isReferenceType()) {
    if (denotes(Init))
      Aliases.insert(&V);
    else if (carries(Init))
      Holders.insert(&V);
  } else if (V.hasGlobalStorage()) {
    if (carries(Init))
      store({Target::Others, 0, nullptr, &V}, Init, nullptr);
  } else if (points(Init)) {
    Pointers.insert(&V);
  } else if (carries(Init)) {
    Holders.insert(&V);
  }
}

void AddressWalk::expression(const Expr *E) {
  if (isa<UnaryExprOrTypeTraitExpr, CXXNoexceptExpr, OpaqueValueExpr,
          RequiresExpr>(E))
    return;
  if (const auto *L = dyn_cast<LambdaExpr>(E)) {
    for (const Expr *Init : L->capture_inits())
      if (Init)
        expression(Init);
    return; // its body runs when somebody calls it
  }
  if (const auto *D = dyn_cast<CXXDefaultInitExpr>(E))
    return expression(D->getExpr());
  const auto *Op = dyn_cast<BinaryOperator>(E);
  if (Op && Op->isLogicalOp()) {
    expression(Op->getLHS());
    ++Branches;
    expression(Op->getRHS());
    --Branches;
    return;
  }
  bool IsBranch = isa<AbstractConditionalOperator>(E);
  Branches += IsBranch;
  for (const Stmt *Child : E->children())
    if (const auto *Inner = dyn_cast_or_null<Expr>(Child))
      expression(Inner);
    else
      statement(Child);
  Branches -= IsBranch;
  if (Op && Op->getOpcode() == BO_Assign)
    assigned(Op->getLHS(), Op->getRHS(), Op->getRHS());
  else if (isa<CallExpr, CXXConstructExpr>(E))
    called(E);
  else if (isa<CXXDeleteExpr>(E))
    Out.IsUnclear = true;
}

//===-- Stores ------------------------------------------------------------===//

void AddressWalk::store(Target To, const Expr *At, const AddressStore *Inner) {
  if (To.Is == Target::Local) {
    Holders.insert(To.Variable);
    return;
  }
  if (To.Is == Target::Unknown || IsScoped) {
    Out.IsUnclear = true;
    return;
  }
  AddressStore S;
  S.In = To.Is == Target::Itself      ? AddressStore::Itself
         : To.Is == Target::Parameter ? AddressStore::Parameter
                                      : AddressStore::Others;
  S.Index = To.Index;
  S.At = At;
  S.IsConditional = Branches || HasLeft || (Inner && Inner->IsConditional);
  if (Inner && Inner->Of)
    S.Of = Inner->Of;
  else if (const auto *Method = dyn_cast<CXXMethodDecl>(&F);
           Method && Subject == Registrations::This)
    S.Of = Method->getParent();
  Stores.push_back({S, To.Key, nullptr});
}

/// The same member gets another value: what was stored there was there for the
/// call only, as in `current = this; run(); current = before;`.
void AddressWalk::undo(const ValueDecl *Key) {
  if (!Key)
    return;
  size_t Before = Stores.size();
  llvm::erase_if(Stores, [&](const Found &Each) { return Each.Key == Key; });
  size_t HandedBefore = Calls.size();
  llvm::erase_if(Calls, [&](const HandedOn &Each) { return Each.Key == Key; });
  if (Stores.size() != Before || Calls.size() != HandedBefore)
    Out.IsUnclear = true;
}

void AddressWalk::assigned(const Expr *To, const Expr *Value, const Expr *At) {
  Target Where = target(To);
  if (carries(Value))
    return store(Where, At, nullptr);
  undo(Where.Key);
  QualType T = To->getType();
  // Pointers and the like were changed: perhaps the list has let go of it.
  if (Where.Is != Target::Local && !T->isArithmeticType() &&
      !T->isEnumeralType())
    Out.IsUnclear = true;
}

} // namespace corolint
