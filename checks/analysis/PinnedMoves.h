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
#include <bitset>
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

/// The rules of the analysis, so that the oracle can take them out one by one
/// and see that each is needed.
#define CORO_PIN_RULES(RULE)                                                   \
  RULE(Constructor, "a constructor may register its object")                   \
  RULE(Member, "so may a member function")                                     \
  RULE(Given, "a function may register what it is given")                      \
  RULE(Operation, "start() starts an operation state")                         \
  RULE(Annotation, "an annotation says what is started")                       \
  RULE(Growth, "a vector makes its elements")                                  \
  RULE(End, "a member function may end the registration")                      \
  RULE(GivenEnd, "so may a function that is given the object")                 \
  RULE(Others, "others may end it, while they run")                            \
  RULE(Suspension, "or while the coroutine is suspended")                      \
  RULE(With, "or those whom it is registered with")                            \
  RULE(Shared, "or somebody else in the function")                             \
  RULE(WayAround, "what a loop ends, it has ended")                            \
  RULE(Await, "an awaited object is done")                                     \
  RULE(Repair, "a move may say the new address")                               \
  RULE(Move, "a constructor moves or copies")                                  \
  RULE(Elision, "what is elided does not move")                                \
  RULE(Pass, "the library moves what it is given")                             \
  RULE(Assign, "an assignment overwrites")                                     \
  RULE(Swap, "swap and exchange move")                                         \
  RULE(Grow, "a vector without room moves its elements")                       \
  RULE(Room, "one that has room does not")                                     \
  RULE(Erase, "erasing moves those behind")                                    \
  RULE(Anew, "an owner can make a new object")                                 \
  RULE(Element, "elements with different names may be different")              \
  RULE(LoopElement, "the variable of a loop is another one each time")         \
  RULE(LastElement, "so is the last element, when there is one more")          \
  RULE(Holder, "an iterator refers to its object")                             \
  RULE(Use, "and matters as long as it is used")                               \
  RULE(Scope, "what is declared is a new object")                              \
  RULE(Correlation, "an unmodified condition has one outcome")

enum class PinRule : unsigned {
#define RULE(NAME, TEXT) NAME,
  CORO_PIN_RULES(RULE)
#undef RULE
};
inline constexpr unsigned NumPinRules = 0
#define RULE(NAME, TEXT) +1
    CORO_PIN_RULES(RULE)
#undef RULE
    ;
/// The rule's name and its meaning.
std::pair<llvm::StringRef, llvm::StringRef> describe(PinRule R);

/// Rules taken out. None, but in the oracle.
using MutedPinRules = std::bitset<NumPinRules>;

} // namespace corolint

#endif // COROLINT_CHECKS_ANALYSIS_PINNEDMOVES_H
