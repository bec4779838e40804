// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Stopping, and the children of one parent: stop_source, when_any's claim, the
// group that waits for all, timers, shared tasks.

#include <atomic>
#include <interleave/scenario.h>
#include <memory>
#include <moor/event.h>
#include <moor/nursery.h>
#include <moor/shared_task.h>
#include <moor/stop.h>
#include <moor/timeout.h>
#include <moor/timer.h>
#include <moor/when_all.h>

namespace interleave {

namespace {

using namespace moor;
using message = std::unique_ptr<int>;

/// A callback is registered, called and removed at the same time.
void stop_callback_removed() {
  stop_source stop;
  threads(
      [&] {
        auto called = std::make_unique<int>(0);
        {
          auto call = [&] { ++*called; };
          stop_callback callback(stop.token(), call);
        }
        // Not called any more, so nobody else uses it.
        check(*called <= 1, "called once");
        called.reset();
      },
      [&] { stop.request_stop(); },
      [&] {
        int called = 0;
        {
          auto call = [&] { ++called; };
          stop_callback callback(stop.token(), call);
        }
        check(called <= 1, "called once");
      });
}

/// Two request it; one of them is the first.
void stop_requested_twice() {
  stop_source stop;
  int called = 0;
  bool first[2];
  auto call = [&] { ++called; };
  stop_callback callback(stop.token(), call);
  threads([&] { first[0] = stop.request_stop(); },
          [&] { first[1] = stop.request_stop(); });
  check(first[0] != first[1] && called == 1, "once");
}

/// What was done before a stop is seen by who sees it.
void stop_publishes() {
  stop_source stop;
  int data = 0;
  threads([&] { data = 1, stop.request_stop(); },
          [&] {
            if (stop.stop_requested())
              check(data == 1, "sees what was done before");
          });
}

/// A parent's stop reaches the child, which ends meanwhile.
void linked_stop() {
  stop_source parent;
  threads([&] { parent.request_stop(); },
          [&] {
            linked_stop_source child(parent.token());
            int called = 0;
            {
              auto call = [&] { ++called; };
              stop_callback callback(child.token(), call);
              child.request_stop();
            }
            check(called == 1, "called once");
          },
          [&] {
            linked_stop_source child(parent.token());
            (void)child.stop_requested();
          });
}

task<int> value_after(event &e, int &data) {
  co_await e;
  co_return data;
}

/// Two events, set by two threads; the first that comes wins.
void when_any_claimed() {
  event a, b;
  int data[2]{};
  threads(
      [&] {
        auto both = [&]() -> task<> {
          auto [x, y] = co_await when_any(value_after(a, data[0]),
                                          value_after(b, data[1]));
          check(x || y, "one has won");
          check(!x || *x == 1, "its value");
          check(!y || *y == 1, "its value");
        };
        check(run(both()), "nobody stops it");
      },
      [&] { data[0] = 1, a.set(); }, [&] { data[1] = 1, b.set(); });
}

/// The two end on two threads at the same time.
void when_any_on_a_pool() {
  event a, b;
  pool workers;
  threads(
      [&] {
        auto wait = [](event &e) -> task<int> {
          co_await e;
          co_return 1;
        };
        auto both = [&]() -> task<> {
          auto [x, y] = co_await when_any(wait(a), wait(b));
          check(x || y, "one has won");
        };
        workers.start(both());
        workers.work();
      },
      [&] { workers.work(); }, [&] { a.set(), b.set(); });
  check(!workers.was_cancelled(), "nobody stops it");
}

/// What both children did on their threads is seen by the parent.
void when_all_on_a_pool() {
  event a;
  pool workers;
  threads(
      [&] {
        auto wait = [&]() -> task<message> {
          co_await a;
          co_return std::make_unique<int>(1);
        };
        auto both = [&]() -> task<> {
          auto [x, y] = co_await when_all(wait(), wait());
          check(*x + *y == 2, "both");
        };
        workers.start(both());
        workers.work();
      },
      [&] { workers.work(); }, [&] { a.set(); });
  check(!workers.was_cancelled(), "nobody stops it");
}

/// Children that are spawned go on on another thread at once.
void nursery_on_a_pool() {
  pool workers;
  threads(
      [&] {
        auto parent = [&]() -> task<> {
          auto data = std::make_unique<int[]>(2);
          auto child = [&](int i) -> task<> {
            data[i] = 1;
            co_return;
          };
          co_await with_nursery([&](nursery &n) -> task<> {
            n.spawn(child(0));
            n.spawn(child(1));
            co_return;
          });
          check(data[0] + data[1] == 2, "both have ended");
        };
        workers.start(parent());
        workers.work();
      },
      [&] { workers.work(); });
  check(!workers.was_cancelled(), "nobody stops it");
}

/// A child throws while the other ends; the first exception is thrown.
void when_all_failing() {
  event a;
  pool workers;
  threads(
      [&] {
        auto fail = [&]() -> task<> {
          co_await a;
          throw 1;
        };
        auto wait = [&]() -> task<> { co_await a; };
        auto both = [&]() -> task<> {
          try {
            co_await when_all(fail(), wait());
            check(false, "thrown");
          } catch (int) {
          }
        };
        workers.start(both());
        workers.work();
      },
      [&] { workers.work(); }, [&] { a.set(); });
}

/// The time is over while what is timed ends.
void timeout_on_a_pool() {
  event a;
  pool workers;
  threads(
      [&] {
        auto timed = [&]() -> task<> {
          auto wait = [&]() -> task<int> {
            co_await a;
            co_return 1;
          };
          try {
            check(co_await timeout(std::chrono::seconds(1), wait()) == 1,
                  "the value");
          } catch (timed_out &) {
          }
        };
        workers.start(timed());
        workers.work();
      },
      [&] { workers.work(); }, [&] { workers.time_passes(), a.set(); });
}

/// A shared task is awaited by two, one of which is stopped.
void shared_task_of_two() {
  event a;
  stop_source stop;
  int begun = 0;
  auto work = [&]() -> shared_task<message> {
    ++begun;
    co_await a;
    co_return std::make_unique<int>(1);
  };
  auto shared = work();
  auto wait = [](shared_task<message> on) -> task<> {
    check(*co_await on == 1, "the result");
  };
  threads(
      [&] {
        auto mine = std::move(shared);
        auto other = mine;
        check(run(wait(std::move(mine))), "nobody stops it");
      },
      [&] { a.set(); });
  check(begun == 1, "once");
}

/// The two let it go on two threads, after it has ended.
void shared_task_let_go() {
  auto work = []() -> shared_task<message> {
    co_return std::make_unique<int>(1);
  };
  auto first = work();
  auto second = first, third = first;
  auto use = [](shared_task<message> &on) {
    auto wait = [](shared_task<message> mine) -> task<> {
      check(*co_await mine == 1, "the result");
    };
    check(run(wait(std::move(on))), "nobody stops it");
  };
  threads([&] { use(first); }, [&] { use(second); },
          [&] {
            auto mine = std::move(third);
            if (mine.ended())
              use(mine);
          });
}

std::atomic<int *> told; // not of the model: it orders nothing

/// A handler of lost exceptions is set, and replaced, while one is lost.
void lost_exceptions() {
  auto data = std::make_unique<int>(0);
  told = data.get();
  auto quiet = [](std::exception_ptr) noexcept {};
  lost_exception_handler telling = [](std::exception_ptr) noexcept {
    check(*told == 1, "sees what was done before it was set");
  };
  auto before = set_lost_exception_handler(quiet);
  threads([&] { *data = 1, set_lost_exception_handler(telling); },
          [&] { detail::lose_exception(nullptr); },
          [&] {
            if (set_lost_exception_handler(quiet) == telling)
              check(*data == 1, "sees what was done before it was set");
          });
  set_lost_exception_handler(before);
}

/// A timer is due while its wait is stopped.
void sleep_cancelled() {
  loop here;
  stop_source stop;
  bool slept = false;
  threads(
      [&] {
        here.enter();
        auto wait = [&]() -> task<> {
          co_await sleep_for(std::chrono::seconds(1));
          slept = true;
        };
        coroutine<> c(here, wait(), stop.token());
        check(c.finish() == slept, "either");
      },
      [&] { here.time_passes(); }, [&] { stop.request_stop(); });
}

/// The wait goes on on another thread than it began on.
void sleep_on_a_pool() {
  pool workers;
  stop_source stop;
  threads(
      [&] {
        auto wait = [&]() -> task<> {
          co_await sleep_for(std::chrono::seconds(1));
        };
        workers.start(wait(), stop.token());
        workers.work();
      },
      [&] { workers.work(); },
      [&] { workers.time_passes(), stop.request_stop(); });
}

const add_scenarios structure{{
    {"stop: callback removed", stop_callback_removed},
    {"stop: requested twice", stop_requested_twice},
    {"stop: publishes", stop_publishes},
    {"stop: linked", linked_stop},
    {"when_any: claimed", when_any_claimed},
    {"when_any: on a pool", when_any_on_a_pool},
    {"when_all: on a pool", when_all_on_a_pool},
    {"when_all: failing", when_all_failing},
    {"nursery: on a pool", nursery_on_a_pool},
    {"timeout: on a pool", timeout_on_a_pool},
    {"shared_task: of two", shared_task_of_two},
    {"shared_task: let go", shared_task_let_go},
    {"lost exceptions: handler set", lost_exceptions},
    {"timer: due against cancelled", sleep_cancelled},
    {"timer: on a pool", sleep_on_a_pool},
}};

} // namespace
} // namespace interleave
