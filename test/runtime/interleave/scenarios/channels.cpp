// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// From many to one: the inbox of executors, mpsc.

#include <interleave/scenario.h>
#include <moor/channel.h>
#include <moor/detail/inbox.h>
#include <moor/stop.h>

namespace interleave {
namespace {

using namespace moor;

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
  item a(1), b(2);
  threads(
      [&] {
        int left = 2, sum = 0;
        unsigned seen = 0;
        while (left) {
          for (item *i = inbox.take(); i; i = inbox.next(*i), --left)
            sum += i->what;
          if (left && inbox.sleep()) {
            spin_wait wait;
            while (woken.load(order::relaxed) == seen)
              wait();
            ++seen;
          }
        }
        check(sum == 3, "all of them, once");
      },
      [&] { produce(a); }, [&] { produce(b); });
}

/// In the order of each that pushes.
void inbox_in_order() {
  moor::detail::inbox<item> inbox;
  item a(1), b(2);
  int last = 0;
  threads([&] { inbox.push(a), inbox.push(b); },
          [&] {
            for (int turn = 0; turn < 2; ++turn)
              for (item *i = inbox.take(); i; i = inbox.next(*i)) {
                check(i->what == last + 1, "in their order");
                last = i->what;
              }
          });
}

/// A message that shows if it is not ordered, or freed.
using message = std::unique_ptr<int>;
message make(int value) { return std::make_unique<int>(value); }

/// One place, which is taken: one sender waits for room, another does not.
void mpsc_full() {
  mpsc<message> channel(1);
  channel.try_send(make(1));
  int sum = 0, sent = 0, tried = 0;
  threads(
      [&] {
        auto send = [&]() -> task<> {
          sent = co_await channel.send(make(2)) ? 2 : 0;
        };
        check(run(send()), "nobody stops it");
      },
      [&] { tried = channel.try_send(make(4)) ? 4 : 0; },
      [&] {
        sum += **channel.try_receive();
        channel.close();
      });
  while (auto m = channel.try_receive())
    sum += **m;
  check(sum == 1 + sent + tried, "each once");
}

/// The receiver is stopped while it waits; nothing is lost.
void mpsc_receive_cancelled() {
  mpsc<message> channel(2);
  stop_source stop;
  int received = 0;
  auto receive = [&]() -> task<> {
    check(**co_await channel.receive() == 1, "the message");
    ++received;
  };
  threads([&] { check(channel.try_send(make(1)), "there is room"); },
          [&] { run(receive(), stop.token()); }, [&] { stop.request_stop(); });
  if (!received)
    check(run(receive()), "not lost");
}

/// The sender is stopped while it waits for room: sent, or as it was.
void mpsc_send_cancelled() {
  mpsc<message> channel(1);
  stop_source stop;
  channel.try_send(make(1));
  message mine = make(2);
  bool sent;
  int sum = 0;
  threads(
      [&] {
        auto send = [&]() -> task<> {
          check(co_await channel.send(std::move(mine)), "not closed");
        };
        sent = run(send(), stop.token());
      },
      [&] { sum += **channel.try_receive(); }, [&] { stop.request_stop(); });
  check(bool(mine) == !sent, "sent, or as it was");
  while (auto m = channel.try_receive())
    sum += **m;
  check(sum == (sent ? 3 : 1), "received, or as it was");
}

/// It is closed while one sends and the other receives.
void mpsc_closed() {
  mpsc<message> channel(1);
  int data = 0;
  bool sent = false, received = false;
  threads([&] { sent = channel.try_send(make(1)); },
          [&] {
            auto receive = [&]() -> task<> {
              while (auto m = co_await channel.receive())
                received = **m == 1;
              check(data == 1, "sees what was done before close()");
            };
            check(run(receive()), "nobody stops it");
          },
          [&] { data = 1, channel.close(); });
  check(sent == received, "what was sent is received");
}

/// It is closed while a sender waits for room.
void mpsc_closed_on_a_sender() {
  mpsc<message> channel(1);
  channel.try_send(make(1));
  message mine = make(2);
  bool sent = false;
  int sum = 0;
  threads(
      [&] {
        auto send = [&]() -> task<> {
          sent = co_await channel.send(std::move(mine));
        };
        check(run(send()), "nobody stops it");
      },
      [&] { sum += **channel.try_receive(); }, [&] { channel.close(); });
  check(channel.is_closed() && bool(mine) == !sent, "sent, or as it was");
  while (auto m = channel.try_receive())
    sum += **m;
  check(sum == (sent ? 3 : 1), "received, or as it was");
}

/// Two wait for room, on one thread; the first is stopped while a message is
/// received: one of them gets in.
void mpsc_first_sender_cancelled() {
  mpsc<message> channel(1);
  stop_source stop;
  channel.try_send(make(1));
  int sum = 0, sent = 0;
  auto send = [&](int value) -> task<> {
    if (co_await channel.send(make(value)))
      sent += value;
  };
  threads(
      [&] {
        loop here;
        here.enter();
        coroutine<> a(here, send(2), stop.token()), b(here, send(4));
        a.finish(), b.finish();
      },
      [&] {
        stop.request_stop();
        sum += **channel.try_receive();
        channel.close();
      });
  while (auto m = channel.try_receive())
    sum += **m;
  check(sum == 1 + sent, "each once");
}

/// Who finds it closed sees what was done before.
void mpsc_is_closed() {
  mpsc<message> channel(1);
  int data = 0;
  threads([&] { data = 1, channel.close(); },
          [&] {
            if (channel.is_closed())
              check(data == 1, "sees what was done before close()");
          });
}

/// Slots are used again, and none before it is free.
void mpsc_around() {
  mpsc<message> channel(1);
  int sum = 0, sent = 0;
  auto send = [&](int &count) {
    for (int i = 0; i < 2; ++i)
      count += channel.try_send(make(1));
  };
  int other = 0;
  threads([&] { send(sent); }, [&] { send(other); },
          [&] {
            for (int i = 0; i < 2; ++i)
              if (auto m = channel.try_receive())
                sum += **m;
          });
  while (auto m = channel.try_receive())
    sum += **m;
  check(sum == sent + other, "each once");
}

/// The last of the senders that ends closes it.
void mpsc_senders() {
  mpsc<message> channel(2);
  int data[2]{};
  auto first = channel.make_sender(), second = channel.make_sender();
  threads([&] { data[0] = 1, first = {}; }, [&] { data[1] = 1, second = {}; },
          [&] {
            auto receive = [&]() -> task<> {
              check(!co_await channel.receive(), "nothing was sent");
              check(data[0] + data[1] == 2, "sees what both did");
            };
            check(run(receive()), "nobody stops it");
          });
}

const add_scenarios channels{{
    {"inbox: of two", inbox_of_two},
    {"inbox: in order", inbox_in_order},
    {"mpsc: full", mpsc_full},
    {"mpsc: receive cancelled", mpsc_receive_cancelled},
    {"mpsc: send cancelled", mpsc_send_cancelled},
    {"mpsc: closed", mpsc_closed},
    {"mpsc: closed on a sender", mpsc_closed_on_a_sender},
    {"mpsc: first sender cancelled", mpsc_first_sender_cancelled},
    {"mpsc: is closed", mpsc_is_closed},
    {"mpsc: around", mpsc_around},
    {"mpsc: senders", mpsc_senders},
}};

} // namespace
} // namespace interleave
