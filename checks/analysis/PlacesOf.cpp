// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// How an expression becomes a place; see Places.h.

#include "Places.h"
#include "clang/AST/ASTContext.h"
#include "clang/AST/ExprCXX.h"

using namespace clang;

namespace corolint {

/// A reference, or a pointer that never changes, stands for what it was bound
/// to, if that has a name.
std::optional<Place> PlaceTable::resolveVariable(const ValueDecl *D) {
  auto Known = Aliases.find(D);
  if (Known != Aliases.end())
    return Known->second;
  Aliases[D] = variable(D); // also what a cycle ends in
  std::optional<Place> P = variable(D);
  if (const auto *Binding = dyn_cast<BindingDecl>(D)) {
    if (const VarDecl *Holding = Binding->getHoldingVar())
      P = resolveVariable(Holding);
    else if (const Expr *E = Binding->getBinding())
      P = resolve(E);
  } else if (const Expr *Range = B.rangeOf(D);
             Range && (D->getType()->isReferenceType() ||
                       D->getType()->isPointerType())) {
    P = resolve(Range); // each element in turn: all of them
    if (P && How == HaveNames)
      Spellings.try_emplace(unsigned(*(P = named(*P, D, nullptr))),
                            D->getNameAsString());
  } else if (const auto *V = dyn_cast<VarDecl>(D);
             V && !isa<ParmVarDecl>(V) && V->getInit()) {
    const Expr *Init = V->getInit();
    if (V->getType()->isReferenceType()) {
      // A temporary whose life is extended is the variable's own object.
      if (!core(Init)->isPRValue())
        if (std::optional<Place> To = resolve(Init)) {
          P = To;
          // The last of now is not the last of tomorrow.
          if (const Node &N = Nodes[unsigned(*To)];
              How == HaveNames && N.Kind == Node::Element && N.Index >> 32)
            Spellings.try_emplace(
                unsigned(*(P = named(Place(N.Parent), D, nullptr))),
                D->getNameAsString());
        }
    } else if (V->getType()->isPointerType() && !B.isModified(V)) {
      const Expr *E = core(Init);
      if (!isa<CXXNewExpr, CallExpr>(E))
        if (std::optional<Place> To = resolve(Init))
          P = To;
    }
  }
  if (!P)
    P = variable(D);
  Aliases[D] = P;
  return P;
}

/// What an element is called by: the same unmodified variable is the same
/// element, anything else is another each time.
static const void *nameOfIndex(const Expr *Index, const Body &B) {
  if (const auto *Ref = dyn_cast<DeclRefExpr>(core(Index));
      Ref && !B.isModified(Ref->getDecl()))
    return Ref->getDecl();
  return Index;
}

std::optional<Place> PlaceTable::elementAt(Place Base, const Expr *Number,
                                           const Expr *E) {
  Expr::EvalResult R;
  if (!Number->isValueDependent() &&
      Number->EvaluateAsInt(R, B.function().getASTContext()))
    return element(Base, R.Val.getInt().getLimitedValue(UINT32_MAX));
  if (How == HaveNames)
    return named(Base, nameOfIndex(Number, B), E);
  return std::nullopt;
}

/// Calls that hand out (a part of) what they are given.
std::optional<Place> PlaceTable::resolveCall(const CallExpr *Call) {
  const FunctionDecl *F = Call->getDirectCallee();
  if (!F)
    return std::nullopt;
  if (const auto *Op = dyn_cast<CXXOperatorCallExpr>(Call)) {
    switch (Op->getOperator()) {
    case OO_Star:
    case OO_Arrow:
      return resolve(Op->getArg(0));
    case OO_Equal:
      return resolve(Op->getArg(0));
    case OO_Subscript:
      if (std::optional<Place> Base = resolve(Op->getArg(0));
          Base && Op->getNumArgs() == 2)
        return elementAt(*Base, Op->getArg(1), Op);
      return std::nullopt;
    default:
      return std::nullopt;
    }
  }
  const IdentifierInfo *Name = F->getIdentifier();
  if (const auto *Member = dyn_cast<CXXMemberCallExpr>(Call)) {
    if (isa<CXXConversionDecl>(F) && F->getReturnType()->isReferenceType())
      return resolve(Member->getImplicitObjectArgument()); // reference_wrapper
    bool IsAt = How == HaveNames && Name && Name->isStr("at") && isInStd(*F) &&
                Call->getNumArgs() == 1;
    if (!Name || (Call->getNumArgs() != 0 && !IsAt))
      return std::nullopt;
    std::optional<Place> Object = resolve(Member->getImplicitObjectArgument());
    QualType R = F->getReturnType();
    if (Object && How == HaveNames && isInStd(*F) && Name->isStr("begin"))
      return named(*Object, Call, Call);
    if (!Object || !(R->isReferenceType() || R->isPointerType()))
      return std::nullopt;
    if (Name->isStr("release"))
      return std::nullopt; // what it returns is no longer the object's
    if (IsAt)
      return elementAt(*Object, Call->getArg(0), Call);
    if (isInStd(*F) && How == HaveNames && Name->isStr("front"))
      return element(*Object, 0);
    if (isInStd(*F) && How == HaveNames && Name->isStr("back"))
      return named(*Object, nullptr, Call);
    if (isInStd(*F))
      return Object; // get(), value(): the owner stands for what it owns
    // An accessor is the member that it returns, or a member of its own.
    if (const auto *Body = dyn_cast_or_null<CompoundStmt>(
            F->doesThisDeclarationHaveABody() || F->hasBody() ? F->getBody()
                                                              : nullptr);
        Body && Body->size() == 1)
      if (const auto *Return = dyn_cast<ReturnStmt>(Body->body_front()))
        if (const Expr *Value = Return->getRetValue()) {
          Value = core(Value);
          if (const auto *Op = dyn_cast<UnaryOperator>(Value);
              Op && Op->getOpcode() == UO_AddrOf)
            Value = core(Op->getSubExpr());
          if (const auto *M = dyn_cast<MemberExpr>(Value);
              M && isa<CXXThisExpr>(core(M->getBase())) &&
              isa<FieldDecl>(M->getMemberDecl()))
            return field(*Object, M->getMemberDecl());
        }
    const auto *Callee = dyn_cast<MemberExpr>(Member->getCallee());
    return field(*Object, F, Callee && Callee->isArrow());
  }
  if (isInStd(*F) && Name && Call->getNumArgs() >= 1 &&
      (Name->isStr("move") || Name->isStr("forward") || Name->isStr("get") ||
       Name->isStr("as_const") || Name->isStr("addressof") ||
       Name->isStr("ref") || Name->isStr("to_address") ||
       Name->isStr("__addressof") || Name->isStr("launder")) &&
      (Call->getNumArgs() == 1))
    return resolve(Call->getArg(0));
  if (Call->getNumArgs() == 0 && (F->getReturnType()->isReferenceType() ||
                                  F->getReturnType()->isPointerType()))
    return variable(F); // a singleton
  return std::nullopt;
}

std::optional<Place> PlaceTable::resolve(const Expr *E) {
  E = core(E);
  if (!E)
    return std::nullopt;
  if (const auto *Ref = dyn_cast<DeclRefExpr>(E)) {
    if (isa<VarDecl, BindingDecl>(Ref->getDecl()))
      return resolveVariable(Ref->getDecl());
    return std::nullopt;
  }
  if (isa<CXXThisExpr>(E))
    return thisObject();
  if (const auto *M = dyn_cast<MemberExpr>(E)) {
    if (isa<VarDecl>(M->getMemberDecl()))
      return variable(M->getMemberDecl());
    if (!isa<FieldDecl>(M->getMemberDecl()))
      return std::nullopt;
    std::optional<Place> Base = resolve(M->getBase());
    if (!Base)
      return std::nullopt;
    bool Arrow = M->isArrow();
    if (const auto *Op = dyn_cast<CXXOperatorCallExpr>(core(M->getBase())))
      Arrow |= Op->getOperator() == OO_Arrow;
    return field(*Base, M->getMemberDecl(), Arrow);
  }
  if (const auto *Op = dyn_cast<UnaryOperator>(E)) {
    if (Op->getOpcode() == UO_AddrOf || Op->getOpcode() == UO_Deref ||
        Op->getOpcode() == UO_Extension)
      return resolve(Op->getSubExpr());
    return std::nullopt;
  }
  if (const auto *Sub = dyn_cast<ArraySubscriptExpr>(E)) {
    std::optional<Place> Base = resolve(Sub->getBase());
    if (!Base)
      return std::nullopt;
    const Expr *I = Sub->getIdx();
    Expr::EvalResult R;
    const ASTContext &Context = B.function().getASTContext();
    if (!I->isValueDependent() && I->EvaluateAsInt(R, Context))
      return element(*Base, R.Val.getInt().getLimitedValue(UINT32_MAX));
    // The same unmodified variable is the same element.
    if (const auto *Ref = dyn_cast<DeclRefExpr>(core(I));
        Ref && !B.isModified(Ref->getDecl()))
      return element(*Base, (uint64_t(1) << 32) |
                                (reinterpret_cast<uintptr_t>(Ref->getDecl()) &
                                 UINT32_MAX));
    if (How == HaveNames)
      return named(*Base, I, Sub);
    return std::nullopt;
  }
  if (const auto *Call = dyn_cast<CallExpr>(E)) {
    if (std::optional<Place> P = resolveCall(Call))
      return P;
    return E->isPRValue() ? std::optional<Place>(temporary(E)) : std::nullopt;
  }
  if (E->isPRValue() && !isa<AbstractConditionalOperator, BinaryOperator>(E))
    return temporary(E);
  if (const auto *Op = dyn_cast<BinaryOperator>(E)) {
    if (Op->isAssignmentOp())
      return resolve(Op->getLHS());
    if (Op->getOpcode() == BO_Comma)
      return resolve(Op->getRHS());
  }
  if (const auto *C = dyn_cast<CXXReinterpretCastExpr>(E))
    return resolve(C->getSubExpr());
  if (const auto *C = dyn_cast<CXXConstCastExpr>(E))
    return resolve(C->getSubExpr());
  if (const auto *C = dyn_cast<CStyleCastExpr>(E);
      C && !C->getType()->isVoidType())
    return resolve(C->getSubExpr());
  return std::nullopt;
}

} // namespace corolint
