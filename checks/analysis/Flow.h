// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The one worklist solver that every flow analysis uses.
//
// A state is a set of worlds. A world is one way things may stand at a point of
// the program: what is known of the tracked objects, together with what is
// known of the conditions that led here:
//
//     bool c = …;                        { c unknown }
//     if (c) m.lock();                   { c, m held }  { !c }
//     if (c) m.unlock();                 { c }  { !c }  ->  { }
//
// Joining keeps worlds apart instead of mixing their values, so "held" means
// held on a feasible path; worlds that differ in nothing but the two outcomes
// of one condition are one world again. Within a world every fact is
// three-valued: so, not so, or not known, and nothing is concluded from the
// unknown.
//
// The number of worlds and of visits is bounded. A function that exceeds the
// bounds is given up: the caller reports nothing for it, and counts it.

#ifndef COROLINT_CHECKS_ANALYSIS_FLOW_H
#define COROLINT_CHECKS_ANALYSIS_FLOW_H

#include "clang/Analysis/CFG.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/SmallVector.h"
#include <set>
#include <vector>

namespace corolint {

/// A set of worlds, sorted. `World` has `<`, `==`, and
/// `static std::optional<World> merged(const World &, const World &)`, which
/// returns the one world that says exactly what the two say together, if any.
template <class World> class Worlds {
public:
  bool insert(World W) {
    for (;;) {
      auto At = llvm::lower_bound(Set, W);
      if (At != Set.end() && *At == W)
        return false;
      bool Merged = false;
      for (auto It = Set.begin(); It != Set.end(); ++It)
        if (std::optional<World> M = World::merged(*It, W)) {
          if (*M == *It)
            return false; // says nothing new
          Set.erase(It);
          W = std::move(*M);
          Merged = true;
          break;
        }
      if (!Merged) {
        Set.insert(llvm::lower_bound(Set, W), std::move(W));
        return true;
      }
    }
  }
  bool insertAll(const Worlds &Others) {
    bool Changed = false;
    for (const World &W : Others.Set)
      Changed |= insert(W);
    return Changed;
  }
  size_t size() const { return Set.size(); }
  bool empty() const { return Set.empty(); }
  auto begin() const { return Set.begin(); }
  auto end() const { return Set.end(); }

private:
  std::vector<World> Set;
};

/// Runs `Problem` over `Graph` to its least fixed point. `Problem` has
///
///     using World = …;
///     World entry();
///     // The worlds after a block; may call Solver::raise, for exceptions.
///     Worlds<World> block(const CFGBlock &, const Worlds<World> &);
///     // The part of a block's worlds that goes to its successor number N.
///     Worlds<World> edge(const CFGBlock &, unsigned N, const Worlds<World> &);
///
/// Blocks are visited in reverse post-order, which Clang's numbering
/// approximates from the highest down.
template <class Problem> class Solver {
public:
  using World = typename Problem::World;
  static constexpr size_t MaxWorlds = 192;
  static constexpr size_t MaxVisitsPerBlock = 128;

  Solver(const clang::CFG &Graph, Problem &P)
      : Graph(Graph), P(P), In(Graph.getNumBlockIDs()),
        Visits(Graph.getNumBlockIDs()) {}

  /// False if the analysis gave up.
  bool run() {
    add(Graph.getEntry(), [&] {
      Worlds<World> Start;
      Start.insert(P.entry());
      return Start;
    }());
    while (!Pending.empty()) {
      const clang::CFGBlock *B = *Pending.begin();
      Pending.erase(Pending.begin());
      if (++Visits[B->getBlockID()] > MaxVisitsPerBlock)
        return false;
      Worlds<World> Out = P.block(*B, In[B->getBlockID()]);
      if (Out.size() > MaxWorlds)
        return false;
      unsigned N = 0;
      for (auto S = B->succ_begin(); S != B->succ_end(); ++S, ++N)
        if (const clang::CFGBlock *To = S->getReachableBlock())
          add(*To, P.edge(*B, N, Out));
      for (const Worlds<World> &W : In)
        if (W.size() > MaxWorlds)
          return false;
    }
    return true;
  }

  /// Lets `W` enter `To` by a way that the graph does not draw.
  void raise(const clang::CFGBlock &To, World W) {
    if (In[To.getBlockID()].insert(std::move(W)))
      Pending.insert(&To);
  }

  const Worlds<World> &before(const clang::CFGBlock &B) const {
    return In[B.getBlockID()];
  }

private:
  void add(const clang::CFGBlock &To, const Worlds<World> &W) {
    if (In[To.getBlockID()].insertAll(W))
      Pending.insert(&To);
  }

  struct HighestFirst {
    bool operator()(const clang::CFGBlock *A, const clang::CFGBlock *B) const {
      return A->getBlockID() > B->getBlockID();
    }
  };

  const clang::CFG &Graph;
  Problem &P;
  std::vector<Worlds<World>> In;
  std::vector<size_t> Visits;
  std::set<const clang::CFGBlock *, HighestFirst> Pending;
};

} // namespace corolint

#endif // COROLINT_CHECKS_ANALYSIS_FLOW_H
