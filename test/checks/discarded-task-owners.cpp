// RUN: %check_tidy %s coro-discarded-task
// RUN: %check_tidy_real %s coro-discarded-task

// Containers, optionals and pointers that are given tasks, and dropped.

#include "task.h"
#include <array>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

bool flag();
task<> all(std::vector<task<>>);
std::vector<task<>> many();
void keep(std::vector<task<>> &);

// id: discard/vector
void vector() {
  std::vector<task<>> tasks;
  // CHECK-NOTES: :[[@LINE-1]]:23: warning: the tasks in 'tasks' are never awaited, and never run [coro-discarded-task]
  // CHECK-NOTES: :[[@LINE+2]]:21: note: made here
  for (int i = 0; i < 3; ++i)
    tasks.push_back(work());
}
void vector_emplaced() {
  std::vector<task<>> tasks;
  // CHECK-NOTES: :[[@LINE-1]]:23: warning: the tasks in 'tasks' are never awaited, and never run [coro-discarded-task]
  // CHECK-NOTES: :[[@LINE+2]]:22: note: made here
  tasks.reserve(1);
  tasks.emplace_back(work());
}
void vector_moved() {
  std::vector<task<>> tasks;
  tasks.push_back(work());
  auto others = std::move(tasks);
  // CHECK-NOTES: :[[@LINE-1]]:8: warning: the tasks in 'others' are never awaited, and never run [coro-discarded-task]
  // CHECK-NOTES: :[[@LINE-3]]:19: note: made here
}
void vector_returned_and_dropped() {
  many();
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: the tasks returned by 'many' are discarded, and never run [coro-discarded-task]
  auto tasks = many();
  // CHECK-NOTES: :[[@LINE-1]]:8: warning: the tasks in 'tasks' are never awaited, and never run [coro-discarded-task]
}

// id: discard/vector-awaited
task<> vector_awaited() {
  std::vector<task<>> tasks;
  for (int i = 0; i < 3; ++i)
    tasks.push_back(work());
  co_await all(std::move(tasks));
}
task<> vector_each_awaited() {
  std::vector<task<>> tasks;
  tasks.push_back(work());
  for (task<> &t : tasks)
    co_await std::move(t);
}
std::vector<task<>> vector_returned() {
  std::vector<task<>> tasks;
  tasks.push_back(work());
  return tasks;
}
void vector_kept() {
  std::vector<task<>> tasks;
  keep(tasks);
  tasks.push_back(work());
}
void vector_of_the_caller(std::vector<task<>> &tasks) {
  tasks.push_back(work());
}
struct nursery {
  std::vector<task<>> children;
  void add() { children.push_back(work()); }
  void add(task<> t) { children.emplace_back(std::move(t)); }
};
void vector_empty() {
  std::vector<task<>> tasks;
}
void vector_filled_by_a_lambda() {
  std::vector<task<>> tasks;
  auto add = [&] { tasks.push_back(work()); };
  add();
}

// id: discard/optional
void optional() {
  std::optional<task<>> t = work();
  // CHECK-NOTES: :[[@LINE-1]]:25: warning: the task in 't' is never awaited, and never runs [coro-discarded-task]
}
void optional_emplaced() {
  std::optional<task<>> t;
  // CHECK-NOTES: :[[@LINE-1]]:25: warning: the task in 't' is never awaited, and never runs [coro-discarded-task]
  // CHECK-NOTES: :[[@LINE+1]]:13: note: made here
  t.emplace(work());
}

// id: discard/optional-awaited
task<> optional_awaited() {
  std::optional<task<>> t;
  if (flag())
    t.emplace(work());
  if (t)
    co_await std::move(*t);
}
void optional_reset() {
  std::optional<task<>> t = work();
  t.reset();
}

// id: discard/unique_ptr
void pointer() {
  auto t = std::make_unique<task<>>(work());
  // CHECK-NOTES: :[[@LINE-1]]:8: warning: the task in 't' is never awaited, and never runs [coro-discarded-task]
}
task<> pointer_awaited() {
  auto t = std::make_unique<task<>>(work());
  co_await std::move(*t);
}

// id: discard/array
void arrays() {
  task<> two[] = {work(), work()};
  // CHECK-NOTES: :[[@LINE-1]]:10: warning: the tasks in 'two' are never awaited, and never run [coro-discarded-task]
  std::array<task<>, 2> pair{work(), work()};
  // CHECK-NOTES: :[[@LINE-1]]:25: warning: the tasks in 'pair' are never awaited, and never run [coro-discarded-task]
}
task<> array_awaited() {
  task<> two[] = {work(), work()};
  for (auto &t : two)
    co_await std::move(t);
}

// Known misses.

// Somebody runs over it, and does nothing.
void run_over() {
  std::vector<task<>> tasks;
  tasks.push_back(work());
  for (auto &t : tasks)
    (void)t;
}
