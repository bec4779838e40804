// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What an expression is to the object: see AddressWalk.h. Where an address that
// is stored goes is in AddressTargets.cpp, what statements do with it in
// AddressEffects.cpp.

#include "AddressWalk.h"
#include "Places.h"
#include "Summaries.h"
#include "clang/AST/ASTContext.h"
#include "clang/AST/StmtCXX.h"

using namespace clang;

namespace corolint {

static llvm::StringRef nameOf(const NamedDecl &D) {
  return D.getIdentifier() ? D.getName() : llvm::StringRef();
}

static bool isOneOf(llvm::StringRef Name,
                    std::initializer_list<llvm::StringRef> Names) {
  return llvm::is_contained(Names, Name);
}

bool putsIn(const FunctionDecl &F) {
  if (!isa<CXXMethodDecl>(F) || !isInStd(F))
    return false;
  if (F.getOverloadedOperator() == OO_Equal)
    return true;
  return isOneOf(nameOf(F),
                 {"push_back", "push_front", "emplace_back", "emplace_front",
                  "push", "insert", "emplace", "emplace_hint",
                  "insert_or_assign", "try_emplace", "reset", "assign", "store",
                  "exchange", "compare_exchange_weak",
                  "compare_exchange_strong"});
}

/// A class of the standard library whose objects keep addresses that they are
/// made from.
static bool keepsAddresses(const CXXRecordDecl &R) {
  return isOneOf(nameOf(R),
                 {"function", "move_only_function", "copyable_function",
                  "function_ref", "reference_wrapper", "thread", "jthread",
                  "unique_ptr", "shared_ptr", "pair", "tuple", "optional",
                  "variant", "any", "span", "basic_string_view"});
}

//===-- Expressions -------------------------------------------------------===//

const Expr *AddressWalk::same(const Expr *E) {
  for (;;) {
    const Expr *Last = E;
    E = E->IgnoreParens();
    if (const auto *Full = dyn_cast<FullExpr>(E))
      E = Full->getSubExpr();
    else if (const auto *M = dyn_cast<MaterializeTemporaryExpr>(E))
      E = M->getSubExpr();
    else if (const auto *B = dyn_cast<CXXBindTemporaryExpr>(E))
      E = B->getSubExpr();
    else if (const auto *D = dyn_cast<CXXDefaultInitExpr>(E))
      E = D->getExpr();
    else if (const auto *C = dyn_cast<CastExpr>(E))
      switch (C->getCastKind()) {
      case CK_NoOp:
      case CK_BitCast:
      case CK_LValueBitCast:
      case CK_DerivedToBase:
      case CK_UncheckedDerivedToBase:
      case CK_BaseToDerived:
      case CK_ConstructorConversion:
      case CK_UserDefinedConversion:
        E = C->getSubExpr();
        break;
      default:
        break;
      }
    if (E == Last)
      return E;
  }
}

bool AddressWalk::denotes(const Expr *E) {
  E = same(E);
  if (const auto *Ref = dyn_cast<DeclRefExpr>(E))
    return Aliases.count(Ref->getDecl());
  if (const auto *Op = dyn_cast<UnaryOperator>(E))
    return Op->getOpcode() == UO_Deref && points(Op->getSubExpr());
  if (const auto *M = dyn_cast<MemberExpr>(E)) {
    const auto *Field = dyn_cast<FieldDecl>(M->getMemberDecl());
    if (!Field || Field->getType()->isReferenceType())
      return false;
    return M->isArrow() ? points(M->getBase()) : denotes(M->getBase());
  }
  if (const auto *Sub = dyn_cast<ArraySubscriptExpr>(E))
    return points(Sub->getBase());
  if (const auto *C = dyn_cast<ConditionalOperator>(E))
    return denotes(C->getTrueExpr()) || denotes(C->getFalseExpr());
  if (const auto *Call = dyn_cast<CallExpr>(E)) {
    const FunctionDecl *Callee = Call->getDirectCallee();
    if (!Callee || !Callee->getReturnType()->isReferenceType())
      return false;
    llvm::StringRef Name = nameOf(*Callee);
    if (isInStd(*Callee))
      return (Name == "move" || Name == "forward" || Name == "as_const") &&
             Call->getNumArgs() == 1 && denotes(Call->getArg(0));
    if (const Expr *Object = receiverOf(Call); Object && denotes(Object))
      return of(*Callee, Registrations::This).IsReturned;
  }
  return false;
}

bool AddressWalk::points(const Expr *E) {
  E = same(E);
  if (isa<CXXThisExpr>(E))
    return Subject == Registrations::This;
  if (const auto *Op = dyn_cast<UnaryOperator>(E))
    return Op->getOpcode() == UO_AddrOf && denotes(Op->getSubExpr());
  if (const auto *C = dyn_cast<CastExpr>(E)) {
    if (C->getCastKind() == CK_ArrayToPointerDecay)
      return denotes(C->getSubExpr());
    if (C->getCastKind() == CK_LValueToRValue)
      if (const auto *Ref = dyn_cast<DeclRefExpr>(same(C->getSubExpr())))
        return Pointers.count(Ref->getDecl());
    return false;
  }
  if (const auto *Ref = dyn_cast<DeclRefExpr>(E))
    return Pointers.count(Ref->getDecl()); // as an lvalue
  if (const auto *C = dyn_cast<ConditionalOperator>(E))
    return points(C->getTrueExpr()) || points(C->getFalseExpr());
  if (const auto *Op = dyn_cast<BinaryOperator>(E))
    return Op->getOpcode() == BO_Assign && points(Op->getRHS());
  if (const auto *Call = dyn_cast<CallExpr>(E))
    if (const FunctionDecl *Callee = Call->getDirectCallee();
        Callee && isInStd(*Callee) && Call->getNumArgs() == 1) {
      llvm::StringRef Name = nameOf(*Callee);
      if (Name == "addressof" || Name == "__addressof")
        return denotes(Call->getArg(0));
      if (Name == "move" || Name == "forward" || Name == "to_address")
        return points(Call->getArg(0));
    }
  return false;
}

bool AddressWalk::carries(const Expr *E) {
  E = same(E);
  if (points(E))
    return true;
  if (const auto *C = dyn_cast<CastExpr>(E);
      C && C->getCastKind() == CK_LValueToRValue)
    E = same(C->getSubExpr());
  if (const auto *Ref = dyn_cast<DeclRefExpr>(E))
    return Holders.count(Ref->getDecl());
  if (const auto *L = dyn_cast<LambdaExpr>(E)) {
    auto Init = L->capture_init_begin();
    for (const LambdaCapture &C : L->captures()) {
      const Expr *Value = *Init++;
      if (C.capturesThis()) {
        if (Subject == Registrations::This &&
            C.getCaptureKind() != LCK_StarThis)
          return true;
      } else if (C.capturesVariable() && Value) {
        const auto *V = C.getCapturedVar();
        if (C.getCaptureKind() == LCK_ByRef ? Aliases.count(V) || denotes(Value)
                                            : carries(Value))
          return true;
        if (C.getCaptureKind() == LCK_ByRef && Holders.count(V))
          return true;
      }
    }
    return false;
  }
  if (const auto *List = dyn_cast<InitListExpr>(E)) {
    if (const InitListExpr *Semantic = List->getSemanticForm())
      List = Semantic;
    return llvm::any_of(List->inits(), [&](const Expr *Init) {
      return Init && (carries(Init) || (Init->isGLValue() && denotes(Init)));
    });
  }
  if (const auto *List = dyn_cast<CXXParenListInitExpr>(E))
    return llvm::any_of(List->getInitExprs(), [&](const Expr *Init) {
      return carries(Init) || (Init->isGLValue() && denotes(Init));
    });
  if (const auto *New = dyn_cast<CXXNewExpr>(E))
    return New->getInitializer() && carries(New->getInitializer());
  if (const auto *List = dyn_cast<CXXStdInitializerListExpr>(E))
    return carries(List->getSubExpr());
  if (const auto *C = dyn_cast<ConditionalOperator>(E))
    return carries(C->getTrueExpr()) || carries(C->getFalseExpr());
  if (const auto *Op = dyn_cast<BinaryOperator>(E))
    return (Op->getOpcode() == BO_Assign || Op->getOpcode() == BO_Comma) &&
           carries(Op->getRHS());
  if (isa<CallExpr, CXXConstructExpr>(E))
    return carriesThrough(E);
  return false;
}

std::optional<int> AddressWalk::passes(const Expr *E, const FunctionDecl &To,
                                       unsigned I) {
  if (I >= To.getNumParams())
    return carries(E) || (E->isGLValue() && denotes(E)) ? std::optional(int(I))
                                                        : std::nullopt;
  QualType T = To.getParamDecl(I)->getType();
  if (T->isReferenceType()) {
    if (denotes(E) || (T->getPointeeType()->isPointerType() && points(E)))
      return int(I);
    return carries(E) ? std::optional(Registrations::holder(I)) : std::nullopt;
  }
  if (points(E))
    return int(I);
  return carries(E) ? std::optional(Registrations::holder(I)) : std::nullopt;
}

/// Whether what a call returns, or a constructor makes, has the address.
bool AddressWalk::carriesThrough(const Expr *Call) {
  const FunctionDecl *Callee = calleeOf(Call);
  if (!Callee)
    return false;
  llvm::ArrayRef<const Expr *> Given = givenTo(Call);
  if (const auto *C = dyn_cast<CXXConstructorDecl>(Callee)) {
    if (C->isCopyOrMoveConstructor())
      return !Given.empty() && carries(Given.front());
    bool InStd = isInStd(*C);
    if (InStd && !keepsAddresses(*C->getParent()))
      return false;
    for (unsigned I = 0; I < Given.size(); ++I)
      if (std::optional<int> As = passes(Given[I], *C, I)) {
        if (InStd)
          return true;
        for (const AddressStore &Each : of(*C, *As).Stores)
          if (Each.In == AddressStore::Itself)
            return true;
      }
    return false;
  }
  if (isInStd(*Callee)) {
    bool Hands = isOneOf(nameOf(*Callee),
                         {"move", "forward", "bind", "bind_front", "make_pair",
                          "make_tuple", "tie", "ref", "cref", "make_unique",
                          "make_shared", "async", "make_optional", "as_const"});
    if (!Hands)
      return false;
    for (unsigned I = 0; I < Given.size(); ++I)
      if (std::optional<int> As = passes(Given[I], *Callee, I)) {
        // `std::move(*this)` is the object, and carries nothing.
        llvm::StringRef Name = nameOf(*Callee);
        if ((Name == "move" || Name == "forward" || Name == "as_const") &&
            denotes(Given[I]))
          return false;
        // What is made of the object is a copy of it.
        if (Name.starts_with("make_") && denotes(Given[I]))
          continue;
        return true;
      }
    return false;
  }
  // A coroutine keeps what it is given by reference in its frame.
  const FunctionDecl *Body = nullptr;
  bool IsCoroutine = Callee->hasBody(Body) && !Body->hasSkippedBody() &&
                     isa_and_nonnull<CoroutineBodyStmt>(Body->getBody());
  if (const Expr *Object = receiverOf(Call);
      Object && !isa<CXXConversionDecl>(Callee)) {
    bool IsPointer = Object->getType()->isPointerType();
    if ((IsPointer ? points(Object) : denotes(Object)) &&
        (IsCoroutine || of(*Callee, Registrations::This).IsReturned))
      return !Callee->getReturnType()->isReferenceType();
  }
  for (unsigned I = 0; I < Given.size(); ++I)
    if (std::optional<int> As = passes(Given[I], *Callee, I))
      if (IsCoroutine || of(*Callee, *As).IsReturned)
        return !Callee->getReturnType()->isReferenceType();
  return false;
}

} // namespace corolint
