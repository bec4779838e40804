// RUN: %check_tidy %s coro-lock-across-suspension
// RUN: %check_tidy_real %s coro-lock-across-suspension

// Guards without a name live until the end of the full expression.

#include "task.h"
#include <mutex>
#include <string>
#include <utility>
#include <vector>

std::mutex mu;
int counter;
std::string title;

task<> use(const std::lock_guard<std::mutex> &);
int use(const std::lock_guard<std::mutex> &, int);
task<> keep(std::unique_lock<std::mutex>);
task<std::string> name();

// A value that is locked as long as this lives.
struct Locked {
  Locked() : lock(mu) {}
  std::unique_lock<std::mutex> lock;
  int *operator->() const { return &counter; }
  int &value() const { return counter; }
  std::string &text() const { return title; }
};
Locked locked() { return Locked(); }

// id: lock/temporary-argument
task<> an_argument_of_the_awaited_call() {
  co_await use(std::lock_guard<std::mutex>(mu));
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: coroutine may suspend while a temporary 'std::lock_guard<std::mutex>' holds 'mu' [coro-lock-across-suspension]
  // CHECK-NOTES: :[[@LINE-2]]:16: note: locked here
}

// id: lock/temporary-argument-ctad
task<> an_argument_without_template_arguments() {
  co_await use(std::lock_guard(mu));
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: coroutine may suspend while a temporary 'std::lock_guard<std::mutex>' holds 'mu' [coro-lock-across-suspension]
  // CHECK-NOTES: :[[@LINE-2]]:16: note: locked here
}

// id: lock/temporary-other-argument
task<> another_argument_awaits() {
  counter = use(std::lock_guard(mu), co_await get());
  // CHECK-NOTES: :[[@LINE-1]]:38: warning: coroutine may suspend while a temporary 'std::lock_guard<std::mutex>' holds 'mu' [coro-lock-across-suspension]
  // CHECK-NOTES: :[[@LINE-2]]:17: note: locked here
}

// id: lock/temporary-other-argument-before
task<> another_argument_awaited_before() {
  int n = co_await get();
  counter = use(std::lock_guard(mu), n);
}

// id: lock/temporary-by-value
task<> moved_into_a_parameter() {
  co_await keep(std::unique_lock(mu));
}

// id: lock/temporary-by-value-moved
task<> a_local_moved_into_a_parameter() {
  std::unique_lock lock(mu);
  co_await keep(std::move(lock));
}

// id: lock/temporary-comma
task<> comma() {
  (void)std::lock_guard(mu), co_await work();
  // CHECK-NOTES: :[[@LINE-1]]:30: warning: coroutine may suspend while a temporary 'std::lock_guard<std::mutex>' holds 'mu' [coro-lock-across-suspension]
  // CHECK-NOTES: :[[@LINE-2]]:9: note: locked here
}

// id: lock/temporary-full-expression-ended
task<> a_statement_of_its_own() {
  (void)std::lock_guard(mu), ++counter;
  co_await work();
}

// id: lock/temporary-operand
task<> an_operand() {
  counter = *locked().operator->() + co_await get();
  // CHECK-NOTES: :[[@LINE-1]]:38: warning: coroutine may suspend while a temporary 'Locked' holds 'mu' [coro-lock-across-suspension]
  // CHECK-NOTES: :[[@LINE-2]]:14: note: locked here
}

// id: lock/temporary-operand-after
task<> an_operand_after_the_await() {
  counter = co_await get() + *locked().operator->();
}

// id: lock/temporary-member-call
task<> called_on_what_is_locked() {
  locked().text().append(co_await name());
  // CHECK-NOTES: :[[@LINE-1]]:26: warning: coroutine may suspend while a temporary 'Locked' holds 'mu' [coro-lock-across-suspension]
  // CHECK-NOTES: :[[@LINE-2]]:3: note: locked here
}

// id: lock/temporary-member-call-before
task<> awaited_before_it_is_called() {
  auto s = co_await name();
  locked().text().append(s);
}

// id: lock/temporary-assigned
// C++17 evaluates the right side of an assignment first.
task<> assigned_to_what_is_locked() {
  *locked().operator->() = co_await get();
}

