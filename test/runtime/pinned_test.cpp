// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include <gtest/gtest.h>
#include <list>
#include <map>
#include <memory>
#include <moor/async_generator.h>
#include <moor/barrier.h>
#include <moor/channel.h>
#include <moor/condition_variable.h>
#include <moor/event.h>
#include <moor/event_loop.h>
#include <moor/generator.h>
#include <moor/interval.h>
#include <moor/latch.h>
#include <moor/manual_executor.h>
#include <moor/merge.h>
#include <moor/mutex.h>
#include <moor/nursery.h>
#include <moor/oneshot.h>
#include <moor/pinned.h>
#include <moor/rwlock.h>
#include <moor/semaphore.h>
#include <moor/shared_task.h>
#include <moor/thread_pool.h>
#include <moor/timeout.h>
#include <moor/timer.h>
#include <optional>
#include <string>
#include <vector>

using namespace moor;
using namespace std::chrono_literals;

namespace {

template <class T>
constexpr bool immovable =
    !std::is_move_constructible_v<T> && !std::is_copy_constructible_v<T> &&
    !std::is_move_assignable_v<T> && !std::is_copy_assignable_v<T>;

/// What co_await of a T waits with.
template <class T>
constexpr bool waits_in_place =
    immovable<std::remove_cvref_t<detail::awaiter_of<T>>> &&
    !std::is_reference_v<detail::awaiter_of<T>>;

// Every waiter of moor is part of the frame that awaits it, and stays there.

template <class Event, class Mutex, class Rwlock, class Semaphore, class Latch,
          class Barrier, class Condition, class Channel, class Oneshot>
constexpr bool shared_things_wait_in_place() {
  static_assert(waits_in_place<Event &>);
  static_assert(waits_in_place<Latch &>);
  static_assert(immovable<decltype(std::declval<Mutex &>().lock())>);
  static_assert(immovable<decltype(std::declval<Rwlock &>().read())>);
  static_assert(immovable<decltype(std::declval<Rwlock &>().write())>);
  static_assert(immovable<decltype(std::declval<Semaphore &>().acquire())>);
  static_assert(immovable<decltype(std::declval<Latch &>().arrive_and_wait())>);
  static_assert(
      immovable<decltype(std::declval<Barrier &>().arrive_and_wait())>);
  static_assert(immovable<decltype(std::declval<Condition &>().wait(
                    std::declval<typename Mutex::guard &>()))>);
  static_assert(immovable<decltype(std::declval<Channel &>().send(1))>);
  static_assert(immovable<decltype(std::declval<Channel &>().send(
                    std::declval<const int &>()))>);
  static_assert(immovable<decltype(std::declval<Channel &>().receive())>);
  static_assert(immovable<decltype(std::declval<Channel &>().next())>);
  static_assert(immovable<decltype(std::declval<Oneshot &>().receive())>);
  // What they wait for stays, too.
  static_assert(immovable<Event> && immovable<Mutex> && immovable<Rwlock>);
  static_assert(immovable<Semaphore> && immovable<Latch> && immovable<Barrier>);
  static_assert(immovable<Condition> && immovable<Channel>);
  static_assert(immovable<Oneshot>);
  return true;
}
static_assert(
    shared_things_wait_in_place<event, mutex, rwlock, semaphore, latch, barrier,
                                condition_variable, mpsc<int>, oneshot<int>>());
static_assert(shared_things_wait_in_place<
              local::event, local::mutex, local::rwlock, local::semaphore,
              local::latch, local::barrier, local::condition_variable,
              local::mpsc<int>, local::oneshot<int>>());

static_assert(immovable<decltype(sleep_for(1ms))>);
static_assert(immovable<decltype(sleep_until(clock::time_point()))>);
static_assert(immovable<decltype(yield())>);
static_assert(immovable<decltype(std::declval<interval &>().tick())>);
static_assert(immovable<decltype(std::declval<interval &>().next())>);
static_assert(waits_in_place<task<int>>);
static_assert(waits_in_place<task<>>);
static_assert(immovable<decltype(std::declval<task<>>().in(
                  std::declval<const context &>()))>);
static_assert(waits_in_place<shared_task<int> &>);
static_assert(
    immovable<decltype(std::declval<async_generator<int> &>().next())>);
static_assert(waits_in_place<loop_over<async_generator<int>, void (*)(int)>>);
static_assert(immovable<detail::reschedule>);
static_assert(immovable<detail::turn_awaiter>);
static_assert(immovable<detail::posted_back<std::suspend_always>>);
static_assert(immovable<detail::alarm>);
static_assert(immovable<work_item> && immovable<timer>);

// And what others have the address of.
static_assert(immovable<nursery> && immovable<stop_source>);
static_assert(immovable<linked_stop_source> && immovable<detail::group>);
static_assert(immovable<stop_callback<void (*)()>>);
static_assert(immovable<manual_executor> && immovable<thread_pool>);
static_assert(immovable<event_loop>);

/// Gives its address to others; can move before.
struct operation {
  static constexpr bool enable_unpin = false;
  int value = 0;
};
/// The same by its shape.
struct registering_awaiter {
  bool await_ready() const noexcept { return false; }
  void await_suspend(std::coroutine_handle<> h) { waiting = h; }
  void await_resume() const noexcept {}
  std::coroutine_handle<> waiting;
};
/// An awaiter that may move: nobody has its address.
struct harmless_awaiter : registering_awaiter {
  static constexpr bool enable_unpin = true;
};
struct incomplete;
struct canary_by_inheritance : pin_canary {};

static_assert(unpin<int> && unpin<int *> && unpin<std::string>);
static_assert(unpin<std::vector<std::string>> && unpin<std::map<int, int>>);
static_assert(unpin<task<int>> && unpin<async_generator<int>>);
static_assert(unpin<generator<int>> && unpin<pinned<operation> *>);
static_assert(unpin<std::suspend_always>);
static_assert(!unpin<event> && !unpin<stop_source>);
static_assert(!unpin<operation> && !unpin<const operation>);
static_assert(!unpin<registering_awaiter> && unpin<harmless_awaiter>);
static_assert(!unpin<canary_by_inheritance>);
static_assert(!unpin<std::optional<operation>>);
static_assert(!unpin<std::pair<int, operation>>);
static_assert(!unpin<std::vector<registering_awaiter>>);
// An owning pointer is no way around it.
static_assert(unpin<std::unique_ptr<int>> && unpin<std::shared_ptr<int>>);
static_assert(!unpin<std::unique_ptr<operation>>);
static_assert(!unpin<std::unique_ptr<event>>);
static_assert(!unpin<std::unique_ptr<incomplete>>);
static_assert(!unpin<pin_box<operation>> && unpin<pin_box<int>>);
// But a plain one is.
static_assert(unpin<operation *>);

} // namespace

