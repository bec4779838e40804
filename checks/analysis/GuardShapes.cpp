// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// How guards are told, from what their constructors and destructors do; see
// Shapes.h. Lockables and lock calls are in LockShapes.cpp.

#include "Annotations.h"
#include "Places.h"
#include "Shapes.h"
#include "clang/AST/ASTContext.h"
#include "clang/AST/Attr.h"
#include "clang/AST/DeclTemplate.h"
#include "llvm/ADT/StringExtras.h"

using namespace clang;

namespace corolint {

bool Shapes::isGuard(QualType T) {
  if (T.isNull() || T->isPointerType() || T->isReferenceType() ||
      T->isArrayType())
    return false;
  const CXXRecordDecl *R = classOf(T);
  return R && guardFacts(*R).IsGuard;
}

bool Shapes::endsLock(QualType T) {
  if (T.isNull() || !classOf(T) || T->isPointerType() || T->isReferenceType())
    return false;
  QualType Lockable;
  return isGuard(T) || releasesInDestructor(*classOf(T), Lockable);
}

LockOwner Shapes::guarded(QualType Guard) {
  const CXXRecordDecl *R = classOf(Guard);
  return R ? guardFacts(*R).Owner : LockOwner::None;
}

QualType Shapes::lockableOf(QualType Guard) {
  const CXXRecordDecl *R = classOf(Guard);
  return R ? guardFacts(*R).Lockable : QualType();
}

const Shapes::GuardFacts &Shapes::guardFacts(const CXXRecordDecl &R) {
  auto Known = Guards.find(&R);
  if (Known == Guards.end()) {
    Guards[&R] = GuardFacts(); // what a cycle sees
    GuardFacts Found = findGuardFacts(R);
    Known = Guards.insert_or_assign(&R, Found).first;
  }
  return Known->second;
}

/// The first lockable among the template arguments, looked for recursively:
/// `folly::LockedPtr<folly::Synchronized<T, std::mutex>>`.
QualType Shapes::lockableAmongArguments(const CXXRecordDecl &R,
                                        unsigned Depth) {
  const auto *S = dyn_cast<ClassTemplateSpecializationDecl>(&R);
  if (!S || Depth > 3)
    return QualType();
  QualType Harmless;
  std::function<QualType(const TemplateArgument &)> Look =
      [&](const TemplateArgument &A) -> QualType {
    if (A.getKind() == TemplateArgument::Pack) {
      for (const TemplateArgument &Each : A.pack_elements())
        if (QualType T = Look(Each); !T.isNull())
          return T;
      return QualType();
    }
    if (A.getKind() != TemplateArgument::Type)
      return QualType();
    QualType T = A.getAsType();
    const CXXRecordDecl *Inner = classOf(T);
    if (!Inner)
      return QualType();
    if (std::optional<LockOwner> Owner = lockable(T)) {
      if (*Owner == LockOwner::Thread)
        return T;
      Harmless = T;
      return QualType();
    }
    QualType Nested = lockableAmongArguments(*Inner, Depth + 1);
    if (!Nested.isNull() && lockable(Nested) != LockOwner::Thread) {
      Harmless = Nested;
      return QualType();
    }
    return Nested;
  };
  for (const TemplateArgument &A : S->getTemplateArgs().asArray())
    if (QualType T = Look(A); !T.isNull())
      return T;
  return Harmless;
}

Shapes::GuardFacts Shapes::findGuardFacts(const CXXRecordDecl &R) {
  GuardFacts Facts;
  if (R.isDependentType() || R.isLambda())
    return Facts;
  const GuardModel *Model = M.guard(R);
  if (!Model)
    for (const CXXBaseSpecifier &Base : R.bases())
      if (const CXXRecordDecl *B = classOf(Base.getType()))
        if (const GuardFacts &Inherited = guardFacts(*B); Inherited.IsGuard)
          return Inherited;
  if (!Model && !R.hasAttr<ScopedLockableAttr>() &&
      !releasesInDestructor(R, Facts.Lockable))
    return Facts;
  Facts.IsGuard = true;
  if (Model && Model->Lockables == GuardModel::Fixed) {
    Facts.Owner = Model->Owner;
    return Facts;
  }
  if (QualType T = lockableAmongArguments(R, 0); !T.isNull()) {
    Facts.Lockable = T;
  } else if (Facts.Lockable.isNull()) {
    // What its constructors take.
    for (const CXXConstructorDecl *C : R.ctors())
      for (const ParmVarDecl *P : C->parameters())
        if (Facts.Lockable.isNull() && !C->isCopyOrMoveConstructor() &&
            lockable(P->getType()))
          Facts.Lockable = P->getType().getNonReferenceType();
    if (!Facts.Lockable.isNull() && Facts.Lockable->isPointerType())
      Facts.Lockable = Facts.Lockable->getPointeeType();
  }
  if (!Facts.Lockable.isNull())
    Facts.Owner = *lockable(Facts.Lockable);
  else if (const auto *S = dyn_cast<ClassTemplateSpecializationDecl>(&R);
           S && Model && M.library(R) && M.library(R)->Name == "std")
    Facts.Owner = LockOwner::None; // scoped_lock<> locks nothing
  return Facts;
}

namespace {

/// Finds lock calls in the bodies of a class's own functions.
class LockCallFinder {
public:
  LockCallFinder(Shapes &S, const CXXRecordDecl &R) : S(S), R(R) {}

