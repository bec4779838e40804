// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The walk behind findHandleUses (TaskReuse.h), through one function's body.
//
//     TaskHandles.cpp      which object each mention names, and what it is in
//     HandleMentions.cpp   what is done with it
//
// Included by those two only.

#ifndef COROLINT_CHECKS_ANALYSIS_HANDLEWALK_H
#define COROLINT_CHECKS_ANALYSIS_HANDLEWALK_H

#include "TaskReuse.h"
#include "clang/AST/ExprCXX.h"
#include "llvm/ADT/SmallVector.h"

namespace corolint {

/// Whether an object of the type can be used once.
bool isHandle(clang::QualType T, Analysis &A, Followed What);

/// What the uses of handles are, from the outside in. A mention begins with a
/// variable, or `this`, and goes on as far as what it names is no handle yet:
///
///     job.parts[0].task        a handle, if `task` is of such a type
///     job.parts                what handles are in
class HandleWalk {
public:
  HandleWalk(const Body &B, Analysis &A, Followed What, HandleUses &Out)
      : B(B), A(A), What(What), Out(Out), Places(B, PlaceTable::HaveNames) {}

  void walk(const clang::Stmt *S);
  /// What those mentions touch that name more than one handle.
  void finish();
  /// Something may be done twice.
  bool isWorthFollowing() const {
    return Spends && (Loops || (Uses > 1 && What == Followed::Handles));
  }

private:
  using Ancestors =
      llvm::SmallVectorImpl<const clang::Stmt *>::const_reverse_iterator;

  void mention(const clang::Expr *Leaf);
  const clang::Expr *longer(const clang::Expr *E, Ancestors &It);
  std::optional<Place> placeOf(const clang::Expr *E, const clang::Expr *Leaf);
  bool isAlias(const clang::VarDecl *V, Place Of);
  unsigned handleAt(Place P, const clang::Expr *Leaf);
  enum class Effect { None, Changes, Anything };
  Effect effectOn(const clang::Expr *E, Ancestors It, Place P);
  bool isElsewhere(const clang::Expr *E, Ancestors It) const;
  std::optional<HandleUse> useOf(const clang::Expr *E, Ancestors It, Place P,
                                 unsigned Of, const clang::Expr *Leaf);
  std::optional<HandleUse> given(const clang::CallExpr *Call,
                                 const clang::Expr *E, bool IsTaken);
  std::optional<HandleUse> member(const clang::CXXMemberCallExpr *Call,
                                  bool IsTaken, bool IsFrame);
  bool isSpentBy(const clang::CoroutineSuspendExpr &Await, clang::QualType T);
  bool yields(clang::QualType T);
  const clang::Expr *awaitAround() const;
  const clang::Stmt *loopAround() const;

  const Body &B;
  Analysis &A;
  const Followed What;
  HandleUses &Out;
  PlaceTable Places;
  llvm::SmallVector<const clang::Stmt *, 16> Parents;
  const clang::VarDecl *Declared = nullptr;
  llvm::DenseMap<Place, unsigned> Known;
  /// Of what handles may be in.
  struct LargerMention {
    const clang::Expr *Leaf;
    Place Of;
    Effect Does;
    bool IsElsewhere;
  };
  std::vector<LargerMention> Larger;
  unsigned Uses = 0;
  bool Spends = false, Loops = false;
};

} // namespace corolint

#endif // COROLINT_CHECKS_ANALYSIS_HANDLEWALK_H
