// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Follows the objects of one function whose addresses others have: which of
// them is moved while it is registered.
//
//     waiter w;                     fresh
//     w.start(queue);               registered       (Registrations.h)
//     if (late)
//       w.stop();                   late: finished
//     list.push_back(std::move(w)); !late: moved while it is registered
//
// An object is named by its place (Places.h); what lies around it (a struct, an
// optional, the vector whose element it is) moves it along. What may have ended
// a registration has ended it: a function that changes pointers, somebody who
// was given the object, an await of it. Conditions are followed as they are for
// locks, see Flow.h.

#ifndef COROLINT_CHECKS_ANALYSIS_PINFLOW_H
#define COROLINT_CHECKS_ANALYSIS_PINFLOW_H

#include "FlowRules.h"
#include "PinnedMoves.h"
#include "Registrations.h"
#include <map>
#include <set>

namespace corolint {

/// What is known of one object whose address is out.
struct Pin {
  Place Of;
  /// Which registration: an index.
  unsigned By;
  /// More than one of the container's elements.
  bool Many = false;

  bool operator==(const Pin &O) const {
    return Of == O.Of && By == O.By && Many == O.Many;
  }
  bool operator<(const Pin &O) const {
    return std::tie(Of, By, Many) < std::tie(O.Of, O.By, O.Many);
  }
};

struct PinWorld {
  /// Sorted.
  llvm::SmallVector<Pin, 2> Pins;
  /// Vectors that have room.
  llvm::SmallVector<Place, 1> Reserved;
  /// Moves that are mistakes if the variable is used again: by their index.
  llvm::SmallVector<unsigned, 1> Pending;
  Facts Known;

  bool operator==(const PinWorld &O) const {
    return Pins == O.Pins && Reserved == O.Reserved && Pending == O.Pending &&
           Known == O.Known;
  }
  bool operator<(const PinWorld &O) const {
    if (Pending != O.Pending)
      return std::lexicographical_compare(Pending.begin(), Pending.end(),
                                          O.Pending.begin(), O.Pending.end());
    if (Pins != O.Pins)
      return std::lexicographical_compare(Pins.begin(), Pins.end(),
                                          O.Pins.begin(), O.Pins.end());
    if (Reserved != O.Reserved)
      return std::lexicographical_compare(Reserved.begin(), Reserved.end(),
                                          O.Reserved.begin(), O.Reserved.end());
    return Known < O.Known;
  }
  static std::optional<PinWorld> merged(const PinWorld &A, const PinWorld &B) {
    if (A.Pins != B.Pins || A.Reserved != B.Reserved || A.Pending != B.Pending)
      return std::nullopt;
    std::optional<Facts> F = Facts::merged(A.Known, B.Known);
    if (!F)
      return std::nullopt;
    return PinWorld{A.Pins, A.Reserved, A.Pending, std::move(*F)};
  }
};

/// The flow problem for one function; see Flow.h.
class PinFlow : public FlowRules<PinFlow, PinWorld> {
public:
  PinFlow(Registrations &R, const Body &B, const clang::CFG &Graph,
          const clang::Stmt &Text);

  /// False if it gave up.
  bool run() { return Engine.run(); }
  /// After a run: what was moved, in no order.
  std::vector<PinnedMove> moves() const;

  static std::unique_ptr<clang::CFG> buildGraph(const clang::FunctionDecl &F,
                                                const clang::Stmt &Body);

  /// Whether anything in the body could register an object.
  static bool registersAnything(Registrations &R, const Body &B);

  // The problem's interface to the solver.
  World entry() { return {}; }
  Worlds<World> block(const clang::CFGBlock &Block, const Worlds<World> &In);
  Worlds<World> edge(const clang::CFGBlock &Block, unsigned N,
                     const Worlds<World> &Out);

private:
  friend FlowRules<PinFlow, PinWorld>;

  bool on(PinRule R) const { return All.follows(R); }

  // Before the run; see PinPaths.cpp.
  std::optional<Place> rootOf(const clang::Expr *E);
  void share(const clang::Expr *E);
  void findShared(const clang::Stmt *Node);
  bool isShared(Place P);
  void mentions(const clang::Stmt *Node, std::set<Place> &Into);
  void endsIn(const clang::Stmt *Node, std::set<Place> &Into,
              std::set<Place> &Emptied);
  void around(const clang::Stmt *Branch, bool Outcome,
              const clang::Stmt *Condition, const clang::Stmt *Body);
  void findWaysAround(const clang::Stmt *Node);

