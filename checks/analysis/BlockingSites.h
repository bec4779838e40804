// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The places in one function that may block, or that call a function which may:
// calls, constructions, ends of objects, the steps of a co_await, loops that
// only look at an atomic.

#ifndef COROLINT_CHECKS_ANALYSIS_BLOCKINGSITES_H
#define COROLINT_CHECKS_ANALYSIS_BLOCKINGSITES_H

#include "BlockingArguments.h"
#include "Shapes.h"
#include "summaries/FunctionSummary.h"
#include "clang/AST/StmtCXX.h"
#include "llvm/ADT/DenseMap.h"
#include <string>

namespace corolint {

/// A function that may block: its definition, or what another translation unit
/// says of it.
struct BlockingCallee {
  const clang::FunctionDecl *Definition = nullptr, *Declared = nullptr;
  const FunctionSummary *Summary = nullptr;
  explicit operator bool() const { return Definition || Declared; }
};

struct BlockingSite {
  BlockingSiteKind Kind = BlockingSiteKind::Call;
  /// The expression; of a destroyed variable, null.
  const clang::Stmt *At = nullptr;
  const clang::VarDecl *Variable = nullptr;
  clang::SourceLocation Loc;
  /// Of a step of a co_await: the co_await.
  const clang::CoroutineSuspendExpr *Await = nullptr;

  /// "'load'", "'std::ifstream'", "'worker'".
  std::string Name;
  /// None where the site itself blocks.
  BlockingCallee Callee;
  llvm::SmallVector<const clang::Expr *, 4> Given;
  const clang::Expr *Object = nullptr;

  // Where the site itself blocks.
  const BlockingModel *Model = nullptr;
  Blocks How = {Tier::Micro, {}};
};

class Analysis;

/// Answers about calls, remembered for the translation unit.
class BlockingKnowledge {
public:
  /// Bodies in system headers and of modelled libraries are followed only if it
  /// `FollowsAll`: findings never go there, questions about runners do.
  BlockingKnowledge(Analysis &A, bool FollowsAll)
      : A(A), FollowsAll(FollowsAll) {}

  Analysis &analysis() { return A; }
  const Models::BlockingEntries &entries(const clang::NamedDecl &D,
                                         const clang::CXXRecordDecl *Object);
  /// The same for a call: of its callee, or of the object that is called.
  const Models::BlockingEntries &entries(const clang::CallExpr &Call);
  /// What the declaration says of itself: it blocks, does not, runs its
  /// callables elsewhere.
  enum class Mark : unsigned char { None, Blocks, Harmless, Offloads };
  Mark mark(const clang::FunctionDecl &F);
  /// The function that `Call` will run; null if that is not known.
  const clang::FunctionDecl *runs(const clang::CallExpr &Call, const Body &B);
  /// The definition whose body may be followed; null if a model speaks for it,
  /// or if there is none.
  const clang::FunctionDecl *followed(const clang::FunctionDecl &F);
  /// What is known of a function whose body is not here.
  const FunctionSummary *elsewhere(const clang::FunctionDecl &F);
  const FunctionSummary *elsewhere(llvm::StringRef Key) const;
  /// Where to read what the function does; none if nothing is known.
  BlockingCallee callee(const clang::FunctionDecl &F);
  /// From now on, a declaration is enough: somebody else will know.
  void trustAll() { TrustsAll = true; }
  /// The function that a callable is: a lambda, a function's name, a variable
  /// that is bound to one.
  const clang::FunctionDecl *callable(const clang::Expr *E, const Body &B,
                                      unsigned Depth = 0);
  /// Whether `E` is the executor that the coroutine runs on, by its own words.
  bool isOwnExecutor(const clang::Expr *E, const Body &B);
  /// Whether work given to such an object runs on threads that may block: a
  /// model says so, or it owns threads.
  bool isBlockingExecutor(clang::QualType T);

private:
  bool ownsThreads(const clang::CXXRecordDecl &R, unsigned Depth);
  bool mayHaveSummary(const clang::FunctionDecl &F);

  Analysis &A;
  const bool FollowsAll;
  bool TrustsAll = false;
  llvm::DenseMap<
      std::pair<const clang::NamedDecl *, const clang::CXXRecordDecl *>,
      Models::BlockingEntries>
      Entries;
  llvm::DenseMap<const clang::FunctionDecl *, Mark> Marks;
  llvm::DenseMap<const clang::FunctionDecl *, const clang::FunctionDecl *>
      Followed;
  llvm::DenseMap<const clang::FunctionDecl *, const FunctionSummary *>
      Elsewhere;
  llvm::DenseMap<const clang::CXXRecordDecl *, bool> Executors;
};

/// The sites of a function, in source order.
std::vector<BlockingSite> blockingSites(const Body &B, const clang::Stmt &Code,
                                        BlockingKnowledge &K);

/// How a function is called in a message: "'load'", "the lambda".
std::string describe(const clang::FunctionDecl &F);

} // namespace corolint

#endif // COROLINT_CHECKS_ANALYSIS_BLOCKINGSITES_H
