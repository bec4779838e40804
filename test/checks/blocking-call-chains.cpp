// RUN: %check_tidy %s coro-blocking-call
// RUN: %check_tidy_real %s coro-blocking-call

// Through ordinary functions down to what blocks.

#include "task.h"
#include <chrono>
#include <functional>
#include <future>
#include <memory>
#include <stdio.h>
#include <thread>
#include <unistd.h>
#include <vector>

using namespace std::chrono_literals;

void read_all() {
  char c;
  FILE *f = ::fopen("x", "r");
  ::fread(&c, 1, 1, f);
}
void load() { read_all(); }

// id: blocking/chain
task<> chain() {
  load();
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: call to 'load' blocks the thread that runs this coroutine [coro-blocking-call]
  // CHECK-NOTES: :[[@LINE-6]]:15: note: 'load' calls 'read_all'
  // CHECK-NOTES: :[[@LINE-10]]:13: note: 'read_all' calls 'fopen', which blocks
  co_await work();
}

void level_1() { ::sleep(1); }
void level_2() { level_1(); }
void level_3() { level_2(); }
void level_4() { level_3(); }
void level_5() { level_4(); }
void level_6() { level_5(); }
void level_7() { level_6(); }
void level_8() { level_7(); }
void level_9() { level_8(); }
void level_10() { level_9(); }
// The last note is the culprit.
task<> long_chain() {
  level_10();
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: call to 'level_10' blocks the thread that runs this coroutine [coro-blocking-call]
  // CHECK-NOTES: :[[@LINE-5]]:19: note: 'level_10' calls 'level_9'
  // CHECK-NOTES: :[[@LINE-7]]:18: note: 'level_9' calls 'level_8'
  // CHECK-NOTES: :[[@LINE-9]]:18: note: 'level_8' calls 'level_7'
  // CHECK-NOTES: :[[@LINE-11]]:18: note: 'level_7' calls 'level_6'
  // CHECK-NOTES: :[[@LINE-13]]:18: note: 'level_6' calls 'level_5'
  // CHECK-NOTES: :[[@LINE-15]]:18: note: 'level_5' calls 'level_4'
  // CHECK-NOTES: :[[@LINE-17]]:18: note: 'level_4' calls 'level_3'
  // CHECK-NOTES: :[[@LINE-21]]:18: note: 'level_1' calls 'sleep', which blocks
  co_await work();
}

void detour() { level_3(); }
void shortest(bool b) {
  if (b)
    detour();
  else
    level_1();
}
task<> shortest_chain(bool b) {
  shortest(b);
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: call to 'shortest' blocks the thread that runs this coroutine [coro-blocking-call]
  // CHECK-NOTES: :[[@LINE-5]]:5: note: 'shortest' calls 'level_1'
  // CHECK-NOTES: :[[@LINE-36]]:18: note: 'level_1' calls 'sleep', which blocks
  co_await work();
}

void ping(int n);
void pong(int n) { ping(n - 1); }
void ping(int n) {
  if (n > 0)
    pong(n);
  ::sleep(1);
}
// id: blocking/recursion
task<> recursion() {
  pong(3);
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: call to 'pong' blocks the thread that runs this coroutine [coro-blocking-call]
  // CHECK-NOTES: :[[@LINE-10]]:20: note: 'pong' calls 'ping'
  // CHECK-NOTES: :[[@LINE-7]]:3: note: 'ping' calls 'sleep', which blocks
  co_await work();
}
void endless(int n) { endless(n + 1); }
task<> harmless_recursion() {
  endless(1);
  co_await work();
}

// Conditions on arguments.

