// RUN: %check_tidy_real %s coro-task-consumed-twice

// Tasks that are no variables: members, elements, what a reference stands for.

#include "task.h"
#include <array>
#include <coroutine>
#include <deque>
#include <list>
#include <map>
#include <memory>
#include <optional>
#include <tuple>
#include <utility>
#include <vector>

struct job {
  struct promise_type {
    job get_return_object();
    std::suspend_always initial_suspend() const noexcept { return {}; }
    std::suspend_always final_suspend() const noexcept { return {}; }
    void return_void() {}
    void unhandled_exception() {}
  };
  job() = default;
  job(job &&) noexcept;
  job &operator=(job &&) noexcept;
  ~job();
  explicit operator bool() const;
  struct awaiter {
    bool await_ready() const noexcept;
    void await_suspend(std::coroutine_handle<>) noexcept;
    void await_resume() const noexcept;
  };
  awaiter operator co_await() && noexcept;
};
job make();
bool flag();
void keep(job);
void fill(std::vector<job> &);

struct pair_of_jobs {
  job first, second;
  int number;
  void refill();
  int size() const;
};
struct nested {
  pair_of_jobs inner;
  std::array<job, 3> many;
};
void change(pair_of_jobs &);
void look(const pair_of_jobs &);

//===-- Members of what is the function's own -----------------------------===//

// id: twice/member
task<> member() {
  pair_of_jobs o{make(), make(), 1};
  co_await std::move(o.first);
  look(o);
  if (flag())
    co_await std::move(o.first);
    // CHECK-NOTES: :[[@LINE-1]]:26: warning: 'o.first' is awaited twice [coro-task-consumed-twice]
    // CHECK-NOTES: :[[@LINE-5]]:24: note: first awaited here
}
// id: twice/nested-member
task<> nested_member(nested o) {
  co_await std::move(o.inner.first);
  co_await std::move(o.inner.first);
  // CHECK-NOTES: :[[@LINE-1]]:30: warning: 'o.inner.first' is awaited twice [coro-task-consumed-twice]
  // CHECK-NOTES: :[[@LINE-3]]:30: note: first awaited here
  co_await std::move(o.many[1]);
  co_await std::move(o.many[1]);
  // CHECK-NOTES: :[[@LINE-1]]:22: warning: 'o.many[1]' is awaited twice [coro-task-consumed-twice]
  // CHECK-NOTES: :[[@LINE-3]]:22: note: first awaited here
}
// id: twice/member-in-a-loop
task<> member_in_a_loop(pair_of_jobs o) {
  while (flag())
    co_await std::move(o.first);
    // CHECK-NOTES: :[[@LINE-1]]:26: warning: 'o.first' is awaited again in the next turn of the loop [coro-task-consumed-twice]
    // CHECK-NOTES: :[[@LINE-4]]:38: note: declared here, outside of the loop
}
// id: twice/owned-member
task<> owned_member() {
  auto o = std::make_unique<pair_of_jobs>();
  co_await std::move(o->first);
  co_await std::move(o->first);
  // CHECK-NOTES: :[[@LINE-1]]:25: warning: 'o->first' is awaited twice [coro-task-consumed-twice]
  // CHECK-NOTES: :[[@LINE-3]]:25: note: first awaited here
}
task<> optional_member() {
  std::optional<pair_of_jobs> o;
  o.emplace();
  co_await std::move(o->first);
  co_await std::move(o->first);
  // CHECK-NOTES: :[[@LINE-1]]:25: warning: 'o->first' is awaited twice [coro-task-consumed-twice]
  // CHECK-NOTES: :[[@LINE-3]]:25: note: first awaited here
}
task<> another_member() {
  pair_of_jobs o{make(), make(), 1};
  co_await std::move(o.first);
  co_await std::move(o.second);
}
task<> member_made_again() {
  pair_of_jobs o{make(), make(), 1};
  co_await std::move(o.first);
  o.first = make();
  co_await std::move(o.first);
  o.refill();
  co_await std::move(o.first);
  change(o);
  co_await std::move(o.first);
  o = pair_of_jobs{make(), make(), 2};
  co_await std::move(o.first);
}
task<> member_made_by_a_lambda() {
  pair_of_jobs o{make(), make(), 1};
  auto again = [&o] { o.first = make(); };
  co_await std::move(o.first);
  again();
  co_await std::move(o.first);
}
task<> object_made_again() {
  auto o = std::make_unique<pair_of_jobs>();
  co_await std::move(o->first);
  o = std::make_unique<pair_of_jobs>();
  co_await std::move(o->first);
  std::optional<pair_of_jobs> p;
  p.emplace();
  co_await std::move(p->first);
  p.emplace();
  co_await std::move(p->first);
}
task<> member_that_is_asked(pair_of_jobs o, bool now) {
  if (now)
    co_await std::move(o.first);
  if (!now)
    co_await std::move(o.first);
  if (o.second)
    co_await std::move(o.second);
  if (o.second)
    co_await std::move(o.second);
}

