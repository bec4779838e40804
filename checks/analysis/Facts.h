// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What is known of conditions in one world; which ones, Conditions.h decides.

#ifndef COROLINT_CHECKS_ANALYSIS_FACTS_H
#define COROLINT_CHECKS_ANALYSIS_FACTS_H

#include "clang/Basic/LLVM.h"
#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/SmallVector.h"
#include <optional>
#include <tuple>

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

} // namespace corolint

#endif // COROLINT_CHECKS_ANALYSIS_FACTS_H
