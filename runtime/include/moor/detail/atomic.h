// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Every atomic of moor is a detail::atomic, so that a model checker can stand
// in for it: test/runtime/interleave defines MOOR_MODEL_CHECK as the name of a
// header with the same names: the orders, atomic, spin_wait, this_thread.

#ifndef MOOR_DETAIL_ATOMIC_H
#define MOOR_DETAIL_ATOMIC_H

#include <moor/detail/config.h>

#ifdef MOOR_MODEL_CHECK
#include MOOR_MODEL_CHECK
#else

#include <atomic>
#include <sched.h>

namespace moor::inline MOOR_ABI::detail {

using std::memory_order_acq_rel;
using std::memory_order_acquire;
using std::memory_order_relaxed;
using std::memory_order_release;
using std::memory_order_seq_cst;

template <class T> using atomic = std::atomic<T>;

/// Called again and again while another thread is waited for.
class spin_wait {
public:
  void operator()() noexcept {
    if (++turns_ < 64) {
#if defined(__x86_64__) || defined(__i386__)
      __builtin_ia32_pause();
#endif
    } else {
      sched_yield();
    }
  }

private:
  unsigned turns_ = 0;
};

/// Differs between threads that live at the same time.
inline const void *this_thread() noexcept {
  static constinit thread_local char here = 0;
  return &here;
}

} // namespace moor::inline MOOR_ABI::detail

#endif // MOOR_MODEL_CHECK

namespace moor::inline MOOR_ABI::detail {

/// For a few instructions at a time; never held over a call to user code.
class spinlock {
public:
  void lock() noexcept {
    spin_wait wait;
    // acquire: sees what the last owner did under the lock
    while (locked_.exchange(true, memory_order_acquire))
      wait();
  }
  void unlock() noexcept {
    // release: shows it to the next
    locked_.store(false, memory_order_release);
  }

private:
  atomic<bool> locked_ = false;
};

template <class Lock> class [[nodiscard]] locked_scope {
public:
  explicit locked_scope(Lock &lock) noexcept : lock_(lock) { lock_.lock(); }
  locked_scope(const locked_scope &) = delete;
  ~locked_scope() { lock_.unlock(); }

private:
  Lock &lock_;
};

/// The two ways in which a primitive is shared: by threads, or by the
/// coroutines of one loop only, where plain variables do.
struct many_threads {
  template <class T> using atomic = detail::atomic<T>;
  using lock = spinlock;
};

/// A variable in an atomic's clothes.
template <class T> class plain {
public:
  plain() = default;
  plain(T value) noexcept : value_(value) {}
  T load(auto) const noexcept { return value_; }
  void store(T value, auto) noexcept { value_ = value; }
  T exchange(T value, auto) noexcept {
    T old = value_;
    value_ = value;
    return old;
  }
  bool compare_exchange_strong(T &expected, T desired, auto, auto) noexcept {
    if (value_ != expected) {
      expected = value_;
      return false;
    }
    value_ = desired;
    return true;
  }
  bool compare_exchange_weak(T &expected, T desired, auto a, auto b) noexcept {
    return compare_exchange_strong(expected, desired, a, b);
  }
  T fetch_add(T by, auto) noexcept {
    T old = value_;
    value_ += by;
    return old;
  }
  T fetch_sub(T by, auto) noexcept {
    T old = value_;
    value_ -= by;
    return old;
  }

private:
  T value_{};
};

struct one_thread {
  template <class T> using atomic = plain<T>;
  struct lock_nothing {
    void lock() noexcept {}
    void unlock() noexcept {}
  };
  using lock = lock_nothing;
};

} // namespace moor::inline MOOR_ABI::detail

#endif // MOOR_DETAIL_ATOMIC_H
