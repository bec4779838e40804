// RUN: %check_tidy %s coro-lock-across-suspension

// The declarations have neither bodies nor thread safety attributes here: the
// model alone knows.

#include "task.h"

namespace absl {
inline namespace lts_20240722 {
class Condition {
public:
  explicit Condition(const bool *);
};
class Duration {};
class Mutex {
public:
  Mutex();
  ~Mutex();
  void lock();
  void unlock();
  [[nodiscard]] bool try_lock();
  void lock_shared();
  void unlock_shared();
  [[nodiscard]] bool try_lock_shared();
  void Lock();
  void Unlock();
  bool TryLock();
  void ReaderLock();
  void ReaderUnlock();
  bool ReaderTryLock();
  void WriterLock();
  void WriterUnlock();
  void Await(const Condition &);
  void LockWhen(const Condition &);
  bool LockWhenWithTimeout(const Condition &, Duration);
  void AssertHeld() const;

private:
  long mu_;
};
class MutexLock {
public:
  explicit MutexLock(Mutex *);
  MutexLock(Mutex *, const Condition &);
  explicit MutexLock(Mutex &);
  ~MutexLock();
};
class ReaderMutexLock {
public:
  explicit ReaderMutexLock(Mutex *);
  ~ReaderMutexLock();
};
class WriterMutexLock {
public:
  explicit WriterMutexLock(Mutex *);
  ~WriterMutexLock();
};
class MutexLockMaybe {
public:
  explicit MutexLockMaybe(Mutex *);
  ~MutexLockMaybe();
};
class ReleasableMutexLock {
public:
  explicit ReleasableMutexLock(Mutex *);
  ~ReleasableMutexLock();
  void Release();
};
class CondVar {
public:
  void Wait(Mutex *);
  bool WaitWithTimeout(Mutex *, Duration);
  void Signal();
};
namespace base_internal {
class SpinLock {
public:
  void Lock();
  bool TryLock();
  void Unlock();
};
class SpinLockHolder {
public:
  explicit SpinLockHolder(SpinLock *);
  ~SpinLockHolder();
};
} // namespace base_internal
} // namespace lts_20240722
} // namespace absl

absl::Mutex mutex;
absl::base_internal::SpinLock spin;
bool ready_flag;

task<> every_guard() {
  {
    absl::MutexLock lock(&mutex);
    co_await work();
    // CHECK-NOTES: :[[@LINE-1]]:5: warning: coroutine may suspend while 'lock' holds 'mutex' [coro-lock-across-suspension]
    // CHECK-NOTES: :[[@LINE-3]]:21: note: locked here
  }
  {
    absl::MutexLock lock(mutex);
    co_await work();
    // CHECK-NOTES: :[[@LINE-1]]:5: warning: coroutine may suspend while 'lock' holds 'mutex' [coro-lock-across-suspension]
    // CHECK-NOTES: :[[@LINE-3]]:21: note: locked here
  }
  {
    absl::MutexLock lock(&mutex, absl::Condition(&ready_flag));
    co_await work();
    // CHECK-NOTES: :[[@LINE-1]]:5: warning: coroutine may suspend while 'lock' holds 'mutex' [coro-lock-across-suspension]
    // CHECK-NOTES: :[[@LINE-3]]:21: note: locked here
  }
  {
    absl::ReaderMutexLock lock(&mutex);
    co_await work();
    // CHECK-NOTES: :[[@LINE-1]]:5: warning: coroutine may suspend while 'lock' holds 'mutex' [coro-lock-across-suspension]
    // CHECK-NOTES: :[[@LINE-3]]:27: note: locked here
  }
  {
    absl::WriterMutexLock lock(&mutex);
    co_await work();
    // CHECK-NOTES: :[[@LINE-1]]:5: warning: coroutine may suspend while 'lock' holds 'mutex' [coro-lock-across-suspension]
    // CHECK-NOTES: :[[@LINE-3]]:27: note: locked here
  }
  {
    absl::MutexLockMaybe lock(&mutex);
    co_await work();
    // CHECK-NOTES: :[[@LINE-1]]:5: warning: coroutine may suspend while 'lock' holds 'mutex' [coro-lock-across-suspension]
    // CHECK-NOTES: :[[@LINE-3]]:26: note: locked here
  }
  {
    absl::ReleasableMutexLock lock(&mutex);
    co_await work();
    // CHECK-NOTES: :[[@LINE-1]]:5: warning: coroutine may suspend while 'lock' holds 'mutex' [coro-lock-across-suspension]
    // CHECK-NOTES: :[[@LINE-3]]:31: note: locked here
  }
  {
    absl::base_internal::SpinLockHolder lock(&spin);
    co_await work();
    // CHECK-NOTES: :[[@LINE-1]]:5: warning: coroutine may suspend while 'lock' holds 'spin' [coro-lock-across-suspension]
    // CHECK-NOTES: :[[@LINE-3]]:41: note: locked here
  }
  co_await work();
}

