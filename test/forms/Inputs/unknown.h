// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What forms.cpp is written with, in terms of a library that no model knows: a
// lazy task, an async mutex and a runner, told by their shape.
#pragma once
#include <condition_variable>
#include <coroutine>
#include <exception>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>

namespace nobody {

struct ended {
  bool await_ready() const noexcept { return false; }
  template <class P>
  std::coroutine_handle<> await_suspend(std::coroutine_handle<P> h) noexcept {
    return h.promise().next;
  }
  void await_resume() const noexcept {}
};

struct frame_base {
  std::coroutine_handle<> next = std::noop_coroutine();
  std::exception_ptr error;
  std::suspend_always initial_suspend() const noexcept { return {}; }
  ended final_suspend() const noexcept { return {}; }
  void unhandled_exception() { error = std::current_exception(); }
};
template <class T> struct frame_of : frame_base {
  std::optional<T> value;
  template <class U> void return_value(U &&v) { value.emplace(std::forward<U>(v)); }
  T take() { return std::move(*value); }
};
template <> struct frame_of<void> : frame_base {
  void return_void() {}
  void take() {}
};

template <class T = void> class job {
public:
  struct promise_type : frame_of<T> {
    job get_return_object() {
      return job(std::coroutine_handle<promise_type>::from_promise(*this));
    }
  };
  job(job &&other) noexcept : frame(std::exchange(other.frame, nullptr)) {}
  job &operator=(job &&other) noexcept {
    std::swap(frame, other.frame);
    return *this;
  }
  ~job() {
    if (frame)
      frame.destroy();
  }
  auto operator co_await() && noexcept {
    struct awaiter {
      std::coroutine_handle<promise_type> frame;
      bool await_ready() const noexcept { return false; }
      auto await_suspend(std::coroutine_handle<> caller) noexcept {
        frame.promise().next = caller;
        return frame;
      }
      T await_resume() { return frame.promise().take(); }
    };
    return awaiter{frame};
  }

private:
  explicit job(std::coroutine_handle<promise_type> h) : frame(h) {}
  std::coroutine_handle<promise_type> frame;
};

template <class T> class stream {
public:
  struct promise_type : frame_base {
    T *now = nullptr;
    stream get_return_object() {
      return stream(std::coroutine_handle<promise_type>::from_promise(*this));
    }
    ended yield_value(T &&v) {
      now = &v;
      return {};
    }
    void return_void() {}
  };
  stream(stream &&other) noexcept : frame(std::exchange(other.frame, nullptr)) {}
  ~stream() {
    if (frame)
      frame.destroy();
  }
  struct step {
    std::coroutine_handle<promise_type> frame;
    bool await_ready() const noexcept { return false; }
    auto await_suspend(std::coroutine_handle<> caller) noexcept {
      frame.promise().next = caller;
      return frame;
    }
    T *await_resume() { return frame.promise().now; }
  };
  step following() { return {frame}; }

private:
  explicit stream(std::coroutine_handle<promise_type> h) : frame(h) {}
  std::coroutine_handle<promise_type> frame;
};

class gate {
public:
  class [[nodiscard]] pass {
  public:
    explicit pass(gate &g) : g(&g) {}
    pass(pass &&other) noexcept : g(std::exchange(other.g, nullptr)) {}
    ~pass() {
      if (g)
        g->leave();
    }

  private:
    gate *g;
  };
  struct entering {
    gate &g;
    std::coroutine_handle<> waiter;
    entering *next = nullptr;
    bool await_ready() const noexcept { return false; }
    bool await_suspend(std::coroutine_handle<> h) noexcept {
      waiter = h;
      return g.queue(*this);
    }
    pass await_resume() noexcept { return pass(g); }
  };
  entering enter() { return {*this, {}, nullptr}; }

private:
  bool queue(entering &);
  void leave();
};

struct nap {
  int milliseconds;
  bool await_ready() const noexcept { return false; }
  void await_suspend(std::coroutine_handle<>) const;
  void await_resume() const noexcept {}
};

} // namespace nobody

template <class T = void> using task = nobody::job<T>;
template <class T> using async_generator = nobody::stream<T>;

inline nobody::gate gate;
#define GUARD gate.enter()
#define AWAITER nobody::nap{1}
#define AWAITS_ANYTHING
#define NAP nobody::nap{1}
#define ELSEWHERE(f) std::thread(f).detach()
