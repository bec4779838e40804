// RUN: %check_tidy %s coro-lock-across-suspension
// RUN: %check_tidy_real %s coro-lock-across-suspension

// Guards inside something else: optional, pointers, pairs, arrays, members, bases.

#include "task.h"
#include <array>
#include <memory>
#include <mutex>
#include <optional>
#include <tuple>
#include <utility>
#include <vector>

std::mutex mu;
std::mutex other;
int counter;
bool coin();

using Guard = std::lock_guard<std::mutex>;
using Lock = std::unique_lock<std::mutex>;

// std::optional

// id: lock/optional-emplace
task<> optional_emplace() {
  std::optional<Guard> guard;
  guard.emplace(mu);
  co_await work();
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: coroutine may suspend while 'guard' holds 'mu' [coro-lock-across-suspension]
  // CHECK-NOTES: :[[@LINE-3]]:9: note: locked here
}

// id: lock/optional-in_place
task<> optional_in_place() {
  std::optional<Guard> guard(std::in_place, mu);
  co_await work();
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: coroutine may suspend while 'guard' holds 'mu' [coro-lock-across-suspension]
  // CHECK-NOTES: :[[@LINE-3]]:24: note: locked here
}

// id: lock/optional-make_optional
task<> optional_make() {
  auto guard = std::make_optional<Guard>(mu);
  co_await work();
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: coroutine may suspend while 'guard' holds 'mu' [coro-lock-across-suspension]
  // CHECK-NOTES: :[[@LINE-3]]:16: note: locked here
}

// id: lock/optional-assigned
task<> optional_assigned() {
  std::optional<Lock> lock;
  lock = Lock(mu);
  co_await work();
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: coroutine may suspend while 'lock' holds 'mu' [coro-lock-across-suspension]
  // CHECK-NOTES: :[[@LINE-3]]:10: note: locked here
}

// id: lock/optional-empty
task<> optional_empty() {
  std::optional<Guard> guard;
  co_await work();
  guard.emplace(mu);
}

// id: lock/optional-reset
task<> optional_reset() {
  std::optional<Guard> guard;
  guard.emplace(mu);
  ++counter;
  guard.reset();
  co_await work();
}

// id: lock/optional-nullopt
task<> optional_nullopt() {
  std::optional<Guard> guard(std::in_place, mu);
  ++counter;
  guard = std::nullopt;
  co_await work();
}

// id: lock/optional-braces
task<> optional_braces() {
  std::optional<Lock> lock(std::in_place, mu);
  lock = {};
  co_await work();
}

// id: lock/optional-unlocked
task<> optional_unlocked() {
  std::optional<Lock> lock(std::in_place, mu);
  lock->unlock();
  co_await work();
}

// id: lock/optional-unlocked-value
task<> optional_unlocked_through_its_value() {
  std::optional<Lock> lock(std::in_place, mu);
  (*lock).unlock();
  co_await work();
  lock.value().lock();
  co_await work();
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: coroutine may suspend while 'lock' holds 'mu' [coro-lock-across-suspension]
  // CHECK-NOTES: :[[@LINE-3]]:16: note: locked here
}

// id: lock/optional-one-branch
task<> optional_in_one_branch(bool b) {
  std::optional<Guard> guard;
  if (b)
    guard.emplace(mu);
  co_await work();
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: coroutine may suspend while 'guard' holds 'mu' [coro-lock-across-suspension]
  // CHECK-NOTES: :[[@LINE-3]]:11: note: locked here
}

// id: lock/optional-same-condition
task<> optional_on_the_same_condition(bool b) {
  std::optional<Guard> guard;
  if (b)
    guard.emplace(mu);
  ++counter;
  if (b)
    guard.reset();
  co_await work();
}

// id: lock/optional-has_value
task<> optional_asked() {
  std::optional<Guard> guard;
  if (coin())
    guard.emplace(mu);
  if (guard)
    guard.reset();
  co_await work();
}

// Pointers

// id: lock/unique_ptr
task<> unique_ptr() {
  auto guard = std::make_unique<Guard>(mu);
  co_await work();
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: coroutine may suspend while 'guard' holds 'mu' [coro-lock-across-suspension]
  // CHECK-NOTES: :[[@LINE-3]]:16: note: locked here
}

