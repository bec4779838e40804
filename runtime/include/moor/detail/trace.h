// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Where moor tells the detectors what happens: which coroutine runs on which
// thread, who made it, who awaits it, and where.
//
// Every such place is written MOOR_DETECTS(…). Without MOOR_DETECT that is
// nothing at all, textually: no member, no call, no base class.

#ifndef MOOR_DETAIL_TRACE_H
#define MOOR_DETAIL_TRACE_H

#include <moor/detail/config.h>

#if !MOOR_DETECT

#define MOOR_DETECTS(...)

#else

#include <concepts>
#include <coroutine>
#include <cstddef>
#include <exception>
#include <moor/stop.h>
#include <source_location>
#include <type_traits>

#define MOOR_DETECTS(...) __VA_ARGS__

namespace moor::inline MOOR_ABI::detail {

/// The addresses of the calls that led to somewhere, innermost first.
struct call_chain {
  static constexpr unsigned most = 12;

  /// Of this very moment.
  void capture() noexcept;

  void *calls[most]{};
  unsigned char count = 0;
};

/// What is known of one coroutine: a base of its promise. Those that exist are
/// in a list, for the leaks at exit.
class promise_trace {
public:
  using location = std::source_location;

  /// `own` is the coroutine's definition.
  explicit promise_trace(location own = {}) noexcept;
  promise_trace(promise_trace &&) = delete;
  ~promise_trace();

  void trace_awaits_at(location where) noexcept { awaiting = where; }
  void trace_suspends() noexcept;
  void trace_runs() noexcept;
  void trace_begins() noexcept;
  void trace_ends() noexcept { ended = true; }
  void trace_fails() noexcept { failed = true; }
  void trace_starts_under(promise_trace *parent) noexcept;
  /// An operation that it waited for, awaited at `awaiting`, was cancelled, or
  /// was not.
  void trace_operation_ended(bool was_cancelled) noexcept;

  /// The coroutine that awaits this one, or that waits for it to end; null at
  /// the root.
  promise_trace *awaited_by = nullptr;
  /// Its latest co_await.
  location awaiting;
  const location own;
  call_chain made;
  bool begun = false, ended = false, failed = false;
  /// How many allow_blocking there are in it.
  unsigned allowed = 0;

private:
  friend class frame_list;

  struct repeated {
    location operation;
    unsigned times = 0;
  };
  static constexpr unsigned most_repeated = 4;

  void count_cancelled(const location &operation) noexcept;
  void reset_cancelled(const location &operation) noexcept;

  repeated cancelled_[most_repeated];
  promise_trace *next_ = nullptr, *previous_ = nullptr;
};

/// The coroutine that runs on this thread; null if none does.
promise_trace *running_coroutine() noexcept;

/// The next promise of this thread is in a frame of that size.
void frame_made(std::size_t size) noexcept;

/// While it lives, this thread runs coroutines: it is below all of them on the
/// stack.
class [[nodiscard]] running_scope {
public:
  running_scope() noexcept;
  running_scope(running_scope &&) = delete;
  ~running_scope();

private:
  promise_trace *const outer_;
};

/// While it lives, a frame is being destroyed. `task` says that its owner was
/// to await it.
class [[nodiscard]] destroying_scope {
public:
  enum owner { task, other };
  explicit destroying_scope(const promise_trace &frame,
                            owner kind = task) noexcept;
  destroying_scope(destroying_scope &&) = delete;
  ~destroying_scope();

private:
  const bool dismantles_;
};

/// Base of awaiters that are pointless unless they are awaited.
class operation_trace {
public:
  operation_trace() noexcept { made_.capture(); }
  operation_trace(operation_trace &&) = delete;
  ~operation_trace();
  void trace_awaited() noexcept { awaited_ = true; }

private:
  call_chain made_;
  bool awaited_ = false;
};

/// A task that is empty, or was consumed, is awaited.
void report_awaited_twice() noexcept;
/// pinned.h: an object has another address than the one it had.
void report_moved_pinned(const void *was, const void *is) noexcept;
/// An object ends while others have registered with it.
void report_destroyed_pinned(const void *at) noexcept;

/// Stands for the result of a task that was consumed before, where that is
/// looked at only when it is too late.
template <class T> T nothing_left() {
  if constexpr (std::is_void_v<T>)
    return;
  else if constexpr (std::is_default_constructible_v<T>)
    return T();
  else
    std::terminate();
}

/// Suspends until it is begun.
class initial_awaiter {
public:
  explicit initial_awaiter(promise_trace &p) noexcept : promise_(p) {}
  bool await_ready() const noexcept { return false; }
  void await_suspend(std::coroutine_handle<>) const noexcept {}
  void await_resume() const noexcept { promise_.trace_begins(); }

private:
  promise_trace &promise_;
};

/// What is between a co_await and the awaiter. `Awaiter` may be a reference.
template <class Awaiter> class traced {
public:
  template <class Make>
  traced(promise_trace &promise, Make make)
      : promise_(promise), awaiter_(make()) {
    if constexpr (std::derived_from<std::remove_cvref_t<Awaiter>,
                                    operation_trace>)
      awaiter_.trace_awaited();
  }

  bool await_ready() { return static_cast<bool>(awaiter_.await_ready()); }
  template <class P> auto await_suspend(std::coroutine_handle<P> h) {
    promise_.trace_suspends();
    return awaiter_.await_suspend(h);
  }
  decltype(auto) await_resume() {
    promise_.trace_runs();
    struct outcome {
      promise_trace &promise;
      bool cancelled = false;
      ~outcome() {
        if constexpr (!passes_on)
          promise.trace_operation_ended(cancelled);
      }
    } ended{promise_};
    try {
      return awaiter_.await_resume();
    } catch (const cancelled &) {
      ended.cancelled = true;
      throw;
    }
  }

private:
  // Of a coroutine, which has its own operations; or one that loses nothing.
  static constexpr bool passes_on = requires {
    typename std::remove_cvref_t<Awaiter>::awaits_coroutine;
  } || requires { typename std::remove_cvref_t<Awaiter>::is_cancel_safe; };

  promise_trace &promise_;
  Awaiter awaiter_;
};

} // namespace moor::inline MOOR_ABI::detail

#endif // MOOR_DETECT

#endif // MOOR_DETAIL_TRACE_H
