// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// How a call is made, and stopped, is in offload_test.cpp.

#include <gtest/gtest.h>
#include <moor/compute_pool.h>
#include <moor/event_loop.h>
#include <moor/manual_executor.h>
#include <moor/nursery.h>
#include <moor/on.h>
#include <moor/timer.h>
#include <moor/when_all.h>
#include <thread>
#include <vector>

using namespace moor;
using namespace std::chrono_literals;

namespace {

TEST(ComputePool, BeginsInTheOrderOfArrivalPiecesAndTasksAlike) {
  compute_pool pool(1);
  manual_executor ex;
  detail::atomic<bool> open = false;
  std::vector<int> order;
  auto block = [&]() -> task<> {
    co_await pool.run([&] {
      while (!open)
        std::this_thread::yield();
    });
  };
  auto piece = [&](int id) -> task<> {
    co_await pool.run([&] { order.push_back(id); });
  };
  auto job = [&](int id) -> task<> {
    order.push_back(id);
    co_return;
  };
  auto main = [&]() -> task<> {
    co_await when_all(block(), piece(0), on(pool, job(1)), on(pool, job(2)),
                      piece(3), piece(4), on(pool, job(5)));
  };
  auto all = ex.start(main()); // all are in the queue now
  open = true;
  moor::run([](compute_pool &p) -> task<> { co_await p.run([] {}); }(pool));
  ex.run_ready();
  EXPECT_TRUE(all.ended());
  EXPECT_EQ(order, (std::vector{0, 1, 2, 3, 4, 5}));
}

TEST(ComputePool, RunsCoroutinesThatWait) {
  compute_pool pool(2);
  event_loop loop;
  auto job = [&](int n) -> task<int> {
    co_await sleep_for(1ms);
    EXPECT_EQ(executor::current(), &pool);
    n += co_await pool.run([] { return 1; }); // from within: no deadlock
    EXPECT_EQ(executor::current(), &pool);
    co_return n;
  };
  auto main = [&]() -> task<int> {
    auto [a, b] = co_await when_all(on(pool, job(1)), on(pool, job(2)));
    EXPECT_EQ(executor::current(), &loop);
    co_return a + b;
  };
  EXPECT_EQ(loop.run(main()), 5);
}

TEST(ComputePool, HasAsManyAtOnceAsThreads) {
  compute_pool pool(3);
  detail::atomic<int> inside = 0, most = 0;
  auto piece = [&]() -> task<> {
    co_await pool.run([&] {
      int now = ++inside;
      for (int seen = most; now > seen;)
        if (most.compare_exchange_weak(seen, now))
          break;
      for (int i = 0; i < 20; ++i)
        std::this_thread::yield();
      --inside;
    });
  };
  auto main = [&]() -> task<> {
    co_await with_nursery([&](nursery &n) -> task<> {
      for (int i = 0; i < 200; ++i)
        n.spawn(piece());
      co_return;
    });
  };
  moor::run(main());
  EXPECT_LE(most, 3);
  EXPECT_GE(most, 1);
}

TEST(ComputePool, FromManyLoops) {
  compute_pool pool(2);
  std::vector<std::thread> loops;
  detail::atomic<int> sum = 0;
  auto main = [&]() -> task<> {
    for (int i = 0; i < 100; ++i)
      sum += co_await pool.run([] { return 1; });
  };
  for (int i = 0; i < 3; ++i)
    loops.emplace_back([&] { moor::run(main()); });
  for (std::thread &t : loops)
    t.join();
  EXPECT_EQ(sum, 300);
}

TEST(ComputePool, HasAThreadPerProcessorByDefault) {
  compute_pool pool;
  EXPECT_EQ(moor::run([](compute_pool &p) -> task<int> {
              co_return co_await p.run([] { return 6; });
            }(pool)),
            6);
}

} // namespace
