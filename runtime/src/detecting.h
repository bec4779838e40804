// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What the detectors share; for src/ only.
//
//     detect_trace      what coroutines do, and the detectors that follow
//     detect_locks      thread locks, interposed: counted, never reported as
//     such detect_calls      what blocks, interposed detect_blocking   whether
//     a call that blocks is to be reported detect_stall      the watchdog
//     detect_places     from addresses to lines
//     detect_options    MOOR_DETECTORS
//     detect_report     from a finding to a text, a handler, an exit
//
// Much of this runs inside of libc's functions, at any moment: it allocates
// nothing, and takes no lock but its own.

#ifndef MOOR_DETECTING_H
#define MOOR_DETECTING_H

#include <moor/detail/atomic.h>
#include <moor/detect.h>

#if MOOR_DETECT

namespace moor::inline MOOR_ABI::detail {

using detect::detector;
using detect::note;
using detect::place;

// What this thread does.

struct held_lock {
  const void *lock = nullptr;
  const promise_trace *owner = nullptr; // null: no coroutine is known to
  unsigned depth = 0;
  call_chain taken;
};

// detect_trace

void report_leaked_frames() noexcept;

constexpr unsigned most_notes = 24;

/// A suspension that may turn out to be one under a lock.
struct suspension {
  bool possible = false;
  promise_trace::location where;
  note notes[8]{};
  unsigned note_count = 0;
};

struct thread_state {
  promise_trace *current = nullptr;
  unsigned depth = 0; // of running_scope
  unsigned busy = 0;  // in here: do not detect what detecting does
  unsigned dismantling = 0;
  unsigned allowed = 0;
  std::size_t frame_size = 0;
  unsigned lock_count = 0;
  held_lock locks[16];
  suspension under_lock;
};
extern constinit thread_local thread_state this_thread_state;

class [[nodiscard]] busy_scope {
public:
  busy_scope() noexcept { ++this_thread_state.busy; }
  busy_scope(busy_scope &&) = delete;
  ~busy_scope() { --this_thread_state.busy; }
};

// detect_locks

/// Of the locks that were taken at the current depth.
bool holds_locks() noexcept;
void report_held_locks() noexcept;
void forget_held_locks() noexcept;
/// The coroutine ends: what it has locked is its parent's now.
void hand_over_locks(const promise_trace &from) noexcept;
void note_possible_suspension(const promise_trace &suspending) noexcept;

// detect_stall

/// In milliseconds; 0: nobody watches.
extern atomic<unsigned long> stall_limit;
void begin_to_run() noexcept;
void end_to_run() noexcept;

// detect_options

struct options {
  bool on[detect::detector_count];
  unsigned long frame_limit = 16384, cancel_limit = 100, stall_ms = 0;
  enum { exit, abort, go_on } on_report = exit;
};
/// Of the environment; read once. Exits if it makes no sense.
const options &chosen() noexcept;
bool is_on(detector what) noexcept;
/// All of them, whatever was chosen: for the self-test.
extern atomic<bool> testing;
constexpr unsigned testing_limit = 300;
unsigned long frame_limit() noexcept;
unsigned long cancel_limit() noexcept;

// detect_places

/// The source of one address: a call inlined into others has several.
struct line_of_code {
  place where;
  const char *function; // mangled; null if unknown
  bool in_coroutine;    // the code of one, resumed
  bool in_destroy;      // the code that destroys the frame of one
};
/// As call_chain, where more of them may have to be passed.
struct long_call_chain {
  /// Of this very moment.
  long_call_chain() noexcept;
  constexpr explicit long_call_chain(std::nullptr_t) noexcept {}
  void *calls[64]{};
  unsigned count = 0;
};
unsigned capture_calls(void **to, unsigned most) noexcept;

using line_visitor = bool (*)(void *state, const line_of_code &) noexcept;
/// Innermost first, until `visit` returns false.
void visit_lines(void *const *calls, unsigned count, line_visitor visit,
                 void *state) noexcept;
/// Of moor, of the standard library or the system.
bool is_internal(const char *file) noexcept;
/// The innermost place that is not internal; the `skip` first of them are
/// passed over. Has no file if there is none.
place innermost(void *const *calls, unsigned count, unsigned skip = 0) noexcept;
/// The innermost that is neither internal nor part of moving or destroying an
/// object: in its constructors, destructor, assignment.
place innermost_outside_of_object(const long_call_chain &calls) noexcept;
/// The innermost that is in the code of a coroutine, or that is called by a
/// coroutine that is internal.
place innermost_in_coroutine(const long_call_chain &calls,
                             bool &found) noexcept;
place place_of(const promise_trace::location &where) noexcept;
/// Loads what is needed for that, before it is.
void prepare_places() noexcept;

// detect_report

class finding {
public:
  finding(detector what, const place &where) noexcept;

  /// `before`, `middle` and `after` make the sentence.
  finding &says(const char *before, const char *middle = "",
                const char *after = "") noexcept;
  finding &says(const char *before, unsigned long number,
                const char *after) noexcept;
  finding &add(const char *text, const place &where) noexcept;
  /// The coroutines that await it, the outermost last.
  finding &awaited(const promise_trace *coroutine) noexcept;
  void report() noexcept;

private:
  detector what_;
  place where_;
  char sentence_[192];
  note notes_[most_notes];
  unsigned note_count_ = 0;
};

/// "blocked-worker" …
const char *name_of(detector what) noexcept;
/// To standard error, past everything that might be locked.
void print(const char *text, std::size_t size) noexcept;
[[noreturn]] void exit_now(int status) noexcept;

// detect_calls

/// Whether it can matter that a call blocks now; quick.
bool blocking_matters() noexcept;
/// A function that blocks is about to be called.
void about_to_block(const char *function) noexcept;
/// Whether the program and its libraries call the interposed functions. (That
/// it is asked links them in.)
bool interposer_is_alive() noexcept;

} // namespace moor::inline MOOR_ABI::detail

#endif // MOOR_DETECT

#endif // MOOR_DETECTING_H
