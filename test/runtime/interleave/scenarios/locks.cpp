// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What is granted, and cancelled at the same time: mutex, semaphore.

#include <interleave/scenario.h>
#include <moor/mutex.h>
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

/// Handed from one to the next, none comes between, none is lost.
void mutex_handed_on() {
  mutex m;
  int count = 0;
  auto use = [&] { check(run(count_under(m, count)), "nobody stops it"); };
  threads(use, use, use);
  check(count == 3, "all had it");
  check(bool(m.try_lock()), "the mutex is free in the end");
}

/// Somebody who does not wait tries while it is handed on.
void mutex_tried() {
  mutex m;
  int count = 0;
  bool had = false;
  threads([&] { run(count_under(m, count)); },
          [&] { run(count_under(m, count)); },
          [&] {
            if (auto guard = m.try_lock())
              ++count, had = true;
          });
  check(count == 2 + had, "one at a time");
}

const add_scenarios locks{{
    {"mutex: cancelled", mutex_cancelled},
    {"mutex: granted against cancelled", mutex_granted_against_cancelled},
    {"mutex: handed on", mutex_handed_on},
    {"mutex: tried", mutex_tried},
}};

} // namespace
} // namespace interleave
