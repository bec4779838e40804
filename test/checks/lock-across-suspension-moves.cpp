// RUN: %check_tidy %s coro-lock-across-suspension
// RUN: %check_tidy_real %s coro-lock-across-suspension

// Guards that are moved: out of a helper's argument, through a function, into
// something that keeps them, and out of a function together with a flag.

#include "task.h"
#include <array>
#include <memory>
#include <mutex>
#include <optional>
#include <utility>
#include <vector>

using Lock = std::unique_lock<std::mutex>;
std::mutex mu;
std::mutex other;
int counter;

// Helpers that are given a pointer.

void move_out(Lock *l) { Lock mine(std::move(*l)); }
void swap_out(Lock *l) {
  Lock mine;
  mine.swap(*l);
}
void std_swap_out(Lock *l) {
  Lock mine;
  std::swap(mine, *l);
}
void assign_empty(Lock *l) { *l = Lock(); }
void unlock_by_reference(Lock *l) {
  Lock &r = *l;
  r.unlock();
}
void look(Lock *l) { counter += l->owns_lock(); }
void swap_back(Lock *l) {
  Lock mine;
  mine.swap(*l);
  mine.swap(*l);
}
void assign_locked(Lock *l) { *l = Lock(other); }

// id: lock/moved-out-by-pointer
task<> moved_out_by_pointer() {
  Lock l(mu);
  move_out(&l);
  co_await work();
}

// id: lock/moved-out-by-pointer-not
task<> looked_at_by_pointer() {
  Lock l(mu);
  look(&l);
  co_await work();
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: coroutine may suspend while 'l' holds 'mu' [coro-lock-across-suspension]
  // CHECK-NOTES: :[[@LINE-4]]:8: note: locked here
}

// id: lock/moved-out-by-swap
task<> swapped_out_by_pointer() {
  Lock l(mu);
  swap_out(&l);
  co_await work();
}

// id: lock/moved-out-by-std-swap
task<> std_swapped_out_by_pointer() {
  Lock l(mu);
  std_swap_out(&l);
  co_await work();
}

// id: lock/moved-out-by-assignment
task<> assigned_nothing_by_pointer() {
  Lock l(mu);
  assign_empty(&l);
  co_await work();
}

// id: lock/moved-out-by-assignment-of-another
task<> assigned_another_by_pointer() {
  Lock l(mu);
  assign_locked(&l);
  co_await work();
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: coroutine may suspend while 'l' holds 'other' [coro-lock-across-suspension]
  // CHECK-NOTES: :[[@LINE-3]]:3: note: locked here
}

// id: lock/moved-out-by-reference-to-pointee
task<> unlocked_by_a_reference_to_the_pointee() {
  Lock l(mu);
  unlock_by_reference(&l);
  co_await work();
}

// Helpers that are given a reference.

void move_out(Lock &l) { Lock mine(std::move(l)); }
void swap_out(Lock &l) {
  Lock mine;
  mine.swap(l);
}
void assign_empty(Lock &l) { l = Lock(); }
void unlock_by_pointer(Lock &l) {
  Lock *p = &l;
  p->unlock();
}
void release_and_unlock(Lock &l) {
  auto *m = l.release();
  m->unlock();
}
void unlock_and_lock(Lock &l) {
  l.unlock();
  ++counter;
  l.lock();
}
void move_out_and_back(Lock &l) {
  Lock mine(std::move(l));
  l = std::move(mine);
}

// id: lock/moved-out
task<> moved_out() {
  Lock l(mu);
  move_out(l);
  co_await work();
}

// id: lock/moved-out-swap
task<> swapped_out() {
  Lock l(mu);
  swap_out(l);
  co_await work();
}

// id: lock/moved-out-assigned
task<> assigned_nothing() {
  Lock l(mu);
  assign_empty(l);
  co_await work();
}

// id: lock/moved-out-unlocked-by-pointer
task<> unlocked_by_a_pointer_to_it() {
  Lock l(mu);
  unlock_by_pointer(l);
  co_await work();
}

// id: lock/moved-out-released
task<> released_and_unlocked() {
  Lock l(mu);
  release_and_unlock(l);
  co_await work();
}

