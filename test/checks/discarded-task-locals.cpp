// RUN: %check_tidy %s coro-discarded-task
// RUN: %check_tidy_real %s coro-discarded-task

// Variables that hold a task which some path does not await.

#include "task.h"
#include <stdexcept>
#include <utility>

// A task that can be assigned, and that a default constructor leaves empty.
template <class T = void> class job {
public:
  struct promise_type : detail::promise_base, detail::result<T> {
    job get_return_object();
    std::suspend_always initial_suspend() const noexcept { return {}; }
  };
  job() = default;
  job(job &&) noexcept;
  job &operator=(job &&) noexcept;
  ~job();
  bool done() const;
  void start();
  detail::task_awaiter<promise_type> operator co_await() const noexcept;
};
job<> make();
job<int> number();

bool flag();
int count();
void log(const char *);
void detach(job<>);
void watch(job<> &);
job<> both(job<>, job<>);
[[noreturn]] void die();

// id: discard/local
void local() {
  auto t = make();
  // CHECK-NOTES: :[[@LINE-1]]:8: warning: 't' is never awaited, and never runs [coro-discarded-task]
}

// id: discard/local-handed-on
void local_handed_on() {
  auto t = make();
  detach(std::move(t));
}

// id: discard/local-forms
void local_forms(bool c) {
  job<> braces{make()};
  // CHECK-NOTES: :[[@LINE-1]]:9: warning: 'braces' is never awaited, and never runs [coro-discarded-task]
  job<> parentheses(make());
  // CHECK-NOTES: :[[@LINE-1]]:9: warning: 'parentheses' is never awaited, and never runs [coro-discarded-task]
  auto &&reference = make();
  // CHECK-NOTES: :[[@LINE-1]]:10: warning: 'reference' is never awaited, and never runs [coro-discarded-task]
  const auto &constant = make();
  // CHECK-NOTES: :[[@LINE-1]]:15: warning: 'constant' is never awaited, and never runs [coro-discarded-task]
  auto choice = c ? make() : make();
  // CHECK-NOTES: :[[@LINE-1]]:8: warning: 'choice' is never awaited, and never runs [coro-discarded-task]
  [[maybe_unused]] auto marked = make();
  // CHECK-NOTES: :[[@LINE-1]]:25: warning: 'marked' is never awaited, and never runs [coro-discarded-task]
  auto named = make();
  // CHECK-NOTES: :[[@LINE-1]]:8: warning: 'named' is never awaited, and never runs [coro-discarded-task]
  (void)named;
}

// id: discard/local-in-condition
void local_in_condition() {
  if (auto t = make(); flag())
  // CHECK-NOTES: :[[@LINE-1]]:12: warning: 't' is never awaited, and never runs [coro-discarded-task]
    log("yes");
}

// id: discard/local-moved
void local_moved() {
  auto t = make();
  auto u = std::move(t);
  // CHECK-NOTES: :[[@LINE-1]]:8: warning: 'u' is never awaited, and never runs [coro-discarded-task]
  // CHECK-NOTES: :[[@LINE-3]]:12: note: made here
}
job<> local_moved_and_awaited() {
  auto t = make();
  auto u = std::move(t);
  co_await u;
}

// id: discard/local-of-a-lambda
void local_of_a_lambda() {
  auto run = [] { auto t = make(); };
  // CHECK-NOTES: :[[@LINE-1]]:24: warning: 't' is never awaited, and never runs [coro-discarded-task]
  run();
}

// id: discard/local-awaited
job<> local_awaited() {
  auto t = make();
  co_await t;
}
job<> local_awaited_as_rvalue() {
  auto t = make();
  co_await std::move(t);
}
job<> local_returned() {
  auto t = make();
  return t;
}
void local_started() {
  auto t = make();
  t.start();
}
job<> by_reference() {
  auto t = make();
  auto &r = t;
  co_await r;
}
void watched() {
  auto t = make();
  watch(t);
}
void captured() {
  auto t = make();
  auto run = [t = std::move(t)]() mutable { t.start(); };
  run();
}
void captured_by_reference() {
  auto t = make();
  auto run = [&] { t.start(); };
  run();
}
struct pool {
  job<> current;
  job<> take() {
    auto t = make();
    current = std::move(t);
    return std::move(current);
  }
};
void empty() {
  job<> t;
}
void until_the_end() {
  static auto t = make();
}

// id: discard/path
job<> one_branch(bool c) {
  auto t = make();
  // CHECK-NOTES: :[[@LINE-1]]:8: warning: 't' is not awaited on every path; where it is not, it never runs [coro-discarded-task]
  // CHECK-NOTES: :[[@LINE+1]]:7: note: it is not awaited where this is false
  if (c)
    co_await t;
}

