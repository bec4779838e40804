// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The watchdog: a thread that looks, now and then, since when each thread has
// been running coroutines. From one that takes too long it asks, by a signal,
// where it is.

#include "detecting.h"

#if MOOR_DETECT

#include <csignal>
#include <ctime>
#include <pthread.h>
#include <utility>

namespace moor::inline MOOR_ABI::detail {

constinit atomic<unsigned long> stall_limit = 0;

static unsigned long milliseconds() noexcept {
  timespec now{};
  clock_gettime(CLOCK_MONOTONIC, &now);
  return static_cast<unsigned long>(now.tv_sec) * 1000 +
         static_cast<unsigned long>(now.tv_nsec) / 1000000;
}

namespace {

/// One thread that runs coroutines, or has.
struct watched {
  atomic<unsigned long> since = 0; // milliseconds; 0: it runs none
  atomic<bool> in_use = false, asked = false, answered = false;
  unsigned long reported = 0; // the watchdog's
  pthread_t thread{};
  long_call_chain *answer = nullptr;
};

constexpr unsigned most_watched = 256;
constinit watched all[most_watched];

int signal_number() noexcept { return SIGRTMAX - 1; }

struct registration {
  watched *self = nullptr;
  ~registration() {
    if (!self)
      return;
    // Either the watchdog sees that it has left, or this that it is asked.
    watched &was = *std::exchange(self, nullptr);
    was.since.store(0);
    was.in_use.store(false);
    spin_wait wait;
    while (was.asked.load())
      wait();
  }
};
thread_local registration mine;

void answer(int) noexcept {
  watched *self = mine.self;
  // acquire: sees where to put the answer
  if (!self || !self->asked.load(memory_order_acquire))
    return;
  self->answer->count =
      capture_calls(self->answer->calls,
                    sizeof self->answer->calls / sizeof *self->answer->calls);
  // release: publishes it
  self->answered.store(true, memory_order_release);
}

void report_stalled(watched &w, unsigned long since) noexcept {
  static constinit long_call_chain calls{nullptr};
  calls.count = 0;
  w.answer = &calls;
  // relaxed: published by `asked`
  w.answered.store(false, memory_order_relaxed);
  w.asked.store(true); // see ~registration
  if (!w.in_use.load() || pthread_kill(w.thread, signal_number()) != 0) {
    w.asked.store(false);
    return;
  }
  for (unsigned waited = 0; waited < 500; ++waited) {
    // acquire: sees the answer
    if (w.answered.load(memory_order_acquire))
      break;
    const timespec one{0, 1000000};
    nanosleep(&one, nullptr);
  }
  w.asked.store(false);
  // acquire: as above
  if (!w.answered.load(memory_order_acquire) ||
      w.since.load(memory_order_relaxed) != since) // a sample
    return;                                        // it went on in the meantime
  bool in_coroutine = false;
  place where = innermost_in_coroutine(calls, in_coroutine);
  finding found(detector::stall, where);
  found.says("a coroutine has been running here for more than ",
             stall_limit.load(memory_order_relaxed), " ms"); // set before
  if (place call = innermost(calls.calls, calls.count);
      call.file && (call.file != where.file || call.line != where.line))
    found.add("it is in this function", call);
  found.report();
}

void *watch(void *) noexcept {
  busy_scope busy;
  // What takes long the first time is done before it is needed.
  long_call_chain here;
  bool in_coroutine = false;
  (void)innermost_in_coroutine(here, in_coroutine);
  for (;;) {
    // relaxed: set before there are threads
    const unsigned long limit = stall_limit.load(memory_order_relaxed),
                        pause = !limit      ? 100
                                : limit < 4 ? 1
                                            : limit / 4;
    const timespec time{static_cast<time_t>(pause / 1000),
                        static_cast<long>(pause % 1000) * 1000000};
    nanosleep(&time, nullptr);
    unsigned long now = milliseconds();
    for (watched &w : all) {
      // acquire: sees the thread
      unsigned long since = w.since.load(memory_order_acquire);
      if (!since || since == w.reported || now - since <= limit || !limit)
        continue;
      w.reported = since;
      report_stalled(w, since);
    }
  }
  return nullptr;
}

void start_watching() noexcept {
  static constinit atomic<bool> started = false;
  if (started.exchange(true, memory_order_relaxed)) // once is all
    return;
  struct sigaction action{};
  action.sa_handler = &answer;
  action.sa_flags = SA_RESTART;
  sigaction(signal_number(), &action, nullptr);
  pthread_t watchdog;
  if (pthread_create(&watchdog, nullptr, &watch, nullptr) == 0)
    pthread_detach(watchdog);
}

void enlist() noexcept {
  start_watching();
  for (watched &w : all) {
    bool free = false;
    // acquire: after the last one has left it
    if (!w.in_use.compare_exchange_strong(free, true, memory_order_acquire,
                                          memory_order_relaxed))
      continue;
    w.thread = pthread_self();
    mine.self = &w;
    return;
  }
}

} // namespace

void begin_to_run() noexcept {
  // relaxed: set before there are threads
  if (!stall_limit.load(memory_order_relaxed) || !is_on(detector::stall))
    return;
  busy_scope busy;
  if (!mine.self)
    enlist();
  if (mine.self)
    // release: shows the thread to the watchdog
    mine.self->since.store(milliseconds(), memory_order_release);
}

void end_to_run() noexcept {
  // relaxed: as above
  if (stall_limit.load(memory_order_relaxed) && mine.self)
    mine.self->since.store(0, memory_order_relaxed); // a sample
}

} // namespace moor::inline MOOR_ABI::detail

#endif // MOOR_DETECT
