// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// From addresses to lines. libbacktrace, which comes with g++, reads the debug
// information in the process, inlined calls included: about 0.1 s the first
// time, some microseconds after that, and it allocates by mmap. Without it
// there are addresses.

#include "detecting.h"

#if MOOR_DETECT

#include <cstdint>
#include <cstring>
#include <unwind.h>

#if MOOR_LIBBACKTRACE
// As in its <backtrace.h>, which is where only g++ looks.
extern "C" {
struct backtrace_state;
using backtrace_error_callback = void (*)(void *, const char *, int);
using backtrace_full_callback = int (*)(void *, std::uintptr_t, const char *,
                                        int, const char *);
using backtrace_syminfo_callback = void (*)(void *, std::uintptr_t,
                                            const char *, std::uintptr_t,
                                            std::uintptr_t);
backtrace_state *backtrace_create_state(const char *, int,
                                        backtrace_error_callback, void *);
int backtrace_pcinfo(backtrace_state *, std::uintptr_t, backtrace_full_callback,
                     backtrace_error_callback, void *);
int backtrace_syminfo(backtrace_state *, std::uintptr_t,
                      backtrace_syminfo_callback, backtrace_error_callback,
                      void *);
}
#endif

namespace moor::inline MOOR_ABI::detail {

unsigned capture_calls(void **to, unsigned most) noexcept {
  busy_scope busy;
  struct {
    void **to;
    unsigned most, count;
  } calls{to, most, 0};
  _Unwind_Backtrace(
      [](_Unwind_Context *context, void *state) -> _Unwind_Reason_Code {
        auto &c = *static_cast<decltype(calls) *>(state);
        int before = 0;
        std::uintptr_t at = _Unwind_GetIPInfo(context, &before);
        if (!at || c.count == c.most)
          return _URC_END_OF_STACK;
        // Of the call, not of where it returns to.
        c.to[c.count++] = reinterpret_cast<void *>(before ? at : at - 1);
        return _URC_NO_REASON;
      },
      &calls);
  return calls.count;
}

void call_chain::capture() noexcept {
  count = static_cast<unsigned char>(capture_calls(calls, most));
}

long_call_chain::long_call_chain() noexcept
    : count(capture_calls(calls, sizeof calls / sizeof *calls)) {}

/// Whether `file` is in a directory beside the one of this file.
static bool is_beside(const char *file, const char *directory) noexcept {
  static constexpr const char here[] = __FILE__; // …/src/detect_places.cpp
  static constexpr std::size_t up =
      sizeof here - sizeof "src/detect_places.cpp";
  const std::size_t size = std::strlen(directory);
  // If it was compiled by a relative name, the debug information has put that
  // behind some directory.
  do
    if (!std::strncmp(file, here, up) &&
        !std::strncmp(file + up, directory, size))
      return true;
  while (here[0] != '/' && *file++);
  return false;
}

bool is_internal(const char *file) noexcept {
  if (!file)
    return true;
  for (const char *part :
       {"/include/moor/", "/include/c++/", "/usr/include/", "/usr/lib/",
        "/sysdeps/", "/csu/", "/nptl/", "/compiler-rt/", "/libsanitizer/"})
    if (std::strstr(file, part))
      return true;
  return !std::strncmp(file, "include/moor/", 13) || is_beside(file, "src/") ||
         is_beside(file, "preload/");
}

place place_of(const promise_trace::location &where) noexcept {
  if (!where.line())
    return {};
  return {where.file_name(), where.line(), nullptr};
}

#if MOOR_LIBBACKTRACE

static backtrace_state *symbols() noexcept {
  static constinit atomic<backtrace_state *> loaded = nullptr;
  // acquire: sees what it points to
  backtrace_state *state = loaded.load(memory_order_acquire);
  if (state)
    return state;
  static constinit spinlock one;
  locked_scope scope(one);
  state = loaded.load(memory_order_relaxed); // ordered by the lock
  if (!state) {
    state = backtrace_create_state(
        nullptr, true, [](void *, const char *, int) {}, nullptr);
    // release: publishes what it points to
    loaded.store(state, memory_order_release);
  }
  return state;
}

/// Clang calls the code that goes on f.resume, g++ f.actor.
static void look_at_symbol(std::uintptr_t at, line_of_code &line) noexcept {
  backtrace_syminfo(
      symbols(), at,
      [](void *state, std::uintptr_t, const char *name, std::uintptr_t,
         std::uintptr_t) {
        if (!name)
          return;
        auto &l = *static_cast<line_of_code *>(state);
        l.in_coroutine = std::strstr(name, ".resume") ||
                         std::strstr(name, ".actor") ||
                         std::strstr(name, ".Frame");
        l.in_destroy =
            std::strstr(name, ".destroy") || std::strstr(name, ".cleanup");
      },
      [](void *, const char *, int) {}, &line);
}

void visit_lines(void *const *calls, unsigned count, line_visitor visit,
                 void *state) noexcept {
  busy_scope busy;
  struct {
    line_visitor visit;
    void *state;
    line_of_code last; // the outermost of one address is known at its end
    bool pending, go_on;
  } walk{visit, state, {}, false, true};
  for (unsigned i = 0; i < count && walk.go_on; ++i) {
    auto at = reinterpret_cast<std::uintptr_t>(calls[i]);
    walk.pending = false;
    backtrace_pcinfo(
        symbols(), at,
        [](void *state, std::uintptr_t pc, const char *file, int line,
           const char *function) {
          auto &w = *static_cast<decltype(walk) *>(state);
          if (w.pending)
            w.go_on = w.go_on && w.visit(w.state, w.last);
          // An absolute name is put behind the directory of the compilation.
          if (const char *root = file ? std::strstr(file, "//") : nullptr)
            file = root + 1;
          w.last = {{file, unsigned(line > 0 ? line : 0),
                     reinterpret_cast<void *>(pc)},
                    function,
                    false,
                    false};
          w.pending = true;
          return 0;
        },
        [](void *, const char *, int) {}, &walk);
    if (!walk.pending)
      walk.last = {{nullptr, 0, calls[i]}, nullptr, false, false};
    look_at_symbol(at, walk.last);
    walk.go_on = walk.go_on && walk.visit(walk.state, walk.last);
  }
}

void prepare_places() noexcept {
  busy_scope busy;
  call_chain here;
  here.capture();
}

#else

void visit_lines(void *const *calls, unsigned count, line_visitor visit,
                 void *state) noexcept {
  for (unsigned i = 0; i < count; ++i)
    if (!visit(state, {{nullptr, 0, calls[i]}, nullptr, false, false}))
      return;
}

void prepare_places() noexcept {
  call_chain here;
  here.capture();
}

#endif

place innermost(void *const *calls, unsigned count, unsigned skip) noexcept {
  struct {
    place found;
    unsigned skip;
  } search{{}, skip};
  visit_lines(
      calls, count,
      [](void *state, const line_of_code &line) noexcept {
        auto &s = *static_cast<decltype(search) *>(state);
        if (is_internal(line.where.file) || s.skip-- > 0)
          return true;
        s.found = line.where;
        return false;
      },
      &search);
  return search.found;
}

/// By the mangled name: …C2E…, …D1E…, …aSE… behind the names of its scopes.
static bool is_special_member(const char *function) noexcept {
  if (!function || std::strncmp(function, "_ZN", 3) != 0)
    return false;
  const char *at = function + 3;
  while (*at >= '0' && *at <= '9') {
    unsigned long size = 0;
    while (*at >= '0' && *at <= '9')
      size = size * 10 + unsigned(*at++ - '0');
    if (std::strlen(at) < size)
      return false;
    at += size;
  }
  const bool is_template = *at == 'I'; // its arguments are not parsed
  for (const char *name : {"C1E", "C2E", "D0E", "D1E", "D2E", "aSE"})
    if (is_template ? std::strstr(at, name) != nullptr
                    : !std::strncmp(at, name, 3))
      return true;
  return false;
}

place innermost_outside_of_object(const long_call_chain &calls) noexcept {
  place found;
  visit_lines(
      calls.calls, calls.count,
      [](void *state, const line_of_code &line) noexcept {
        if (is_internal(line.where.file) || line.in_destroy ||
            is_special_member(line.function))
          return true;
        *static_cast<place *>(state) = line.where;
        return false;
      },
      &found);
  return found;
}

place innermost_in_coroutine(const long_call_chain &calls, bool &in) noexcept {
  struct {
    place found;
    bool is_users, in_coroutine;
  } search{{}, false, false};
  visit_lines(
      calls.calls, calls.count,
      [](void *state, const line_of_code &line) noexcept {
        auto &s = *static_cast<decltype(search) *>(state);
        bool is_users = !is_internal(line.where.file);
        s.in_coroutine = s.in_coroutine || line.in_coroutine;
        if (is_users && (line.in_coroutine || !s.is_users)) {
          s.found = line.where;
          s.is_users = true;
        }
        return !(line.in_coroutine && s.is_users);
      },
      &search);
  in = search.in_coroutine;
  return search.found;
}

} // namespace moor::inline MOOR_ABI::detail

#endif // MOOR_DETECT
