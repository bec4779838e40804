// RUN: %check_tidy %s coro-lock-across-suspension

#include "task.h"

namespace boost {
struct defer_lock_t {};
struct try_to_lock_t {};
struct adopt_lock_t {};
const defer_lock_t defer_lock = {};
const try_to_lock_t try_to_lock = {};
const adopt_lock_t adopt_lock = {};

template <typename Mutex> class unique_lock {
public:
  typedef Mutex mutex_type;
  unique_lock() noexcept;
  explicit unique_lock(Mutex &);
  unique_lock(Mutex &, adopt_lock_t);
  unique_lock(Mutex &, defer_lock_t) noexcept;
  unique_lock(Mutex &, try_to_lock_t);
  unique_lock(unique_lock &&) noexcept;
  ~unique_lock();
  void lock();
  bool try_lock();
  void unlock();
  bool owns_lock() const noexcept;
  Mutex *release() noexcept;
};
class mutex {
public:
  mutex();
  ~mutex();
  mutex(const mutex &) = delete;
  void lock();
  void unlock();
  bool try_lock();
  typedef unique_lock<mutex> scoped_lock;
};
class recursive_mutex {
public:
  void lock();
  bool try_lock() noexcept;
  void unlock();
};
class shared_mutex {
public:
  void lock();
  void unlock();
  void lock_shared();
  bool try_lock_shared();
  void unlock_shared();
  void lock_upgrade();
  void unlock_upgrade();
  void unlock_upgrade_and_lock();
};
class null_mutex {
public:
  void lock();
  bool try_lock();
  void unlock();
};
template <typename Mutex> class lock_guard {
public:
  explicit lock_guard(Mutex &);
  lock_guard(Mutex &, adopt_lock_t);
  ~lock_guard();
};
template <typename Mutex> class shared_lock {
public:
  explicit shared_lock(Mutex &);
  ~shared_lock();
  void lock();
  void unlock();
};
template <typename Mutex> class upgrade_lock {
public:
  explicit upgrade_lock(Mutex &);
  ~upgrade_lock();
  void lock();
  void unlock();
};
template <typename Mutex> class shared_lock_guard {
public:
  explicit shared_lock_guard(Mutex &);
  ~shared_lock_guard();
};
template <typename Lockable> class strict_lock {
public:
  explicit strict_lock(Lockable &);
  ~strict_lock();
};
template <typename Lock> class nested_strict_lock {
public:
  explicit nested_strict_lock(Lock &);
  ~nested_strict_lock();
};
template <typename Mutex> class upgrade_to_unique_lock {
public:
  explicit upgrade_to_unique_lock(upgrade_lock<Mutex> &);
  ~upgrade_to_unique_lock();
};
namespace detail {
template <typename Mutex> class try_lock_wrapper {
public:
  explicit try_lock_wrapper(Mutex &);
  ~try_lock_wrapper();
  void unlock();
  bool owns_lock() const;
};
} // namespace detail
template <typename T, typename Lockable = mutex> class const_strict_lock_ptr {
public:
  ~const_strict_lock_ptr();
  const T *operator->() const;
};
template <typename T, typename Lockable = mutex>
class strict_lock_ptr : public const_strict_lock_ptr<T, Lockable> {
public:
  strict_lock_ptr(strict_lock_ptr &&);
  T *operator->();
  T &operator*();
};
template <typename T, typename Lockable = mutex> class synchronized_value {
public:
  strict_lock_ptr<T, Lockable> synchronize();
};
template <typename Lock> class reverse_lock {
public:
  explicit reverse_lock(Lock &);
  ~reverse_lock();
};
template <typename M1, typename M2> void lock(M1 &, M2 &);
template <typename M1, typename M2> int try_lock(M1 &, M2 &);
class condition_variable {
public:
  void wait(unique_lock<mutex> &);
};
class condition_variable_any {
public:
  template <typename Lock> void wait(Lock &);
};
namespace interprocess {
struct defer_lock_type {};
struct accept_ownership_type {};
static const defer_lock_type defer_lock = {};
class interprocess_mutex {
public:
  void lock();
  bool try_lock();
  void unlock();
};
class interprocess_sharable_mutex {
public:
  void lock_sharable();
  void unlock_sharable();
};
class interprocess_semaphore {
public:
  explicit interprocess_semaphore(unsigned);
  void post();
  void wait();
  bool try_wait();
};
class file_lock {
public:
  void lock();
  void unlock();
};
template <class Mutex> class scoped_lock {
public:
  explicit scoped_lock(Mutex &);
  scoped_lock(Mutex &, defer_lock_type);
  ~scoped_lock();
  void lock();
  void unlock();
};
template <class Mutex> class sharable_lock {
public:
  explicit sharable_lock(Mutex &);
  ~sharable_lock();
};
template <class Mutex> class upgradable_lock {
public:
  explicit upgradable_lock(Mutex &);
  ~upgradable_lock();
};
class interprocess_upgradable_mutex {
public:
  void lock_upgradable();
  void unlock_upgradable();
};
class interprocess_condition {
public:
  template <class L> void wait(L &);
};
} // namespace interprocess
namespace fibers {
class mutex {
public:
  void lock();
  bool try_lock();
  void unlock();
};
} // namespace fibers
namespace signals2 {
class mutex {
public:
  void lock();
  void unlock();
};
class dummy_mutex {
public:
  void lock();
  void unlock();
};
} // namespace signals2
} // namespace boost