//===-- References --------------------------------------------------------===//

// id: twice/reference
task<> reference() {
  auto t = make();
  auto &r = t;
  co_await std::move(r);
  co_await std::move(t);
  // CHECK-NOTES: :[[@LINE-1]]:22: warning: 't' is awaited twice [coro-task-consumed-twice]
  // CHECK-NOTES: :[[@LINE-3]]:22: note: first awaited here
}
// id: twice/pointer
task<> pointer() {
  auto t = make();
  auto *p = &t;
  co_await std::move(*p);
  co_await std::move(t);
  // CHECK-NOTES: :[[@LINE-1]]:22: warning: 't' is awaited twice [coro-task-consumed-twice]
  // CHECK-NOTES: :[[@LINE-3]]:22: note: first awaited here
}
// id: twice/binding
task<> binding() {
  auto [one, other] = std::make_pair(make(), make());
  co_await std::move(one);
  co_await std::move(one);
  // CHECK-NOTES: :[[@LINE-1]]:22: warning: 'one' is awaited twice [coro-task-consumed-twice]
  // CHECK-NOTES: :[[@LINE-3]]:22: note: first awaited here
}
task<> binding_of_a_member() {
  pair_of_jobs o{make(), make(), 1};
  auto &[one, other, number] = o;
  co_await std::move(one);
  co_await std::move(o.first);
  // CHECK-NOTES: :[[@LINE-1]]:24: warning: 'o.first' is awaited twice [coro-task-consumed-twice]
  // CHECK-NOTES: :[[@LINE-3]]:22: note: first awaited here
}
// id: twice/capture
task<> capture() {
  auto f = [t = make()]() mutable -> task<> {
    co_await std::move(t);
    co_await std::move(t);
    // CHECK-NOTES: :[[@LINE-1]]:24: warning: 't' is awaited twice [coro-task-consumed-twice]
    // CHECK-NOTES: :[[@LINE-3]]:24: note: first awaited here
  };
  co_await f();
}
task<> bindings() {
  auto [one, other] = std::make_pair(make(), make());
  co_await std::move(one);
  co_await std::move(other);
  auto both = std::make_tuple(make(), make());
  auto &[left, right] = both;
  co_await std::move(left);
  co_await std::move(right);
}
task<> parts_of_a_tuple() {
  auto both = std::make_tuple(make(), make());
  auto &left = std::get<0>(both);
  auto &right = std::get<1>(both);
  co_await std::move(left);
  co_await std::move(right);
}
task<> pointer_to_another() {
  auto t = make(), u = make();
  auto *p = &t;
  co_await std::move(*p);
  p = &u;
  co_await std::move(*p);
}
task<> reference_to_either() {
  auto t = make(), u = make();
  auto &r = flag() ? t : u;
  co_await std::move(r);
}
task<> reference_that_is_filled() {
  auto t = make();
  auto &r = t;
  co_await std::move(t);
  r = make();
  co_await std::move(t);
}

//===-- Elements ----------------------------------------------------------===//

