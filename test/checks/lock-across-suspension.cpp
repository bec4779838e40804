// RUN: %check_tidy %s coro-lock-across-suspension
// RUN: %check_tidy_real %s coro-lock-across-suspension

// The standard guards, and every place where a coroutine can be suspended.

#include "task.h"
#include <mutex>
#include <shared_mutex>
#include <stdexcept>
#include <utility>
#include <vector>

std::mutex mu;
std::mutex other;
std::mutex third;
std::recursive_mutex recursive;
std::timed_mutex timed;
std::shared_mutex shared;
int counter;

// The mistake.

// id: lock/lock_guard
task<> held_across_await() {
  std::lock_guard guard(mu);
  co_await work();
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: coroutine may suspend while 'guard' holds 'mu' [coro-lock-across-suspension]
  // CHECK-NOTES: :[[@LINE-3]]:19: note: locked here
}

// The cures.

// id: lock/lock_guard-scope-ended
task<> released_before_await() {
  {
    std::lock_guard guard(mu);
    ++counter;
  }
  co_await work();
}

// id: lock/lock_guard-taken-after
task<> taken_after_the_last_await() {
  co_await work();
  std::lock_guard guard(mu);
  ++counter;
}

// Each guard, with its template arguments and without.

// id: lock/lock_guard-written-out
task<> written_out() {
  std::lock_guard<std::mutex> guard(mu);
  co_await work();
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: coroutine may suspend while 'guard' holds 'mu' [coro-lock-across-suspension]
  // CHECK-NOTES: :[[@LINE-3]]:31: note: locked here
}

// id: lock/lock_guard-braces
task<> braces() {
  std::lock_guard guard{mu};
  co_await work();
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: coroutine may suspend while 'guard' holds 'mu' [coro-lock-across-suspension]
  // CHECK-NOTES: :[[@LINE-3]]:19: note: locked here
}

// id: lock/lock_guard-copy-initialised
task<> copy_initialised() {
  auto guard = std::lock_guard(mu);
  co_await work();
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: coroutine may suspend while 'guard' holds 'mu' [coro-lock-across-suspension]
  // CHECK-NOTES: :[[@LINE-3]]:16: note: locked here
}

// id: lock/unique_lock
task<> unique() {
  std::unique_lock lock(mu);
  co_await work();
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: coroutine may suspend while 'lock' holds 'mu' [coro-lock-across-suspension]
  // CHECK-NOTES: :[[@LINE-3]]:20: note: locked here
}

// id: lock/unique_lock-unlocked
task<> unique_unlocked() {
  std::unique_lock lock(mu);
  ++counter;
  lock.unlock();
  co_await work();
}

// id: lock/unique_lock-relocked
task<> unique_relocked() {
  std::unique_lock lock(mu);
  co_await work();
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: coroutine may suspend while 'lock' holds 'mu' [coro-lock-across-suspension]
  // CHECK-NOTES: :[[@LINE-3]]:20: note: locked here
  lock.unlock();
  co_await work();
  lock.lock();
  co_await work();
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: coroutine may suspend while 'lock' holds 'mu' [coro-lock-across-suspension]
  // CHECK-NOTES: :[[@LINE-3]]:8: note: locked here
}

// id: lock/unique_lock-relocked-at-the-end
task<> unlocked_around_the_await() {
  std::unique_lock lock(mu);
  lock.unlock();
  co_await work();
  lock.lock();
  ++counter;
}

// id: lock/scoped_lock
task<> scoped() {
  std::scoped_lock lock(mu);
  co_await work();
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: coroutine may suspend while 'lock' holds 'mu' [coro-lock-across-suspension]
  // CHECK-NOTES: :[[@LINE-3]]:20: note: locked here
}

// id: lock/scoped_lock-two
task<> scoped_two() {
  std::scoped_lock lock(mu, other);
  co_await work();
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: coroutine may suspend while 'lock' holds 'mu' and 'other' [coro-lock-across-suspension]
  // CHECK-NOTES: :[[@LINE-3]]:20: note: locked here
}