// Unlike std::unique_lock::release(), it unlocks.
task<> released() {
  absl::ReleasableMutexLock lock(&mutex);
  lock.Release();
  co_await work();
}

task<> every_name_of_lock() {
  mutex.Lock();
  co_await work();
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: coroutine may suspend while 'mutex' is locked [coro-lock-across-suspension]
  // CHECK-NOTES: :[[@LINE-3]]:9: note: locked here
  mutex.Unlock();
  mutex.lock();
  co_await work();
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: coroutine may suspend while 'mutex' is locked [coro-lock-across-suspension]
  // CHECK-NOTES: :[[@LINE-3]]:9: note: locked here
  mutex.unlock();
  mutex.ReaderLock();
  co_await work();
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: coroutine may suspend while 'mutex' is locked [coro-lock-across-suspension]
  // CHECK-NOTES: :[[@LINE-3]]:9: note: locked here
  mutex.ReaderUnlock();
  mutex.WriterLock();
  co_await work();
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: coroutine may suspend while 'mutex' is locked [coro-lock-across-suspension]
  // CHECK-NOTES: :[[@LINE-3]]:9: note: locked here
  mutex.WriterUnlock();
  mutex.lock_shared();
  co_await work();
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: coroutine may suspend while 'mutex' is locked [coro-lock-across-suspension]
  // CHECK-NOTES: :[[@LINE-3]]:9: note: locked here
  mutex.unlock_shared();
  mutex.LockWhen(absl::Condition(&ready_flag));
  co_await work();
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: coroutine may suspend while 'mutex' is locked [coro-lock-across-suspension]
  // CHECK-NOTES: :[[@LINE-3]]:9: note: locked here
  mutex.Unlock();
  spin.Lock();
  co_await work();
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: coroutine may suspend while 'spin' is locked [coro-lock-across-suspension]
  // CHECK-NOTES: :[[@LINE-3]]:8: note: locked here
  spin.Unlock();
  co_await work();
}

task<> tried() {
  if (mutex.TryLock()) {
    co_await work();
    // CHECK-NOTES: :[[@LINE-1]]:5: warning: coroutine may suspend while 'mutex' is locked [coro-lock-across-suspension]
    // CHECK-NOTES: :[[@LINE-3]]:13: note: locked here
    mutex.Unlock();
  }
  if (!mutex.ReaderTryLock())
    co_await work();
  else
    mutex.ReaderUnlock();
  // The result says whether the condition holds; it is locked in any case.
  if (!mutex.LockWhenWithTimeout(absl::Condition(&ready_flag), {}))
    co_await work();
    // CHECK-NOTES: :[[@LINE-1]]:5: warning: coroutine may suspend while 'mutex' is locked [coro-lock-across-suspension]
    // CHECK-NOTES: :[[@LINE-3]]:14: note: locked here
  mutex.Unlock();
}

task<> waited(absl::CondVar &changed) {
  mutex.Lock();
  changed.Wait(&mutex);
  mutex.Await(absl::Condition(&ready_flag));
  mutex.AssertHeld();
  co_await work();
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: coroutine may suspend while 'mutex' is locked [coro-lock-across-suspension]
  // CHECK-NOTES: :[[@LINE-6]]:9: note: locked here
  mutex.Unlock();
  co_await work();
}
