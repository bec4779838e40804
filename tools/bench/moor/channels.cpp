// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What a message costs: the CPU time of both sides.

#include <benchmark/benchmark.h>
#include <moor/channel.h>
#include <moor/event_loop.h>
#include <moor/when_all.h>
#include <thread>

using namespace moor;

namespace {

constexpr int messages = 100'000; // of one iteration
constexpr std::size_t capacity = 1024;

template <class Channel> task<> produce(Channel &to) {
  for (int i = 0; i < messages; ++i)
    co_await to.send(i);
  to.close();
}

template <class Channel> task<long> consume(Channel &from) {
  long sum = 0;
  while (auto message = co_await from.receive())
    sum += *message;
  co_return sum;
}

template <class Channel> task<> both(Channel &through) {
  co_await when_all(produce(through), consume(through));
}

void count_messages(benchmark::State &state) {
  state.counters["messages"] = messages;
}

void local_mpsc(benchmark::State &state) {
  event_loop loop;
  for (auto _ : state) {
    local::mpsc<int> channel(capacity);
    loop.run(both(channel));
  }
  count_messages(state);
}
BENCHMARK(local_mpsc);

void mpsc_on_one_thread(benchmark::State &state) {
  event_loop loop;
  for (auto _ : state) {
    mpsc<int> channel(capacity);
    loop.run(both(channel));
  }
  count_messages(state);
}
BENCHMARK(mpsc_on_one_thread);

/// Two loops, each on a thread of its own; starting the thread is part of it.
void send_to_a_thread(benchmark::State &state, std::size_t capacity) {
  for (auto _ : state) {
    mpsc<int> channel(capacity);
    std::thread producer([&] { run(produce(channel)); });
    benchmark::DoNotOptimize(run(consume(channel)));
    producer.join();
  }
  count_messages(state);
}

void threaded_mpsc(benchmark::State &state) {
  send_to_a_thread(state, capacity);
}
BENCHMARK(threaded_mpsc)->MeasureProcessCPUTime()->UseRealTime();

/// So little room that the threads wait for each other most of the time.
void narrow_threaded_mpsc(benchmark::State &state) {
  send_to_a_thread(state, 64);
}
BENCHMARK(narrow_threaded_mpsc)->MeasureProcessCPUTime()->UseRealTime();

} // namespace
