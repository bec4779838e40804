// RUN: %check_tidy %s coro-lock-across-suspension

#include "task.h"
#include <chrono>
#include <library_task.h>
#include <mutex>
#include <shared_mutex>

namespace folly {
struct SharedMutexToken {};
template <bool ReaderPriority, typename Tag = void> class SharedMutexImpl {
public:
  SharedMutexImpl() noexcept;
  ~SharedMutexImpl();
  SharedMutexImpl(const SharedMutexImpl &) = delete;
  void lock();
  bool try_lock();
  void unlock();
  void lock_shared();
  void lock_shared(SharedMutexToken &);
  bool try_lock_shared();
  void unlock_shared();
  void unlock_shared(SharedMutexToken &);
  void lock_upgrade();
  void unlock_upgrade();
  void unlock_upgrade_and_lock();
  void unlock_and_lock_shared();

  class ReadHolder {
  public:
    explicit ReadHolder(const SharedMutexImpl *);
    explicit ReadHolder(const SharedMutexImpl &);
    ReadHolder(ReadHolder &&) noexcept;
    ~ReadHolder();
    void unlock();
  };
  class UpgradeHolder {
  public:
    explicit UpgradeHolder(SharedMutexImpl &);
    UpgradeHolder(UpgradeHolder &&) noexcept;
    ~UpgradeHolder();
    void unlock();
  };
  class WriteHolder {
  public:
    explicit WriteHolder(SharedMutexImpl *);
    explicit WriteHolder(SharedMutexImpl &);
    WriteHolder(WriteHolder &&) noexcept;
    ~WriteHolder();
    void unlock();
  };
};
using SharedMutex = SharedMutexImpl<false>;

struct MicroSpinLock {
  unsigned char lock_;
  bool try_lock() noexcept;
  void lock() noexcept;
  void unlock() noexcept;
};
class MicroLockCore {
public:
  void unlock() noexcept;
};
template <unsigned MaxSpins = 1000, unsigned MaxYields = 0>
class MicroLockBase : public MicroLockCore {
public:
  void lock() noexcept;
  bool try_lock() noexcept;

  struct LockGuardWithData {
    explicit LockGuardWithData(MicroLockBase &);
    ~LockGuardWithData() noexcept;
    unsigned char loadedValue() const noexcept;
    void storeValue(unsigned char) noexcept;
  };
};
using MicroLock = MicroLockBase<>;
class RWSpinLock {
public:
  void lock();
  void unlock();
  void lock_shared();
  void unlock_shared();

