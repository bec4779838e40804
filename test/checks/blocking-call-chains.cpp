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
  co_await work();
}
task<> does_not_flush() {
  flush(mode::asynchronous);
  co_await work();
}
void flush_with(mode m) { flush(m); }
task<> flushes_by_another() {
  flush_with(mode::synchronous);
  co_await work();
}
task<> does_not_flush_by_another() {
  flush_with(mode::asynchronous);
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
  co_await work();
}
// id: blocking/virtual-local
task<> local_store() {
  file_store s;
  s.save();
  co_await work();
}
// id: blocking/virtual-built-here
task<> built_here() {
  store *s = new file_store;
  s->save();
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
  co_await work();
}
// id: blocking/std-function
task<> function() {
  std::function<void()> wait = [] { ::sleep(1); };
  wait();
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
  co_await work();
}
