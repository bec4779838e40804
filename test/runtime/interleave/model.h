// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What stands in for <atomic> where moor is model-checked: moor/detail/atomic.h
// includes this instead. Every operation is a step of the checker, which
// decides who takes it, and what it reads; checker.h tells the rest.

#ifndef MOOR_TEST_INTERLEAVE_MODEL_H
#define MOOR_TEST_INTERLEAVE_MODEL_H

#include <moor/detail/config.h>
#include <source_location>
#include <type_traits>

namespace interleave {

enum class order : unsigned char {
  relaxed,
  acquire,
  release,
  acq_rel,
  seq_cst
};

constexpr bool acquires(order o) noexcept {
  return o == order::acquire || o >= order::acq_rel;
}
constexpr bool releases(order o) noexcept { return o >= order::release; }

using word = unsigned long long;
using place = std::source_location;

/// An atomic object without its type.
struct cell {
  word initial;
  // The checker's record of it, in this execution.
  unsigned index = 0;
  unsigned execution = 0;
  bool global = true; // was there before all of them: a new record in each
};

void make(cell &c) noexcept;
void end(cell &c) noexcept;
word load(const cell &c, order o, place at) noexcept;
void store(cell &c, word value, order o, place at) noexcept;
word exchange(cell &c, word value, order o, place at) noexcept;
word add(cell &c, word by, word mask, order o, place at) noexcept;
bool compare_exchange(cell &c, word &expected, word desired, order success,
                      order failure, place at) noexcept;
void fence(order o, place at) noexcept;
const void *this_thread() noexcept;

/// A thread that calls it does not go on before one of the values has changed
/// that it has read since the object was made.
class spin_wait {
public:
  spin_wait() noexcept;
  void operator()() noexcept;

private:
  unsigned long from_;
};

// The checker sees every plain access of the code under test; not these.
#define INTERLEAVE_UNSEEN __attribute__((no_sanitize("thread"), always_inline))

template <class T> class atomic {
  static_assert(std::is_trivially_copyable_v<T> && sizeof(T) <= sizeof(word));

  INTERLEAVE_UNSEEN static constexpr word to_word(T value) noexcept {
    if constexpr (std::is_integral_v<T> || std::is_enum_v<T>) {
      return static_cast<word>(value);
    } else {
      word w = 0;
      __builtin_memcpy(&w, &value, sizeof value);
      return w;
    }
  }
  INTERLEAVE_UNSEEN static T from_word(word w) noexcept {
    T value;
    __builtin_memcpy(&value, &w, sizeof value);
    return value;
  }
  static constexpr word mask =
      sizeof(T) == 8 ? ~0ull : (1ull << sizeof(T) * 8 % 64) - 1;

public:
  using value_type = T;

  INTERLEAVE_UNSEEN constexpr atomic() noexcept : atomic(T()) {}
  INTERLEAVE_UNSEEN constexpr atomic(T value) noexcept : cell_{initial(value)} {
    if (!std::is_constant_evaluated())
      interleave::make(cell_);
  }
  atomic(const atomic &) = delete;
  INTERLEAVE_UNSEEN ~atomic() { interleave::end(cell_); }

  INTERLEAVE_UNSEEN T load(order o = order::seq_cst,
                           place at = place::current()) const noexcept {
    return from_word(interleave::load(cell_, o, at));
  }
  INTERLEAVE_UNSEEN void store(T value, order o = order::seq_cst,
                               place at = place::current()) noexcept {
    interleave::store(cell_, to_word(value), o, at);
  }
  INTERLEAVE_UNSEEN T exchange(T value, order o = order::seq_cst,
                               place at = place::current()) noexcept {
    return from_word(interleave::exchange(cell_, to_word(value), o, at));
  }
  INTERLEAVE_UNSEEN T fetch_add(T by, order o = order::seq_cst,
                                place at = place::current()) noexcept {
    return from_word(interleave::add(cell_, to_word(by), mask, o, at));
  }
  INTERLEAVE_UNSEEN T fetch_sub(T by, order o = order::seq_cst,
                                place at = place::current()) noexcept {
    return from_word(interleave::add(cell_, -to_word(by), mask, o, at));
  }
  INTERLEAVE_UNSEEN bool
  compare_exchange_strong(T &expected, T desired, order success, order failure,
                          place at = place::current()) noexcept {
    word e = to_word(expected);
    bool done = interleave::compare_exchange(cell_, e, to_word(desired),
                                             success, failure, at);
    if (!done)
      expected = from_word(e);
    return done;
  }
  /// Does not fail without a reason: that would be one more turn of a loop.
  INTERLEAVE_UNSEEN bool
  compare_exchange_weak(T &expected, T desired, order success, order failure,
                        place at = place::current()) noexcept {
    return compare_exchange_strong(expected, desired, success, failure, at);
  }

private:
  // A pointer has no value before the program runs, but for the null one.
  INTERLEAVE_UNSEEN static constexpr word initial(T value) noexcept {
    if constexpr (std::is_pointer_v<T>) {
      if (std::is_constant_evaluated() && !value)
        return 0;
    }
    return to_word(value);
  }

  cell cell_;
};

} // namespace interleave

namespace moor::inline MOOR_ABI::detail {

using interleave::atomic;
using interleave::spin_wait;
using interleave::this_thread;

inline constexpr auto memory_order_relaxed = interleave::order::relaxed;
inline constexpr auto memory_order_acquire = interleave::order::acquire;
inline constexpr auto memory_order_release = interleave::order::release;
inline constexpr auto memory_order_acq_rel = interleave::order::acq_rel;
inline constexpr auto memory_order_seq_cst = interleave::order::seq_cst;

} // namespace moor::inline MOOR_ABI::detail

#endif // MOOR_TEST_INTERLEAVE_MODEL_H
