// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Fibres, and the search: every choice of an execution is kept, and the next
// execution makes the last of them differently.

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <cxxabi.h>
#include <exception>
#include <interleave/execution.h>
#include <set>
#include <setjmp.h>
#include <ucontext.h>

namespace interleave {

execution now;
bool under_test = false;

namespace {

// The root of the search is a fibre, too.
constexpr unsigned root = max_threads;
constexpr unsigned max_steps = 20'000;

struct fibre {
  ucontext_t start;
  jmp_buf at;
  bool fresh = true;
  // What the C++ runtime keeps for each thread: the exceptions that it handles.
  struct {
    void *caught;
    unsigned uncaught;
  } exceptions{};
};
fibre fibres[max_threads + 1];

struct choice {
  unsigned count, picked;
};
std::vector<choice> choices;
std::size_t made; // of them, in this execution
bool replaying;

std::string error;
unsigned preemption_limit;
program to_run;
std::vector<word> observations;
std::set<std::string> all_observed;
unsigned executions_ever;

void switch_to(unsigned to);

void run_fibre() {
  for (;;) {
    thread &t = now.me();
    try {
      under_test = true;
      t.run(t.state);
      under_test = false;
    } catch (...) {
      under_test = false;
      fail("an exception leaves the thread");
    }
    t.ended = true;
    if (now.current == 0)
      switch_to(root);
    else
      before_step(); // goes to another thread; comes back in a later execution
  }
}

// The first time by the system's slow way, then by longjmp.
void switch_to(unsigned to) {
  fibre &from = fibres[now.current];
  fibre &next = fibres[to];
  if (next.fresh)
    next.exceptions = {};
  void *globals = abi::__cxa_get_globals();
  std::memcpy(&from.exceptions, globals, sizeof from.exceptions);
  std::memcpy(globals, &next.exceptions, sizeof from.exceptions);
  if (_setjmp(from.at) == 0) {
    now.current = to;
    if (next.fresh && to != root) {
      next.fresh = false;
      getcontext(&next.start);
      next.start.uc_stack.ss_sp = stack_of(to);
      next.start.uc_stack.ss_size = stack_size;
      next.start.uc_link = nullptr;
      makecontext(&next.start, run_fibre, 0);
      setcontext(&next.start);
    }
    _longjmp(next.at, 1);
  }
}

bool can_go_on(const thread &t) {
  if (t.ended)
    return false;
  if (!t.waiting)
    return true;
  for (std::size_t i = t.waits_from; i < t.reads.size(); ++i)
    if (has_changed(t.reads[i]))
      return true;
  return false;
}

/// Somebody who can goes on: this thread first.
void hand_over(bool preempts) {
  unsigned options[max_threads], count = 0;
  for (unsigned i = 0; i + 1 < now.thread_count; ++i) {
    unsigned other = (now.current - 1 + i) % (now.thread_count - 1) + 1;
    if (can_go_on(now.threads[other]))
      options[count++] = other;
  }
  if (!count) {
    std::string who;
    for (unsigned i = 1; i < now.thread_count; ++i)
      if (!now.threads[i].ended)
        who += (who.empty() ? "" : ", ") + std::to_string(i);
    if (!who.empty())
      fail("waits for ever: thread " + who);
    switch_to(0);
    return;
  }
  unsigned next = options[choose(count)];
  now.threads[next].chosen = true;
  if (next == now.current)
    return;
  now.preemptions += preempts;
  switch_to(next);
}

/// The next combination of choices; false after the last.
bool next_choices() {
  while (!choices.empty() && choices.back().picked + 1 == choices.back().count)
    choices.pop_back();
  if (choices.empty())
    return false;
  ++choices.back().picked;
  return true;
}

void run_once(bool verbose) {
  made = 0;
  error.clear();
  observations.clear();
  now.number = ++executions_ever;
  now.thread_count = 1;
  now.steps = now.preemptions = 0;
  now.verbose = verbose;
  forget_atomics();
  forget_memory();
  for (thread &t : now.threads) {
    t.ended = t.chosen = t.waiting = t.has_published = false;
    t.reads.clear();
  }
  now.threads[0].now.clear();
  now.threads[0].acquired.clear();
  now.threads[0].now.clock[0] = 1;
  now.threads[0].run = [](void *) { to_run(); };
  now.current = root;
  switch_to(0);
  now.number = 0;
  under_test = false;
  if (error.empty() && !observations.empty()) {
    std::string text;
    for (word w : observations)
      text += (text.empty() ? "" : " ") + std::to_string(w);
    all_observed.insert(text);
  }
}

std::string choices_as_text() {
  std::string text;
  for (std::size_t i = 0; i < made && i < choices.size(); ++i)
    if (choices[i].picked)
      text += (text.empty() ? "" : ",") + std::to_string(i) + ":" +
              std::to_string(choices[i].picked);
  return text.empty() ? "0:0" : text;
}

} // namespace

unsigned choose(unsigned count) noexcept {
  if (count == 1)
    return 0;
  if (made == choices.size())
    choices.push_back({count, 0});
  choice &c = choices[made++];
  if (replaying && c.count == 0)
    c.count = count;
  if (c.count != count || c.picked >= count) {
    std::fprintf(stderr, "interleave: the program does not repeat itself\n");
    std::abort();
  }
  return c.picked;
}

void fail(const std::string &why) noexcept {
  under_test = false;
  error = why;
  if (now.verbose)
    std::printf("  thread %u: %s\n", now.current, why.c_str());
  for (unsigned i = 0; i < max_threads; ++i)
    fibres[i].fresh = true; // what is on their stacks is forgotten
  switch_to(root);
  std::abort(); // nobody comes back
}

void before_step() noexcept {
  thread &me = now.me();
  if (now.current == 0 || (me.chosen && !me.ended)) {
    me.chosen = false;
    return;
  }
  if (++now.steps > max_steps)
    fail("does not end within " + std::to_string(max_steps) + " steps");
  if (me.ended) {
    hand_over(false);
    return;
  }
  if (now.preemptions < preemption_limit)
    hand_over(true);
  me.chosen = false;
}

void check(bool holds, const char *what) noexcept {
  inside scope;
  if (!holds)
    fail(std::string("not true: ") + what);
}

void observe(word value) noexcept {
  inside scope;
  observations.push_back(value);
}

std::vector<std::string> observed() {
  std::vector<std::string> all(all_observed.begin(), all_observed.end());
  all_observed.clear();
  return all;
}

const void *this_thread() noexcept { return &now.me(); }

spin_wait::spin_wait() noexcept : from_(now.me().reads.size()) {}

void spin_wait::operator()() noexcept {
  inside scope;
  thread &me = now.me();
  me.waits_from = from_;
  me.waiting = true;
  if (now.current == 0) {
    if (!can_go_on(me))
      fail("waits for ever");
  } else {
    if (++now.steps > max_steps)
      fail("does not end within " + std::to_string(max_steps) + " steps");
    hand_over(false);
  }
  me.waiting = false;
  for (std::size_t i = from_; i < me.reads.size(); ++i)
    catch_up(me.reads[i]);
  from_ = me.reads.size();
}

void run_threads(unsigned count, void (*const *run)(void *),
                 void *const *state) noexcept {
  inside scope;
  thread &main = now.threads[0];
  if (now.thread_count != 1 || count >= max_threads)
    fail("threads() once, and for four threads at most");
  now.thread_count = count + 1;
  for (unsigned i = 1; i <= count; ++i) {
    thread &t = now.threads[i];
    t.run = run[i - 1];
    t.state = state[i - 1];
    t.now.copy(main.now);
    t.acquired.copy(main.now);
    t.now.clock[i] = 1;
  }
  ++main.now.clock[0];
  unsigned first = choose(count) + 1;
  now.threads[first].chosen = true;
  switch_to(first);
  for (unsigned i = 1; i <= count; ++i)
    main.now.join(now.threads[i].now);
}

result explore(program p, limits l) {
  result r;
  to_run = p;
  preemption_limit = l.preemptions;
  choices.clear();
  replaying = false;
  for (;;) {
    run_once(false);
    ++r.executions;
    if (!error.empty()) {
      r.error = error;
      r.choices = choices_as_text();
      return r;
    }
    if (!next_choices()) {
      r.complete = true;
      return r;
    }
    if (r.executions == l.executions)
      return r;
  }
}

result replay(program p, const std::string &text, limits l) {
  result r;
  to_run = p;
  preemption_limit = l.preemptions;
  choices.clear();
  const char *at = text.c_str();
  unsigned index, picked;
  int length;
  while (std::sscanf(at, "%u:%u%n", &index, &picked, &length) == 2) {
    if (choices.size() <= index)
      choices.resize(index + 1);
    choices[index].picked = picked;
    at += length + (at[length] == ',');
  }
  replaying = true;
  run_once(true);
  replaying = false;
  r.executions = 1;
  r.error = error;
  r.choices = text;
  return r;
}

} // namespace interleave

// What the code under test calls when it finds something wrong itself.

extern "C" void __assert_fail(const char *what, const char *file, unsigned line,
                              const char *) noexcept {
  if (interleave::now.number)
    interleave::fail(std::string("assertion at ") + file + ":" +
                     std::to_string(line) + ": " + what);
  std::fprintf(stderr, "%s:%u: assertion: %s\n", file, line, what);
  std::abort();
}

static const bool terminate_is_ours = [] {
  std::set_terminate([] {
    if (interleave::now.number)
      interleave::fail("std::terminate");
    std::abort();
  });
  return true;
}();
