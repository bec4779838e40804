// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The transfer rules for locks: what each expression does to what is held.
//
// A world maps places to lock values. The place of a guard says what the guard
// holds; the place of a mutex says that it was locked by hand. A place without
// a value is untouched: nothing is concluded from it.
//
//     std::unique_lock a(m);        a: held #0           #0 = here, of m
//     auto b = std::move(a);        a: empty, b: held #0
//     b.unlock();                   b: free #0           could be locked again
//     n.lock();                     n: held #1
//
// What contains a guard (a struct, an optional) has it at a place within its
// own; where the exact member is not known, at its own.

#ifndef COROLINT_CHECKS_ANALYSIS_LOCKFLOW_H
#define COROLINT_CHECKS_ANALYSIS_LOCKFLOW_H

#include "Analysis.h"
#include "FlowRules.h"
#include "Graph.h"
#include "Places.h"
#include "Summaries.h"
#include "llvm/ADT/DenseSet.h"
#include <map>
#include <set>

namespace corolint {

/// Where and how a lock was taken.
struct Acquisition {
  const clang::Expr *Site = nullptr;          ///< an expression, or
  const clang::ValueDecl *Variable = nullptr; ///< a parameter or capture
  HeldLock::Origin From = HeldLock::Here;
  std::vector<Place> Mutexes;
  bool IsRaw = false;
  clang::QualType GuardType, LockableType;
};

struct LockValue {
  LockState State = LockState::Unknown;
  unsigned Of = 0; ///< index of an acquisition; also of one that ended

  bool operator==(const LockValue &O) const {
    return State == O.State && Of == O.Of;
  }
  bool operator<(const LockValue &O) const {
    return std::tie(State, Of) < std::tie(O.State, O.Of);
  }
};

struct LockWorld {
  /// Sorted by place.
  llvm::SmallVector<std::pair<Place, LockValue>, 4> Locks;
  Facts Known;

  bool operator==(const LockWorld &O) const {
    return Locks == O.Locks && Known == O.Known;
  }
  bool operator<(const LockWorld &O) const {
    return std::tie(Locks, Known) < std::tie(O.Locks, O.Known);
  }
  static std::optional<LockWorld> merged(const LockWorld &A,
                                         const LockWorld &B) {
    if (A.Locks != B.Locks)
      return std::nullopt;
    std::optional<Facts> F = Facts::merged(A.Known, B.Known);
    if (!F)
      return std::nullopt;
    return LockWorld{A.Locks, std::move(*F)};
  }

  const LockValue *at(Place P) const {
    auto It = llvm::lower_bound(
        Locks, P, [](const auto &L, Place P) { return L.first < P; });
    return It != Locks.end() && It->first == P ? &It->second : nullptr;
  }
  void set(Place P, LockValue V) {
    auto It = llvm::lower_bound(
        Locks, P, [](const auto &L, Place P) { return L.first < P; });
    if (It != Locks.end() && It->first == P)
      It->second = V;
    else
      Locks.insert(It, {P, V});
  }
};

/// The operands of a lock call, with what it does to each.
llvm::SmallVector<std::pair<const clang::Expr *, LockEffect>, 2>
operandsOf(const clang::CallExpr *Call, const Shapes::LockCall &L);

/// The flow problem for one function; see Flow.h.
class LockFlow : public FlowRules<LockFlow, LockWorld> {
public:
  /// `IsSummary`: the function is a helper, and what it leaves behind counts;
  /// otherwise it is a coroutine, and what it holds at suspensions does.
  LockFlow(Analysis &A, const Body &B, const clang::CFG &Graph, bool IsSummary);

  /// False if it gave up.
  bool run();

