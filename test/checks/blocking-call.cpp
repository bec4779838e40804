// RUN: %check_tidy %s coro-blocking-call
// RUN: %check_tidy_real %s coro-blocking-call

#include "task.h"
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <fcntl.h>
#include <fstream>
#include <future>
#include <mutex>
#include <semaphore>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

using namespace std::chrono_literals;

std::mutex mu;
std::condition_variable cv;
std::atomic<bool> done;

// The mistake, in each tier.

// id: blocking/bridge
task<> waits_for_a_future(std::future<int> f) {
  f.get();
  // CHECK-NOTES: :[[@LINE-1]]:5: warning: 'get' blocks the thread that runs this coroutine [coro-blocking-call]
  co_await work();
}

// id: blocking/wait
task<> sleeps() {
  std::this_thread::sleep_for(10ms);
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: 'sleep_for' blocks the thread that runs this coroutine [coro-blocking-call]
  co_await work();
}

// id: blocking/io
task<> reads_a_file() {
  std::ifstream in("settings");
  // CHECK-NOTES: :[[@LINE-1]]:17: warning: constructing 'std::ifstream' blocks the thread that runs this coroutine [coro-blocking-call]
  int size;
  in >> size; // one file is one mistake
  co_await work();
}

// The cures.

task<> waits_for_a_task() { co_await work(); }

task<> sleeps_on_another_thread() {
  std::thread([] { std::this_thread::sleep_for(10ms); }).detach();
  co_await work();
}

// Arguments that make it harmless.

// id: blocking/zero
task<> sleeps_not_at_all() {
  std::this_thread::sleep_for(0ms);
  ::sleep(0);
  co_await work();
}
task<> sleeps_for_a_variable(unsigned seconds) {
  ::sleep(seconds);
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: 'sleep' blocks the thread that runs this coroutine [coro-blocking-call]
  co_await work();
}

// id: blocking/flag
task<> polls_a_child(int pid) {
  ::waitpid(pid, nullptr, WNOHANG);
  co_await work();
}
task<> waits_for_a_child(int pid) {
  ::waitpid(pid, nullptr, 0);
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: 'waitpid' blocks the thread that runs this coroutine [coro-blocking-call]
  co_await work();
}
task<> does_with_a_child_what_it_is_told(int pid, int flags) {
  ::waitpid(pid, nullptr, flags);
  co_await work();
}

// id: blocking/deferred
task<> computes_it_itself() {
  auto f = std::async(std::launch::deferred, [] { return 1; });
  f.get();
  co_await work();
}

// A test that says that it will not block.

// id: blocking/ready
task<> asks_first(std::future<int> f) {
  if (f.wait_for(0s) == std::future_status::ready)
    f.get();
  co_await work();
}
task<> asks_until_it_is_ready(std::future<int> f) {
  while (f.wait_for(0s) != std::future_status::ready)
    co_await work();
  f.get();
}
task<> remembers_the_answer(std::future<int> f) {
  bool is_ready = f.wait_for(0s) == std::future_status::ready;
  co_await work();
  if (is_ready)
    f.get();
}
task<> asks_somebody_else(std::future<int> f, std::future<int> g) {
  if (g.wait_for(0s) == std::future_status::ready)
    f.get();
    // CHECK-NOTES: :[[@LINE-1]]:7: warning: 'get' blocks the thread that runs this coroutine [coro-blocking-call]
  co_await work();
}
task<> asks_for_a_second(std::future<int> f) {
  if (f.wait_for(1s) == std::future_status::ready)
  // CHECK-NOTES: :[[@LINE-1]]:9: warning: 'wait_for' blocks the thread that runs this coroutine [coro-blocking-call]
    f.get();
  co_await work();
}
task<> gets_it_on_the_wrong_branch(std::future<int> f) {
  if (f.wait_for(0s) != std::future_status::ready)
    f.get();
    // CHECK-NOTES: :[[@LINE-1]]:7: warning: 'get' blocks the thread that runs this coroutine [coro-blocking-call]
  co_await work();
}

// Ends of objects.

// id: blocking/jthread
task<> joins_at_the_end() {
  std::jthread t([] {});
  // CHECK-NOTES: :[[@LINE-1]]:16: warning: destroying 't' blocks the thread that runs this coroutine [coro-blocking-call]
  co_await work();
}
task<> does_not_join() {
  std::jthread t([] {});
  t.detach();
  co_await work();
}
task<> has_no_thread() {
  std::jthread t;
  co_await work();
}
std::jthread kept;
task<> gives_the_thread_away() {
  std::jthread t([] {});
  kept = std::move(t);
  co_await work();
}

