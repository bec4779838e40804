// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef MOOR_SHARED_TASK_H
#define MOOR_SHARED_TASK_H

#include <moor/detail/result.h>
#include <moor/detail/wait.h>

namespace moor::inline MOOR_ABI {

template <class T = void> class shared_task;

namespace detail {

class shared_wait;

/// The promise of a shared task, but for its result.
///
///     not begun ── join ── begun ── end ── ended
///
/// Whoever waits is in the queue and keeps the frame. The last one in the queue
/// does not leave before the end, so the frame is never destroyed in between.
class shared_frame : public promise_base {
public:
  struct end_awaiter : native_awaiter {
    bool await_ready() const noexcept { return false; }
    template <class P>
    transfer await_suspend(std::coroutine_handle<P> h) const noexcept {
      MOOR_DETECTS(h.promise().trace_ends();)
      return transfer_to(h.promise().end());
    }
    void await_resume() const noexcept {}
  };
  end_awaiter final_suspend() const noexcept { return {}; }

  void keep() noexcept {
    // relaxed: whoever keeps it has it already
    references_.fetch_add(1, memory_order_relaxed);
  }
  void let_go() noexcept {
    // acq_rel: the last one sees what all others did with it
    if (references_.fetch_sub(1, memory_order_acq_rel) == 1) {
      MOOR_DETECTS(destroying_scope scope(*this, awaited_
                                                     ? destroying_scope::other
                                                     : destroying_scope::task);)
      frame_.destroy();
    }
  }
  bool has_ended() const noexcept {
    // acquire: sees the result
    return ended_.load(memory_order_acquire);
  }

  /// What to go on with when `w` waits: itself, if it need not.
  std::coroutine_handle<> join(shared_wait &w) noexcept;
  /// The wait was stopped. False if it goes on all the same.
  bool leave(shared_wait &w) noexcept;
  /// Grants all waits. What to go on with.
  std::coroutine_handle<> end() noexcept;

protected:
  explicit shared_frame(
      std::coroutine_handle<> frame MOOR_DETECTS(, location own)) noexcept
      : MOOR_DETECTS(promise_base(own), ) frame_(frame) {}

private:
  const std::coroutine_handle<> frame_;
  atomic<unsigned> references_ = 1;
  atomic<bool> ended_ = false; // set under the queue's lock
  wait_queue<many_threads> waits_;
  // Under its lock:
  unsigned waiting_ = 0;
  bool begun_ = false;
  shared_wait *starter_ = nullptr; // if it still waits
  context environment_;
  stop_source stop_;
  MOOR_DETECTS(bool awaited_ = false;) // by one that was stopped, perhaps
};

/// One that waits for it; without the result.
class shared_wait : public queued_wait {
public:
  MOOR_DETECTS(using is_cancel_safe = void;)

  explicit shared_wait(shared_frame &frame) noexcept
      : queued_wait(&settle), frame_(frame) {}
  shared_wait(shared_wait &&) = delete;
  ~shared_wait() {
    if (keeps_)
      frame_.let_go();
  }

  bool await_ready() const noexcept { return frame_.has_ended(); }
  template <moor_promise P>
  transfer await_suspend(std::coroutine_handle<P> h) noexcept {
    begin(h, *h.promise().environment);
    return transfer_to(frame_.join(*this));
  }

protected:
  void finish() {
    disarm();
    if (outcome_ == outcome::cancelled)
      throw cancelled();
  }

private:
  friend shared_frame;
  static void settle(work_item &item) noexcept;

  shared_frame &frame_;
  bool keeps_ = false;
};

template <class T>
class shared_promise : public shared_frame,
                       public returns<T, shared_promise<T>> {
public:
#if MOOR_DETECT
  explicit shared_promise(location own = location::current()) noexcept
      : shared_frame(std::coroutine_handle<shared_promise>::from_promise(*this),
                     own) {}
#else
  shared_promise() noexcept
      : shared_frame(
            std::coroutine_handle<shared_promise>::from_promise(*this)) {}
#endif
  shared_task<T> get_return_object() noexcept;
  void unhandled_exception() noexcept {
    MOOR_DETECTS(this->trace_fails();)
    ended.fail(std::current_exception());
  }

  result<T> ended;
};

} // namespace detail

/// A task whose result many may await.
///
///     shared_task<config> settings = load_settings();   // a coroutine
///     …
///     const config &c = co_await settings;   // here, and elsewhere
///
/// Copies are handles of the same task. Lazy: it begins with the first who
/// awaits it, and runs on that one's executor, which has to go on running until
/// it has ended. All others resume on their own executors, in the order in
/// which they came. Awaited as an lvalue, it gives a reference to its one
/// result, which lives as long as the last handle; if it threw, all get the
/// exception. Thread-safe, but for a handle itself, as with shared_ptr; what is
/// done with the result is up to those who share it.
///
/// Who is stopped while waiting leaves with `cancelled`, and the task goes on
/// for the others. It is under none of their stop tokens, but under its own,
/// which is requested when the last who is interested is stopped. That one does
/// not leave before the task has ended: so nothing runs that nobody awaits, and
/// nothing is left when the last handle ends. If it comes to a result all the
/// same, that is given. If not, it has ended with `cancelled` for good, for all
/// who come later, too; make a new one to try again.
template <class T> class [[nodiscard]] CORO_TASK shared_task {
  template <class Result> class awaiter;

public:
  using promise_type = detail::shared_promise<T>;
  using value_type = T;

  shared_task(const shared_task &other) noexcept : promise_(other.promise_) {
    if (promise_)
      promise_->keep();
  }
  shared_task(shared_task &&other) noexcept
      : promise_(std::exchange(other.promise_, nullptr)) {}
  shared_task &operator=(shared_task other) noexcept {
    std::swap(promise_, other.promise_);
    return *this;
  }
  ~shared_task() {
    if (promise_)
      promise_->let_go();
  }

  /// False once it has been moved from.
  bool valid() const noexcept { return promise_; }
  /// Whether awaiting it suspends no more.
  bool ended() const noexcept { return promise_->has_ended(); }

  auto operator co_await() & noexcept {
    return awaiter<std::add_lvalue_reference_t<T>>(*promise_);
  }
  auto operator co_await() const & noexcept {
    return awaiter<std::add_lvalue_reference_t<const T>>(*promise_);
  }
  /// The result would be gone at once.
  void operator co_await() && = delete;
  void operator co_await() const && = delete;

private:
  friend promise_type;
  explicit shared_task(promise_type &p) noexcept : promise_(&p) {}

  promise_type *promise_;
};

template <class T>
template <class Result>
class shared_task<T>::awaiter : public detail::shared_wait {
public:
  Result await_resume() {
    finish();
    if constexpr (std::is_void_v<T>)
      promise_.ended.get();
    else
      return promise_.ended.get();
  }

private:
  friend shared_task;
  explicit awaiter(promise_type &promise) noexcept
      : detail::shared_wait(promise), promise_(promise) {}

  promise_type &promise_;
};

template <class T>
shared_task<T> detail::shared_promise<T>::get_return_object() noexcept {
  return shared_task<T>(*this);
}

} // namespace moor::inline MOOR_ABI

#endif // MOOR_SHARED_TASK_H
