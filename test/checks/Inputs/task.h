// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The coroutine types of the tests: a library that no model knows.
//
//   task<T>             lazy, awaited as an rvalue, resumes its caller when done
//   eager<T>            runs at once until its first suspension
//   async_generator<T>  yields and awaits
//   generator<T>        yields and cannot await
#pragma once
#include <coroutine>
#include <exception>
#include <utility>

namespace detail {
struct final_awaiter {
  bool await_ready() const noexcept { return false; }
  template <class P>
  std::coroutine_handle<> await_suspend(std::coroutine_handle<P> h) noexcept {
    return h.promise().continuation;
  }
  void await_resume() const noexcept {}
};
struct promise_base {
  std::coroutine_handle<> continuation;
  std::exception_ptr error;
  final_awaiter final_suspend() const noexcept { return {}; }
  void unhandled_exception() { error = std::current_exception(); }
};
template <class P> struct task_awaiter {
  std::coroutine_handle<P> frame;
  bool await_ready() const noexcept { return false; }
  std::coroutine_handle<> await_suspend(std::coroutine_handle<> caller) noexcept {
    frame.promise().continuation = caller;
    return frame;
  }
  decltype(auto) await_resume() { return frame.promise().take(); }
};
template <class T> struct result {
  T value{};
  void return_value(T v) { value = std::move(v); }
  T take() { return std::move(value); }
};
template <class T> struct result<T &> {
  T *value = nullptr;
  void return_value(T &v) { value = &v; }
  T &take() { return *value; }
};
template <> struct result<void> {
  void return_void() {}
  void take() {}
};
} // namespace detail

template <class T = void> class [[nodiscard]] task {
public:
  struct promise_type : detail::promise_base, detail::result<T> {
    task get_return_object() {
      return task(std::coroutine_handle<promise_type>::from_promise(*this));
    }
    std::suspend_always initial_suspend() const noexcept { return {}; }
  };
  task(task &&o) noexcept : frame_(std::exchange(o.frame_, {})) {}
  task &operator=(task &&) = delete;
  ~task() {
    if (frame_)
      frame_.destroy();
  }
  auto operator co_await() && noexcept {
    return detail::task_awaiter<promise_type>{frame_};
  }

private:
  explicit task(std::coroutine_handle<promise_type> h) : frame_(h) {}
  std::coroutine_handle<promise_type> frame_;
};

template <class T = void> class eager {
public:
  struct promise_type : detail::promise_base, detail::result<T> {
    eager get_return_object() {
      return eager(std::coroutine_handle<promise_type>::from_promise(*this));
    }
    std::suspend_never initial_suspend() const noexcept { return {}; }
  };
  eager(eager &&o) noexcept : frame_(std::exchange(o.frame_, {})) {}
  ~eager() {
    if (frame_)
      frame_.destroy();
  }
  auto operator co_await() && noexcept {
    return detail::task_awaiter<promise_type>{frame_};
  }

private:
  explicit eager(std::coroutine_handle<promise_type> h) : frame_(h) {}
  std::coroutine_handle<promise_type> frame_;
};

template <class T> class async_generator {
public:
  struct promise_type : detail::promise_base {
    T *current = nullptr;
    async_generator get_return_object() {
      return async_generator(
          std::coroutine_handle<promise_type>::from_promise(*this));
    }
    std::suspend_always initial_suspend() const noexcept { return {}; }
    detail::final_awaiter yield_value(T &v) {
      current = &v;
      return {};
    }
    detail::final_awaiter yield_value(T &&v) {
      current = &v;
      return {};
    }
    void return_void() {}
  };
  async_generator(async_generator &&o) noexcept
      : frame_(std::exchange(o.frame_, {})) {}
  ~async_generator() {
    if (frame_)
      frame_.destroy();
  }
  struct next_awaiter : detail::task_awaiter<promise_type> {
    T *await_resume() { return this->frame.promise().current; }
  };
  next_awaiter next() { return {{frame_}}; }

private:
  explicit async_generator(std::coroutine_handle<promise_type> h) : frame_(h) {}
  std::coroutine_handle<promise_type> frame_;
};

template <class T> class generator {
public:
  struct promise_type {
    T *current = nullptr;
    generator get_return_object() {
      return generator(std::coroutine_handle<promise_type>::from_promise(*this));
    }
    std::suspend_always initial_suspend() const noexcept { return {}; }
    std::suspend_always final_suspend() const noexcept { return {}; }
    std::suspend_always yield_value(T &v) noexcept {
      current = &v;
      return {};
    }
    std::suspend_always yield_value(T &&v) noexcept {
      current = &v;
      return {};
    }
    void return_void() {}
    void unhandled_exception() { throw; }
    template <class U> U &&await_transform(U &&) = delete;
  };
  generator(generator &&o) noexcept : frame_(std::exchange(o.frame_, {})) {}
  ~generator() {
    if (frame_)
      frame_.destroy();
  }
  bool next() {
    frame_.resume();
    return !frame_.done();
  }
  T &value() const { return *frame_.promise().current; }

private:
  explicit generator(std::coroutine_handle<promise_type> h) : frame_(h) {}
  std::coroutine_handle<promise_type> frame_;
};

// Somebody else's coroutines.
task<> work();
task<int> get();
task<bool> ready();

// Gives the thread back, and takes it again later.
struct reschedule {
  bool await_ready() const noexcept { return false; }
  void await_suspend(std::coroutine_handle<>) const;
  void await_resume() const noexcept {}
};