// id: blocking/async-future
task<> future_waits_at_the_end() {
  auto f = std::async(std::launch::async, [] { return 1; });
  // CHECK-NOTES: :[[@LINE-1]]:8: warning: destroying 'f' blocks the thread that runs this coroutine [coro-blocking-call]
  co_await work();
}
// id: blocking/async-discarded
task<> future_waits_at_once() {
  std::async(std::launch::async, [] { return 1; });
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: the future that 'async' returns is destroyed at once, which blocks the thread that runs this coroutine [coro-blocking-call]
  co_await work();
}

struct closes {
  ~closes() { ::fsync(1); }
};
// id: blocking/destructor
task<> destructor() {
  closes c;
  // CHECK-NOTES: :[[@LINE-1]]:10: warning: destroying 'c' blocks the thread that runs this coroutine [coro-blocking-call]
  // CHECK-NOTES: :[[@LINE-6]]:15: note: the destructor of 'closes' calls 'fsync', which blocks
  co_await work();
}

// Calls that nobody has written.

struct opens {
  opens() { ::sleep(1); }
  operator int() {
    ::sleep(2);
    return 1;
  }
};
// id: blocking/constructor
task<> constructor() {
  opens o;
  // CHECK-NOTES: :[[@LINE-1]]:9: warning: constructing 'opens' blocks the thread that runs this coroutine [coro-blocking-call]
  // CHECK-NOTES: :[[@LINE-10]]:13: note: the constructor of 'opens' calls 'sleep', which blocks
  co_await work();
}
// id: blocking/conversion
task<> conversion(opens o) {
  int i = o;
  // CHECK-NOTES: :[[@LINE-1]]:11: warning: call to 'operator int' blocks the thread that runs this coroutine [coro-blocking-call]
  // CHECK-NOTES: :[[@LINE-15]]:5: note: 'operator int' calls 'sleep', which blocks
  co_await work();
}

struct blocking_awaiter {
  bool await_ready() { return false; }
  void await_suspend(std::coroutine_handle<>) { ::sleep(1); }
  void await_resume() {}
};
struct thread_awaiter {
  bool await_ready() { return false; }
  void await_suspend(std::coroutine_handle<> h) {
    std::thread([h] {
      ::sleep(1);
      h.resume();
    }).detach();
  }
  void await_resume() {}
};
struct blocking_awaitable {
  thread_awaiter operator co_await() {
    ::sleep(1);
    return {};
  }
};
// id: blocking/await_suspend
task<> awaiter() { co_await blocking_awaiter{}; }
// CHECK-NOTES: :[[@LINE-1]]:20: warning: 'co_await' calls 'await_suspend', which blocks the thread that runs this coroutine [coro-blocking-call]
// CHECK-NOTES: :[[@LINE-22]]:49: note: 'await_suspend' calls 'sleep', which blocks
task<> awaiter_with_a_thread() { co_await thread_awaiter{}; }
// id: blocking/operator-co_await
task<> awaitable() { co_await blocking_awaitable{}; }
// CHECK-NOTES: :[[@LINE-1]]:22: warning: 'co_await' calls 'operator co_await', which blocks the thread that runs this coroutine [coro-blocking-call]
// CHECK-NOTES: :[[@LINE-12]]:5: note: 'operator co_await' calls 'sleep', which blocks

struct rows {
  int *begin() {
    ::sleep(1);
    return nullptr;
  }
  int *end() { return nullptr; }
};
// id: blocking/range-for
task<> range(rows all) {
  for (int row : all)
  // CHECK-NOTES: :[[@LINE-1]]:16: warning: call to 'begin' blocks the thread that runs this coroutine [coro-blocking-call]
  // CHECK-NOTES: :[[@LINE-9]]:5: note: 'begin' calls 'sleep', which blocks
    co_await work();
}

// id: blocking/handler
task<> handler() {
  try {
    co_await work();
  } catch (...) {
    ::sleep(1);
    // CHECK-NOTES: :[[@LINE-1]]:5: warning: 'sleep' blocks the thread that runs this coroutine [coro-blocking-call]
  }
}

