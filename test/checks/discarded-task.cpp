// RUN: %check_tidy %s coro-discarded-task
// RUN: %check_tidy_real %s coro-discarded-task

// Tasks that are thrown away in the expression that makes them. None of these
// functions is a coroutine, so that no fix is offered: see discarded-task-fixes.cpp.

#include "task.h"
#include <tuple>
#include <utility>

void log(const char *);
bool flag();
int count();
void keep(task<>);
void start(eager<> &&);
task<task<int>> nested();
async_generator<int> numbers();
generator<int> squares();

struct connection {
  task<> send(const char *);
  task<int> receive();
  bool is_open() const;
};

// id: discard/statement
void statement() {
  work();
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: the task returned by 'work' is discarded, and never runs [coro-discarded-task]
}

// id: discard/statement-kept
void statement_kept() {
  keep(work());
}

// id: discard/member-call
void member_call(connection &c) {
  if (c.is_open())
    c.send("bye");
    // CHECK-NOTES: :[[@LINE-1]]:5: warning: the task returned by 'send' is discarded, and never runs [coro-discarded-task]
}

// id: discard/loop-body
void loop_body(connection &c) {
  while (c.is_open())
    c.receive();
    // CHECK-NOTES: :[[@LINE-1]]:5: warning: the task returned by 'receive' is discarded, and never runs [coro-discarded-task]
}

// id: discard/virtual-and-pointer
struct service {
  virtual task<> run();
};
void virtual_and_pointer(service &s, task<> (*p)(), task<int> (connection::*m)(), connection &c) {
  s.run();
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: the task returned by 'run' is discarded, and never runs [coro-discarded-task]
  p();
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: the task is discarded, and never runs [coro-discarded-task]
  (c.*m)();
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: the task is discarded, and never runs [coro-discarded-task]
}

// id: discard/comma
int comma() {
  work(), log("sent");
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: the task returned by 'work' is discarded, and never runs [coro-discarded-task]
  log("sent"), work();
  // CHECK-NOTES: :[[@LINE-1]]:16: warning: the task returned by 'work' is discarded, and never runs [coro-discarded-task]
  return (work(), 3);
  // CHECK-NOTES: :[[@LINE-1]]:11: warning: the task returned by 'work' is discarded, and never runs [coro-discarded-task]
}

// id: discard/ternary
void ternary(bool c) {
  c ? work() : work();
  // CHECK-NOTES: :[[@LINE-1]]:7: warning: the task returned by 'work' is discarded, and never runs [coro-discarded-task]
  // CHECK-NOTES: :[[@LINE-2]]:16: warning: the task returned by 'work' is discarded, and never runs [coro-discarded-task]
}

// id: discard/ternary-kept
void ternary_kept(bool c) {
  keep(c ? work() : work());
}

// id: discard/logical
void logical(bool c) {
  c && (work(), true);
  // CHECK-NOTES: :[[@LINE-1]]:9: warning: the task returned by 'work' is discarded, and never runs [coro-discarded-task]
  c || (log("no"), work(), true);
  // CHECK-NOTES: :[[@LINE-1]]:20: warning: the task returned by 'work' is discarded, and never runs [coro-discarded-task]
}

// id: discard/for
void for_statement() {
  for (work(); flag(); work())
  // CHECK-NOTES: :[[@LINE-1]]:8: warning: the task returned by 'work' is discarded, and never runs [coro-discarded-task]
  // CHECK-NOTES: :[[@LINE-2]]:24: warning: the task returned by 'work' is discarded, and never runs [coro-discarded-task]
    log("turn");
}

// id: discard/void-cast
void void_cast() {
  (void)work();
  // CHECK-NOTES: :[[@LINE-1]]:9: warning: the task returned by 'work' is discarded, and never runs [coro-discarded-task]
  static_cast<void>(work());
  // CHECK-NOTES: :[[@LINE-1]]:21: warning: the task returned by 'work' is discarded, and never runs [coro-discarded-task]
  (void)(work());
  // CHECK-NOTES: :[[@LINE-1]]:9: warning: the task returned by 'work' is discarded, and never runs [coro-discarded-task]
}

// id: discard/ignore
void ignored() {
  std::ignore = work();
  // CHECK-NOTES: :[[@LINE-1]]:17: warning: the task returned by 'work' is discarded, and never runs [coro-discarded-task]
}

// id: discard/switch
void in_a_switch(int k) {
  switch (k) {
  case 1:
    work();
    // CHECK-NOTES: :[[@LINE-1]]:5: warning: the task returned by 'work' is discarded, and never runs [coro-discarded-task]
    break;
  default:
    log("none");
  }
}