// id: discard/path-else
job<> else_branch(bool c) {
  auto t = make();
  // CHECK-NOTES: :[[@LINE-1]]:8: warning: 't' is not awaited on every path; where it is not, it never runs [coro-discarded-task]
  // CHECK-NOTES: :[[@LINE+1]]:7: note: it is not awaited where this is true
  if (c) {
    log("skipped");
  } else {
    co_await t;
  }
  log("done");
}

// id: discard/path-complete
job<> both_branches(bool c) {
  auto t = make();
  if (c)
    co_await t;
  else
    detach(std::move(t));
}

// id: discard/path-correlated
job<> correlated(bool c) {
  job<> t;
  if (c)
    t = make();
  log("between");
  if (c)
    co_await t;
}
job<> correlated_negation(bool c) {
  auto t = make();
  if (c)
    co_await t;
  if (!c)
    detach(std::move(t));
}
job<> correlated_flag() {
  bool started = false;
  job<> t;
  if (flag()) {
    t = make();
    started = true;
  }
  if (started)
    co_await t;
}
job<> correlated_flag_of_another(bool c) {
  bool started = false;
  auto t = make();
  // CHECK-NOTES: :[[@LINE-1]]:8: warning: 't' is not awaited on every path; where it is not, it never runs [coro-discarded-task]
  // CHECK-NOTES: :[[@LINE+3]]:7: note: it is not awaited where this is false
  if (c)
    started = true;
  if (started)
    co_await t;
}

// id: discard/path-switch
job<> some_cases(int k) {
  auto t = make();
  // CHECK-NOTES: :[[@LINE-1]]:8: warning: 't' is not awaited on every path; where it is not, it never runs [coro-discarded-task]
  switch (k) {
  case 1:
    co_await t;
    break;
  case 2:
    log("two");
    break;
  }
}
job<> correlated_cases(int k) {
  job<> t;
  switch (k) {
  case 1:
    t = make();
    break;
  default:
    break;
  }
  if (k == 1)
    co_await t;
}

// id: discard/path-loop
job<> continues() {
  for (int i = 0; i < 3; ++i) {
    auto t = make();
    // CHECK-NOTES: :[[@LINE-1]]:10: warning: 't' is not awaited on every path; where it is not, it never runs [coro-discarded-task]
    // CHECK-NOTES: :[[@LINE+1]]:9: note: it is not awaited where this is true
    if (flag())
      continue;
    co_await t;
  }
}
job<> breaks() {
  for (;;) {
    auto t = make();
    // CHECK-NOTES: :[[@LINE-1]]:10: warning: 't' is not awaited on every path; where it is not, it never runs [coro-discarded-task]
    // CHECK-NOTES: :[[@LINE+1]]:9: note: it is not awaited where this is true
    if (flag())
      break;
    co_await t;
  }
}
job<> awaits_each() {
  for (int i = 0; i < 3; ++i) {
    auto t = make();
    co_await t;
  }
}

// id: discard/overwritten
job<> overwritten() {
  auto t = make();
  t = make();
  // CHECK-NOTES: :[[@LINE-1]]:5: warning: the task in 't' is overwritten before it is awaited, and never runs [coro-discarded-task]
  // CHECK-NOTES: :[[@LINE-3]]:12: note: made here
  co_await t;
}
job<> overwritten_in_a_loop() {
  job<> t;
  for (int i = 0; i < 3; ++i)
    t = make();
    // CHECK-NOTES: :[[@LINE-1]]:7: warning: the task in 't' is overwritten before it is awaited, and never runs [coro-discarded-task]
  co_await t;
}
job<> assigned_again() {
  auto t = make();
  co_await t;
  t = make();
  co_await t;
}
job<> wrapped() {
  auto t = make();
  t = both(std::move(t), make());
  co_await t;
}
job<> dropped_on_purpose() {
  auto t = make();
  t = {};
  co_return;
}