  /// The operand of the first call with the effect that is a member of the
  /// object (not an object that it owns) or a parameter.
  const Expr *find(const FunctionDecl &F, LockEffect Effect,
                   unsigned Depth = 0) {
    const FunctionDecl *Definition = nullptr;
    if (!F.hasBody(Definition) || !Definition || Definition->hasSkippedBody() ||
        Depth > 3)
      return nullptr;
    if (const auto *C = dyn_cast<CXXConstructorDecl>(Definition))
      for (const CXXCtorInitializer *Init : C->inits())
        if (const Expr *E = find(Init->getInit(), Effect, Depth))
          return E;
    return find(Definition->getBody(), Effect, Depth);
  }

  bool IsConditional = false;

private:
  const Expr *find(const Stmt *Node, LockEffect Effect, unsigned Depth) {
    if (!Node || isa<LambdaExpr>(Node))
      return nullptr;
    if (const auto *Call = dyn_cast<CallExpr>(Node))
      if (const FunctionDecl *Callee = Call->getDirectCallee()) {
        const auto *Member = dyn_cast<CXXMemberCallExpr>(Call);
        const Expr *Object =
            Member ? Member->getImplicitObjectArgument() : nullptr;
        if (Object && isa<CXXThisExpr>(core(Object)) &&
            Member->getMethodDecl()->getParent()->getCanonicalDecl() ==
                R.getCanonicalDecl()) {
          if (const Expr *E = find(*Callee, Effect, Depth + 1))
            return E;
        } else if (const Shapes::LockCall *L = S.lockCall(*Callee)) {
          for (const LockOperand &O : L->Operands) {
            if (O.Effect != Effect)
              continue;
            const Expr *Operand =
                O.Argument == ImplicitObject ? Object
                : O.Argument >= 0 && unsigned(O.Argument) < Call->getNumArgs()
                    ? Call->getArg(O.Argument)
                    : nullptr;
            if (Operand && isReferredTo(Operand))
              return Operand;
          }
        }
      }
    for (const Stmt *Child : Node->children())
      if (const Expr *E = find(Child, Effect, Depth)) {
        if (const auto *If = dyn_cast<IfStmt>(Node);
            If && Child != If->getCond() && !If->isConstexpr())
          IsConditional |= testsFlag(If->getCond());
        return E;
      }
    return nullptr;
  }

  /// `if (locked)` depends on a decision; `if (mutex)` on there being one.
  static bool testsFlag(const Expr *Condition) {
    return Condition &&
           !Condition->IgnoreParenImpCasts()->getType()->isAnyPointerType();
  }

  /// Through a pointer or reference member, a smart pointer, or a parameter.
  bool isReferredTo(const Expr *E) {
    E = core(E);
    if (const auto *Op = dyn_cast<UnaryOperator>(E))
      return isReferredTo(Op->getSubExpr());
    if (const auto *Op = dyn_cast<CXXOperatorCallExpr>(E))
      return isReferredTo(Op->getArg(0));
    if (const auto *Call = dyn_cast<CXXMemberCallExpr>(E))
      return isReferredTo(Call->getImplicitObjectArgument());
    // std::exchange(mutex, nullptr)->unlock()
    if (const auto *Call = dyn_cast<CallExpr>(E))
      if (const FunctionDecl *F = Call->getDirectCallee())
        return F->getIdentifier() && F->getName() == "exchange" &&
               isInStd(*F) && isReferredTo(Call->getArg(0));
    if (const auto *Ref = dyn_cast<DeclRefExpr>(E)) {
      const auto *V = dyn_cast<VarDecl>(Ref->getDecl());
      return V && (isa<ParmVarDecl>(V) || V->getType()->isReferenceType() ||
                   V->hasGlobalStorage());
    }
    const auto *Member = dyn_cast<MemberExpr>(E);
    if (!Member)
      return false;
    QualType T = Member->getMemberDecl()->getType();
    if (T->isReferenceType() || T->isPointerType())
      return true;
    if (isa<CXXThisExpr>(core(Member->getBase())))
      return classOf(T) && !S.lockable(T); // reference_wrapper, smart pointers
    return isReferredTo(Member->getBase());
  }