void pause_for(std::chrono::milliseconds d) { std::this_thread::sleep_for(d); }
// id: blocking/chain-zero
task<> pauses() {
  pause_for(5ms);
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: call to 'pause_for' blocks the thread that runs this coroutine [coro-blocking-call]
  // CHECK-NOTES: :[[@LINE-5]]:47: note: 'pause_for' calls 'sleep_for', which blocks
  co_await work();
}
task<> does_not_pause() {
  pause_for(0ms);
  co_await work();
}
enum class mode { asynchronous, synchronous };
void flush(mode m) {
  if (m == mode::asynchronous)
    return;
  ::fsync(1);
}
// id: blocking/chain-condition
task<> flushes() {
  flush(mode::synchronous);
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: call to 'flush' blocks the thread that runs this coroutine [coro-blocking-call]
  // CHECK-NOTES: :[[@LINE-6]]:3: note: 'flush' calls 'fsync', which blocks
  co_await work();
}
task<> does_not_flush() {
  flush(mode::asynchronous);
  co_await work();
}
void flush_with(mode m) { flush(m); }
task<> flushes_by_another() {
  flush_with(mode::synchronous);
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: call to 'flush_with' blocks the thread that runs this coroutine [coro-blocking-call]
  // CHECK-NOTES: :[[@LINE-4]]:27: note: 'flush_with' calls 'flush'
  // CHECK-NOTES: :[[@LINE-18]]:3: note: 'flush' calls 'fsync', which blocks
  co_await work();
}
task<> does_not_flush_by_another() {
  flush_with(mode::asynchronous);
  co_await work();
}
void wait_if_positive(int n) {
  if (n > 0)
    ::sleep(1);
}
void wait_unless_above(int n) {
  if (3 < n)
    return;
  ::sleep(1);
}
void wait_between(unsigned n) {
  if (n >= 2 && n <= 4)
    ::sleep(1);
}
constexpr int WAIT = 4, LOUD = 1;
void wait_if_asked(int flags) {
  if (flags & WAIT)
    ::sleep(1);
}
void wait_if_even(int n) {
  if (n % 2 == 0)
    ::sleep(1);
}
void wait_if_long(std::chrono::milliseconds d) {
  if (d.count() > 0)
    ::sleep(1);
}
// id: blocking/chain-comparison
task<> compares(int n) {
  wait_if_positive(1);
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: call to 'wait_if_positive' blocks the thread that runs this coroutine [coro-blocking-call]
  // CHECK-NOTES: :[[@LINE-28]]:5: note: 'wait_if_positive' calls 'sleep', which blocks
  wait_if_positive(n);
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: call to 'wait_if_positive' blocks the thread that runs this coroutine [coro-blocking-call]
  // CHECK-NOTES: :[[@LINE-31]]:5: note: 'wait_if_positive' calls 'sleep', which blocks
  wait_unless_above(3);
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: call to 'wait_unless_above' blocks the thread that runs this coroutine [coro-blocking-call]
  // CHECK-NOTES: :[[@LINE-29]]:3: note: 'wait_unless_above' calls 'sleep', which blocks
  wait_between(4);
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: call to 'wait_between' blocks the thread that runs this coroutine [coro-blocking-call]
  // CHECK-NOTES: :[[@LINE-28]]:5: note: 'wait_between' calls 'sleep', which blocks
  wait_if_long(5ms);
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: call to 'wait_if_long' blocks the thread that runs this coroutine [coro-blocking-call]
  // CHECK-NOTES: :[[@LINE-18]]:5: note: 'wait_if_long' calls 'sleep', which blocks
  wait_if_asked(WAIT | LOUD);
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: call to 'wait_if_asked' blocks the thread that runs this coroutine [coro-blocking-call]
  // CHECK-NOTES: :[[@LINE-29]]:5: note: 'wait_if_asked' calls 'sleep', which blocks
  co_await work();
}
task<> compares_in_vain() {
  wait_if_positive(0);
  wait_if_positive(-1);
  wait_unless_above(4);
  wait_between(5);
  wait_between(1);
  wait_if_long(0ms);
  wait_if_asked(LOUD);
  co_await work();
}
// What a constant makes of it is not known.
task<> divides() {
  wait_if_even(3);
  wait_if_even(4);
  co_await work();
}
task<> divides_anything(int n) {
  wait_if_even(n);
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: call to 'wait_if_even' blocks the thread that runs this coroutine [coro-blocking-call]
  // CHECK-NOTES: :[[@LINE-47]]:5: note: 'wait_if_even' calls 'sleep', which blocks
  co_await work();
}
void wait_if_positive_by_default(int n = 0) { wait_if_positive(n); }
task<> by_default() {
  wait_if_positive_by_default();
  co_await work();
}
task<> not_by_default() {
  wait_if_positive_by_default(2);
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: call to 'wait_if_positive_by_default' blocks the thread that runs this coroutine [coro-blocking-call]
  // CHECK-NOTES: :[[@LINE-8]]:47: note: 'wait_if_positive_by_default' calls 'wait_if_positive'
  // CHECK-NOTES: :[[@LINE-77]]:5: note: 'wait_if_positive' calls 'sleep', which blocks
  co_await work();
}
bool is_ready(std::future<int> &f) {
  return f.wait_for(0s) == std::future_status::ready;
}
task<> asks_a_helper(std::future<int> f) {
  if (is_ready(f))
    f.get();
  co_await work();
}