// id: lock/moved-out-relocked
task<> unlocked_and_locked_again() {
  Lock l(mu);
  unlock_and_lock(l);
  co_await work();
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: coroutine may suspend while 'l' holds 'mu' [coro-lock-across-suspension]
  // CHECK-NOTES: :[[@LINE-3]]:3: note: locked here
}

// Helpers that are given what holds a guard.

void reset(std::optional<Lock> &l) { l.reset(); }
void assign_nullopt(std::optional<Lock> &l) { l = std::nullopt; }
void unlock_if_any(std::optional<Lock> &l) {
  if (l)
    l->unlock();
}
void look(std::optional<Lock> &l) { counter += l.has_value(); }
void reset(std::unique_ptr<Lock> &l) { l.reset(); }
void sink(std::unique_ptr<Lock>) {}
void look(const std::unique_ptr<Lock> &l) { counter += l != nullptr; }

// id: lock/moved-out-optional-reset
task<> optional_reset_by_a_helper() {
  std::optional<Lock> l(mu);
  reset(l);
  co_await work();
}

// id: lock/moved-out-optional-nullopt
task<> optional_assigned_nullopt_by_a_helper() {
  std::optional<Lock> l(mu);
  assign_nullopt(l);
  co_await work();
}

// id: lock/moved-out-optional-unlocked
task<> optional_unlocked_by_a_helper() {
  std::optional<Lock> l(mu);
  unlock_if_any(l);
  co_await work();
}

// id: lock/moved-out-optional-not
task<> optional_looked_at_by_a_helper() {
  std::optional<Lock> l(mu);
  look(l);
  co_await work();
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: coroutine may suspend while 'l' holds 'mu' [coro-lock-across-suspension]
  // CHECK-NOTES: :[[@LINE-4]]:23: note: locked here
}

// id: lock/moved-out-unique_ptr-reset
task<> unique_ptr_reset_by_a_helper() {
  auto l = std::make_unique<Lock>(mu);
  reset(l);
  co_await work();
}

// id: lock/moved-out-unique_ptr-sink
task<> unique_ptr_given_away() {
  auto l = std::make_unique<Lock>(mu);
  sink(std::move(l));
  co_await work();
}

// id: lock/moved-out-unique_ptr-not
task<> unique_ptr_looked_at_by_a_helper() {
  auto l = std::make_unique<Lock>(mu);
  look(l);
  co_await work();
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: coroutine may suspend while 'l' holds 'mu' [coro-lock-across-suspension]
  // CHECK-NOTES: :[[@LINE-4]]:12: note: locked here
}

struct Holder {
  Lock l;
  void assign_empty() { l = {}; }
  void move_out() { Lock mine = std::move(l); }
  void exchange() { std::exchange(l, {}); }
  void unlock() { l.unlock(); }
  void look() { counter += l.owns_lock(); }
};

// id: lock/moved-out-of-a-holder
task<> holder_moves_its_lock_out() {
  Holder h{Lock(mu)};
  h.move_out();
  co_await work();
}

// id: lock/moved-out-of-a-holder-assigned
task<> holder_assigns_nothing() {
  Holder h{Lock(mu)};
  h.assign_empty();
  co_await work();
}

// id: lock/moved-out-of-a-holder-exchanged
task<> holder_exchanges_its_lock() {
  Holder h{Lock(mu)};
  h.exchange();
  co_await work();
}

// id: lock/moved-out-of-a-holder-unlocked
task<> holder_unlocks() {
  Holder h{Lock(mu)};
  h.unlock();
  co_await work();
}

// id: lock/moved-out-of-a-holder-not
task<> holder_looks() {
  Holder h{Lock(mu)};
  h.look();
  co_await work();
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: coroutine may suspend while 'h.l' holds 'mu' [coro-lock-across-suspension]
  // CHECK-NOTES: :[[@LINE-4]]:12: note: locked here
}

// What keeps guards.

struct Store {
  std::vector<Lock> held;
  void keep(Lock &l) { held.push_back(std::move(l)); }
  void keep_moved(Lock &&l) { held.push_back(std::move(l)); }
  void drop() { held.clear(); }
};

// id: lock/kept-scope-ended
task<> kept_in_an_inner_scope() {
  Lock l(mu);
  {
    Store s;
    s.keep(l);
  }
  co_await work();
}

// id: lock/kept-by-somebody-else
task<> kept_by_somebody_else(Store &s) {
  Lock l(mu);
  s.keep(l);
  co_await work();
}

