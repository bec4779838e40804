// RUN: %check_tidy %s coro-lock-across-suspension
// RUN: %check_tidy_real %s coro-lock-across-suspension

// What is a guard, and since when: not every class whose destructor unlocks.

#include "task.h"
#include <memory>
#include <mutex>
#include <optional>
#include <utility>

std::mutex mu;
int counter;

struct Registry {
  std::mutex mu_;
  int n_ = 0;
};

// A destructor that locks and unlocks is no guard.

struct InFlight {
  std::mutex &mu_;
  int &n_;
  InFlight(std::mutex &m, int &n) : mu_(m), n_(n) {
    mu_.lock();
    ++n_;
    mu_.unlock();
  }
  ~InFlight() {
    mu_.lock();
    --n_;
    mu_.unlock();
  }
};

// id: lock/guard-shape-balanced-destructor
task<> counts_requests_in_flight(std::mutex &m, int &n) {
  InFlight request(m, n);
  co_await work();
}

struct Handle {
  Registry *r_;
  explicit Handle(Registry *r) : r_(r) {}
  Handle(Handle &&other) noexcept : r_(std::exchange(other.r_, nullptr)) {}
  ~Handle() {
    if (!r_)
      return;
    r_->mu_.lock();
    --r_->n_;
    r_->mu_.unlock();
  }
};

// id: lock/guard-shape-counting-handle
task<> keeps_a_handle(Registry *r) {
  Handle handle(r);
  co_await work();
}

struct Exclusive {
  Registry *r_;
  explicit Exclusive(Registry *r) : r_(r) { r_->mu_.lock(); }
  ~Exclusive() { r_->mu_.unlock(); }
};

// id: lock/guard-shape-through-its-owner
task<> keeps_it_to_itself(Registry *r) {
  Exclusive alone(r);
  co_await work();
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: coroutine may suspend while 'alone' holds a 'std::mutex' [coro-lock-across-suspension]
  // CHECK-NOTES: :[[@LINE-3]]:13: note: locked here
}

// One that locks later holds nothing before.

struct Transaction {
  std::mutex &mu_;
  bool begun_ = false;
  explicit Transaction(std::mutex &m) : mu_(m) {}
  void begin() {
    mu_.lock();
    begun_ = true;
  }
  void commit() {
    mu_.unlock();
    begun_ = false;
  }
  ~Transaction() {
    if (begun_)
      mu_.unlock();
  }
};

// id: lock/guard-shape-locks-later
task<> begins_after_the_await() {
  Transaction t(mu);
  co_await work();
  t.begin();
  ++counter;
}

// id: lock/guard-shape-committed
task<> commits_before_the_await() {
  Transaction t(mu);
  t.begin();
  ++counter;
  t.commit();
  co_await work();
}

// id: lock/guard-shape-begun
task<> begins_before_the_await() {
  Transaction t(mu);
  t.begin();
  co_await work();
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: coroutine may suspend while 't' holds 'mu' [coro-lock-across-suspension]
  // CHECK-NOTES: :[[@LINE-3]]:5: note: locked here
  t.commit();
}

// id: lock/guard-shape-takes-over
task<> takes_over_what_is_locked() {
  mu.lock();
  Transaction t(mu);
  co_await work();
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: coroutine may suspend while 't' holds 'mu' [coro-lock-across-suspension]
  // CHECK-NOTES: :[[@LINE-4]]:6: note: locked here
}

// Decided when it was compiled.

template <bool On> struct Optional {
  std::mutex &mu_;
  explicit Optional(std::mutex &m) : mu_(m) {
    if constexpr (On)
      mu_.lock();
  }
  ~Optional() {
    if constexpr (On)
      mu_.unlock();
  }
};

// id: lock/guard-shape-if-constexpr
task<> locks_if_it_is_to() {
  Optional<true> guard(mu);
  co_await work();
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: coroutine may suspend while 'guard' holds 'mu' [coro-lock-across-suspension]
  // CHECK-NOTES: :[[@LINE-3]]:18: note: locked here
}

// id: lock/guard-shape-if-constexpr-off
task<> locks_if_it_is_not_to() {
  Optional<false> guard(mu);
  co_await work();
}

// Nobody can wait for what only sets a flag.

class Document {
public:
  void lock() { editing_ = true; }
  void unlock() { editing_ = false; }

private:
  bool editing_ = false;
};

// id: lock/guard-shape-flag
task<> edits(Document &document) {
  document.lock();
  co_await work();
  document.unlock();
}

// Lambdas with a guard in them.

// id: lock/guard-shape-lambda-unlocks
task<> unlocks_in_a_lambda_that_has_it() {
  std::unique_lock lock(mu);
  auto done = [lock = std::move(lock)]() mutable { lock.unlock(); };
  done();
  co_await work();
}

// id: lock/guard-shape-lambda-has-it
task<> keeps_it_in_a_lambda() {
  std::unique_lock lock(mu);
  auto done = [lock = std::move(lock)]() mutable { lock.unlock(); };
  co_await work();
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: coroutine may suspend while 'done' holds 'mu' [coro-lock-across-suspension]
  // CHECK-NOTES: :[[@LINE-4]]:20: note: locked here
  done();
}

// id: lock/guard-shape-lambda-coroutine-unlocks
task<> unlocks_in_a_coroutine_of_its_own() {
  std::unique_lock lock(mu);
  auto leave = [&]() -> task<> {
    lock.unlock();
    co_await work();
  };
  co_await leave();
}

// Two that share a guard.

void keep(std::shared_ptr<std::unique_lock<std::mutex>>);

// id: lock/guard-shape-shared
task<> gives_it_to_somebody_else_too() {
  auto lock = std::make_shared<std::unique_lock<std::mutex>>(mu);
  keep(lock);
  co_await work();
}

// id: lock/guard-shape-not-shared
task<> keeps_it_alone() {
  std::unique_lock inner(mu);
  auto lock = std::make_shared<std::unique_lock<std::mutex>>(std::move(inner));
  co_await work();
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: coroutine may suspend while 'lock' holds 'mu' [coro-lock-across-suspension]
  // CHECK-NOTES: :[[@LINE-4]]:20: note: locked here
}