// id: discard/early-exit
job<> leaves_early(bool c) {
  auto t = make();
  if (c)
    co_return;
  co_await t;
}
job<> throws_early(bool c) {
  auto t = make();
  if (c)
    throw std::runtime_error("no");
  co_await t;
}
job<> dies_early(bool c) {
  auto t = make();
  if (c)
    die();
  co_await t;
}
job<> handled() {
  try {
    auto t = make();
    if (flag())
      throw std::runtime_error("no");
    co_await t;
  } catch (const std::exception &) {
    log("handled");
  }
}
// The handler, not the way past it, is where the throw leads.
job<> outlives_the_throw() {
  auto t = make();
  try {
    auto u = make();
    co_await u;
    throw std::runtime_error("no");
  } catch (const std::exception &) {
    log("handled");
  }
  co_await t;
}
job<> outlives_throws_of_two(bool c) {
  auto t = make();
  try {
    try {
      if (c)
        throw 1;
    } catch (const std::exception &) {
    }
  } catch (int) {
  }
  co_await t;
}
job<> forgotten_in_the_handler() {
  auto t = make();
  // CHECK-NOTES: :[[@LINE-1]]:8: warning: 't' is not awaited on every path; where it is not, it never runs [coro-discarded-task]
  // CHECK-NOTES: :[[@LINE+2]]:9: note: it is not awaited where this is true
  try {
    if (flag())
      throw std::runtime_error("no");
    co_await t;
  } catch (const std::exception &) {
    log("handled");
  }
}
job<> moved_or_leaves_early(bool c) {
  auto t = make();
  if (c)
    co_return;
  auto u = std::move(t);
  co_await u;
}
job<> handled_inside(bool c) {
  auto t = make();
  try {
    try {
      throw 1;
    } catch (int) {
    }
    co_await t;
  } catch (int) {
  }
}

// Who watches the variable sees what it gets.
job<> given_to_a_watched_one() {
  auto t = make();
  auto u = make();
  watch(t);
  t = std::move(u);
  co_return;
}
job<> given_to_one_that_nobody_watches() {
  job<> t;
  // CHECK-NOTES: :[[@LINE-1]]:9: warning: 't' is never awaited, and never runs [coro-discarded-task]
  // CHECK-NOTES: :[[@LINE+1]]:12: note: made here
  auto u = make();
  t = std::move(u);
  co_return;
}

// id: discard/asked
job<> asked() {
  auto t = make();
  if (!t.done())
    co_await t;
}

// id: discard/test-sections
#define SECTION(name) if (flag())
job<> sections() {
  auto t = make();
  SECTION("one") { co_await t; }
  SECTION("two") { co_await t; }
}

// id: discard/two-in-one-declaration
job<> two() {
  auto a = make(), b = make();
  // CHECK-NOTES: :[[@LINE-1]]:20: warning: 'b' is never awaited, and never runs [coro-discarded-task]
  co_await a;
}

// id: discard/template-local
template <class T> job<> in_a_template(T) {
  auto t = make();
  // CHECK-NOTES: :[[@LINE-1]]:8: warning: 't' is never awaited, and never runs [coro-discarded-task]
  co_return;
}
void instantiate() {
  detach(in_a_template(1));
  detach(in_a_template('c'));
}

// id: discard/exchange
job<> exchanged_and_forgotten() {
  auto t = make();
  auto u = std::exchange(t, {});
  // CHECK-NOTES: :[[@LINE-1]]:8: warning: 'u' is never awaited, and never runs [coro-discarded-task]
  // CHECK-NOTES: :[[@LINE-3]]:12: note: made here
  co_return;
}
job<> exchanged_away() {
  auto t = make();
  job<> u;
  // CHECK-NOTES: :[[@LINE-1]]:9: warning: 'u' is never awaited, and never runs [coro-discarded-task]
  // CHECK-NOTES: :[[@LINE-3]]:12: note: made here
  u = std::exchange(t, {});
  t = make();
  co_await t;
}
job<> exchanged() {
  auto t = make();
  auto u = std::exchange(t, {});
  co_await u;
}
job<> exchanged_into_a_call() {
  auto t = make();
  detach(std::exchange(t, {}));
}
job<> exchanged_for_another() {
  auto t = make();
  auto u = std::exchange(t, make());
  co_await u;
}

template <class F> void run_later(F f) { f(); }

// id: discard/refilled-after-capture
job<> refilled_after_the_move_into_a_lambda() {
  auto t = make();
  // CHECK-NOTES: :[[@LINE-1]]:8: warning: 't' is not awaited on every path; where it is not, it never runs [coro-discarded-task]
  // CHECK-NOTES: :[[@LINE+2]]:7: note: made here
  run_later([w = std::move(t)] { (void)w; });
  t = make();
  co_return;
}
job<> moved_into_a_lambda() {
  auto t = make();
  run_later([w = std::move(t)] { (void)w; });
  co_return;
}

// Known misses.

// It was asked, and the answer might have been that it is done.
job<> only_asked() {
  auto t = make();
  if (t.done())
    log("done");
  co_return;
}
// A parameter is its caller's idea.
job<> parameter(job<> t) { co_return; }
// Each member of a struct would have to be followed.
struct pair_of_jobs {
  job<> first, second;
};
job<> member() {
  pair_of_jobs jobs{make(), make()};
  co_await jobs.first;
}
// The reference might be used later.
job<> by_unused_reference() {
  auto t = make();
  auto &r = t;
  (void)r;
  co_return;
}
// Who was given it by reference may look again.
job<> refilled_after_somebody_has_seen_it() {
  auto t = make();
  watch(t);
  t = make();
  co_return;
}