// id: lock/scoped_lock-three
task<> scoped_three() {
  std::scoped_lock lock(mu, other, third);
  co_await work();
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: coroutine may suspend while 'lock' holds 'mu', 'other' and 'third' [coro-lock-across-suspension]
  // CHECK-NOTES: :[[@LINE-3]]:20: note: locked here
}

// id: lock/scoped_lock-none
task<> scoped_none() {
  std::scoped_lock<> lock;
  co_await work();
}

// id: lock/scoped_lock-scope-ended
task<> scoped_in_a_block() {
  {
    std::scoped_lock lock(mu, other);
    ++counter;
  }
  co_await work();
}

// id: lock/shared_lock
task<> shared_reader() {
  std::shared_lock lock(shared);
  co_await work();
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: coroutine may suspend while 'lock' holds 'shared' [coro-lock-across-suspension]
  // CHECK-NOTES: :[[@LINE-3]]:20: note: locked here
}

// id: lock/shared_lock-unlocked
task<> shared_reader_unlocked() {
  std::shared_lock lock(shared);
  lock.unlock();
  co_await work();
}

// id: lock/shared_mutex-writer
task<> shared_writer() {
  std::unique_lock lock(shared);
  co_await work();
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: coroutine may suspend while 'lock' holds 'shared' [coro-lock-across-suspension]
  // CHECK-NOTES: :[[@LINE-3]]:20: note: locked here
}

// id: lock/recursive_mutex
task<> recursive_guard() {
  std::lock_guard guard(recursive);
  co_await work();
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: coroutine may suspend while 'guard' holds 'recursive' [coro-lock-across-suspension]
  // CHECK-NOTES: :[[@LINE-3]]:19: note: locked here
}

// id: lock/timed_mutex
task<> timed_guard() {
  std::lock_guard guard(timed);
  co_await work();
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: coroutine may suspend while 'guard' holds 'timed' [coro-lock-across-suspension]
  // CHECK-NOTES: :[[@LINE-3]]:19: note: locked here
}

// id: lock/timed_mutex-scope-ended
task<> timed_and_recursive_released() {
  {
    std::lock_guard one(timed);
    std::lock_guard two(recursive);
  }
  co_await work();
}

// Types, never spellings.

using Guard = std::lock_guard<std::mutex>;
template <class M> using GuardOf = std::unique_lock<M>;

// id: lock/alias
task<> through_an_alias() {
  Guard guard(mu);
  co_await work();
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: coroutine may suspend while 'guard' holds 'mu' [coro-lock-across-suspension]
  // CHECK-NOTES: :[[@LINE-3]]:9: note: locked here
}

// id: lock/alias-scope-ended
task<> through_an_alias_released() {
  {
    Guard guard(mu);
    GuardOf<std::mutex> lock(other);
  }
  co_await work();
}

// id: lock/alias-template
task<> through_an_alias_template() {
  GuardOf<std::mutex> lock(mu);
  co_await work();
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: coroutine may suspend while 'lock' holds 'mu' [coro-lock-across-suspension]
  // CHECK-NOTES: :[[@LINE-3]]:23: note: locked here
}

// id: lock/decltype
task<> through_decltype() {
  decltype(std::unique_lock(mu)) lock(other);
  co_await work();
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: coroutine may suspend while 'lock' holds 'other' [coro-lock-across-suspension]
  // CHECK-NOTES: :[[@LINE-3]]:34: note: locked here
}

// id: lock/decltype-unevaluated
task<> locked_only_in_an_unevaluated_operand() {
  decltype(std::unique_lock(mu)) lock;
  static_assert(sizeof(mu.try_lock()) == 1);
  co_await work();
}

struct Worker {
  using Lock = std::unique_lock<std::mutex>;
  std::mutex mu_;
  int jobs_ = 0;

  // id: lock/member-mutex
  task<> member_mutex() {
    std::lock_guard guard(mu_);
    co_await work();
    // CHECK-NOTES: :[[@LINE-1]]:5: warning: coroutine may suspend while 'guard' holds 'mu_' [coro-lock-across-suspension]
    // CHECK-NOTES: :[[@LINE-3]]:21: note: locked here
  }

