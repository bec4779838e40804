// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// How awaitables and tasks are told; see Shapes.h.

#include "Shapes.h"
#include "SuspensionPoints.h"
#include "clang/AST/ASTContext.h"
#include "clang/AST/DeclTemplate.h"

using namespace clang;

namespace corolint {

const CXXRecordDecl *classOf(QualType T) {
  if (T.isNull())
    return nullptr;
  T = T.getNonReferenceType();
  if (T->isPointerType())
    T = T->getPointeeType();
  if (const Type *Element = T->getBaseElementTypeUnsafe())
    T = QualType(Element, 0);
  const CXXRecordDecl *R = T->getAsCXXRecordDecl();
  if (!R || !R->hasDefinition())
    return nullptr;
  return R->getDefinition();
}

const CXXRecordDecl *shapeOf(QualType T) {
  if (const CXXRecordDecl *R = classOf(T))
    return R;
  const CXXRecordDecl *R =
      T.isNull() ? nullptr : T.getNonReferenceType()->getAsCXXRecordDecl();
  const CXXRecordDecl *Pattern =
      R ? R->getTemplateInstantiationPattern() : nullptr;
  if (const auto *S = dyn_cast_or_null<ClassTemplateSpecializationDecl>(R);
      S && !Pattern)
    Pattern = S->getSpecializedTemplate()->getTemplatedDecl();
  if (!R && !T.isNull())
    if (const auto *S =
            T.getNonReferenceType()->getAs<TemplateSpecializationType>())
      if (const auto *Template = dyn_cast_or_null<ClassTemplateDecl>(
              S->getTemplateName().getAsTemplateDecl()))
        Pattern = Template->getTemplatedDecl();
  return Pattern && Pattern->hasDefinition() ? Pattern->getDefinition()
                                             : nullptr;
}

bool anyMethod(const CXXRecordDecl &R,
               llvm::function_ref<bool(const CXXMethodDecl &)> Visit,
               unsigned Depth) {
  for (const CXXMethodDecl *Method : R.methods())
    if (Visit(*Method))
      return true;
  for (const Decl *D : R.decls())
    if (const auto *T = dyn_cast<FunctionTemplateDecl>(D))
      if (const auto *Method = dyn_cast<CXXMethodDecl>(T->getTemplatedDecl()))
        if (Visit(*Method))
          return true;
  if (Depth < 6)
    for (const CXXBaseSpecifier &Base : R.bases())
      if (const CXXRecordDecl *B = shapeOf(Base.getType()))
        if (anyMethod(*B, Visit, Depth + 1))
          return true;
  return false;
}

const CXXMethodDecl *methodNamed(const CXXRecordDecl &R, llvm::StringRef Name) {
  const CXXMethodDecl *Found = nullptr;
  anyMethod(R, [&](const CXXMethodDecl &M) {
    if (M.getIdentifier() && M.getName() == Name)
      Found = &M;
    return Found != nullptr;
  });
  return Found;
}

//===-- Awaitables and tasks ----------------------------------------------===//

bool Shapes::isAwaitable(QualType T) {
  const CXXRecordDecl *R = shapeOf(T);
  if (!R || T->isPointerType())
    return false;
  auto [It, New] = Awaitables.try_emplace(R, false);
  if (!New)
    return It->second;
  bool Ready = false, Suspend = false, Resume = false, Operator = false;
  anyMethod(*R, [&](const CXXMethodDecl &M) {
    Operator |= M.getOverloadedOperator() == OO_Coawait;
    if (M.getIdentifier()) {
      Ready |= M.getName() == "await_ready";
      Suspend |= M.getName() == "await_suspend";
      Resume |= M.getName() == "await_resume";
    }
    return Operator || (Ready && Suspend && Resume);
  });
  bool Is = Operator || (Ready && Suspend && Resume);
  if (!Is) {
    // A free operator co_await is found in the namespace of its operand.
    ASTContext &Context = R->getASTContext();
    const DeclContext *Namespace = R->getEnclosingNamespaceContext();
    for (const NamedDecl *D : Namespace->lookup(
             Context.DeclarationNames.getCXXOperatorName(OO_Coawait))) {
      const FunctionDecl *F = D->getAsFunction();
      if (!F || F->getNumParams() != 1)
        continue;
      QualType P = F->getParamDecl(0)->getType().getNonReferenceType();
      const CXXRecordDecl *Taken = P->getAsCXXRecordDecl();
      if (const auto *S = P->getAs<TemplateSpecializationType>(); !Taken && S)
        if (const auto *Template = dyn_cast_or_null<ClassTemplateDecl>(
                S->getTemplateName().getAsTemplateDecl()))
          Taken = Template->getTemplatedDecl();
      const auto *Spec = dyn_cast<ClassTemplateSpecializationDecl>(R);
      const CXXRecordDecl *Generic =
          Spec ? Spec->getSpecializedTemplate()->getTemplatedDecl() : R;
      if (Taken && (Taken->getCanonicalDecl() == R->getCanonicalDecl() ||
                    Taken->getCanonicalDecl() == Generic->getCanonicalDecl()))
        Is = true;
    }
  }
  Awaitables[R] = Is;
  return Is;
}

static const CXXRecordDecl *findPromise(const CXXRecordDecl *R) {
  ASTContext &Context = R->getASTContext();
  auto PromiseIn = [&](const CXXRecordDecl &In) -> const CXXRecordDecl * {
    const CXXRecordDecl *Found = nullptr;
    for (const NamedDecl *D : In.lookup(&Context.Idents.get("promise_type")))
      if (const auto *Class = dyn_cast<CXXRecordDecl>(D)) {
        Found = Class->getDefinition();
        if (!Found)
          if (const CXXRecordDecl *Pattern =
                  Class->getTemplateInstantiationPattern())
            Found = Pattern->getDefinition();
      } else if (const auto *Alias = dyn_cast<TypedefNameDecl>(D)) {
        Found = shapeOf(Alias->getUnderlyingType());
      }
    return Found;
  };
  const auto *Own = dyn_cast<ClassTemplateSpecializationDecl>(R);
  if (const CXXRecordDecl *P = PromiseIn(*R)) {
    // As no coroutine has needed it yet, its bases may be anything; another
    // task of the same template speaks for it.
    if (Own && P->isDependentType() && !methodNamed(*P, "initial_suspend"))
      for (const ClassTemplateSpecializationDecl *Kin :
           Own->getSpecializedTemplate()->specializations())
        if (Kin->hasDefinition())
          if (const CXXRecordDecl *Its = PromiseIn(*Kin->getDefinition());
              Its && !Its->isDependentType())
            return Its;
    return P;
  }
  for (const CXXBaseSpecifier &Base : R->bases())
    if (const CXXRecordDecl *B = classOf(Base.getType()))
      if (const CXXRecordDecl *P = PromiseIn(*B))
        return P;
  // std::coroutine_traits specialised for it, as Asio does.
  const CXXRecordDecl *Kin = nullptr;
  for (const NamedDecl *Std :
       Context.getTranslationUnitDecl()->lookup(&Context.Idents.get("std"))) {
    const auto *Namespace = dyn_cast<NamespaceDecl>(Std);
    if (!Namespace)
      continue;
    for (const NamedDecl *D :
         Namespace->lookup(&Context.Idents.get("coroutine_traits")))
      if (const auto *Template = dyn_cast<ClassTemplateDecl>(D))
        for (const ClassTemplateSpecializationDecl *S :
             Template->specializations())
          if (S->getTemplateArgs().size() >= 1 && S->hasDefinition() &&
              S->getTemplateArgs()[0].getKind() == TemplateArgument::Type)
            if (const CXXRecordDecl *P = PromiseIn(*S->getDefinition())) {
              const CXXRecordDecl *Of =
                  classOf(S->getTemplateArgs()[0].getAsType());
              if (Of == R)
                return P;
              const auto *Other =
                  dyn_cast_or_null<ClassTemplateSpecializationDecl>(Of);
              if (Own && Other &&
                  Own->getSpecializedTemplate()->getCanonicalDecl() ==
                      Other->getSpecializedTemplate()->getCanonicalDecl())
                Kin = P;
            }
  }
  return Kin;
}

const CXXRecordDecl *Shapes::promiseOf(QualType T) {
  const CXXRecordDecl *R = shapeOf(T);
  if (!R || T->isPointerType() || T->isReferenceType())
    return nullptr;
  auto [It, New] = Promises.try_emplace(R, nullptr);
  if (New)
    It->second = findPromise(R);
  return It->second;
}

Start Shapes::startOf(QualType T) {
  const CXXRecordDecl *Promise = promiseOf(T);
  if (!Promise)
    return Start::Unknown;
  const CXXMethodDecl *Initial = methodNamed(*Promise, "initial_suspend");
  if (!Initial)
    return Start::Unknown;
  const CXXRecordDecl *Awaiter = shapeOf(Initial->getReturnType());
  if (!Awaiter)
    return Start::Unknown;
  switch (suspensionOf(*Awaiter)) {
  case Suspension::Never:
    return Start::Eager;
  case Suspension::Always:
    return Start::Lazy;
  case Suspension::Maybe:
    return Start::Unknown;
  }
  return Start::Unknown;
}

} // namespace corolint
