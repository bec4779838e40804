// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Stopping, and the children of one parent: stop_source, when_any's claim, the
// group that waits for all, timers; and the inbox of executors.

#include <interleave/scenario.h>
#include <memory>
#include <moor/detail/inbox.h>
#include <moor/event.h>
#include <moor/nursery.h>
#include <moor/stop.h>
#include <moor/timer.h>
#include <moor/when_all.h>

namespace interleave {

namespace {

using namespace moor;

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
  int called = 0, before = 0;
  bool first[2];
  auto call = [&] { ++called; };
  stop_callback callback(stop.token(), call);
  threads([&] { before = 1, first[0] = stop.request_stop(); },
          [&] { first[1] = stop.request_stop(); },
          [&] {
            if (stop.token().stop_requested() && !first[1])
              ;
          });
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

struct item {
  explicit item(int what) noexcept : what(what) {}
  int what;

private:
  friend class moor::detail::inbox<item>;
  item *next_ = nullptr;
};

/// Two push while the consumer takes, sleeps and is woken.
void inbox_of_two() {
  moor::detail::inbox<item> inbox;
  atomic<unsigned> woken = 0;
  auto produce = [&](item &a) {
    if (inbox.push(a))
      woken.fetch_add(1, order::relaxed);
  };
  item a(1), b(2), c(3);
  threads(
      [&] {
        int left = 3, sum = 0, last = 0;
        unsigned seen = 0;
        while (left) {
          item *first = inbox.take();
          for (; first; first = inbox.next(*first), --left) {
            sum += first->what;
            check(first->what != 3 || last > 0, "in the order of each");
            last = first->what == 2 ? 2 : last;
          }
          if (left && inbox.sleep()) {
            spin_wait wait;
            while (woken.load(order::relaxed) == seen)
              wait();
            ++seen;
          }
        }
        check(sum == 6, "all of them, once");
      },
      [&] { produce(a); }, [&] { produce(b), produce(c); });
}

/// Two events, on two threads; the first that comes wins.
void when_any_claimed() {
  event a, b;
  int data_a = 0, data_b = 0;
  threads(
      [&] {
        auto wait = [](event &e, int &data) -> task<int> {
          co_await e;
          co_return data;
        };
        auto both = [&]() -> task<> {
          auto [x, y] = co_await when_any(wait(a, data_a), wait(b, data_b));
          check(x || y, "one has won");
          check(!x || *x == 1, "its value");
          check(!y || *y == 1, "its value");
        };
        check(run(both()), "nobody stops it");
      },
      [&] { data_a = 1, a.set(); }, [&] { data_b = 1, b.set(); });
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

const add_scenarios structure{{
    {"stop: callback removed", stop_callback_removed},
    {"stop: requested twice", stop_requested_twice},
    {"stop: publishes", stop_publishes},
    {"stop: linked", linked_stop},
    {"inbox: of two", inbox_of_two},
    {"when_any: claimed", when_any_claimed},
    {"timer: due against cancelled", sleep_cancelled},
}};

} // namespace
} // namespace interleave
