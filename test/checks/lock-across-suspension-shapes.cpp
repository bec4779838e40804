// RUN: %check_tidy %s coro-lock-across-suspension
// RUN: %check_tidy_real %s coro-lock-across-suspension

// Libraries that no model knows: mutexes and guards are recognised by what they do,
// or by Clang's thread safety attributes.

#include "task.h"
#include <atomic>
#include <memory>
#include <mutex>
#include <utility>

int counter;

namespace own {

class SpinLock {
public:
  void lock() {
    while (flag_.test_and_set(std::memory_order_acquire))
      ;
  }
  bool try_lock() { return !flag_.test_and_set(std::memory_order_acquire); }
  void unlock() { flag_.clear(std::memory_order_release); }

private:
  std::atomic_flag flag_;
};

// Locks and unlocks, but we do not see how.
class Mutex {
public:
  void lock();
  bool try_lock();
  void unlock();
};

// Locking it does nothing.
struct NullMutex {
  void lock() {}
  bool try_lock() { return true; }
  void unlock() {}
};

class Guard {
public:
  explicit Guard(SpinLock &m) : m_(m) { m_.lock(); }
  Guard(const Guard &) = delete;
  ~Guard() { m_.unlock(); }

private:
  SpinLock &m_;
};

class PointerGuard {
public:
  explicit PointerGuard(Mutex *m) : m_(m) {
    if (m_)
      m_->lock();
  }
  PointerGuard(PointerGuard &&o) : m_(std::exchange(o.m_, nullptr)) {}
  ~PointerGuard() { unlock(); }
  void unlock() {
    if (m_)
      m_->unlock();
    m_ = nullptr;
  }

private:
  Mutex *m_;
};

template <class M> class GuardOf {
public:
  explicit GuardOf(M &m) : m_(m) { m_.lock(); }
  ~GuardOf() { m_.unlock(); }

private:
  M &m_;
};

// Unlocks for a while: the reverse of a guard.
class Unlocked {
public:
  explicit Unlocked(std::unique_lock<std::mutex> &l) : l_(l) { l_.unlock(); }
  ~Unlocked() { l_.lock(); }

private:
  std::unique_lock<std::mutex> &l_;
};

// Takes a mutex and does nothing with it.
class Observer {
public:
  explicit Observer(std::mutex &m) : m_(m) {}
  ~Observer() { ++counter; }

private:
  std::mutex &m_;
};

// What it does is not to be seen.
class Mystery {
public:
  explicit Mystery(Mutex &m);
  ~Mystery();
};

} // namespace own

own::SpinLock spin;
own::Mutex mutex;
own::NullMutex null;
std::mutex mu;

// id: lock/shape-mutex
task<> a_mutex_by_shape() {
  std::lock_guard guard(spin);
  co_await work();
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: coroutine may suspend while 'guard' holds 'spin' [coro-lock-across-suspension]
  // CHECK-NOTES: :[[@LINE-3]]:19: note: locked here
}

// id: lock/shape-mutex-released
task<> a_mutex_by_shape_released() {
  {
    std::lock_guard guard(spin);
    ++counter;
  }
  co_await work();
}

// id: lock/shape-mutex-declared
task<> a_mutex_that_is_only_declared() {
  std::unique_lock lock(mutex);
  co_await work();
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: coroutine may suspend while 'lock' holds 'mutex' [coro-lock-across-suspension]
  // CHECK-NOTES: :[[@LINE-3]]:20: note: locked here
}

// id: lock/shape-mutex-declared-unlocked
task<> a_mutex_that_is_only_declared_unlocked() {
  std::unique_lock lock(mutex);
  lock.unlock();
  co_await work();
}

// id: lock/shape-mutex-raw
task<> a_mutex_by_shape_by_hand() {
  spin.lock();
  co_await work();
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: coroutine may suspend while 'spin' is locked [coro-lock-across-suspension]
  // CHECK-NOTES: :[[@LINE-3]]:8: note: locked here
  spin.unlock();
}

// id: lock/shape-mutex-raw-unlocked
task<> a_mutex_by_shape_unlocked() {
  spin.lock();
  spin.unlock();
  co_await work();
}

// id: lock/shape-mutex-try_lock
task<> a_mutex_by_shape_tried() {
  while (!spin.try_lock())
    co_await reschedule();
  spin.unlock();
}

// id: lock/shape-null-mutex
task<> a_mutex_that_does_nothing() {
  std::lock_guard guard(null);
  co_await work();
}

