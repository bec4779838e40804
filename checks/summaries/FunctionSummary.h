// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What one function of another translation unit does, as far as its own body
// says: where it blocks, whom it calls, what becomes of tasks that it is given,
// and of addresses.
//
// Nothing of it depends on what else the unit has seen. So the same definition
// gives the same summary wherever it is compiled, and whatever its callees do
// is looked up in their own summaries.

#ifndef COROLINT_CHECKS_SUMMARIES_FUNCTIONSUMMARY_H
#define COROLINT_CHECKS_SUMMARIES_FUNCTIONSUMMARY_H

#include "analysis/AddressFacts.h"
#include "analysis/BlockingNeeds.h"
#include "analysis/TaskFate.h"
#include <string>
#include <vector>

namespace corolint {

struct FunctionSummary {
  /// A place that may block, or that calls a function which may.
  struct Site {
    BlockingSiteKind Kind = BlockingSiteKind::Call;
    std::string Name; ///< as in messages: "'load'", "the lambda"
    std::string At;   ///< "src/store.cpp:31"
    // If it blocks itself:
    Tier Level = Tier::Micro;
    std::string Model; ///< the name of the model's entry, if there is one
    // If it calls a function:
    std::string Callee; ///< its key
    std::vector<ArgumentFacts> Arguments;
    /// In which ways it is reached: what has to hold of the function's
    /// parameters. Of what blocks itself, including what that needs.
    std::vector<std::vector<Need>> Reached;
  };

  std::string Key;
  std::string Name; ///< as in messages
  std::vector<Site> Sites;
  /// What it does to tasks that it is given, by the parameter's number; of the
  /// others, nothing is known.
  std::vector<std::pair<unsigned, TaskFate>> Tasks;
  /// Where it stores the address of its object, or of what it is given; of the
  /// others, nothing is known.
  std::vector<AddressFacts> Addresses;

  bool saysNothing() const {
    return Sites.empty() && Tasks.empty() && Addresses.empty();
  }
};

} // namespace corolint

#endif // COROLINT_CHECKS_SUMMARIES_FUNCTIONSUMMARY_H
