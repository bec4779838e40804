// RUN: %check_tidy %s coro-blocking-call
// RUN: %check_tidy_real %s coro-blocking-call

// Calls that the compiler writes: each form, and the same where it is harmless.

#include "task.h"
#include <unistd.h>

struct asks {
  bool await_ready() { return ::sleep(1) == 0; }
  void await_suspend(std::coroutine_handle<>) {}
  void await_resume() {}
};
struct resumes {
  bool await_ready() { return false; }
  void await_suspend(std::coroutine_handle<>) {}
  int await_resume() { return int(::sleep(1)); }
};
struct harmless {
  bool await_ready() { return ::sleep(0) == 0; }
  bool await_suspend(std::coroutine_handle<>) { return true; }
  int await_resume() { return 1; }
};
// id: blocking/await_ready
task<> await_ready() { co_await asks{}; }
// CHECK-NOTES: :[[@LINE-1]]:24: warning: 'co_await' calls 'await_ready', which blocks the thread that runs this coroutine [coro-blocking-call]
// CHECK-NOTES: :[[@LINE-17]]:31: note: 'await_ready' calls 'sleep', which blocks
// id: blocking/await_resume
task<> await_resume() {
  int x = co_await resumes{};
  // CHECK-NOTES: :[[@LINE-1]]:11: warning: 'co_await' calls 'await_resume', which blocks the thread that runs this coroutine [coro-blocking-call]
  // CHECK-NOTES: :[[@LINE-15]]:35: note: 'await_resume' calls 'sleep', which blocks
  (void)x;
}
task<> harmless_awaiter() { co_await harmless{}; }

struct harmless_awaitable {
  harmless operator co_await() { return {}; }
};
struct free_awaitable {};
harmless operator co_await(free_awaitable) {
  ::sleep(1);
  return {};
}
// id: blocking/free-operator-co_await
task<> free_operator() { co_await free_awaitable{}; }
// CHECK-NOTES: :[[@LINE-1]]:26: warning: 'co_await' calls 'operator co_await', which blocks the thread that runs this coroutine [coro-blocking-call]
// CHECK-NOTES: :[[@LINE-6]]:3: note: 'operator co_await' calls 'sleep', which blocks
task<> harmless_operator() { co_await harmless_awaitable{}; }

// A promise may make something else of what is awaited.
struct transforming {
  struct promise_type {
    transforming get_return_object();
    std::suspend_always initial_suspend() noexcept { return {}; }
    std::suspend_always final_suspend() noexcept { return {}; }
    void return_void() {}
    void unhandled_exception() {}
    harmless await_transform(int seconds) {
      ::sleep(unsigned(seconds));
      return {};
    }
    harmless await_transform(harmless h) { return h; }
  };
  bool await_ready();
  void await_suspend(std::coroutine_handle<>);
  void await_resume();
};
// id: blocking/await_transform
transforming await_transform() { co_await 1; }
// CHECK-NOTES: :[[@LINE-1]]:34: warning: 'co_await' calls 'await_transform', which blocks the thread that runs this coroutine [coro-blocking-call]
// CHECK-NOTES: :[[@LINE-12]]:7: note: 'await_transform' calls 'sleep', which blocks
transforming harmless_transform() { co_await harmless{}; }

struct rows {
  int *begin() { return nullptr; }
  int *end() {
    ::sleep(1);
    return nullptr;
  }
};
struct step {
  int i = 0;
  step &operator++() {
    ::sleep(1);
    return *this;
  }
  int operator*() { return i; }
  bool operator!=(const step &) { return false; }
};
struct steps {
  step begin() { return {}; }
  step end() { return {}; }
};
struct numbers {
  int *begin() { return nullptr; }
  int *end() { return nullptr; }
};
// id: blocking/range-end
task<> range_end(rows all) {
  for (int row : all)
  // CHECK-NOTES: :[[@LINE-1]]:16: warning: call to 'end' blocks the thread that runs this coroutine [coro-blocking-call]
  // CHECK-NOTES: :[[@LINE-25]]:5: note: 'end' calls 'sleep', which blocks
    co_await work();
}
// id: blocking/range-increment
task<> range_increment(steps all) {
  for (int i : all)
  // CHECK-NOTES: :[[@LINE-1]]:14: warning: call to 'operator++' blocks the thread that runs this coroutine [coro-blocking-call]
  // CHECK-NOTES: :[[@LINE-25]]:5: note: 'operator++' calls 'sleep', which blocks
    co_await work();
}
task<> harmless_range(numbers all) {
  for (int i : all)
    co_await work();
}

struct converts {
  operator bool() {
    ::sleep(1);
    return true;
  }
  operator int() const { return 1; }
};
struct made_from {
  made_from(int seconds) { ::sleep(unsigned(seconds)); }
  made_from(const char *);
};
void takes(made_from);
// id: blocking/conversion-in-condition
task<> condition(converts c) {
  if (c)
  // CHECK-NOTES: :[[@LINE-1]]:7: warning: call to 'operator bool' blocks the thread that runs this coroutine [coro-blocking-call]
  // CHECK-NOTES: :[[@LINE-14]]:5: note: 'operator bool' calls 'sleep', which blocks
    co_await work();
}
// id: blocking/converting-constructor
task<> converting_constructor() {
  takes(1);
  // CHECK-NOTES: :[[@LINE-1]]:9: warning: constructing 'made_from' blocks the thread that runs this coroutine [coro-blocking-call]
  // CHECK-NOTES: :[[@LINE-15]]:28: note: the constructor of 'made_from' calls 'sleep', which blocks
  takes("");
  takes(0);
  co_await work();
}
task<> harmless_conversion(const converts c) {
  int i = c;
  (void)i;
  co_await work();
}

struct ends {
  ends() = default;
  ends(int) {}
  ~ends() { ::sleep(1); }
};
struct holds_one {
  ends member;
};
struct ends_well {
  ends_well() {}
  ~ends_well() { ::sleep(0); }
};
// id: blocking/temporary
task<> temporary() {
  ends{};
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: destroying 'ends' blocks the thread that runs this coroutine [coro-blocking-call]
  // CHECK-NOTES: :[[@LINE-13]]:13: note: the destructor of 'ends' calls 'sleep', which blocks
  co_await work();
}
// id: blocking/member-destructor
task<> member_destructor() {
  holds_one h;
  // CHECK-NOTES: :[[@LINE-1]]:13: warning: destroying 'h' blocks the thread that runs this coroutine [coro-blocking-call]
  // CHECK-NOTES: :[[@LINE-20]]:13: note: the destructor of 'ends' calls 'sleep', which blocks
  co_await work();
}
// id: blocking/delete
task<> deletes(ends *e) {
  delete e;
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: destroying 'ends' blocks the thread that runs this coroutine [coro-blocking-call]
  // CHECK-NOTES: :[[@LINE-27]]:13: note: the destructor of 'ends' calls 'sleep', which blocks
  co_await work();
}
task<> harmless_end() {
  ends_well e;
  ends_well();
  co_await work();
}

// Known misses. When one starts to be found, move it up.

int slept(unsigned s = ::sleep(1));
task<> default_argument() {
  slept();
  co_await work();
}
