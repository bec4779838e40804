// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What happens once: event, oneshot.

#include <interleave/scenario.h>
#include <moor/event.h>
#include <moor/stop.h>

namespace interleave {
namespace {

using namespace moor;

/// Set on one thread while another waits and is stopped.
void event_cancelled() {
  event e;
  stop_source stop;
  int data = 0;
  threads([&] { data = 1, e.set(); },
          [&] {
            auto wait = [&]() -> task<> {
              co_await e;
              check(data == 1, "sees what was done before set()");
            };
            run(wait(), stop.token());
          },
          [&] { stop.request_stop(); });
  check(e.is_set(), "set for ever");
}

/// Two wait; both go on.
void event_for_two() {
  event e;
  int data = 0;
  auto wait = [&]() -> task<> {
    co_await e;
    check(data == 1, "sees what was done before set()");
  };
  auto use = [&] { check(run(wait()), "nobody stops it"); };
  threads([&] { data = 1, e.set(); }, use, use);
}

/// The one that waited ends the event at once, while set() returns; or while it
/// is stopped.
void event_ended_by_who_waited() {
  auto *e = new event;
  stop_source stop;
  threads([&] { stop.request_stop(); },
          [&] {
            auto wait = [&]() -> task<> {
              co_await *e;
              delete e;
            };
            if (!run(wait(), stop.token())) {
              run(wait());
            }
          },
          [&] { e->set(); });
}

const add_scenarios events{{
    {"event: set against cancelled", event_cancelled},
    {"event: for two", event_for_two},
    {"event: ended by who waited", event_ended_by_who_waited},
}};

} // namespace
} // namespace interleave