  class ReadHolder {
  public:
    explicit ReadHolder(RWSpinLock *);
    ReadHolder(ReadHolder &&) noexcept;
    ~ReadHolder();
  };
  class WriteHolder {
  public:
    explicit WriteHolder(RWSpinLock *);
    WriteHolder(WriteHolder &&) noexcept;
    ~WriteHolder();
  };
};
class SpinLock {
public:
  void lock() const noexcept;
  void unlock() const noexcept;
  bool try_lock() const noexcept;
};

namespace detail {
namespace distributed_mutex {
template <template <class> class Atomic, bool TimePublishing = true>
class DistributedMutex {
public:
  class DistributedMutexStateProxy {
  public:
    explicit operator bool() const;
  };
  DistributedMutexStateProxy lock();
  void unlock(DistributedMutexStateProxy const &);
  DistributedMutexStateProxy try_lock();
};
template <class> struct Atom;
} // namespace distributed_mutex

template <class Mutex, class Policy> class lock_base {
public:
  explicit lock_base(Mutex &);
  lock_base(Mutex &, std::defer_lock_t) noexcept;
  ~lock_base();
  void lock();
  bool try_lock();
  void unlock();
  Mutex *release() noexcept;
};
struct lock_policy_upgrade;
template <class Mutex>
using lock_base_upgrade = lock_base<Mutex, lock_policy_upgrade>;
} // namespace detail
namespace dm = detail::distributed_mutex;
using DistributedMutex = dm::DistributedMutex<dm::Atom>;

template <class Mutex>
class upgrade_lock_base : public detail::lock_base_upgrade<Mutex> {
public:
  using detail::lock_base_upgrade<Mutex>::lock_base_upgrade;
};
template <class Mutex> class upgrade_lock : public upgrade_lock_base<Mutex> {
public:
  using upgrade_lock_base<Mutex>::upgrade_lock_base;
};

template <class Mutex> class shared_lock_guard {
public:
  explicit shared_lock_guard(Mutex &);
  shared_lock_guard(shared_lock_guard const &) = delete;
  ~shared_lock_guard();
};

template <class Synchronized, class Policy> class ScopedUnlocker {
public:
  ~ScopedUnlocker() noexcept(false);
};
template <class Synchronized, class Policy> class LockedPtr {
public:
  explicit LockedPtr(Synchronized *);
  LockedPtr(LockedPtr &&) noexcept;
  LockedPtr &operator=(LockedPtr &&) noexcept;
  ~LockedPtr();
  void unlock() noexcept;
  ScopedUnlocker<Synchronized, Policy> scopedUnlock();
  typename Synchronized::DataType *operator->() const;
};
struct ExclusivePolicy;
template <class T, class Mutex = SharedMutex> struct Synchronized {
  using DataType = T;
  using LockedPtr = folly::LockedPtr<Synchronized, ExclusivePolicy>;
  LockedPtr wlock();

private:
  T datum_;
  mutable Mutex mutex_;
};

namespace coro {
template <class T = void> class [[nodiscard]] Task {
public:
  using promise_type = library_promise<Task, T>;
  library_awaiter<T> operator co_await() &&;
};
class Mutex {
public:
  Mutex() noexcept;
  ~Mutex();
  bool try_lock() noexcept;
  void unlock() noexcept;
  library_awaiter<void> co_lock() noexcept;
  library_awaiter<std::unique_lock<Mutex>> co_scoped_lock() noexcept;
};
template <class Mutex> class SharedLock {
public:
  SharedLock(Mutex &, std::adopt_lock_t) noexcept;
  SharedLock(SharedLock &&) noexcept;
  ~SharedLock();
};
class SharedMutexFair {
public:
  bool try_lock() noexcept;
  bool try_lock_shared() noexcept;
  library_awaiter<SharedLock<SharedMutexFair>> co_scoped_lock_shared() noexcept;
  void unlock() noexcept;
  void unlock_shared() noexcept;
};
} // namespace coro
namespace fibers {
class TimedMutex {
public:
  void lock();
  bool try_lock();
  void unlock();
  coro::Task<std::unique_lock<TimedMutex>> co_scoped_lock();
};
} // namespace fibers
} // namespace folly

folly::SharedMutex shared;
folly::MicroSpinLock spin;
folly::MicroLock micro;
folly::RWSpinLock rw;
folly::SpinLock plain;
folly::DistributedMutex distributed;
struct Row { int count; };
folly::Synchronized<Row> row;
folly::coro::Mutex async;
folly::coro::SharedMutexFair async_shared;
folly::fibers::TimedMutex fiber;

task<> every_thread_lock() {
  shared.lock();
  co_await work();
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: coroutine may suspend while 'shared' is locked [coro-lock-across-suspension]
  // CHECK-NOTES: :[[@LINE-3]]:10: note: locked here
  // CHECK-NOTES: :[[@LINE-4]]:10: note: unlock before suspending, or use 'folly::coro::SharedMutex'
  shared.unlock();
  spin.lock();
  co_await work();
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: coroutine may suspend while 'spin' is locked [coro-lock-across-suspension]
  // CHECK-NOTES: :[[@LINE-3]]:8: note: locked here
  spin.unlock();
  micro.lock();
  co_await work();
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: coroutine may suspend while 'micro' is locked [coro-lock-across-suspension]
  // CHECK-NOTES: :[[@LINE-3]]:9: note: locked here
  micro.unlock();
  rw.lock_shared();
  co_await work();
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: coroutine may suspend while 'rw' is locked [coro-lock-across-suspension]
  // CHECK-NOTES: :[[@LINE-3]]:6: note: locked here
  // CHECK-NOTES: :[[@LINE-4]]:6: note: unlock before suspending, or use 'folly::coro::SharedMutex'
  rw.unlock_shared();
  auto state = distributed.lock();
  co_await work();
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: coroutine may suspend while 'distributed' is locked [coro-lock-across-suspension]
  // CHECK-NOTES: :[[@LINE-3]]:28: note: locked here
  distributed.unlock(state);
  co_await work();
}

