// RUN: %check_tidy %s coro-lock-across-suspension
// RUN: %check_tidy_real %s coro-lock-across-suspension

// Conditions that say the same in other words, or that say whether it is
// locked.

#include "task.h"
#include <memory>
#include <mutex>
#include <optional>
#include <pthread.h>

std::mutex mu;
pthread_mutex_t pmu = PTHREAD_MUTEX_INITIALIZER;
int counter;

// Spellings of "there is one".

// id: lock/condition-optional-has_value
task<> has_value_and_bool(std::optional<int> o) {
  if (o.has_value())
    mu.lock();
  if (o)
    mu.unlock();
  co_await work();
}

// id: lock/condition-optional-nullopt
task<> nullopt_and_bool(std::optional<int> o) {
  if (o != std::nullopt)
    mu.lock();
  if (o)
    mu.unlock();
  co_await work();
}

// id: lock/condition-optional-negated
task<> has_value_and_not(std::optional<int> o) {
  if (o.has_value())
    mu.lock();
  if (!o)
    mu.unlock();
  co_await work();
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: coroutine may suspend while 'mu' is locked [coro-lock-across-suspension]
  // CHECK-NOTES: :[[@LINE-5]]:8: note: locked here
}

// id: lock/condition-optional-late
task<> has_value_and_awaited_between(std::optional<int> o) {
  if (o.has_value())
    mu.lock();
  co_await work();
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: coroutine may suspend while 'mu' is locked [coro-lock-across-suspension]
  // CHECK-NOTES: :[[@LINE-3]]:8: note: locked here
  if (o)
    mu.unlock();
}

// id: lock/condition-shared_ptr-nullptr
task<> nullptr_and_bool(std::shared_ptr<int> p) {
  if (p != nullptr)
    mu.lock();
  if (p)
    mu.unlock();
  co_await work();
}

// id: lock/condition-shared_ptr-nullptr-late
task<> nullptr_and_awaited_between(std::shared_ptr<int> p) {
  if (p != nullptr)
    mu.lock();
  co_await work();
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: coroutine may suspend while 'mu' is locked [coro-lock-across-suspension]
  // CHECK-NOTES: :[[@LINE-3]]:8: note: locked here
  if (p)
    mu.unlock();
}

// id: lock/condition-unique_ptr-get
task<> get_and_bool(std::unique_ptr<int> p) {
  if (p.get())
    mu.lock();
  if (p)
    mu.unlock();
  co_await work();
}

// id: lock/condition-unique_ptr-get-late
task<> get_and_awaited_between(std::unique_ptr<int> p) {
  if (p.get())
    mu.lock();
  co_await work();
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: coroutine may suspend while 'mu' is locked [coro-lock-across-suspension]
  // CHECK-NOTES: :[[@LINE-3]]:8: note: locked here
  if (p)
    mu.unlock();
}

// Functions that are asked twice.

struct Engine {
  bool threaded_ = false;
  std::mutex mu_;
  bool threaded() const { return threaded_; }

  // id: lock/condition-getter
  task<> asks_its_getter_twice() {
    if (threaded())
      mu_.lock();
    ++counter;
    if (threaded())
      mu_.unlock();
    co_await work();
  }

  // id: lock/condition-getter-and-member
  task<> asks_its_getter_and_its_member() {
    if (threaded())
      mu_.lock();
    if (threaded_)
      mu_.unlock();
    co_await work();
  }

  // id: lock/condition-getter-negated
  task<> asks_its_getter_and_negates() {
    if (threaded())
      mu_.lock();
    if (!threaded())
      mu_.unlock();
    co_await work();
    // CHECK-NOTES: :[[@LINE-1]]:5: warning: coroutine may suspend while 'mu_' is locked [coro-lock-across-suspension]
    // CHECK-NOTES: :[[@LINE-5]]:11: note: locked here
  }

