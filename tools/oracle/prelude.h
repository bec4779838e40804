// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What the oracle's programs are made of: mutexes that watch themselves, a lazy
// task, awaiters that suspend and awaiters that never do, helpers.
//
// The guards are the real ones of the standard library. What a program cannot
// know before it runs (a decision, whether try_lock succeeds) comes from
// functions without a body here, so that the check knows it no better;
// runner.cpp enumerates their answers.
//
// Everything but the standard library's guards is noexcept: an exception in the
// programs is an explicit throw, as the check assumes, or comes from risky().

#ifndef COROLINT_TOOLS_ORACLE_PRELUDE_H
#define COROLINT_TOOLS_ORACLE_PRELUDE_H

#include <coroutine>
#include <memory>
#include <mutex>
#include <optional>
#include <shared_mutex>
#include <utility>

namespace oracle {

bool next() noexcept;           ///< A decision.
bool again() noexcept;          ///< Another turn of a loop? In the end, no.
int pick(int Choices) noexcept; ///< A number from 0 to Choices - 1.
bool succeeds() noexcept;       ///< Does this try_lock? In the end, yes.

/// Runs of a program that lock a locked mutex, or unlock a free one, disqualify
/// the program.
void invalid(const char *Why) noexcept;
/// The coroutine suspends in this line, for good or until it is resumed.
void suspends(int Line) noexcept;
/// Slots of a program's mutexes that are locked now: a bit for each.
extern unsigned Locked;

/// A mutex, which a program knows by its slot.
class Mutex {
public:
  explicit Mutex(int Slot) noexcept : Slot(Slot) { Locked &= ~(1u << Slot); }
  Mutex(Mutex &&) = delete;
  ~Mutex() {
    if (Held)
      invalid("destroyed while locked");
  }

  void lock() noexcept {
    if (Held)
      invalid("locked twice");
    take();
  }
  bool try_lock() noexcept {
    if (Held)
      invalid("tried while locked");
    if (!succeeds())
      return false;
    take();
    return true;
  }
  void unlock() noexcept {
    if (!Held)
      invalid("unlocked while free");
    give();
  }
  /// Between two runs.
  void reset() noexcept { give(); }

private:
  void take() noexcept {
    Held = true;
    Locked |= 1u << Slot;
  }
  void give() noexcept {
    Held = false;
    Locked &= ~(1u << Slot);
  }

  const int Slot;
  bool Held = false;
};

/// A mutex for readers and writers. A program is one thread, which must not
/// take it twice in any way.
class SharedMutex {
public:
  explicit SharedMutex(int Slot) noexcept : Alone(Slot) {}

