// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Reads promises, destructors and awaiters; see TaskShapes.h.

#include "TaskShapes.h"
#include "Annotations.h"
#include "Coroutine.h"
#include "Places.h"
#include "SuspensionPoints.h"
#include "TaskBodies.h"
#include "clang/AST/ASTContext.h"
#include "clang/AST/Attr.h"
#include "clang/AST/DeclTemplate.h"
#include "clang/AST/StmtCXX.h"

using namespace clang;

namespace corolint {

bool isNoDiscard(const CXXRecordDecl &R) {
  if (R.hasAttr<WarnUnusedResultAttr>())
    return true;
  if (const CXXRecordDecl *Pattern = R.getTemplateInstantiationPattern();
      Pattern && Pattern->hasAttr<WarnUnusedResultAttr>())
    return true;
  const auto *Spec = dyn_cast<ClassTemplateSpecializationDecl>(&R);
  return Spec && Spec->getSpecializedTemplate()
                     ->getTemplatedDecl()
                     ->hasAttr<WarnUnusedResultAttr>();
}

bool TaskShapes::hasCoroutines(const ASTContext &Context) {
  if (HasCoroutines)
    return *HasCoroutines;
  bool Found = false;
  for (const NamedDecl *Std :
       Context.getTranslationUnitDecl()->lookup(&Context.Idents.get("std")))
    if (const auto *Namespace = dyn_cast<NamespaceDecl>(Std))
      Found |=
          !Namespace->lookup(&Context.Idents.get("coroutine_traits")).empty();
  HasCoroutines = Found;
  return Found;
}

static bool isPromise(const CXXRecordDecl &R, unsigned Depth) {
  if (!R.lookup(&R.getASTContext().Idents.get("initial_suspend")).empty())
    return true;
  return Depth < 4 && llvm::any_of(
                          R.bases(),
                          [&](const auto &Base) {
                            const CXXRecordDecl *B = classOf(Base.getType());
                            return B && isPromise(*B, Depth + 1);
                          });
}

bool TaskShapes::isPlumbing(const FunctionDecl &F) {
  if (F.getOverloadedOperator() == OO_Coawait)
    return true;
  if (const IdentifierInfo *II = F.getIdentifier())
    if (II->getName().starts_with("await_") || II->isStr("get_return_object"))
      return true;
  const auto *Method = dyn_cast<CXXMethodDecl>(&F);
  if (!Method || Method->getParent()->isLambda())
    return false;
  return isPromise(*Method->getParent(), 0);
}

//===-- Types -------------------------------------------------------------===//

Work TaskShapes::workOf(QualType T) {
  if (T.isNull() || T->isDependentType() || T->isReferenceType() ||
      T->isPointerType())
    return {};
  if (T->isArrayType()) {
    Work W = workOf(QualType(T->getBaseElementTypeUnsafe(), 0));
    W.IsOwner = W.HoldsMany = true;
    return W;
  }
  const CXXRecordDecl *R = shapeOf(T);
  if (!R || R->isLambda())
    return {};
  auto It = Known.find(R);
  if (It != Known.end())
    return It->second;
  Known[R] = {};
  Work W = findWork(*R, T);
  Known[R] = W;
  return W;
}

/// What an owner of the standard library owns.
Work TaskShapes::findOwned(const CXXRecordDecl &R, unsigned Depth) {
  const auto *Spec = dyn_cast<ClassTemplateSpecializationDecl>(&R);
  const IdentifierInfo *II = R.getIdentifier();
  if (!Spec || !II || Depth > 2)
    return {};
  static constexpr llvm::StringLiteral Owners[] = {
      "vector",   "array",         "deque",
      "list",     "forward_list",  "optional",
      "pair",     "tuple",         "map",
      "queue",    "stack",         "unique_ptr",
      "multimap", "unordered_map", "initializer_list"};
  if (!llvm::is_contained(Owners, II->getName()))
    return {};
  llvm::SmallVector<TemplateArgument, 4> Arguments;
  for (const TemplateArgument &A : Spec->getTemplateArgs().asArray())
    if (A.getKind() == TemplateArgument::Pack)
      Arguments.append(A.pack_begin(), A.pack_end());
    else
      Arguments.push_back(A);
  for (const TemplateArgument &A : Arguments)
    if (A.getKind() == TemplateArgument::Type)
      if (Work W = workOf(A.getAsType());
          W && W.Kind != WorkKind::Awaiter && W.Kind != WorkKind::Generator) {
        W.IsOwner = true;
        W.HoldsMany |= !II->isStr("optional") && !II->isStr("unique_ptr");
        return W;
      }
  return {};
}

Work TaskShapes::findWork(const CXXRecordDecl &R, QualType T) {
  if (isInStd(R))
    return findOwned(R, 0);
  const TaskModel *Model = models().task(R);
  bool IsMarked = hasAnnotation(R, "task");
  if (Model && Model->Dropped == TaskModel::Free)
    return {};
  Work W;
  if (Model && Model->IsOperation) {
    W.Kind = WorkKind::Operation;
    return W;
  }
  W = S.isTask(T) ? findTask(R, T) : findAwaiter(R, T);
  if (Model && Model->Start == TaskModel::Lazy)
    W = {WorkKind::Lazy};
  if (Model && Model->Start == TaskModel::Eager)
    W = {WorkKind::Eager, /*MayBeDroppedExplicitly=*/false};
  if (Model && W)
    W.MayBeDroppedExplicitly |= Model->Dropped == TaskModel::Explicit;
  if (IsMarked && !W)
    W.Kind = S.startOf(T) == Start::Eager ? WorkKind::Eager : WorkKind::Lazy;
  if (IsMarked)
    W.IsLostInScope = true;
  return W;
}

/// Whether coroutines return it: an iterator may name the promise, too.
static bool isReturned(const CXXRecordDecl &R, const CXXRecordDecl &Promise) {
  const CXXMethodDecl *Made = methodNamed(Promise, "get_return_object");
  const CXXRecordDecl *Returned =
      Made ? shapeOf(Made->getReturnType()) : nullptr;
  if (!Returned || !Returned->getIdentifier() || !R.getIdentifier() ||
      Returned->getIdentifier() == R.getIdentifier())
    return true;
  // Something else, from which it is made, unless that is a coroutine's type.
  return Returned->lookup(&R.getASTContext().Idents.get("promise_type"))
      .empty();
}

Work TaskShapes::findTask(const CXXRecordDecl &R, QualType T) {
  Start Starts = S.startOf(T);
  if (Starts == Start::Unknown || !isReturned(R, *S.promiseOf(T)))
    return {};
  // What its own functions set going is not lazy, whatever the promise says.
  bool SetsGoing = mayStart(R.getDestructor());
  for (const CXXConstructorDecl *C : R.ctors())
    SetsGoing |= mayStart(C);
  anyMethod(R, [&](const CXXMethodDecl &M) {
    if (isa<CXXDestructorDecl>(M))
      SetsGoing |= mayStart(&M);
    return SetsGoing;
  });
  if (const CXXRecordDecl *Promise = S.promiseOf(T))
    if (const CXXMethodDecl *Made = methodNamed(*Promise, "get_return_object"))
      SetsGoing |= mayStart(Made);
  if (SetsGoing)
    return {};
  Work W;
  if (!S.isAwaitable(T)) {
    // Yields, and is nobody's task: its values are not asked for.
    const CXXRecordDecl *Promise = S.promiseOf(T);
    if (Starts == Start::Lazy && Promise &&
        methodNamed(*Promise, "yield_value") && isAwaitedByConsumer(T, S))
      W.Kind = WorkKind::Generator;
    return W;
  }
  if (Starts == Start::Lazy) {
    W.Kind = WorkKind::Lazy;
    return W;
  }
  W.MayBeDroppedExplicitly = true;
  W.IsLostInScope = isNoDiscard(R);
  if (isNoDiscard(R) || endsWork(R))
    W.Kind = WorkKind::Eager;
  return W;
}

/// An awaiter whose making does nothing.
Work TaskShapes::findAwaiter(const CXXRecordDecl &R, QualType T) {
  bool IsAwaiter = methodNamed(R, "await_ready") &&
                   methodNamed(R, "await_suspend") &&
                   methodNamed(R, "await_resume");
  Work W;
  if (!IsAwaiter) {
    // What has an operator co_await may be of use without it, unless its author
    // says otherwise; and what has to be ended may do its work in its scope.
    if (isNoDiscard(R) && S.isAwaitable(T)) {
      W.Kind = WorkKind::Awaiter;
      W.IsLostInScope = R.isDependentType() || R.hasTrivialDestructor();
      W.MayBeDroppedExplicitly = !W.IsLostInScope;
    }
    return W;
  }
  if (suspensionOf(R) == Suspension::Never)
    return W;
  // However it is made and ends: who keeps it does not hold the guard.
  if (!R.isDependentType() && S.endsLock(awaitedType(T)) && !S.endsLock(T)) {
    W.Kind = WorkKind::Awaiter;
    return W;
  }
  // A handle to something that runs already is a future, not an awaiter: it
  // would have to let go of it in the end, and offers more than to be awaited.
  bool Quiet = R.isDependentType()
                   ? !R.getDestructor() || !R.getDestructor()->isUserProvided()
                   : endsQuietly(R);
  for (const CXXConstructorDecl *C : R.ctors())
    if (C->isUserProvided() && !C->isCopyOrMoveConstructor()) {
      const auto *Body = dyn_cast_or_null<CompoundStmt>(bodyOf(C));
      Quiet &= Body && Body->body_empty();
    }
  // A frame, or who knows what.
  Quiet &= !anyMethod(R, [](const CXXMethodDecl &M) {
    return M.getAccess() == AS_public && M.getIdentifier() &&
           !isa<CXXConstructorDecl, CXXDestructorDecl>(M) && !M.isImplicit() &&
           !M.getName().starts_with("await_");
  });
  if (!Quiet && !isNoDiscard(R))
    return W;
  W.Kind = WorkKind::Awaiter;
  W.MayHaveBegun = !Quiet;
  return W;
}

QualType TaskShapes::awaitedType(QualType T) {
  const CXXRecordDecl *R = shapeOf(T);
  for (unsigned Depth = 0; R && Depth < 3; ++Depth) {
    if (const CXXMethodDecl *Resume = methodNamed(*R, "await_resume")) {
      QualType Result = Resume->getReturnType();
      if (!Result->isDependentType() && !Result->isUndeducedType())
        return Result;
      break;
    }
    const CXXRecordDecl *Next = nullptr;
    anyMethod(*R, [&](const CXXMethodDecl &M) {
      if (M.getOverloadedOperator() == OO_Coawait)
        Next = shapeOf(M.getReturnType());
      return Next != nullptr;
    });
    R = Next;
  }
  // A task says it to its promise.
  if (const CXXRecordDecl *Promise = S.promiseOf(T)) {
    const CXXMethodDecl *Made = methodNamed(*Promise, "get_return_object");
    const auto *Own =
        dyn_cast_or_null<ClassTemplateSpecializationDecl>(shapeOf(T));
    const auto *Of = dyn_cast_or_null<ClassTemplateSpecializationDecl>(
        Made ? shapeOf(Made->getReturnType()) : nullptr);
    if (Own && Of && Own != Of && Own->getIdentifier() == Of->getIdentifier())
      return {}; // the promise of another task of the same template
    if (methodNamed(*Promise, "return_void"))
      return Promise->getASTContext().VoidTy;
    if (const CXXMethodDecl *Returned = methodNamed(*Promise, "return_value"))
      if (Returned->getNumParams() == 1)
        return Returned->getParamDecl(0)->getType().getNonReferenceType();
  }
  return {};
}

} // namespace corolint
