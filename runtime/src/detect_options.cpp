// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The environment variable MOOR_DETECTORS; see detect.h.

#include "detecting.h"

#if MOOR_DETECT

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <utility>

namespace moor::inline MOOR_ABI::detail {

constinit atomic<bool> testing = false;

const char *name_of(detector what) noexcept {
  switch (what) {
  case detector::blocked_worker:
    return "blocked-worker";
  case detector::lock_across_suspension:
    return "lock-across-suspension";
  case detector::dropped_task:
    return "dropped-task";
  case detector::moved_pinned:
    return "moved-pinned";
  case detector::destroyed_pinned:
    return "destroyed-pinned";
  case detector::awaited_twice:
    return "awaited-twice";
  case detector::cancelled_in_loop:
    return "cancelled-in-loop";
  case detector::large_frame:
    return "large-frame";
  case detector::leaked_frames:
    return "leaked-frames";
  case detector::stall:
    return "stall";
  }
  return "";
}

static detector nth(unsigned index) noexcept {
  return detector(unsigned(detector::blocked_worker) + index);
}
static unsigned index_of(detector what) noexcept {
  return unsigned(what) - unsigned(detector::blocked_worker);
}

namespace {

struct word {
  const char *text;
  std::size_t size;

  bool is(const char *other) const noexcept {
    return std::strlen(other) == size && !std::memcmp(text, other, size);
  }
  /// What is behind `key`, which ends in '='; null if it is not there.
  const char *value_of(const char *key) const noexcept {
    std::size_t n = std::strlen(key);
    return n <= size && !std::memcmp(text, key, n) ? text + n : nullptr;
  }
};

class parser {
public:
  explicit parser(options &into) noexcept : into_(into) {}

  void parse(const char *list) noexcept {
    set_all(true);
    while (*list) {
      std::size_t size = std::strcspn(list, ",");
      if (word w{list, size}; !take(w))
        fail(w);
      list += size;
      list += *list == ',';
    }
  }

private:
  bool take(const word &w) noexcept {
    bool first = !std::exchange(chosen_, true);
    if (w.is("all") || w.is("none")) {
      set_all(w.is("all"));
      return true;
    }
    if (w.size && *w.text == '-')
      return set({w.text + 1, w.size - 1}, false);
    if (is_name(w)) {
      if (first)
        set_all(false);
      return set(w, true);
    }
    if (first)
      chosen_ = false; // a setting chooses nothing
    if (const char *what = w.value_of("on-report="))
      return choose_action({what, std::size_t(w.text + w.size - what)});
    return number(w, "frame-limit=", into_.frame_limit) ||
           number(w, "cancel-limit=", into_.cancel_limit) ||
           number(w, "stall-ms=", into_.stall_ms);
  }
  static bool is_name(const word &w) noexcept {
    for (unsigned i = 0; i < detect::detector_count; ++i)
      if (w.is(name_of(nth(i))))
        return true;
    return false;
  }
  bool set(const word &name, bool to) noexcept {
    for (unsigned i = 0; i < detect::detector_count; ++i)
      if (name.is(name_of(nth(i)))) {
        into_.on[i] = to;
        return true;
      }
    return false;
  }
  void set_all(bool to) noexcept {
    for (bool &on : into_.on)
      on = to;
  }
  bool choose_action(const word &w) noexcept {
    if (w.is("exit"))
      into_.on_report = options::exit;
    else if (w.is("abort"))
      into_.on_report = options::abort;
    else if (w.is("continue"))
      into_.on_report = options::go_on;
    else
      return false;
    return true;
  }
  static bool number(const word &w, const char *key,
                     unsigned long &to) noexcept {
    const char *digits = w.value_of(key), *end = w.text + w.size;
    if (!digits || digits == end || end - digits > 18)
      return false;
    unsigned long value = 0;
    for (; digits != end; ++digits) {
      if (*digits < '0' || *digits > '9')
        return false;
      value = value * 10 + unsigned(*digits - '0');
    }
    if (!value)
      return false;
    to = value;
    return true;
  }
  [[noreturn]] static void fail(const word &w) noexcept {
    char text[1024];
    int size = std::snprintf(
        text, sizeof text,
        "moor: MOOR_DETECTORS: '%.*s' is not understood. Allowed, separated "
        "by commas: all, none, a detector's name, '-' and a name, "
        "frame-limit=N, cancel-limit=N, stall-ms=N (N a number above 0), "
        "on-report=exit, on-report=abort, on-report=continue. The names:",
        int(w.size < 100 ? w.size : 100), w.text);
    for (unsigned i = 0; i < detect::detector_count; ++i)
      size += std::snprintf(text + size, sizeof text - unsigned(size), "%s %s",
                            i ? "," : "", name_of(nth(i)));
    size += std::snprintf(text + size, sizeof text - unsigned(size), "\n");
    print(text, unsigned(size));
    exit_now(detect::bad_options_status);
  }

  options &into_;
  bool chosen_ = false; // whether a word has said which detectors
};

} // namespace

const options &chosen() noexcept {
  static constinit options read{};
  static constinit atomic<unsigned char> state = 0; // 1 while reading, then 2
  // acquire: sees the options
  if (state.load(memory_order_acquire) == 2)
    return read;
  unsigned char none = 0;
  // acquire: as above
  if (state.compare_exchange_strong(none, 1, memory_order_acquire,
                                    memory_order_acquire)) {
    const char *list = std::getenv("MOOR_DETECTORS");
    parser(read).parse(list ? list : "");
    // release: publishes the options
    state.store(2, memory_order_release);
  }
  spin_wait wait;
  // acquire: as above
  while (state.load(memory_order_acquire) != 2)
    wait();
  return read;
}

bool is_on(detector what) noexcept {
  return testing.load(memory_order_relaxed) || // for one thread
         chosen().on[index_of(what)];
}

unsigned long frame_limit() noexcept {
  return testing.load(memory_order_relaxed) ? testing_limit // as above
                                            : chosen().frame_limit;
}
unsigned long cancel_limit() noexcept {
  return testing.load(memory_order_relaxed) ? testing_limit // as above
                                            : chosen().cancel_limit;
}

} // namespace moor::inline MOOR_ABI::detail

#endif // MOOR_DETECT