// id: twice/element
task<> element() {
  std::vector<job> v;
  v.push_back(make());
  co_await std::move(v[0]);
  co_await std::move(v.at(0));
  // CHECK-NOTES: :[[@LINE-1]]:24: warning: 'v[0]' is awaited twice [coro-task-consumed-twice]
  // CHECK-NOTES: :[[@LINE-3]]:22: note: first awaited here
}
task<> element_of_an_array(int i) {
  job some[2] = {make(), make()};
  co_await std::move(some[0]);
  co_await std::move(some[0]);
  // CHECK-NOTES: :[[@LINE-1]]:22: warning: 'some[0]' is awaited twice [coro-task-consumed-twice]
  // CHECK-NOTES: :[[@LINE-3]]:22: note: first awaited here
  std::vector<job> v;
  fill(v);
  co_await std::move(v[i]);
  co_await std::move(v[i]);
  // CHECK-NOTES: :[[@LINE-1]]:22: warning: 'v[i]' is awaited twice [coro-task-consumed-twice]
  // CHECK-NOTES: :[[@LINE-3]]:22: note: first awaited here
}
// id: twice/element-of-a-loop
task<> element_of_a_loop() {
  std::vector<job> v;
  fill(v);
  for (auto &t : v) {
    if (flag())
      keep(std::move(t));
    co_await std::move(t);
    // CHECK-NOTES: :[[@LINE-1]]:24: warning: 't' is awaited after it was moved [coro-task-consumed-twice]
    // CHECK-NOTES: :[[@LINE-3]]:22: note: moved here
  }
}
task<> member_of_an_element() {
  std::vector<pair_of_jobs> v(2);
  for (auto &o : v) {
    co_await std::move(o.first);
    co_await std::move(o.first);
    // CHECK-NOTES: :[[@LINE-1]]:26: warning: 'o.first' is awaited twice [coro-task-consumed-twice]
    // CHECK-NOTES: :[[@LINE-3]]:26: note: first awaited here
  }
}
// id: twice/element-by-a-key
task<> element_by_a_key() {
  std::map<int, job> m;
  m[1] = make();
  co_await std::move(m[1]);
  co_await std::move(m[1]);
  // CHECK-NOTES: :[[@LINE-1]]:22: warning: 'm[1]' is awaited twice [coro-task-consumed-twice]
  // CHECK-NOTES: :[[@LINE-3]]:22: note: first awaited here
}
task<> elements() {
  std::vector<job> v;
  fill(v);
  for (auto &t : v)
    co_await std::move(t);
  v.clear();
  fill(v);
  for (size_t i = 0; i < v.size(); ++i)
    co_await std::move(v[i]);
  fill(v);
  while (!v.empty()) {
    co_await std::move(v.back());
    v.pop_back();
  }
}
task<> elements_of_others() {
  std::array<job, 2> a{make(), make()};
  co_await std::move(a[0]);
  co_await std::move(a[1]);
  std::map<int, job> m;
  m[1] = make();
  m[2] = make();
  co_await std::move(m[1]);
  co_await std::move(m[2]);
  m[1] = make();
  co_await std::move(m[1]);
  std::map<int, std::vector<job>> many;
  for (auto &[key, v] : many)
    for (auto &t : v)
      co_await std::move(t);
}
task<> elements_that_go() {
  std::deque<job> q;
  q.push_back(make());
  q.push_back(make());
  co_await std::move(q.front());
  q.pop_front();
  co_await std::move(q.front());
  std::vector<job> v;
  fill(v);
  auto &one = v.front();
  co_await std::move(one);
  v.erase(v.begin());
  auto &next = v.front();
  co_await std::move(next);
}
task<> iterators() {
  std::list<job> l;
  l.push_back(make());
  for (auto it = l.begin(); it != l.end(); ++it)
    co_await std::move(*it);
  auto it = l.begin();
  while (it != l.end()) {
    auto &t = *it++;
    co_await std::move(t);
  }
}
task<> elements_that_are_filled(int i, int j) {
  std::vector<job> v;
  fill(v);
  co_await std::move(v[i]);
  v[j] = make();
  co_await std::move(v[i]);
  co_await std::move(v[0]);
  std::swap(v[0], v[1]);
  co_await std::move(v[0]);
}
task<> number_that_changes(std::vector<job> v, int i) {
  co_await std::move(v[i]);
  ++i;
  co_await std::move(v[i]);
}