task<> one_kind_becomes_another() {
  shared.lock_upgrade();
  shared.unlock_upgrade_and_lock();
  shared.unlock_and_lock_shared();
  co_await work();
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: coroutine may suspend while 'shared' is locked [coro-lock-across-suspension]
  // CHECK-NOTES: :[[@LINE-5]]:10: note: locked here
  // CHECK-NOTES: :[[@LINE-6]]:10: note: unlock before suspending, or use 'folly::coro::SharedMutex'
  shared.unlock_shared();
  co_await work();
}

task<> every_guard() {
  {
    folly::SharedMutex::ReadHolder holder(shared);
    co_await work();
    // CHECK-NOTES: :[[@LINE-1]]:5: warning: coroutine may suspend while 'holder' holds 'shared' [coro-lock-across-suspension]
    // CHECK-NOTES: :[[@LINE-3]]:36: note: locked here
    // CHECK-NOTES: :[[@LINE-4]]:36: note: end the scope of 'holder' before suspending, or use 'folly::coro::SharedMutex'
  }
  {
    folly::SharedMutex::WriteHolder holder(&shared);
    co_await work();
    // CHECK-NOTES: :[[@LINE-1]]:5: warning: coroutine may suspend while 'holder' holds 'shared' [coro-lock-across-suspension]
    // CHECK-NOTES: :[[@LINE-3]]:37: note: locked here
    // CHECK-NOTES: :[[@LINE-4]]:37: note: end the scope of 'holder' before suspending, or use 'folly::coro::SharedMutex'
    holder.unlock();
    co_await work();
  }
  {
    folly::upgrade_lock<folly::SharedMutex> lock(shared);
    co_await work();
    // CHECK-NOTES: :[[@LINE-1]]:5: warning: coroutine may suspend while 'lock' holds 'shared' [coro-lock-across-suspension]
    // CHECK-NOTES: :[[@LINE-3]]:45: note: locked here
    // CHECK-NOTES: :[[@LINE-4]]:45: note: end the scope of 'lock' before suspending, or use 'folly::coro::SharedMutex'
    lock.unlock();
    co_await work();
  }
  {
    std::shared_lock<folly::SharedMutex> lock(shared);
    co_await work();
    // CHECK-NOTES: :[[@LINE-1]]:5: warning: coroutine may suspend while 'lock' holds 'shared' [coro-lock-across-suspension]
    // CHECK-NOTES: :[[@LINE-3]]:42: note: locked here
    // CHECK-NOTES: :[[@LINE-4]]:42: note: end the scope of 'lock' before suspending, or use 'folly::coro::SharedMutex'
  }
  {
    folly::SharedMutex::UpgradeHolder holder(shared);
    co_await work();
    // CHECK-NOTES: :[[@LINE-1]]:5: warning: coroutine may suspend while 'holder' holds 'shared' [coro-lock-across-suspension]
    // CHECK-NOTES: :[[@LINE-3]]:39: note: locked here
    // CHECK-NOTES: :[[@LINE-4]]:39: note: end the scope of 'holder' before suspending, or use 'folly::coro::SharedMutex'
  }
  {
    folly::RWSpinLock::ReadHolder holder(&rw);
    co_await work();
    // CHECK-NOTES: :[[@LINE-1]]:5: warning: coroutine may suspend while 'holder' holds 'rw' [coro-lock-across-suspension]
    // CHECK-NOTES: :[[@LINE-3]]:35: note: locked here
    // CHECK-NOTES: :[[@LINE-4]]:35: note: end the scope of 'holder' before suspending, or use 'folly::coro::SharedMutex'
  }
  {
    folly::RWSpinLock::WriteHolder holder(&rw);
    co_await work();
    // CHECK-NOTES: :[[@LINE-1]]:5: warning: coroutine may suspend while 'holder' holds 'rw' [coro-lock-across-suspension]
    // CHECK-NOTES: :[[@LINE-3]]:36: note: locked here
    // CHECK-NOTES: :[[@LINE-4]]:36: note: end the scope of 'holder' before suspending, or use 'folly::coro::SharedMutex'
  }
  {
    folly::shared_lock_guard<folly::SharedMutex> guard(shared);
    co_await work();
    // CHECK-NOTES: :[[@LINE-1]]:5: warning: coroutine may suspend while 'guard' holds 'shared' [coro-lock-across-suspension]
    // CHECK-NOTES: :[[@LINE-3]]:50: note: locked here
    // CHECK-NOTES: :[[@LINE-4]]:50: note: end the scope of 'guard' before suspending, or use 'folly::coro::SharedMutex'
  }
  {
    folly::MicroLock::LockGuardWithData guard(micro);
    guard.storeValue(guard.loadedValue());
    co_await work();
    // CHECK-NOTES: :[[@LINE-1]]:5: warning: coroutine may suspend while 'guard' holds 'micro' [coro-lock-across-suspension]
    // CHECK-NOTES: :[[@LINE-4]]:41: note: locked here
  }
  {
    std::lock_guard<folly::SpinLock> guard(plain);
    co_await work();
    // CHECK-NOTES: :[[@LINE-1]]:5: warning: coroutine may suspend while 'guard' holds 'plain' [coro-lock-across-suspension]
    // CHECK-NOTES: :[[@LINE-3]]:38: note: locked here
  }
  co_await work();
}

