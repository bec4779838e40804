// RUN: %check_tidy_real %s coro-task-consumed-twice -- -- -I %source/runtime/include

// moor, the reference runtime, with its own headers.

#include <moor/nursery.h>
#include <moor/shared_task.h>
#include <moor/task.h>
#include <moor/when_all.h>
#include <utility>
#include <vector>

moor::task<> work();
moor::task<int> get();
void spawn(moor::task<>);

// id: twice/moor
moor::task<> awaited_again() {
  auto t = work();
  co_await std::move(t);
  co_await std::move(t);
  // CHECK-NOTES: :[[@LINE-1]]:22: warning: 't' is awaited twice [coro-task-consumed-twice]
  // CHECK-NOTES: :[[@LINE-3]]:22: note: first awaited here
}
moor::task<> in_each_turn() {
  auto t = get();
  int sum = 0;
  for (int i = 0; i < 3; ++i)
    sum += co_await std::move(t);
    // CHECK-NOTES: :[[@LINE-1]]:31: warning: 't' is awaited again in the next turn of the loop [coro-task-consumed-twice]
    // CHECK-NOTES: :[[@LINE-5]]:8: note: declared here, outside of the loop
  (void)sum;
}
moor::task<> after_the_move(bool c) {
  auto t = work();
  if (c)
    spawn(std::move(t));
  co_await std::move(t);
  // CHECK-NOTES: :[[@LINE-1]]:22: warning: 't' is awaited after it was moved [coro-task-consumed-twice]
  // CHECK-NOTES: :[[@LINE-3]]:21: note: moved here
}
moor::task<> collected(std::vector<moor::task<>> all) {
  auto t = work();
  all.push_back(std::move(t));
  co_await std::move(t);
  // CHECK-NOTES: :[[@LINE-1]]:22: warning: 't' is awaited after it was moved [coro-task-consumed-twice]
  // CHECK-NOTES: :[[@LINE-3]]:27: note: moved here
}

// id: twice/moor-silent
moor::task<> awaited_once() {
  auto t = get();
  (void)co_await std::move(t);
  t = get();
  (void)co_await std::move(t);
}
moor::task<> together() {
  auto a = work(), b = work();
  co_await moor::when_all(std::move(a), std::move(b));
}
moor::task<> as_often_as_one_likes(moor::shared_task<int> t) {
  (void)co_await t;
  (void)co_await t;
  auto u = t;
  (void)co_await u;
  (void)co_await t;
}
moor::task<> each(std::vector<moor::task<>> all) {
  for (auto &t : all)
    co_await std::move(t);
}