// id: lock/unique_ptr-new
task<> unique_ptr_of_new() {
  std::unique_ptr<Guard> guard(new Guard(mu));
  co_await work();
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: coroutine may suspend while 'guard' holds 'mu' [coro-lock-across-suspension]
  // CHECK-NOTES: :[[@LINE-3]]:36: note: locked here
}

// id: lock/unique_ptr-assigned
task<> unique_ptr_assigned() {
  std::unique_ptr<Guard> guard;
  guard = std::make_unique<Guard>(mu);
  co_await work();
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: coroutine may suspend while 'guard' holds 'mu' [coro-lock-across-suspension]
  // CHECK-NOTES: :[[@LINE-3]]:11: note: locked here
}

// id: lock/unique_ptr-reset
task<> unique_ptr_reset() {
  auto guard = std::make_unique<Guard>(mu);
  ++counter;
  guard.reset();
  co_await work();
}

// id: lock/unique_ptr-nullptr
task<> unique_ptr_nullptr() {
  auto guard = std::make_unique<Guard>(mu);
  guard = nullptr;
  co_await work();
}

// id: lock/unique_ptr-moved
task<> unique_ptr_moved() {
  auto guard = std::make_unique<Guard>(mu);
  {
    auto inner = std::move(guard);
    ++counter;
  }
  co_await work();
}

// id: lock/unique_ptr-moved-on
task<> unique_ptr_moved_on() {
  auto guard = std::make_unique<Guard>(mu);
  auto now = std::move(guard);
  co_await work();
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: coroutine may suspend while 'now' holds 'mu' [coro-lock-across-suspension]
  // CHECK-NOTES: :[[@LINE-4]]:16: note: locked here
}

// id: lock/unique_ptr-scope-ended
task<> unique_ptr_scope_ended() {
  {
    auto guard = std::make_unique<Guard>(mu);
    ++counter;
  }
  co_await work();
}

// id: lock/unique_ptr-unlocked
task<> unique_ptr_unlocked() {
  auto lock = std::make_unique<Lock>(mu);
  lock->unlock();
  co_await work();
}

// id: lock/shared_ptr
task<> shared_ptr() {
  auto guard = std::make_shared<Guard>(mu);
  co_await work();
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: coroutine may suspend while 'guard' holds 'mu' [coro-lock-across-suspension]
  // CHECK-NOTES: :[[@LINE-3]]:16: note: locked here
}

// id: lock/shared_ptr-reset
task<> shared_ptr_reset() {
  auto guard = std::make_shared<Guard>(mu);
  guard.reset();
  co_await work();
}

// id: lock/new
task<> new_and_delete() {
  auto *guard = new Guard(mu);
  co_await work();
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: coroutine may suspend while 'guard' holds 'mu' [coro-lock-across-suspension]
  // CHECK-NOTES: :[[@LINE-3]]:21: note: locked here
  delete guard;
}

// id: lock/new-deleted
task<> new_and_delete_before() {
  auto *guard = new Guard(mu);
  ++counter;
  delete guard;
  co_await work();
}

// Pairs, tuples, arrays

// id: lock/pair
task<> pair() {
  std::pair<Lock, int> both(Lock(mu), 1);
  co_await work();
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: coroutine may suspend while 'both' holds 'mu' [coro-lock-across-suspension]
  // CHECK-NOTES: :[[@LINE-3]]:29: note: locked here
}

// id: lock/pair-unlocked
task<> pair_unlocked() {
  std::pair<Lock, int> both(Lock(mu), 1);
  both.first.unlock();
  co_await work();
}

// id: lock/tuple
task<> tuple() {
  std::tuple<Lock, int> both(Lock(mu), 1);
  co_await work();
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: coroutine may suspend while 'both' holds 'mu' [coro-lock-across-suspension]
  // CHECK-NOTES: :[[@LINE-3]]:30: note: locked here
}

// id: lock/tuple-unlocked
task<> tuple_unlocked() {
  std::tuple<Lock, int> both(Lock(mu), 1);
  std::get<0>(both).unlock();
  co_await work();
}

// id: lock/array
task<> array() {
  Guard guards[] = {Guard(mu)};
  co_await work();
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: coroutine may suspend while 'guards[0]' holds 'mu' [coro-lock-across-suspension]
  // CHECK-NOTES: :[[@LINE-3]]:21: note: locked here
}

// id: lock/array-scope-ended
task<> array_scope_ended() {
  {
    Lock locks[] = {Lock(mu), Lock(other)};
    ++counter;
  }
  co_await work();
}