  // id: lock/member-mutex-this
  task<> member_mutex_through_this() {
    std::lock_guard guard(this->mu_);
    co_await work();
    // CHECK-NOTES: :[[@LINE-1]]:5: warning: coroutine may suspend while 'guard' holds 'mu_' [coro-lock-across-suspension]
    // CHECK-NOTES: :[[@LINE-3]]:21: note: locked here
  }

  // id: lock/member-mutex-scope-ended
  task<> member_mutex_released() {
    {
      std::lock_guard guard(mu_);
      ++jobs_;
    }
    co_await work();
  }

  // id: lock/class-scope-alias
  task<> class_scope_alias() {
    Lock lock(mu_);
    co_await work();
    // CHECK-NOTES: :[[@LINE-1]]:5: warning: coroutine may suspend while 'lock' holds 'mu_' [coro-lock-across-suspension]
    // CHECK-NOTES: :[[@LINE-3]]:10: note: locked here
  }

  // id: lock/class-scope-alias-unlocked
  task<> class_scope_alias_unlocked() {
    Lock lock(mu_);
    lock.unlock();
    co_await work();
  }
};

// Out of line, and const.
struct Table {
  mutable std::shared_mutex mutex;
  std::vector<int> rows;
  task<int> size() const;
  task<int> size_of_a_copy() const;
};

// id: lock/member-out-of-line
task<int> Table::size() const {
  std::shared_lock lock(mutex);
  co_await work();
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: coroutine may suspend while 'lock' holds 'mutex' [coro-lock-across-suspension]
  // CHECK-NOTES: :[[@LINE-3]]:20: note: locked here
  co_return static_cast<int>(rows.size());
}

// id: lock/member-out-of-line-copied
task<int> Table::size_of_a_copy() const {
  int size;
  {
    std::shared_lock lock(mutex);
    size = static_cast<int>(rows.size());
  }
  co_await work();
  co_return size;
}

// How the mutex is written is how it is named.

namespace shop {
std::mutex till;
}

// id: lock/name-of-another-object
task<> of_another_object(Worker &w, Worker *p) {
  std::lock_guard one(w.mu_);
  std::lock_guard two(p->mu_);
  std::lock_guard three(shop::till);
  co_await work();
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: coroutine may suspend while 'one' holds 'w.mu_' [coro-lock-across-suspension]
  // CHECK-NOTES: :[[@LINE-5]]:19: note: locked here
  // CHECK-NOTES: :[[@LINE-3]]:3: warning: coroutine may suspend while 'three' holds 'till' [coro-lock-across-suspension]
  // CHECK-NOTES: :[[@LINE-5]]:19: note: locked here
  // CHECK-NOTES: :[[@LINE-5]]:3: warning: coroutine may suspend while 'two' holds 'p->mu_' [coro-lock-across-suspension]
  // CHECK-NOTES: :[[@LINE-8]]:19: note: locked here
}

// id: lock/name-of-another-object-released
task<> of_another_object_released(Worker &w, Worker *p) {
  {
    std::lock_guard one(w.mu_);
    std::lock_guard two(p->mu_);
  }
  co_await work();
}

// id: lock/name-by-reference
task<> by_reference(std::mutex &m) {
  std::lock_guard guard(m);
  co_await work();
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: coroutine may suspend while 'guard' holds 'm' [coro-lock-across-suspension]
  // CHECK-NOTES: :[[@LINE-3]]:19: note: locked here
}

// id: lock/name-by-pointer
task<> by_pointer(std::mutex *m) {
  std::lock_guard guard(*m);
  co_await work();
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: coroutine may suspend while 'guard' holds 'm' [coro-lock-across-suspension]
  // CHECK-NOTES: :[[@LINE-3]]:19: note: locked here
}

// id: lock/name-of-an-element
task<> an_element(std::mutex (&stripes)[16], int i) {
  std::lock_guard guard(stripes[i]);
  co_await work();
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: coroutine may suspend while 'guard' holds 'stripes[i]' [coro-lock-across-suspension]
  // CHECK-NOTES: :[[@LINE-3]]:19: note: locked here
}

std::mutex &mutex_of(int key);

// id: lock/name-unknown
task<> cannot_be_named(int key) {
  std::lock_guard guard(mutex_of(key));
  co_await work();
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: coroutine may suspend while 'guard' holds a 'std::mutex' [coro-lock-across-suspension]
  // CHECK-NOTES: :[[@LINE-3]]:19: note: locked here
}

