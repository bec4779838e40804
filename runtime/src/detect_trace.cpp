// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What coroutines do, and the detectors that follow from that alone.

#include "detecting.h"

#if MOOR_DETECT

#include <cstring>
#include <exception>
#include <utility>

namespace moor::inline MOOR_ABI {
namespace detail {

constinit thread_local thread_state this_thread_state;

promise_trace *running_coroutine() noexcept {
  return this_thread_state.current;
}

void frame_made(std::size_t size) noexcept {
  this_thread_state.frame_size = size;
}

// All frames, and the leaks at exit.

class frame_list {
public:
  void add(promise_trace &p) noexcept {
    locked_scope scope(lock_);
    p.next_ = first_;
    if (first_)
      first_->previous_ = &p;
    first_ = &p;
    ++count_;
  }
  void remove(promise_trace &p) noexcept {
    locked_scope scope(lock_);
    (p.previous_ ? p.previous_->next_ : first_) = p.next_;
    if (p.next_)
      p.next_->previous_ = p.previous_;
    --count_;
  }
  void report_all() noexcept;

private:
  spinlock lock_; // of all
  promise_trace *first_ = nullptr;
  unsigned long count_ = 0;
};

static constinit frame_list frames;

/// Where the coroutine was called. The innermost that is not moor's is the
/// coroutine itself, unless it is moor's as well.
static place creation(const promise_trace &p) noexcept {
  bool is_users = p.own.line() && !is_internal(p.own.file_name());
  place where = innermost(p.made.calls, p.made.count, is_users);
  return where.file ? where : place_of(p.own);
}

void frame_list::report_all() noexcept {
  locked_scope scope(lock_);
  // The oldest is at the end.
  promise_trace *oldest = first_;
  while (oldest && oldest->next_)
    oldest = oldest->next_;
  if (!oldest)
    return;
  finding found(detector::leaked_frames, creation(*oldest));
  if (count_ == 1)
    found.says("a coroutine made here is still there at exit");
  else
    found.says("a coroutine made here, the first of ", count_,
               ", is still there at exit");
  if (oldest->begun && !oldest->ended && oldest->awaiting.line())
    found.add("it is suspended here", place_of(oldest->awaiting));
  unsigned told = 0;
  for (promise_trace *p = oldest->previous_; p && told < 8; p = p->previous_)
    if (place where = creation(*p); !is_internal(where.file)) {
      found.add("another one was made here", where);
      ++told;
    }
  found.report();
}

void report_leaked_frames() noexcept { frames.report_all(); }

namespace {

/// Constructed before all objects of the program, so it ends after them.
struct at_exit {
  at_exit() noexcept {
    // Tells about bad options at the start. relaxed: there are no threads
    stall_limit.store(chosen().stall_ms, memory_order_relaxed);
    prepare_places();
    verify_interposer();
  }
  ~at_exit() {
    // exit() in a coroutine leaves its frame behind, and means to.
    if (is_on(detector::leaked_frames) && !this_thread_state.depth)
      frames.report_all();
  }
  static void verify_interposer() noexcept;
};

__attribute__((init_priority(101))) at_exit guard;

} // namespace

void at_exit::verify_interposer() noexcept {
  if (is_on(detector::blocked_worker) && !interposer_is_alive()) {
    const char text[] = "moor: the detectors blocked-worker and "
                        "lock-across-suspension are dead: libc's functions "
                        "are not interposed (is -rdynamic missing, or a "
                        "version script hiding nanosleep?)\n";
    print(text, sizeof text - 1);
  }
}

// The life of a coroutine.

promise_trace::promise_trace(location own) noexcept : own(own) {
  made.capture();
  frames.add(*this);
  std::size_t size = std::exchange(this_thread_state.frame_size, 0);
  // What the detectors themselves need is not the program's fault.
  size -= size < sizeof *this ? size : sizeof *this;
  if (is_on(detector::large_frame) && size > frame_limit()) {
    place where = place_of(own);
    finding found(detector::large_frame, where);
    found.says("the frame of this coroutine has ", size, " bytes");
    found.add("called here", creation(*this));
    found.awaited(running_coroutine());
    found.report();
  }
}

promise_trace::~promise_trace() {
  hand_over_locks(*this);
  if (this_thread_state.current == this)
    this_thread_state.current = awaited_by;
  frames.remove(*this);
}

void promise_trace::trace_starts_under(promise_trace *parent) noexcept {
  awaited_by = parent;
}

void promise_trace::trace_begins() noexcept {
  begun = true;
  trace_runs();
}

void promise_trace::trace_runs() noexcept {
  this_thread_state.current = this;
  this_thread_state.under_lock.possible = false;
}

void promise_trace::trace_suspends() noexcept {
  if (this_thread_state.lock_count && holds_locks())
    note_possible_suspension(*this);
}

running_scope::running_scope() noexcept
    : outer_(std::exchange(this_thread_state.current, nullptr)) {
  if (!this_thread_state.depth++)
    begin_to_run();
}

running_scope::~running_scope() {
  thread_state &here = this_thread_state;
  if (here.lock_count) {
    if (here.under_lock.possible && holds_locks())
      report_held_locks();
    forget_held_locks();
  }
  here.under_lock.possible = false;
  if (!--here.depth)
    end_to_run();
  here.current = outer_;
}

// Dropped tasks.

static bool is_unwinding() noexcept { return std::uncaught_exceptions() > 0; }

static void report_dropped(const char *what, place made,
                           const promise_trace *coroutine) noexcept {
  long_call_chain dropped;
  place end = innermost(dropped.calls, dropped.count);
  if (!made.file)
    made = end;
  finding found(detector::dropped_task, made);
  found.says(what, " is never awaited");
  found.add("it ends here", end);
  if (coroutine)
    found.add("this is the coroutine", place_of(coroutine->own));
  if (const promise_trace *running = running_coroutine())
    found.awaited(running);
  found.report();
}

destroying_scope::destroying_scope(const promise_trace &frame,
                                   owner kind) noexcept
    // What a suspended coroutine, or one that failed, was still to await.
    : dismantles_(!frame.ended || frame.failed) {
  if (kind == task && !frame.begun && !this_thread_state.dismantling &&
      !is_unwinding() && is_on(detector::dropped_task))
    report_dropped("the task", creation(frame), &frame);
  this_thread_state.dismantling += dismantles_;
}

destroying_scope::~destroying_scope() {
  this_thread_state.dismantling -= dismantles_;
}

operation_trace::~operation_trace() {
  if (!awaited_ && !this_thread_state.dismantling && !is_unwinding() &&
      is_on(detector::dropped_task))
    report_dropped("the operation", innermost(made_.calls, made_.count),
                   nullptr);
}

void report_awaited_twice() noexcept {
  if (!is_on(detector::awaited_twice))
    return;
  const promise_trace *running = running_coroutine();
  finding found(detector::awaited_twice,
                running ? place_of(running->awaiting) : place());
  found.says(
      "the task was awaited before, or moved from: a task can be awaited "
      "once");
  found.awaited(running);
  found.report();
}

// Pinned objects.

static void report_pinned(detector what, const char *sentence) noexcept {
  if (!is_on(what))
    return;
  long_call_chain calls;
  const promise_trace *running = running_coroutine();
  place where = innermost_outside_of_object(calls);
  if (!where.file && running)
    where = place_of(running->awaiting);
  finding(what, where).says(sentence).awaited(running).report();
}

void report_moved_pinned(const void *, const void *) noexcept {
  report_pinned(detector::moved_pinned,
                "a pinned object has been moved after others got its address");
}

void report_destroyed_pinned(const void *) noexcept {
  report_pinned(
      detector::destroyed_pinned,
      "destroyed with waiters: a pinned object ends while others have "
      "its address");
}

// Operations that are cancelled over and over. Who is to blame is the coroutine
// that is there for longer than one turn of the loop: it may await the
// operation itself, or a combinator whose children do, made afresh in each
// turn.

static constinit spinlock repeated_lock;     // of all promises' lists
static constinit atomic<long> repeating = 0; // how many entries there are

static bool same(const promise_trace::location &a,
                 const promise_trace::location &b) noexcept {
  return a.line() == b.line() && a.column() == b.column() &&
         !std::strcmp(a.file_name(), b.file_name());
}

void promise_trace::count_cancelled(const location &operation) noexcept {
  unsigned long times = 0;
  {
    locked_scope scope(repeated_lock);
    repeated *entry = nullptr, *free = nullptr;
    for (repeated &r : cancelled_)
      if (!r.times)
        free = free ? free : &r;
      else if (same(r.operation, operation))
        entry = &r;
    if (!entry && free) {
      *free = {operation, 0};
      entry = free;
      // relaxed: a hint that there is something to reset
      repeating.fetch_add(1, memory_order_relaxed);
    }
    if (entry)
      times = ++entry->times;
  }
  if (times != cancel_limit() || !is_on(detector::cancelled_in_loop))
    return;
  finding found(detector::cancelled_in_loop, place_of(awaiting));
  found.says("what is awaited here was cancelled ", times,
             " times in a row, and never came");
  if (!same(awaiting, operation))
    found.add("this is what was cancelled", place_of(operation));
  found.awaited(this).report();
}

void promise_trace::reset_cancelled(const location &operation) noexcept {
  locked_scope scope(repeated_lock);
  for (repeated &r : cancelled_)
    if (r.times && same(r.operation, operation)) {
      r.times = 0;
      // relaxed: as above
      repeating.fetch_sub(1, memory_order_relaxed);
    }
}

void promise_trace::trace_operation_ended(bool was_cancelled) noexcept {
  // relaxed: as above
  if (!was_cancelled && !repeating.load(memory_order_relaxed))
    return;
  if (is_internal(awaiting.file_name()))
    return;
  // What is counted is the innermost operation; the exception passes by all.
  const location operation = awaiting;
  unsigned levels = 0;
  for (promise_trace *p = this; p && levels < 16; p = p->awaited_by, ++levels)
    if (!is_internal(p->awaiting.file_name())) {
      if (was_cancelled)
        p->count_cancelled(operation);
      else
        p->reset_cancelled(operation);
    }
}

} // namespace detail

detect::allow_blocking::allow_blocking() noexcept
    : in_(detail::running_coroutine()) {
  ++(in_ ? in_->allowed : detail::this_thread_state.allowed);
}

detect::allow_blocking::~allow_blocking() {
  --(in_ ? in_->allowed : detail::this_thread_state.allowed);
}

} // namespace moor::inline MOOR_ABI

#endif // MOOR_DETECT