// id: lock/kept-not-by-somebody-else
task<> somebody_else_keeps_another(Store &s) {
  Lock l(mu);
  {
    Lock l2(other);
    s.keep(l2);
  }
  co_await work();
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: coroutine may suspend while 'l' holds 'mu' [coro-lock-across-suspension]
  // CHECK-NOTES: :[[@LINE-7]]:8: note: locked here
}

// id: lock/kept-dropped
task<> kept_and_dropped() {
  Store s;
  {
    Lock l(mu);
    s.keep(l);
  }
  s.drop();
  co_await work();
}

// id: lock/kept-moved-dropped
task<> kept_moved_and_dropped() {
  Store s;
  {
    Lock l(mu);
    s.keep_moved(std::move(l));
  }
  s.drop();
  co_await work();
}

// id: lock/kept-array-unlocked
task<> array_unlocked_by_index() {
  std::array<Lock, 1> ls{Lock(mu)};
  ls[0].unlock();
  co_await work();
}

// id: lock/kept-array-unlocked-in-a-loop
task<> array_unlocked_in_a_loop() {
  std::array<Lock, 1> ls{Lock(mu)};
  for (auto &l : ls)
    l.unlock();
  co_await work();
}

// id: lock/kept-vector-popped
task<> vector_popped() {
  std::vector<Lock> v;
  v.emplace_back(mu);
  v.pop_back();
  co_await work();
}

// id: lock/kept-vector-popped-in-a-loop
task<> vector_popped_until_empty() {
  std::vector<Lock> v;
  v.emplace_back(mu);
  while (!v.empty())
    v.pop_back();
  co_await work();
}

// id: lock/kept-vector-filled-and-popped
task<> vector_filled_and_popped(std::vector<std::mutex *> ms) {
  std::vector<Lock> v;
  for (auto *m : ms)
    v.emplace_back(*m);
  while (!v.empty())
    v.pop_back();
  co_await work();
}

// id: lock/kept-vector-filled
task<> vector_filled(std::vector<std::mutex *> ms) {
  std::vector<Lock> v;
  for (auto *m : ms)
    v.emplace_back(*m);
  co_await work();
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: coroutine may suspend while 'v' holds 'ms' [coro-lock-across-suspension]
  // CHECK-NOTES: :[[@LINE-3]]:7: note: locked here
}

// id: lock/kept-pointers-unlocked
task<> pointers_in_a_list_unlock() {
  Lock a(mu), b(other);
  for (auto *l : {&a, &b})
    l->unlock();
  co_await work();
}

// id: lock/kept-pointers-in-an-array-unlocked
task<> pointers_in_an_array_unlock() {
  Lock a(mu), b(other);
  Lock *ls[] = {&a, &b};
  for (auto *l : ls)
    l->unlock();
  co_await work();
}

// Through functions.

Lock unlocked(Lock l) {
  l.unlock();
  return l;
}
Lock same(Lock l) {
  ++counter;
  return l;
}
template <class T> T take(T &t) { return std::exchange(t, T{}); }

// id: lock/through-unlocked
task<> through_a_function_that_unlocks() {
  Lock l(mu);
  l = unlocked(std::move(l));
  co_await work();
}

// id: lock/through-unlocked-into-another
task<> into_another_through_a_function_that_unlocks() {
  Lock l(mu);
  auto m = unlocked(std::move(l));
  co_await work();
}

// id: lock/through
task<> through_a_function() {
  Lock l(mu);
  l = same(std::move(l));
  co_await work();
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: coroutine may suspend while 'l' holds 'mu' [coro-lock-across-suspension]
  // CHECK-NOTES: :[[@LINE-4]]:8: note: locked here
}

// id: lock/through-into-another
task<> into_another_through_a_function() {
  Lock l(mu);
  auto m = same(std::move(l));
  co_await work();
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: coroutine may suspend while 'm' holds 'mu' [coro-lock-across-suspension]
  // CHECK-NOTES: :[[@LINE-4]]:8: note: locked here
}

// id: lock/through-dropped
task<> through_a_function_and_dropped() {
  Lock l(mu);
  same(std::move(l));
  co_await work();
}

// id: lock/through-exchange
task<> taken_and_dropped() {
  Lock l(mu);
  take(l);
  co_await work();
}