boost::mutex mutex, second;
boost::recursive_mutex recursive;
boost::shared_mutex shared;
boost::null_mutex null;
boost::fibers::mutex fiber;
boost::signals2::mutex signal;
boost::signals2::dummy_mutex dummy;
boost::interprocess::interprocess_mutex process;
boost::interprocess::interprocess_sharable_mutex sharable;
boost::interprocess::interprocess_upgradable_mutex upgradable;
boost::interprocess::interprocess_semaphore semaphore(1);
boost::interprocess::file_lock file;

task<> every_lockable() {
  mutex.lock();
  co_await work();
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: coroutine may suspend while 'mutex' is locked [coro-lock-across-suspension]
  // CHECK-NOTES: :[[@LINE-3]]:9: note: locked here
  mutex.unlock();
  recursive.lock();
  co_await work();
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: coroutine may suspend while 'recursive' is locked [coro-lock-across-suspension]
  // CHECK-NOTES: :[[@LINE-3]]:13: note: locked here
  recursive.unlock();
  shared.lock_upgrade();
  shared.unlock_upgrade_and_lock();
  co_await work();
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: coroutine may suspend while 'shared' is locked [coro-lock-across-suspension]
  // CHECK-NOTES: :[[@LINE-4]]:10: note: locked here
  shared.unlock();
  fiber.lock();
  co_await work();
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: coroutine may suspend while 'fiber' is locked [coro-lock-across-suspension]
  // CHECK-NOTES: :[[@LINE-3]]:9: note: locked here
  fiber.unlock();
  signal.lock();
  co_await work();
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: coroutine may suspend while 'signal' is locked [coro-lock-across-suspension]
  // CHECK-NOTES: :[[@LINE-3]]:10: note: locked here
  signal.unlock();
  process.lock();
  co_await work();
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: coroutine may suspend while 'process' is locked [coro-lock-across-suspension]
  // CHECK-NOTES: :[[@LINE-3]]:11: note: locked here
  process.unlock();
  sharable.lock_sharable();
  co_await work();
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: coroutine may suspend while 'sharable' is locked [coro-lock-across-suspension]
  // CHECK-NOTES: :[[@LINE-3]]:12: note: locked here
  sharable.unlock_sharable();
  semaphore.wait();
  co_await work();
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: coroutine may suspend while 'semaphore' is locked [coro-lock-across-suspension]
  // CHECK-NOTES: :[[@LINE-3]]:13: note: locked here
  semaphore.post();
  co_await work();
}

