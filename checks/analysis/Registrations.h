// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Which functions put the address of an object where it outlives the call.
//
//     struct waiter {
//       void start(queue &q) { q.add(this); }     start() registers its object:
//       std::string *next_;                       add() keeps what it is given
//     };
//     struct cursor {
//       cursor() : at_(text_) {}                  a cursor points into itself
//       char text_[16], *at_;
//     };
//
// An object whose address somebody has must not move, unless its class sees to
// it: a move constructor of its own that says its new address to the same
// people *repairs* the move.
//
// A summary says where the address of one object goes, the function's own or
// one that it is given; it is found once, from the body, and applied at every
// call. Of bodies that were not seen, here or by a summary of another
// translation unit (summaries/SummaryTable.h), nothing is known, and nothing is
// claimed.

#ifndef COROLINT_CHECKS_ANALYSIS_REGISTRATIONS_H
#define COROLINT_CHECKS_ANALYSIS_REGISTRATIONS_H

#include "AddressFacts.h"
#include "PinnedMoves.h"
#include "Shapes.h"
#include "clang/AST/DeclCXX.h"
#include "llvm/ADT/DenseMap.h"
#include <memory>
#include <optional>
#include <vector>

namespace corolint {

/// The address of an object is stored, and is there after the call.
struct AddressStore {
  enum Keeper {
    Others,    ///< a global, a thread, an object behind a pointer
    Itself,    ///< the object that the function is called on
    Parameter, ///< what a reference or pointer parameter refers to
  } In;
  /// Of `Parameter`: which.
  unsigned Index = 0;
  /// The address, where it is stored: in this function, or further down.
  const clang::Expr *At = nullptr;
  /// In another translation unit: which function stores it, or has it stored,
  /// and where ("src/queue.cpp:31"). `At` is null then.
  const clang::FunctionDecl *By = nullptr;
  std::string Elsewhere;
  /// Not on every path.
  bool IsConditional = false;
  /// The class whose function took the address, if it is its own; null for what
  /// came in with a parameter.
  const clang::CXXRecordDecl *Of = nullptr;
};

struct AddressSummary {
  std::vector<AddressStore> Stores;
  /// The result refers to the object: an iterator, a lambda, a coroutine.
  bool IsReturned = false;
  /// Somebody unknown has got the address, or it may have been taken back, or
  /// pointers were changed: who was registered may not be so any more.
  bool IsUnclear = false;
};

class SummaryTable;

class Registrations {
public:
  /// `OtherUnits` may be null.
  explicit Registrations(Shapes &S, const SummaryTable *OtherUnits)
      : S(S), OtherUnits(OtherUnits) {}

  static constexpr int This = -1;
  /// The parameter number `I` does not point to the object: it is something
  /// that carries the address.
  static constexpr int holder(unsigned I) { return int(I) + 1000; }
  /// What `F` does with the address of its object (`This`), of what its
  /// parameter number `Subject` refers to, or carries (`holder`). A function
  /// whose body was not seen is unclear.
  const AddressSummary &of(const clang::FunctionDecl &F, int Subject);

  /// Where an object of the class is registered by this function, one of its
  /// own or of a base class or member: the first such store. Null if it is not.
  const AddressStore *registers(const clang::FunctionDecl &F);
  /// Where every object of the class is registered from the first: by each of
  /// its constructors. Null if that is not so.
  const AddressStore *alwaysRegisters(const clang::CXXRecordDecl &R);
  /// Whether any constructor or function of the class registers it, or its
  /// members.
  bool mayRegister(const clang::CXXRecordDecl &R);

  /// Whether moving (or copying) an object of class `R` by `By`, a constructor
  /// or assignment, leaves a registration of its part `Of` as it was.
  bool leavesBehind(const clang::CXXMethodDecl &By,
                    const clang::CXXRecordDecl &Of);
  /// The same of the way in which containers move an object of the type.
  bool isLeftBehind(clang::QualType T, const clang::CXXRecordDecl &Of);
  /// Whether the end of such an object takes its address back.
  bool endsByItself(const clang::CXXRecordDecl &R);

  // What models and annotations say.

  /// Whether from a call of `F` on its object (`This`), or what its parameter
  /// number `Subject` refers to, must stay where it is.
  bool pins(const clang::FunctionDecl &F, int Subject);
  /// Whether objects of the class must not move once they are in use.
  bool isPinnedInUse(const clang::CXXRecordDecl &R);

  /// What the body of `F`, and no other, says of each subject that it stores or
  /// hands on. Paths are relative to `Root`.
  std::vector<AddressFacts> facts(const clang::FunctionDecl &F,
                                  llvm::StringRef Root);

  Shapes &shapes() { return S; }

  void mute(PinRule R) { Muted.set(unsigned(R)); }
  bool follows(PinRule R) const { return !Muted.test(unsigned(R)); }

private:
  friend class AddressWalk;
  AddressSummary told(const clang::FunctionDecl &F, int Subject);
  bool repairs(const clang::CXXMethodDecl &By);
  bool arePartsLeftBehind(const clang::CXXRecordDecl &R,
                          const clang::CXXRecordDecl &Of);

  Shapes &S;
  const SummaryTable *const OtherUnits;
  MutedPinRules Muted;
  unsigned Depth = 0;
  llvm::DenseMap<std::pair<const clang::FunctionDecl *, int>,
                 std::unique_ptr<AddressSummary>>
      Known;
  llvm::DenseMap<const clang::CXXRecordDecl *, bool> Classes, InUse;
};

/// Whether an object of type `T` has a `Part` in itself, not behind a pointer:
/// it is one, derives from it, has a member or elements of it.
bool holds(clang::QualType T, const clang::CXXRecordDecl &Part,
           unsigned Depth = 0);
/// Whether the class has pointers to its own kind: the node of a list.
bool isLinked(const clang::CXXRecordDecl &R);

} // namespace corolint

#endif // COROLINT_CHECKS_ANALYSIS_REGISTRATIONS_H
