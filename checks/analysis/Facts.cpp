// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What is known in one world; see Facts.h.

#include "Facts.h"

using namespace clang;

namespace corolint {

std::optional<bool> Facts::equals(Subject Of, int64_t Value) const {
  for (const Fact &F : Known) {
    if (F.Of != Of)
      continue;
    if (F.Equal)
      return F.Value == Value;
    if (F.Value == Value)
      return false;
  }
  return std::nullopt;
}

std::optional<int64_t> Facts::value(Subject Of) const {
  for (const Fact &F : Known)
    if (F.Of == Of && F.Equal)
      return F.Value;
  return std::nullopt;
}

void Facts::learn(Fact F) {
  if (F.Equal)
    forget(F.Of); // it says more than any number of "not that"
  auto At = llvm::lower_bound(Known, F);
  if (At == Known.end() || !(*At == F))
    Known.insert(At, F);
}

void Facts::forget(Subject Of) {
  llvm::erase_if(Known, [&](const Fact &F) { return F.Of == Of; });
}

std::optional<Facts> Facts::merged(const Facts &A, const Facts &B) {
  llvm::SmallVector<Fact, 4> Common, OnlyA, OnlyB;
  std::set_intersection(A.Known.begin(), A.Known.end(), B.Known.begin(),
                        B.Known.end(), std::back_inserter(Common));
  std::set_difference(A.Known.begin(), A.Known.end(), B.Known.begin(),
                      B.Known.end(), std::back_inserter(OnlyA));
  std::set_difference(B.Known.begin(), B.Known.end(), A.Known.begin(),
                      A.Known.end(), std::back_inserter(OnlyB));
  bool OneIsGeneral = OnlyA.empty() || OnlyB.empty();
  bool Opposite =
      OnlyA.size() == 1 && OnlyB.size() == 1 && OnlyA[0].Of == OnlyB[0].Of &&
      OnlyA[0].Value == OnlyB[0].Value && OnlyA[0].Equal != OnlyB[0].Equal;
  if (!OneIsGeneral && !Opposite)
    return std::nullopt;
  Facts Merged;
  Merged.Known = std::move(Common);
  return Merged;
}

} // namespace corolint