// Locks that are none, and one that belongs to the process.
task<> no_threads_lock() {
  boost::lock_guard<boost::null_mutex> nothing(null);
  dummy.lock();
  file.lock();
  co_await work();
  file.unlock();
  dummy.unlock();
}

task<> every_guard() {
  {
    boost::lock_guard<boost::mutex> guard(mutex);
    co_await work();
    // CHECK-NOTES: :[[@LINE-1]]:5: warning: coroutine may suspend while 'guard' holds 'mutex' [coro-lock-across-suspension]
    // CHECK-NOTES: :[[@LINE-3]]:37: note: locked here
  }
  {
    boost::mutex::scoped_lock guard(mutex);
    co_await work();
    // CHECK-NOTES: :[[@LINE-1]]:5: warning: coroutine may suspend while 'guard' holds 'mutex' [coro-lock-across-suspension]
    // CHECK-NOTES: :[[@LINE-3]]:31: note: locked here
    guard.unlock();
    co_await work();
  }
  {
    boost::shared_lock<boost::shared_mutex> guard(shared);
    co_await work();
    // CHECK-NOTES: :[[@LINE-1]]:5: warning: coroutine may suspend while 'guard' holds 'shared' [coro-lock-across-suspension]
    // CHECK-NOTES: :[[@LINE-3]]:45: note: locked here
  }
  {
    boost::upgrade_lock<boost::shared_mutex> guard(shared);
    co_await work();
    // CHECK-NOTES: :[[@LINE-1]]:5: warning: coroutine may suspend while 'guard' holds 'shared' [coro-lock-across-suspension]
    // CHECK-NOTES: :[[@LINE-3]]:46: note: locked here
  }
  {
    boost::shared_lock_guard<boost::shared_mutex> guard(shared);
    co_await work();
    // CHECK-NOTES: :[[@LINE-1]]:5: warning: coroutine may suspend while 'guard' holds 'shared' [coro-lock-across-suspension]
    // CHECK-NOTES: :[[@LINE-3]]:51: note: locked here
  }
  {
    boost::strict_lock<boost::mutex> guard(mutex);
    co_await work();
    // CHECK-NOTES: :[[@LINE-1]]:5: warning: coroutine may suspend while 'guard' holds 'mutex' [coro-lock-across-suspension]
    // CHECK-NOTES: :[[@LINE-3]]:38: note: locked here
  }
  {
    namespace ipc = boost::interprocess;
    ipc::scoped_lock<ipc::interprocess_mutex> guard(process);
    co_await work();
    // CHECK-NOTES: :[[@LINE-1]]:5: warning: coroutine may suspend while 'guard' holds 'process' [coro-lock-across-suspension]
    // CHECK-NOTES: :[[@LINE-3]]:47: note: locked here
  }
  {
    namespace ipc = boost::interprocess;
    ipc::sharable_lock<ipc::interprocess_sharable_mutex> guard(sharable);
    co_await work();
    // CHECK-NOTES: :[[@LINE-1]]:5: warning: coroutine may suspend while 'guard' holds 'sharable' [coro-lock-across-suspension]
    // CHECK-NOTES: :[[@LINE-3]]:58: note: locked here
  }
  co_await work();
}

task<> guards_made_of_guards() {
  {
    boost::detail::try_lock_wrapper<boost::mutex> guard(mutex);
    if (!guard.owns_lock())
      co_return;
    co_await work();
    // CHECK-NOTES: :[[@LINE-1]]:5: warning: coroutine may suspend while 'guard' holds 'mutex' [coro-lock-across-suspension]
    // CHECK-NOTES: :[[@LINE-5]]:51: note: locked here
    guard.unlock();
    co_await work();
  }
  {
    namespace ipc = boost::interprocess;
    ipc::upgradable_lock<ipc::interprocess_upgradable_mutex> lock(
        upgradable);
    co_await work();
    // CHECK-NOTES: :[[@LINE-1]]:5: warning: coroutine may suspend while 'lock' holds 'upgradable' [coro-lock-across-suspension]
    // CHECK-NOTES: :[[@LINE-4]]:62: note: locked here
  }
  co_await work();
}

