// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Whose an lvalue is, or what a pointer points to, seen from inside a function;
// see AddressWalk.h.

#include "AddressWalk.h"
#include "Places.h"
#include "clang/AST/ASTContext.h"

using namespace clang;

namespace corolint {

static llvm::StringRef nameOf(const NamedDecl &D) {
  return D.getIdentifier() ? D.getName() : llvm::StringRef();
}

static bool isShared(QualType T) {
  const CXXRecordDecl *R = classOf(T);
  return R && (nameOf(*R) == "shared_ptr" || nameOf(*R) == "weak_ptr");
}

AddressWalk::Target AddressWalk::target(const Expr *E) {
  E = same(E);
  if (denotes(E)) {
    Target To{Subject == Registrations::This ? Target::Itself
                                             : Target::Unknown};
    if (const auto *M = dyn_cast<MemberExpr>(E))
      To.Key = M->getMemberDecl();
    return To;
  }
  if (const auto *M = dyn_cast<MemberExpr>(E)) {
    Target To{Target::Others};
    if (isa<FieldDecl>(M->getMemberDecl()) &&
        !M->getMemberDecl()->getType()->isReferenceType())
      To = M->isArrow() ? pointee(M->getBase()) : target(M->getBase());
    To.Key = M->getMemberDecl();
    return To;
  }
  if (const auto *Ref = dyn_cast<DeclRefExpr>(E)) {
    const auto *V = dyn_cast<VarDecl>(Ref->getDecl());
    if (!V)
      return {Target::Unknown};
    Target To{Target::Others, 0, nullptr, V};
    if (V->hasGlobalStorage())
      return To;
    if (Ref->refersToEnclosingVariableOrCapture())
      return {Target::Unknown};
    if (const auto *P = dyn_cast<ParmVarDecl>(V);
        P && P->getType()->isReferenceType()) {
      To.Is = Target::Parameter;
      To.Index = P->getFunctionScopeIndex();
    } else if (V->getType()->isReferenceType()) {
      return V->getInit() && same(V->getInit())->isGLValue()
                 ? target(V->getInit())
                 : Target{Target::Unknown};
    } else {
      To.Is = Target::Local;
      To.Variable = V;
    }
    return To;
  }
  if (const auto *Op = dyn_cast<UnaryOperator>(E);
      Op && Op->getOpcode() == UO_Deref)
    return pointee(Op->getSubExpr());
  if (const auto *Sub = dyn_cast<ArraySubscriptExpr>(E))
    return pointee(Sub->getBase());
  if (const auto *Call = dyn_cast<CallExpr>(E)) {
    const FunctionDecl *Callee = Call->getDirectCallee();
    const Expr *Object = Callee ? receiverOf(Call) : nullptr;
    if (Object && isInStd(*Callee) && nameOf(*Callee) != "promise" &&
        !isShared(Object->getType()) &&
        classOf(Object->getType()) && // owners, containers
        !nameOf(*classOf(Object->getType())).contains("iterator"))
      return target(Object);
    return {Target::Others, 0, nullptr, Callee};
  }
  return {Target::Unknown};
}

AddressWalk::Target AddressWalk::pointee(const Expr *Pointer) {
  const Expr *E = same(Pointer);
  if (points(E) || isa<CXXThisExpr>(E)) // *this, or of another subject
    return {Target::Itself};
  if (const auto *Op = dyn_cast<UnaryOperator>(E);
      Op && Op->getOpcode() == UO_AddrOf)
    return target(Op->getSubExpr());
  if (const auto *C = dyn_cast<CastExpr>(E)) {
    if (C->getCastKind() == CK_ArrayToPointerDecay)
      return target(C->getSubExpr());
    E = same(C->getSubExpr());
  }
  if (const auto *Ref = dyn_cast<DeclRefExpr>(E)) {
    const auto *V = dyn_cast<VarDecl>(Ref->getDecl());
    if (!V || Ref->refersToEnclosingVariableOrCapture())
      return {Target::Unknown};
    if (V->hasGlobalStorage())
      return {Target::Others, 0, nullptr, V};
    if (const auto *P = dyn_cast<ParmVarDecl>(V))
      return {Target::Parameter, P->getFunctionScopeIndex(), nullptr, nullptr};
    if (V->getInit()) {
      const Expr *Init = core(V->getInit());
      if (isa<CXXNewExpr>(Init))
        return {Target::Local, 0, V, nullptr};
      if (const auto *Op = dyn_cast<UnaryOperator>(Init);
          Op && Op->getOpcode() == UO_AddrOf)
        return target(Op->getSubExpr());
    }
    return {Target::Others};
  }
  if (const auto *Call = dyn_cast<CallExpr>(E))
    if (const FunctionDecl *Callee = Call->getDirectCallee();
        Callee && isInStd(*Callee))
      if (const Expr *Object = receiverOf(Call);
          Object && !isShared(Object->getType()))
        return target(Object); // p.get()->x, p->x, v.data()[0]
  return {Target::Others};
}

} // namespace corolint
