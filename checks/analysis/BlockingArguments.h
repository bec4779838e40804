// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// On which arguments it depends whether a call blocks: a zero timeout,
// MSG_DONTWAIT, a descriptor that was opened here.
//
// Where an argument is the caller's parameter, the answer is left to whoever
// calls the caller: a Need.

#ifndef COROLINT_CHECKS_ANALYSIS_BLOCKINGARGUMENTS_H
#define COROLINT_CHECKS_ANALYSIS_BLOCKINGARGUMENTS_H

#include "Body.h"
#include "models/Models.h"
#include "clang/AST/Expr.h"
#include <optional>
#include <vector>

namespace corolint {

/// What has to hold of a function's parameter for it to block.
struct Need {
  enum KindType : unsigned char {
    NotZero,   ///< it is not seen to be zero
    IsEqual,   ///< a branch was taken because it has `Value`
    IsUnequal, ///< or because it has another
    IsNull,    ///< it is seen to be null
    IsFile,    ///< it is a stream that is neither standard input nor output
    Flags,     ///< it mentions what the model asks for
  } Kind;
  unsigned Parameter;
  const BlockingModel *Model = nullptr; ///< of Flags
  int64_t Value = 0;                    ///< of IsEqual and IsUnequal

  bool operator==(const Need &O) const {
    return Kind == O.Kind && Parameter == O.Parameter && Model == O.Model &&
           Value == O.Value;
  }
};

/// How a call blocks, and on which condition.
struct Blocks {
  Tier Level;
  std::vector<Need> Needs;
};

/// The arguments of a call, in the function that makes it.
struct CallArguments {
  const Body &B;
  llvm::ArrayRef<const clang::Expr *> Given;
  const clang::Expr *Object;

  const clang::Expr *at(int Argument) const {
    if (Argument == ImplicitObject)
      return Object;
    return Argument >= 0 && unsigned(Argument) < Given.size() ? Given[Argument]
                                                              : nullptr;
  }
};

/// Whether and how a call blocks of which `M` speaks. Nothing if it does not,
/// or if that cannot be told.
std::optional<Blocks> blocks(const BlockingModel &M, const CallArguments &With,
                             const Models &Known);

/// Whether an entry with `argument` speaks of this call at all.
bool concerns(const BlockingModel &M, const CallArguments &With);

/// What becomes of a callee's need at a call; false if it is not met.
bool meet(const Need &N, const CallArguments &With, std::vector<Need> &Ours);

} // namespace corolint

#endif // COROLINT_CHECKS_ANALYSIS_BLOCKINGARGUMENTS_H
