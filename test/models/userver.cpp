// RUN: %check_tidy %s coro-lock-across-suspension

// A mutex of userver belongs to the task with a stack that locked it, which is
// not the one that resumes a C++20 coroutine.

#include "task.h"
#include <mutex>
#include <shared_mutex>

namespace userver {
namespace engine {
class Mutex final {
public:
  Mutex();
  ~Mutex();
  void lock();
  void unlock();
  [[nodiscard]] bool try_lock() noexcept;
};
class Semaphore final {
public:
  explicit Semaphore(unsigned long);
  ~Semaphore();
  void lock_shared();
  void unlock_shared();
  [[nodiscard]] bool try_lock_shared();
};
enum class CvStatus { kNoTimeout, kTimeout, kCancelled };
class ConditionVariable final {
public:
  [[nodiscard]] CvStatus Wait(std::unique_lock<Mutex> &);
};
} // namespace engine
namespace concurrent {
template <typename Lock, typename Data> class LockedPtr final {
public:
  LockedPtr(typename Lock::mutex_type &, Data &);
  ~LockedPtr();
  Data *operator->() &;
  Data &operator*() &;
};
template <typename Data, typename Mutex = engine::Mutex> class Variable final {
public:
  LockedPtr<std::unique_lock<Mutex>, Data> Lock();
};
} // namespace concurrent
} // namespace userver

userver::engine::Mutex mutex;
userver::engine::Semaphore semaphore(4);
int data;

task<> a_mutex() {
  std::lock_guard guard(mutex);
  co_await work();
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: coroutine may suspend while 'guard' holds 'mutex' [coro-lock-across-suspension]
  // CHECK-NOTES: :[[@LINE-3]]:19: note: locked here
}

task<> a_mutex_in_a_scope(userver::engine::ConditionVariable &changed) {
  {
    std::unique_lock lock(mutex);
    (void)changed.Wait(lock);
  }
  co_await work();
}

task<> waited(userver::engine::ConditionVariable &changed) {
  std::unique_lock lock(mutex);
  (void)changed.Wait(lock);
  co_await work();
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: coroutine may suspend while 'lock' holds 'mutex' [coro-lock-across-suspension]
  // CHECK-NOTES: :[[@LINE-4]]:20: note: locked here
}

task<> a_locked_variable() {
  userver::concurrent::LockedPtr<std::unique_lock<userver::engine::Mutex>, int>
      locked(mutex, data);
  ++*locked;
  co_await work();
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: coroutine may suspend while 'locked' holds 'mutex' [coro-lock-across-suspension]
  // CHECK-NOTES: :[[@LINE-4]]:7: note: locked here
}

// Any task may give the units back.
task<> a_semaphore() {
  std::shared_lock lock(semaphore);
  co_await work();
}