// id: lock/temporary-assigned-compound
task<> added_to_what_is_locked() { locked().value() += co_await get(); }

// id: lock/temporary-assigned-overloaded
task<> assigned_to_a_string_that_is_locked() {
  locked().text() = co_await name();
}

// id: lock/temporary-assigned-by-name
task<> assigned_by_a_call() {
  locked().text().operator=(co_await name());
  // CHECK-NOTES: :[[@LINE-1]]:29: warning: coroutine may suspend while a temporary 'Locked' holds 'mu' [coro-lock-across-suspension]
  // CHECK-NOTES: :[[@LINE-2]]:3: note: locked here
}

// id: lock/temporary-right-side
// The right side first, and its temporary lives on while the left side awaits.
task<> a_temporary_on_the_right(std::vector<int> v) {
  v[co_await get()] = locked().value();
  // CHECK-NOTES: :[[@LINE-1]]:5: warning: coroutine may suspend while a temporary 'Locked' holds 'mu' [coro-lock-across-suspension]
  // CHECK-NOTES: :[[@LINE-2]]:23: note: locked here
}

// id: lock/temporary-left-side
task<> a_temporary_on_the_left(std::vector<int> v) {
  v[locked().value()] = co_await get();
}

// id: lock/temporary-conditional
task<> on_one_arm(bool b) {
  counter = (b ? locked().value() : 0) + co_await get();
  // CHECK-NOTES: :[[@LINE-1]]:42: warning: coroutine may suspend while a temporary 'Locked' holds 'mu' [coro-lock-across-suspension]
  // CHECK-NOTES: :[[@LINE-2]]:18: note: locked here
}

// id: lock/temporary-conditional-other-arm
task<> on_the_other_arm(bool b) {
  counter = b ? locked().value() : co_await get();
}

// id: lock/temporary-short-circuit
task<> on_the_right_of_and() {
  if (locked().value() && co_await ready())
  // CHECK-NOTES: :[[@LINE-1]]:27: warning: coroutine may suspend while a temporary 'Locked' holds 'mu' [coro-lock-across-suspension]
  // CHECK-NOTES: :[[@LINE-2]]:7: note: locked here
    ++counter;
}

// id: lock/temporary-condition
task<> in_a_condition_that_has_ended() {
  if (locked().value())
    co_await work();
}

// id: lock/temporary-loop-condition
task<> in_the_condition_of_a_loop() {
  while (locked().value() > 0)
    co_await work();
}

// id: lock/temporary-range
std::vector<int> list;
const std::vector<int> &under(const Locked &) { return list; }
task<> in_the_range_of_a_for() {
  for (int n : under(locked())) {
    counter += n;
    co_await work();
  }
}

// id: lock/temporary-initialiser
task<> in_an_initialiser() {
  int n = locked().value();
  co_await work();
  counter = n;
}

// id: lock/temporary-initialiser-awaits
task<> in_an_initialiser_that_awaits() {
  int n = locked().value() + co_await get();
  // CHECK-NOTES: :[[@LINE-1]]:30: warning: coroutine may suspend while a temporary 'Locked' holds 'mu' [coro-lock-across-suspension]
  // CHECK-NOTES: :[[@LINE-2]]:11: note: locked here
  counter = n;
}

// id: lock/temporary-awaited-argument
task<> echo(int);
task<> an_argument_of_the_awaited_task() {
  co_await echo(locked().value());
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: coroutine may suspend while a temporary 'Locked' holds 'mu' [coro-lock-across-suspension]
  // CHECK-NOTES: :[[@LINE-2]]:17: note: locked here
}

// id: lock/temporary-awaited-argument-before
task<> an_argument_read_before() {
  int n = locked().value();
  co_await echo(n);
}

// id: lock/temporary-co_return
task<int> returned() { co_return locked().value(); }

// id: lock/temporary-co_return-awaits
task<int> returned_with_an_await() {
  co_return locked().value() + co_await get();
  // CHECK-NOTES: :[[@LINE-1]]:32: warning: coroutine may suspend while a temporary 'Locked' holds 'mu' [coro-lock-across-suspension]
  // CHECK-NOTES: :[[@LINE-2]]:13: note: locked here
}