  // id: lock/condition-getter-late
  task<> asks_its_getter_too_late() {
    if (threaded())
      mu_.lock();
    co_await work();
    // CHECK-NOTES: :[[@LINE-1]]:5: warning: coroutine may suspend while 'mu_' is locked [coro-lock-across-suspension]
    // CHECK-NOTES: :[[@LINE-3]]:11: note: locked here
    if (threaded())
      mu_.unlock();
  }
};

// id: lock/condition-getter-of-another
task<> asks_the_getter_of_another(Engine &e) {
  if (e.threaded())
    e.mu_.lock();
  if (e.threaded())
    e.mu_.unlock();
  co_await work();
}

// Results of try_lock.

// id: lock/condition-try_lock-int
task<> try_lock_as_a_number() {
  int got = mu.try_lock();
  if (got)
    mu.unlock();
  co_await work();
}

// id: lock/condition-try_lock-int-chosen
task<> try_lock_as_a_chosen_number() {
  int got = mu.try_lock() ? 1 : 0;
  if (got)
    mu.unlock();
  co_await work();
}

// id: lock/condition-try_lock-bool-chosen
task<> try_lock_as_a_chosen_bool() {
  bool got = mu.try_lock() ? true : false;
  if (got)
    mu.unlock();
  co_await work();
}

// id: lock/condition-try_lock-int-held
task<> try_lock_as_a_number_and_held() {
  int got = mu.try_lock();
  if (got) {
    co_await work();
    // CHECK-NOTES: :[[@LINE-1]]:5: warning: coroutine may suspend while 'mu' is locked [coro-lock-across-suspension]
    // CHECK-NOTES: :[[@LINE-4]]:16: note: locked here
    mu.unlock();
  }
}

// id: lock/condition-try_lock-int-failed
task<> try_lock_as_a_number_and_failed() {
  int got = mu.try_lock();
  if (!got) {
    co_await work();
    co_return;
  }
  mu.unlock();
}

// id: lock/condition-try_lock-bool-chosen-held
task<> try_lock_as_a_chosen_bool_and_held() {
  bool got = mu.try_lock() ? true : false;
  if (got) {
    co_await work();
    // CHECK-NOTES: :[[@LINE-1]]:5: warning: coroutine may suspend while 'mu' is locked [coro-lock-across-suspension]
    // CHECK-NOTES: :[[@LINE-4]]:17: note: locked here
    mu.unlock();
  }
}

// What pthread_mutex_lock returns.

// id: lock/condition-pthread
task<> pthread_lock_failed() {
  int rc = pthread_mutex_lock(&pmu);
  if (rc) {
    co_await work();
    co_return;
  }
  pthread_mutex_unlock(&pmu);
}

// id: lock/condition-pthread-compared
task<> pthread_lock_failed_as_compared() {
  if (pthread_mutex_lock(&pmu) != 0)
    co_await work();
  else
    pthread_mutex_unlock(&pmu);
}

// id: lock/condition-pthread-succeeded
task<> pthread_lock_succeeded() {
  int rc = pthread_mutex_lock(&pmu);
  if (rc == 0) {
    co_await work();
    // CHECK-NOTES: :[[@LINE-1]]:5: warning: coroutine may suspend while 'pmu' is locked [coro-lock-across-suspension]
    // CHECK-NOTES: :[[@LINE-4]]:12: note: locked here
    pthread_mutex_unlock(&pmu);
  }
}

// id: lock/condition-pthread-not-asked
task<> pthread_lock_not_asked() {
  int rc = pthread_mutex_lock(&pmu);
  co_await work();
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: coroutine may suspend while 'pmu' is locked [coro-lock-across-suspension]
  // CHECK-NOTES: :[[@LINE-3]]:12: note: locked here
  if (rc == 0)
    pthread_mutex_unlock(&pmu);
}

// Helpers that ask whether there is a mutex.

void lock_if_any(std::mutex *m) {
  if (m)
    m->lock();
}
void unlock_if_any(std::mutex *m) {
  if (m)
    m->unlock();
}