// id: lock/array-unlocked
task<> array_unlocked() {
  Lock locks[] = {Lock(mu), Lock(other)};
  for (auto &lock : locks)
    lock.unlock();
  co_await work();
}

// id: lock/std-array
task<> std_array() {
  std::array<Guard, 1> guards = {Guard(mu)};
  co_await work();
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: coroutine may suspend while 'guards[0]' holds 'mu' [coro-lock-across-suspension]
  // CHECK-NOTES: :[[@LINE-3]]:34: note: locked here
}

// id: lock/vector-of-locks
task<> in_a_vector() {
  std::vector<Lock> locks;
  locks.emplace_back(mu);
  co_await work();
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: coroutine may suspend while 'locks' holds 'mu' [coro-lock-across-suspension]
  // CHECK-NOTES: :[[@LINE-3]]:9: note: locked here
}

// id: lock/vector-of-locks-moved-in
task<> moved_into_a_vector() {
  std::vector<Lock> locks;
  Lock lock(mu);
  locks.push_back(std::move(lock));
  co_await work();
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: coroutine may suspend while 'locks' holds 'mu' [coro-lock-across-suspension]
  // CHECK-NOTES: :[[@LINE-4]]:8: note: locked here
}

// id: lock/vector-of-locks-cleared
task<> in_a_vector_that_is_cleared() {
  std::vector<Lock> locks;
  locks.emplace_back(mu);
  locks.clear();
  co_await work();
}

// id: lock/vector-of-locks-popped
task<> in_a_vector_and_taken_out() {
  std::vector<Lock> locks;
  locks.emplace_back(mu);
  locks.pop_back();
  co_await work();
}

// id: lock/vector-of-locks-unlocked
task<> in_a_vector_and_unlocked() {
  std::vector<Lock> locks;
  locks.emplace_back(mu);
  locks.emplace_back(other);
  for (auto &lock : locks)
    lock.unlock();
  co_await work();
}

// id: lock/vector-of-locks-unlocked-by-index
task<> in_a_vector_and_unlocked_by_index() {
  std::vector<Lock> locks;
  locks.emplace_back(mu);
  locks[0].unlock();
  co_await work();
}

// id: lock/vector-of-locks-scope-ended
task<> in_a_vector_that_has_ended() {
  {
    std::vector<Lock> locks;
    locks.emplace_back(mu);
  }
  co_await work();
}

// id: lock/vector-of-locks-moved-out
task<> in_a_vector_that_is_moved() {
  std::vector<Lock> locks;
  locks.emplace_back(mu);
  {
    auto now = std::move(locks);
  }
  co_await work();
}

// id: lock/structured-binding
std::pair<Lock, int> lock_and_count() { return {Lock(mu), counter}; }
task<> structured_binding() {
  auto [lock, count] = lock_and_count();
  co_await work();
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: coroutine may suspend while 'lock' holds 'mu' [coro-lock-across-suspension]
  // CHECK-NOTES: :[[@LINE-3]]:24: note: locked here
}

// id: lock/structured-binding-unlocked
task<> structured_binding_unlocked() {
  auto [lock, count] = lock_and_count();
  lock.unlock();
  co_await work();
}

// id: lock/structured-binding-scope-ended
task<> structured_binding_scope_ended() {
  {
    auto [lock, count] = lock_and_count();
    counter = count + 1;
  }
  co_await work();
}

// Members and bases

struct Session {
  Lock lock;
  int user = 0;
};

// id: lock/member
task<> member() {
  Session session{Lock(mu)};
  co_await work();
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: coroutine may suspend while 'session.lock' holds 'mu' [coro-lock-across-suspension]
  // CHECK-NOTES: :[[@LINE-3]]:19: note: locked here
}

// id: lock/member-designated
task<> member_designated() {
  Session session{.lock = Lock(mu), .user = 1};
  co_await work();
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: coroutine may suspend while 'session.lock' holds 'mu' [coro-lock-across-suspension]
  // CHECK-NOTES: :[[@LINE-3]]:27: note: locked here
}

// id: lock/member-assigned
task<> member_assigned() {
  Session session;
  session.lock = Lock(mu);
  co_await work();
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: coroutine may suspend while 'session.lock' holds 'mu' [coro-lock-across-suspension]
  // CHECK-NOTES: :[[@LINE-3]]:18: note: locked here
}