// id: lock/through-lambda
task<> given_by_a_lambda() {
  Lock l(mu);
  auto give = [](Lock &l) { return std::move(l); };
  {
    auto mine = give(l);
  }
  co_await work();
}

// id: lock/through-capture
task<> captured_and_called_at_once() {
  Lock l(mu);
  [l = std::move(l)] { ++counter; }();
  co_await work();
}

// Together with a flag.

struct Result {
  bool ok;
  Lock l;
};
Result acquire(int n) {
  Lock l(mu);
  if (n > 3) {
    l.unlock();
    return {false, std::move(l)};
  }
  return {true, std::move(l)};
}
std::pair<bool, Lock> acquire_pair(int n) {
  if (n > 3)
    return {false, Lock()};
  return {true, Lock(mu)};
}

// id: lock/result-flag-failed
task<> result_not_locked(int n) {
  auto r = acquire(n);
  if (!r.ok)
    co_await work();
}

// id: lock/result-owns-not
task<> result_does_not_own(int n) {
  auto r = acquire(n);
  if (!r.l)
    co_await work();
}

// id: lock/result-pair-failed
task<> pair_not_locked(int n) {
  auto [ok, l] = acquire_pair(n);
  if (!ok)
    co_await work();
}

// A class that has a guard in it.

struct Leased {
  std::lock_guard<std::mutex> g;
  int depth = 0;
  explicit Leased(std::mutex &m) : g(m) {}
  void step() { ++depth; }
};
struct Inheriting : Leased {
  using Leased::Leased;
};

// id: lock/holder-inherits-ended
task<> guard_in_a_base_ended() {
  {
    Inheriting t(mu);
    t.step();
  }
  co_await work();
}

// id: lock/holder-steps
task<> guard_in_a_member(std::mutex &m) {
  Leased t(m);
  t.step();
  co_await work();
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: coroutine may suspend while 't.g' holds 'm' [coro-lock-across-suspension]
  // CHECK-NOTES: :[[@LINE-4]]:10: note: locked here
}

struct Deriving : std::lock_guard<std::mutex> {
  using std::lock_guard<std::mutex>::lock_guard;
};

// id: lock/holder-derives
task<> guard_is_a_base() {
  Deriving t(mu);
  co_await work();
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: coroutine may suspend while 't' holds 'mu' [coro-lock-across-suspension]
  // CHECK-NOTES: :[[@LINE-3]]:12: note: locked here
}

struct HeldValue {
  Lock l;
  HeldValue() : l(mu) {}
};
task<> use(const HeldValue &);

// id: lock/holder-temporary
task<> temporary_with_a_guard() { co_await use(HeldValue{}); }
// CHECK-NOTES: :[[@LINE-1]]:35: warning: coroutine may suspend while a temporary 'HeldValue' holds 'mu' [coro-lock-across-suspension]
// CHECK-NOTES: :[[@LINE-2]]:48: note: locked here

struct HeldAggregate {
  Lock l{mu};
  int v = 0;
};
task<> use(const HeldAggregate &);

// id: lock/holder-default-initialiser
task<> aggregate_with_a_guard() {
  HeldAggregate h;
  co_await work();
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: coroutine may suspend while 'h.l' holds 'mu' [coro-lock-across-suspension]
  // CHECK-NOTES: :[[@LINE-3]]:17: note: locked here
}

// id: lock/holder-default-initialiser-ended
task<> aggregate_with_a_guard_ended() {
  {
    HeldAggregate h;
    ++h.v;
  }
  co_await work();
}

// Hand over hand.

struct Node {
  std::mutex mu;
  int value = 0;
  Node *next = nullptr;
};

// id: lock/hand-over-hand
task<> hand_over_hand(Node *n) {
  Lock l(n->mu);
  while (n->next) {
    Lock next(n->next->mu);
    n = n->next;
    l = std::move(next);
  }
  l.unlock();
  co_await work();
}

// id: lock/hand-over-hand-held
task<> hand_over_hand_and_held(Node *n) {
  Lock l(n->mu);
  while (n->next) {
    Lock next(n->next->mu);
    n = n->next;
    l = std::move(next);
    co_await work();
    // CHECK-NOTES: :[[@LINE-1]]:5: warning: coroutine may suspend while 'l' holds 'n->next->mu' [coro-lock-across-suspension]
    // CHECK-NOTES: :[[@LINE-5]]:10: note: locked here
  }
}

