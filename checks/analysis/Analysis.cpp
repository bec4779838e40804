// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The shared object, and what it counts.

#include "Analysis.h"
#include "UserFunctions.h"
#include "llvm/ADT/DenseMap.h"
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <mutex>

namespace corolint {

std::shared_ptr<Analysis> Analysis::of(const void *Unit,
                                       std::shared_ptr<const Models> M,
                                       std::shared_ptr<const SummaryTable> S) {
  static std::mutex Lock;
  static llvm::DenseMap<const void *, std::weak_ptr<Analysis>> Units;
  std::lock_guard<std::mutex> Guard(Lock);
  std::weak_ptr<Analysis> &Known = Units[Unit];
  if (std::shared_ptr<Analysis> A = Known.lock();
      A && A->Facts == M && A->OtherUnits == S)
    return A;
  auto Made =
      std::make_shared<Analysis>(std::move(M), MutedLockRules(), std::move(S));
  Known = Made;
  // Units come and go; what has gone is forgotten now and then.
  if (Units.size() > 64) {
    llvm::SmallVector<const void *, 64> Gone;
    for (const auto &[Key, A] : Units)
      if (A.expired())
        Gone.push_back(Key);
    for (const void *Key : Gone)
      Units.erase(Key);
  }
  return Made;
}

static std::atomic<unsigned> Coroutines, Analysed, GivenUp;

void Analysis::countCoroutine() {
  Coroutines.fetch_add(1, std::memory_order_relaxed);
}
void Analysis::countAnalysed() {
  Analysed.fetch_add(1, std::memory_order_relaxed);
}
void Analysis::gaveUp() { GivenUp.fetch_add(1, std::memory_order_relaxed); }

/// With CORO_STATS in the environment, says at exit what was done.
static const struct StatisticsPrinter {
  ~StatisticsPrinter() {
    if (!std::getenv("CORO_STATS"))
      return;
    Analysis::Statistics S = Analysis::statistics();
    std::fprintf(stderr,
                 "corolint: %u functions analysed, %u given up (%u coroutines "
                 "seen)\n",
                 S.Analysed, S.GivenUp, S.Coroutines);
  }
} PrintsStatistics;

Analysis::Statistics Analysis::statistics() {
  return {Coroutines.load(std::memory_order_relaxed),
          Analysed.load(std::memory_order_relaxed),
          GivenUp.load(std::memory_order_relaxed)};
}

llvm::ArrayRef<const clang::FunctionDecl *>
Analysis::userFunctions(clang::ASTContext &Context) {
  if (!Defined)
    Defined = corolint::userFunctions(Context);
  return *Defined;
}

} // namespace corolint