// id: lock/name-unknown-released
task<> cannot_be_named_released(int key) {
  {
    std::lock_guard guard(mutex_of(key));
  }
  co_await work();
}

// One warning for a lock, however often the coroutine suspends; one for each lock.

// id: lock/several-suspensions
task<> several_suspensions() {
  std::lock_guard guard(mu);
  co_await work();
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: coroutine may suspend while 'guard' holds 'mu' [coro-lock-across-suspension]
  // CHECK-NOTES: :[[@LINE-3]]:19: note: locked here
  // CHECK-NOTES: :[[@LINE+3]]:3: note: it may also suspend here
  // CHECK-NOTES: :[[@LINE+3]]:3: note: it may also suspend here
  ++counter;
  co_await work();
  co_await reschedule();
}

// id: lock/several-locks
task<> several_locks() {
  std::lock_guard one(mu);
  co_await work();
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: coroutine may suspend while 'one' holds 'mu' [coro-lock-across-suspension]
  // CHECK-NOTES: :[[@LINE-3]]:19: note: locked here
  // CHECK-NOTES: :[[@LINE+2]]:3: note: it may also suspend here
  std::lock_guard two(other);
  co_await work();
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: coroutine may suspend while 'two' holds 'other' [coro-lock-across-suspension]
  // CHECK-NOTES: :[[@LINE-3]]:19: note: locked here
}

// id: lock/inner-lock-released
task<> only_the_inner_lock_is_released() {
  std::lock_guard outer(mu);
  {
    std::lock_guard inner(other);
  }
  co_await work();
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: coroutine may suspend while 'outer' holds 'mu' [coro-lock-across-suspension]
  // CHECK-NOTES: :[[@LINE-6]]:19: note: locked here
}

// id: lock/inner-lock-held
task<> only_the_inner_lock_is_held() {
  {
    std::lock_guard outer(mu);
    ++counter;
  }
  std::lock_guard inner(other);
  co_await work();
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: coroutine may suspend while 'inner' holds 'other' [coro-lock-across-suspension]
  // CHECK-NOTES: :[[@LINE-3]]:19: note: locked here
}

// Places where a coroutine suspends. Under a lock...

struct Point {
  int x, y;
};
task<Point> point();
task<std::vector<int>> numbers();
int add(int, int);
struct Text {
  explicit Text(int);
};

// id: lock/await-in-initialiser
task<> in_an_initialiser() {
  std::lock_guard guard(mu);
  int n = co_await get();
  // CHECK-NOTES: :[[@LINE-1]]:11: warning: coroutine may suspend while 'guard' holds 'mu' [coro-lock-across-suspension]
  // CHECK-NOTES: :[[@LINE-3]]:19: note: locked here
  // CHECK-NOTES: :[[@LINE+2]]:13: note: it may also suspend here
  // CHECK-NOTES: :[[@LINE+2]]:17: note: it may also suspend here
  Text text(co_await get());
  auto [x, y] = co_await point();
  counter = n + x + y;
}

// id: lock/await-in-assignment
task<> in_an_assignment() {
  std::lock_guard guard(mu);
  int n;
  n = co_await get();
  // CHECK-NOTES: :[[@LINE-1]]:7: warning: coroutine may suspend while 'guard' holds 'mu' [coro-lock-across-suspension]
  // CHECK-NOTES: :[[@LINE-4]]:19: note: locked here
  // CHECK-NOTES: :[[@LINE+1]]:8: note: it may also suspend here
  n += co_await get();
  counter = n;
}

// id: lock/await-in-argument
task<> in_an_argument() {
  std::lock_guard guard(mu);
  counter = add(1, co_await get());
  // CHECK-NOTES: :[[@LINE-1]]:20: warning: coroutine may suspend while 'guard' holds 'mu' [coro-lock-across-suspension]
  // CHECK-NOTES: :[[@LINE-3]]:19: note: locked here
}