  Shapes &S;
  const CXXRecordDecl &R;
};

} // namespace

bool Shapes::releasesInDestructor(const CXXRecordDecl &R, QualType &Lockable) {
  const CXXDestructorDecl *D = R.getDestructor();
  if (!D || D->isImplicit() || D->isDefaulted())
    return false;
  LockCallFinder Finder(*this, R);
  const Expr *Operand = Finder.find(*D, LockEffect::Release);
  if (!Operand)
    return false;
  // One that locks as well only protects its last words.
  if (Finder.find(*D, LockEffect::Acquire) ||
      Finder.find(*D, LockEffect::TryAcquire))
    return false;
  QualType T = core(Operand)->getType();
  if (T->isPointerType())
    T = T->getPointeeType();
  if (lockable(T))
    Lockable = T;
  return true;
}

std::optional<LockEffect> Shapes::effectOnGuard(const FunctionDecl &F,
                                                const CXXRecordDecl &Guard) {
  LockCallFinder Finder(*this, Guard);
  if (Finder.find(F, LockEffect::Release))
    return LockEffect::Release;
  if (Finder.find(F, LockEffect::Acquire) && !Finder.IsConditional)
    return LockEffect::Acquire;
  return std::nullopt;
}

GuardConstruction Shapes::construction(const CXXConstructorDecl &C) {
  const CXXRecordDecl &R = *C.getParent();
  if (C.isInheritingConstructor() && !M.guard(R))
    return construction(*C.getInheritedConstructor().getConstructor());
  if (C.hasAttr<AcquireCapabilityAttr>())
    return GuardConstruction::Acquire;
  if (C.hasAttr<TryAcquireCapabilityAttr>())
    return GuardConstruction::TryAcquire;
  if (C.hasAttr<RequiresCapabilityAttr>())
    return GuardConstruction::Adopt;
  if (M.guard(R) || C.isInheritingConstructor()) {
    // unique_lock(m, duration): whatever is neither lockable nor tag is time.
    for (const ParmVarDecl *P : C.parameters())
      if (const CXXRecordDecl *T = classOf(P->getType()))
        if (!lockable(P->getType()) && !tag(P->getType()) &&
            T->getIdentifier() &&
            (T->getName() == "duration" || T->getName() == "time_point"))
          return GuardConstruction::TryAcquire;
    return GuardConstruction::Acquire;
  }
  // A guard that is built on another does what that one does.
  for (const CXXCtorInitializer *Init : C.inits())
    if (const auto *Base = dyn_cast_or_null<CXXConstructExpr>(
            Init->getInit() ? core(Init->getInit()) : nullptr);
        Base && isGuard(Base->getType())) {
      for (const Expr *Argument : Base->arguments())
        if (std::optional<LockEffect> Tag = tag(Argument->getType()))
          return *Tag == LockEffect::Defer   ? GuardConstruction::Defer
                 : *Tag == LockEffect::Adopt ? GuardConstruction::Adopt
                                             : GuardConstruction::TryAcquire;
      return construction(*Base->getConstructor());
    }
  LockCallFinder Finder(*this, R);
  bool Seen = C.hasBody() && !C.hasSkippedBody();
  if (Finder.find(C, LockEffect::Acquire))
    return Finder.IsConditional ? GuardConstruction::Unknown
                                : GuardConstruction::Acquire;
  if (Finder.find(C, LockEffect::TryAcquire))
    return GuardConstruction::TryAcquire;
  if (R.hasAttr<ScopedLockableAttr>())
    return GuardConstruction::Defer;
  return Seen ? GuardConstruction::Adopt : GuardConstruction::Unknown;
}

QualType Shapes::guardWithin(QualType T) {
  const CXXRecordDecl *R = classOf(T);
  if (!R || T->isPointerType() || T->isReferenceType())
    return QualType();
  if (guardFacts(*R).IsGuard)
    return T;
  return findGuardWithin(*R, 0);
}

QualType Shapes::findGuardWithin(const CXXRecordDecl &R, unsigned Depth) {
  if (R.isDependentType() || Depth > 4)
    return QualType();
  auto [It, New] = Within.try_emplace(&R, QualType());
  if (!New)
    return It->second;
  auto Look = [&](QualType T) -> QualType {
    if (const Type *Element = T->getBaseElementTypeUnsafe(); T->isArrayType())
      T = QualType(Element, 0);
    if (T->isPointerType() || T->isReferenceType())
      return QualType();
    const CXXRecordDecl *Inner = classOf(T);
    if (!Inner)
      return QualType();
    return guardFacts(*Inner).IsGuard ? T : findGuardWithin(*Inner, Depth + 1);
  };
  QualType Found;
  if (isInStd(R)) {
    // What it owns is among its arguments; its insides are not worth a visit.
    if (const auto *S = dyn_cast<ClassTemplateSpecializationDecl>(&R);
        S && !R.getName().contains("function") &&
        !R.getName().contains("pointer_traits") &&
        !R.getName().contains("allocator"))
      for (const TemplateArgument &A : S->getTemplateArgs().asArray()) {
        auto LookAt = [&](const TemplateArgument &Each) {
          if (Found.isNull() && Each.getKind() == TemplateArgument::Type &&
              !Each.getAsType()->isFunctionType())
            Found = Look(Each.getAsType());
        };
        if (A.getKind() == TemplateArgument::Pack)
          for (const TemplateArgument &Each : A.pack_elements())
            LookAt(Each);
        else
          LookAt(A);
      }
  } else {
    for (const FieldDecl *Field : R.fields())
      if (Found.isNull())
        Found = Look(Field->getType());
    for (const CXXBaseSpecifier &Base : R.bases())
      if (Found.isNull())
        Found = Look(Base.getType());
  }
  Within[&R] = Found;
  return Found;
}

} // namespace corolint
