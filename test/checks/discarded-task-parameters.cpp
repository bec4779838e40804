// RUN: %check_tidy %s coro-discarded-task -- -- -I %source/runtime/include
// RUN: %check_tidy_real %s coro-discarded-task -- -- -I %source/runtime/include

// Tasks that are given to a function of this file which does nothing with them.

#include "task.h"
#include <corolint/annotations.h>
#include <utility>

class job {
public:
  struct promise_type : detail::promise_base, detail::result<void> {
    job get_return_object();
    std::suspend_always initial_suspend() const noexcept { return {}; }
  };
  job() = default;
  job(job &&) noexcept;
  job &operator=(job &&) noexcept;
  ~job();
  bool done() const { return frame_.done(); }
  void start();
  detail::task_awaiter<promise_type> operator co_await() const noexcept;

private:
  std::coroutine_handle<promise_type> frame_;
};
job fetch();
bool flag();
void print(bool);
void elsewhere(job);

// id: discard/parameter-dropped
void drop(job) {}
void named_and_dropped(job t) { (void)t; }
void moved_and_dropped(job t) {
  job u = std::move(t);
}
void sometimes(job t) {
  if (flag())
    elsewhere(std::move(t));
}
void dropped() {
  drop(fetch());
  // CHECK-NOTES: :[[@LINE-1]]:8: warning: the task returned by 'fetch' is discarded, and never runs [coro-discarded-task]
  // CHECK-NOTES: :[[@LINE-12]]:14: note: 'drop' does not await it
  named_and_dropped(fetch());
  // CHECK-NOTES: :[[@LINE-1]]:21: warning: the task returned by 'fetch' is discarded, and never runs [coro-discarded-task]
  // CHECK-NOTES: :[[@LINE-14]]:28: note: 'named_and_dropped' does not await it
  moved_and_dropped(fetch());
  // CHECK-NOTES: :[[@LINE-1]]:21: warning: the task returned by 'fetch' is discarded, and never runs [coro-discarded-task]
  // CHECK-NOTES: :[[@LINE-16]]:28: note: 'moved_and_dropped' does not await it
  auto t = fetch();
  // CHECK-NOTES: :[[@LINE-1]]:8: warning: 't' is never awaited, and never runs [coro-discarded-task]
  // CHECK-NOTES: :[[@LINE-21]]:14: note: 'drop' does not await it
  drop(std::move(t));
}

// id: discard/parameter-dropped-further-down
void drop_below(job t) { drop(std::move(t)); }
void dropped_further_down() { drop_below(fetch()); }
// CHECK-NOTES: :[[@LINE-1]]:42: warning: the task returned by 'fetch' is discarded, and never runs [coro-discarded-task]
// CHECK-NOTES: :[[@LINE-3]]:21: note: 'drop_below' does not await it

// id: discard/parameter-lambda
void dropped_by_a_lambda() {
  auto forget = [](job) {};
  forget(fetch());
  // CHECK-NOTES: :[[@LINE-1]]:10: warning: the task returned by 'fetch' is discarded, and never runs [coro-discarded-task]
  // CHECK-NOTES: :[[@LINE-3]]:23: note: the lambda does not await it
}

// id: discard/parameter-method
struct service {
  void refuse(int, job) const {}
  void operator()(job) const {}
  virtual void accept(job) {}
};
void dropped_by_a_method(service &s) {
  s.refuse(1, fetch());
  // CHECK-NOTES: :[[@LINE-1]]:15: warning: the task returned by 'fetch' is discarded, and never runs [coro-discarded-task]
  // CHECK-NOTES: :[[@LINE-7]]:23: note: 'refuse' does not await it
  s(fetch());
  // CHECK-NOTES: :[[@LINE-1]]:5: warning: the task returned by 'fetch' is discarded, and never runs [coro-discarded-task]
  // CHECK-NOTES: :[[@LINE-9]]:22: note: 'operator()' does not await it
}
void dropped_by_a_virtual_one(service &s) { s.accept(fetch()); }

