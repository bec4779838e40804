// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Children that end before their parent goes on: what when_all, when_any and
// nurseries have in common.

#ifndef MOOR_DETAIL_GROUP_H
#define MOOR_DETAIL_GROUP_H

#include <moor/detail/child.h>

namespace moor::inline MOOR_ABI {

/// Called with each exception that is not thrown because another one was thrown
/// first; on the executor of the child. The default prints it on standard
/// error. Returns the last handler. Thread-safe.
using lost_exception_handler = void (*)(std::exception_ptr) noexcept;
lost_exception_handler
set_lost_exception_handler(lost_exception_handler handler) noexcept;

namespace detail {

void lose_exception(std::exception_ptr e) noexcept;

class group {
public:
  explicit group(const context &parent)
      : stop_(parent.stop),
        environment_{parent.where,
                     stop_.token() MOOR_DETECTS(, running_coroutine())} {}
  group(group &&) = delete;

  const context &environment() const noexcept { return environment_; }
  void request_stop() noexcept { stop_.request_stop(); }

  /// One child, or the parent itself, may still be running.
  void enter() noexcept {
    // relaxed: whoever enters is already in, or has not begun
    running_.fetch_add(1, memory_order_relaxed);
  }
  /// What goes on when one of them has ended: the parent, after the last.
  std::coroutine_handle<> leave() noexcept {
    // acq_rel: the parent sees what all of them did
    return running_.fetch_sub(1, memory_order_acq_rel) == 1
               ? parent_
               : std::coroutine_handle<>(std::noop_coroutine());
  }
  std::coroutine_handle<> child_ended(std::coroutine_handle<>) noexcept {
    return leave();
  }

  /// The first is thrown; the others are lost. All are asked to stop.
  void fail(std::exception_ptr e) noexcept {
    {
      locked_scope scope(lock_);
      if (!first_)
        first_ = std::exchange(e, nullptr);
    }
    if (e)
      lose_exception(std::move(e));
    request_stop();
  }
  void rethrow() {
    if (first_)
      std::rethrow_exception(first_);
  }

  /// Suspends the parent until all have left. `start` starts them.
  template <class Start> auto run(Start start) noexcept {
    struct awaiter : native_awaiter {
      group &all;
      Start start;
      explicit awaiter(group &g, Start &&s) noexcept
          : all(g), start(std::move(s)) {}
      bool await_ready() const noexcept { return false; }
      bool await_suspend(std::coroutine_handle<> h) {
        all.parent_ = h;
        all.enter();
        start();
        // acq_rel: as in leave(). The last one goes on, be it this one.
        return all.running_.fetch_sub(1, memory_order_acq_rel) != 1;
      }
      void await_resume() const noexcept {}
    };
    return awaiter(*this, std::move(start));
  }

private:
  linked_stop_source stop_;
  const context environment_;
  atomic<unsigned> running_ = 0;
  std::coroutine_handle<> parent_;
  spinlock lock_; // of first_
  std::exception_ptr first_;
};

/// The context of the coroutine that awaits it.
struct this_context : native_awaiter {
  bool await_ready() const noexcept { return false; }
  template <moor_promise P>
  bool await_suspend(std::coroutine_handle<P> h) noexcept {
    found = h.promise().environment;
    return false;
  }
  const context &await_resume() const noexcept { return *found; }

  const context *found = nullptr;
};

/// Goes to the end of the executor's queue.
class reschedule : public resumption, public native_awaiter {
public:
  bool await_ready() const noexcept { return false; }
  template <moor_promise P>
  void await_suspend(std::coroutine_handle<P> h) noexcept {
    coroutine_ = h;
    home_ = h.promise().environment->where;
    post();
  }
  void await_resume() const noexcept {}
};

} // namespace detail

/// The result of a task<void>, where an object is needed.
using unit = detail::unit;

} // namespace moor::inline MOOR_ABI

#endif // MOOR_DETAIL_GROUP_H