// id: lock/shape-null-mutex-raw
task<> a_mutex_that_does_nothing_by_hand() {
  null.lock();
  co_await work();
  null.unlock();
}

// id: lock/shape-guard
task<> a_guard_by_shape() {
  own::Guard guard(spin);
  co_await work();
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: coroutine may suspend while 'guard' holds 'spin' [coro-lock-across-suspension]
  // CHECK-NOTES: :[[@LINE-3]]:14: note: locked here
}

// id: lock/shape-guard-released
task<> a_guard_by_shape_released() {
  {
    own::Guard guard(spin);
    ++counter;
  }
  co_await work();
}

// id: lock/shape-guard-of-a-pointer
task<> a_guard_of_a_pointer() {
  own::PointerGuard guard(&mutex);
  co_await work();
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: coroutine may suspend while 'guard' holds 'mutex' [coro-lock-across-suspension]
  // CHECK-NOTES: :[[@LINE-3]]:21: note: locked here
}

// id: lock/shape-guard-unlocked
task<> a_guard_of_a_pointer_unlocked() {
  own::PointerGuard guard(&mutex);
  guard.unlock();
  co_await work();
}

// id: lock/shape-guard-moved
task<> a_guard_of_a_pointer_moved() {
  own::PointerGuard guard(&mutex);
  {
    own::PointerGuard inner = std::move(guard);
    ++counter;
  }
  co_await work();
}

// id: lock/shape-guard-template
task<> a_guard_template() {
  own::GuardOf guard(mutex);
  co_await work();
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: coroutine may suspend while 'guard' holds 'mutex' [coro-lock-across-suspension]
  // CHECK-NOTES: :[[@LINE-3]]:16: note: locked here
}

// id: lock/shape-guard-template-null
task<> a_guard_template_of_nothing() {
  own::GuardOf guard(null);
  co_await work();
}

// id: lock/shape-reverse-guard
task<> unlocked_for_a_while() {
  std::unique_lock lock(mu);
  {
    own::Unlocked unlocked(lock);
    co_await work();
  }
  ++counter;
}

// id: lock/shape-observer
task<> a_class_that_only_knows_a_mutex() {
  own::Observer observer(mu);
  co_await work();
}

// id: lock/shape-mystery
task<> a_class_that_nobody_can_see_into() {
  own::Mystery mystery(mutex);
  co_await work();
}

// A deleter that unlocks.

struct Unlock {
  void operator()(std::mutex *m) const { m->unlock(); }
};

// id: lock/shape-deleter-reset
task<> unlocked_by_a_deleter() {
  mu.lock();
  std::unique_ptr<std::mutex, Unlock> hold(&mu);
  ++counter;
  hold.reset();
  co_await work();
}

// id: lock/shape-deleter-scope-ended
task<> unlocked_by_a_deleter_at_the_end_of_a_scope() {
  {
    mu.lock();
    std::unique_ptr<std::mutex, Unlock> hold(&mu);
    ++counter;
  }
  co_await work();
}

// A class that only unlocks.

struct Unlocker {
  std::mutex &m;
  ~Unlocker() { m.unlock(); }
};

// id: lock/shape-unlocker
task<> unlocked_by_an_aggregate_too_late() {
  mu.lock();
  Unlocker unlocker{mu};
  co_await work();
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: coroutine may suspend while 'unlocker' holds 'mu' [coro-lock-across-suspension]
  // CHECK-NOTES: :[[@LINE-4]]:6: note: locked here
}

// id: lock/shape-unlocker-scope-ended
task<> unlocked_by_an_aggregate() {
  {
    mu.lock();
    Unlocker unlocker{mu};
    ++counter;
  }
  co_await work();
}

// Clang's attributes.

