// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What the checks find, form by form, once for every library: LIBRARY is the
// header that says what a task is there, and by macros what else there is. Above
// each function stands whether it is found, and its id; see forms.py.
//
//   // loud: discard/guard
//   // silent: discard/kept
//   // loud[loses]: discard/statement    unless dropping a task loses nothing
//   // loud[known]: blocking/sleep       which only a model can know
//
// A finding belongs to the form above it, and to its check: discard is
// coro-discarded-task, blocking is coro-blocking-call, lock is
// coro-lock-across-suspension, twice is coro-task-consumed-twice, pinned is
// coro-moved-pinned.

#include LIBRARY
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <coroutine>
#include <corolint/annotations.h>
#include <cstdio>
#include <cstdlib>
#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <functional>
#include <future>
#include <iostream>
#include <latch>
#include <memory>
#include <mutex>
#include <netdb.h>
#include <optional>
#include <poll.h>
#include <semaphore>
#include <string>
#include <sys/epoll.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <thread>
#include <tuple>
#include <unistd.h>
#include <utility>
#include <vector>

using namespace std::chrono_literals;

bool flag();
void use(int);
std::mutex mutex;

#ifndef PLAIN
//===-- coro-discarded-task -----------------------------------------------===//

task<> work();
task<int> number();
task<task<int>> nested();
void keep(task<>);
task<> all_of(std::vector<task<>>);
void call(std::function<void()>);

// loud[loses]: discard/statement
void statement() { work(); }
// loud[loses]: discard/statement-in-a-coroutine
task<> statement_in_a_coroutine() {
  number();
  co_await work();
}
// silent: discard/awaited
task<> awaited() { co_await work(); }
// silent: discard/returned
task<> returned() { return work(); }
// silent: discard/handed-on
void handed_on() { keep(work()); }

// loud[loses]: discard/comma
void comma() { work(), flag(); }
// silent: discard/comma-awaited
task<int> comma_awaited() { co_return (co_await work(), co_await number()); }
// loud[loses]: discard/ternary
void ternary() { flag() ? work() : work(); }
// silent: discard/ternary-returned
task<> ternary_returned() { return flag() ? work() : work(); }
// loud[loses]: discard/logical
void logical() { flag() && (work(), true); }
// silent: discard/logical-handed-on
void logical_handed_on() { flag() && (keep(work()), true); }
// loud[loses]: discard/for-increment
void for_increment() {
  for (int i = 0; i < 3; work())
    ++i;
}
// silent: discard/for-increment-handed-on
void for_increment_handed_on() {
  for (int i = 0; i < 3; keep(work()))
    ++i;
}
// loud[loses]: discard/void
void cast_to_void() { (void)work(); }
// loud[loses]: discard/static-cast
void static_cast_to_void() { static_cast<void>(work()); }
// loud[loses]: discard/ignore
void ignored() { std::ignore = work(); }
// silent: discard/void-of-a-result
task<> void_of_a_result() { (void)co_await number(); }

// loud[loses]: discard/never
void never() { auto pending = work(); }
// silent: discard/later
task<> later() {
  auto pending = work();
  co_await number();
  co_await std::move(pending);
}
// loud[loses]: discard/some-path
task<> some_path(bool wanted) {
  auto pending = work();
  co_await number();
  if (wanted)
    co_await std::move(pending);
}
// silent: discard/every-path
task<> every_path(bool wanted) {
  auto pending = work();
  if (wanted)
    co_await std::move(pending);
  else
    keep(std::move(pending));
}
// silent: discard/same-condition
task<> same_condition(bool wanted) {
  std::optional<task<>> pending;
  if (wanted)
    pending.emplace(work());
  co_await number();
  if (wanted)
    co_await std::move(*pending);
}
// silent: discard/leaves-early
task<> leaves_early(bool wanted) {
  auto pending = work();
  if (!wanted)
    co_return;
  co_await std::move(pending);
}
// silent: discard/throws
task<> throws(bool wanted) {
  auto pending = work();
  if (!wanted)
    throw 1;
  co_await std::move(pending);
}
// silent: discard/captured
auto captured() {
  return [pending = work()]() mutable { return std::move(pending); };
}

