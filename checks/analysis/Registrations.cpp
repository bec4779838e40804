// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Summaries on demand, and what they mean for classes; see Registrations.h.

#include "Registrations.h"
#include "AddressWalk.h"
#include "Annotations.h"
#include "Places.h"
#include "Summaries.h"
#include "clang/AST/ASTContext.h"
#include "clang/AST/DeclTemplate.h"

using namespace clang;

namespace corolint {

const AddressSummary &Registrations::of(const FunctionDecl &F, int Subject) {
  static constexpr unsigned MaxDepth = 12;
  auto [It, New] = Known.try_emplace({F.getCanonicalDecl(), Subject}, nullptr);
  if (!New)
    return *It->second;
  // While it is computed, and where it calls itself, it is unclear.
  auto Made = std::make_unique<AddressSummary>();
  AddressSummary &Out = *Made;
  Out.IsUnclear = true;
  It->second = std::move(Made);
  const FunctionDecl *Definition = Summaries::analysableDefinition(F);
  const auto *Method = dyn_cast<CXXMethodDecl>(&F);
  if (Depth >= MaxDepth || S.models().library(F) ||
      (Method && Method->getParent()->isLambda()) || isInStd(F))
    return Out;
  if (!Definition) {
    if (OtherUnits && !F.hasBody())
      Out = told(F, Subject);
    return Out;
  }
  ++Depth;
  AddressSummary Found;
  AddressWalk(*this, *Definition, Subject, Found).run();
  --Depth;
  Out = std::move(Found);
  return Out;
}

const AddressStore *Registrations::registers(const FunctionDecl &F) {
  const auto *Method = dyn_cast<CXXMethodDecl>(&F);
  if (!Method || Method->isStatic() || Method->isConst() ||
      isa<CXXDestructorDecl>(Method) || Method->isCopyAssignmentOperator() ||
      Method->isMoveAssignmentOperator())
    return nullptr;
  const auto *C = dyn_cast<CXXConstructorDecl>(Method);
  if (C && C->isCopyOrMoveConstructor())
    return nullptr;
  for (const AddressStore &Each : of(F, This).Stores)
    // Whoever says so in his result means: perhaps.
    if (!Each.IsConditional || (!C && F.getReturnType()->isVoidType()))
      return &Each;
  return nullptr;
}

const AddressStore *Registrations::alwaysRegisters(const CXXRecordDecl &R) {
  const AddressStore *Found = nullptr;
  if (isInStd(R))
    return nullptr;
  for (const CXXConstructorDecl *C : R.ctors()) {
    if (C->isCopyOrMoveConstructor() || C->isDeleted())
      continue;
    Found = registers(*C);
    if (!Found || Found->IsConditional)
      return nullptr;
  }
  return Found;
}

/// Of the types that `Visit` is shown: those of whose objects an object of the
/// class is made. Stops when it returns true.
static bool anyPart(const CXXRecordDecl &R,
                    llvm::function_ref<bool(QualType)> Visit) {
  if (!isInStd(R)) {
    for (const CXXBaseSpecifier &Base : R.bases())
      if (Visit(Base.getType()))
        return true;
    for (const FieldDecl *Field : R.fields())
      if (Visit(Field->getType()))
        return true;
    return false;
  }
  static const llvm::StringRef ByValue[] = {"optional", "pair",    "tuple",
                                            "array",    "variant", "expected"};
  const auto *S = dyn_cast<ClassTemplateSpecializationDecl>(&R);
  if (!S || !R.getIdentifier() || !llvm::is_contained(ByValue, R.getName()))
    return false;
  for (const TemplateArgument &A : S->getTemplateArgs().asArray()) {
    if (A.getKind() == TemplateArgument::Type && Visit(A.getAsType()))
      return true;
    if (A.getKind() == TemplateArgument::Pack)
      for (const TemplateArgument &Each : A.pack_elements())
        if (Each.getKind() == TemplateArgument::Type && Visit(Each.getAsType()))
          return true;
  }
  return false;
}

bool Registrations::mayRegister(const CXXRecordDecl &R) {
  if (!R.hasDefinition() || R.isDependentContext())
    return false;
  auto [It, New] = Classes.try_emplace(R.getDefinition(), false);
  if (!New)
    return It->second;
  bool May = !isInStd(R) && llvm::any_of(R.methods(), [&](const auto *Method) {
    return registers(*Method) != nullptr;
  });
  May |= anyPart(R, [&](QualType T) {
    const CXXRecordDecl *Its = classOf(T);
    return Its && !T->isReferenceType() && !T->isPointerType() &&
           mayRegister(*Its);
  });
  return Classes[R.getDefinition()] = May;
}

//===-- Said, not seen ----------------------------------------------------===//

bool Registrations::pins(const FunctionDecl &F, int Subject) {
  const auto *Method = dyn_cast<CXXMethodDecl>(&F);
  if (Subject == This) {
    if (!Method || Method->isStatic() || isInStd(F))
      return false;
    if (hasAnnotation(*Method, "starts"))
      return true;
  } else if (unsigned(Subject) < F.getNumParams() &&
             hasAnnotation(*F.getParamDecl(unsigned(Subject)), "starts")) {
    return true;
  }
  const PinModel *M = S.models().pins(F);
  return M && M->Argument == (Subject == This ? ImplicitObject : Subject);
}

bool Registrations::isPinnedInUse(const CXXRecordDecl &R) {
  if (!R.hasDefinition())
    return false;
  auto [It, New] = InUse.try_emplace(R.getDefinition(), false);
  if (!New)
    return It->second;
  const PinModel *M = S.models().pins(R);
  bool Is = M ? !M->IsMovable : hasAnnotation(R, "pins");
  if (!M && !Is)
    for (const CXXBaseSpecifier &Base : R.getDefinition()->bases())
      if (const CXXRecordDecl *B = classOf(Base.getType()))
        Is |= isPinnedInUse(*B);
  return InUse[R.getDefinition()] = Is;
}

static bool mayMoveAnyway(const CXXRecordDecl &R, const Models &Known) {
  const PinModel *M = Known.pins(R);
  return M && M->IsMovable;
}

//===-- Moves -------------------------------------------------------------===//

/// A move of the author's that says the new address to whom it concerns, or
/// takes the old one back, or does anything that could be that.
bool Registrations::repairs(const CXXMethodDecl &By) {
  const FunctionDecl *Definition = Summaries::analysableDefinition(By);
  if (!Definition || !Definition->getBody())
    return true;
  for (int Subject : {int(This), 0}) {
    const AddressSummary &S = of(By, Subject);
    if (!S.Stores.empty() || S.IsUnclear)
      return true;
  }
  return false;
}

/// The constructor that moves an object, or copies it if there is none that
/// moves; null if it is declared only when somebody needs it.
static const CXXConstructorDecl *moverOf(const CXXRecordDecl &R) {
  const CXXConstructorDecl *Copies = nullptr;
  for (const CXXConstructorDecl *C : R.ctors()) {
    if (C->isMoveConstructor() && !C->isDeleted())
      return C;
    if (C->isCopyConstructor() && !Copies)
      Copies = C;
  }
  return Copies;
}

bool Registrations::arePartsLeftBehind(const CXXRecordDecl &R,
                                       const CXXRecordDecl &Of) {
  return anyPart(R, [&](QualType T) { return isLeftBehind(T, Of); });
}

bool Registrations::isLeftBehind(QualType T, const CXXRecordDecl &Of) {
  if (!holds(T, Of))
    return false;
  const CXXRecordDecl *R = classOf(T);
  if (!R)
    return false;
  if (isInStd(*R))
    return arePartsLeftBehind(*R, Of);
  const CXXConstructorDecl *C = moverOf(*R);
  if (C && C->isDeleted())
    return false;
  if (C)
    return leavesBehind(*C, Of);
  return R->getCanonicalDecl() == Of.getCanonicalDecl() ||
         arePartsLeftBehind(*R, Of);
}

bool Registrations::leavesBehind(const CXXMethodDecl &By,
                                 const CXXRecordDecl &Of) {
  const CXXRecordDecl *R = By.getParent();
  if (mayMoveAnyway(Of, S.models()) || mayMoveAnyway(*R, S.models()))
    return false;
  if (isInStd(*R))
    return arePartsLeftBehind(*R, Of);
  if (By.isUserProvided() && repairs(By))
    return false;
  return R->getCanonicalDecl() == Of.getCanonicalDecl() ||
         arePartsLeftBehind(*R, Of);
}

bool Registrations::endsByItself(const CXXRecordDecl &R) {
  const CXXDestructorDecl *D = R.getDestructor();
  if (!D || !D->isUserProvided())
    return false;
  if (!Summaries::analysableDefinition(*D))
    return !D->hasBody();
  const AddressSummary &S = of(*D, This);
  return S.IsUnclear || !S.Stores.empty();
}

bool holds(QualType T, const CXXRecordDecl &Part, unsigned Depth) {
  if (T.isNull() || T->isReferenceType() || T->isPointerType() || Depth > 6)
    return false;
  const CXXRecordDecl *R = classOf(T);
  if (!R)
    return false;
  if (R->getCanonicalDecl() == Part.getCanonicalDecl())
    return true;
  return anyPart(*R,
                 [&](QualType Each) { return holds(Each, Part, Depth + 1); });
}

bool isLinked(const CXXRecordDecl &R) {
  for (const FieldDecl *Field : R.fields())
    if (Field->getType()->isPointerType())
      if (const CXXRecordDecl *To = classOf(Field->getType()))
        if (To->getCanonicalDecl() == R.getCanonicalDecl() ||
            R.isDerivedFrom(To))
          return true;
  for (const CXXBaseSpecifier &Base : R.bases())
    if (const CXXRecordDecl *B = classOf(Base.getType()))
      if (isLinked(*B))
        return true;
  return false;
}

} // namespace corolint
