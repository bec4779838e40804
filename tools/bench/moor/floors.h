// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The least that could do the work: a lazy task by hand, with no context, no
// executor, no cancellation and no exceptions. What moor costs is counted in
// multiples of it.

#ifndef MOOR_BENCH_FLOORS_H
#define MOOR_BENCH_FLOORS_H

#include <coroutine>
#include <cstddef>
#include <new>
#include <utility>

#if defined(__has_cpp_attribute)
#if __has_cpp_attribute(clang::coro_await_elidable)
#define FLOOR_ELIDABLE [[clang::coro_await_elidable]]
#endif
#endif
#ifndef FLOOR_ELIDABLE
#define FLOOR_ELIDABLE
#endif

namespace floors {

/// Frames of one size, never given back.
class free_list {
public:
  static void *allocate(std::size_t size) {
    if (size > frame_size)
      return ::operator new(size);
    if (!first_)
      return ::operator new(frame_size);
    return std::exchange(first_, first_->next);
  }
  static void free(void *p, std::size_t size) noexcept {
    if (size > frame_size)
      return ::operator delete(p);
    first_ = ::new (p) node{first_};
  }

private:
  static constexpr std::size_t frame_size = 128;
  struct node {
    node *next;
  };
  static constinit inline thread_local node *first_ = nullptr;
};

class [[nodiscard]] FLOOR_ELIDABLE lazy {
public:
  struct promise_type {
    static void *operator new(std::size_t size) {
      return free_list::allocate(size);
    }
    static void operator delete(void *p, std::size_t size) noexcept {
      free_list::free(p, size);
    }
    lazy get_return_object() noexcept {
      return lazy(std::coroutine_handle<promise_type>::from_promise(*this));
    }
    std::suspend_always initial_suspend() const noexcept { return {}; }
    struct final_awaiter {
      bool await_ready() const noexcept { return false; }
      std::coroutine_handle<>
      await_suspend(std::coroutine_handle<promise_type> h) const noexcept {
        return h.promise().continuation;
      }
      void await_resume() const noexcept {}
    };
    final_awaiter final_suspend() const noexcept { return {}; }
    void return_value(int v) noexcept { value = v; }
    void unhandled_exception() const noexcept {}

    int value = 0;
    std::coroutine_handle<> continuation = std::noop_coroutine();
  };

  lazy(lazy &&other) noexcept : handle_(std::exchange(other.handle_, {})) {}
  ~lazy() {
    if (handle_)
      handle_.destroy();
  }

  /// Runs the outermost one, which never waits.
  int run() {
    handle_.resume();
    return handle_.promise().value;
  }

  auto operator co_await() && noexcept {
    struct awaiter {
      std::coroutine_handle<promise_type> handle;
      bool await_ready() const noexcept { return false; }
      std::coroutine_handle<>
      await_suspend(std::coroutine_handle<> parent) noexcept {
        handle.promise().continuation = parent;
        return handle;
      }
      int await_resume() const noexcept { return handle.promise().value; }
    };
    return awaiter{handle_};
  }

private:
  explicit lazy(std::coroutine_handle<promise_type> h) noexcept : handle_(h) {}

  std::coroutine_handle<promise_type> handle_;
};

} // namespace floors

#endif // MOOR_BENCH_FLOORS_H
