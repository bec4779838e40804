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

#include "Places.h"
#include "clang/Analysis/CFG.h"
#include <optional>
#include <vector>

namespace corolint {

enum class Subject : unsigned {};

/// "Subject == Value" (Equal) or "Subject != Value".
struct Fact {
  Subject Of;
  int64_t Value;
  bool Equal;

  bool operator==(const Fact &O) const {
    return Of == O.Of && Value == O.Value && Equal == O.Equal;
  }
  bool operator<(const Fact &O) const {
    return std::tie(Of, Value, Equal) < std::tie(O.Of, O.Value, O.Equal);
  }
};

/// The facts of one world, sorted.
class Facts {
public:
  /// Whether Of == Value, as far as it is known.
  std::optional<bool> equals(Subject Of, int64_t Value) const;
  /// The one value that it is known to have.
  std::optional<int64_t> value(Subject Of) const;
  void learn(Fact F);
  llvm::ArrayRef<Fact> all() const { return Known; }
  size_t size() const { return Known.size(); }
  void forget(Subject Of);
  template <class Predicate> void forgetIf(Predicate P) {
    llvm::erase_if(Known, [&](const Fact &F) { return P(F.Of); });
  }

  bool operator==(const Facts &O) const { return Known == O.Known; }
  bool operator<(const Facts &O) const { return Known < O.Known; }
  /// The facts that hold under either of the two and say no less; see
  /// Worlds::insert.
  static std::optional<Facts> merged(const Facts &A, const Facts &B);

private:
  llvm::SmallVector<Fact, 4> Known;
};

/// The conditions of one function.
class Conditions {
public:
  /// `Relevant` subjects are found from the branches of `Graph`.
  /// Of a helper, what a parameter was matters to the caller, too.
  Conditions(const Body &B, PlaceTable &Places, const clang::CFG &Graph,
             bool IsHelper);

  /// What `E` being true means, if that is one fact.
  std::optional<Fact> test(const clang::Expr *E);
  /// Whether `E` is true under the facts.
  std::optional<bool> evaluate(const Facts &F, const clang::Expr *E);
  std::optional<int64_t> evaluateInteger(const Facts &F, const clang::Expr *E);
  /// Learns that `E` is true or false.
  void assume(Facts &F, const clang::Expr *E, bool Holds);

  /// The result of one call; follows whatever the caller learns of it.
  Subject resultOf(const clang::Expr *Call);
  /// What a switch tests; nothing if nobody tests it again.
  std::optional<Subject> subjectOf(const clang::Expr *E) {
    std::optional<Subject> Of = subject(E);
    return Of && isFollowed(*Of) ? Of : std::nullopt;
  }
  /// The value of a variable or member; nothing if nobody tests it again.
  std::optional<Subject> valueOf(Place P);

  /// The object changed: nothing that depends on it is known any more.
  void changed(Facts &F, Place P);
  /// Others had the chance to run: members, globals and variables that were
  /// given away may have changed.
  void othersRan(Facts &F);

private:
  std::optional<Subject> subject(const clang::Expr *E);
  bool isPure(const clang::Expr *E, llvm::SmallVectorImpl<Place> &DependsOn,
              bool &Shared);
  bool isConstant(const clang::Expr *E, int64_t &Value);
  void count(const clang::Expr *E);
  bool isFollowed(Subject S) const { return Subjects[unsigned(S)].Followed; }

  struct SubjectInfo {
    llvm::SmallVector<Place, 2> DependsOn;
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

} // namespace corolint

#endif // COROLINT_CHECKS_ANALYSIS_CONDITIONS_H