// loud[loses]: discard/container
void container() {
  std::vector<task<>> all;
  all.push_back(work());
  all.push_back(work());
}
// silent: discard/container-awaited
task<> container_awaited() {
  std::vector<task<>> all;
  all.push_back(work());
  for (task<> &each : all)
    co_await std::move(each);
}
// silent: discard/container-handed-on
task<> container_handed_on() {
  std::vector<task<>> all;
  all.push_back(work());
  co_await all_of(std::move(all));
}
// loud[loses]: discard/overwritten
task<> overwritten() {
  task<> pending = work();
  pending = work();
  co_await std::move(pending);
}
// silent: discard/assigned-again
task<> assigned_again() {
  task<> pending = work();
  co_await std::move(pending);
  pending = work();
  co_await std::move(pending);
}
// loud[loses]: discard/nested
task<> awaited_once() { co_await nested(); }
// silent: discard/awaited-twice
task<> awaited_twice() { use(co_await co_await nested()); }

// loud[loses]: discard/function
void function_of_void() {
  std::function<void()> f = []() -> task<> { co_await work(); };
  call(f);
}
// silent: discard/function-of-a-task
void function_of_a_task() {
  std::function<task<>()> f = []() -> task<> { co_await work(); };
  keep(f());
}
// loud[known,loses]: discard/thread
void in_a_thread() {
  std::thread([]() -> task<> { co_await work(); }).join();
}
// silent: discard/thread-that-waits
void in_a_thread_that_waits() {
  std::thread([] { keep(work()); }).join();
}

struct empty_result {};
[[nodiscard]] int sum(int);
struct [[nodiscard]] verdict {};
task<verdict> judge();
// loud: discard/nodiscard-result
task<> nodiscard_result() { co_await judge(); }
// silent: discard/nodiscard-result-used
task<verdict> nodiscard_result_used() { co_return co_await judge(); }

#ifdef GUARD
// loud: discard/guard
task<int> guard_not_awaited() {
  auto held = GUARD;
  co_return 1;
}
// silent: discard/guard-awaited
task<int> guard_awaited() {
  auto held = co_await GUARD;
  co_return 1;
}
#endif
#ifdef AWAITER
// loud: discard/awaiter
task<> awaiter_not_awaited() {
  AWAITER;
  co_await work();
}
// silent: discard/awaiter-awaited
task<> awaiter_awaited() { co_await AWAITER; }
#endif
#ifdef OPERATION
// loud[known]: discard/operation
void operation_not_started() { OPERATION; }
// silent: discard/operation-awaited
task<> operation_awaited() {
  co_await OPERATION;
}
#endif
#ifdef ASYNC_GENERATOR
async_generator<int> numbers();
// loud: discard/async-generator
void async_generator_discarded() { numbers(); }
// silent: discard/async-generator-returned
async_generator<int> async_generator_returned() { return numbers(); }
#endif

//===-- coro-task-consumed-twice ------------------------------------------===//

