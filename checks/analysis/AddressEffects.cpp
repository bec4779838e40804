// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What statements do with the address of the object; see AddressWalk.h.

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
      const AddressSummary &S =
          All.of(*Made->getConstructor(), Registrations::This);
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
  if (Stores.size() != Before)
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

//===-- Calls -------------------------------------------------------------===//

static bool isConst(const FunctionDecl &F) {
  const auto *Method = dyn_cast<CXXMethodDecl>(&F);
  return Method && (Method->isConst() || Method->isStatic());
}

/// Names of functions that take back what others have put in.
static bool takesOut(llvm::StringRef Name) {
  for (llvm::StringRef Part :
       {"pop", "erase", "remove", "unlink", "reset", "clear", "unregister",
        "deregister", "unsubscribe", "detach", "release", "cancel"})
    if (Name.contains_insensitive(Part))
      return true;
  return false;
}

void AddressWalk::calledInStd(const FunctionDecl &Callee, const Expr *Object,
                              llvm::ArrayRef<const Expr *> Given,
                              const Expr *At) {
  llvm::StringRef Name =
      Callee.getIdentifier() ? Callee.getName() : llvm::StringRef();
  if (isa<CXXConstructorDecl>(Callee))
    return;
  const Expr *Carrier = nullptr;
  for (const Expr *Each : Given)
    if (!Carrier && (carries(Each) ||
                     // `slots.insert(*this)` puts in a copy.
                     (Each->isGLValue() && points(Each))))
      Carrier = Each;
  if (Object) {
    Target To = target(Object);
    if (Name == "detach" && carries(Object))
      return store({Target::Others}, At, nullptr);
    if (putsIn(Callee)) {
      const CXXRecordDecl *Element = nullptr;
      if (const CXXRecordDecl *R = classOf(Object->getType()))
        if (const auto *S = dyn_cast<ClassTemplateSpecializationDecl>(R))
          if (S->getTemplateArgs().size() &&
              S->getTemplateArgs()[0].getKind() == TemplateArgument::Type)
            Element = S->getTemplateArgs()[0].getAsType()->getAsCXXRecordDecl();
      bool Copies = Element && Element->getIdentifier() &&
                    Element->getName() == "basic_string";
      if (Carrier && !Copies)
        return store(To, Carrier, nullptr);
    }
    if (!isConst(Callee)) {
      const CXXRecordDecl *R = classOf(Object->getType());
      bool IsPlain = R && R->getIdentifier() && R->getName().contains("atomic");
      if (To.Is != Target::Local && !IsPlain)
        Out.IsUnclear = true;
      if (takesOut(Name) || putsIn(Callee))
        if (Callee.getOverloadedOperator() == OO_Equal || takesOut(Name))
          undo(To.Key);
    }
    return;
  }
  if (Name == "exchange" && Given.size() == 2) {
    Target To = target(Given[0]);
    if (carries(Given[1]))
      store(To, Given[1], nullptr);
    else
      undo(To.Key);
    return;
  }
  // `std::erase(all, this)`
  bool HandsOn = Name == "move" || Name == "forward" || Name == "addressof" ||
                 Name.starts_with("make_") || Name.starts_with("bind") ||
                 Name == "ref" || Name == "cref" || Name == "async";
  if (Name == "swap" || (Carrier && !HandsOn))
    Out.IsUnclear = true;
}

void AddressWalk::called(const Expr *Call) {
  const FunctionDecl *Callee = calleeOf(Call);
  llvm::ArrayRef<const Expr *> Given = givenTo(Call);
  const Expr *Object = receiverOf(Call);
  if (!Callee) {
    Out.IsUnclear = true;
    return;
  }
  bool OnPointer = Object && Object->getType()->isPointerType();
  bool OnIt = Object && (OnPointer ? points(Object) : denotes(Object));
  if (isInStd(*Callee))
    return calledInStd(*Callee, Object, Given, Call);

  if (Callee->getOverloadedOperator() == OO_Equal && Object && !OnIt) {
    // An assignment by a class of the user's.
    if (Given.size() == 1 && carries(Given[0]))
      return store(target(Object), Given[0], nullptr);
    Target To = target(Object);
    undo(To.Key);
    if (To.Is != Target::Local)
      Out.IsUnclear = true;
    return;
  }

  auto Apply = [&](const AddressSummary &S, const Expr *At) {
    for (const AddressStore &Each : S.Stores) {
      Target To{Target::Others};
      if (Each.In == AddressStore::Itself) {
        if (!Object)
          continue; // a constructor: what it makes carries the address
        To = OnPointer ? pointee(Object) : target(Object);
        if (To.Key == nullptr)
          To.Key = Callee;
      } else if (Each.In == AddressStore::Parameter) {
        if (Each.Index >= Given.size() || Each.Index >= Callee->getNumParams())
          continue;
        QualType T = Callee->getParamDecl(Each.Index)->getType();
        To = T->isPointerType() ? pointee(Given[Each.Index])
                                : target(Given[Each.Index]);
      }
      store(To, Each.At ? Each.At : At, &Each);
    }
    Out.IsUnclear |= S.IsUnclear;
  };

  bool Passed = false;
  if (OnIt && !isa<CXXConstructorDecl>(Callee)) {
    Passed = true;
    if (!isConst(*Callee))
      Apply(All.of(*Callee, Registrations::This), Call);
  }
  for (unsigned I = 0; I < Given.size(); ++I) {
    std::optional<int> As = passes(Given[I], *Callee, I);
    if (!As)
      continue;
    Passed = true;
    const AddressSummary &S = All.of(*Callee, *As);
    const auto *C = dyn_cast<CXXConstructorDecl>(Callee);
    if (C && C->isCopyOrMoveConstructor() && !C->isUserProvided())
      continue;
    Apply(S, Given[I]);
    QualType T = I < Callee->getNumParams() ? Callee->getParamDecl(I)->getType()
                                            : Given[I]->getType();
    bool IsConst =
        !T->getPointeeType().isNull() && T->getPointeeType().isConstQualified();
    if (S.Stores.empty() && !S.IsReturned && !IsConst)
      Out.IsUnclear = true; // perhaps it is taken back
  }
  if (!Passed && !isConst(*Callee) && !isa<CXXConstructorDecl>(Callee))
    Out.IsUnclear = true; // by a number, a name
  if (Callee->getIdentifier() && takesOut(Callee->getName()) && Object) {
    Target To = OnPointer ? pointee(Object) : target(Object);
    undo(To.Key);
  }
}

} // namespace corolint
