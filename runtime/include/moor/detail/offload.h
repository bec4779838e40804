// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Having a plain function called by another thread while a coroutine waits: the
// awaiters of spawn_blocking and of compute_pool::run.
//
//     submit, arm ── push ─┬── popped by a thread: called ── done ── post ──┐
//                          └── stop: post ── taken out of the queue? ───────┤
//                                            no: it is being called, stay   │
//                                                              settle ── resume
//
// The piece, as the queues know it, is a part of the awaiter, and so of the
// coroutine's frame; nothing is allocated.

#ifndef MOOR_DETAIL_OFFLOAD_H
#define MOOR_DETAIL_OFFLOAD_H

#include <moor/detail/result.h>
#include <moor/detail/wait.h>

namespace moor::inline MOOR_ABI::detail {

/// A call that is to be made.
class piece {
public:
  piece(piece &&) = delete;

  /// By a thread of the pool; then finish(), after which it may be gone.
  /// Whoever waits goes on then, and may have the next call at once, so the
  /// thread should be free by then, or as good as free.
  void call() noexcept { call_(*this); }
  void finish() noexcept { finish_(*this); }
  /// Whether nobody need wait for its end.
  bool abandonable() const noexcept { return abandonable_; }

protected:
  using function = void (*)(piece &) noexcept;
  piece(function call, function finish, bool abandonable) noexcept
      : call_(call), finish_(finish), abandonable_(abandonable) {}
  ~piece() = default;

private:
  friend class piece_queue;

  const function call_, finish_;
  piece *next_ = nullptr, *previous_ = nullptr;
  unsigned long behind_ = 0;
  const bool abandonable_;
  bool queued_ = false;
};

/// An intrusive FIFO of which one in the middle can be taken. Not thread-safe.
class piece_queue {
public:
  bool empty() const noexcept { return !first_; }
  unsigned long size() const noexcept { return size_; }
  /// `behind`: a number that the first tells when it is its turn.
  void push(piece &p, unsigned long behind = 0) noexcept {
    p.next_ = nullptr;
    p.previous_ = last_;
    p.behind_ = behind;
    p.queued_ = true;
    (last_ ? last_->next_ : first_) = &p;
    last_ = &p;
    ++size_;
  }
  unsigned long first_is_behind() const noexcept { return first_->behind_; }
  /// The oldest; null if there is none.
  piece *pop() noexcept {
    piece *p = first_;
    if (p)
      remove(*p);
    return p;
  }
  /// False if it is not there (any more).
  bool remove(piece &p) noexcept {
    if (!p.queued_)
      return false;
    (p.previous_ ? p.previous_->next_ : first_) = p.next_;
    (p.next_ ? p.next_->previous_ : last_) = p.previous_;
    p.queued_ = false;
    --size_;
    return true;
  }

private:
  piece *first_ = nullptr, *last_ = nullptr;
  unsigned long size_ = 0;
};

/// Whose threads make the calls.
class offload_pool {
public:
  /// Sees to it that there is a thread for one more. Throws std::system_error
  /// if there is none at all. push() or forget() follows.
  virtual void prepare() = 0;
  virtual void push(piece &p) noexcept = 0;
  virtual void forget() noexcept = 0;
  /// True if it was still in the queue: it is not called then.
  virtual bool take_out(piece &p) noexcept = 0;

protected:
  ~offload_pool() = default;
};

/// A coroutine that waits for its piece.
class offloaded : public wait_base,
                  public piece
                  MOOR_DETECTS(, public operation_trace) {
public:
  bool await_ready() const noexcept { return false; }
  template <moor_promise P> bool await_suspend(std::coroutine_handle<P> h) {
    begin(h, *h.promise().environment);
    return submit();
  }

protected:
  offloaded(offload_pool &pool, piece::function call) noexcept
      : wait_base(&settle), piece(call, &done, false), pool_(pool) {}
  ~offloaded() = default;

  /// By the coroutine. Throws `cancelled` if it was not called.
  void throw_if_cancelled() {
    disarm();
    if (cancelled_)
      throw cancelled();
  }

private:
  static void done(piece &p) noexcept;
  bool submit();
  bool is_over() noexcept;
  static void settle(work_item &item) noexcept;

  offload_pool &pool_;
  spinlock lock_; // of what follows, and of posting
  bool done_ = false, cancelled_ = false;
};

// What is called: with a stop token, if it takes one.

template <class F, class... A>
concept called_with_token = requires(F &&f, stop_token t, A &&...a) {
  static_cast<F &&>(f)(t, static_cast<A &&>(a)...);
};
template <class F, class... A>
concept called_without = requires(F &&f, A &&...a) {
  static_cast<F &&>(f)(static_cast<A &&>(a)...);
};
template <class F, class... A>
concept can_be_called = called_with_token<F, A...> || called_without<F, A...>;

template <class F, class... A>
decltype(auto) call_once(F &&f, [[maybe_unused]] stop_token t, A &&...a) {
  if constexpr (called_with_token<F, A...>)
    return static_cast<F &&>(f)(t, static_cast<A &&>(a)...);
  else
    return static_cast<F &&>(f)(static_cast<A &&>(a)...);
}
template <class F, class... A>
using call_result = decltype(detail::call_once(std::declval<F>(), stop_token(),
                                               std::declval<A>()...));

/// Calls it, and keeps what it ends with.
template <class T, class F, class... A>
void call_into(result<T> &into, F &&f, stop_token t, A &&...a) noexcept {
  try {
    if constexpr (std::is_void_v<T>) {
      detail::call_once(static_cast<F &&>(f), t, static_cast<A &&>(a)...);
      into.emplace();
    } else {
      into.emplace(
          detail::call_once(static_cast<F &&>(f), t, static_cast<A &&>(a)...));
    }
  } catch (...) {
    into.fail(std::current_exception());
  }
}

template <class F> class [[nodiscard]] offloaded_call final : public offloaded {
  using T = call_result<F>;
  static_assert(!awaitable<T>, "it returns something to be awaited: use on() "
                               "to run a task on another executor");

public:
  offloaded_call(offload_pool &pool, F &&f)
      : offloaded(pool, &call), f_(static_cast<F &&>(f)) {}

  T await_resume() {
    this->throw_if_cancelled();
    return result_.take();
  }

private:
  static void call(piece &p) noexcept {
    auto &self = static_cast<offloaded_call &>(p);
    detail::call_into(self.result_, static_cast<F &&>(self.f_), self.stop_);
  }

  F f_;
  result<T> result_;
};

} // namespace moor::inline MOOR_ABI::detail

#endif // MOOR_DETAIL_OFFLOAD_H
