// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Reads one body for Registrations.h: where does the address of one object go?
//
// An expression *denotes* the object if it is an lvalue for it or for a part of
// it (`*this`, `node_`), and *carries* its address if its value is a pointer to
// it, or an object that has one: `this`, `&node_`, `[this] {…}`, `entry{this}`,
// `std::bind(&op::done, this)`, a local variable that got one of these.

#ifndef COROLINT_CHECKS_ANALYSIS_ADDRESSWALK_H
#define COROLINT_CHECKS_ANALYSIS_ADDRESSWALK_H

#include "Calls.h"
#include "Registrations.h"
#include "clang/AST/ExprCXX.h"
#include "llvm/ADT/DenseSet.h"

namespace corolint {

class AddressWalk {
public:
  AddressWalk(Registrations &R, const clang::FunctionDecl &F, int Subject,
              AddressSummary &Out);

  void run();
  /// Only what this body says by itself: `Out` without what callees do, and the
  /// calls that hand the address on.
  std::vector<AddressFacts::Call> runAlone(llvm::StringRef Root);

private:
  /// Where a store goes, seen from inside the function.
  struct Target {
    enum Kind { Others, Itself, Parameter, Local, Unknown } Is;
    unsigned Index = 0;
    const clang::VarDecl *Variable = nullptr;
    /// The member or variable that is assigned to: the same again may undo it.
    const clang::ValueDecl *Key = nullptr;
  };

  void statement(const clang::Stmt *Node);
  void variable(const clang::VarDecl &V);
  void initializers(const clang::CXXConstructorDecl &C);
  void expression(const clang::Expr *E);
  void assigned(const clang::Expr *To, const clang::Expr *Value,
                const clang::Expr *At);
  void called(const clang::Expr *Call);
  void handedOn(const clang::Expr *Call, const clang::FunctionDecl &Callee,
                int Subject, Target Object);
  /// Whether another translation unit may tell what the function does.
  static bool isLinkable(const clang::FunctionDecl &F);
  /// What the function called does; unclear if this body is looked at alone.
  const AddressSummary &of(const clang::FunctionDecl &Callee, int Subject);
  void calledInStd(const clang::FunctionDecl &F, const clang::Expr *Object,
                   llvm::ArrayRef<const clang::Expr *> Given,
                   const clang::Expr *At);

  /// Without what leaves the same object, or the same pointer.
  static const clang::Expr *same(const clang::Expr *E);
  bool denotes(const clang::Expr *E);
  bool points(const clang::Expr *E);
  bool carries(const clang::Expr *E);
  /// What `E` is to the parameter number `I` of a function: the subject to ask
  /// for; nothing if it has nothing to do with the object.
  std::optional<int> passes(const clang::Expr *E, const clang::FunctionDecl &To,
                            unsigned I);
  bool carriesThrough(const clang::Expr *Call);
  Target target(const clang::Expr *E);
  Target pointee(const clang::Expr *Pointer);
  void store(Target To, const clang::Expr *At, const AddressStore *Inner);
  void undo(const clang::ValueDecl *Key);

  Registrations &All;
  const clang::FunctionDecl &F;
  const int Subject;
  AddressSummary &Out;

  /// Variables that are references to the object, pointers to it, and those
  /// that carry its address in some other way.
  llvm::DenseSet<const clang::ValueDecl *> Aliases, Pointers, Holders;
  struct Found {
    AddressStore Store;
    const clang::ValueDecl *Key;
    const clang::FunctionDecl *By;
  };
  std::vector<Found> Stores;
  /// Of runAlone().
  struct HandedOn {
    AddressFacts::Call Call;
    const clang::ValueDecl *Key;
  };
  std::vector<HandedOn> Calls;
  std::optional<llvm::StringRef> AloneBelow;
  unsigned Branches = 0;
  /// Some path has left the function already.
  bool HasLeft = false;
  /// Inside the initialiser of a local object that undoes things at its end.
  bool IsScoped = false;
};

/// A member of a standard container, optional or function that puts what it is
/// given into its object.
bool putsIn(const clang::FunctionDecl &F);

} // namespace corolint

#endif // COROLINT_CHECKS_ANALYSIS_ADDRESSWALK_H