// loud: twice/awaited
task<int> awaited_a_second_time() {
  auto pending = number();
  int first = co_await std::move(pending);
  co_return first + co_await std::move(pending);
}
// silent: twice/another-one
task<int> another_one() {
  auto pending = number();
  int first = co_await std::move(pending);
  pending = number();
  co_return first + co_await std::move(pending);
}
// loud: twice/some-path
task<> awaited_again_on_some_path(bool wanted) {
  auto pending = work();
  if (wanted)
    co_await std::move(pending);
  co_await number();
  co_await std::move(pending);
}
// silent: twice/either-path
task<> awaited_on_either_path(bool wanted) {
  auto pending = work();
  if (wanted) {
    co_await std::move(pending);
    co_return;
  }
  co_await number();
  co_await std::move(pending);
}
// loud: twice/loop
task<> awaited_in_a_loop() {
  auto pending = work();
  do
    co_await std::move(pending);
  while (flag());
}
// silent: twice/loop-that-makes-it
task<> awaited_in_the_loop_that_makes_it() {
  while (flag()) {
    auto pending = work();
    co_await std::move(pending);
  }
}
// silent: twice/loop-left
task<> awaited_and_left() {
  auto pending = work();
  for (;;) {
    if (!flag())
      continue;
    co_await std::move(pending);
    break;
  }
}
// loud: twice/moved
task<> awaited_after_a_move() {
  auto pending = work();
  keep(std::move(pending));
  co_await std::move(pending);
}
// silent: twice/moved-and-made
task<> made_after_a_move() {
  auto pending = work();
  keep(std::move(pending));
  pending = work();
  co_await std::move(pending);
}
// loud: twice/moved-to-a-variable
task<> moved_to_a_variable() {
  auto pending = work();
  auto kept = std::move(pending);
  co_await std::move(pending);
  co_await std::move(kept);
}
// silent: twice/given-by-reference
void fill(task<> &);
task<> given_by_reference() {
  auto pending = work();
  co_await std::move(pending);
  fill(pending);
  co_await std::move(pending);
}
// loud: twice/resumed-after-destroy
void resumed_after_destroy(std::coroutine_handle<> frame) {
  frame.destroy();
  frame.resume();
}
// loud: twice/destroyed
void destroyed_twice(std::coroutine_handle<> frame) {
  frame.destroy();
  if (flag())
    frame.destroy();
}
// silent: twice/resumed-then-destroyed
void resumed_then_destroyed(std::coroutine_handle<> frame) {
  while (!frame.done())
    frame.resume();
  frame.destroy();
}

//===-- coro-moved-pinned -------------------------------------------------===//

struct waiter {
  waiter *next = nullptr;
  void start(waiter *&list) {
    next = list;
    list = this;
  }
  void stop(waiter *&list) {
    list = next;
    next = nullptr;
  }
};
void take(waiter);
// loud: pinned/moved
void moved_when_started(waiter *&list) {
  waiter w;
  w.start(list);
  take(std::move(w));
}
// silent: pinned/moved-before
void moved_before(waiter *&list) {
  waiter w;
  waiter other = std::move(w);
  other.start(list);
}
// silent: pinned/moved-after
void moved_after(waiter *&list) {
  waiter w;
  w.start(list);
  w.stop(list);
  take(std::move(w));
}
// loud: pinned/returned
waiter returned_when_started(waiter *&list) {
  waiter w;
  w.start(list);
  return std::move(w);
}
// loud: pinned/growth
void grows(waiter *&list) {
  std::vector<waiter> all;
  for (int i = 0; i < 3; ++i) {
    all.emplace_back();
    all.back().start(list);
  }
}
// silent: pinned/growth-reserved
void grows_with_room(waiter *&list) {
  std::vector<waiter> all;
  all.reserve(3);
  for (int i = 0; i < 3; ++i) {
    all.emplace_back();
    all.back().start(list);
  }
}
// silent: pinned/behind-a-pointer
std::unique_ptr<waiter> behind_a_pointer(waiter *&list) {
  auto w = std::make_unique<waiter>();
  w->start(list);
  return w;
}

struct reader {
  reader() : at(buffer) {}
  char buffer[64];
  char *at;
};
struct careful_reader {
  careful_reader() : at(buffer) {}
  careful_reader(careful_reader &&) noexcept : at(buffer) {}
  char buffer[64];
  char *at;
};
// loud: pinned/itself
std::optional<reader> points_into_itself() {
  reader r;
  return std::optional<reader>(std::move(r));
}
// silent: pinned/itself-repaired
std::optional<careful_reader> says_where_it_is() {
  careful_reader r;
  return std::optional<careful_reader>(std::move(r));
}

struct upload {
  int sent = 0;
  void start(std::vector<std::function<void()>> &callbacks) {
    callbacks.push_back([this] { ++sent; });
  }
};
// loud: pinned/callback
upload called_back(std::vector<std::function<void()>> &callbacks) {
  upload u;
  u.start(callbacks);
  return std::move(u);
}
// loud: pinned/overwritten
void overwritten(std::vector<std::function<void()>> &callbacks) {
  upload u;
  u.start(callbacks);
  u = upload();
}

