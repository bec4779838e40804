// RUN: %check_tidy %s coro-lock-across-suspension
// RUN: %check_tidy_real %s coro-lock-across-suspension

// What is awaited lets go of the lock, or does not suspend.

#include "task.h"
#include <coroutine>
#include <functional>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

std::mutex mu;
std::mutex other;
int counter;
void post(std::coroutine_handle<>);

// Asynchronous primitives check under a lock, and let go of it once registered.

struct Gate {
  std::mutex m;
  std::vector<std::coroutine_handle<>> waiting;

  struct Wait {
    Gate &g;
    bool await_ready() { return false; }
    void await_suspend(std::coroutine_handle<> h) {
      g.waiting.push_back(h);
      g.m.unlock();
    }
    void await_resume() {}
  };
  struct Register {
    Gate &g;
    bool await_ready() { return false; }
    void await_suspend(std::coroutine_handle<> h) { g.waiting.push_back(h); }
    void await_resume() {}
  };

  // id: lock/awaiter-unlocks-its-owner
  task<> enter() {
    m.lock();
    if (waiting.empty()) {
      m.unlock();
      co_return;
    }
    co_await Wait{*this};
  }

  // id: lock/awaiter-only-registers
  task<> enter_without_unlocking() {
    m.lock();
    co_await Register{*this};
    // CHECK-NOTES: :[[@LINE-1]]:5: warning: coroutine may suspend while 'm' is locked [coro-lock-across-suspension]
    // CHECK-NOTES: :[[@LINE-3]]:7: note: locked here
    m.unlock();
  }
};

struct WaitUnlocked {
  std::unique_lock<std::mutex> &l;
  bool await_ready() { return false; }
  void await_suspend(std::coroutine_handle<> h) {
    post(h);
    l.unlock();
  }
  void await_resume() { l.lock(); }
};
struct WaitLocked {
  std::unique_lock<std::mutex> &l;
  bool await_ready() { return !l.owns_lock(); }
  void await_suspend(std::coroutine_handle<> h) { post(h); }
  void await_resume() {}
};
struct Condition {
  WaitUnlocked wait(std::unique_lock<std::mutex> &l) { return {l}; }
};

// id: lock/awaiter-unlocks
task<> awaiter_unlocks() {
  std::unique_lock l(mu);
  co_await WaitUnlocked{l};
}

// id: lock/awaiter-unlocks-returned
task<> returned_awaiter_unlocks(Condition &c) {
  std::unique_lock l(mu);
  while (!counter)
    co_await c.wait(l);
  --counter;
}

struct UnlockWhenAsked {
  std::mutex &m;
  bool await_ready() {
    m.unlock();
    return false;
  }
  void await_suspend(std::coroutine_handle<> h) { post(h); }
  void await_resume() { m.lock(); }
};

// id: lock/awaiter-unlocks-when-asked
task<> awaiter_unlocks_when_asked() {
  mu.lock();
  co_await UnlockWhenAsked{mu};
  mu.unlock();
}

// id: lock/awaiter-unlocks-another
task<> awaiter_unlocks_another() {
  std::lock_guard g(mu);
  other.lock();
  co_await UnlockWhenAsked{other};
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: coroutine may suspend while 'g' holds 'mu' [coro-lock-across-suspension]
  // CHECK-NOTES: :[[@LINE-4]]:19: note: locked here
  other.unlock();
}

struct OpaqueWait {
  explicit OpaqueWait(std::unique_lock<std::mutex> &);
  bool await_ready();
  void await_suspend(std::coroutine_handle<>);
  void await_resume();
};

// id: lock/awaiter-unknown
task<> unknown_awaiter_is_given_the_lock() {
  std::unique_lock l(mu);
  co_await OpaqueWait(l);
}

// Ready, as a constant of the program says.

struct ReadyHere {
  bool await_ready() {
    if constexpr (sizeof(int) >= 2)
      return true;
    else
      return false;
  }
  void await_suspend(std::coroutine_handle<> h) { post(h); }
  void await_resume() {}
};
template <bool Ready> struct ReadyIf {
  bool await_ready() {
    if constexpr (Ready)
      return true;
    else
      return false;
  }
  void await_suspend(std::coroutine_handle<> h) { post(h); }
  void await_resume() {}
};

// id: lock/awaiter-ready-if-constexpr
task<> ready_by_if_constexpr() {
  std::lock_guard g(mu);
  co_await ReadyHere{};
}

// id: lock/awaiter-ready-if-constexpr-template
task<> ready_by_its_argument() {
  std::lock_guard g(mu);
  co_await ReadyIf<true>{};
}

// id: lock/awaiter-ready-if-constexpr-false
task<> not_ready_by_its_argument() {
  std::lock_guard g(mu);
  co_await ReadyIf<false>{};
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: coroutine may suspend while 'g' holds 'mu' [coro-lock-across-suspension]
  // CHECK-NOTES: :[[@LINE-3]]:19: note: locked here
}

