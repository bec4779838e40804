// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Places: names for objects, so that two expressions that denote the same
// object are seen to.
//
//     mu_              this . mu_
//     s->mu            s . mu       a pointer stands for what it points to,
//     *opt, p.get()    opt, p       an owner for what it owns,
//     auto &r = s;
//     r.mu             s . mu       a reference, if bound once, for its object
//     locks[2]         locks . [2]
//     f()              the temporary that f() makes, where it is a prvalue
//
// A place is a path in a tree: a root (variable, this, temporary) and the
// members that lead down from it.

#ifndef COROLINT_CHECKS_ANALYSIS_PLACES_H
#define COROLINT_CHECKS_ANALYSIS_PLACES_H

#include "Body.h"
#include "clang/AST/DeclCXX.h"
#include "clang/AST/Expr.h"
#include "llvm/ADT/DenseMap.h"
#include <optional>
#include <string>
#include <vector>

namespace corolint {

/// An index into a PlaceTable; meaningless without it.
enum class Place : unsigned {};

/// The expression without what does not change which object is meant:
/// parentheses, implicit casts, bindings of temporaries, cleanups.
const clang::Expr *core(const clang::Expr *E);

/// Declared in namespace std, or in something that is; or in what the standard
/// library keeps beside it.
bool isInStd(const clang::Decl &D);

class PlaceTable {
public:
  /// Whether each element of a container has a place of its own, by the name
  /// that it is called by, `v.back()` or `v[i]` or a loop's variable; or all
  /// are the container.
  enum Elements { AreOne, HaveNames };
  explicit PlaceTable(const Body &B, Elements How = AreOne) : B(B), How(How) {}

  Place variable(const clang::ValueDecl *D);
  Place thisObject();
  /// What the function returns.
  Place result();
  /// The object that a prvalue makes.
  Place temporary(const clang::Expr *E);
  Place field(Place Base, const clang::ValueDecl *Member, bool Arrow = false);
  Place element(Place Base, uint64_t Index);
  /// Some object of the class, nobody knows which.
  Place elsewhere(const clang::CXXRecordDecl &R);

  /// The place that `E` denotes, be it the object, a pointer to it, or an owner
  /// of it. Nothing where that cannot be told, for instance `c ? a : b`.
  std::optional<Place> resolve(const clang::Expr *E);
  std::optional<Place> resolveVariable(const clang::ValueDecl *D);

  bool isWithin(Place P, Place Ancestor) const;
  /// Whether the two may have something in common: elements that have different
  /// names may be one.
  bool mayOverlap(Place P, Place Q) const;
  /// The outermost container of which `P` is an element whose number is not
  /// known, or one that is called by the variable `By`.
  std::optional<Place> containerOf(Place P,
                                   const clang::ValueDecl *By = nullptr) const;
  /// Whether `P` is, or is in, an element of `Container` behind the first.
  bool isBehindFirst(Place P, Place Container) const;
  /// Whether `P` is, or is in, an element of something in or at `Ancestor`.
  bool isElementOf(Place P, Place Ancestor) const;
  std::optional<Place> parent(Place P) const;
  /// `P`, which lies within `From`, moved to the same path under `To`.
  Place rebase(Place P, Place From, Place To);

  /// The variable at the root; null if it is not one.
  const clang::ValueDecl *rootVariable(Place P) const;
  /// The prvalue at the root; null if it is not a temporary.
  const clang::Expr *rootTemporary(Place P) const;
  bool isThis(Place P) const;
  bool isResult(Place P) const;
  /// Whether the caller of the function can see the object: parameters, this,
  /// globals, captured variables, the result.
  bool isVisibleOutside(Place P) const;

  /// As a programmer would write it: "s->mu"; empty for what has no name.
  std::string name(Place P) const;
  /// Remembers that the programmer wrote `E` for `P`.
  void spell(Place P, const clang::Expr *E);

  /// The path from the root, outermost first (for moving to another table).
  struct Step {
    enum { Variable, This, Result, Temporary, Elsewhere, Field, Element } Kind;
    /// ValueDecl, Expr, CXXRecordDecl; null for this and the result.
    const void *What;
    uint64_t Index;
    bool Arrow;
  };
  std::vector<Step> path(Place P) const;

private:
  struct Node {
    enum NodeKind {
      Variable,
      This,
      Result,
      Temporary,
      Elsewhere,
      Field,
      Element
    } Kind;
    unsigned Parent; ///< itself for a root
    const void *What;
    uint64_t Index;
    bool Arrow;
  };
  Place intern(Node N);
  Place named(Place Base, const void *Name, const clang::Expr *E);
  std::optional<Place> elementAt(Place Base, const clang::Expr *Number,
                                 const clang::Expr *E);
  unsigned rootOf(Place P) const;
  std::optional<Place> resolveCall(const clang::CallExpr *Call);

  const Body &B;
  const Elements How;
  std::vector<Node> Nodes;
  llvm::DenseMap<std::pair<std::pair<unsigned, unsigned>,
                           std::pair<const void *, uint64_t>>,
                 unsigned>
      Index;
  llvm::DenseMap<const clang::ValueDecl *, std::optional<Place>> Aliases;
  llvm::DenseMap<unsigned, std::string> Spellings;
};

} // namespace corolint

#endif // COROLINT_CHECKS_ANALYSIS_PLACES_H