task<> locked_with_its_data() {
  auto locked = row.wlock();
  co_await work();
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: coroutine may suspend while 'locked' holds a 'folly::SharedMutexImpl<false>' [coro-lock-across-suspension]
  // CHECK-NOTES: :[[@LINE-3]]:21: note: locked here
  // CHECK-NOTES: :[[@LINE-4]]:21: note: end the scope of 'locked' before suspending, or use 'folly::coro::SharedMutex'
}

task<> unlocked_for_a_while() {
  auto locked = row.wlock();
  {
    auto unlocked = locked.scopedUnlock();
    co_await work();
  }
}

task<> unlocked() {
  auto locked = row.wlock();
  locked->count = 1;
  locked.unlock();
  co_await work();
}

folly::coro::Task<> use_the_librarys() {
  std::lock_guard guard(spin);
  co_await work();
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: coroutine may suspend while 'guard' holds 'spin' [coro-lock-across-suspension]
  // CHECK-NOTES: :[[@LINE-3]]:19: note: locked here
  // CHECK-NOTES: :[[@LINE-4]]:19: note: end the scope of 'guard' before suspending, or use 'folly::coro::Mutex'
}

folly::coro::Task<> the_librarys() {
  auto lock = co_await async.co_scoped_lock();
  co_await work();
  auto reader = co_await async_shared.co_scoped_lock_shared();
  co_await work();
}

folly::coro::Task<> the_librarys_by_hand() {
  co_await async.co_lock();
  std::unique_lock lock(async, std::adopt_lock);
  co_await work();
  if (async_shared.try_lock()) {
    co_await work();
    async_shared.unlock();
  }
}

// Its units belong to nobody, and fibers wait without blocking.
task<> a_mutex_of_fibers() {
  fiber.lock();
  co_await work();
  fiber.unlock();
  auto lock = co_await fiber.co_scoped_lock();
  co_await work();
}