// id: lock/member-unlocked
task<> member_unlocked() {
  Session session{Lock(mu)};
  session.lock.unlock();
  co_await work();
}

// id: lock/member-empty
task<> member_empty() {
  Session session;
  co_await work();
}

// id: lock/member-moved-out
task<> member_moved_out() {
  Session session{Lock(mu)};
  {
    Lock inner = std::move(session.lock);
  }
  co_await work();
}

// id: lock/member-moved-as-a-whole
task<> moved_as_a_whole() {
  Session session{Lock(mu)};
  Session now = std::move(session);
  co_await work();
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: coroutine may suspend while 'now.lock' holds 'mu' [coro-lock-across-suspension]
  // CHECK-NOTES: :[[@LINE-4]]:19: note: locked here
}

class Transaction {
public:
  explicit Transaction(std::mutex &m) : lock_(m) {}
  void commit() { ++counter; }
  void finish() { lock_.unlock(); }

private:
  Lock lock_;
};

// id: lock/member-of-a-class
task<> a_class_that_locks() {
  Transaction transaction(mu);
  transaction.commit();
  co_await work();
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: coroutine may suspend while 'transaction' holds 'mu' [coro-lock-across-suspension]
  // CHECK-NOTES: :[[@LINE-4]]:15: note: locked here
}

// id: lock/member-of-a-class-unlocked
task<> a_class_that_locks_and_unlocks() {
  Transaction transaction(mu);
  transaction.commit();
  transaction.finish();
  co_await work();
}

// id: lock/member-of-a-class-scope-ended
task<> a_class_that_locks_scope_ended() {
  {
    Transaction transaction(mu);
    transaction.commit();
  }
  co_await work();
}

struct Scoped : std::lock_guard<std::mutex> {
  using lock_guard::lock_guard;
};

// id: lock/derived
task<> derived() {
  Scoped scoped(mu);
  co_await work();
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: coroutine may suspend while 'scoped' holds 'mu' [coro-lock-across-suspension]
  // CHECK-NOTES: :[[@LINE-3]]:10: note: locked here
}

// id: lock/derived-scope-ended
task<> derived_scope_ended() {
  {
    Scoped scoped(mu);
    ++counter;
  }
  co_await work();
}

struct Unlockable : Lock {
  explicit Unlockable(std::mutex &m) : Lock(m) {}
};

// id: lock/derived-unlocked
task<> derived_unlocked() {
  Unlockable lock(mu);
  lock.unlock();
  co_await work();
}

// References and lifetime extension

// id: lock/reference-extends
task<> a_reference_extends_its_life() {
  auto &&lock = Lock(mu);
  co_await work();
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: coroutine may suspend while 'lock' holds 'mu' [coro-lock-across-suspension]
  // CHECK-NOTES: :[[@LINE-3]]:17: note: locked here
}

// id: lock/const-reference-extends
task<> a_const_reference_extends_its_life() {
  const Session &session = Session{Lock(mu)};
  co_await work();
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: coroutine may suspend while 'session.lock' holds 'mu' [coro-lock-across-suspension]
  // CHECK-NOTES: :[[@LINE-3]]:36: note: locked here
}

// id: lock/reference-extends-scope-ended
task<> a_reference_extends_its_life_scope_ended() {
  {
    auto &&lock = Lock(mu);
    ++counter;
  }
  co_await work();
}

// Merely containing a mutex makes neither a guard nor a lock.

struct Registry {
  std::mutex mu_;
  std::vector<int> items_;
  void add(int n) {
    std::lock_guard guard(mu_);
    items_.push_back(n);
  }
  ~Registry() {
    std::lock_guard guard(mu_);
    items_.clear();
  }
};

// id: lock/contains-a-mutex
task<> contains_a_mutex() {
  Registry registry;
  registry.add(1);
  co_await work();
}

class Handle {
public:
  explicit Handle(Registry &r) : registry_(r) { registry_.add(1); }
  ~Handle() {
    std::lock_guard guard(registry_.mu_);
    registry_.items_.pop_back();
  }

private:
  Registry &registry_;
};

// id: lock/locks-in-constructor-and-destructor
task<> locks_and_unlocks_at_both_ends(Registry &registry) {
  Handle handle(registry);
  co_await work();
}

// id: lock/pointer-to-a-guard
task<> a_pointer_to_somebody_elses(Lock *theirs) {
  Lock *same = theirs;
  co_await work();
  counter = same->owns_lock();
}
