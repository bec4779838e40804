// RUN: %check_tidy %s coro-discarded-task

// Tasks that are left behind by throw: an excuse, unless somebody asks for it
// (discarded-task-error-paths.cpp). The task has to be used on another path.

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

// id: discard/error-path-excused
task<> throws_early(bool c) {
  auto t = work();
  if (c)
    throw std::runtime_error("no");
  co_await std::move(t);
}
task<> throws_at_the_end(bool c) {
  auto t = work();
  if (c) {
    co_await std::move(t);
    co_return;
  }
  throw std::runtime_error("no");
}
task<> throws_or_returns() {
  auto t = work();
  if (flag())
    throw 1;
  if (flag())
    co_return;
  co_await std::move(t);
}
task<> throws_in_an_expression(bool c) {
  auto t = work();
  int n = c ? throw 1 : 2;
  co_await std::move(t);
  (void)n;
}
task<> throws_with_several() {
  std::vector<task<>> all;
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
    if (flag())
      throw std::runtime_error("no");
    co_await std::move(t);
  } catch (const std::exception &) {
    log("handled");
  }
}
task<> thrown_on() {
  auto t = work();
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
  try {
    if (flag())
      throw derived_error();
  } catch (const base_error &) {
    co_return;
  }
  co_await std::move(t);
}

// Where it is caught, the task lives on: no excuse if the handler forgets it.
// id: discard/throw-into-handler-no-excuse
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

// id: discard/error-path-none
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

// Nobody ever uses it: no excuse.
task<> only_throws() {
  auto t = work();
  // CHECK-NOTES: :[[@LINE-1]]:8: warning: 't' is never awaited, and never runs [coro-discarded-task]
  throw std::runtime_error("not implemented");
  co_return;
}