//===-- What others can reach ---------------------------------------------===//

struct machine {
  // id: twice/member-of-this
  task<> awaited_again() {
    co_await std::move(next_);
    co_await std::move(next_);
    // CHECK-NOTES: :[[@LINE-1]]:24: warning: 'next_' is awaited twice [coro-task-consumed-twice]
    // CHECK-NOTES: :[[@LINE-3]]:24: note: first awaited here
  }
  // id: twice/destroyed-member
  void destroyed_again() {
    frame_.destroy();
    if (flag())
      frame_.destroy();
      // CHECK-NOTES: :[[@LINE-1]]:7: warning: 'frame_' is destroyed twice [coro-task-consumed-twice]
      // CHECK-NOTES: :[[@LINE-4]]:5: note: first destroyed here
  }
  void of_another(machine &other) {
    other.frame_.destroy();
    other.frame_.resume();
    // CHECK-NOTES: :[[@LINE-1]]:11: warning: 'other.frame_' is resumed after it was destroyed [coro-task-consumed-twice]
    // CHECK-NOTES: :[[@LINE-3]]:11: note: destroyed here
  }

  // They may have set another one.
  task<> awaited_in_turns() {
    while (flag())
      co_await std::move(next_);
  }
  task<> awaited_later() {
    co_await std::move(next_);
    co_await std::move(other_);
    co_await std::move(next_);
  }
  void prepare();
  task<> prepared() {
    co_await std::move(next_);
    prepare();
    co_await std::move(next_);
  }
  void resumed(std::coroutine_handle<> h) {
    frame_.destroy();
    h.resume();
    frame_.destroy();
  }

  void destroyed_and_set(machine &other) {
    if (frame_)
      frame_.destroy();
    frame_ = std::exchange(other.frame_, nullptr);
    frame_.resume();
    if (frame_.done()) {
      frame_.destroy();
      frame_ = other.frame_;
    }
    if (frame_)
      frame_.destroy();
  }
  void all_destroyed() {
    for (auto &each : frames_)
      each.destroy();
    frames_.clear();
    for (size_t i = 0; i < frames_.size(); ++i)
      frames_[i].destroy();
    while (!frames_.empty()) {
      frames_.back().destroy();
      frames_.pop_back();
    }
  }
  void some_destroyed(int i, int j) {
    frames_[0].destroy();
    frames_[1].destroy();
    frames_[i].destroy();
    frames_[j].destroy();
    frames_[i++].destroy();
    frames_[i++].destroy();
  }

private:
  job next_, other_;
  std::coroutine_handle<> frame_;
  std::vector<std::coroutine_handle<>> frames_;
};

struct node {
  std::coroutine_handle<> frame;
  node *next;
};
// id: twice/behind-a-pointer
void behind_a_pointer(node *n) {
  n->frame.destroy();
  if (flag())
    n->frame.destroy();
    // CHECK-NOTES: :[[@LINE-1]]:8: warning: 'n->frame' is destroyed twice [coro-task-consumed-twice]
    // CHECK-NOTES: :[[@LINE-4]]:6: note: first destroyed here
}
void in_a_list(node *head) {
  for (node *n = head; n; n = n->next)
    n->frame.resume();
  while (head) {
    node *next = head->next;
    head->frame.destroy();
    head = next;
  }
}
void of_two(node *a, node *b) {
  a->frame.destroy();
  if (a != b)
    b->frame.destroy();
}
task<> parameter(job &t) {
  co_await std::move(t);
  co_await make();
  co_await std::move(t);
}

//===-- Known misses ------------------------------------------------------===//

// Whoever made the reference may have set another task.
task<> parameter_in_turns(job &t) {
  while (flag())
    co_await std::move(t);
}
// Two loops over the same elements.
task<> loop_after_loop(std::vector<job> v) {
  for (auto &t : v)
    co_await std::move(t);
  for (auto &t : v)
    co_await std::move(t);
}
