// RUN: %check_tidy %s coro-discarded-task -- -config='{CheckOptions: {coro-discarded-task.ReportErrorPaths: true}}'

// Tasks that are left behind by throw, with ReportErrorPaths; what is said of
// the same functions without it: discarded-task-throws.cpp.

#include "task.h"
#include <stdexcept>
#include <utility>
#include <vector>

bool flag();
void log(const char *);
struct unrelated {};
struct base_error {};
struct derived_error : base_error {};
struct hidden_error : private base_error {};
[[noreturn]] void die();

// id: discard/error-path-throw
task<> throws_early(bool c) {
  auto t = work();
  // CHECK-NOTES: :[[@LINE-1]]:8: warning: 't' is not awaited on every path; where it is not, it never runs [coro-discarded-task]
  // CHECK-NOTES: :[[@LINE+2]]:7: note: it is not awaited where this is true
  // CHECK-NOTES: :[[@LINE+2]]:5: note: this throws before it is awaited
  if (c)
    throw std::runtime_error("no");
  co_await std::move(t);
}
task<> throws_at_the_end(bool c) {
  auto t = work();
  // CHECK-NOTES: :[[@LINE-1]]:8: warning: 't' is not awaited on every path; where it is not, it never runs [coro-discarded-task]
  // CHECK-NOTES: :[[@LINE+2]]:7: note: it is not awaited where this is false
  // CHECK-NOTES: :[[@LINE+5]]:3: note: this throws before it is awaited
  if (c) {
    co_await std::move(t);
    co_return;
  }
  throw std::runtime_error("no");
}
task<> throws_or_returns() {
  auto t = work();
  // CHECK-NOTES: :[[@LINE-1]]:8: warning: 't' is not awaited on every path; where it is not, it never runs [coro-discarded-task]
  // CHECK-NOTES: :[[@LINE+4]]:7: note: it is not awaited where this is true
  // CHECK-NOTES: :[[@LINE+5]]:7: note: it is not awaited where this is true
  // CHECK-NOTES: :[[@LINE+3]]:5: note: this throws before it is awaited
  // CHECK-NOTES: :[[@LINE+4]]:5: note: this returns before it is awaited
  if (flag())
    throw 1;
  if (flag())
    co_return;
  co_await std::move(t);
}
task<> throws_in_an_expression(bool c) {
  auto t = work();
  // CHECK-NOTES: :[[@LINE-1]]:8: warning: 't' is not awaited on every path; where it is not, it never runs [coro-discarded-task]
  // CHECK-NOTES: :[[@LINE+2]]:11: note: it is not awaited where this is true
  // CHECK-NOTES: :[[@LINE+1]]:15: note: this throws before it is awaited
  int n = c ? throw 1 : 2;
  co_await std::move(t);
  (void)n;
}
task<> throws_with_several() {
  std::vector<task<>> all;
  // CHECK-NOTES: :[[@LINE-1]]:23: warning: the tasks in 'all' are not awaited on every path; where they are not, they never run [coro-discarded-task]
  // CHECK-NOTES: :[[@LINE+3]]:17: note: made here
  // CHECK-NOTES: :[[@LINE+3]]:7: note: they are not awaited where this is true
  // CHECK-NOTES: :[[@LINE+3]]:5: note: this throws before they are awaited
  all.push_back(work());
  if (flag())
    throw 1;
  for (auto &each : all)
    co_await std::move(each);
}
// As far as a handler of this function.
task<> ends_with_the_try_block() {
  try {
    auto t = work();
    // CHECK-NOTES: :[[@LINE-1]]:10: warning: 't' is not awaited on every path; where it is not, it never runs [coro-discarded-task]
    // CHECK-NOTES: :[[@LINE+2]]:9: note: it is not awaited where this is true
    // CHECK-NOTES: :[[@LINE+2]]:7: note: this throws before it is awaited
    if (flag())
      throw std::runtime_error("no");
    co_await std::move(t);
  } catch (const std::exception &) {
    log("handled");
  }
}
task<> thrown_on() {
  auto t = work();
  // CHECK-NOTES: :[[@LINE-1]]:8: warning: 't' is not awaited on every path; where it is not, it never runs [coro-discarded-task]
  // CHECK-NOTES: :[[@LINE+3]]:9: note: it is not awaited where this is true
  // CHECK-NOTES: :[[@LINE+5]]:5: note: this throws before it is awaited
  try {
    if (flag())
      throw 1;
  } catch (...) {
    throw;
  }
  co_await std::move(t);
}
task<> past_the_handlers() {
  auto t = work();
  // CHECK-NOTES: :[[@LINE-1]]:8: warning: 't' is not awaited on every path; where it is not, it never runs [coro-discarded-task]
  // CHECK-NOTES: :[[@LINE+4]]:9: note: this throws before it is awaited
  try {
    try {
      if (flag())
        throw unrelated();
    } catch (const base_error &) {
    }
  } catch (int) {
  }
  co_await std::move(t);
}
task<> returns_from_the_handler() {
  auto t = work();
  // CHECK-NOTES: :[[@LINE-1]]:8: warning: 't' is not awaited on every path; where it is not, it never runs [coro-discarded-task]
  // CHECK-NOTES: :[[@LINE+3]]:9: note: it is not awaited where this is true
  // CHECK-NOTES: :[[@LINE+5]]:5: note: this returns before it is awaited
  try {
    if (flag())
      throw derived_error();
  } catch (const base_error &) {
    co_return;
  }
  co_await std::move(t);
}

