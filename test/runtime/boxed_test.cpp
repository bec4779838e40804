// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include <cstdlib>
#include <gtest/gtest.h>
#include <malloc.h>
#include <memory>
#include <moor/boxed.h>
#include <moor/event.h>
#include <moor/manual_executor.h>
#include <moor/mutex.h>
#include <moor/timer.h>
#include <stdexcept>
#include <string>

using namespace moor;
using namespace std::chrono_literals;

namespace {

static_assert(sizeof(boxed<int>) == sizeof(void *));
static_assert(sizeof(boxed<std::string>) == sizeof(void *));
// From a task it is a move, which cannot fail: nothing is allocated.
static_assert(std::is_nothrow_constructible_v<boxed<int>, task<int>>);
static_assert(!std::is_copy_constructible_v<boxed<int>>);
// As an rvalue, like a task.
static_assert(awaitable<boxed<int>> && !awaitable<boxed<int> &>);
// Of the right type only.
static_assert(!std::is_convertible_v<task<std::string>, boxed<int>>);
static_assert(std::is_convertible_v<task<int>, boxed<long>>);
static_assert(!std::is_convertible_v<int, boxed<int>>);

task<int> number(int n) { co_return n; }

TEST(Boxed, OfATask) {
  manual_executor ex;
  auto main = []() -> task<int> {
    boxed<int> a = number(1);
    boxed<int> b = std::move(a);
    EXPECT_FALSE(a.valid());
    EXPECT_TRUE(b.valid());
    co_return co_await std::move(b) + co_await boxed<long>(number(2));
  };
  EXPECT_EQ(ex.run(main()), 3);
}

#if !MOOR_DETECT // which see to it that this does not happen
TEST(Boxed, IsLazyAndMayEndUnawaited) {
  auto alive = std::make_shared<int>();
  bool began = false;
  auto work = [&](std::shared_ptr<int>) -> task<> {
    began = true;
    co_return;
  };
  {
    boxed<> b = work(alive);
    EXPECT_EQ(alive.use_count(), 2);
  }
  EXPECT_EQ(alive.use_count(), 1);
  EXPECT_FALSE(began);
}
#endif

/// Is awaited as an rvalue, and resumes at once.
struct ready_made {
  std::string value;
  bool await_ready() const noexcept { return true; }
  void await_suspend(std::coroutine_handle<>) const noexcept {}
  std::string await_resume() { return std::move(value); }
};

TEST(Boxed, OfAnyAwaitable) {
  manual_executor ex;
  auto main = []() -> task<std::string> {
    boxed<std::string> b = ready_made{"theirs"};
    co_return co_await std::move(b);
  };
  EXPECT_EQ(ex.run(main()), "theirs");
}

TEST(Boxed, OfAwaitersThatCannotMove) {
  manual_executor ex;
  mutex m;
  auto main = [&]() -> task<> {
    boxed<mutex::guard> b = box([&] { return m.lock(); });
    EXPECT_TRUE(m.try_lock()) << "lazy";
    auto guard = co_await std::move(b);
    EXPECT_TRUE(guard);
    EXPECT_FALSE(m.try_lock());
    boxed<> pause = box([] { return sleep_for(1ms); });
    auto begin = ex.now();
    co_await std::move(pause);
    EXPECT_EQ(ex.now() - begin, 1ms);
  };
  ex.run(main());
}

TEST(Boxed, OneOfTwoByACondition) {
  manual_executor ex;
  event e;
  e.set();
  auto wait = [&](bool quick) -> boxed<> {
    if (quick)
      return box([&]() -> event & { return e; });
    return box([] { return sleep_for(5ms); });
  };
  auto main = [&]() -> task<> {
    auto begin = ex.now();
    co_await wait(true);
    EXPECT_EQ(ex.now() - begin, 0ms);
    co_await wait(false);
    EXPECT_EQ(ex.now() - begin, 5ms);
  };
  ex.run(main());
}

// A service as a trait: the interface gives boxes, implementations what suits
// them.
struct service {
  virtual ~service() = default;
  virtual boxed<std::string> call(std::string request) = 0;
};
struct echo final : service {
  // A coroutine itself.
  boxed<std::string> call(std::string request) override {
    co_await sleep_for(1ms);
    co_return request;
  }
};
struct cached final : service {
  boxed<std::string> call(std::string) override { return ready_made{"cached"}; }
};
/// A layer around any other.
struct shouting final : service {
  explicit shouting(std::unique_ptr<service> s) : inner(std::move(s)) {}
  boxed<std::string> call(std::string request) override { return run(request); }
  task<std::string> run(std::string request) {
    co_return co_await inner->call(std::move(request)) + "!";
  }
  std::unique_ptr<service> inner;
};

TEST(Boxed, AsAServiceTrait) {
  manual_executor ex;
  shouting a(std::make_unique<echo>()), b(std::make_unique<cached>());
  auto main = [](service &s) -> task<std::string> {
    co_return co_await s.call("hello");
  };
  EXPECT_EQ(ex.run(main(a)), "hello!");
  EXPECT_EQ(ex.run(main(b)), "cached!");
}

// An interface may as well give tasks.
struct reader {
  virtual ~reader() = default;
  virtual task<int> read() { co_return 1; }
};
struct doubled : reader {
  task<int> read() override { co_return 2 * co_await reader::read(); }
};

TEST(Boxed, NotNeededWhereAllAreTasks) {
  manual_executor ex;
  reader a;
  doubled b;
  auto main = [](reader &r) -> task<int> { co_return co_await r.read(); };
  EXPECT_EQ(ex.run(main(a)), 1);
  EXPECT_EQ(ex.run(main(b)), 2);
}

TEST(Boxed, PassesExceptionsAndStopsOn) {
  manual_executor ex;
  auto fails = []() -> task<int> {
    throw std::runtime_error("no");
    co_return 1;
  };
  auto main = [](boxed<int> b) -> task<int> {
    co_return co_await std::move(b);
  };
  EXPECT_THROW(ex.run(main(fails())), std::runtime_error);

  stop_source source;
  auto wait = [](boxed<> b) -> task<> { co_await std::move(b); };
  auto waiting =
      ex.start(wait(box([] { return sleep_for(1h); })), source.token());
  source.request_stop();
  ex.run_ready();
  EXPECT_THROW(waiting.result(), cancelled);
  auto late = ex.start(wait(box([] { return sleep_for(1h); })), source.token());
  ASSERT_TRUE(late.ended());
  EXPECT_THROW(late.result(), cancelled);
}

/// Bytes that are in use, as malloc sees it.
std::size_t in_use() { return ::mallinfo2().uordblks; }

/// So large that its frame comes from malloc whatever the pool of frames has.
task<int> large() {
  volatile char data[4096]{};
  co_await yield();
  co_return data[7];
}
struct large_awaitable : ready_made {
  char data[4096]{};
};
[[gnu::noinline]] boxed<std::string> box_of_large() {
  return large_awaitable{};
}

TEST(Boxed, OfATaskAllocatesNothing) {
  std::size_t before = in_use();
  void *volatile control = std::malloc(4096);
  bool says = in_use() >= before + 4096;
  std::free(control);
  if (!says)
    GTEST_SKIP() << "malloc is another one and does not say";

  before = in_use();
  task<int> t = large();
  std::size_t with_task = in_use();
  EXPECT_GT(with_task, before);
  boxed<int> b = std::move(t);
  EXPECT_EQ(in_use(), with_task);
  manual_executor ex;
  auto main = [](boxed<int> b) -> task<int> {
    co_return co_await std::move(b);
  };
  EXPECT_EQ(ex.run(main(std::move(b))), 0);

  before = in_use();
  boxed<std::string> other = box_of_large();
  EXPECT_GE(in_use(), before + 4096) << "what is not a task has to be kept";
  ex.run([](boxed<std::string> b) -> task<> {
    EXPECT_EQ(co_await std::move(b), "");
  }(std::move(other)));
}

task<char *> ready() {
  co_return static_cast<char *>(__builtin_frame_address(0));
}

TEST(Boxed, AMillionReadyOnesTakeNoStack) {
  manual_executor ex;
  auto main = []() -> task<std::ptrdiff_t> {
    char *first = co_await boxed<char *>(ready()), *last = first;
    for (int i = 0; i < 1'000'000; ++i)
      last = co_await boxed<char *>(ready());
    co_return first - last;
  };
  EXPECT_LT(std::abs(ex.run(main())), 4096);
}

} // namespace
