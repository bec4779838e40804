// RUN: %check_tidy_real %s coro-task-consumed-twice

// Conditions that know whether the task was used.

#include "task.h"
#include <coroutine>
#include <exception>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

void keep(task<>);
bool flag();

// id: twice/condition
task<> of_two_things(int n, int m) {
  auto t = work();
  if (n < 0)
    keep(std::move(t));
  if (m >= 0)
    co_await std::move(t);
    // CHECK-NOTES: :[[@LINE-1]]:24: warning: 't' is awaited after it was moved [coro-task-consumed-twice]
    // CHECK-NOTES: :[[@LINE-4]]:20: note: moved here
}
task<> of_the_same_thing(int n) {
  auto t = work();
  if (n < 0)
    keep(std::move(t));
  if (0 > n)
    co_await std::move(t);
}
void of_the_handle(std::coroutine_handle<> h) {
  if (h)
    h.destroy();
  if (h)
    h.resume();
    // CHECK-NOTES: :[[@LINE-1]]:5: warning: 'h' is resumed after it was destroyed [coro-task-consumed-twice]
    // CHECK-NOTES: :[[@LINE-4]]:5: note: destroyed here
}

task<> of_the_opposite(int n, unsigned u, bool a, bool b) {
  auto t = work();
  if (n > 3)
    keep(std::move(t));
  if (n <= 3)
    co_await std::move(t);
  auto s = work();
  if (a != b)
    keep(std::move(s));
  if (a == b)
    co_await std::move(s);
  auto r = work();
  if (u > 0)
    keep(std::move(r));
  if (u == 0)
    co_await std::move(r);
  auto q = work();
  bool below = n < 0;
  if (below)
    keep(std::move(q));
  if (n >= 0)
    co_await std::move(q);
}
task<> of_a_pointer() {
  auto t = work();
  const char *error = nullptr;
  if (flag()) {
    keep(std::move(t));
    error = "kept";
  }
  if (!error)
    co_await std::move(t);
}
task<> of_an_object() {
  auto t = work();
  std::string error;
  if (flag()) {
    keep(std::move(t));
    error = "kept";
  }
  if (error.empty())
    co_await std::move(t);
}
task<> of_where_it_went() {
  auto t = work();
  std::optional<task<>> kept;
  if (flag())
    kept.emplace(std::move(t));
  if (!kept)
    co_await std::move(t);
}
task<> of_a_member() {
  auto t = work();
  struct {
    bool used = false;
  } state;
  if (flag()) {
    keep(std::move(t));
    state.used = true;
  }
  if (!state.used)
    co_await std::move(t);
}
task<> of_an_alternative(std::variant<int, char> v) {
  auto t = work();
  if (std::holds_alternative<int>(v))
    keep(std::move(t));
  if (!std::holds_alternative<int>(v))
    co_await std::move(t);
}
task<> of_a_lambda() {
  auto t = work();
  bool used = false;
  auto mark = [&] { used = true; };
  if (flag()) {
    mark();
    keep(std::move(t));
  }
  if (!used)
    co_await std::move(t);
}
task<> of_a_turn(int n) {
  auto t = work();
  std::optional<int> at;
  for (int i = 0; i < n; ++i)
    if (!at && flag()) {
      at = i;
      co_await std::move(t);
    }
}

// By another name.
struct box {
  std::coroutine_handle<> frame;
  box *peer;
  void reset() { frame = nullptr; }
  void unlink() { peer->reset(); }
};
void by_another_pointer(box *a, box *b) {
  a->frame.destroy();
  b->frame = nullptr;
  if (a->frame)
    a->frame.resume();
}
void by_a_copy(std::shared_ptr<box> a) {
  auto b = a;
  a->frame.destroy();
  b->frame = nullptr;
  if (a->frame)
    a->frame.resume();
}
void by_a_peer(box &a) {
  a.frame.destroy();
  a.peer->unlink();
  if (a.frame)
    a.frame.resume();
}
struct clearing {
  std::coroutine_handle<> &slot;
  clearing(std::coroutine_handle<> &slot) : slot(slot) {}
  ~clearing() { slot = nullptr; }
};
void by_a_guard(std::coroutine_handle<> h) {
  {
    clearing guard(h);
    h.destroy();
  }
  if (h)
    h.resume();
}
