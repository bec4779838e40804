// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What is known of conditions along a path, so that
//
//     if (c) m.lock();  …  if (c) m.unlock();
//
// is seen to be right: facts of the form "subject == value" and "subject !=
// value". A subject is a variable, a member, a pure expression such as `x > 3`
// or `q.empty()`, or the result of one call. Only subjects whose outcome can
// matter twice are followed.

#ifndef COROLINT_CHECKS_ANALYSIS_CONDITIONS_H
#define COROLINT_CHECKS_ANALYSIS_CONDITIONS_H

#include "Facts.h"
#include "Places.h"
#include "clang/Analysis/CFG.h"
#include <optional>
#include <vector>

namespace corolint {

/// What a subject asks of a parameter that nobody modifies, and of nothing
/// else.
struct Question {
  const clang::ParmVarDecl *Of;
  const clang::Expr *By; ///< null if it is the parameter's value
};

/// The conditions of one function.
class Conditions {
public:
  /// `Relevant` subjects are found from the branches of `Graph`.
  /// Of a helper, what a parameter was matters to the caller, too. What is
  /// tested once in a loop can be tested again in its next turn, which matters
  /// to those who ask for it.
  Conditions(const Body &B, PlaceTable &Places, const clang::CFG &Graph,
             bool IsHelper, bool InLoops = false);

  /// What `E` being true means, if that is one fact.
  std::optional<Fact> test(const clang::Expr *E);
  /// Whether `E` is true under the facts.
  std::optional<bool> evaluate(const Facts &F, const clang::Expr *E);
  std::optional<int64_t> evaluateInteger(const Facts &F, const clang::Expr *E);
  /// Learns that `E` is true or false.
  void assume(Facts &F, const clang::Expr *E, bool Holds);

  /// The same for the way to `To`, one of the switch's cases, its default, or
  /// past it; false if no world with these facts goes there.
  bool enterCase(Facts &F, const clang::SwitchStmt &Switch,
                 const clang::CFGBlock &To);

  /// The result of one call; follows whatever the caller learns of it.
  Subject resultOf(const clang::Expr *Call);
  /// What a switch tests; nothing if nobody tests it again.
  std::optional<Subject> subjectOf(const clang::Expr *E) {
    std::optional<Subject> Of = subject(E);
    return Of && isFollowed(*Of) ? Of : std::nullopt;
  }
  /// The value of a variable or member; nothing if nobody tests it again.
  std::optional<Subject> valueOf(Place P);

  /// Nothing if something else is asked.
  std::optional<Question> question(Subject S) const;

  /// The object changed: nothing that depends on it is known any more.
  void changed(Facts &F, Place P);
  /// Others had the chance to run: members, globals and variables that were
  /// given away may have changed.
  void othersRan(Facts &F);

private:
  std::optional<Subject> subject(const clang::Expr *E);
  std::optional<Fact> relation(const clang::BinaryOperator &Op);
  bool isPure(const clang::Expr *E, llvm::SmallVectorImpl<Place> &DependsOn,
              bool &Shared);
  bool isConstant(const clang::Expr *E, int64_t &Value);
  void count(const clang::Expr *E);
  bool isFollowed(Subject S) const { return Subjects[unsigned(S)].Followed; }

  struct SubjectInfo {
    llvm::SmallVector<Place, 2> DependsOn;
    const clang::Expr *Asked = nullptr; ///< null for an object's value
    bool Negated = false; ///< what was asked is `a >= b`, for `a < b`
    bool Shared = false;
    bool Followed = false;
    unsigned Tested = 0, Stored = 0;
  };
  Subject intern(const void *Kind, uint64_t Key, SubjectInfo Info);

  const Body &B;
  PlaceTable &Places;
  const clang::ASTContext &Context;
  std::vector<SubjectInfo> Subjects;
  llvm::DenseMap<std::pair<const void *, uint64_t>, unsigned> Index;
};

//===-- What every flow makes of !, && and || -----------------------------===//

/// What decides between a branch's two ways. The left sides of && and || were
/// decided in blocks of their own.
inline const clang::Expr *decisive(const clang::Expr *E) {
  for (;;) {
    const auto *Op = llvm::dyn_cast<clang::BinaryOperator>(core(E));
    if (!Op || !Op->isLogicalOp())
      return E;
    E = Op->getRHS();
  }
}

/// Whether `E` is true, where `Atom(E)` says so of what is not made of others.
template <class AtomFn>
std::optional<bool> evaluateLogic(const clang::Expr *E, AtomFn Atom) {
  E = core(E);
  if (const auto *Op = llvm::dyn_cast<clang::UnaryOperator>(E);
      Op && Op->getOpcode() == clang::UO_LNot) {
    std::optional<bool> Inner = evaluateLogic(Op->getSubExpr(), Atom);
    return Inner ? std::optional<bool>(!*Inner) : std::nullopt;
  }
  if (const auto *Op = llvm::dyn_cast<clang::BinaryOperator>(E);
      Op && Op->isLogicalOp()) {
    bool Decides = Op->getOpcode() == clang::BO_LOr;
    std::optional<bool> L = evaluateLogic(Op->getLHS(), Atom);
    if (L == Decides)
      return Decides;
    std::optional<bool> R = evaluateLogic(Op->getRHS(), Atom);
    return L == !Decides || R == Decides ? R : std::nullopt;
  }
  return Atom(E);
}

/// Learns that `E` is true or false; false if it cannot be. `Evaluate(E)` is
/// what is known of any expression, `Learn(E, Holds)` learns of what is not
/// made of others.
template <class EvaluateFn, class LearnFn>
bool assumeLogic(const clang::Expr *E, bool Holds, EvaluateFn Evaluate,
                 LearnFn Learn) {
  E = core(E);
  if (std::optional<bool> Known = Evaluate(E))
    return *Known == Holds;
  if (const auto *Op = llvm::dyn_cast<clang::UnaryOperator>(E);
      Op && Op->getOpcode() == clang::UO_LNot)
    return assumeLogic(Op->getSubExpr(), !Holds, Evaluate, Learn);
  if (const auto *Op = llvm::dyn_cast<clang::BinaryOperator>(E);
      Op && Op->isLogicalOp()) {
    if (Holds == (Op->getOpcode() == clang::BO_LAnd))
      return assumeLogic(Op->getLHS(), Holds, Evaluate, Learn) &&
             assumeLogic(Op->getRHS(), Holds, Evaluate, Learn);
    if (Evaluate(Op->getLHS()) == !Holds)
      return assumeLogic(Op->getRHS(), Holds, Evaluate, Learn);
    return true;
  }
  Learn(E, Holds);
  return true;
}

} // namespace corolint

#endif // COROLINT_CHECKS_ANALYSIS_CONDITIONS_H