  /// How an object came to be registered.
  struct Registration {
    const clang::CXXRecordDecl *Of = nullptr; ///< the part whose address is out
    const clang::Expr *At = nullptr;          ///< the call, the construction
    const clang::Expr *Stored =
        nullptr; ///< in its body; null if that was not seen
    /// In another translation unit: by whom, and where.
    const clang::FunctionDecl *By = nullptr;
    std::string Elsewhere;
    bool IsInItself = false;
    /// Ends with a call on the object, or when it dies, and not while others
    /// are at work.
    bool IsLasting = false;
    /// Ends when the object dies.
    bool IsForLife = false;
    /// The variable that has the address, if that is all: how long it matters.
    const clang::VarDecl *Holder = nullptr;
    enum HeldUntil { Used, Released, Taken } Until = Used;
    /// Where it was registered: what else the call names.
    llvm::SmallVector<Place, 2> With;
  };

  void element(const clang::CFGElement &E, World W, WorldList &Out);
  void declaration(const clang::VarDecl *V, World &W);
  bool assume(World &W, const clang::Expr *E, bool Holds);

  void call(const clang::Expr *Call, World &W);
  bool callInStd(const clang::Expr *Call, const clang::FunctionDecl &Callee,
                 World &W);
  void givenToAlgorithm(const clang::Expr *Call, World &W);
  void assignment(const clang::CXXOperatorCallExpr *Call,
                  const clang::CXXMethodDecl &By, World &W);
  const AddressStore *keptBy(const clang::FunctionDecl &Callee, unsigned I);
  void given(const clang::Expr *Call, const clang::FunctionDecl &Callee,
             World &W);
  void construct(const clang::CXXConstructExpr *C, World &W);
  void constructed(const clang::Expr *Value, Place At, World &W,
                   unsigned Depth = 0);
  bool movesElements(const clang::CallExpr *Call,
                     const clang::FunctionDecl &Callee, World &W);
  static bool startsOperation(const clang::Expr *Call,
                              const clang::FunctionDecl &Callee,
                              const clang::Expr *&Started);
  void start(Place P, clang::QualType T, const clang::CXXRecordDecl *Of,
             const clang::Expr *At, const AddressStore *Stored, World &W,
             bool IsForLife = false);
  void end(Place P, World &W);
  void endWith(Place P, World &W);
  void forget(Place P, World &W);
  void loseNames(Place V, World &W, bool OfAll = false);
  void loseName(const clang::VarDecl *By, World &W);
  void link(const clang::VarDecl *Holder, World &W);
  void link(const clang::VarDecl *Holder, const clang::Expr *Target,
            Registration::HeldUntil Until, const clang::Expr *At, World &W);
  void mentioned(const clang::DeclRefExpr *Ref, World &W);
  void unlink(const clang::ValueDecl *Holder, World &W);
  void othersAtWork(const clang::Expr *Call, World &W);
  void suspended(World &W);
  /// Whether a registered object is moved with the object at `P`, by `By` if
  /// that is known.
  bool relocate(Place P, clang::QualType T, const clang::CXXMethodDecl *By,
                const clang::Expr *At, PinnedMove::Form How, World &W);

  Registrations &All;
  Solver<PinFlow> Engine;
  /// Operands of co_await, which are moved no further than into it; the values
  /// of return statements.
  llvm::DenseSet<const clang::Expr *> Unmoved;
  llvm::DenseMap<const clang::Expr *, const clang::ReturnStmt *> Returned;
  /// Objects whose address others in the function have: their roots.
  llvm::DenseSet<unsigned> Shared;
  /// What has ended on the way around a branch: by its outcome.
  struct AWayAround {
    Place What;
    bool IsEmptied; ///< and with it all that it had
  };
  std::map<std::pair<const clang::Stmt *, bool>, std::vector<AWayAround>>
      Around;
  /// Loops that are in no other loop: their variables.
  llvm::DenseMap<const clang::ValueDecl *, const clang::Stmt *> Loops;
  /// Mentions that give a variable another value.
  llvm::DenseSet<const clang::DeclRefExpr *> Overwrites;

  std::vector<Registration> Registered;
  struct Moved {
    const clang::Expr *At;
    PinnedMove::Form How;
    Place What;
    unsigned By;
    const clang::DeclRefExpr *Used = nullptr;
    bool operator<(const Moved &O) const { return At < O.At; }
  };
  std::set<Moved> Found;
  /// What `PinWorld::Pending` names.
  std::vector<Moved> Waiting;
};

/// The function of the standard library that is called, or the object: `sort`
/// of std::ranges::sort(v); empty for others.
llvm::StringRef nameInStd(const clang::CallExpr &Call);
/// The element type of a std::vector; null of anything else.
clang::QualType vectorElement(clang::QualType T);
/// With how many elements the constructor makes a std::vector, given only how
/// many: 0, 1, or 2 for more, or for perhaps more.
unsigned elementsMadeBy(const clang::CXXConstructExpr &C);

} // namespace corolint

#endif // COROLINT_CHECKS_ANALYSIS_PINFLOW_H