// id: discard/parameter-asked
void log_task(const job &t) { print(t.done()); }
bool is_done(const job &t) { return t.done(); }
void ignore(job &&) {}
void asked() {
  auto t = fetch();
  // CHECK-NOTES: :[[@LINE-1]]:8: warning: 't' is never awaited, and never runs [coro-discarded-task]
  // CHECK-NOTES: :[[@LINE-6]]:26: note: 'log_task' does not await it
  log_task(t);
  auto u = fetch();
  // CHECK-NOTES: :[[@LINE-1]]:8: warning: 'u' is never awaited, and never runs [coro-discarded-task]
  // CHECK-NOTES: :[[@LINE-9]]:25: note: 'is_done' does not await it
  is_done(u);
  auto v = fetch();
  // CHECK-NOTES: :[[@LINE-1]]:8: warning: 'v' is never awaited, and never runs [coro-discarded-task]
  // CHECK-NOTES: :[[@LINE-12]]:19: note: 'ignore' does not await it
  ignore(std::move(v));
  log_task(fetch());
  // CHECK-NOTES: :[[@LINE-1]]:12: warning: the task returned by 'fetch' is discarded, and never runs [coro-discarded-task]
  // CHECK-NOTES: :[[@LINE-18]]:26: note: 'log_task' does not await it
}
job asked_and_awaited() {
  auto t = fetch();
  log_task(t);
  ignore(std::move(t));
  co_await t;
}

// id: discard/parameter-answer
// Something depends on the answer: somebody has set it going, it seems.
void the_answer_counts() {
  auto t = fetch();
  while (!is_done(t))
    print(false);
}

// id: discard/parameter-path
job on_one_path() {
  auto t = fetch();
  // CHECK-NOTES: :[[@LINE-1]]:8: warning: 't' is not awaited on every path; where it is not, it never runs [coro-discarded-task]
  // CHECK-NOTES: :[[@LINE-95]]:14: note: 'drop' does not await it
  // CHECK-NOTES: :[[@LINE+1]]:7: note: it is not awaited where this is true
  if (flag())
    drop(std::move(t));
  else
    co_await t;
}

// id: discard/parameter-seen-to
// What the callee does may be enough.
struct queue {
  void add(job t) { last = std::move(t); }
  job last;
} waiting;
job global;
void keep(job t) { global = std::move(t); }
void keep_in(queue &q, job t) { q.add(std::move(t)); }
job give_back(job t) { return t; }
job &give_back_a_reference(job &t) { return t; }
void start(job &t) { t.start(); }
void capture(job t) {
  auto later = [t = std::move(t)]() mutable { t.start(); };
  later();
}
void capture_all(job t) {
  [&] { t.start(); }();
}
void refuse(job) { throw 1; }
job run(job t) { co_await t; }
job run_nothing(job) { co_return; }
void unseen(job);
[[noreturn]] void die(job) {
  for (;;)
    ;
}
void itself(job t) {
  if (flag())
    itself(std::move(t));
}
template <class T> void any(T t) { t.start(); }
__attribute__((weak)) void replaced(job) {}
void seen_to() {
  keep(fetch());
  keep_in(waiting, fetch());
  auto t = fetch();
  start(t);
  capture(fetch());
  capture_all(fetch());
  refuse(fetch());
  unseen(fetch());
  sometimes(fetch());
  itself(fetch());
  any(fetch());
  replaced(fetch());
  auto back = fetch();
  give_back_a_reference(back);
  if (flag())
    die(fetch());
}
job given_to_coroutines() {
  co_await run(fetch());
  co_await run_nothing(fetch());
  co_await give_back(fetch());
}

// id: discard/parameter-template
template <class T> void drop_any(T) {}
template <class T> void swallow(T &&) {}
void dropped_by_a_template() {
  drop_any(fetch());
  // CHECK-NOTES: :[[@LINE-1]]:12: warning: the task returned by 'fetch' is discarded, and never runs [coro-discarded-task]
  // CHECK-NOTES: :[[@LINE-5]]:35: note: 'drop_any' does not await it
  swallow(fetch());
  // CHECK-NOTES: :[[@LINE-1]]:11: warning: the task returned by 'fetch' is discarded, and never runs [coro-discarded-task]
  // CHECK-NOTES: :[[@LINE-7]]:37: note: 'swallow' does not await it
}

// id: discard/parameter-said
// The source says it: the task is seen to in another build.
void spawn(CORO_CONSUMES job) {}
CORO_STARTS void launch(job) {}
void said() {
  spawn(fetch());
  launch(fetch());
}

// id: discard/parameter-of-moved-to-settled
// What goes into a variable that somebody watches is watched.
void watch(job &);
void moved_into_a_watched_one() {
  job a;
  watch(a);
  auto b = fetch();
  a = std::move(b);
}

// id: discard/parameter-itself
// Its author's choice, not the parameter's.
void not_reported_here(job unused) {}