// id: lock/hand-over-hand-swapped
task<> hand_over_hand_by_swaps(Node *n) {
  Lock l(n->mu);
  while (n->next) {
    Lock next(n->next->mu);
    n = n->next;
    l.swap(next);
  }
  l.unlock();
  co_await work();
}

// Said once for each lock that it may hold.
// id: lock/hand-over-hand-swapped-held
task<> hand_over_hand_by_swaps_and_held(Node *n) {
  Lock l(n->mu);
  while (n->next) {
    Lock next(n->next->mu);
    n = n->next;
    l.swap(next);
  }
  co_await work();
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: coroutine may suspend while 'l' holds 'n->mu' [coro-lock-across-suspension]
  // CHECK-NOTES: :[[@LINE-8]]:8: note: locked here
  // CHECK-NOTES: :[[@LINE-3]]:3: warning: coroutine may suspend while 'l' holds 'n->next->mu' [coro-lock-across-suspension]
  // CHECK-NOTES: :[[@LINE-8]]:10: note: locked here
}

struct Keeper {
  Lock l;
  explicit Keeper(Lock x) : l(std::move(x)) {}
};

// id: lock/keeper
task<> moved_into_a_keeper() {
  Lock l(mu);
  Keeper k(std::move(l));
  co_await work();
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: coroutine may suspend while 'k.l' holds 'mu' [coro-lock-across-suspension]
  // CHECK-NOTES: :[[@LINE-4]]:8: note: locked here
}

// id: lock/keeper-ended
task<> moved_into_a_keeper_that_ends() {
  Lock l(mu);
  {
    Keeper k(std::move(l));
  }
  co_await work();
}

// id: lock/through-generic-lambda
task<> generic_lambda_unlocks_all() {
  Lock a(mu), b(other);
  auto unlock = [](auto &...l) { (l.unlock(), ...); };
  unlock(a, b);
  co_await work();
}

// id: lock/through-generic-lambda-one
task<> generic_lambda_unlocks_one() {
  Lock a(mu), b(other);
  auto unlock = [](auto &...l) { (l.unlock(), ...); };
  unlock(a);
  co_await work();
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: coroutine may suspend while 'b' holds 'other' [coro-lock-across-suspension]
  // CHECK-NOTES: :[[@LINE-5]]:15: note: locked here
}

// Known misses. When one starts to be found, move it up.

// id: lock/result-flag
task<> result_locked(int n) {
  auto r = acquire(n);
  if (r.ok)
    co_await work();
}

// id: lock/result-pair
task<> pair_locked(int n) {
  auto [ok, l] = acquire_pair(n);
  if (ok)
    co_await work();
}

// A guard kept by what a helper was given.
// id: lock/kept
task<> kept_and_held() {
  Lock l(mu);
  Store s;
  s.keep(l);
  co_await work();
}

// id: lock/holder-temporary-aggregate
task<> temporary_aggregate_with_a_guard() { co_await use(HeldAggregate{}); }

// id: lock/moved-out-by-swap-and-back
task<> swapped_out_and_back() {
  Lock l(mu);
  swap_back(&l);
  co_await work();
}

// id: lock/moved-out-and-back
task<> moved_out_and_back() {
  Lock l(mu);
  move_out_and_back(l);
  co_await work();
}

// id: lock/kept-array
task<> array_held() {
  std::array<Lock, 1> ls{Lock(mu)};
  for (auto &l : ls)
    counter += l.owns_lock();
  co_await work();
}

// id: lock/kept-pointers
task<> pointers_in_an_array_look() {
  Lock a(mu);
  Lock *ls[] = {&a};
  for (auto *l : ls)
    counter += l->owns_lock();
  co_await work();
}

// id: lock/through-exchange-kept
task<> taken_and_kept() {
  Lock l(mu);
  auto mine = take(l);
  co_await work();
}

// id: lock/through-lambda-kept
task<> given_by_a_lambda_and_kept() {
  Lock l(mu);
  auto give = [](Lock &l) { return std::move(l); };
  auto mine = give(l);
  co_await work();
}

// id: lock/result-owns
task<> result_owns(int n) {
  auto r = acquire(n);
  if (r.l)
    co_await work();
}

// id: lock/holder-inherits
task<> guard_in_a_base() {
  Inheriting t(mu);
  co_await work();
}
