// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The detector blocked-worker for any program, whatever its coroutines run on:
//
//     LD_PRELOAD=…/libmoor-preload.so ./server
//
// A thread runs a coroutine if the code of one, resumed, is on its stack: clang
// calls that f.resume, g++ f.actor. So the program needs its symbols, and for
// lines its debug information. The part of a coroutine before its first
// suspension belongs to the function that calls it if the coroutine is eager,
// and is not seen.
//
// A synchronous generator may block whoever asks it for a value; it is told by
// the name of what asks (std::generator, Generator<T>::next). MOOR_DETECTORS
// applies, as far as it can: none, and on-report.

#include "../src/detecting.h"

#include <cstring>

namespace moor::inline MOOR_ABI::detail {

constinit thread_local thread_state this_thread_state;

promise_trace *running_coroutine() noexcept { return nullptr; }

bool blocking_matters() noexcept {
  return !this_thread_state.busy && is_on(detector::blocked_worker);
}

namespace {

/// What is on the stack, innermost first.
struct stack {
  place called, coroutine;
  bool has_called = false, has_coroutine = false;
  unsigned callers = 0; // since the coroutine
};

bool is_generators(const char *function) noexcept {
  return function && std::strstr(function, "enerator");
}

bool look(void *state, const line_of_code &line) noexcept {
  stack &s = *static_cast<stack *>(state);
  bool is_users = !is_internal(line.where.file);
  if (is_users && !s.has_called) {
    s.called = line.where;
    s.has_called = true;
  }
  if (line.in_coroutine &&
      (!s.has_coroutine || is_internal(s.coroutine.file))) {
    s.coroutine = line.where;
    s.has_coroutine = true;
    s.callers = 0;
    return true;
  }
  // Who has resumed it?
  if (s.has_coroutine && ++s.callers <= 6 && is_generators(line.function) &&
      !line.in_coroutine)
    s = stack{s.called, {}, s.has_called};
  return true;
}

} // namespace

void about_to_block(const char *function) noexcept {
  busy_scope busy;
  long_call_chain calls;
  stack s;
  visit_lines(calls.calls, calls.count, look, &s);
  if (!s.has_coroutine)
    return;
  finding found(detector::blocked_worker, s.coroutine);
  found.says("", function,
             " would block the thread while it runs this coroutine");
  if (s.has_called &&
      (s.called.file != s.coroutine.file || s.called.line != s.coroutine.line))
    found.add("called here", s.called);
  found.report();
}

namespace {

/// The options are looked at when the program starts, not in the middle of it.
__attribute__((constructor)) void start() noexcept { chosen(); }

} // namespace

} // namespace moor::inline MOOR_ABI::detail