  void lock() noexcept { Alone.lock(); }
  bool try_lock() noexcept { return Alone.try_lock(); }
  void unlock() noexcept {
    if (Reading)
      invalid("a reader's lock unlocked as a writer's");
    Alone.unlock();
  }
  void lock_shared() noexcept {
    Alone.lock();
    Reading = true;
  }
  bool try_lock_shared() noexcept {
    Reading = Alone.try_lock();
    return Reading;
  }
  void unlock_shared() noexcept {
    if (!Reading)
      invalid("a writer's lock unlocked as a reader's");
    Reading = false;
    Alone.unlock();
  }
  void reset() noexcept {
    Reading = false;
    Alone.reset();
  }

private:
  Mutex Alone;
  bool Reading = false;
};

/// What the programs throw.
struct Error {};
struct Worse : Error {}; // what takes an Error takes it
struct Other {};         // and this not
/// May throw it.
void risky();
/// In a handler of everything: nothing else should have been thrown.
void caught() noexcept;

// Awaiters.

/// Suspends, and says so.
struct Suspend {
  int Line;
  bool await_ready() const noexcept { return false; }
  void await_suspend(std::coroutine_handle<> H) const noexcept;
  void await_resume() const noexcept {}
};
inline Suspend pause(int Line = __builtin_LINE()) noexcept { return {Line}; }

/// Suspends, and has a value then.
struct SuspendForDecision : Suspend {
  bool await_resume() const noexcept { return next(); }
};
inline SuspendForDecision flag(int Line = __builtin_LINE()) noexcept {
  return {{Line}};
}

/// Suspends, and says then whether there is another turn.
struct SuspendForTurn : Suspend {
  bool await_resume() const noexcept { return again(); }
};
inline SuspendForTurn more(int Line = __builtin_LINE()) noexcept {
  return {{Line}};
}

/// May suspend.
struct SuspendPerhaps : Suspend {
  bool await_ready() const noexcept { return next(); }
};
inline SuspendPerhaps perhaps(int Line = __builtin_LINE()) noexcept {
  return {{Line}};
}

/// Never suspends: it is always ready.
struct Ready {
  bool await_ready() const noexcept { return true; }
  void await_suspend(std::coroutine_handle<>) const noexcept {}
  bool await_resume() const noexcept { return next(); }
};

/// Never suspends: it resumes at once.
struct ResumesAtOnce {
  bool await_ready() const noexcept { return false; }
  bool await_suspend(std::coroutine_handle<>) const noexcept { return false; }
  void await_resume() const noexcept {}
};

/// Where runner.cpp finds the coroutine to resume, and what it threw.
void finished(std::coroutine_handle<> Continuation) noexcept;
void threw() noexcept;

template <class Initial> struct BasicTask {
  struct promise_type {
    std::coroutine_handle<> Continuation;

    BasicTask get_return_object() noexcept {
      return BasicTask(
          std::coroutine_handle<promise_type>::from_promise(*this));
    }
    Initial initial_suspend() const noexcept { return {}; }
    struct Final {
      bool await_ready() const noexcept { return false; }
      void await_suspend(std::coroutine_handle<promise_type> H) const noexcept {
        finished(H.promise().Continuation);
      }
      void await_resume() const noexcept {}
    };
    Final final_suspend() const noexcept { return {}; }
    Suspend yield_value(int Line) const noexcept { return {Line}; }
    void return_void() const noexcept {}
    void unhandled_exception() const noexcept { threw(); }
  };

  explicit BasicTask(std::coroutine_handle<promise_type> H) noexcept
      : Handle(H) {}
  BasicTask(BasicTask &&Other) noexcept
      : Handle(std::exchange(Other.Handle, {})) {}
  ~BasicTask() {
    if (Handle)
      Handle.destroy();
  }

  struct Awaiter {
    std::coroutine_handle<promise_type> Handle;
    int Line;
    bool await_ready() const noexcept { return false; }
    std::coroutine_handle<>
    await_suspend(std::coroutine_handle<> H) const noexcept {
      suspends(Line);
      Handle.promise().Continuation = H;
      return Handle;
    }
    void await_resume() const noexcept {}
  };
  Awaiter operator co_await() const noexcept { return {Handle, Line}; }

  std::coroutine_handle<promise_type> Handle;
  int Line = 0; ///< Where it is awaited.
};

/// What most programs return; and what they await.
using Task = BasicTask<std::suspend_always>;
/// Starts when it is called.
using EagerTask = BasicTask<std::suspend_never>;

/// A task whose await is a suspension.
inline Task child_at_once() noexcept { co_return; }
inline Task child(int Line = __builtin_LINE()) noexcept {
  Task T = child_at_once();
  T.Line = Line;
  return T;
}

/// As many numbers as there are turns.
struct Turns {
  struct Iterator {
    int Number = 0;
    int operator*() const noexcept { return Number; }
    void operator++() noexcept { ++Number; }
    bool operator!=(const Iterator &) const noexcept { return again(); }
  };
  Iterator begin() const noexcept { return {}; }
  Iterator end() const noexcept { return {}; }
};

/// A guard that nobody modelled.
template <class M> class Hold {
public:
  explicit Hold(M &Lockable) : Lockable(Lockable) { Lockable.lock(); }
  Hold(const Hold &) = delete;
  ~Hold() { Lockable.unlock(); }

private:
  M &Lockable;
};

/// A guard in a struct.
template <class M> struct Holder {
  std::unique_lock<M> Guard;
  int Data = 0;
};

// Helpers.

template <class M> void lock_it(M &Lockable) noexcept { Lockable.lock(); }
template <class M> void unlock_it(M &Lockable) noexcept { Lockable.unlock(); }
template <class M> void lock_indirectly(M &Lockable) noexcept {
  lock_it(Lockable);
}
template <class M> void lock_perhaps(M &Lockable) noexcept {
  if (next())
    Lockable.lock();
}
template <class M> void lock_if(M &Lockable, bool Wanted) noexcept {
  if (Wanted)
    Lockable.lock();
}
template <class M> void unlock_if(M &Lockable, bool Wanted) noexcept {
  if (!Wanted)
    return;
  Lockable.unlock();
}
template <class M> void lock_either_way(M &Lockable) noexcept {
  if (next())
    Lockable.lock();
  else
    lock_it(Lockable);
}
template <class M> bool lock_and_say(M &Lockable) noexcept {
  if (!next())
    return false;
  Lockable.lock();
  return true;
}
template <class M, class N> bool try_both(M &First, N &Second) noexcept {
  if (!First.try_lock())
    return false;
  if (Second.try_lock())
    return true;
  First.unlock();
  return false;
}
template <class M> void lock_briefly(M &Lockable) noexcept {
  std::lock_guard Guard(Lockable);
  if (next())
    return;
  (void)next();
}

template <class M> std::unique_lock<M> locked(M &Lockable) {
  return std::unique_lock<M>(Lockable);
}
template <class M> std::unique_lock<M> locked_and_checked(M &Lockable) {
  std::unique_lock Guard(Lockable);
  (void)next();
  return Guard;
}
template <class M> std::unique_lock<M> locked_perhaps(M &Lockable) {
  std::unique_lock Guard(Lockable, std::defer_lock);
  if (next())
    Guard.lock();
  return Guard;
}
template <class M> std::unique_lock<M> passed_on(std::unique_lock<M> Guard) {
  return Guard;
}

template <class M> void drop(std::unique_lock<M> &Guard) { Guard.unlock(); }
template <class M> void retake(std::unique_lock<M> &Guard) { Guard.lock(); }
template <class M> void drop_if_owned(std::unique_lock<M> &Guard) {
  if (Guard.owns_lock())
    Guard.unlock();
}
template <class M> void end(std::optional<std::unique_lock<M>> &Guard) {
  Guard.reset();
}
template <class M> void look_at(const std::unique_lock<M> &) {}
template <class M> void by_value(std::unique_lock<M>) {}
template <class M>
Suspend paused_after(std::unique_lock<M> Guard, int Line = __builtin_LINE()) {
  std::unique_lock Mine = std::move(Guard);
  return pause(Line);
}
template <class M> void by_rvalue(std::unique_lock<M> &&Guard) {
  std::unique_lock Mine = std::move(Guard);
}
template <class M> void by_rvalue_unused(std::unique_lock<M> &&) {}

} // namespace oracle

#endif // COROLINT_TOOLS_ORACLE_PRELUDE_H
