// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What is granted, and cancelled at the same time: mutex, rwlock, semaphore,
// condition_variable.

#include <interleave/scenario.h>
#include <moor/condition_variable.h>
#include <moor/mutex.h>
#include <moor/rwlock.h>
#include <moor/semaphore.h>
#include <moor/stop.h>

namespace interleave {
namespace {

using namespace moor;

/// Locks it, and counts that under the lock.
task<> count_under(mutex &m, int &count) {
  auto guard = co_await m.lock();
  ++count;
}

/// Two compete, and one of them is stopped by a third.
void mutex_cancelled() {
  mutex m;
  stop_source stop;
  int count = 0;
  bool locked[2];
  threads([&] { locked[0] = run(count_under(m, count)); },
          [&] { locked[1] = run(count_under(m, count), stop.token()); },
          [&] { stop.request_stop(); });
  check(locked[0], "who is not stopped locks it");
  check(count == locked[0] + locked[1], "who is cancelled has not locked it");
  check(bool(m.try_lock()), "the mutex is free in the end");
}

/// It is released on one thread while the other waits and is stopped.
void mutex_granted_against_cancelled() {
  mutex m;
  stop_source stop;
  int count = 0;
  bool locked;
  auto guard = m.try_lock();
  threads([&] { count = 1, guard.unlock(); },
          [&] { locked = run(count_under(m, count), stop.token()); },
          [&] { stop.request_stop(); });
  check(count == 1 + locked, "who is cancelled has not locked it");
  check(bool(m.try_lock()), "the mutex is free in the end");
}

/// The only one that waited is cancelled, so it is free; who comes next has it
/// without asking the queue.
void mutex_free_after_cancelled() {
  mutex m;
  stop_source stop;
  int count = 0;
  bool locked, tried = false;
  auto guard = m.try_lock();
  threads([&] { count = 1, guard.unlock(); },
          [&] { locked = run(count_under(m, count), stop.token()); },
          [&] {
            stop.request_stop();
            if (auto other = m.try_lock())
              ++count, tried = true;
          });
  check(count == 1 + locked + tried, "one at a time");
}

/// Handed from one to the next, none comes between, none is lost.
void mutex_handed_on() {
  mutex m;
  int count = 0;
  auto use = [&] { check(run(count_under(m, count)), "nobody stops it"); };
  threads(use, use, use);
  check(count == 3, "all had it");
  check(bool(m.try_lock()), "the mutex is free in the end");
}

/// Who waited goes on, on another thread than it began to wait on, perhaps
/// before await_suspend has returned there.
void mutex_on_a_pool() {
  mutex m;
  pool both;
  int count = 0;
  auto guard = m.try_lock();
  threads(
      [&] {
        both.start(count_under(m, count));
        both.work();
      },
      [&] { both.work(); }, [&] { count = 1, guard.unlock(); });
  check(count == 2, "one after the other");
}

/// The lowest bit of a word, or how many are in: as for mutex.
void semaphore_granted_against_cancelled() {
  semaphore s(0);
  stop_source stop;
  int data = 0;
  bool had;
  threads([&] { data = 1, s.release(); },
          [&] {
            auto take = [&]() -> task<> {
              auto unit = co_await s.acquire();
              check(data == 1, "sees what was done before release()");
              ++data;
            };
            had = run(take(), stop.token());
          },
          [&] { stop.request_stop(); });
  check(data == 1 + had, "one or the other");
  check(s.available() == 1, "nothing is lost");
}

/// One wants two, and is stopped; the one behind it wants one.
void semaphore_in_order() {
  semaphore s(1);
  stop_source stop;
  int count = 0;
  bool had = false;
  threads(
      [&] {
        auto take = [&]() -> task<> {
          auto units = co_await s.acquire(2);
          had = true;
        };
        check(!run(take(), stop.token()), "there never are two");
      },
      [&] {
        auto take = [&]() -> task<> {
          auto unit = co_await s.acquire();
          ++count;
        };
        check(run(take()), "nobody stops it");
      },
      [&] { stop.request_stop(); });
  check(count == 1 && !had && s.available() == 1, "nothing is lost");
}

/// As a mutex, one who does not wait among them.
void semaphore_tried() {
  semaphore s(1);
  int count = 0;
  bool had = false;
  auto take = [&]() -> task<> {
    auto unit = co_await s.acquire();
    ++count;
  };
  auto use = [&] { check(run(take()), "nobody stops it"); };
  threads(use, use, [&] {
    if (auto unit = s.try_acquire())
      ++count, had = true;
  });
  check(count == 2 + had && s.available() == 1, "one at a time");
}

/// One who waits is stopped when one unit is free that was too few for it; who
/// was behind it gets what another released directly.
void semaphore_handed_out() {
  semaphore s(0);
  stop_source stop;
  int data = 0, seen = 0;
  threads([&] { data = 1, s.release(); },
          [&] {
            auto take = [&]() -> task<> { auto u = co_await s.acquire(2); };
            run(take(), stop.token());
          },
          [&] {
            stop.request_stop();
            if (auto unit = s.try_acquire())
              seen = data;
            else
              seen = 1;
          });
  check(seen == 1, "sees what was done before release()");
  check(s.available() == 1, "nothing is lost");
}

/// One writes, one reads, one writes and is stopped.
void rwlock_cancelled() {
  rwlock lock;
  stop_source stop;
  int data = 0, seen = 0;
  bool written[2];
  auto write = [&]() -> task<> {
    auto guard = co_await lock.write();
    ++data;
  };
  threads([&] { written[0] = run(write()); },
          [&] { written[1] = run(write(), stop.token()); },
          [&] {
            auto read = [&]() -> task<> {
              auto guard = co_await lock.read();
              seen = data;
            };
            stop.request_stop();
            check(run(read()), "nobody stops it");
          });
  check(written[0] && data == 1 + written[1] && seen <= data, "one at a time");
  check(bool(lock.try_write()), "free in the end");
}

/// Two read, one wants to write; the last that reads lets it.
void rwlock_handed_on() {
  rwlock lock;
  int data = 1;
  auto first = lock.try_read(), second = lock.try_read();
  threads([&] { check(data == 1, "as it was"), first.unlock(); },
          [&] { check(data == 1, "as it was"), second.unlock(); },
          [&] {
            auto write = [&]() -> task<> {
              auto guard = co_await lock.write();
              data = 2;
            };
            check(run(write()), "nobody stops it");
          });
  check(bool(lock.try_write()), "free in the end");
}

/// One waits to read what is written, and is stopped; another does not wait.
void rwlock_tried() {
  rwlock lock;
  stop_source stop;
  int data = 1;
  auto guard = lock.try_write();
  threads([&] { data = 2, guard.unlock(); },
          [&] {
            auto read = [&]() -> task<> {
              auto other = co_await lock.read();
              check(data == 2, "sees what was written");
            };
            run(read(), stop.token());
          },
          [&] {
            stop.request_stop();
            if (auto other = lock.try_read())
              check(data == 2, "sees what was written");
          });
  check(bool(lock.try_write()), "free in the end");
}

/// Notified, stopped, or both.
void condition_variable_cancelled() {
  mutex m;
  condition_variable changed;
  stop_source stop;
  bool ready = false;
  threads(
      [&] {
        auto wait = [&]() -> task<> {
          auto guard = co_await m.lock();
          while (!ready)
            co_await changed.wait(guard);
          check(bool(guard), "locked again");
        };
        run(wait(), stop.token());
      },
      [&] {
        auto notify = [&]() -> task<> {
          auto guard = co_await m.lock();
          ready = true;
          changed.notify_one();
        };
        check(run(notify()), "nobody stops it");
      },
      [&] { stop.request_stop(); });
  check(bool(m.try_lock()), "free in the end");
}

const add_scenarios locks{{
    {"mutex: cancelled", mutex_cancelled},
    {"mutex: granted against cancelled", mutex_granted_against_cancelled},
    {"mutex: free after cancelled", mutex_free_after_cancelled},
    {"mutex: handed on", mutex_handed_on},
    {"mutex: on a pool", mutex_on_a_pool},
    {"semaphore: granted against cancelled",
     semaphore_granted_against_cancelled},
    {"semaphore: in order", semaphore_in_order},
    {"semaphore: tried", semaphore_tried},
    {"semaphore: handed out", semaphore_handed_out},
    {"rwlock: cancelled", rwlock_cancelled},
    {"rwlock: handed on", rwlock_handed_on},
    {"rwlock: tried", rwlock_tried},
    {"condition_variable: cancelled", condition_variable_cancelled},
}};

} // namespace
} // namespace interleave
