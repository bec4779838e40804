// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef MOOR_DETECT_H
#define MOOR_DETECT_H

#include <moor/detail/trace.h>

/// The detectors: they catch, while the program runs, the mistakes that the
/// checks find when it is compiled.
///
///     c++ -DMOOR_DETECT=1 … ; cmake: link moor::detecting
///
///     orders.cpp:12: moor: nanosleep would block the thread while it runs this
///                    coroutine [blocked-worker]
///     orders.cpp:31: note: awaited here
///
/// Each ends the process with a status of its own (below), unless a handler was
/// set. Compiled without MOOR_DETECT nothing of them is left, and the two kinds
/// of code do not link with each other.
///
/// The environment variable MOOR_DETECTORS chooses. Words, separated by commas,
/// from left to right:
///
///     all  none          every detector (the default), no detector
///     NAME               that one; if it is the first word, that one alone
///     -NAME              not that one
///     frame-limit=N      large-frame: more than so many bytes (16384)
///     cancel-limit=N     cancelled-in-loop: so many times in a row (100)
///     stall-ms=N         stall: longer than so many milliseconds; off without
///     on-report=WHAT     exit (the default), abort, or continue
namespace moor::inline MOOR_ABI {
namespace detect {

/// 1: this translation unit has them.
inline constexpr bool enabled = MOOR_DETECT;

/// What can be detected. The value is the exit status; it and the name stay
/// what they are.
enum class detector : unsigned char {
  /// A coroutine calls something that blocks its thread. "blocked-worker"
  blocked_worker = 101,
  /// It suspends while it holds a lock of the thread.
  /// "lock-across-suspension"
  lock_across_suspension = 102,
  /// A task, or something else to be awaited, ends and never was.
  /// "dropped-task"
  dropped_task = 103,
  /// An object is not where it was when others got its address. "moved-pinned"
  moved_pinned = 104,
  /// It ends while others have its address. "destroyed-pinned"
  destroyed_pinned = 105,
  /// A task that is empty, or was consumed, is awaited. "awaited-twice"
  awaited_twice = 106,
  /// What a coroutine waits for is cancelled again and again, and never comes.
  /// "cancelled-in-loop"
  cancelled_in_loop = 107,
  /// A frame is larger than the limit. "large-frame"
  large_frame = 108,
  /// Frames are left when the process exits. "leaked-frames"
  leaked_frames = 109,
  /// A thread has been running coroutines for long without one suspending to
  /// its executor: sampled by a thread. "stall"
  stall = 110,
};
inline constexpr unsigned detector_count = 10;

/// The exit status if MOOR_DETECTORS cannot be understood.
inline constexpr int bad_options_status = 100;

/// A place in the source, or, where there is no debug information, in the
/// program.
struct place {
  const char *file = nullptr; // null if unknown
  unsigned line = 0;
  const void *address = nullptr; // null if it is known without
};

struct note {
  const char *text = nullptr; // "awaited here", "locked here", …
  place where;
};

struct report {
  detector what;
  const char *name; // "blocked-worker"
  const char *sentence;
  place where;
  const note *notes; // in order; the coroutines that await are among them,
                     // the outermost last
  unsigned note_count;
};

/// What to do with a report: it is good for the call only. The program goes on
/// afterwards, as if nothing had been detected.
///
/// Called where it happened, on its thread, perhaps under a lock: it should not
/// wait for anything, nor run coroutines; it may exit.
using handler = void (*)(const report &) noexcept;

#if MOOR_DETECT

/// Null: the default, which prints, and exits. Returns the last one.
/// Thread-safe.
handler set_detector_handler(handler next) noexcept;

/// Makes one small mistake of each kind, and sees whether it is reported.
/// Prints which detectors are dead, if any. For the beginning of main(), or a
/// test: nothing else may run.
bool self_test();

/// While it lives, the coroutine that made it may block, with all that it calls
/// and awaits: the reason stands beside it. Where CORO_MAY_BLOCK_HERE tells the
/// checks, this tells the detector.
class [[nodiscard]] allow_blocking {
public:
  allow_blocking() noexcept;
  allow_blocking(allow_blocking &&) = delete;
  ~allow_blocking();

private:
  detail::promise_trace *const in_;
};

#else

class [[nodiscard]] allow_blocking {
public:
  allow_blocking() noexcept {}
  allow_blocking(allow_blocking &&) = delete;
  ~allow_blocking() {}
};

#endif

} // namespace detect
} // namespace moor::inline MOOR_ABI

#endif // MOOR_DETECT_H