// id: lock/await-in-if
task<> in_an_if() {
  std::lock_guard guard(mu);
  if (co_await ready())
  // CHECK-NOTES: :[[@LINE-1]]:7: warning: coroutine may suspend while 'guard' holds 'mu' [coro-lock-across-suspension]
  // CHECK-NOTES: :[[@LINE-3]]:19: note: locked here
    ++counter;
}

// id: lock/await-in-if-declaration
task<> in_the_declaration_of_an_if() {
  std::lock_guard guard(mu);
  if (int n = co_await get())
  // CHECK-NOTES: :[[@LINE-1]]:15: warning: coroutine may suspend while 'guard' holds 'mu' [coro-lock-across-suspension]
  // CHECK-NOTES: :[[@LINE-3]]:19: note: locked here
    counter = n;
}

// id: lock/await-in-while
task<> in_a_while() {
  std::lock_guard guard(mu);
  while (co_await ready())
  // CHECK-NOTES: :[[@LINE-1]]:10: warning: coroutine may suspend while 'guard' holds 'mu' [coro-lock-across-suspension]
  // CHECK-NOTES: :[[@LINE-3]]:19: note: locked here
    ++counter;
}

// id: lock/await-in-do
task<> in_a_do() {
  std::lock_guard guard(mu);
  do
    ++counter;
  while (co_await ready());
  // CHECK-NOTES: :[[@LINE-1]]:10: warning: coroutine may suspend while 'guard' holds 'mu' [coro-lock-across-suspension]
  // CHECK-NOTES: :[[@LINE-5]]:19: note: locked here
}

// id: lock/await-in-for
task<> in_a_for() {
  std::lock_guard guard(mu);
  for (int i = co_await get();
  // CHECK-NOTES: :[[@LINE-1]]:16: warning: coroutine may suspend while 'guard' holds 'mu' [coro-lock-across-suspension]
  // CHECK-NOTES: :[[@LINE-3]]:19: note: locked here
  // CHECK-NOTES: :[[@LINE+2]]:8: note: it may also suspend here
  // CHECK-NOTES: :[[@LINE+2]]:8: note: it may also suspend here
       co_await ready();
       co_await work())
    ++counter;
}

// id: lock/await-in-switch
task<> in_a_switch() {
  std::lock_guard guard(mu);
  switch (co_await get()) {
  // CHECK-NOTES: :[[@LINE-1]]:11: warning: coroutine may suspend while 'guard' holds 'mu' [coro-lock-across-suspension]
  // CHECK-NOTES: :[[@LINE-3]]:19: note: locked here
  case 1:
    ++counter;
  }
}

// id: lock/await-in-range
task<> in_a_range() {
  std::lock_guard guard(mu);
  for (int n : co_await numbers())
  // CHECK-NOTES: :[[@LINE-1]]:16: warning: coroutine may suspend while 'guard' holds 'mu' [coro-lock-across-suspension]
  // CHECK-NOTES: :[[@LINE-3]]:19: note: locked here
    counter += n;
}

// id: lock/await-in-range-body
task<> in_the_body_of_a_range_for(std::vector<int> v) {
  std::lock_guard guard(mu);
  for (int n : v) {
    counter += n;
    co_await work();
    // CHECK-NOTES: :[[@LINE-1]]:5: warning: coroutine may suspend while 'guard' holds 'mu' [coro-lock-across-suspension]
    // CHECK-NOTES: :[[@LINE-5]]:19: note: locked here
  }
}

// id: lock/await-in-condition-operator
task<> in_a_conditional_expression(bool b) {
  std::lock_guard guard(mu);
  counter = b ? co_await get() : 0;
  // CHECK-NOTES: :[[@LINE-1]]:17: warning: coroutine may suspend while 'guard' holds 'mu' [coro-lock-across-suspension]
  // CHECK-NOTES: :[[@LINE-3]]:19: note: locked here
}

// id: lock/await-in-short-circuit
task<> in_a_short_circuit(bool b) {
  std::lock_guard guard(mu);
  if (b && co_await ready())
  // CHECK-NOTES: :[[@LINE-1]]:12: warning: coroutine may suspend while 'guard' holds 'mu' [coro-lock-across-suspension]
  // CHECK-NOTES: :[[@LINE-3]]:19: note: locked here
    ++counter;
}

