// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// See BlockingNeeds.h.

#include "BlockingNeeds.h"
#include "llvm/ADT/STLExtras.h"

namespace corolint {

Mentions::Answer Mentions::any(llvm::ArrayRef<llvm::StringRef> Of) const {
  for (llvm::StringRef Name : Of)
    if (llvm::is_contained(Names, Name))
      return Yes;
  return All ? No : Unknown;
}

bool meet(const Need &N, const ArgumentFacts *Given, std::vector<Need> &Ours) {
  if (!Given)
    return N.Kind != Need::IsNull;
  if (Given->Parameter) {
    Need Mine = N;
    Mine.Parameter = *Given->Parameter;
    if (!llvm::is_contained(Ours, Mine))
      Ours.push_back(Mine);
    return true;
  }
  switch (N.Kind) {
  case Need::NotZero:
    return !Given->IsZero;
  case Need::IsEqual:
  case Need::IsUnequal:
    if (Given->Value)
      return ((*Given->Value & N.Mask) == N.Value) == (N.Kind == Need::IsEqual);
    return N.Value != 0 || !Given->Truth ||
           *Given->Truth == (N.Kind == Need::IsUnequal);
  case Need::IsLess:
  case Need::IsNotLess:
    return !Given->Value ||
           (*Given->Value < N.Value) == (N.Kind == Need::IsLess);
  case Need::Depends:
    // A constant decides, but nobody can say how.
    return !Given->Value && !Given->Truth && !Given->IsZero && !Given->IsNull;
  case Need::IsNull:
    return Given->IsNull;
  case Need::IsFile:
    return Given->Names.any({"stdin", "stdout", "stderr"}) != Mentions::Yes;
  case Need::Flags:
    return (N.Model->Unless.empty() ||
            Given->Names.any(N.Model->Unless) == Mentions::No) &&
           (N.Model->Only.empty() ||
            Given->Names.any(N.Model->Only) == Mentions::Yes);
  }
  return true;
}

} // namespace corolint
