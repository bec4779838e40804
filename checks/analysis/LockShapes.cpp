// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// How lockables, guards and lock calls are told; see Shapes.h.

#include "Annotations.h"
#include "Places.h"
#include "Shapes.h"
#include "clang/AST/ASTContext.h"
#include "clang/AST/Attr.h"
#include "clang/AST/DeclTemplate.h"
#include "llvm/ADT/StringExtras.h"

using namespace clang;

namespace corolint {

/// "tryLockForRead" and "try_lock_for_read" are one name.
static std::string plainName(const FunctionDecl &F) {
  if (!F.getIdentifier())
    return "";
  std::string Plain;
  for (char C : F.getName())
    if (C != '_')
      Plain += llvm::toLower(C);
  return Plain;
}

/// One of the words in it is lock, or acquire: not read_clock, unlock.
static bool saysLock(const FunctionDecl &F) {
  if (!F.getIdentifier())
    return false;
  std::string Word;
  auto Says = [&] {
    llvm::StringRef W = Word;
    return W.starts_with("lock") || W.starts_with("acquire") ||
           W.starts_with("trylock") || W == "relock";
  };
  bool WasLower = false;
  for (char C : F.getName()) {
    if (C == '_' || (llvm::isUpper(C) && WasLower)) {
      if (Says())
        return true;
      Word.clear();
    }
    WasLower = llvm::isLower(C);
    if (C != '_')
      Word += llvm::toLower(C);
  }
  return Says();
}

static std::optional<LockEffect> effectOfName(llvm::StringRef Plain) {
  return llvm::StringSwitch<std::optional<LockEffect>>(Plain)
      .Case("lock", LockEffect::Acquire)
      .Case("lockshared", LockEffect::Acquire)
      .Case("relock", LockEffect::Acquire)
      .Case("unlock", LockEffect::Release)
      .Case("unlockshared", LockEffect::Release)
      .Case("trylock", LockEffect::TryAcquire)
      .Case("trylockfor", LockEffect::TryAcquire)
      .Case("trylockuntil", LockEffect::TryAcquire)
      .Case("trylockshared", LockEffect::TryAcquire)
      .Case("trylocksharedfor", LockEffect::TryAcquire)
      .Case("trylockshareduntil", LockEffect::TryAcquire)
      .Default(std::nullopt);
}

//===-- Lockables ---------------------------------------------------------===//

bool Shapes::isSemaphore(QualType T) {
  const CXXRecordDecl *R = classOf(T);
  if (!R)
    return false;
  const LockableModel *Model = M.lockable(*R);
  return Model && Model->IsSemaphore;
}

std::optional<LockOwner> Shapes::lockable(QualType T) {
  const CXXRecordDecl *R = classOf(T);
  return R ? lockable(*R) : std::nullopt;
}

std::optional<LockOwner> Shapes::lockable(const CXXRecordDecl &R) {
  if (R.isLambda() || R.isDependentType())
    return std::nullopt;
  auto [It, New] = Lockables.try_emplace(&R, std::nullopt);
  if (!New)
    return It->second;
  std::optional<LockOwner> Owner = findLockable(R);
  Lockables[&R] = Owner;
  return Owner;
}

/// Nothing but assignments to plain members: nobody can wait for it.
static bool onlySetsFlags(const Stmt *S) {
  const auto *Op = dyn_cast<BinaryOperator>(S);
  const auto *Unary = dyn_cast<UnaryOperator>(S);
  if (Op && Op->isAssignmentOp())
    return isa<MemberExpr>(core(Op->getLHS())) &&
           !isa<CallExpr>(core(Op->getRHS()));
  return Unary && Unary->isIncrementDecrementOp();
}

static bool cannotWait(const CXXMethodDecl &M) {
  const FunctionDecl *Definition = nullptr;
  if (!M.hasBody(Definition) || !Definition || Definition->hasSkippedBody())
    return false;
  const auto *Body = dyn_cast_or_null<CompoundStmt>(Definition->getBody());
  return Body && llvm::all_of(Body->body(), onlySetsFlags);
}

/// A member type of that name, which is not std::false_type.
static bool hasMarker(const CXXRecordDecl &R, llvm::StringRef Name) {
  for (const NamedDecl *D : R.lookup(&R.getASTContext().Idents.get(Name))) {
    if (!isa<TypeDecl>(D))
      continue;
    const auto *Alias = dyn_cast<TypedefNameDecl>(D);
    const auto *S = dyn_cast_or_null<ClassTemplateSpecializationDecl>(
        Alias ? Alias->getUnderlyingType()->getAsCXXRecordDecl() : nullptr);
    bool IsFalse =
        S && S->getTemplateArgs().size() == 2 &&
        S->getTemplateArgs()[1].getKind() == TemplateArgument::Integral &&
        S->getTemplateArgs()[1].getAsIntegral() == 0;
    return !IsFalse;
  }
  return false;
}

std::optional<LockOwner> Shapes::findLockable(const CXXRecordDecl &R) {
  if (hasAnnotation(R, "async_mutex"))
    return LockOwner::Coroutine;
  if (hasAnnotation(R, "thread_lock"))
    return LockOwner::Thread;
  if (const LockableModel *Model = M.lockable(R))
    return Model->Owner;
  for (const CXXBaseSpecifier &Base : R.bases())
    if (const CXXRecordDecl *B = classOf(Base.getType()))
      if (const LockableModel *Model = M.lockable(*B))
        return Model->Owner;
  if (guardFacts(R).IsGuard)
    return guardFacts(R).Owner;
  if (hasMarker(R, "folly_coro_aware_mutex"))
    return LockOwner::Coroutine;

  const auto *Capability = R.getAttr<CapabilityAttr>();
  bool IsMutex = Capability && Capability->getName() == "mutex";
  bool Locks = false, Unlocks = false, Awaits = false, DoesSomething = false;
  anyMethod(R, [&](const CXXMethodDecl &Method) {
    std::string Name = plainName(Method);
    QualType Result = Method.getReturnType();
    if (saysLock(Method) && (isAwaitable(Result) || isTask(Result)))
      Awaits = true;
    std::optional<LockEffect> Effect = effectOfName(Name);
    bool Plain = Result->isVoidType() || Result->isIntegralOrEnumerationType();
    if (Effect == LockEffect::Acquire && Plain &&
        Method.getMinRequiredArguments() == 0) {
      Locks = true;
      DoesSomething |= !cannotWait(Method);
    } else if (Effect == LockEffect::Release && Plain &&
               Method.getMinRequiredArguments() == 0) {
      Unlocks = true;
      DoesSomething |= !cannotWait(Method);
    } else if (Effect == LockEffect::TryAcquire) {
      Locks |= Awaits;
    }
    return false;
  });
  if (Awaits && (Unlocks || IsMutex))
    return LockOwner::Coroutine;
  if (IsMutex)
    return LockOwner::Thread;
  if (!Locks || !Unlocks)
    return std::nullopt;
  return DoesSomething ? LockOwner::Thread : LockOwner::None;
}

//===-- Guards ------------------------------------------------------------===//

bool Shapes::isGuard(QualType T) {
  if (T.isNull() || T->isPointerType() || T->isReferenceType() ||
      T->isArrayType())
    return false;
  const CXXRecordDecl *R = classOf(T);
  return R && guardFacts(*R).IsGuard;
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

//===-- Lock calls --------------------------------------------------------===//

std::optional<LockEffect> Shapes::tag(QualType T) {
  const CXXRecordDecl *R = classOf(T);
  if (!R)
    return std::nullopt;
  const TagModel *Model = M.tag(*R);
  return Model ? std::optional<LockEffect>(Model->Effect) : std::nullopt;
}

const Shapes::LockCall *Shapes::lockCall(const FunctionDecl &F) {
  const FunctionDecl *Key = F.getCanonicalDecl();
  auto Known = LockCalls.find(Key);
  if (Known == LockCalls.end()) {
    std::optional<LockCall> Found = findLockCall(F);
    Known = LockCalls.try_emplace(Key, std::move(Found)).first;
  }
  return Known->second ? &*Known->second : nullptr;
}

std::optional<Shapes::LockCall> Shapes::findLockCall(const FunctionDecl &F) {
  LockCall Call;
  if (const FunctionModel *Model = M.function(F)) {
    Call.Operands.assign(Model->Operands.begin(), Model->Operands.end());
    Call.Success = Model->Success;
    return Call;
  }
  const auto *Method = dyn_cast<CXXMethodDecl>(&F);
  if (isa<CXXConstructorDecl, CXXDestructorDecl>(F))
    return std::nullopt;

  auto FromAttribute = [&](const Attr *A, auto Arguments, LockEffect Effect) {
    if (!A)
      return;
    if (Arguments.begin() == Arguments.end() && Method)
      Call.Operands.push_back({ImplicitObject, Effect});
    for (const Expr *E : Arguments) {
      const auto *Ref = dyn_cast<DeclRefExpr>(core(E));
      const auto *P = Ref ? dyn_cast<ParmVarDecl>(Ref->getDecl()) : nullptr;
      if (P)
        Call.Operands.push_back({int(P->getFunctionScopeIndex()), Effect});
      else if (Ref)
        Call.Named.push_back({Ref, Effect});
    }
  };
  if (const auto *A = F.getAttr<AcquireCapabilityAttr>())
    FromAttribute(A, A->args(), LockEffect::Acquire);
  if (const auto *A = F.getAttr<ReleaseCapabilityAttr>())
    FromAttribute(A, A->args(), LockEffect::Release);
  if (const auto *A = F.getAttr<TryAcquireCapabilityAttr>())
    FromAttribute(A, A->args(), LockEffect::TryAcquire);
  if (!Call.Operands.empty() || !Call.Named.empty())
    return Call;

  if (!Method || Method->isStatic())
    return std::nullopt;
  std::string Name = plainName(F);
  std::optional<LockEffect> Effect = effectOfName(Name);
  const CXXRecordDecl &R = *Method->getParent();
  bool OnGuard = R.hasDefinition() && guardFacts(*R.getDefinition()).IsGuard;
  if (OnGuard && !Effect) {
    // A guard's own words for ending or giving up what it holds.
    LockCallFinder Finder(*this, *R.getDefinition());
    if (Finder.find(F, LockEffect::Release))
      Effect = LockEffect::Release;
    else if (Finder.find(F, LockEffect::Acquire) && !Finder.IsConditional)
      Effect = LockEffect::Acquire;
    else if (Name == "release" && F.getReturnType()->isPointerType())
      Effect = LockEffect::Abandon;
  }
  if (!Effect)
    return std::nullopt;
  if (!OnGuard && !(R.hasDefinition() && lockable(*R.getDefinition())))
    return std::nullopt;
  if (Effect == LockEffect::TryAcquire && !F.getReturnType()->isBooleanType())
    return std::nullopt;
  Call.Operands.push_back({ImplicitObject, *Effect});
  return Call;
}

} // namespace corolint
