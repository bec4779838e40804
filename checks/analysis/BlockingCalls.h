// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Which calls of a coroutine may block its thread, and through whom.
//
//     task<> serve() { load(); … }            call to 'load' blocks
//     void load() { read_all(); }             'load' calls 'read_all'
//     void read_all() { fread(…); }           'read_all' calls 'fread'
//
// A function's summary is, for each tier, the shortest way down to something
// that blocks, and what has to hold of its parameters for that. Summaries are
// made for a coroutine and all that it can reach at once: sites are collected,
// those that lead nowhere are dropped, the others are judged by BlockingFlow,
// and the ways grow from the culprits up, one call at a time; so recursion
// needs no care.

#ifndef COROLINT_CHECKS_ANALYSIS_BLOCKINGCALLS_H
#define COROLINT_CHECKS_ANALYSIS_BLOCKINGCALLS_H

#include "BlockingSites.h"
#include <deque>
#include <memory>

namespace corolint {

/// Which tiers count.
struct Tiers {
  unsigned Bits = 0;
  bool has(Tier T) const { return Bits & (1u << unsigned(T)); }
  void add(Tier T) { Bits |= 1u << unsigned(T); }
};

struct BlockingCall {
  const BlockingSite *Site;
  Tier Level;
  /// From the site's callee down to the culprit; empty if the site itself
  /// blocks.
  struct Step {
    BlockingSiteKind Kind;
    std::string In;   ///< the function, as in messages
    std::string Name; ///< what stands there
    /// Of another translation unit: where the function is declared here, and
    /// where the step is: "src/store.cpp:31".
    clang::SourceLocation Loc;
    std::string Elsewhere;
  };
  std::vector<Step> Chain;
  llvm::StringRef Model; ///< the entry that speaks of the culprit, or empty
};

class BlockingCalls {
public:
  explicit BlockingCalls(Analysis &A, bool FollowsAll = false);
  ~BlockingCalls();

  /// The sites in the function's own body that may block, in source order.
  std::vector<BlockingCall> in(const clang::FunctionDecl &Function, Tiers Of);

  /// What a definition does by itself; with an object that asked nothing else.
  FunctionSummary summary(const clang::FunctionDecl &Definition,
                          llvm::StringRef Root);
  /// Whether the coroutine is certain to be on an executor that may block when
  /// it gets to this co_await of its own.
  bool isElsewhereAt(const clang::CoroutineSuspendExpr &Await,
                     const clang::FunctionDecl &Coroutine);

  BlockingKnowledge &knowledge() { return K; }

private:
  struct Node;
  /// A way in which a function blocks.
  struct Way {
    Tier Level;
    unsigned Length;
    unsigned Site;
    const Node *In;
    const Way *Next; ///< null where the site itself blocks
    std::vector<Need> Needs;
  };

  Node &node(const BlockingCallee &C);
  Node *calleeOf(const Node &N, unsigned Site);
  void collect(Node &N);
  void judge(Node &N, bool All);
  bool add(Node &N, Way W);
  void link(Node &Root);
  bool meets(const Node &Caller, unsigned Site, const Way &W,
             std::vector<Need> &Needs);

  BlockingKnowledge K;
  llvm::DenseMap<const void *, std::unique_ptr<Node>> Nodes;
};

} // namespace corolint

#endif // COROLINT_CHECKS_ANALYSIS_BLOCKINGCALLS_H