  /// A lock held at a suspension, by the place of its holder.
  struct Finding {
    unsigned Of;
    Place Holder;
    const clang::CoroutineSuspendExpr *At;
    bool operator<(const Finding &O) const {
      return std::tie(Of, Holder, At) < std::tie(O.Of, O.Holder, O.At);
    }
  };
  const std::set<Finding> &findings() const { return Findings; }
  /// Whether the holder holds nothing there on some other way.
  bool isSometimesFree(Place Holder,
                       const clang::CoroutineSuspendExpr *At) const {
    return SometimesFree.count({Holder, At});
  }
  /// Guards held at a return statement of a function that is no coroutine.
  struct AtReturn {
    unsigned Of;
    Place Holder;
    const clang::ReturnStmt *At;
    bool operator<(const AtReturn &O) const {
      return std::tie(Of, Holder, At) < std::tie(O.Of, O.Holder, O.At);
    }
  };
  const std::set<AtReturn> &heldAtReturns() const { return Returns; }

  const Acquisition &acquisition(unsigned Of) const { return Taken[Of]; }
  const PlaceTable &places() const { return Places; }
  /// Whether the holder still exists where `S` stands.
  bool isInScope(Place Holder, const clang::Stmt *S) const;

  /// The summary of a finished run.
  LockSummary summary();

  // The problem's interface to the solver.
  World entry();
  Worlds<World> block(const clang::CFGBlock &Block, const Worlds<World> &In);
  Worlds<World> edge(const clang::CFGBlock &Block, unsigned N,
                     const Worlds<World> &Out);

private:
  friend FlowRules<LockFlow, LockWorld>;

  bool on(LockRule R) const { return A.follows(R); }

  // Statements: LockFlow.cpp.
  void element(const clang::CFGElement &E, World W, WorldList &Out);
  void statement(const clang::Stmt *Node, World W, WorldList &Out);
  void declared(const clang::VarDecl *V, World &W);
  void store(Place To, const clang::Expr *Value, World W, WorldList &Out);
  void suspension(const clang::CoroutineSuspendExpr *E, World W,
                  WorldList &Out);
  void returned(const clang::ReturnStmt *R, World W, WorldList &Out);
  void raise(const clang::Expr *E, const World &W);
  void awaitSteps(const clang::Stmt *Step,
                  const clang::CoroutineSuspendExpr *Of);
  const clang::Expr *madeBy(const clang::CFGTemporaryDtor &D) const;
  void elide(const clang::Expr *Init);

  // Branches: LockBranches.cpp.
  void trace(const clang::CFGBlock &Block, const clang::CFGElement &E,
             const WorldList &Now) const;
  void leaveScopes(World &W, const clang::CXXTryStmt *Try);
  bool enterRange(World &W, const clang::CXXForRangeStmt &For, bool Enters);
  std::optional<bool> known(const World &W, const clang::Expr *Atom);
  static const clang::Expr *guardTested(const clang::Expr *E, bool &Negated);
  std::optional<bool> evaluateGuard(const World &W, const clang::Expr *E);
  bool enters(World &W, const clang::SwitchStmt &Switch,
              const clang::CFGBlock &To);
  void learn(World &W, const clang::Expr *E, bool Holds);
  void askedInVain(World &W, const clang::Expr *E);

  // Making and moving objects: LockConstructions.cpp, LockObjects.cpp.
  using Arguments = llvm::ArrayRef<const clang::Expr *>;
  void construct(const clang::CXXConstructExpr *C, World W, WorldList &Out);
  void constructGuard(const clang::Expr *Site, clang::QualType Type,
                      GuardConstruction How, Arguments Given, Place To, World W,
                      WorldList &Out);
  void constructHolder(const clang::CXXConstructExpr *C, Arguments Given,
                       Place To, World W, WorldList &Out);
  void makeInPlace(const clang::Expr *Site, clang::QualType Owner,
                   Arguments Given, Place To, World W, WorldList &Out);
  void aggregate(const clang::Expr *List, World W, WorldList &Out);
  bool adoptValues(Arguments Given, Place To, World &W);
  void take(World &W, const clang::Expr *Value, Place To);
  void move(World &W, Place From, Place To, bool LeaveEmpty);
  void swap(World &W, Place P, Place Q);

