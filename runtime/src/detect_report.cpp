// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// From a finding to a text, a handler, an exit.

#include "detecting.h"

#if MOOR_DETECT

#include <cstdio>
#include <cstdlib>
#include <sys/syscall.h>
#include <unistd.h>

namespace moor::inline MOOR_ABI {
namespace detail {

static constinit atomic<detect::handler> the_handler = nullptr;

void print(const char *text, std::size_t size) noexcept {
  // Not write(), which is interposed. Nothing can be done if it fails.
  while (size) {
    busy_scope busy;
    long written = ::syscall(SYS_write, 2, text, size);
    if (written <= 0)
      return;
    text += written;
    size -= std::size_t(written);
  }
}

void exit_now(int status) noexcept { ::_exit(status); }

namespace {

/// A text in a buffer; what does not fit is cut.
class writer {
public:
  template <class... A> void add(const char *format, A... arguments) noexcept {
    int size = std::snprintf(text_ + size_, sizeof text_ - size_, format,
                             arguments...);
    if (size > 0)
      size_ = size_ + unsigned(size) < sizeof text_ ? size_ + unsigned(size)
                                                    : sizeof text_ - 1;
  }
  void add(const place &where) noexcept {
    if (where.file)
      add("%s:%u: ", where.file, where.line);
    else if (where.address)
      add("%p: ", where.address);
  }
  void print() const noexcept { detail::print(text_, size_); }

private:
  char text_[6000];
  std::size_t size_ = 0;
};

void print_report(const detect::report &r) noexcept {
  writer text;
  text.add(r.where);
  text.add("moor: %s [%s]\n", r.sentence, r.name);
  for (unsigned i = 0; i < r.note_count; ++i) {
    text.add(r.notes[i].where);
    text.add("note: %s\n", r.notes[i].text);
  }
  text.print();
}

} // namespace

finding::finding(detector what, const place &where) noexcept
    : what_(what), where_(where) {
  sentence_[0] = 0;
}

finding &finding::says(const char *before, const char *middle,
                       const char *after) noexcept {
  std::snprintf(sentence_, sizeof sentence_, "%s%s%s", before, middle, after);
  return *this;
}

finding &finding::says(const char *before, unsigned long number,
                       const char *after) noexcept {
  std::snprintf(sentence_, sizeof sentence_, "%s%lu%s", before, number, after);
  return *this;
}

finding &finding::add(const char *text, const place &where) noexcept {
  if (note_count_ < most_notes)
    notes_[note_count_++] = {text, where};
  return *this;
}

finding &finding::awaited(const promise_trace *coroutine) noexcept {
  while (coroutine && (coroutine = coroutine->awaited_by)) {
    place where = place_of(coroutine->awaiting);
    if (!is_internal(where.file))
      add("awaited here", where);
    if (note_count_ == most_notes)
      return *this;
  }
  return *this;
}

void finding::report() noexcept {
  busy_scope busy;
  const detect::report told{what_,  name_of(what_), sentence_,
                            where_, notes_,         note_count_};
  // acquire: sees what set_detector_handler published
  if (detect::handler handler = the_handler.load(memory_order_acquire)) {
    handler(told);
    return;
  }
  static constinit spinlock one_at_a_time;
  locked_scope scope(one_at_a_time);
  print_report(told);
  if (chosen().on_report == options::exit)
    exit_now(int(what_));
  if (chosen().on_report == options::abort)
    std::abort();
}

} // namespace detail

detect::handler detect::set_detector_handler(handler next) noexcept {
  // acq_rel: publishes what the handler needs, and gives back the last one's
  return detail::the_handler.exchange(next, detail::memory_order_acq_rel);
}

} // namespace moor::inline MOOR_ABI

#endif // MOOR_DETECT