struct operation {
  void start() noexcept;
  int state = 0;
};
struct sender {
  operation connect(int receiver);
};
// loud: pinned/operation-state
operation operation_moved(sender s) {
  operation o = s.connect(1);
  o.start();
  return std::move(o);
}
// silent: pinned/operation-state-fresh
operation operation_moved_before(sender s) {
  operation o = s.connect(1);
  return std::move(o);
}

struct counter {
  struct iterator {
    counter *of;
    iterator &operator++();
    int operator*() const;
  };
  counter();
  counter(counter &&) noexcept;
  iterator begin() { return {this}; }
};
// loud: pinned/generator
void generator_moved() {
  counter numbers;
  auto it = numbers.begin();
  counter other = std::move(numbers);
  ++it;
}
// silent: pinned/generator-fresh
void generator_moved_before() {
  counter numbers;
  counter other = std::move(numbers);
  auto it = other.begin();
  ++it;
}

task<int> send(std::string);
// loud: pinned/every-turn
task<> moved_in_every_turn(std::string request) {
  while (flag())
    use(co_await send(std::move(request)));
}
// silent: pinned/every-turn-anew
task<> made_in_every_turn(std::string request) {
  while (flag()) {
    std::string copy = request;
    use(co_await send(std::move(copy)));
  }
}

#else
task<> work();
task<int> number();
#endif // PLAIN

//===-- coro-blocking-call ------------------------------------------------===//

std::future<int> answer();

// loud[known]: blocking/future-get
task<int> future_get() {
  auto f = answer();
  co_return f.get();
}
// silent: blocking/future-ready
task<int> future_ready() {
  auto f = answer();
  while (f.wait_for(0s) != std::future_status::ready)
    co_await NAP;
  co_return f.get();
}
// silent: blocking/deferred
task<int> deferred() {
  auto f = std::async(std::launch::deferred, [] { return 1; });
  co_return f.get();
}
// loud[known]: blocking/join
task<> join() {
  std::thread t([] {});
  t.join();
  co_await work();
}
// loud[known]: blocking/jthread
task<> scoped_thread() {
  std::jthread t([] {});
  co_await work();
}
// silent: blocking/detached
task<> detached() {
  std::jthread t([] {});
  t.detach();
  co_await work();
}
// loud[known]: blocking/async-future
task<> async_future() {
  auto f = std::async(std::launch::async, [] {});
  co_await work();
}
#ifdef WAIT_FOR
// loud[known]: blocking/bridge
task<int> bridge() {
  int n = WAIT_FOR(number());
  co_await work();
  co_return n;
}
#endif