  // Moves and lock operations: LockOperations.cpp.
  bool moveCall(const clang::CallExpr *Call, const clang::FunctionDecl &Callee,
                World &W, WorldList &Out);
  bool ownerCall(const clang::CallExpr *Call, const clang::FunctionDecl &Callee,
                 World &W, WorldList &Out);
  void lockCall(const clang::CallExpr *Call, const Shapes::LockCall &L, World W,
                WorldList &Out);
  void lockOperation(const clang::CallExpr *Call, const clang::Expr *Operand,
                     LockEffect Effect, World &W);
  void guardOperation(const clang::CallExpr *Call, std::optional<Place> P,
                      clang::QualType T, LockEffect Effect, World &W);
  void unlockByHand(const clang::CallExpr *Call, Place P, clang::QualType T,
                    World &W);
  bool isSomebodyElses(const World &W, Place P);

  // Other calls: LockCalls.cpp, LockEscapes.cpp.
  void noteReleases(const clang::CallExpr *Call);
  void call(const clang::CallExpr *Call, World W, WorldList &Out);
  void summarised(const clang::CallExpr *Call,
                  const clang::FunctionDecl &Callee, const LockSummary &Summary,
                  World W, WorldList &Out);
  std::optional<Place> inCaller(const clang::CallExpr *Call,
                                const clang::FunctionDecl &Callee,
                                llvm::ArrayRef<PlaceTable::Step> Path);
  void unknownCall(const clang::Expr *Call, const clang::FunctionDecl *Callee,
                   Arguments Given, World &W);
  void passed(const clang::Expr *Argument, clang::QualType Parameter,
              bool ToUnknown, World &W);
  void ownerEscapes(const clang::Expr *Object, World &W);
  void closureEscapes(const clang::Expr *E, clang::QualType To, World &W);
  void result(const clang::Expr *Call, World W, WorldList &Out);

  // Worlds: LockFlow.cpp.
  unsigned acquisition(Acquisition Made);
  unsigned acquisition(const clang::Expr *Site, std::vector<Place> Mutexes,
                       bool IsRaw, clang::QualType GuardType,
                       clang::QualType LockableType);
  std::optional<Place> holding(const World &W, Place P) const;
  void erase(World &W, Place P, bool LeaveEmpty = false);
  void forget(World &W, Place P);
  void forgetMutex(World &W, Place Mutex, clang::QualType Type = {});
  void releasedElsewhere(World &W, const clang::CXXRecordDecl *R);
  void releasedElsewhere(World &W, const Summaries::Classes &Of);
  void leadsElsewhere(World &W, Place P);
  void endOfLife(clang::QualType T, World &W);
  bool isTracked(clang::QualType T);

  Analysis &A;
  Shapes &S;
  const bool IsSummary;
  Solver<LockFlow> Engine;

  std::vector<Acquisition> Taken;
  std::map<std::tuple<const void *, std::vector<Place>, bool>, unsigned>
      TakenIndex;
  /// Mutexes that the function unlocks by hand somewhere.
  llvm::DenseSet<unsigned> ReleasedByHand;
  /// The parts of a co_await's ready, suspend and resume expressions.
  llvm::DenseMap<const clang::Expr *, const clang::CoroutineSuspendExpr *>
      Await;
  /// Temporaries that the graph destroys; the others became something else.
  llvm::DenseSet<const clang::Expr *> Destroyed;
  /// Prvalues that are a variable's own object; Clang's graph destroys some of
  /// them twice.
  llvm::DenseSet<const clang::Expr *> Elided;
  const HandlerBlocks Handlers;
  /// Guards that a helper was given and asks whether they hold.
  std::map<Place, Subject> GivenGuards;
  std::set<Finding> Findings;
  std::set<std::pair<Place, const clang::CoroutineSuspendExpr *>> SometimesFree;
  std::set<AtReturn> Returns;
};

} // namespace corolint

#endif // COROLINT_CHECKS_ANALYSIS_LOCKFLOW_H
