// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include <gtest/gtest.h>
#include <memory>
#include <moor/event_loop.h>
#include <moor/manual_executor.h>
#include <moor/timer.h>
#include <stdexcept>
#include <string>
#include <thread>

using namespace moor;
using namespace std::chrono_literals;

namespace {

task<int> number(int n) { co_return n; }

task<int> sum(int n) {
  int s = 0;
  for (int i = 0; i < n; ++i)
    s += co_await number(1);
  co_return s;
}

task<int> nested(int depth) {
  if (depth == 0)
    co_return 0;
  co_return 1 + co_await nested(depth - 1);
}

TEST(Task, GivesItsValue) { EXPECT_EQ(moor::run(number(3)), 3); }

TEST(Task, IsLazy) {
  bool began = false;
  auto begin = [&]() -> task<> {
    began = true;
    co_return;
  };
  task<> t = begin();
  EXPECT_FALSE(began);
  moor::run(std::move(t));
  EXPECT_TRUE(began);
  EXPECT_FALSE(t.valid());
}

TEST(Task, ThrowsWhereItIsAwaited) {
  auto fails = []() -> task<int> {
    throw std::runtime_error("no");
    co_return 1;
  };
  auto main = [&]() -> task<std::string> {
    try {
      co_await fails();
    } catch (const std::runtime_error &e) {
      co_return e.what();
    }
    co_return "";
  };
  EXPECT_EQ(moor::run(main()), "no");
  EXPECT_THROW(moor::run(fails()), std::runtime_error);
}

TEST(Task, GivesReferencesAndMoveOnlyValues) {
  int n = 1;
  auto reference = [&]() -> task<int &> { co_return n; };
  EXPECT_EQ(&moor::run(reference()), &n);
  auto pointer = []() -> task<std::unique_ptr<int>> {
    co_return std::make_unique<int>(4);
  };
  EXPECT_EQ(*moor::run(pointer()), 4);
}

char *stack_now() { return static_cast<char *>(__builtin_frame_address(0)); }

task<char *> deepest(int depth) {
  if (depth == 0)
    co_return stack_now();
  co_return co_await deepest(depth - 1);
}

TEST(Task, AMillionNestedAwaitsTakeNoStack) {
  auto main = []() -> task<std::ptrdiff_t> {
    char *shallow = co_await deepest(10);
    char *deep = co_await deepest(1'000'000);
    co_return shallow - deep;
  };
  EXPECT_LT(std::abs(moor::run(main())), 4096);
  EXPECT_EQ(moor::run(nested(1'000'000)), 1'000'000);
}

TEST(Task, AMillionReadyAwaitsTakeNoStack) {
  auto main = []() -> task<std::ptrdiff_t> {
    char *first = co_await deepest(0);
    int n = co_await sum(1'000'000);
    EXPECT_EQ(n, 1'000'000);
    co_return first - co_await deepest(0);
  };
  EXPECT_LT(std::abs(moor::run(main())), 4096);
}

#if !MOOR_DETECT // which see to it that this does not happen
TEST(Task, NeverStartedIsDestroyed) {
  auto alive = std::make_shared<int>();
  auto holds = [](std::shared_ptr<int>) -> task<> { co_return; };
  {
    // NOLINTNEXTLINE(coro-discarded-task): dropped unbegun, that is the test
    task<> t = holds(alive);
  }
  EXPECT_EQ(alive.use_count(), 1);
}
#endif

/// Resumes on a thread of its own, as moor's awaiters never do.
struct elsewhere {
  std::thread &thread;
  std::thread::id resumed_on;

  bool await_ready() const noexcept { return false; }
  void await_suspend(std::coroutine_handle<> h) {
    thread = std::thread([this, h] {
      resumed_on = std::this_thread::get_id();
      h.resume();
    });
  }
  std::thread::id await_resume() const noexcept { return resumed_on; }
};

TEST(Task, ResumesOnItsOwnExecutorWhoeverResumesIt) {
  std::thread thread;
  auto main = [&]() -> task<> {
    event_loop *before = static_cast<event_loop *>(executor::current());
    auto here = std::this_thread::get_id();
    auto there = co_await elsewhere{thread, {}};
    EXPECT_NE(there, here);
    EXPECT_EQ(std::this_thread::get_id(), here);
    EXPECT_EQ(executor::current(), before);
  };
  moor::run(main());
  thread.join();
}

} // namespace