// id: discard/lambda
void in_a_lambda() {
  auto send = [](connection &c) { c.send("x"); };
  // CHECK-NOTES: :[[@LINE-1]]:35: warning: the task returned by 'send' is discarded, and never runs [coro-discarded-task]
  connection c;
  send(c);
}

// id: discard/lambda-coroutine
void lambda_coroutine() {
  auto twice = [](int n) -> task<int> { co_return 2 * n; };
  twice(1);
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: the task returned by 'twice' is discarded, and never runs [coro-discarded-task]
  [] () -> task<> { co_return; }();
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: the task is discarded, and never runs [coro-discarded-task]
}

// id: discard/lambda-coroutine-kept
void lambda_coroutine_kept() {
  keep([] () -> task<> { co_return; }());
}

// id: discard/try
void in_a_try() {
  try {
    work();
    // CHECK-NOTES: :[[@LINE-1]]:5: warning: the task returned by 'work' is discarded, and never runs [coro-discarded-task]
  } catch (...) {
    log("never");
  }
}

// id: discard/tested
class handle {
public:
  struct promise_type : detail::promise_base, detail::result<bool> {
    handle get_return_object();
    std::suspend_always initial_suspend() const noexcept { return {}; }
  };
  handle(handle &&) noexcept;
  ~handle();
  explicit operator bool() const;
  detail::task_awaiter<promise_type> operator co_await() &&;
};
handle is_ready();
void tested() {
  if (is_ready())
  // CHECK-NOTES: :[[@LINE-1]]:7: warning: the task returned by 'is_ready' is tested instead of awaited, and never runs [coro-discarded-task]
    log("always");
  while (!is_ready())
  // CHECK-NOTES: :[[@LINE-1]]:11: warning: the task returned by 'is_ready' is tested instead of awaited, and never runs [coro-discarded-task]
    log("never");
}

// id: discard/template
template <class F> void invoke(F f) {
  f();
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: the task is discarded, and never runs [coro-discarded-task]
}
void instantiate() {
  invoke(work);
  invoke(get);
  invoke(count);
}

// id: discard/if-constexpr
template <bool Sends> void dead_arm() {
  if constexpr (Sends)
    work();
}
void instantiate_dead_arm() { dead_arm<false>(); }

// id: discard/unevaluated
using result = decltype(work());
constexpr bool throws = noexcept(work());
constexpr auto size = sizeof(work());

// id: discard/eager
void eager_task(eager<> (*run)()) {
  run();
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: the task is discarded, and its result and exceptions are lost [coro-discarded-task]
}

// id: discard/eager-on-purpose
void eager_on_purpose(eager<> (*run)()) {
  (void)run();
  std::ignore = run();
  start(run());
}

// id: discard/generator
void generators() {
  numbers();
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: the generator returned by 'numbers' is discarded, and never runs [coro-discarded-task]
  auto kept = numbers();
  // CHECK-NOTES: :[[@LINE-1]]:8: warning: 'kept' is never used, and never runs [coro-discarded-task]
}

// id: discard/generator-synchronous
void synchronous_generators() {
  squares();
}

// id: discard/generator-used
void generator_used() {
  squares().next();
}

// id: discard/result-is-a-task
task<> result_is_a_task() {
  co_await nested();
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: awaiting 'nested' gives another task, which is discarded, and never runs [coro-discarded-task]
  (void)co_await nested();
  // CHECK-NOTES: :[[@LINE-1]]:9: warning: awaiting 'nested' gives another task, which is discarded, and never runs [coro-discarded-task]
}

// id: discard/result-is-awaited
task<int> result_is_awaited() {
  co_return co_await co_await nested();
}

// id: discard/result-is-nodiscard
struct [[nodiscard]] status {
  int code = 0;
};
task<status> write(int fd);
task<> result_is_nodiscard() {
  co_await write(1);
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: awaiting 'write' gives a result that is marked 'nodiscard', and is discarded [coro-discarded-task]
}
task<int> result_is_used() {
  (void)co_await write(1);
  co_return (co_await write(2)).code;
}
task<> plain_result() {
  co_await get();
}

// id: discard/macro
#define RUN(call) call
void in_a_macro() {
  RUN(work());
  // CHECK-NOTES: :[[@LINE-1]]:7: warning: the task returned by 'work' is discarded, and never runs [coro-discarded-task]
}

// id: discard/returned
task<> returned() { return work(); }
auto returned_by_lambda() {
  return [] { return work(); };
}
task<> &stored();
void a_reference() { stored(); }

// id: discard/plumbing
struct logging_awaiter {
  bool await_ready() const {
    work();
    return false;
  }
  void await_suspend(std::coroutine_handle<>) const;
  void await_resume() const;
};
