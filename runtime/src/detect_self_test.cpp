// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// One small mistake of each kind: a detector that does not report it is dead.

#include "detecting.h"

#if MOOR_DETECT

#include <cstdio>
#include <ctime>
#include <moor/event.h>
#include <moor/manual_executor.h>
#include <moor/pinned.h>
#include <moor/timer.h>
#include <pthread.h>

namespace moor::inline MOOR_ABI {
namespace detail {

namespace {

atomic<unsigned> reported = 0; // a bit for each detector

unsigned bit(detector what) noexcept {
  return 1u << (unsigned(what) - unsigned(detector::blocked_worker));
}
bool was_reported(detector what) noexcept {
  return reported.load() & bit(what);
}
void capture(const detect::report &r) noexcept {
  reported.fetch_or(bit(r.what));
}

task<> nothing() { co_return; }

task<> block() {
  const timespec shortest{0, 1};
  nanosleep(&shortest, nullptr);
  co_return;
}

task<> suspend_under_lock() {
  static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
  pthread_mutex_lock(&mutex);
  co_await yield(); // NOLINT(coro-lock-across-suspension): what is tested
  pthread_mutex_unlock(&mutex);
}

task<> await_twice() {
  task<> once = nothing();
  co_await std::move(once);
  co_await std::move(once);
}

// What moor itself awaits does not count; this does.
#line 1 "self-test"
task<> cancel_in_a_loop() {
  for (unsigned i = 0; i < testing_limit; ++i) {
    bool was_cancelled = false;
    try {
      co_await sleep_for(std::chrono::hours(1));
    } catch (cancelled) {
      was_cancelled = true;
    }
    if (!was_cancelled)
      co_return;
  }
}

task<> keep_much() {
  char much[testing_limit * 2];
  much[0] = 1;
  co_await yield();
  // Read afterwards: so it is kept.
  if (*const_cast<volatile char *>(much) != 1)
    co_await yield();
}

/// Until it is reported, or two seconds are over.
task<> stall() {
  const std::time_t begin = std::time(nullptr);
  while (!was_reported(detector::stall) && std::time(nullptr) < begin + 2)
    ;
  co_return;
}

task<> wait_for(local::event &e) { co_await e; }

void make_all_mistakes() {
  manual_executor ex;
  ex.run(block());
  ex.run(suspend_under_lock());
  {
    task<> dropped = nothing();
  }
  ex.run(await_twice());
  {
    local::event never;
    auto destroyed = ex.start(wait_for(never));
  }
  {
    pin_canary moved;
    moved.arm();
    pin_canary to(moved);
  }
  {
    stop_source source;
    source.request_stop();
    ex.run(cancel_in_a_loop(), source.token());
  }
  ex.run(keep_much());
  {
    task<> left = nothing();
    report_leaked_frames();
    ex.run(std::move(left));
  }
  const unsigned long limit = stall_limit.exchange(5);
  ex.run(stall());
  stall_limit.store(limit);
}

} // namespace
} // namespace detail

bool detect::self_test() {
  using namespace detail;
  handler outer = set_detector_handler(&capture);
  testing.store(true);
  make_all_mistakes();
  testing.store(false);
  set_detector_handler(outer);

  bool alive = true;
  for (unsigned i = 0; i < detector_count; ++i) {
    auto what = detector(unsigned(detector::blocked_worker) + i);
    if (was_reported(what))
      continue;
    alive = false;
    std::fprintf(stderr, "moor: the detector %s is dead\n", name_of(what));
  }
  if (!interposer_is_alive()) {
    alive = false;
    std::fprintf(stderr, "moor: libc's functions are not interposed for shared "
                         "libraries: blocked-worker and lock-across-suspension "
                         "do not see what they call\n");
  }
  return alive;
}

} // namespace moor::inline MOOR_ABI

#endif // MOOR_DETECT