// The end of the program keeps nobody waiting.
[[noreturn]] void give_up();
task<> dies() {
  if (!done) {
    ::sleep(1);
    give_up();
  }
  co_await work();
}
// id: blocking/before-the-end
// Others run before it comes to that, if it does.
task<> never_comes_back() {
  ::sleep(1);
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: 'sleep' blocks the thread that runs this coroutine [coro-blocking-call]
  co_await work();
  give_up();
}
// id: blocking/endless
task<> never_ends() {
  for (;;) {
    co_await work();
    ::sleep(1);
    // CHECK-NOTES: :[[@LINE-1]]:5: warning: 'sleep' blocks the thread that runs this coroutine [coro-blocking-call]
  }
}
// id: blocking/throws
task<> throws() {
  ::sleep(1);
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: 'sleep' blocks the thread that runs this coroutine [coro-blocking-call]
  throw 1;
  co_return;
}

// Other ways to wait.

// id: blocking/condition_variable
task<> condition() {
  std::unique_lock<std::mutex> lock(mu);
  cv.wait(lock);
  // CHECK-NOTES: :[[@LINE-1]]:6: warning: 'wait' blocks the thread that runs this coroutine [coro-blocking-call]
  lock.unlock();
  co_await work();
}

// id: blocking/spin
task<> spins() {
  while (!done.load())
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: this loop keeps the thread that runs this coroutine until 'done' changes [coro-blocking-call]
    ;
  co_await work();
}
task<> lets_others_spin() {
  while (!done.load())
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: this loop keeps the thread that runs this coroutine until 'done' changes [coro-blocking-call]
    std::this_thread::yield();
  co_await work();
}
task<> suspends_in_the_loop() {
  while (!done.load())
    co_await reschedule{};
}
task<> spins_a_little() {
  for (int i = 0; i < 100 && !done.load(); ++i)
    ;
  co_await work();
}

// id: blocking/socket
task<> socket_that_blocks(char *to) {
  int s = ::socket(AF_INET, SOCK_STREAM, 0);
  ::recv(s, to, 1, 0);
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: 'recv' blocks the thread that runs this coroutine [coro-blocking-call]
  co_await work();
}
task<> socket_that_does_not(char *to) {
  int s = ::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
  ::recv(s, to, 1, 0);
  co_await work();
}
task<> socket_that_will_not(char *to) {
  int s = ::socket(AF_INET, SOCK_STREAM, 0);
  ::fcntl(s, F_SETFL, O_NONBLOCK);
  ::recv(s, to, 1, 0);
  co_await work();
}
task<> socket_asked_not_to(char *to) {
  int s = ::socket(AF_INET, SOCK_STREAM, 0);
  ::recv(s, to, 1, MSG_DONTWAIT);
  co_await work();
}
task<> socket_of_others(int s, char *to) {
  ::recv(s, to, 1, 0);
  co_await work();
}

// id: blocking/standard-input
task<> standard_input(char *to) {
  ::fgets(to, 10, stdin);
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: 'fgets' blocks the thread that runs this coroutine [coro-blocking-call]
  co_await work();
}
task<> standard_output() {
  ::fputs("x", stderr);
  ::printf("x");
  co_await work();
}

// Where it does no harm.

generator<int> synchronous_generator() {
  ::sleep(1);
  co_yield 1;
}
// id: blocking/async-generator
async_generator<int> asynchronous_generator() {
  ::sleep(1);
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: 'sleep' blocks the thread that runs this coroutine [coro-blocking-call]
  co_yield 1;
}
void no_coroutine() { ::sleep(1); }
task<> lambda_of_somebody_else() {
  auto later = [] { ::sleep(1); };
  kept = std::jthread(later);
  co_await work();
}

// Names that others use as well.

struct connection {
  void connect();
  int read();
  void wait();
};
void sleep_for(int);
int read(connection &);
task<> own_names(connection &c) {
  c.connect();
  c.read();
  c.wait();
  sleep_for(1);
  read(c);
  co_await work();
}
task<> not_evaluated() {
  static_assert(sizeof(::sleep(1)) > 0);
  if constexpr (false)
    ::sleep(1);
  co_await work();
}

// id: blocking/template
template <class Duration> task<> instantiated_twice(Duration d) {
  std::this_thread::sleep_for(d);
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: 'sleep_for' blocks the thread that runs this coroutine [coro-blocking-call]
  co_await work();
}
task<> instantiates() {
  co_await instantiated_twice(1ms);
  co_await instantiated_twice(1s);
}

// Known misses. When one starts to be found, move it up.

struct base {
  virtual ~base();
  virtual void run() { ::sleep(1); }
};
task<> maybe_overridden(base &b) {
  b.run();
  co_await work();
}
task<> read_from_a_member_file(struct service &s);
struct service {
  int fd = ::open("data", O_RDONLY);
};
task<> read_from_a_member_file(service &s) {
  char c;
  ::read(s.fd, &c, 1);
  co_await work();
}
