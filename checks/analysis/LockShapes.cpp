// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// How lockables and lock calls are told; see Shapes.h. Guards are in
// GuardShapes.cpp.

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
    Effect = effectOnGuard(F, *R.getDefinition());
    if (!Effect && Name == "release" && F.getReturnType()->isPointerType())
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
