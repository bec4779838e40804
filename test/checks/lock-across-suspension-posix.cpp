// RUN: %check_tidy %s coro-lock-across-suspension
// RUN: %check_tidy_real %s coro-lock-across-suspension

// The locks of POSIX threads.

#include "task.h"
#include <pthread.h>

pthread_mutex_t mu = PTHREAD_MUTEX_INITIALIZER;
pthread_rwlock_t rw = PTHREAD_RWLOCK_INITIALIZER;
pthread_spinlock_t spin;
pthread_cond_t cond;
int counter;

// id: lock/pthread-mutex
task<> mutex() {
  pthread_mutex_lock(&mu);
  co_await work();
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: coroutine may suspend while 'mu' is locked [coro-lock-across-suspension]
  // CHECK-NOTES: :[[@LINE-3]]:3: note: locked here
  pthread_mutex_unlock(&mu);
}

// id: lock/pthread-mutex-unlocked
task<> mutex_unlocked() {
  pthread_mutex_lock(&mu);
  ++counter;
  pthread_mutex_unlock(&mu);
  co_await work();
}

// id: lock/pthread-mutex-trylock
task<> mutex_trylock() {
  if (pthread_mutex_trylock(&mu) == 0) {
    co_await work();
    // CHECK-NOTES: :[[@LINE-1]]:5: warning: coroutine may suspend while 'mu' is locked [coro-lock-across-suspension]
    // CHECK-NOTES: :[[@LINE-3]]:7: note: locked here
    pthread_mutex_unlock(&mu);
  }
}

// id: lock/pthread-mutex-trylock-failed
task<> mutex_trylock_failed() {
  while (pthread_mutex_trylock(&mu) != 0)
    co_await reschedule();
  pthread_mutex_unlock(&mu);
}

// id: lock/pthread-mutex-trylock-negated
task<> mutex_trylock_negated() {
  if (!pthread_mutex_trylock(&mu)) {
    co_await work();
    // CHECK-NOTES: :[[@LINE-1]]:5: warning: coroutine may suspend while 'mu' is locked [coro-lock-across-suspension]
    // CHECK-NOTES: :[[@LINE-3]]:8: note: locked here
    pthread_mutex_unlock(&mu);
  }
}

// id: lock/pthread-mutex-trylock-busy
task<> mutex_trylock_busy() {
  if (pthread_mutex_trylock(&mu)) {
    co_await work();
    co_return;
  }
  pthread_mutex_unlock(&mu);
}

// id: lock/pthread-mutex-trylock-variable
task<> mutex_trylock_in_a_variable() {
  const int failed = pthread_mutex_trylock(&mu);
  if (failed)
    co_await work();
  else
    pthread_mutex_unlock(&mu);
}

// id: lock/pthread-mutex-checked
task<> mutex_checked() {
  if (pthread_mutex_lock(&mu) != 0) {
    co_return;
  }
  co_await work();
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: coroutine may suspend while 'mu' is locked [coro-lock-across-suspension]
  // CHECK-NOTES: :[[@LINE-5]]:7: note: locked here
  pthread_mutex_unlock(&mu);
}

// id: lock/pthread-cond
task<> condition() {
  pthread_mutex_lock(&mu);
  pthread_cond_wait(&cond, &mu);
  co_await work();
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: coroutine may suspend while 'mu' is locked [coro-lock-across-suspension]
  // CHECK-NOTES: :[[@LINE-4]]:3: note: locked here
  pthread_mutex_unlock(&mu);
}

// id: lock/pthread-cond-unlocked
task<> condition_unlocked() {
  pthread_mutex_lock(&mu);
  pthread_cond_wait(&cond, &mu);
  pthread_mutex_unlock(&mu);
  co_await work();
}

// id: lock/pthread-rwlock-reader
task<> reader() {
  pthread_rwlock_rdlock(&rw);
  co_await work();
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: coroutine may suspend while 'rw' is locked [coro-lock-across-suspension]
  // CHECK-NOTES: :[[@LINE-3]]:3: note: locked here
  pthread_rwlock_unlock(&rw);
}

// id: lock/pthread-rwlock-writer
task<> writer() {
  pthread_rwlock_wrlock(&rw);
  co_await work();
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: coroutine may suspend while 'rw' is locked [coro-lock-across-suspension]
  // CHECK-NOTES: :[[@LINE-3]]:3: note: locked here
  pthread_rwlock_unlock(&rw);
}

// id: lock/pthread-rwlock-unlocked
task<> rwlock_unlocked() {
  pthread_rwlock_rdlock(&rw);
  pthread_rwlock_unlock(&rw);
  co_await work();
  pthread_rwlock_wrlock(&rw);
  pthread_rwlock_unlock(&rw);
}

// id: lock/pthread-rwlock-tryrdlock
task<> reader_tries() {
  if (pthread_rwlock_tryrdlock(&rw) != 0)
    co_return;
  co_await work();
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: coroutine may suspend while 'rw' is locked [coro-lock-across-suspension]
  // CHECK-NOTES: :[[@LINE-4]]:7: note: locked here
  pthread_rwlock_unlock(&rw);
}

// id: lock/pthread-spin
task<> spinlock() {
  pthread_spin_lock(&spin);
  co_await work();
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: coroutine may suspend while 'spin' is locked [coro-lock-across-suspension]
  // CHECK-NOTES: :[[@LINE-3]]:3: note: locked here
  pthread_spin_unlock(&spin);
}

// id: lock/pthread-spin-unlocked
task<> spinlock_unlocked() {
  pthread_spin_lock(&spin);
  pthread_spin_unlock(&spin);
  co_await work();
}

struct Device {
  pthread_mutex_t lock;
  int uses;
};

// id: lock/pthread-member
task<> member(Device &device) {
  pthread_mutex_lock(&device.lock);
  co_await work();
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: coroutine may suspend while 'device.lock' is locked [coro-lock-across-suspension]
  // CHECK-NOTES: :[[@LINE-3]]:3: note: locked here
  pthread_mutex_unlock(&device.lock);
}

// id: lock/pthread-member-unlocked
task<> member_unlocked(Device *device) {
  pthread_mutex_lock(&device->lock);
  ++device->uses;
  pthread_mutex_unlock(&device->lock);
  co_await work();
}

// A guard by shape around it.
class PthreadGuard {
public:
  explicit PthreadGuard(pthread_mutex_t &m) : m_(m) { pthread_mutex_lock(&m_); }
  ~PthreadGuard() { pthread_mutex_unlock(&m_); }

private:
  pthread_mutex_t &m_;
};

// id: lock/pthread-guard
task<> guard() {
  PthreadGuard guard(mu);
  co_await work();
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: coroutine may suspend while 'guard' holds 'mu' [coro-lock-across-suspension]
  // CHECK-NOTES: :[[@LINE-3]]:16: note: locked here
}

// id: lock/pthread-guard-scope-ended
task<> guard_scope_ended() {
  {
    PthreadGuard guard(mu);
    ++counter;
  }
  co_await work();
}

// id: lock/pthread-pointer-unlocked
task<> by_pointer(pthread_mutex_t *m) {
  pthread_mutex_lock(m);
  pthread_mutex_unlock(m);
  co_await work();
}
