// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What moving, swapping and copying objects does to the locks that they hold.

#include "LockFlow.h"
#include "clang/AST/ASTContext.h"

using namespace clang;

namespace corolint {

/// What has `P` has it no more, and `To` has it.
void LockFlow::move(World &W, Place From, Place To, bool LeaveEmpty) {
  if (From == To)
    return;
  std::optional<Place> Holder = holding(W, From);
  llvm::SmallVector<std::pair<Place, LockValue>, 2> Moved;
  for (const auto &L : W.Locks)
    if (Places.isWithin(L.first, From))
      Moved.push_back(L);
  if (Moved.empty() && Holder) {
    // A part of something that is only known as a whole.
    Moved.push_back({From, *W.at(*Holder)});
    if (LeaveEmpty)
      W.set(*Holder, {LockState::Empty, 0});
  }
  erase(W, To);
  for (auto &[P, Value] : Moved) {
    if (LeaveEmpty)
      W.set(P, {LockState::Empty, Value.Of});
    else
      llvm::erase_if(W.Locks, [P = P](const auto &L) { return L.first == P; });
    W.set(Places.rebase(P, From, To), Value);
  }
}

void LockFlow::swap(World &W, Place P, Place Q) {
  // What a helper was given may hold something.
  for (Place Each : {P, Q})
    if (IsSummary && Places.isVisibleOutside(Each) && !holding(W, Each))
      W.set(Each, {LockState::Unknown, 0});
  llvm::SmallVector<std::pair<Place, LockValue>, 4> Swapped;
  for (const auto &L : W.Locks)
    if (Places.isWithin(L.first, P))
      Swapped.push_back({Places.rebase(L.first, P, Q), L.second});
    else if (Places.isWithin(L.first, Q))
      Swapped.push_back({Places.rebase(L.first, Q, P), L.second});
  erase(W, P);
  erase(W, Q);
  for (const auto &[At, Value] : Swapped)
    W.set(At, Value);
}

/// The prvalue's object becomes `To`.
void LockFlow::take(World &W, const Expr *Value, Place To) {
  const Expr *E = core(Value);
  if (const auto *C = dyn_cast<AbstractConditionalOperator>(E)) {
    take(W, C->getTrueExpr(), To);
    return take(W, C->getFalseExpr(), To);
  }
  if (const auto *Op = dyn_cast<BinaryOperator>(E);
      Op && Op->getOpcode() == BO_Comma)
    return take(W, Op->getRHS(), To);
  if (!E->isPRValue())
    return;
  Place From = Places.temporary(E);
  if (llvm::any_of(W.Locks, [&](const auto &L) {
        return Places.isWithin(L.first, From);
      }))
    move(W, From, To, /*LeaveEmpty=*/false);
}

/// Puts what the arguments hold into `To`; false if they hold nothing.
bool LockFlow::adoptValues(Arguments Given, Place To, World &W) {
  bool Any = false;
  uint64_t I = 0;
  for (const Expr *Argument : Given) {
    const Expr *E = core(Argument);
    QualType T = E->getType();
    bool IsOwnerPointer = T->isPointerType() && isa<CXXNewExpr>(E);
    if (!IsOwnerPointer && S.guardWithin(T).isNull())
      continue;
    Place Part = Any ? Places.element(To, I++) : To;
    if (E->isPRValue()) {
      Place From = Places.temporary(E);
      if (llvm::none_of(W.Locks, [&](const auto &L) {
            return Places.isWithin(L.first, From);
          }))
        continue;
      take(W, E, Part);
      Any = true;
    } else if (E->isXValue() || Argument->isXValue()) { // `return lock;`
      std::optional<Place> From = Places.resolve(E);
      if (From && holding(W, *From)) {
        move(W, *From, Part, /*LeaveEmpty=*/true);
        Any = true;
      } else if (From && IsSummary && Places.isVisibleOutside(*From) &&
                 S.isGuard(T)) {
        W.set(*From, {LockState::Empty, 0});
        W.set(Part, {LockState::Unknown,
                     acquisition(E, {}, false, T, S.lockableOf(T))});
        Any = true;
      }
    }
  }
  return Any;
}

/// `{std::unique_lock(m), 1}`: each member takes what initialises it.
void LockFlow::aggregate(const Expr *List, World W, WorldList &Out) {
  Place To = Places.temporary(List);
  erase(W, To);
  llvm::SmallVector<const Expr *, 4> Inits;
  if (const auto *L = dyn_cast<InitListExpr>(List)) {
    if (!L->isSemanticForm() && L->getSemanticForm())
      L = L->getSemanticForm();
    Inits.append(L->inits().begin(), L->inits().end());
  } else if (const auto *P = dyn_cast<CXXParenListInitExpr>(List)) {
    Inits.append(P->getInitExprs().begin(), P->getInitExprs().end());
  }
  // Without a constructor it can only take over what is locked, be it by a base
  // class that was.
  if (S.isGuard(List->getType()) && isTracked(List->getType()))
    for (const Expr *E : Inits)
      if (E->isPRValue() && W.at(Places.temporary(E))) {
        take(W, E, To);
        Out.push_back(std::move(W));
        return;
      }
  if (S.isGuard(List->getType()) && isTracked(List->getType()))
    return constructGuard(List, List->getType(), GuardConstruction::Adopt,
                          Inits, To, std::move(W), Out);
  const CXXRecordDecl *R = classOf(List->getType());
  if (List->getType()->isArrayType() || !R) {
    uint64_t I = 0;
    for (const Expr *E : Inits)
      take(W, E, Places.element(To, I++));
    Out.push_back(std::move(W));
    return;
  }
  auto Init = Inits.begin();
  for (unsigned I = 0; I < R->getNumBases() && Init != Inits.end(); ++I)
    take(W, *Init++, To);
  for (const FieldDecl *Field : R->fields()) {
    if (Init == Inits.end())
      break;
    if (Field->isUnnamedBitField())
      continue;
    if (Field->getType()->isReferenceType() ||
        Field->getType()->isPointerType())
      passed(*Init, Field->getType(), /*ToUnknown=*/true, W);
    else
      // A std::array is its elements.
      take(W, *Init, isInStd(*R) ? To : Places.field(To, Field));
    ++Init;
  }
  Out.push_back(std::move(W));
}

} // namespace corolint
