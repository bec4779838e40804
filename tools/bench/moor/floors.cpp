// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What nobody can do without: see floors.h.

#include "floors.h"
#include <atomic>
#include <benchmark/benchmark.h>

namespace {

using floors::lazy;

lazy inlined(int i) { co_return i; }
// The attribute keeps clang from putting its frame into the caller's.
[[gnu::noinline]] lazy apart(int i) { co_return i; }

lazy await_inlined(benchmark::State &state) {
  int sum = 0;
  for (auto _ : state)
    benchmark::DoNotOptimize(sum += co_await inlined(sum));
  co_return sum;
}
lazy await_apart(benchmark::State &state) {
  int sum = 0;
  for (auto _ : state)
    benchmark::DoNotOptimize(sum += co_await apart(sum));
  co_return sum;
}

void floor_await_elided(benchmark::State &state) { await_inlined(state).run(); }
BENCHMARK(floor_await_elided);

void floor_await_pooled(benchmark::State &state) { await_apart(state).run(); }
BENCHMARK(floor_await_pooled);

/// Taking a free lock and giving it back: two locked read-modify-writes.
void floor_two_rmw(benchmark::State &state) {
  std::atomic<unsigned> lock = 0;
  benchmark::DoNotOptimize(&lock);
  for (auto _ : state) {
    unsigned expected = 0;
    if (!lock.compare_exchange_strong(expected, 1, std::memory_order_acquire))
      state.SkipWithError("nobody else is there");
    expected = 1;
    if (!lock.compare_exchange_strong(expected, 0, std::memory_order_release))
      state.SkipWithError("nobody else is there");
  }
}
BENCHMARK(floor_two_rmw);

} // namespace
