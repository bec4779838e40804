// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef MOOR_CHANNEL_H
#define MOOR_CHANNEL_H

#include <moor/detail/ring.h>
#include <moor/detail/wait.h>

namespace moor::inline MOOR_ABI {
namespace detail {

template <class T, class Threads> class CORO_PINS basic_mpsc {
  static_assert(std::is_nothrow_move_constructible_v<T>,
                "a message cannot fail halfway");

  struct copy;
  class copying_send_awaiter;

public:
  class sender;
  class send_awaiter;
  class receive_awaiter;

  /// For at most `capacity` messages, at least one, that are on the way. Their
  /// memory is allocated here.
  explicit basic_mpsc(std::size_t capacity) : ring_(capacity) {}
  basic_mpsc(basic_mpsc &&) = delete;

  /// Waits until there is room, and sends; gives false if the channel is
  /// closed. It is moved from only if it was sent, so that it is still the
  /// caller's if not, and if the wait was cancelled.
  [[nodiscard]] send_awaiter send(T &&message) noexcept {
    return send_awaiter(*this, message);
  }
  [[nodiscard]] copying_send_awaiter send(const T &message)
    requires std::is_copy_constructible_v<T>
  {
    return copying_send_awaiter(*this, message);
  }
  /// Sends if there is room, nobody waits for some, and it is not closed.
  bool try_send(T &&message) noexcept { return send_now(message); }
  bool try_send(const T &message)
    requires std::is_copy_constructible_v<T>
  {
    T copied = message;
    return send_now(copied);
  }

  /// Waits for a message; gives nothing if the channel is closed and all have
  /// been received. One coroutine at a time may receive.
  [[nodiscard]] receive_awaiter receive() noexcept {
    return receive_awaiter(*this);
  }
  /// The same: a channel is a stream.
  [[nodiscard]] receive_awaiter next() noexcept { return receive(); }
  /// A message, if there is one.
  std::optional<T> try_receive() noexcept { return take(); }

  /// From now on nothing can be sent, and senders that wait are refused. What
  /// was sent can still be received.
  void close() noexcept {
    granted_waits granted;
    typename wait_queue<Threads>::scope scope(waits_.lock);
    ring_.close();
    receiver_waits_ = false;
    while (waits_.grant_first(granted))
      ;
  }
  bool is_closed() const noexcept { return ring_.is_closed(); }

  /// A handle to send with; when the last one ends, the channel is closed.
  [[nodiscard]] sender make_sender() noexcept { return sender(this); }

private:
  template <class, class, class> friend class owned_wait;

  using ring = detail::ring<T, Threads>;

  bool send_now(T &message) noexcept {
    std::size_t tail;
    if (!ring_.claim(tail))
      return false;
    ring_.put(tail, message);
    if (tail & ring::asleep)
      wake_receiver();
    return true;
  }
  bool try_enter(send_awaiter &a, granted_waits &granted) noexcept {
    std::size_t tail;
    while (!ring_.claim(tail)) {
      if (tail & ring::closed)
        return true;
      wake_receiver(granted); // whose sender may not have come to it yet
      if ((tail & ring::waited) || ring_.sender_waits(tail))
        return false;
    }
    ring_.put(tail, a.message_);
    a.sent_ = true;
    if (tail & ring::asleep)
      wake_receiver(granted);
    return true;
  }
  // Whoever receives next looks for senders in vain, if it was the last.
  void abandoned(send_awaiter &, granted_waits &) noexcept {}
  /// Under the lock: sends for those that wait. It is done here because their
  /// coroutines, where the messages are, may go on as soon as it is unlocked.
  void let_in(granted_waits &granted) noexcept {
    while (queued_wait *first = waits_.first()) {
      send_awaiter &a = send_awaiter::of(*first);
      if (!ring_.put_waiting(a.message_))
        return;
      a.sent_ = true;
      waits_.grant_first(granted);
    }
    ring_.no_sender_waits();
  }

  std::optional<T> take() noexcept {
    bool senders_wait;
    std::optional<T> taken = ring_.take(senders_wait);
    if (senders_wait) {
      granted_waits granted;
      typename wait_queue<Threads>::scope scope(waits_.lock);
      let_in(granted);
    }
    return taken;
  }
  bool try_enter(receive_awaiter &, granted_waits &) noexcept {
    assert(!receiver_waits_ && "a channel has one receiver");
    receiver_waits_ = ring_.receiver_waits();
    return !receiver_waits_;
  }
  void abandoned(receive_awaiter &, granted_waits &) noexcept {
    receiver_waits_ = false;
  }
  void wake_receiver() noexcept {
    granted_waits granted;
    typename wait_queue<Threads>::scope scope(waits_.lock);
    wake_receiver(granted);
  }
  void wake_receiver(granted_waits &granted) noexcept {
    // It may have been cancelled since, have received that message, and sleep
    // again.
    if (receiver_waits_ && ring_.has_messages()) {
      receiver_waits_ = false;
      waits_.grant_first(granted);
    }
  }

  ring ring_;
  wait_queue<Threads> waits_;   // senders, or the receiver: never both
  bool receiver_waits_ = false; // under the lock
  typename Threads::template atomic<std::size_t> senders_ = 0;
};

template <class T, class Threads>
class CORO_CANCEL_SAFE basic_mpsc<T, Threads>::send_awaiter
    : public owned_wait<send_awaiter, basic_mpsc, Threads> {
public:
  MOOR_DETECTS(using is_cancel_safe = void;)

  send_awaiter(basic_mpsc &to, T &message) noexcept
      : owned_wait<send_awaiter, basic_mpsc, Threads>(to), message_(message) {}

  bool await_ready() noexcept {
    return sent_ = this->owner_.send_now(message_);
  }
  bool await_resume() {
    this->finish();
    return sent_;
  }

private:
  friend basic_mpsc;
  T &message_;
  bool sent_ = false;
};

template <class T, class Threads> struct basic_mpsc<T, Threads>::copy {
  explicit copy(const T &of) : copied(of) {}
  T copied;
};

template <class T, class Threads>
class basic_mpsc<T, Threads>::copying_send_awaiter : copy, public send_awaiter {
public:
  copying_send_awaiter(basic_mpsc &to, const T &message)
      : copy(message), send_awaiter(to, this->copied) {}
};

template <class T, class Threads>
class CORO_CANCEL_SAFE basic_mpsc<T, Threads>::receive_awaiter
    : public owned_wait<receive_awaiter, basic_mpsc, Threads> {
  using base = owned_wait<receive_awaiter, basic_mpsc, Threads>;

public:
  MOOR_DETECTS(using is_cancel_safe = void;)

  using base::base;
  bool await_ready() noexcept { return this->owner_.ring_.is_ready(); }
  std::optional<T> await_resume() {
    this->finish();
    return this->owner_.take();
  }
};

/// Sends to a channel, and closes it if it is the last of its senders that
/// ends. Copy it: one for each coroutine that sends.
template <class T, class Threads>
class [[nodiscard]] basic_mpsc<T, Threads>::sender {
public:
  sender() = default;
  sender(const sender &other) noexcept : sender(other.channel_) {}
  sender(sender &&other) noexcept
      : channel_(std::exchange(other.channel_, nullptr)) {}
  sender &operator=(sender other) noexcept {
    std::swap(channel_, other.channel_);
    return *this;
  }
  ~sender() {
    // acq_rel: the last one closes after all that the others did
    if (channel_ && channel_->senders_.fetch_sub(1, memory_order_acq_rel) == 1)
      channel_->close();
  }

