// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Objects that one function moves after their address was registered.
//
// Registrations.h knows which functions hand out the address of their object;
// PinFlow.h follows the objects along the paths.

#ifndef COROLINT_CHECKS_ANALYSIS_PINNEDMOVES_H
#define COROLINT_CHECKS_ANALYSIS_PINNEDMOVES_H

#include "clang/AST/DeclCXX.h"
#include "llvm/Support/raw_ostream.h"
#include <string>

namespace corolint {

class Registrations;

struct PinnedMove {
  enum Form {
    Moved,     ///< by a move constructor or assignment, or a capture
    Copied,    ///<
    Assigned,  ///< another value is put in its place
    Swapped,   ///< also std::exchange
    Returned,  ///< without elision
    Relocated, ///< an element, by its container
  } How = Moved;
  clang::SourceLocation At;
  /// The object, as it is written; may be empty.
  std::string Object;
  /// Of `Relocated`: the function of the container.
  std::string By;
  /// The class whose address is out.
  const clang::CXXRecordDecl *Class = nullptr;
  /// It points to itself; nobody else need know it.
  bool IsInItself = false;
  /// Somebody has said that it shall not move any more: MOOR_PIN.
  bool IsPinned = false;
  /// A variable that refers to the object, where nobody has its address but
  /// that: an iterator, a guard, a task that was started; and where it is used
  /// after the move, if that is written.
  std::string Holder;
  clang::SourceLocation Used;
  /// Where the object was registered, and where its address is stored then.
  clang::SourceLocation Registered, Stored;
  /// If that is in another translation unit: which function does, or calls one
  /// that does, and where. `Stored` is its declaration then.
  const clang::FunctionDecl *StoredBy = nullptr;
  std::string Elsewhere;

  bool operator==(const PinnedMove &O) const {
    return How == O.How && At == O.At && Object == O.Object;
  }
};
llvm::raw_ostream &operator<<(llvm::raw_ostream &OS, const PinnedMove &M);

/// In source order; nothing if the analysis gave up.
std::vector<PinnedMove> findPinnedMoves(const clang::FunctionDecl &F,
                                        Registrations &R);

} // namespace corolint

#endif // COROLINT_CHECKS_ANALYSIS_PINNEDMOVES_H
