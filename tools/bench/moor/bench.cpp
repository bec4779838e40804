// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What awaiting, locking and starting children cost in moor.

#include <benchmark/benchmark.h>
#include <moor/event_loop.h>
#include <moor/mutex.h>
#include <moor/nursery.h>
#include <moor/thread_pool.h>
#include <moor/timer.h>
#include <moor/when_all.h>

using namespace moor;

namespace {

task<int> inlined(int i) { co_return i; }
[[gnu::noinline]] task<int> apart(int i) { co_return i; }

task<> await_inlined(benchmark::State &state) {
  int sum = 0;
  for (auto _ : state)
    benchmark::DoNotOptimize(sum += co_await inlined(sum));
}
task<> await_apart(benchmark::State &state) {
  int sum = 0;
  for (auto _ : state)
    benchmark::DoNotOptimize(sum += co_await apart(sum));
}

void await_elided(benchmark::State &state) { run(await_inlined(state)); }
BENCHMARK(await_elided);

void await_pooled(benchmark::State &state) { run(await_apart(state)); }
BENCHMARK(await_pooled);

template <class Mutex> task<> lock_and_unlock(benchmark::State &state) {
  Mutex m;
  benchmark::DoNotOptimize(&m);
  for (auto _ : state)
    auto guard = co_await m.lock();
}

void mutex_uncontended(benchmark::State &state) {
  run(lock_and_unlock<mutex>(state));
}
BENCHMARK(mutex_uncontended);

void local_mutex_uncontended(benchmark::State &state) {
  run(lock_and_unlock<local::mutex>(state));
}
BENCHMARK(local_mutex_uncontended);

/// Two coroutines that hand a mutex to each other in turn.
template <class Mutex> task<> take_turns(benchmark::State &state) {
  Mutex m;
  bool done = false;
  auto other = [&]() -> task<> {
    while (!done) {
      auto guard = co_await m.lock();
      co_await yield();
    }
  };
  auto measured = [&]() -> task<> {
    for (auto _ : state) {
      auto guard = co_await m.lock();
      co_await yield();
    }
    done = true;
  };
  co_await when_all(other(), measured());
}

void mutex_contended(benchmark::State &state) { run(take_turns<mutex>(state)); }
BENCHMARK(mutex_contended);

task<> start_two(benchmark::State &state) {
  for (auto _ : state)
    benchmark::DoNotOptimize(co_await when_all(apart(1), apart(2)));
}
void when_all_of_two(benchmark::State &state) { run(start_two(state)); }
BENCHMARK(when_all_of_two);

task<> nothing() { co_return; }
task<> spawn(benchmark::State &state) {
  co_await with_nursery([&](nursery &children) -> task<> {
    int n = 0;
    for (auto _ : state) {
      children.spawn(nothing());
      if (++n % 100 == 0)
        co_await yield(); // lets them run and end
    }
  });
}
void nursery_child(benchmark::State &state) { run(spawn(state)); }
BENCHMARK(nursery_child);

task<> let_others_run(benchmark::State &state) {
  for (auto _ : state)
    co_await yield();
}
void yield_on_a_loop(benchmark::State &state) { run(let_others_run(state)); }
BENCHMARK(yield_on_a_loop);

void yield_on_a_pool(benchmark::State &state) {
  thread_pool pool(1);
  pool.run(let_others_run(state));
}
BENCHMARK(yield_on_a_pool)->MeasureProcessCPUTime();

} // namespace
