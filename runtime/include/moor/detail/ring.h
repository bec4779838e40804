// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The ring of messages of a channel, from many senders to one receiver.
//
// A slot says the position of the message that it holds, which publishes it
// (D. Vyukov, Bounded MPMC queue, 2010). Two words count, and their lowest bits
// say what else there is to do for who moves them:
//
//     head: position of the next to receive   | senders wait
//     tail: position of the next to send      | senders wait
//                                             | the receiver sleeps | closed
//
//     send      tail += 1 ── write the slot, publish ── receiver slept? wake it
//     receive   published? take it ── head += 1 ── senders wait? let them in
//
// That is one atomic read-modify-write each. Nobody begins to sleep unseen: the
// receiver does it by setting the bit in a tail that has not moved, a sender in
// a head that has not. The bits are set under the channel's lock only, and
// while senders wait nobody moves the tail without it.

#ifndef MOOR_DETAIL_RING_H
#define MOOR_DETAIL_RING_H

#include <bit>
#include <cassert>
#include <cstddef>
#include <memory>
#include <moor/detail/atomic.h>
#include <new>
#include <optional>
#include <utility>

namespace moor::inline MOOR_ABI::detail {

template <class T, class Threads> class ring {
public:
  explicit ring(std::size_t capacity)
      : capacity_(capacity), mask_(std::bit_ceil(capacity) - 1),
        slots_(new slot[mask_ + 1]) {
    assert(capacity && "a channel without room");
  }
  ring(ring &&) = delete;
  ~ring() {
    bool senders_wait;
    while (take(senders_wait))
      ;
  }

  // Many may send.

  /// What a sender found: a position, and the bits.
  enum : std::size_t { asleep = 1, waited = 2, closed = 4, one = 8 };

  /// Gives a position that is to be filled, by `put`, at once. If `tail` then
  /// says that the receiver was asleep, it is to be woken after that. False if
  /// it is full, closed, or others wait.
  bool claim(std::size_t &tail) noexcept {
    tail = tail_.load(memory_order_relaxed); // the exchange decides
    do {
      if (tail & (waited | closed))
        return false;
      // acquire, both: sees that the receiver is done with the slot. Its own
      // word is looked at only if it has to be.
      if (is_full(tail, head_seen_.load(memory_order_acquire))) {
        std::size_t head = head_.load(memory_order_acquire);
        if (is_full(tail, head))
          return false;
        // release: and so do others that look here
        head_seen_.store(head, memory_order_release);
      }
      // relaxed: the slot publishes the message
    } while (!tail_.compare_exchange_weak(tail, (tail + one) & ~asleep,
                                          memory_order_relaxed,
                                          memory_order_relaxed));
    return true;
  }
  void put(std::size_t tail, T &message) noexcept {
    slot &to = at(position(tail));
    ::new (static_cast<void *>(&to.message)) T(std::move(message));
    // release: publishes the message
    to.published.store(position(tail) + 1, memory_order_release);
  }
  bool is_closed() const noexcept {
    // acquire: sees what was done before it was closed
    return tail_.load(memory_order_acquire) & closed;
  }

  // One receives.

  bool is_ready() noexcept {
    // relaxed: only the receiver moves the head
    std::size_t next = position(head_.load(memory_order_relaxed));
    // acquire: sees the message
    return at(next).published.load(memory_order_acquire) == next + 1;
  }
  /// The next message, if there is one. If senders wait, they are to be let in.
  std::optional<T> take(bool &senders_wait) noexcept {
    senders_wait = false;
    if (!is_ready() && !is_ready_soon())
      return std::nullopt;
    T &message = at(position(head_.load(memory_order_relaxed))).message;
    std::optional<T> taken(std::move(message));
    message.~T();
    // release: the slot can be used again
    senders_wait = head_.fetch_add(one, memory_order_release) & waited;
    return taken;
  }

  // What follows is called under the channel's lock.

  /// A sender that could not claim wants to wait. False if there is room after
  /// all.
  bool sender_waits(std::size_t tail) noexcept {
    // relaxed, all: the lock orders the bits
    if (!tail_.compare_exchange_weak(tail, tail | waited, memory_order_relaxed,
                                     memory_order_relaxed))
      return false;
    std::size_t head = head_.load(memory_order_relaxed);
    while (is_full(tail, head))
      if (head_.compare_exchange_weak(head, head | waited, memory_order_relaxed,
                                      memory_order_relaxed))
        return true;
    tail_.store(tail, memory_order_relaxed);
    return false;
  }
  /// The receiver, for a sender that waits. False if there is no room.
  bool put_waiting(T &message) noexcept {
    // relaxed, both: the lock orders the tail while somebody waits, and the
    // head is the receiver's
    std::size_t tail = tail_.load(memory_order_relaxed);
    if (is_full(tail, head_.load(memory_order_relaxed)))
      return false;
    tail_.store(tail + one, memory_order_relaxed);
    put(tail, message);
    return true;
  }
  /// The last that waited does not any more.
  void no_sender_waits() noexcept {
    // relaxed, all: as in sender_waits()
    std::size_t tail = tail_.load(memory_order_relaxed);
    if (!(tail & waited))
      return;
    tail_.store(tail & ~waited, memory_order_relaxed);
    head_.fetch_sub(waited, memory_order_relaxed);
  }
  /// The receiver wants to wait. False if it has something to do. If it is
  /// cancelled the bit stays: then the next sender looks for it in vain.
  bool receiver_waits() noexcept {
    // relaxed: head_ as in is_ready(), and the tail is exchanged
    const std::size_t head = head_.load(memory_order_relaxed);
    std::size_t tail = tail_.load(memory_order_relaxed);
    do
      if ((tail & closed) || position(tail) != position(head))
        return false;
    while (!tail_.compare_exchange_weak(
        tail, tail | asleep, memory_order_relaxed, memory_order_relaxed));
    return true;
  }
  /// Whether there are messages, some perhaps not published yet. Called while
  /// the receiver waits, so that the lock has ordered its head.
  bool has_messages() const noexcept {
    return position(tail_.load(memory_order_relaxed)) !=
           position(head_.load(memory_order_relaxed));
  }
  void close() noexcept {
    no_sender_waits();
    std::size_t tail = tail_.load(memory_order_relaxed);
    // release: publishes what was done before it was closed
    while (!tail_.compare_exchange_weak(
        tail, tail | closed, memory_order_release, memory_order_relaxed))
      ;
  }

private:
  struct slot {
    slot() noexcept {}
    ~slot() {}
    // One more than the position of the message that is here, or was last.
    typename Threads::template atomic<std::size_t> published = 0;
    union {
      T message;
    };
  };
  static constexpr std::size_t position(std::size_t word) noexcept {
    return word / one;
  }
  slot &at(std::size_t position) noexcept { return slots_[position & mask_]; }
  bool is_full(std::size_t tail, std::size_t head) const noexcept {
    // A tail may be so old that the head is before it; the exchange will fail.
    return std::ptrdiff_t(position(tail) - position(head)) >=
           std::ptrdiff_t(capacity_);
  }
  /// False if there is nothing. If a sender is between its claim and the
  /// message, that is waited for.
  bool is_ready_soon() noexcept {
    // relaxed, both: what is published is seen in the slot
    if (position(tail_.load(memory_order_relaxed)) ==
        position(head_.load(memory_order_relaxed)))
      return false;
    spin_wait wait;
    while (!is_ready())
      wait();
    return true;
  }

  static constexpr std::size_t line = 64; // what is written apart, lies apart

  const std::size_t capacity_, mask_;
  const std::unique_ptr<slot[]> slots_;
  alignas(line) typename Threads::template atomic<std::size_t> head_ = 0;
  alignas(line) typename Threads::template atomic<std::size_t> tail_ = 0;
  typename Threads::template atomic<std::size_t> head_seen_ = 0; // or older
};

} // namespace moor::inline MOOR_ABI::detail

#endif // MOOR_DETAIL_RING_H