// Where it is caught, the task lives on: no excuse if the handler forgets it.
// id: discard/throw-into-handler
task<> forgotten_after_the_handler() {
  auto t = work();
  // CHECK-NOTES: :[[@LINE-1]]:8: warning: 't' is not awaited on every path; where it is not, it never runs [coro-discarded-task]
  // CHECK-NOTES: :[[@LINE+2]]:9: note: it is not awaited where this is true
  try {
    if (flag())
      throw derived_error();
    co_await std::move(t);
  } catch (const base_error &) {
    log("handled");
  }
}

// id: discard/error-path-silent
task<> seen_to_in_the_handler() {
  auto t = work();
  bool failed = false;
  try {
    if (flag())
      throw derived_error();
  } catch (const base_error &) {
    failed = true;
  }
  co_await std::move(t);
  (void)failed;
}
task<> caught_by_the_outer_one() {
  auto t = work();
  try {
    try {
      throw unrelated();
    } catch (const base_error &) {
      co_return;
    }
  } catch (const unrelated &) {
  }
  co_await std::move(t);
}
task<> the_first_one_takes_it() {
  auto t = work();
  try {
    throw derived_error();
  } catch (const base_error &) {
  } catch (...) {
    throw;
  }
  co_await std::move(t);
}
task<> rethrown_as_who_knows_what() {
  auto t = work();
  try {
    try {
      throw 1;
    } catch (...) {
      throw;
    }
  } catch (const base_error &) {
    throw;
  } catch (int) {
  }
  co_await std::move(t);
}
task<> base_that_cannot_be_reached() {
  auto t = work();
  try {
    throw hidden_error();
  } catch (const base_error &) {
    throw;
  } catch (...) {
  }
  co_await std::move(t);
}
task<> awaited_before_it_throws(bool c) {
  auto t = work();
  co_await std::move(t);
  if (c)
    throw 1;
}
task<> given_away_with_the_exception(bool c) {
  auto t = work();
  if (c)
    throw std::pair(1, std::move(t));
  co_await std::move(t);
}
task<> dies_instead(bool c) {
  auto t = work();
  if (c)
    die();
  co_await std::move(t);
}
task<> made_after_the_throw(bool c) {
  if (c)
    throw 1;
  auto t = work();
  co_await std::move(t);
}
