// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// How coroutines are asked to stop.
//
// A stop token flows with the context from a coroutine to those that it awaits,
// without an argument. A wait that is under way when the stop is requested, or
// that would begin after it, throws `cancelled` in the coroutine; nobody
// destroys a suspended frame to stop it.

#ifndef MOOR_STOP_H
#define MOOR_STOP_H

#include <moor/detail/atomic.h>

namespace moor::inline MOOR_ABI {

/// What a cancelled wait throws. Not a std::exception: it is no failure, and
/// should not stop at a handler that was written for those.
struct cancelled {};

class stop_source;

namespace detail {

/// A function to be called once if a stop is requested. It is a node in the
/// source's list, so registering allocates nothing; the function may be called
/// on any thread, and should do no more than post.
class stop_node {
public:
  using function = void (*)(stop_node &) noexcept;
  explicit stop_node(function call) noexcept : call_(call) {}
  stop_node(stop_node &&) = delete;

private:
  friend class moor::stop_source;

  function call_;
  stop_node *next_ = nullptr, *previous_ = nullptr;
  bool linked_ = false;
  bool *destroyed_ = nullptr; // while it is called: whether it ends in there
  atomic<bool> ended_ = true; // the call, if there is one
};

} // namespace detail

/// Tells whether a stop was requested. A default one never is. Small; copy it.
class stop_token {
public:
  stop_token() = default;

  bool stop_requested() const noexcept;
  bool stop_possible() const noexcept { return source_ != nullptr; }
  /// Null if a stop is not possible. For those who register nodes.
  stop_source *source() const noexcept { return source_; }

  bool operator==(const stop_token &) const = default;

private:
  friend class stop_source;
  explicit stop_token(stop_source *source) noexcept : source_(source) {}

  stop_source *source_ = nullptr;
};

/// Asks everything that holds its tokens to stop, once and for ever.
///
///     stop_source source;
///     auto work = with_stop(source.token(), download());
///     …
///     source.request_stop();   // waits in download() throw cancelled
///
/// Thread-safe. Pinned: tokens and callbacks point to it, so it has to outlive
/// them. Structured code gets that by itself.
class CORO_PINS stop_source {
public:
  stop_source() = default;
  stop_source(stop_source &&) = delete;
  ~stop_source();

  stop_token token() noexcept { return stop_token(this); }
  bool stop_requested() const noexcept {
    // acquire: sees what was done before the request
    return requested_.load(detail::memory_order_acquire);
  }
  /// Calls what is registered, here and now. True the first time.
  bool request_stop() noexcept;

  /// False if a stop was requested already: then the node is not called.
  bool add(detail::stop_node &node) noexcept;
  /// After it, the node is not called any more; waits for a call that is under
  /// way on another thread. Harmless on a node that was never added.
  void remove(detail::stop_node &node) noexcept;

private:
  detail::atomic<bool> requested_ = false;
  detail::spinlock lock_; // of all that follows
  detail::stop_node *first_ = nullptr;
  const void *caller_ = nullptr;
};

inline bool stop_token::stop_requested() const noexcept {
  return source_ && source_->stop_requested();
}

/// Calls `F` if a stop is requested, at once if it was already, while it lives.
/// The call may be on any thread; the destructor waits for it to end.
template <class F> class CORO_PINS stop_callback {
public:
  stop_callback(stop_token token, F f)
      : node_(*this), token_(token), f_(static_cast<F &&>(f)) {
    if (token_.source() && !token_.source()->add(node_))
      f_();
  }
  stop_callback(stop_callback &&) = delete;
  ~stop_callback() {
    if (token_.source())
      token_.source()->remove(node_);
  }

private:
  struct node : detail::stop_node {
    explicit node(stop_callback &owner) noexcept
        : stop_node([](stop_node &self) noexcept {
            static_cast<node &>(self).owner_.f_();
          }),
          owner_(owner) {}
    stop_callback &owner_;
  };

  node node_;
  stop_token token_;
  F f_;
};

/// A source that is also asked to stop when its parent is.
class CORO_PINS linked_stop_source {
public:
  explicit linked_stop_source(stop_token parent)
      : parent_(parent, request{source_}) {}

  stop_token token() noexcept { return source_.token(); }
  bool stop_requested() const noexcept { return source_.stop_requested(); }
  bool request_stop() noexcept { return source_.request_stop(); }

private:
  struct request {
    stop_source &source;
    void operator()() const noexcept { source.request_stop(); }
  };

  stop_source source_;
  stop_callback<request> parent_; // ends first
};

} // namespace moor::inline MOOR_ABI

#endif // MOOR_STOP_H