// Coroutines that unlock before they suspend.

eager<> unlocks() {
  mu.unlock();
  co_await work();
}
eager<> unlocks(std::mutex &m) {
  m.unlock();
  co_await work();
}
task<> unlocks_when_started() {
  mu.unlock();
  co_await work();
}
task<> waits(std::unique_lock<std::mutex> &l) {
  l.unlock();
  co_await work();
  l.lock();
}
eager<> unlocks_too_late() {
  co_await work();
  mu.unlock();
}
task<> waits_for_somebody(std::unique_lock<std::mutex> &);

// id: lock/awaited-coroutine-unlocks
task<> awaited_coroutine_unlocks() {
  mu.lock();
  co_await unlocks();
}

// id: lock/awaited-coroutine-unlocks-argument
task<> awaited_coroutine_unlocks_its_argument() {
  mu.lock();
  co_await unlocks(mu);
}

// id: lock/awaited-coroutine-unlocks-lazy
task<> awaited_lazy_coroutine_unlocks() {
  mu.lock();
  co_await unlocks_when_started();
}

// id: lock/awaited-coroutine-unlocks-guard
task<> awaited_coroutine_waits_unlocked() {
  std::unique_lock l(mu);
  while (!counter)
    co_await waits(l);
}

// id: lock/awaited-coroutine-unknown
task<> awaited_coroutine_is_unknown() {
  std::unique_lock l(mu);
  while (!counter)
    co_await waits_for_somebody(l);
}

// id: lock/awaited-coroutine-other
task<> awaited_coroutine_knows_nothing_of_it() {
  std::unique_lock l(mu);
  while (!counter)
    co_await work();
    // CHECK-NOTES: :[[@LINE-1]]:5: warning: coroutine may suspend while 'l' holds 'mu' [coro-lock-across-suspension]
    // CHECK-NOTES: :[[@LINE-4]]:20: note: locked here
}

struct Service {
  std::mutex mu_;
  int n_ = 0;
  eager<> flush() {
    mu_.unlock();
    co_await work();
  }
  task<> flush_lazily() {
    mu_.unlock();
    co_await work();
  }
  task<> count() {
    ++n_;
    co_await work();
  }

  // id: lock/awaited-coroutine-member
  task<> awaits_a_member_that_unlocks() {
    mu_.lock();
    co_await flush();
  }

  // id: lock/awaited-coroutine-member-lazy
  task<> awaits_a_lazy_member_that_unlocks() {
    mu_.lock();
    co_await flush_lazily();
  }

  // id: lock/awaited-coroutine-member-counts
  task<> awaits_a_member_that_counts() {
    mu_.lock();
    co_await count();
    // CHECK-NOTES: :[[@LINE-1]]:5: warning: coroutine may suspend while 'mu_' is locked [coro-lock-across-suspension]
    // CHECK-NOTES: :[[@LINE-3]]:9: note: locked here
    mu_.unlock();
  }
};

// What gives no thread back, and what does though it does not look like it.

struct Handles {
  std::coroutine_handle<> h;
  bool await_ready() { return false; }
  bool await_suspend(std::coroutine_handle<> c) {
    h = c;
    return false;
  }
  std::coroutine_handle<> await_resume() { return h; }
};
struct Converted {};
inline std::suspend_never operator co_await(Converted) { return {}; }
struct Hidden {
  reschedule operator co_await() const { return {}; }
};

// id: lock/awaiter-own-handle
task<> awaiter_gives_the_handle() {
  std::lock_guard g(mu);
  auto h = co_await Handles{};
  counter += bool(h);
}

// id: lock/awaiter-converted
task<> converted_to_what_never_suspends() {
  std::lock_guard g(mu);
  co_await Converted{};
}

// id: lock/awaiter-hidden
task<> converted_to_what_suspends() {
  std::lock_guard g(mu);
  co_await Hidden{};
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: coroutine may suspend while 'g' holds 'mu' [coro-lock-across-suspension]
  // CHECK-NOTES: :[[@LINE-3]]:19: note: locked here
}

// Known misses. When one starts to be found, move it up.

// id: lock/awaited-coroutine-unlocks-late
task<> awaited_coroutine_unlocks_too_late() {
  mu.lock();
  co_await unlocks_too_late();
}

// id: lock/awaiter-keeps
task<> awaiter_keeps() {
  std::unique_lock l(mu);
  co_await WaitLocked{l};
}

// id: lock/awaiter-unlocks-relocked
task<> awaiter_locks_again() {
  std::unique_lock l(mu);
  co_await WaitUnlocked{l};
  co_await work();
}

// id: lock/awaited-coroutine-unlocks-another
task<> awaited_coroutine_unlocks_another() {
  mu.lock();
  other.lock();
  co_await unlocks(other);
  mu.unlock();
}