// loud[known]: blocking/sleep
task<> sleeps() {
  std::this_thread::sleep_for(1ms);
  co_await work();
}
// silent: blocking/nap
task<> naps() { co_await NAP; }
// silent: blocking/sleep-of-nothing
task<> sleeps_not() {
  std::this_thread::sleep_for(0s);
  co_await work();
}
std::condition_variable condition;
// loud[known]: blocking/condition-variable
task<> condition_variable() {
  std::unique_lock lock(mutex);
  condition.wait(lock);
  co_return;
}
std::latch gone(1);
// loud[known]: blocking/latch
task<> latch() {
  gone.wait();
  co_return;
}
// silent: blocking/latch-tried
task<bool> latch_tried() { co_return gone.try_wait(); }
std::counting_semaphore<4> units(0);
// loud[known]: blocking/semaphore
task<> semaphore() {
  units.acquire();
  co_return;
}
// silent: blocking/semaphore-tried
task<bool> semaphore_tried() { co_return units.try_acquire(); }
std::atomic<int> changes;
// loud[known]: blocking/atomic-wait
task<> atomic_wait() {
  changes.wait(0);
  co_return;
}
// loud: blocking/spin
task<> spin() {
  while (!changes.load())
    ;
  co_return;
}
// silent: blocking/spin-with-a-suspension
task<> spin_with_a_suspension() {
  while (!changes.load())
    co_await NAP;
}
// loud[known]: blocking/poll
task<int> polls(pollfd *fds) { co_return poll(fds, 1, 100); }
// silent: blocking/poll-without-time
task<int> polls_once(pollfd *fds) { co_return poll(fds, 1, 0); }
// loud[known]: blocking/epoll
task<int> epolls(int loop, epoll_event *e) { co_return epoll_wait(loop, e, 1, -1); }
// silent: blocking/epoll-without-time
task<int> epolls_once(int loop, epoll_event *e) { co_return epoll_wait(loop, e, 1, 0); }
// loud[known]: blocking/names
task<int> names(addrinfo **found) {
  co_return getaddrinfo("example.org", "http", nullptr, found);
}
// loud[known]: blocking/system
task<int> runs() { co_return std::system("true"); }
// loud[known]: blocking/waitpid
task<int> waits() {
  int status;
  co_return waitpid(-1, &status, 0);
}
// silent: blocking/waitpid-nohang
task<int> waits_not() {
  int status;
  co_return waitpid(-1, &status, WNOHANG);
}
// loud[known]: blocking/standard-input
task<int> standard_input() {
  int n;
  std::cin >> n;
  co_return n;
}
// loud[known]: blocking/accept
task<int> accepts() {
  int s = socket(AF_INET, SOCK_STREAM, 0);
  co_return accept(s, nullptr, nullptr);
}
// silent: blocking/accept-nonblocking
task<int> accepts_not() {
  int s = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
  co_return accept(s, nullptr, nullptr);
}
// silent: blocking/socket-unknown
task<int> somebodys_socket(int s, char *to) { co_return int(recv(s, to, 1, 0)); }
// silent: blocking/dontwait
task<int> receives_not(char *to) {
  int s = socket(AF_INET, SOCK_DGRAM, 0);
  co_return int(recv(s, to, 1, MSG_DONTWAIT));
}
// loud[known]: blocking/flock
task<int> locks_a_file(int fd) { co_return flock(fd, LOCK_EX); }
// silent: blocking/flock-nb
task<int> locks_a_file_not(int fd) { co_return flock(fd, LOCK_EX | LOCK_NB); }

// loud[known]: blocking/stdio
task<int> stdio() {
  std::FILE *f = std::fopen("/etc/hostname", "r");
  int c = std::fgetc(f);
  std::fclose(f);
  co_return c;
}
// loud[known]: blocking/fstream
task<int> fstream() {
  std::ifstream in("/etc/hostname");
  int n;
  in >> n;
  co_return n;
}
// loud[known]: blocking/read
task<int> reads(char *to) {
  int fd = open("/etc/hostname", O_RDONLY);
  co_return int(read(fd, to, 1));
}
// silent: blocking/read-unknown
task<int> reads_somebodys(int fd, char *to) { co_return int(read(fd, to, 1)); }
// loud[known]: blocking/fsync
task<int> syncs(int fd) { co_return fsync(fd); }

// silent: blocking/metadata
task<bool> metadata() { co_return std::filesystem::exists("/etc"); }
// silent: blocking/micro
task<> micro() {
  std::cout << "here\n";
  { std::lock_guard guard(mutex); }
  co_await work();
}

#ifdef AWAITS_ANYTHING
struct steps {
  bool await_ready() {
    std::this_thread::sleep_for(1ms);
    return true;
  }
  void await_suspend(std::coroutine_handle<>) {}
  void await_resume() {}
};
// loud[known]: blocking/await-ready
task<> await_ready_blocks() { co_await steps(); }
#endif
struct counted {
  int *begin() {
    std::this_thread::sleep_for(1ms);
    return nullptr;
  }
  int *end() { return nullptr; }
};
// loud[known]: blocking/range-for
task<> range_for() {
  for (int i : counted())
    use(i);
  co_await work();
}
struct converts {
  operator int() const {
    std::this_thread::sleep_for(1ms);
    return 1;
  }
};
// loud[known]: blocking/conversion
task<int> conversion(converts c) {
  int n = c;
  co_return n;
}
struct closes {
  ~closes() { std::this_thread::sleep_for(1ms); }
};
// loud[known]: blocking/destructor
task<> destructor() {
  closes at_end;
  co_await work();
}