namespace tsa {

class __attribute__((capability("mutex"))) Mutex {
public:
  void Acquire() __attribute__((acquire_capability()));
  void Release() __attribute__((release_capability()));
  bool TryAcquire() __attribute__((try_acquire_capability(true)));
  void AcquireShared() __attribute__((acquire_shared_capability()));
  void ReleaseShared() __attribute__((release_shared_capability()));
};

class __attribute__((scoped_lockable)) Scope {
public:
  explicit Scope(Mutex &m) __attribute__((acquire_capability(m)));
  Scope(const Scope &) = delete;
  ~Scope() __attribute__((release_capability()));
  void Unlock() __attribute__((release_capability()));
  void Relock() __attribute__((acquire_capability()));
};

Mutex mutex;
void Enter() __attribute__((acquire_capability(mutex)));
void Leave() __attribute__((release_capability(mutex)));
void Update() __attribute__((requires_capability(mutex)));

// id: lock/attribute-scoped
task<> scoped() {
  Scope scope(mutex);
  co_await work();
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: coroutine may suspend while 'scope' holds 'mutex' [coro-lock-across-suspension]
  // CHECK-NOTES: :[[@LINE-3]]:9: note: locked here
}

// id: lock/attribute-scoped-ended
task<> scoped_ended() {
  {
    Scope scope(mutex);
    Update();
  }
  co_await work();
}

// id: lock/attribute-scoped-unlocked
task<> scoped_unlocked() {
  Scope scope(mutex);
  Update();
  scope.Unlock();
  co_await work();
}

// id: lock/attribute-scoped-relocked
task<> scoped_relocked() {
  Scope scope(mutex);
  scope.Unlock();
  co_await work();
  scope.Relock();
  co_await work();
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: coroutine may suspend while 'scope' holds 'mutex' [coro-lock-across-suspension]
  // CHECK-NOTES: :[[@LINE-3]]:9: note: locked here
}

// id: lock/attribute-raw
task<> raw() {
  mutex.Acquire();
  co_await work();
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: coroutine may suspend while 'mutex' is locked [coro-lock-across-suspension]
  // CHECK-NOTES: :[[@LINE-3]]:9: note: locked here
  mutex.Release();
}

// id: lock/attribute-raw-released
task<> raw_released() {
  mutex.Acquire();
  Update();
  mutex.Release();
  co_await work();
}

// id: lock/attribute-raw-try
task<> raw_tried() {
  if (mutex.TryAcquire()) {
    co_await work();
    // CHECK-NOTES: :[[@LINE-1]]:5: warning: coroutine may suspend while 'mutex' is locked [coro-lock-across-suspension]
    // CHECK-NOTES: :[[@LINE-3]]:13: note: locked here
    mutex.Release();
  }
}

// id: lock/attribute-raw-try-failed
task<> raw_tried_and_failed() {
  while (!mutex.TryAcquire())
    co_await reschedule();
  mutex.Release();
}

// id: lock/attribute-raw-shared
task<> raw_shared() {
  mutex.AcquireShared();
  co_await work();
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: coroutine may suspend while 'mutex' is locked [coro-lock-across-suspension]
  // CHECK-NOTES: :[[@LINE-3]]:9: note: locked here
  mutex.ReleaseShared();
}

// id: lock/attribute-raw-shared-released
task<> raw_shared_released() {
  mutex.AcquireShared();
  mutex.ReleaseShared();
  co_await work();
}

// id: lock/attribute-function
task<> function() {
  Enter();
  co_await work();
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: coroutine may suspend while 'mutex' is locked [coro-lock-across-suspension]
  // CHECK-NOTES: :[[@LINE-3]]:3: note: locked here
  Leave();
}

// id: lock/attribute-function-released
task<> function_released() {
  Enter();
  Update();
  Leave();
  co_await work();
}

} // namespace tsa

// Known misses. When one starts to be found, move it up.

// id: lock/shape-reverse-guard-ended
task<> locked_again() {
  std::unique_lock lock(mu);
  {
    own::Unlocked unlocked(lock);
    co_await work();
  }
  co_await work();
}

// What a lock answers that no model knows may be whether it is locked.

namespace own {

struct Latch {
  bool locked = false;
  int waiters = 0;
  void lock();
  void unlock();
  bool isHeld() const { return locked; }
};

struct Store {
  Latch latch;
  bool verbose = false;
};

} // namespace own

// id: lock/shape-asks-its-flag
task<> unlocks_if_the_flag_is_set(own::Latch &latch, bool b) {
  if (b)
    latch.lock();
  ++counter;
  if (latch.locked)
    latch.unlock();
  co_await work();
}

// id: lock/shape-asks-its-function
task<> unlocks_if_it_says_so(own::Store &store, bool b) {
  if (b)
    store.latch.lock();
  ++counter;
  if (counter > 3 && store.latch.isHeld())
    store.latch.unlock();
  else if (store.latch.isHeld())
    store.latch.unlock();
  co_await work();
}

// id: lock/shape-asks-something-else
task<> asks_what_the_lock_is_in(own::Store &store) {
  store.latch.lock();
  if (store.verbose)
    ++counter;
  co_await work();
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: coroutine may suspend while 'store.latch' is locked [coro-lock-across-suspension]
  // CHECK-NOTES: :[[@LINE-5]]:15: note: locked here
  store.latch.unlock();
}
