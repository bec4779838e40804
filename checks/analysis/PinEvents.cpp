// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What calls and constructions do to registered objects: the rules of
// PinFlow.h.

#include "AddressWalk.h"
#include "Annotations.h"
#include "PinFlow.h"
#include "clang/AST/ASTContext.h"
#include "clang/AST/DeclTemplate.h"

using namespace clang;

namespace corolint {

static llvm::StringRef nameOf(const NamedDecl &D) {
  return D.getIdentifier() ? D.getName() : llvm::StringRef();
}
static bool isOneOf(llvm::StringRef Name,
                    std::initializer_list<llvm::StringRef> Names) {
  return llvm::is_contained(Names, Name);
}

//===-- Constructions -----------------------------------------------------===//

/// An object, or part of one, is made at `At`.
void PinFlow::constructed(const Expr *Value, Place At, World &W,
                          unsigned Depth) {
  const Expr *E = core(Value);
  if (const auto *List = dyn_cast<InitListExpr>(E)) {
    if (Depth < 4)
      for (const Expr *Init : List->inits())
        if (Init)
          constructed(Init, At, W, Depth + 1);
    return;
  }
  if (const auto *C = dyn_cast<CXXConstructExpr>(E)) {
    if (C->getConstructor()->isCopyOrMoveConstructor())
      return;
    end(Places.temporary(E), W);
    // `std::vector<node> v(3)`
    if (unsigned Count = elementsMadeBy(*C);
        Count && on(PinRule::Growth) &&
        (C->getNumArgs() == 1 || C->getArg(1)->isDefaultArgument())) {
      QualType Element = vectorElement(C->getType());
      const CXXRecordDecl *R = classOf(Element);
      if (const AddressStore *Stored = R ? All.alwaysRegisters(*R) : nullptr) {
        start(At, Element, Stored->Of, C, Stored, W);
        for (Pin &Each : W.Pins)
          Each.Many |= Each.Of == At && Count > 1;
      }
      return;
    }
    if (const AddressStore *Stored = All.registers(*C->getConstructor());
        Stored && on(PinRule::Constructor))
      start(At, C->getType(), Stored->Of, C, Stored, W);
    return;
  }
  if (const auto *Call = dyn_cast<CallExpr>(E); Call && E->isPRValue())
    if (const CXXRecordDecl *R = classOf(E->getType());
        R && E->getType()->isRecordType())
      if (const AddressStore *Stored = All.alwaysRegisters(*R))
        start(At, E->getType(), Stored->Of, Call, Stored, W);
}

void PinFlow::construct(const CXXConstructExpr *C, World &W) {
  const CXXConstructorDecl *Constructor = C->getConstructor();
  if (Constructor->isCopyOrMoveConstructor()) {
    const Expr *From = C->getNumArgs() ? C->getArg(0) : nullptr;
    if (!From || Unmoved.count(core(From)))
      return;
    std::optional<Place> P = Places.resolve(From);
    if (!P)
      return;
    const ReturnStmt *IsReturned = Returned.lookup(C);
    if (!on(PinRule::Move))
      return;
    // Clang elides the move of what it calls an NRVO variable.
    if (on(PinRule::Elision) &&
        (C->isElidable() || (IsReturned && IsReturned->getNRVOCandidate() &&
                             IsReturned->getNRVOCandidate()->isNRVOVariable())))
      return;
    relocate(*P, C->getType(), Constructor, C,
             IsReturned                         ? PinnedMove::Returned
             : Constructor->isMoveConstructor() ? PinnedMove::Moved
                                                : PinnedMove::Copied,
             W);
    return;
  }
  if (isInStd(*Constructor)) {
    if (!on(PinRule::Pass))
      return;
    for (const Expr *Given : givenTo(C))
      if (Given->isXValue() && core(Given)->getType()->isRecordType())
        if (std::optional<Place> P = Places.resolve(Given))
          relocate(*P, Given->getType(), nullptr, Given, PinnedMove::Moved, W);
    return;
  }
  given(C, *Constructor, W);
  if (const AddressStore *Stored = All.registers(*Constructor);
      Stored && on(PinRule::Constructor))
    start(Places.temporary(C), C->getType(), Stored->Of, C, Stored, W);
}

//===-- Calls -------------------------------------------------------------===//

/// The class names itself an operation state, or the variable was made by
/// connecting one.
static bool isOperationState(const Expr *Object) {
  const CXXRecordDecl *R = classOf(Object->getType());
  if (!R)
    return false;
  ASTContext &Context = R->getASTContext();
  if (!R->lookup(&Context.Idents.get("operation_state_concept")).empty())
    return true;
  const auto *Ref = dyn_cast<DeclRefExpr>(core(Object));
  const auto *V = Ref ? dyn_cast<VarDecl>(Ref->getDecl()) : nullptr;
  const auto *Made =
      V && V->getInit() ? dyn_cast<CallExpr>(core(V->getInit())) : nullptr;
  const FunctionDecl *Maker = Made ? Made->getDirectCallee() : nullptr;
  if (!Maker)
    return false;
  if (const auto *Method = dyn_cast<CXXMethodDecl>(Maker);
      Method && Method->getOverloadedOperator() == OO_Call)
    return isOneOf(nameOf(*Method->getParent()), {"connect_t", "connect_fn"});
  return nameOf(*Maker) == "connect";
}

bool PinFlow::startsOperation(const Expr *Call, const FunctionDecl &Callee,
                              const Expr *&Started) {
  llvm::ArrayRef<const Expr *> Given = givenTo(Call);
  const auto *Method = dyn_cast<CXXMethodDecl>(&Callee);
  if (nameOf(Callee) == "start" && Method && Given.empty())
    Started = receiverOf(Call);
  else if (Given.size() == 1 &&
           ((nameOf(Callee) == "start" && !Method) ||
            (Method && Method->getOverloadedOperator() == OO_Call &&
             isOneOf(nameOf(*Method->getParent()), {"start_t", "start_fn"}))))
    Started = Given.front();
  return Started && isOperationState(Started);
}

void PinFlow::assignment(const CXXOperatorCallExpr *Call,
                         const CXXMethodDecl &By, World &W) {
  const Expr *To = Call->getArg(0), *From = Call->getArg(1);
  QualType T = To->getType();
  if (std::optional<Place> P = Places.resolve(To)) {
    // `optional = {}` ends what was there.
    const auto *Nothing = dyn_cast<CXXConstructExpr>(core(From));
    bool IsEmpty = isInStd(By) && Nothing && !Nothing->getNumArgs();
    if (!IsEmpty && on(PinRule::Assign))
      relocate(*P, T, &By, Call, PinnedMove::Assigned, W);
    end(*P, W);
    endWith(*P, W);
    if (isInStd(By) && on(PinRule::Anew))
      forget(*P, W);
  }
  if (std::optional<Place> P = Places.resolve(From))
    relocate(*P, T, &By, Call,
             By.isMoveAssignmentOperator() ? PinnedMove::Moved
                                           : PinnedMove::Copied,
             W);
}

/// Where the function puts the address of the node that it is given: into a
/// list, not into somebody's notes on what he has seen. Null if it does not.
const AddressStore *PinFlow::keptBy(const FunctionDecl &Callee, unsigned I) {
  if (I >= Callee.getNumParams() || !on(PinRule::Given) ||
      isa<CXXConstructorDecl>(Callee))
    return nullptr;
  QualType T = Callee.getParamDecl(I)->getType()->getPointeeType();
  const CXXRecordDecl *R = T.isNull() ? nullptr : classOf(T);
  if (!R || T.isConstQualified() || isInStd(*R) || !isLinked(*R))
    return nullptr;
  const AddressSummary &S = All.of(Callee, int(I));
  if (!S.IsUnclear)
    return nullptr;
  for (const AddressStore &Each : S.Stores)
    if ((!Each.IsConditional || Callee.getReturnType()->isVoidType()) &&
        !(Each.In == AddressStore::Parameter && Each.Index == I))
      return &Each;
  return nullptr;
}

/// What a function does with the objects that it is given.
void PinFlow::given(const Expr *Call, const FunctionDecl &Callee, World &W) {
  llvm::ArrayRef<const Expr *> Given = givenTo(Call);
  for (unsigned I = 0; I < Given.size() && I < Callee.getNumParams(); ++I) {
    const ParmVarDecl *Parameter = Callee.getParamDecl(I);
    QualType T = Parameter->getType();
    if (!T->isReferenceType() && !T->isPointerType())
      continue;
    std::optional<Place> P = Places.resolve(Given[I]);
    if (!P)
      continue;
    const CXXRecordDecl *R = classOf(T->getPointeeType());
    const CXXRecordDecl *Its = classOf(Given[I]->getType());
    if (R && All.pins(Callee, int(I))) {
      if (!on(PinRule::Annotation))
        continue;
      start(*P, Given[I]->getType(), Its ? Its : R, Call, nullptr, W,
            /*IsForLife=*/hasAnnotation(*Parameter, "starts"));
      continue;
    }
    if (R && Its && !T->getPointeeType().isConstQualified() &&
        !T->isRValueReferenceType() && All.isPinnedInUse(*Its)) {
      start(*P, Given[I]->getType(), Its, Call, nullptr, W,
            /*IsForLife=*/true);
      continue;
    }
    bool IsPinned = llvm::any_of(W.Pins, [&](const Pin &Each) {
      return Places.mayOverlap(Each.Of, *P);
    });
    bool IsNode = R && !isInStd(*R) && isLinked(*R);
    if (!IsPinned && !IsNode)
      continue;
    const AddressSummary &S = All.of(Callee, int(I));
    const AddressStore *Kept = keptBy(Callee, I);
    if (Kept) {
      AddressStore By = *Kept;
      By.In = AddressStore::Others;
      start(*P, Given[I]->getType(), R, Call, &By, W);
    }
    if (!Kept && (S.IsUnclear || !S.Stores.empty()) && on(PinRule::GivenEnd))
      end(*P, W);
  }
}

/// `set_parent(nullptr)`, which may be the way not to register it.
static bool isGivenNothing(const Expr *Call) {
  return llvm::any_of(givenTo(Call), [](const Expr *Given) {
    if (const auto *Default = dyn_cast<CXXDefaultArgExpr>(Given))
      Given = Default->getExpr();
    Given = core(Given);
    if (const auto *Bool = dyn_cast<CXXBoolLiteralExpr>(Given))
      return !Bool->getValue();
    return isa<CXXNullPtrLiteralExpr, GNUNullExpr>(Given);
  });
}

void PinFlow::call(const Expr *E, World &W) {
  const FunctionDecl *Callee = calleeOf(E);
  if (!Callee) {
    if (W.Pins.empty())
      return;
    for (const Expr *Each : givenTo(E))
      if (std::optional<Place> P = Places.resolve(Each))
        end(*P, W);
    return othersAtWork(E, W);
  }
  const auto *Method = dyn_cast<CXXMethodDecl>(Callee);
  if (const auto *Op = dyn_cast<CXXOperatorCallExpr>(E);
      Op && Method &&
      (Method->isCopyAssignmentOperator() ||
       Method->isMoveAssignmentOperator()))
    return assignment(Op, *Method, W);

  const Expr *Started = nullptr;
  const Expr *Object = receiverOf(E);
  if (Method && Object && All.pins(*Method, Registrations::This))
    if (std::optional<Place> P = Places.resolve(Object))
      return start(*P, Object->getType(), Method->getParent(), E, nullptr, W);
  if (const CXXRecordDecl *R = Object ? classOf(Object->getType()) : nullptr;
      R && Method && !Method->isStatic() && !Method->isConst() &&
      All.isPinnedInUse(*R))
    if (std::optional<Place> P = Places.resolve(Object))
      return start(*P, Object->getType(), R, E, nullptr, W, /*IsForLife=*/true);
  if (startsOperation(E, *Callee, Started) && on(PinRule::Operation)) {
    const AddressStore *Stored = nullptr;
    if (Method && Started == Object)
      Stored = All.registers(*Callee);
    if (std::optional<Place> P = Places.resolve(Started))
      start(*P, Started->getType(),
            Stored && Stored->Of ? Stored->Of : classOf(Started->getType()), E,
            Stored, W);
    return;
  }
  if (isInStd(*Callee)) {
    callInStd(E, *Callee, W);
    return;
  }

  bool IsNamed = false;
  if (Method && !Method->isStatic() && Object)
    if (std::optional<Place> P = Places.resolve(Object)) {
      const AddressStore *Stored = All.registers(*Callee);
      if (Stored && on(PinRule::Member) &&
          !(Stored->IsConditional && isGivenNothing(E))) {
        start(*P, Object->getType(), Stored->Of, E, Stored, W);
        IsNamed = true;
      } else if (!Method->isConst()) {
        bool IsPinned = llvm::any_of(W.Pins, [&](const Pin &Each) {
          return Places.mayOverlap(Each.Of, *P);
        });
        if (IsPinned) {
          IsNamed = true;
          if (All.of(*Callee, Registrations::This).IsUnclear &&
              on(PinRule::End))
            end(*P, W);
        }
      } else {
        IsNamed = !Method->getParent()->isLambda(); // asks something
      }
    }
  size_t Before = W.Pins.size();
  given(E, *Callee, W);
  if (!IsNamed && W.Pins.size() <= Before)
    othersAtWork(E, W);
}

/// Whether the variable could refer to another object: cheap.
static bool mayRefer(const VarDecl &V, Registrations &R) {
  const Expr *Init = core(V.getInit());
  if (const auto *Await = dyn_cast<CoawaitExpr>(Init))
    Init = core(Await->getOperand());
  if (!isa<CallExpr, CXXConstructExpr>(Init))
    return false;
  const CXXRecordDecl *Class = classOf(V.getType());
  const FunctionDecl *Callee = calleeOf(Init);
  if (!Class || !Callee)
    return false;
  if (R.shapes().isGuard(V.getType()))
    return true;
  if (isInStd(*Callee))
    return false;
  const Expr *Object = receiverOf(Init);
  auto IsLocal = [](const Expr *E) {
    const auto *Ref = dyn_cast<DeclRefExpr>(core(E));
    const auto *Its = Ref ? dyn_cast<VarDecl>(Ref->getDecl()) : nullptr;
    return Its && Its->hasLocalStorage() && !Its->getType()->isPointerType() &&
           Its->getType().getNonReferenceType()->isRecordType();
  };
  if (Object && IsLocal(Object))
    return true;
  llvm::ArrayRef<const Expr *> Given = givenTo(Init);
  for (unsigned I = 0; I < Given.size() && I < Callee->getNumParams(); ++I)
    if (Callee->getParamDecl(I)->getType()->isLValueReferenceType() &&
        IsLocal(Given[I]))
      return true;
  return false;
}

bool PinFlow::registersAnything(Registrations &R, const Body &B) {
  for (QualType Made : B.madeTypes()) {
    QualType T = vectorElement(Made);
    if (const CXXRecordDecl *Class = classOf(T.isNull() ? Made : T);
        Class && (R.mayRegister(*Class) || R.isPinnedInUse(*Class)))
      return true;
  }
  for (const Body::Store &Each : B.stores())
    if (const auto *V = dyn_cast<VarDecl>(Each.Variable);
        V && V->getInit() == Each.Value && V->getType()->isRecordType())
      if (mayRefer(*V, R))
        return true;
  for (const CallExpr *Call : B.calls()) {
    const FunctionDecl *Callee = Call->getDirectCallee();
    if (!Callee || isInStd(*Callee))
      continue;
    const Expr *Started = nullptr;
    if (R.registers(*Callee) || startsOperation(Call, *Callee, Started) ||
        R.pins(*Callee, Registrations::This))
      return true;
    for (const ParmVarDecl *P : Callee->parameters()) {
      QualType T = P->getType();
      if (!T->isReferenceType() && !T->isPointerType())
        continue;
      if (const CXXRecordDecl *Class = classOf(T->getPointeeType());
          Class && (R.pins(*Callee, int(P->getFunctionScopeIndex())) ||
                    (!isInStd(*Class) && isLinked(*Class))))
        return true;
    }
  }
  return false;
}

} // namespace corolint
