// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What has to hold of a function's parameters for it to block, and what is seen
// of a call's arguments. Neither knows of the AST: both are also read from
// other translation units' summaries.

#ifndef COROLINT_CHECKS_ANALYSIS_BLOCKINGNEEDS_H
#define COROLINT_CHECKS_ANALYSIS_BLOCKINGNEEDS_H

#include "models/BlockingModel.h"
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace corolint {

/// What blocks, or calls what does.
enum class BlockingSiteKind : unsigned char {
  Call,
  Construction,
  Destruction, ///< of a variable or temporary
  Discarded,   ///< the result of the call is destroyed at once, which blocks
  Posted,      ///< has an event loop run a callable, which may block it
  Loop,
};

/// What has to hold of a function's parameter for it to block.
struct Need {
  enum KindType : unsigned char {
    NotZero,   ///< it is not seen to be zero
    IsEqual,   ///< a branch was taken because it has `Value` in `Mask`
    IsUnequal, ///< or because it has another
    IsLess,    ///< or because it is less than `Value`
    IsNotLess, ///< or because it is not
    Depends,   ///< or because of something else about it, and nothing more
    IsNull,    ///< it is seen to be null
    IsFile,    ///< it is a stream that is neither standard input nor output
    Flags,     ///< it mentions what the model asks for
  } Kind;
  unsigned Parameter;
  const BlockingModel *Model = nullptr; ///< of Flags
  int64_t Value = 0; ///< of IsEqual, IsUnequal, IsLess and IsNotLess
  int64_t Mask = -1; ///< of IsEqual and IsUnequal

  bool operator==(const Need &O) const {
    return Kind == O.Kind && Parameter == O.Parameter && Model == O.Model &&
           Value == O.Value && Mask == O.Mask;
  }
};

/// What an expression mentions: enumerators, macros, variables.
struct Mentions {
  std::vector<std::string> Names;
  /// Nothing of it is somebody else's.
  bool All = true;

  enum Answer { Yes, No, Unknown };
  Answer any(llvm::ArrayRef<llvm::StringRef> Of) const;
};

/// What is seen of an argument.
struct ArgumentFacts {
  /// It is the caller's own parameter, as it was given: whoever calls the
  /// caller decides, and nothing else is said.
  std::optional<unsigned> Parameter;
  bool IsZero = false, IsNull = false;
  std::optional<int64_t> Value; ///< of an integer
  std::optional<bool> Truth;    ///< of anything else
  Mentions Names;
};

/// What becomes of a callee's need at a call with this argument, null if there
/// is none: it is met, adds to what the caller needs, or is not met (false).
bool meet(const Need &N, const ArgumentFacts *Given, std::vector<Need> &Ours);

} // namespace corolint

#endif // COROLINT_CHECKS_ANALYSIS_BLOCKINGNEEDS_H