task<> a_value_with_its_mutex(boost::synchronized_value<int> &value) {
  auto locked = value.synchronize();
  ++*locked;
  co_await work();
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: coroutine may suspend while 'locked' holds a 'boost::mutex' [coro-lock-across-suspension]
  // CHECK-NOTES: :[[@LINE-4]]:23: note: locked here
}

task<> adopted() {
  mutex.lock();
  boost::lock_guard<boost::mutex> guard(mutex, boost::adopt_lock);
  co_await work();
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: coroutine may suspend while 'guard' holds 'mutex' [coro-lock-across-suspension]
  // CHECK-NOTES: :[[@LINE-4]]:9: note: locked here
}

task<> tags() {
  boost::unique_lock<boost::mutex> deferred(mutex, boost::defer_lock);
  boost::interprocess::scoped_lock<boost::interprocess::interprocess_mutex>
      not_yet(process, boost::interprocess::defer_lock);
  co_await work();
  boost::unique_lock<boost::mutex> tried(second, boost::try_to_lock);
  if (!tried.owns_lock())
    co_await work();
}

task<> released_and_unlocked() {
  boost::unique_lock<boost::mutex> guard(mutex);
  guard.release()->unlock();
  co_await work();
}

task<> both_at_once() {
  boost::lock(mutex, second);
  mutex.unlock();
  second.unlock();
  co_await work();
}

task<> both_at_once_over_a_suspension() {
  boost::lock(mutex, second);
  co_await work();
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: coroutine may suspend while 'mutex' is locked [coro-lock-across-suspension]
  // CHECK-NOTES: :[[@LINE-3]]:3: note: locked here
  // CHECK-NOTES: :[[@LINE-3]]:3: warning: coroutine may suspend while 'second' is locked [coro-lock-across-suspension]
  // CHECK-NOTES: :[[@LINE-5]]:3: note: locked here
  mutex.unlock();
  second.unlock();
}

task<> tried_at_once() {
  if (boost::try_lock(mutex, second) < 0) {
    co_await work();
    // CHECK-NOTES: :[[@LINE-1]]:5: warning: coroutine may suspend while 'mutex' is locked [coro-lock-across-suspension]
    // CHECK-NOTES: :[[@LINE-3]]:7: note: locked here
    // CHECK-NOTES: :[[@LINE-3]]:5: warning: coroutine may suspend while 'second' is locked [coro-lock-across-suspension]
    // CHECK-NOTES: :[[@LINE-5]]:7: note: locked here
    mutex.unlock();
    second.unlock();
  }
}

task<> waited_by_any(boost::condition_variable_any &condition) {
  boost::shared_lock<boost::shared_mutex> lock(shared);
  condition.wait(lock);
  co_await work();
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: coroutine may suspend while 'lock' holds 'shared' [coro-lock-across-suspension]
  // CHECK-NOTES: :[[@LINE-4]]:43: note: locked here
}

task<> waited(boost::condition_variable &condition,
              boost::interprocess::interprocess_condition &other) {
  {
    boost::unique_lock<boost::mutex> guard(mutex);
    condition.wait(guard);
    co_await work();
    // CHECK-NOTES: :[[@LINE-1]]:5: warning: coroutine may suspend while 'guard' holds 'mutex' [coro-lock-across-suspension]
    // CHECK-NOTES: :[[@LINE-4]]:38: note: locked here
  }
  {
    namespace ipc = boost::interprocess;
    ipc::scoped_lock<ipc::interprocess_mutex> guard(process);
    other.wait(guard);
    co_await work();
    // CHECK-NOTES: :[[@LINE-1]]:5: warning: coroutine may suspend while 'guard' holds 'process' [coro-lock-across-suspension]
    // CHECK-NOTES: :[[@LINE-4]]:47: note: locked here
  }
  co_await work();
}

// It unlocks, and locks again in the end.
task<> reversed() {
  boost::unique_lock<boost::mutex> guard(mutex);
  {
    boost::reverse_lock<boost::unique_lock<boost::mutex>> reversed(guard);
    co_await work();
  }
}
