// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A synchronous generator blocks whoever asks it, who may block: unless that is
// a coroutine of a loop.

#include <chrono>
#include <coroutine>
#include <cstring>
#include <exception>
#include <thread>
#include <utility>

class generator {
public:
  struct promise_type {
    int value = 0;
    generator get_return_object() {
      return generator(
          std::coroutine_handle<promise_type>::from_promise(*this));
    }
    std::suspend_always initial_suspend() noexcept { return {}; }
    std::suspend_always final_suspend() noexcept { return {}; }
    std::suspend_always yield_value(int v) {
      value = v;
      return {};
    }
    void return_void() {}
    void unhandled_exception() { std::terminate(); }
  };

  generator(generator &&other)
      : coroutine_(std::exchange(other.coroutine_, nullptr)) {}
  ~generator() {
    if (coroutine_)
      coroutine_.destroy();
  }
  bool next() {
    coroutine_.resume();
    return !coroutine_.done();
  }
  int value() const { return coroutine_.promise().value; }

private:
  explicit generator(std::coroutine_handle<promise_type> c) : coroutine_(c) {}

  std::coroutine_handle<promise_type> coroutine_;
};

struct task {
  struct promise_type {
    task get_return_object() {
      return {std::coroutine_handle<promise_type>::from_promise(*this)};
    }
    std::suspend_always initial_suspend() noexcept { return {}; }
    std::suspend_always final_suspend() noexcept { return {}; }
    void return_void() {}
    void unhandled_exception() { std::terminate(); }
  };
  std::coroutine_handle<promise_type> coroutine;
};

generator numbers() {
  for (int i = 0; i < 3; ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
    co_yield i;
  }
}

int sum() {
  int all = 0;
  for (generator g = numbers(); g.next();)
    all += g.value();
  return all;
}

task add_up() {
  sum(); // IN_A_TASK
  co_return;
}

int main(int count, char **words) {
  if (count > 1 && !std::strcmp(words[1], "task")) {
    task t = add_up();
    t.coroutine.resume();
    t.coroutine.destroy();
    return 0;
  }
  return sum() == 3 ? 0 : 1;
}