// Virtual functions: only where it is known which one runs.

struct store {
  virtual ~store() = default;
  virtual void save() = 0;
};
struct file_store : store {
  void save() override { ::fsync(1); }
};
struct last_store final : store {
  void save() override { ::fsync(1); }
};
task<> any_store(store &s) {
  s.save();
  co_await work();
}
task<> any_file_store(file_store &s) {
  s.save();
  co_await work();
}
// id: blocking/virtual-final
task<> last(last_store &s) {
  s.save();
  // CHECK-NOTES: :[[@LINE-1]]:5: warning: call to 'save' blocks the thread that runs this coroutine [coro-blocking-call]
  // CHECK-NOTES: :[[@LINE-14]]:26: note: 'save' calls 'fsync', which blocks
  co_await work();
}
// id: blocking/virtual-local
task<> local_store() {
  file_store s;
  s.save();
  // CHECK-NOTES: :[[@LINE-1]]:5: warning: call to 'save' blocks the thread that runs this coroutine [coro-blocking-call]
  // CHECK-NOTES: :[[@LINE-25]]:26: note: 'save' calls 'fsync', which blocks
  co_await work();
}
// id: blocking/virtual-built-here
task<> built_here() {
  store *s = new file_store;
  s->save();
  // CHECK-NOTES: :[[@LINE-1]]:6: warning: call to 'save' blocks the thread that runs this coroutine [coro-blocking-call]
  // CHECK-NOTES: :[[@LINE-33]]:26: note: 'save' calls 'fsync', which blocks
  co_await work();
}
namespace {
struct hidden_store : store {
  void save() override { ::fsync(1); }
};
struct hidden_base : store {
  void save() override { ::fsync(1); }
};
struct hidden_derived : hidden_base {
  void save() override {}
};
} // namespace
// id: blocking/virtual-internal
task<> hidden(hidden_store &s, hidden_base &maybe_derived) {
  s.save();
  // CHECK-NOTES: :[[@LINE-1]]:5: warning: call to 'save' blocks the thread that runs this coroutine [coro-blocking-call]
  // CHECK-NOTES: :[[@LINE-13]]:26: note: 'save' calls 'fsync', which blocks
  maybe_derived.save();
  hidden_derived d;
  d.save();
  co_await work();
}

// Callables that are bound here.

// id: blocking/lambda
task<> lambda() {
  auto wait = [] { ::sleep(1); };
  wait();
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: call to 'wait' blocks the thread that runs this coroutine [coro-blocking-call]
  // CHECK-NOTES: :[[@LINE-3]]:20: note: the lambda calls 'sleep', which blocks
  co_await work();
}
// id: blocking/std-function
task<> function() {
  std::function<void()> wait = [] { ::sleep(1); };
  wait();
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: call to 'wait' blocks the thread that runs this coroutine [coro-blocking-call]
  // CHECK-NOTES: :[[@LINE-3]]:37: note: the lambda calls 'sleep', which blocks
  co_await work();
}
task<> function_of_others(std::function<void()> wait) {
  wait();
  co_await work();
}
// id: blocking/function-pointer
task<> pointer() {
  void (*wait)() = &level_1;
  wait();
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: call to 'level_1' blocks the thread that runs this coroutine [coro-blocking-call]
  // CHECK-NOTES: :[[@LINE-287]]:18: note: 'level_1' calls 'sleep', which blocks
  co_await work();
}
task<> rebound_pointer(void (*other)()) {
  void (*wait)() = &level_1;
  wait = other;
  wait();
  co_await work();
}
template <class F> void twice(F f) {
  f();
  f();
}
// id: blocking/template-callable
task<> callable_given_to_a_template() {
  twice([] { ::sleep(1); });
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: call to 'twice' blocks the thread that runs this coroutine [coro-blocking-call]
  // CHECK-NOTES: :[[@LINE-7]]:3: note: 'twice' calls 'f'
  // CHECK-NOTES: :[[@LINE-3]]:14: note: the lambda calls 'sleep', which blocks
  twice([] {});
  co_await work();
}
// id: blocking/own-sync_wait
int sync_wait(task<int> t) {
  std::promise<int> p;
  return p.get_future().get();
}
task<> waits_for_a_task_by_hand() {
  sync_wait(get());
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: call to 'sync_wait' blocks the thread that runs this coroutine [coro-blocking-call]
  // CHECK-NOTES: :[[@LINE-5]]:25: note: 'sync_wait' calls 'get', which blocks
  co_await work();
}
