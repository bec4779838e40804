// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The tasks of the oracle's second question: is the work of one ever lost? Each
// counts as done once it was resumed or handed to somebody who will see to it.
// If it is destroyed before, its work was lost, and it says where it was made.

#ifndef COROLINT_TOOLS_ORACLE_WORK_H
#define COROLINT_TOOLS_ORACLE_WORK_H

#include "prelude.h"
#include <tuple>
#include <vector>

namespace oracle {

/// The work made in this line is never done.
void lost(int Line) noexcept;
/// Work is made in this line.
void made(int Line) noexcept;
/// It is done, or somebody's.
void used(int Line) noexcept;
/// The program is about to leave by a `co_return` that is not its last.
void leaving() noexcept;
/// It is about to throw; until it handles that.
void throwing() noexcept;
void stays() noexcept;

/// A lazy task.
class Work {
public:
  struct promise_type {
    int Line;
    bool Done = false;
    bool Started = false;
    std::coroutine_handle<> Continuation;

    explicit promise_type(int Line) noexcept : Line(Line) { made(Line); }
    Work get_return_object() noexcept {
      return Work(std::coroutine_handle<promise_type>::from_promise(*this));
    }
    std::suspend_always initial_suspend() const noexcept { return {}; }
    struct Final {
      bool await_ready() const noexcept { return false; }
      void await_suspend(std::coroutine_handle<promise_type> H) const noexcept {
        finished(H.promise().Continuation);
      }
      void await_resume() const noexcept {}
    };
    Final final_suspend() const noexcept { return {}; }
    void return_void() const noexcept {}
    void unhandled_exception() const noexcept {}
  };

  Work() = default;
  Work(Work &&Other) noexcept : Handle(std::exchange(Other.Handle, {})) {}
  Work &operator=(Work &&Other) noexcept {
    if (this != &Other) {
      drop();
      Handle = std::exchange(Other.Handle, {});
    }
    return *this;
  }
  ~Work() { drop(); }

  struct Awaiter {
    std::coroutine_handle<promise_type> Handle;
    bool await_ready() const noexcept { return !Handle; }
    std::coroutine_handle<>
    await_suspend(std::coroutine_handle<> H) const noexcept {
      Handle.promise().Continuation = H;
      return Handle;
    }
    void await_resume() const noexcept {}
  };
  Awaiter operator co_await() const noexcept {
    return {claim() ? Handle : nullptr};
  }
  void start() const noexcept {
    if (claim())
      Handle.resume();
  }
  bool empty() const noexcept { return !Handle; }
  /// Somebody is responsible for it from now on.
  void settle() const noexcept {
    if (!Handle)
      return;
    Handle.promise().Done = true;
    used(Handle.promise().Line);
  }

private:
  explicit Work(std::coroutine_handle<promise_type> H) noexcept : Handle(H) {}
  bool claim() const noexcept {
    if (!Handle)
      invalid("used while empty");
    else if (std::exchange(Handle.promise().Started, true))
      invalid("started twice");
    else {
      settle();
      return true;
    }
    return false;
  }
  void drop() noexcept {
    if (!Handle)
      return;
    if (!Handle.promise().Done)
      lost(Handle.promise().Line);
    Handle.destroy();
  }

  std::coroutine_handle<promise_type> Handle;
};

inline Work work_of([[maybe_unused]] int Line) noexcept { co_return; }
/// New work, which knows where it was made.
inline Work work(int Line = __builtin_LINE()) noexcept { return work_of(Line); }

// Those who are responsible for what they get. Nobody sees their bodies.

void keep(Work) noexcept;
void keep_referred(Work &) noexcept;
void keep_optional(std::optional<Work>) noexcept;
void keep_owned(std::unique_ptr<Work>) noexcept;
void keep_all(std::vector<Work>) noexcept;
/// A shelf, from which somebody will take them.
std::vector<Work> &shelf() noexcept;

/// What a program that returns work returns.
class GivingTask {
public:
  struct promise_type {
    GivingTask get_return_object() noexcept {
      return {std::coroutine_handle<promise_type>::from_promise(*this)};
    }
    std::suspend_always initial_suspend() const noexcept { return {}; }
    std::suspend_always final_suspend() const noexcept { return {}; }
    Suspend yield_value(int Line) const noexcept { return {Line}; }
    void return_value(Work Given) const noexcept { Given.settle(); }
    void unhandled_exception() const noexcept { threw(); }
  };
  std::coroutine_handle<promise_type> Handle;
  GivingTask(std::coroutine_handle<promise_type> H) noexcept : Handle(H) {}
  GivingTask(GivingTask &&) = delete;
  ~GivingTask() { Handle.destroy(); }
};

} // namespace oracle

#endif // COROLINT_TOOLS_ORACLE_WORK_H
