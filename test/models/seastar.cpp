// RUN: %check_tidy %s coro-lock-across-suspension

#include <library_task.h>
#include <mutex>

namespace seastar {
template <class T = void> class [[nodiscard]] future {
public:
  library_awaiter<T> operator co_await() noexcept;
};
template <class T = void> struct promise : library_promise<future<T>, T> {};
class shared_mutex {
public:
  future<> lock_shared() noexcept;
  bool try_lock_shared() noexcept;
  void unlock_shared() noexcept;
  future<> lock() noexcept;
  bool try_lock() noexcept;
  void unlock() noexcept;
};
struct factory;
struct clock;
template <class ExceptionFactory, class Clock = clock> class basic_semaphore {
public:
  explicit basic_semaphore(unsigned long) noexcept;
  future<> wait(unsigned long = 1) noexcept;
  bool try_wait(unsigned long = 1) noexcept;
  void signal(unsigned long = 1) noexcept;
};
using semaphore = basic_semaphore<factory>;
template <class ExceptionFactory = factory, class Clock = clock>
class semaphore_units {
public:
  semaphore_units(semaphore_units &&) noexcept;
  ~semaphore_units() noexcept;
  void return_all() noexcept;
};
template <class ExceptionFactory, class Clock>
future<semaphore_units<ExceptionFactory, Clock>>
get_units(basic_semaphore<ExceptionFactory, Clock> &, unsigned long) noexcept;
template <class Clock> class basic_rwlock {
public:
  future<> read_lock();
  void read_unlock();
  bool try_write_lock();
  void write_unlock();
};
using rwlock = basic_rwlock<clock>;
namespace util {
class spinlock {
public:
  bool try_lock() noexcept;
  void lock() noexcept;
  void unlock() noexcept;
};
} // namespace util
} // namespace seastar
template <class T, class... Arguments>
struct std::coroutine_traits<seastar::future<T>, Arguments...> {
  using promise_type = seastar::promise<T>;
};

using seastar::future;
seastar::shared_mutex async;
seastar::semaphore semaphore(4);
seastar::rwlock rwlock;
seastar::util::spinlock spin;
std::mutex mutex;
future<> work();

future<> the_librarys() {
  co_await async.lock();
  std::unique_lock lock(async, std::adopt_lock);
  co_await work();
}

future<> the_librarys_by_hand() {
  if (async.try_lock()) {
    co_await work();
    async.unlock();
  }
  co_await rwlock.read_lock();
  co_await work();
  rwlock.read_unlock();
  if (semaphore.try_wait()) {
    co_await work();
    semaphore.signal();
  }
}

future<> units() {
  auto units = co_await seastar::get_units(semaphore, 1);
  co_await work();
}

// One thread serves the shard: who waits for it, waits for ever.
future<> use_the_librarys() {
  std::lock_guard guard(mutex);
  co_await work();
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: coroutine may suspend while 'guard' holds 'mutex' [coro-lock-across-suspension]
  // CHECK-NOTES: :[[@LINE-3]]:19: note: locked here
  // CHECK-NOTES: :[[@LINE-4]]:19: note: end the scope of 'guard' before suspending, or use 'seastar::shared_mutex'
}

future<> between_shards() {
  std::lock_guard guard(spin);
  co_await work();
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: coroutine may suspend while 'guard' holds 'spin' [coro-lock-across-suspension]
  // CHECK-NOTES: :[[@LINE-3]]:19: note: locked here
  // CHECK-NOTES: :[[@LINE-4]]:19: note: end the scope of 'guard' before suspending, or use 'seastar::shared_mutex'
}

future<> between_shards_in_a_scope() {
  {
    std::lock_guard guard(spin);
  }
  co_await work();
}
