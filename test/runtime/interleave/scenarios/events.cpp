// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What happens once: event, oneshot, latch, barrier.

#include <interleave/scenario.h>
#include <memory>
#include <moor/barrier.h>
#include <moor/event.h>
#include <moor/latch.h>
#include <moor/oneshot.h>
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

/// The one that waited ends the event at once, while set() returns.
void event_ended_by_who_waited() {
  auto *e = new event;
  stop_source stop;
  threads([&] { stop.request_stop(); },
          [&] {
            auto wait = [&]() -> task<> {
              co_await *e;
              delete e;
            };
            if (!run(wait(), stop.token()))
              run(wait());
          },
          [&] { e->set(); });
}

/// It goes on on another thread than it began to wait on.
void event_on_a_pool() {
  event e;
  stop_source stop;
  pool both;
  int data = 0;
  threads(
      [&] {
        auto wait = [&]() -> task<> {
          co_await e;
          check(data == 1, "sees what was done before set()");
        };
        both.start(wait(), stop.token());
        both.work();
      },
      [&] { both.work(); },
      [&] {
        stop.request_stop();
        data = 1, e.set();
      });
}

using number = oneshot<int>;

/// Sent while the receiver is stopped: the value is received, or still there.
void oneshot_cancelled() {
  number answer;
  stop_source stop;
  bool received;
  threads([&] { check(answer.send(42), "the only one"); },
          [&] {
            auto receive = [&]() -> task<> {
              check(co_await answer.receive() == 42, "the value");
            };
            received = run(receive(), stop.token());
          },
          [&] { stop.request_stop(); });
  if (!received) {
    auto again = [&]() -> task<> {
      check(co_await answer.receive() == 42, "not lost");
    };
    check(run(again()), "nobody stops it");
  }
}

/// Sent and closed: one of them decides, and the receiver sees which.
void oneshot_closed() {
  number answer;
  int data = 0;
  threads([&] { answer.send(42); },
          [&] {
            auto receive = [&]() -> task<> {
              auto value = co_await answer.receive();
              check(!value || *value == 42, "the value, or none");
              check(value || data == 1, "sees what was done before close()");
            };
            check(run(receive()), "nobody stops it");
          },
          [&] { data = 1, answer.close(); });
}

/// The receiver ends it at once.
void oneshot_ended() {
  auto *answer = new number;
  threads([&] { answer->send(42); },
          [&] {
            auto receive = [&]() -> task<> {
              check(co_await answer->receive() == 42, "the value");
              delete answer;
            };
            check(run(receive()), "nobody stops it");
          });
}

/// Two send; one of them is too late, and knows what the other did.
void oneshot_sent_twice() {
  number answer;
  int data[2]{};
  bool sent[2];
  auto send = [&](int i) {
    data[i] = 1;
    sent[i] = answer.send(i);
  };
  threads([&] { send(0); }, [&] { send(1); },
          [&] {
            auto receive = [&]() -> task<> {
              auto value = co_await answer.receive();
              check(value && data[*value] == 1, "sees what was done before");
            };
            check(run(receive()), "nobody stops it");
          });
  check(sent[0] != sent[1], "one of them");
}

/// Who finds it closed, or is too late, sees what was done before.
void oneshot_is_closed() {
  number answer;
  int data = 0;
  threads([&] { data = 1, answer.close(); },
          [&] {
            if (answer.is_closed())
              check(data == 1, "sees what was done before close()");
          });
}
void oneshot_too_late() {
  number answer;
  int data = 0;
  threads([&] { data = 1, answer.close(); },
          [&] {
            if (!answer.send(42))
              check(data == 1, "sees what was done before close()");
          });
}

/// One fails to send, since its value throws; the other sends after that, or is
/// refused.
void oneshot_send_fails() {
  struct value {
    explicit value(int n) : n(std::make_unique<int>(n)) {
      if (!n)
        throw 1;
    }
    std::unique_ptr<int> n;
  };
  oneshot<value> answer;
  bool sent = false;
  threads(
      [&] {
        try {
          answer.send(0);
        } catch (int) {
        }
      },
      [&] { sent = answer.send(42); });
  if (sent) {
    auto receive = [&]() -> task<> {
      auto value = co_await answer.receive();
      check(value && *value->n == 42, "the value");
    };
    check(run(receive()), "nobody stops it");
  }
}

/// What both did that counted is seen by who waits.
void latch_of_two() {
  latch l(2);
  int data[2]{};
  threads([&] { data[0] = 1, l.count_down(); },
          [&] { data[1] = 1, l.count_down(); },
          [&] {
            auto wait = [&]() -> task<> {
              co_await l;
              check(data[0] + data[1] == 2, "sees what both did");
            };
            check(run(wait()), "nobody stops it");
          });
}

/// Three meet; one is stopped on the way, perhaps.
void barrier_of_two() {
  barrier b(2);
  stop_source stop;
  int data[2]{};
  auto meet = [&](int i) -> task<> {
    data[i] = 1;
    co_await b.arrive_and_wait();
    check(data[0] + data[1] == 2, "sees what both did");
  };
  threads([&] { run(meet(0), stop.token()); },
          [&] { run(meet(1), stop.token()); },
          [&] {
            stop.request_stop();
            if (b.generation())
              check(data[0] + data[1] == 2, "sees what both did");
          });
}

const add_scenarios events{{
    {"event: set against cancelled", event_cancelled},
    {"event: for two", event_for_two},
    {"event: ended by who waited", event_ended_by_who_waited},
    {"event: on a pool", event_on_a_pool},
    {"oneshot: sent against cancelled", oneshot_cancelled},
    {"oneshot: sent against closed", oneshot_closed},
    {"oneshot: ended by who received", oneshot_ended},
    {"oneshot: sent twice", oneshot_sent_twice},
    {"oneshot: is closed", oneshot_is_closed},
    {"oneshot: too late", oneshot_too_late},
    {"oneshot: send fails", oneshot_send_fails},
    {"latch: of two", latch_of_two},
    {"barrier: of two", barrier_of_two},
}};

} // namespace
} // namespace interleave
