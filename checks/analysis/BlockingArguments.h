// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// On which arguments it depends whether a call blocks: a zero timeout,
// MSG_DONTWAIT, a descriptor that was opened here.
//
// Where an argument is the caller's parameter, the answer is left to whoever
// calls the caller: a Need.

#ifndef COROLINT_CHECKS_ANALYSIS_BLOCKINGARGUMENTS_H
#define COROLINT_CHECKS_ANALYSIS_BLOCKINGARGUMENTS_H

#include "BlockingNeeds.h"
#include "Body.h"
#include "Conditions.h"
#include "models/Models.h"
#include "clang/AST/Expr.h"
#include <optional>
#include <vector>

namespace corolint {

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

/// What has to hold of a parameter for a branch to be taken.
Need need(const Body &B, const Question &Asked, const Fact &Answer);

/// What is seen of an argument, in the function that makes the call.
ArgumentFacts seen(const Body &B, const clang::Expr *Argument);

} // namespace corolint

#endif // COROLINT_CHECKS_ANALYSIS_BLOCKINGARGUMENTS_H
