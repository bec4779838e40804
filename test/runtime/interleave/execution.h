// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What the parts of the checker share; checker.h says what it does.
//
//     schedule.cpp   fibres, whose turn it is, all choices of all executions
//     atomics.cpp    what an atomic operation may read, and what it tells
//     memory.cpp     plain loads and stores, allocation: data races
//     report.cpp     the steps of an execution that failed

#ifndef MOOR_TEST_INTERLEAVE_EXECUTION_H
#define MOOR_TEST_INTERLEAVE_EXECUTION_H

#include <cstddef>
#include <cstdint>
#include <interleave/checker.h>

namespace interleave {

// Thread 0 is the program itself, before and after the others.
inline constexpr unsigned max_threads = 5;
inline constexpr unsigned max_atomics = 400;
inline constexpr std::size_t stack_size = 256 << 10;

/// What a thread knows of: how far each thread has come, and which value of
/// each atomic is the oldest that it may still read.
class knowledge {
public:
  std::uint16_t clock[max_threads];

  unsigned oldest(unsigned atomic) const noexcept {
    return atomic < count_ ? oldest_[atomic] : 0;
  }
  void has_seen(unsigned atomic, unsigned message) noexcept;
  void clear() noexcept;
  void copy(const knowledge &other) noexcept;
  void join(const knowledge &other) noexcept;
  bool is_part_of(const knowledge &other) const noexcept;

private:
  unsigned count_; // of what follows; the rest is 0
  std::uint16_t oldest_[max_atomics];
};

/// A value that an atomic has had.
struct message {
  word value;
  const knowledge *tells; // whoever acquires it; may be null
};

struct record {
  cell *of = nullptr;
  std::vector<message> messages; // in modification order
  unsigned seq_cst_seen = 0;     // the oldest that those may read
};

struct read {
  unsigned index;
  word value;
};

struct thread {
  void (*run)(void *) = nullptr;
  void *state = nullptr;
  bool ended = false;
  bool chosen = false;  // takes its next step, there is nothing to choose
  bool waiting = false; // for a change of what it read from here on:
  std::size_t waits_from = 0;
  std::vector<read> reads;

  knowledge now;       // ordered before what it does next
  knowledge acquired;  // as soon as it makes an acquire fence
  knowledge published; // by its last release fence
  bool has_published = false;
};

struct execution {
  unsigned number = 0; // 0: there is none
  unsigned current = 0;
  unsigned thread_count = 1;
  unsigned steps = 0;
  unsigned preemptions = 0;
  bool verbose = false;
  thread threads[max_threads];

  thread &me() noexcept { return threads[current]; }
};
extern execution now;

/// False while the checker works, and between executions.
extern bool under_test;
/// The functions that are called by the code under test begin with one.
class inside {
public:
  inside() noexcept : was_(under_test) { under_test = false; }
  inside(inside &&) = delete;
  ~inside() { under_test = was_; }

private:
  bool was_;
};

// schedule.cpp

/// Before each step: lets another thread go first, perhaps.
void before_step() noexcept;
/// One of `count`; every one, in time.
unsigned choose(unsigned count) noexcept;
/// Ends the execution.
[[noreturn]] void fail(const std::string &why) noexcept;

// atomics.cpp

void forget_atomics() noexcept;
bool has_changed(const read &r) noexcept;
/// Has the thread know the newest.
void catch_up(const read &r) noexcept;

// memory.cpp

void forget_memory() noexcept;
char *stack_of(unsigned fibre) noexcept;
/// Checked as a plain read, as long as the atomic exists.
void use(const void *address, std::size_t size) noexcept;
/// Checked as a plain write: it begins, or it ends.
void overwrite(const void *address, std::size_t size) noexcept;

// report.cpp

std::string name(order o);
/// One line of the report, if there is one.
void tell_step(const std::string &what, place at) noexcept;
/// Function and line of code, if the machine has what it takes.
std::string where(const void *code);

} // namespace interleave

#endif // MOOR_TEST_INTERLEAVE_EXECUTION_H