// id: lock/await-in-co_return
task<int> in_a_co_return() {
  std::lock_guard guard(mu);
  co_return co_await get();
  // CHECK-NOTES: :[[@LINE-1]]:13: warning: coroutine may suspend while 'guard' holds 'mu' [coro-lock-across-suspension]
  // CHECK-NOTES: :[[@LINE-3]]:19: note: locked here
}

// id: lock/await-in-throw
task<> in_a_throw() {
  std::lock_guard guard(mu);
  throw co_await get();
  // CHECK-NOTES: :[[@LINE-1]]:9: warning: coroutine may suspend while 'guard' holds 'mu' [coro-lock-across-suspension]
  // CHECK-NOTES: :[[@LINE-3]]:19: note: locked here
  co_return;
}

// id: lock/await-in-subscript
task<> in_a_subscript(std::vector<int> v) {
  std::lock_guard guard(mu);
  counter = v[co_await get()];
  // CHECK-NOTES: :[[@LINE-1]]:15: warning: coroutine may suspend while 'guard' holds 'mu' [coro-lock-across-suspension]
  // CHECK-NOTES: :[[@LINE-3]]:19: note: locked here
}

// id: lock/await-in-init-capture
task<> in_an_init_capture() {
  std::lock_guard guard(mu);
  auto f = [n = co_await get()] { return n; };
  // CHECK-NOTES: :[[@LINE-1]]:17: warning: coroutine may suspend while 'guard' holds 'mu' [coro-lock-across-suspension]
  // CHECK-NOTES: :[[@LINE-3]]:19: note: locked here
  counter = f();
}

// id: lock/await-in-new
task<> in_a_new_expression() {
  std::lock_guard guard(mu);
  delete new int(co_await get());
  // CHECK-NOTES: :[[@LINE-1]]:18: warning: coroutine may suspend while 'guard' holds 'mu' [coro-lock-across-suspension]
  // CHECK-NOTES: :[[@LINE-3]]:19: note: locked here
}

// id: lock/await-cast-to-void
task<> cast_to_void() {
  std::lock_guard guard(mu);
  (void)co_await get();
  // CHECK-NOTES: :[[@LINE-1]]:9: warning: coroutine may suspend while 'guard' holds 'mu' [coro-lock-across-suspension]
  // CHECK-NOTES: :[[@LINE-3]]:19: note: locked here
}

// id: lock/await-of-a-local
task<> of_a_local_task() {
  std::lock_guard guard(mu);
  auto t = work();
  co_await std::move(t);
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: coroutine may suspend while 'guard' holds 'mu' [coro-lock-across-suspension]
  // CHECK-NOTES: :[[@LINE-4]]:19: note: locked here
}

// ... and not.

// id: lock/await-everywhere-unlocked
task<int> everywhere_unlocked(std::vector<int> v, bool b) {
  std::unique_lock guard(mu);
  guard.unlock();
  int n = co_await get();
  Text text(co_await get());
  auto [x, y] = co_await point();
  n += co_await get();
  counter = add(1, co_await get());
  if (co_await ready())
    ++counter;
  if (int m = co_await get())
    counter = m;
  while (co_await ready())
    ++counter;
  do
    ++counter;
  while (co_await ready());
  for (int i = co_await get(); co_await ready(); co_await work())
    ++counter;
  switch (co_await get()) {
  case 1:
    ++counter;
  }
  for (int m : co_await numbers())
    counter += m;
  counter = b ? co_await get() : v[co_await get()];
  auto f = [m = co_await get()] { return m; };
  delete new int(co_await get());
  co_return co_await get() + x + y + n + f();
}

// id: lock/started-not-awaited
task<> started_under_the_lock() {
  std::unique_lock lock(mu);
  auto t = work();
  lock.unlock();
  co_await std::move(t);
}

// id: lock/co_return-under-lock
task<int> returns_under_the_lock() {
  std::lock_guard guard(mu);
  co_return counter;
}

// id: lock/plain-function
void not_a_coroutine() {
  std::lock_guard guard(mu);
  auto t = work();
}

// A program that means it can say so.

// id: lock/nolint
task<> means_it() {
  std::lock_guard guard(mu);
  co_await work(); // NOLINT(coro-lock-across-suspension)
}