  explicit operator bool() const noexcept { return channel_; }
  /// As those of the channel.
  [[nodiscard]] auto send(T &&message) const noexcept {
    return channel_->send(std::move(message));
  }
  [[nodiscard]] auto send(const T &message) const
    requires std::is_copy_constructible_v<T>
  {
    return channel_->send(message);
  }
  bool try_send(T &&message) const noexcept {
    return channel_->try_send(std::move(message));
  }
  bool try_send(const T &message) const
    requires std::is_copy_constructible_v<T>
  {
    return channel_->try_send(message);
  }

private:
  friend basic_mpsc;
  explicit sender(basic_mpsc *channel) noexcept : channel_(channel) {
    if (channel_) // relaxed: whoever makes one has one, or the channel
      channel_->senders_.fetch_add(1, memory_order_relaxed);
  }

  basic_mpsc *channel_ = nullptr;
};

} // namespace detail

/// Messages from many coroutines to one, in the order in which they are sent,
/// and at most `capacity` of them on the way.
///
///     mpsc<line> lines(100);
///     co_await lines.send(read());                    // waits if it is full
///     while (auto line = co_await lines.receive())    // until it is closed
///       print(*line);
///
/// Thread-safe; one coroutine at a time receives. Waiters resume on their own
/// executors; senders that wait get in in the order in which they came, and
/// nobody passes them. Pinned: it neither moves nor ends before all calls of
/// send have returned, be their messages received or not. What is in it then,
/// ends. Messages are moved with a spinlock held if their sender waited.
///
/// A cancelled wait throws `cancelled`: a receive has taken nothing, a send has
/// sent nothing and its message is where it was. Data beats cancellation: what
/// was received or sent is, even if a stop was requested since. So both may be
/// raced against something else, again and again.
///
/// One message: oneshot. Something that happens, with nothing to tell: event or
/// semaphore. Work for several to do: a semaphore and a container under a
/// mutex, or an mpsc each.
template <class T>
class mpsc : public detail::basic_mpsc<T, detail::many_threads> {
public:
  using detail::basic_mpsc<T, detail::many_threads>::basic_mpsc;
};

namespace local {
/// The same for the coroutines of one loop, without atomics.
template <class T>
class mpsc : public detail::basic_mpsc<T, detail::one_thread> {
public:
  using detail::basic_mpsc<T, detail::one_thread>::basic_mpsc;
};
} // namespace local

} // namespace moor::inline MOOR_ABI

#endif // MOOR_CHANNEL_H