static void third() { std::this_thread::sleep_for(1ms); }
static void second() { third(); }
static void first() { second(); }
// loud[known]: blocking/chain
task<> chain() {
  first();
  co_await work();
}
static void quick(bool wait) {
  if (wait)
    std::this_thread::sleep_for(1ms);
}
// silent: blocking/chain-condition
task<> chain_condition() {
  quick(false);
  co_await work();
}
// loud[known]: blocking/local-callable
task<> local_callable() {
  auto pause = [] { std::this_thread::sleep_for(1ms); };
  pause();
  co_await work();
}
struct step {
  virtual ~step() = default;
  virtual void go();
};
struct slow_step final : step {
  void go() override { std::this_thread::sleep_for(1ms); }
};
// loud[known]: blocking/virtual-final
task<> virtual_final(slow_step &s) {
  s.go();
  co_await work();
}
// silent: blocking/virtual
task<> virtual_call(step &s) {
  s.go();
  co_await work();
}
#ifdef ON_THE_LOOP
// loud[known]: blocking/posted
task<> posted() {
  ON_THE_LOOP([] { std::this_thread::sleep_for(1ms); });
  co_await work();
}
// silent: blocking/posted-quick
task<> posted_quick() {
  ON_THE_LOOP([] { use(1); });
  co_await work();
}
#endif
// silent: blocking/offload
task<> offload() {
  ELSEWHERE([] { std::this_thread::sleep_for(1ms); });
  co_await work();
}
// silent: blocking/async
task<> asynchronously(std::future<void> &f) {
  f = std::async(std::launch::async, [] { std::this_thread::sleep_for(1ms); });
  co_await work();
}
CORO_MAY_BLOCK_HERE void may_block() { std::this_thread::sleep_for(1ms); }
// silent: blocking/annotated
task<> annotated() {
  may_block();
  co_await work();
}
// silent: blocking/unevaluated
task<int> unevaluated() { co_return int(sizeof(std::system("true"))); }
// silent: blocking/no-coroutine
int no_coroutine() {
  std::this_thread::sleep_for(1ms);
  return std::system("true");
}
#ifdef WAIT_FOR
namespace {
// silent: blocking/only-run
task<int> only_run() {
  std::this_thread::sleep_for(1ms);
  co_await work();
  co_return 1;
}
} // namespace
// silent: blocking/runner
int runner() { return WAIT_FOR(only_run()); }
#endif

//===-- coro-lock-across-suspension ---------------------------------------===//

void pause_a_little();
struct flag_lock {
  std::atomic<bool> taken;
  void lock() {
    while (taken.exchange(true))
      pause_a_little();
  }
  void unlock() { taken = false; }
};
class held {
public:
  explicit held(flag_lock &l) : l(l) { l.lock(); }
  ~held() { l.unlock(); }

private:
  flag_lock &l;
};
flag_lock own;

// loud: lock/guard
task<> lock_guard() {
  std::lock_guard guard(mutex);
  co_await NAP;
}
// silent: lock/scope
task<> lock_scope() {
  { std::lock_guard guard(mutex); }
  co_await NAP;
}
// loud[known]: lock/unique-lock
task<> unique_lock() {
  std::unique_lock guard(mutex);
  co_await NAP;
}
// silent: lock/unlocked
task<> unlocked() {
  std::unique_lock guard(mutex);
  guard.unlock();
  co_await NAP;
}
// loud: lock/by-hand
task<> by_hand() {
  mutex.lock();
  co_await NAP;
  mutex.unlock();
}
// silent: lock/by-hand-before
task<> by_hand_before() {
  mutex.lock();
  mutex.unlock();
  co_await NAP;
}
// loud: lock/own-guard
task<> own_guard() {
  held guard(own);
  co_await NAP;
}
// silent: lock/own-guard-scope
task<> own_guard_scope() {
  { held guard(own); }
  co_await NAP;
}
#ifdef GUARD
// silent: lock/async-mutex
task<> async_guard() {
  auto guard = co_await GUARD;
  co_await NAP;
}
#endif
