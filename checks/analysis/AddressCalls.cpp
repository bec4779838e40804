// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What calls do with the address of the object: what is in their summaries, as
// the caller sees it. See AddressWalk.h.

#include "AddressWalk.h"
#include "Places.h"
#include "clang/AST/ASTContext.h"
#include "clang/AST/DeclTemplate.h"
#include "clang/Basic/SourceManager.h"

using namespace clang;

namespace corolint {

bool AddressWalk::isLinkable(const FunctionDecl &F) {
  const auto *Method = dyn_cast<CXXMethodDecl>(&F);
  return !F.isImplicit() && !F.isDefaulted() &&
         !(Method && Method->isVirtual()) &&
         !(Method && Method->getParent()->isLambda()) &&
         !F.getASTContext().getSourceManager().isInSystemHeader(
             F.getLocation());
}

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

  Target OnWhat{Target::Others};
  if (Object) {
    OnWhat = OnPointer ? pointee(Object) : target(Object);
    if (OnWhat.Key == nullptr)
      OnWhat.Key = Callee;
  }
  auto Apply = [&](const AddressSummary &S, const Expr *At) {
    for (const AddressStore &Each : S.Stores) {
      Target To{Target::Others};
      if (Each.In == AddressStore::Itself) {
        if (!Object)
          continue; // a constructor: what it makes carries the address
        To = OnWhat;
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
  if (OnIt && All.pins(*Callee, Registrations::This))
    return store({Target::Others}, Call, nullptr);
  if (OnIt && !isa<CXXConstructorDecl>(Callee)) {
    Passed = true;
    if (!isConst(*Callee)) {
      if (AloneBelow && isLinkable(*Callee))
        handedOn(Call, *Callee, Registrations::This, OnWhat);
      else
        Apply(of(*Callee, Registrations::This), Call);
    }
  }
  for (unsigned I = 0; I < Given.size(); ++I) {
    std::optional<int> As = passes(Given[I], *Callee, I);
    if (!As)
      continue;
    Passed = true;
    if (All.pins(*Callee, *As)) {
      store({Target::Others}, Given[I], nullptr);
      continue;
    }
    const auto *C = dyn_cast<CXXConstructorDecl>(Callee);
    if (C && C->isCopyOrMoveConstructor() && !C->isUserProvided())
      continue;
    if (AloneBelow && isLinkable(*Callee)) {
      handedOn(Call, *Callee, *As, OnWhat);
      continue;
    }
    const AddressSummary &S = of(*Callee, *As);
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