// id: lock/condition-null-helpers
task<> helpers_that_ask_for_null() {
  lock_if_any(&mu);
  unlock_if_any(&mu);
  co_await work();
}

// id: lock/condition-null-helpers-parameter
task<> helpers_that_ask_a_parameter_for_null(std::mutex *m) {
  lock_if_any(m);
  unlock_if_any(m);
  co_await work();
}

// id: lock/condition-null-helpers-late
task<> helpers_that_ask_for_null_too_late() {
  lock_if_any(&mu);
  co_await work();
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: coroutine may suspend while 'mu' is locked [coro-lock-across-suspension]
  // CHECK-NOTES: :[[@LINE-3]]:3: note: locked here
  unlock_if_any(&mu);
}

struct LockMaybe {
  std::mutex *m_;
  explicit LockMaybe(std::mutex *m) : m_(m) {
    if (m_)
      m_->lock();
  }
  ~LockMaybe() {
    if (m_)
      m_->unlock();
  }
};

// id: lock/condition-null-guard
task<> guard_of_nothing() {
  LockMaybe l(nullptr);
  co_await work();
}

// id: lock/condition-null-guard-held
task<> guard_of_perhaps_nothing() {
  LockMaybe l(&mu);
  co_await work();
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: coroutine may suspend while 'l' holds 'mu' [coro-lock-across-suspension]
  // CHECK-NOTES: :[[@LINE-3]]:13: note: locked here
}

// Guards that are told whether to lock.

enum class When { now, later };
struct PolicyGuard {
  std::mutex &m;
  bool on;
  PolicyGuard(std::mutex &mm, When w) : m(mm), on(w == When::now) {
    if (on)
      m.lock();
  }
  ~PolicyGuard() {
    if (on)
      m.unlock();
  }
};
struct SwitchedGuard {
  std::mutex &m;
  bool on;
  explicit SwitchedGuard(std::mutex &mm, bool lock = true) : m(mm), on(lock) {
    if (lock)
      m.lock();
  }
  ~SwitchedGuard() {
    if (on)
      m.unlock();
  }
};

// id: lock/condition-guard-later
task<> told_to_lock_later() {
  PolicyGuard g(mu, When::later);
  co_await work();
}

// id: lock/condition-guard-off
task<> told_not_to_lock() {
  SwitchedGuard g(mu, false);
  co_await work();
}

// id: lock/condition-guard-ended
task<> told_to_lock_and_ended() {
  {
    SwitchedGuard g(mu);
    ++counter;
  }
  co_await work();
}

// Ways that end.

[[noreturn]] void fail(const char *);

// id: lock/condition-noreturn
task<> unlocked_or_ended(int n) {
  mu.lock();
  if (n)
    mu.unlock();
  else
    fail("n");
  co_await work();
}

// id: lock/condition-returning
task<> unlocked_or_counted(int n) {
  mu.lock();
  if (n)
    mu.unlock();
  else
    ++counter;
  co_await work();
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: coroutine may suspend while 'mu' is locked [coro-lock-across-suspension]
  // CHECK-NOTES: :[[@LINE-7]]:6: note: locked here
}

// id: lock/condition-asserted
task<> asserted_not_to_own(int n) {
  std::unique_lock l(mu);
  if (n)
    l.unlock();
  if (l.owns_lock())
    fail("owned");
  co_await work();
}

// id: lock/condition-unreachable
task<> unlocked_or_unreachable(int n) {
  mu.lock();
  if (n)
    mu.unlock();
  else
    __builtin_unreachable();
  co_await work();
}

// Known misses. When one starts to be found, move it up.

// id: lock/condition-guard-now
task<> told_to_lock_now() {
  PolicyGuard g(mu, When::now);
  co_await work();
}

// id: lock/condition-guard-on
task<> locks_by_default() {
  SwitchedGuard g(mu);
  co_await work();
}

// id: lock/condition-guard-perhaps
task<> told_perhaps_to_lock(bool lock) {
  SwitchedGuard g(mu, lock);
  co_await work();
}
