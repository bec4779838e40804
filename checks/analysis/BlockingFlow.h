// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Which of a function's sites are reached where they block: not behind a test
// that says that the future is ready, not on a branch that cannot be taken or
// that ends the program, not on an executor that may block.

#ifndef COROLINT_CHECKS_ANALYSIS_BLOCKINGFLOW_H
#define COROLINT_CHECKS_ANALYSIS_BLOCKINGFLOW_H

#include "BlockingSites.h"
#include "FlowRules.h"
#include "Graph.h"
#include "Places.h"
#include "llvm/ADT/DenseSet.h"
#include "llvm/ADT/SmallPtrSet.h"
#include <map>

namespace corolint {

struct BlockingWorld {
  using Keys = llvm::SmallVector<uint64_t, 4>;
  /// Objects that there is nothing to wait for any more, sorted.
  Keys Done;
  /// Objects whose end waits: the futures of std::async.
  Keys Running;
  bool Elsewhere = false;
  Facts Known;

  bool isDone(uint64_t Object) const {
    return llvm::binary_search(Done, Object);
  }
  bool isRunning(uint64_t Object) const {
    return llvm::binary_search(Running, Object);
  }
  bool operator==(const BlockingWorld &O) const {
    return Done == O.Done && Running == O.Running && Elsewhere == O.Elsewhere &&
           Known == O.Known;
  }
  bool operator<(const BlockingWorld &O) const {
    return std::tie(Elsewhere, Done, Running, Known) <
           std::tie(O.Elsewhere, O.Done, O.Running, O.Known);
  }
  static std::optional<BlockingWorld> merged(const BlockingWorld &A,
                                             const BlockingWorld &B) {
    if (A.Done != B.Done || A.Running != B.Running ||
        A.Elsewhere != B.Elsewhere)
      return std::nullopt;
    std::optional<Facts> F = Facts::merged(A.Known, B.Known);
    if (!F)
      return std::nullopt;
    return BlockingWorld{A.Done, A.Running, A.Elsewhere, std::move(*F)};
  }
};

class BlockingFlow : public FlowRules<BlockingFlow, BlockingWorld> {
public:
  BlockingFlow(BlockingKnowledge &K, const Body &B, const clang::CFG &Graph,
               llvm::ArrayRef<BlockingSite> Sites);

  /// False if it gave up.
  bool run() { return Engine.run(); }

  /// In which ways site number `Site` is reached: what has to hold of
  /// parameters. Null if it is not.
  using Ways = std::vector<std::vector<Need>>;
  const Ways *reached(unsigned Site) const {
    auto It = Reached.find(Site);
    return It == Reached.end() ? nullptr : &It->second;
  }

  // The problem's interface to the solver.
  World entry();
  Worlds<World> block(const clang::CFGBlock &Block, const Worlds<World> &In);
  Worlds<World> edge(const clang::CFGBlock &Block, unsigned N,
                     const Worlds<World> &Out);

private:
  friend FlowRules<BlockingFlow, BlockingWorld>;

  void statement(const clang::Stmt *S, World W, WorldList &Out);
  void begin(uint64_t Object, const clang::Expr *Init, World &W);
  void call(const clang::CallExpr *Call, World &W);
  void suspension(const clang::CoroutineSuspendExpr *E, World &W);
  void raise(const clang::Expr *E, const World &W);
  void reach(const void *At, const World &W);
  void findDoomed(const clang::CFG &Graph);
  void learn(World &W, const clang::Expr *Atom, bool Holds);
  void askReady(World &W, const clang::Expr *E, bool Holds);
  bool mentionsExecutor(const clang::Stmt *S, unsigned Role, bool ByType);
  /// Something that can be ready: an object, or a pointer to one.
  static bool isObject(clang::QualType T);
  static bool isNamed(const clang::FunctionDecl &F,
                      llvm::ArrayRef<llvm::StringRef> Names) {
    if (F.getOverloadedOperator() == clang::OO_Call)
      return llvm::is_contained(Names, "operator()");
    return F.getIdentifier() && llvm::is_contained(Names, F.getName());
  }
  std::optional<uint64_t> key(const clang::Expr *E);
  std::optional<uint64_t> origin(const clang::Expr *E);
  bool isKept(const World &W, const clang::Expr *Object);
  void keep(World &W, uint64_t Object);
  /// Stands among what is done for all that was got from the object.
  static uint64_t keptBy(uint64_t Object) { return Object | uint64_t(1) << 40; }
  void done(World &W, uint64_t Object);
  void mentioned(const clang::Stmt *S, World &W);

  BlockingKnowledge &K;
  llvm::ArrayRef<BlockingSite> Sites;
  Solver<BlockingFlow> Engine;
  /// By expression or variable.
  llvm::DenseMap<const void *, llvm::SmallVector<unsigned, 1>> At;
  /// Which objects were got from which, anywhere.
  llvm::DenseSet<std::pair<uint64_t, uint64_t>> Origins;
  const HandlerBlocks Handlers;
  std::map<unsigned, Ways> Reached;
  const clang::CFGBlock *Here = nullptr;
  /// Blocks that only lead to the end of the program.
  llvm::SmallPtrSet<const clang::CFGBlock *, 8> Doomed;
  llvm::SmallVector<llvm::StringRef, 2> SwitchNames;
};

} // namespace corolint

#endif // COROLINT_CHECKS_ANALYSIS_BLOCKINGFLOW_H