/// Says of somebody else's type what its author did not.
struct foreign {
  foreign *self = this;
};
template <> inline constexpr bool moor::enable_unpin<foreign> = false;

namespace {

static_assert(!unpin<foreign>);

template <class T>
concept can_be_taken = requires(pinned<T> p) { p.take(); };
static_assert(can_be_taken<int> && can_be_taken<std::string>);
static_assert(!can_be_taken<operation> && !can_be_taken<event>);

// How a pinned reference is made.
static_assert(std::is_constructible_v<pinned<event>, event &>);
static_assert(!std::is_constructible_v<pinned<event>, event>);
static_assert(!std::is_constructible_v<pinned<operation>, operation &>);
static_assert(!std::is_constructible_v<pinned<int>, int &>);
// Nothing comes out of one by itself.
static_assert(!std::is_convertible_v<pinned<operation>, operation>);
static_assert(!std::is_convertible_v<pinned<operation>, operation &&>);
static_assert(!std::is_convertible_v<pinned<operation>, operation &>);

int look(pinned<operation> at) { return at->value; }

TEST(Pinned, RefersToWhatCannotMove) {
  manual_executor ex;
  event ready;
  auto waits = [](pinned<event> e) -> task<> { co_await *e; };
  auto waiting = ex.start(waits(ready));
  ready.set();
  ex.run_ready();
  EXPECT_TRUE(waiting.ended());
}

TEST(Pin, PinsALocalWhereItIs) {
  operation x{3};
  auto p = MOOR_PIN(x);
  static_assert(std::is_same_v<decltype(p), pinned<operation>>);
  EXPECT_EQ(&*p, &x);
  EXPECT_EQ(look(p), 3);
  MOOR_PIN(x); // as a statement
  EXPECT_EQ(look(MOOR_PIN(x)), 3);
  const operation c{4};
  EXPECT_EQ(MOOR_PIN(c)->value, 4);
}

template <class A, class B> operation sum(A a, B b) { return {int(a + b)}; }

TEST(Pin, DeclaresALocalThatIsNothingButPinned) {
  MOOR_PIN(x, operation{5});
  static_assert(std::is_same_v<decltype(x), const pinned<operation>>);
  EXPECT_EQ(look(x), 5);
  x->value = 6;
  EXPECT_EQ((*x).value, 6);
  MOOR_PIN(y, sum<int, long>(1, 2)); // with commas
  EXPECT_EQ(y->value, 3);
  auto same = x;
  EXPECT_EQ(&*same, &*x);
  MOOR_PIN(s, std::string("may move"));
  std::string taken = s.take();
  EXPECT_EQ(taken, "may move");
}

TEST(Pin, KeepsWhatCannotMoveAtAll) {
  manual_executor ex;
  mutex m;
  auto main = [&]() -> task<> {
    MOOR_PIN(turn, m.lock()); // an awaiter
    auto guard = co_await *turn;
    EXPECT_TRUE(guard);
  };
  ex.run(main());
}

TEST(Pin, OfAStreamThatIsAskedInTurns) {
  manual_executor ex;
  auto numbers = []() -> async_generator<int> {
    for (int i = 0;; ++i)
      co_yield i;
  };
  auto main = [&]() -> task<int> {
    MOOR_PIN(s, numbers());
    int first = *co_await next(*s);
    co_return first + *co_await s->next();
  };
  EXPECT_EQ(ex.run(main()), 1);
}

TEST(PinBox, MovesWithoutItsObject) {
  pin_box<operation> b(operation{7});
  pinned<operation> p = b.get();
  operation *at = &*b;
  std::vector<pin_box<operation>> boxes;
  boxes.push_back(std::move(b));
  EXPECT_FALSE(b);
  boxes.reserve(100);
  EXPECT_EQ(&*boxes[0], at);
  EXPECT_EQ(look(p), 7);
  b = std::move(boxes[0]);
  EXPECT_EQ(b->value, 7);
  EXPECT_EQ(&*b.get(), at);
}

TEST(PinBox, MakesWhatCannotMove) {
  struct counted {
    counted(int &n, std::string with) : n(n), with(std::move(with)) { ++n; }
    counted(counted &&) = delete;
    ~counted() { --n; }
    int &n;
    std::string with;
  };
  int n = 0;
  {
    pin_box<counted> a(std::in_place, n, "a"), b(std::in_place, n, "b"), none;
    EXPECT_EQ(n, 2);
    EXPECT_FALSE(none);
    a = std::move(b);
    EXPECT_EQ(n, 1) << "what was in it has ended";
    EXPECT_EQ(a->with, "b");
    a.swap(none);
    EXPECT_EQ(none->with, "b");
    pinned<counted> p = none.get();
    EXPECT_EQ(p->with, "b");
  }
  EXPECT_EQ(n, 0);
}

/// Registers its address, and says so.
class watcher {
public:
  void start() { canary_.arm(); }
  void stop() { canary_.disarm(); }
  int value = 0;

private:
  [[no_unique_address]] pin_canary canary_;
};

#if !MOOR_DETECT

static_assert(std::is_empty_v<pin_canary>);
static_assert(std::is_trivially_copyable_v<pin_canary>);
static_assert(std::is_trivially_default_constructible_v<pin_canary>);
static_assert(sizeof(watcher) == sizeof(int));
static_assert(std::is_trivially_copyable_v<watcher>);

TEST(PinCanary, CostsNothingWithoutDetectors) {
  watcher w;
  w.start();
  watcher copy = w;
  copy.stop();
}

#else

TEST(PinCanary, IsSilentWhereNothingIsWrong) {
  std::vector<watcher> moved_before(3);
  moved_before.reserve(100);
  moved_before[0].start();
  moved_before[0].stop();
  moved_before.reserve(1000);
  watcher a, b;
  std::swap(a, b);
  a.start();
  b = watcher(); // not a
  a.stop();
  std::list<watcher> in_nodes(2);
  in_nodes.front().start();
  in_nodes.splice(in_nodes.end(), in_nodes, in_nodes.begin());
  in_nodes.back().stop();
}

using PinCanaryDeathTest = ::testing::Test;

TEST(PinCanaryDeathTest, ReportsAMove) {
  EXPECT_EXIT(
      {
        watcher w;
        w.start();
        watcher elsewhere = std::move(w);
      },
      ::testing::ExitedWithCode(104), "moved-pinned");
  EXPECT_EXIT(
      {
        std::vector<watcher> w(1);
        w[0].start();
        w.reserve(100);
      },
      ::testing::ExitedWithCode(104), "moved-pinned");
}

TEST(PinCanaryDeathTest, ReportsItsEndAndBeingOverwritten) {
  EXPECT_EXIT(
      {
        watcher w;
        w.start();
      },
      ::testing::ExitedWithCode(105), "destroyed-pinned");
  EXPECT_EXIT(
      {
        watcher w;
        w.start();
        w = watcher();
      },
      ::testing::ExitedWithCode(105), "destroyed-pinned");
}

TEST(PinCanaryDeathTest, ReportsAMoveByBytes) {
  EXPECT_EXIT(
      {
        alignas(pin_canary) unsigned char from[sizeof(pin_canary)];
        alignas(pin_canary) unsigned char to[sizeof(pin_canary)];
        auto *c = ::new (from) pin_canary();
        c->arm();
        __builtin_memcpy(to, from, sizeof to);
        reinterpret_cast<pin_canary *>(to)->disarm();
      },
      ::testing::ExitedWithCode(104), "moved-pinned");
}

#endif

} // namespace
