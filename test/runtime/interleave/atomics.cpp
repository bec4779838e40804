// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Atomic operations: the orders of C++20, and stale reads. See checker.h.

#include <algorithm>
#include <cstdio>
#include <cstring>
#include <deque>
#include <interleave/execution.h>

namespace interleave {

void knowledge::has_seen(unsigned atomic, unsigned message) noexcept {
  while (count_ <= atomic)
    oldest_[count_++] = 0;
  oldest_[atomic] = std::max(oldest_[atomic], std::uint16_t(message));
}
void knowledge::clear() noexcept {
  std::memset(clock, 0, sizeof clock);
  count_ = 0;
}
void knowledge::copy(const knowledge &other) noexcept {
  std::memcpy(clock, other.clock, sizeof clock);
  count_ = other.count_;
  std::memcpy(oldest_, other.oldest_, count_ * sizeof *oldest_);
}
void knowledge::join(const knowledge &other) noexcept {
  for (unsigned i = 0; i < max_threads; ++i)
    clock[i] = std::max(clock[i], other.clock[i]);
  unsigned both = std::min(count_, other.count_);
  for (unsigned i = 0; i < both; ++i)
    oldest_[i] = std::max(oldest_[i], other.oldest_[i]);
  for (; count_ < other.count_; ++count_)
    oldest_[count_] = other.oldest_[count_];
}

bool knowledge::is_part_of(const knowledge &other) const noexcept {
  for (unsigned i = 0; i < max_threads; ++i)
    if (clock[i] > other.clock[i])
      return false;
  for (unsigned i = 0; i < count_; ++i)
    if (oldest_[i] > other.oldest(i))
      return false;
  return true;
}

namespace {

record records[max_atomics];
unsigned records_used;
knowledge seq_cst_fences;

std::deque<knowledge> told; // all that messages of this execution tell
std::size_t told_used;

knowledge &tell_new(const knowledge &what) {
  if (told_used == told.size())
    told.emplace_back();
  knowledge &k = told[told_used++];
  k.copy(what);
  return k;
}

const site *weak = nullptr;
order weak_order;

/// The order that the operation has in this execution.
order at_site(const char *operation, order asked, const place &at) {
  static site *last = nullptr; // most operations come in loops
  std::vector<site> &all = sites();
  auto same = [&](const site &s) {
    return s.line == at.line() && s.operation == operation &&
           s.asked == asked &&
           (s.file == at.file_name() || !std::strcmp(s.file, at.file_name()));
  };
  if (!last || !same(*last)) {
    auto found = std::find_if(all.begin(), all.end(), same);
    if (found == all.end()) {
      all.push_back({at.file_name(), at.line(), operation, asked});
      found = all.end() - 1;
    }
    last = &*found;
  }
  last->used = true;
  return last == weak ? weak_order : asked;
}

void add_record(cell &c) {
  if (records_used == max_atomics)
    fail("too many atomics");
  c.index = records_used++;
  c.execution = now.number;
  record &r = records[c.index];
  r.of = &c;
  r.seq_cst_seen = 0;
  r.messages.push_back({c.initial, nullptr});
}

unsigned find(const cell &c) {
  if (c.global && c.execution != now.number)
    add_record(const_cast<cell &>(c));
  else if (c.execution != now.number)
    fail("uses an atomic that has ended, or was never made");
  else if (records[c.index].of != &c)
    fail("uses a copy of an atomic");
  // Whoever makes, ends, frees or overwrites it comes before or after this.
  use(&c, 1);
  return c.index;
}

word read_message(unsigned index, unsigned m, order o) {
  thread &me = now.me();
  record &r = records[index];
  me.now.has_seen(index, m);
  if (const knowledge *tells = r.messages[m].tells)
    (acquires(o) ? me.now : me.acquired).join(*tells);
  if (o == order::seq_cst)
    r.seq_cst_seen = std::max(r.seq_cst_seen, m);
  me.reads.push_back({index, r.messages[m].value});
  return r.messages[m].value;
}

/// `continues`: what a read-modify-write read; a release sequence goes on.
void write_message(unsigned index, word value, order o,
                   const knowledge *continues) {
  thread &me = now.me();
  record &r = records[index];
  const unsigned m = unsigned(r.messages.size());
  me.now.has_seen(index, m);
  knowledge *tells = nullptr;
  if (releases(o))
    tells = &tell_new(me.now);
  else if (me.has_published)
    tells = &tell_new(me.published);
  if (tells && continues)
    tells->join(*continues);
  r.messages.push_back({value, tells ? tells : continues});
  if (o == order::seq_cst)
    r.seq_cst_seen = m;
  if (releases(o))
    ++me.now.clock[now.current];
}

unsigned newest(unsigned index) {
  return unsigned(records[index].messages.size()) - 1;
}

/// The first of those that it may read.
unsigned oldest(unsigned index, order o) {
  unsigned m = now.me().now.oldest(index);
  return o == order::seq_cst ? std::max(m, records[index].seq_cst_seen) : m;
}

/// Of the messages that may be read, those that make a difference: a newer one
/// of the same value that tells no less leaves less open than the older one.
/// `not_this`: a compare_exchange does not fail when it reads that.
std::vector<unsigned> &worth_reading(unsigned index, order o,
                                     const word *not_this) {
  static std::vector<unsigned> which;
  which.clear();
  const record &r = records[index];
  const unsigned last = newest(index);
  auto makes_a_difference = [&](const message &m) {
    if (not_this && m.value == *not_this)
      return &m == &r.messages[last]; // then it succeeds
    for (unsigned w : which) {
      const knowledge *less = r.messages[w].tells;
      if (r.messages[w].value == m.value &&
          (!acquires(o) || !less || less == m.tells ||
           (m.tells && less->is_part_of(*m.tells))))
        return false;
    }
    return true;
  };
  for (unsigned m = oldest(index, o); m <= last; ++m)
    if (makes_a_difference(r.messages[m]))
      which.push_back(m);
  return which;
}
/// The newest first.
unsigned choose_from(const std::vector<unsigned> &which) {
  return which[which.size() - 1 - choose(unsigned(which.size()))];
}

std::string text(word w) {
  char buffer[32];
  std::snprintf(buffer, sizeof buffer, w < 1000 ? "%llu" : "%#llx", w);
  return buffer;
}

void tell(unsigned index, const std::string &what, const place &at) {
  if (now.verbose)
    tell_step("#" + std::to_string(index) + " " + what, at);
}

word modify(const char *operation, const cell &c, word (*to)(word, word, word),
            word by, word mask, order asked, const place &at) {
  inside scope;
  before_step();
  order o = at_site(operation, asked, at);
  unsigned index = find(c);
  unsigned m = newest(index);
  const knowledge *before = records[index].messages[m].tells;
  word was = read_message(index, m, o);
  word is = to(was, by, mask);
  write_message(index, is, o, before);
  tell(index,
       std::string(operation) + ", " + name(o) + ": " + text(was) +
           " becomes " + text(is),
       at);
  return was;
}

} // namespace

std::vector<site> &sites() {
  static std::vector<site> all = [] {
    std::vector<site> v;
    v.reserve(1000); // they do not move
    return v;
  }();
  return all;
}

void weaken(const site *s, order to) {
  weak = s;
  weak_order = to;
}

void forget_atomics() noexcept {
  for (unsigned i = 0; i < records_used; ++i)
    records[i].messages.clear();
  records_used = 0;
  told_used = 0;
  seq_cst_fences.clear();
}

bool has_changed(const read &r) noexcept {
  return records[r.index].messages.back().value != r.value;
}
void catch_up(const read &r) noexcept {
  now.me().now.has_seen(r.index, newest(r.index));
}

void make(cell &c) noexcept {
  if (!now.number)
    return; // a global one: it is made when it is first used
  inside scope;
  c.global = false;
  add_record(c);
  overwrite(&c, sizeof c);
}

void end(cell &c) noexcept {
  if (!now.number || c.execution != now.number)
    return;
  inside scope;
  overwrite(&c, sizeof c);
  c.execution = ~0u;
}

word load(const cell &c, order asked, place at) noexcept {
  inside scope;
  before_step();
  order o = at_site("load", asked, at);
  unsigned index = find(c);
  unsigned last = newest(index);
  unsigned m = choose_from(worth_reading(index, o, nullptr));
  word value = read_message(index, m, o);
  tell(index,
       "load, " + name(o) + ": " + text(value) + (m == last ? "" : " (stale)"),
       at);
  return value;
}

void store(cell &c, word value, order asked, place at) noexcept {
  inside scope;
  before_step();
  order o = at_site("store", asked, at);
  unsigned index = find(c);
  write_message(index, value, o, nullptr);
  tell(index, "store, " + name(o) + ": " + text(value), at);
}

word exchange(cell &c, word value, order asked, place at) noexcept {
  return modify(
      "exchange", c, [](word, word by, word) { return by; }, value, 0, asked,
      at);
}

word add(cell &c, word by, word mask, order asked, place at) noexcept {
  return modify(
      "add", c, [](word was, word by, word mask) { return (was + by) & mask; },
      by, mask, asked, at);
}

bool compare_exchange(cell &c, word &expected, word desired, order success,
                      order failure, place at) noexcept {
  inside scope;
  before_step();
  unsigned index = find(c);
  // It succeeds if it reads what it expects, which has to be the newest.
  unsigned last = newest(index);
  unsigned m = choose_from(worth_reading(index, failure, &expected));
  word was = records[index].messages[m].value;
  if (was != expected) {
    order o = at_site("compare_exchange that fails", failure, at);
    read_message(index, m, o);
    tell(index,
         "compare_exchange, " + name(o) + ": fails, expected " +
             text(expected) + ", is " + text(was) +
             (m == last ? "" : " (stale)"),
         at);
    expected = was;
    return false;
  }
  order o = at_site("compare_exchange", success, at);
  const knowledge *before = records[index].messages[m].tells;
  read_message(index, m, o);
  write_message(index, desired, o, before);
  tell(index,
       "compare_exchange, " + name(o) + ": " + text(was) + " becomes " +
           text(desired),
       at);
  return true;
}

void fence(order asked, place at) noexcept {
  inside scope;
  before_step();
  order o = at_site("fence", asked, at);
  thread &me = now.me();
  if (acquires(o))
    me.now.join(me.acquired);
  if (o == order::seq_cst) {
    me.now.join(seq_cst_fences);
    seq_cst_fences.join(me.now);
  }
  if (releases(o)) {
    me.published.copy(me.now);
    me.has_published = true;
    ++me.now.clock[now.current];
  }
  if (now.verbose)
    tell_step("fence, " + name(o), at);
}

} // namespace interleave
