// RUN: %check_tidy_real %s coro-moved-pinned

// Elements of containers, what is behind owners, and what others in the same
// function do with an object: found by the oracle.

#include <algorithm>
#include <coroutine>
#include <deque>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

struct task {
  struct promise_type {
    task get_return_object();
    std::suspend_always initial_suspend();
    std::suspend_always final_suspend() noexcept;
    void return_void();
    void unhandled_exception();
  };
};

struct list;
struct waiter {
  waiter() = default;
  waiter(const waiter &) = default;
  waiter &operator=(const waiter &) = default;
  ~waiter() { stop(); }
  void start(list &l);
  void stop();
  waiter *next = nullptr;
  list *in = nullptr;
};
struct list {
  waiter *first = nullptr;
};
inline void waiter::start(list &l) {
  next = l.first;
  in = &l;
  l.first = this;
}
inline void waiter::stop() {
  if (in)
    in->first = next;
  in = nullptr;
}
void keep(waiter);

// The same element, and another.
task the_last(list &l) {
  std::vector<waiter> v(2);
  v.back().start(l);
  keep(std::move(v.back()));
  // CHECK-NOTES: :[[@LINE-1]]:8: warning: 'v.back()' is copied after its address was registered [coro-moved-pinned]
  // CHECK-NOTES: :[[@LINE-3]]:12: note: registered here
  // CHECK-NOTES: :[[@LINE-16]]:13: note: its address is stored here
  // CHECK-NOTES: :[[@LINE-33]]:8: note: 'waiter' can be copied; delete its copies, or let them store the new address
  co_return;
}
task first_and_last(list &l) {
  std::vector<waiter> v(2);
  v.back().start(l);
  keep(std::move(v.front()));
  keep(std::move(v[0]));
  co_return;
}
task another_last(list &l) {
  std::vector<std::unique_ptr<waiter>> v;
  v.push_back(std::make_unique<waiter>());
  v.back()->start(l);
  v.push_back(std::make_unique<waiter>());
  keep(std::move(*v.back()));
  co_return;
}
task others_of_a_deque(list &l) {
  std::deque<waiter> d(2);
  d[0].start(l);
  d.push_front(waiter());
  keep(std::move(d[0]));
  co_return;
}
task each_started_first(list &l) {
  std::vector<waiter> v(2);
  for (waiter &w : v) {
    w.start(l);
    keep(std::move(w));
    // CHECK-NOTES: :[[@LINE-1]]:10: warning: 'w' is copied after its address was registered [coro-moved-pinned]
    // CHECK-NOTES: :[[@LINE-3]]:7: note: registered here
    // CHECK-NOTES: :[[@LINE-49]]:13: note: its address is stored here
    // CHECK-NOTES: :[[@LINE-66]]:8: note: 'waiter' can be copied; delete its copies, or let them store the new address
  }
  co_return;
}
task each_moved_first(list &l) {
  std::vector<waiter> v(2);
  for (waiter &w : v) {
    keep(std::move(w));
    w.start(l);
  }
  co_return;
}
task by_index(list &l) {
  std::vector<waiter> v(2);
  for (unsigned i = 0; i < v.size(); ++i)
    v[i].start(l);
  v.emplace_back();
  // CHECK-NOTES: :[[@LINE-1]]:5: warning: 'emplace_back' moves the elements of 'v' after their addresses were registered [coro-moved-pinned]
  // CHECK-NOTES: :[[@LINE-3]]:10: note: registered here
  // CHECK-NOTES: :[[@LINE-69]]:13: note: its address is stored here
  // CHECK-NOTES: :[[@LINE-86]]:8: note: 'waiter' can be moved; delete its moves, or let them store the new address
  co_return;
}

// Ended in a loop, by an algorithm, through an iterator.
task all_ended(list &l) {
  std::vector<waiter> v(1);
  v[0].start(l);
  for (waiter &w : v)
    w.stop();
  v.emplace_back();
  v[0].start(l);
  for (unsigned i = 0; i < v.size(); ++i)
    v[i].stop();
  v.emplace_back();
  v[0].start(l);
  std::for_each(v.begin(), v.end(), [](waiter &w) { w.stop(); });
  v.emplace_back();
  v[0].start(l);
  v.begin()->stop();
  v.emplace_back();
  co_return;
}
task by_iterator(list &l) {
  std::vector<waiter> v(1);
  v[0].start(l);
  auto it = v.begin();
  it->stop();
  v.emplace_back();
  co_return;
}
task ended_if_started(list &l, bool c) {
  waiter w;
  if (c)
    w.start(l);
  if (w.in)
    w.stop();
  keep(std::move(w));
  co_return;
}

// Not there any more.
task gone(list &l) {
  std::vector<waiter> v(1);
  v.back().start(l);
  v.pop_back();
  v.emplace_back();
  v.back().start(l);
  v.resize(0);
  v.emplace_back();
  v.back().start(l);
  std::vector<waiter> other;
  other.swap(v);
  v.emplace_back();
  v.emplace_back();
  co_return;
}
task emptied(list &l) {
  std::vector<waiter> v(1);
  v[0].start(l);
  v = {};
  v.emplace_back();
  std::optional<waiter> o = waiter();
  o->start(l);
  o = {};
  co_return;
}
task owners_swapped(list &l) {
  auto p = std::make_unique<waiter>(), q = std::make_unique<waiter>();
  p->start(l);
  p.swap(q);
  keep(std::move(*p));
  co_return;
}
task erased(list &l) {
  std::vector<waiter> v(2);
  v[1].start(l);
  v.erase(v.begin());
  // CHECK-NOTES: :[[@LINE-1]]:5: warning: 'erase' moves the elements of 'v' after their addresses were registered [coro-moved-pinned]
  // CHECK-NOTES: :[[@LINE-3]]:8: note: registered here
  // CHECK-NOTES: :[[@LINE-150]]:13: note: its address is stored here
  // CHECK-NOTES: :[[@LINE-167]]:8: note: 'waiter' can be moved; delete its moves, or let them store the new address
  std::vector<waiter> one(1);
  one[0].start(l);
  one.erase(one.begin());
  co_return;
}

// By somebody else who knows it.
task by_a_lambda(list &l) {
  waiter w;
  w.start(l);
  auto stop = [&] { w.stop(); };
  stop();
  keep(std::move(w));
  co_return;
}
task by_a_pointer(list &l) {
  waiter a, b, *w = &a;
  a.start(l);
  w->stop();
  w = &b;
  keep(std::move(a));
  co_return;
}
task by_one_of_many(list &l) {
  waiter a;
  a.start(l);
  for (waiter *w : {&a})
    w->stop();
  keep(std::move(a));
  co_return;
}

// One outcome in all turns.
task the_same_each_time(list &l, bool c) {
  waiter w;
  for (int i = 0; i < 3; ++i) {
    if (c)
      w.start(l);
    else
      w = waiter();
  }
  co_return;
}

// Each of them, in turn.
// id: pinned/erase-after-a-loop
task started_in_a_loop(list &l) {
  std::vector<waiter> v(3);
  for (auto &each : v)
    each.start(l);
  v.erase(v.begin());
  // CHECK-NOTES: :[[@LINE-1]]:5: warning: 'erase' moves the elements of 'v' after their addresses were registered [coro-moved-pinned]
  // CHECK-NOTES: :[[@LINE-3]]:10: note: registered here
  // CHECK-NOTES: :[[@LINE-205]]:13: note: its address is stored here
  // CHECK-NOTES: :[[@LINE-222]]:8: note: 'waiter' can be moved; delete its moves, or let them store the new address
  co_return;
}
struct node {
  node *next = nullptr;
};
struct chain {
  node *first = nullptr;
  void add(node &n) {
    n.next = first;
    first = &n;
  }
};
task given_in_a_loop(chain &l) {
  for (int turn = 0; turn < 2; ++turn) {
    std::vector<node> v(3);
    for (auto &each : v)
      l.add(each);
    v.erase(v.begin());
    // CHECK-NOTES: :[[@LINE-1]]:7: warning: 'erase' moves the elements of 'v' after their addresses were registered [coro-moved-pinned]
    // CHECK-NOTES: :[[@LINE-3]]:9: note: registered here
    // CHECK-NOTES: :[[@LINE-11]]:13: note: its address is stored here
    // CHECK-NOTES: :[[@LINE-19]]:8: note: 'node' can be moved; delete its moves, or let them store the new address
  }
  co_return;
}
task only_one(list &l) {
  std::vector<waiter> one(1), left(2);
  for (auto &each : one)
    each.start(l);
  one.erase(one.begin());
  left.pop_back();
  for (auto &each : left)
    each.start(l);
  left.erase(left.begin());
  co_return;
}
task started_and_stopped_in_loops(list &l) {
  std::vector<waiter> v(3);
  for (auto &each : v)
    each.start(l);
  for (auto &each : v)
    each.stop();
  v.erase(v.begin());
  co_return;
}

// Made with the vector.
// id: pinned/made-with-a-vector
struct cursor {
  cursor() : at(buffer) {}
  char buffer[16];
  char *at;
};
task erased_as_made(int n) {
  std::vector<cursor> v(n);
  v.erase(v.begin());
  // CHECK-NOTES: :[[@LINE-1]]:5: warning: 'erase' moves the elements of 'v', but they point into themselves [coro-moved-pinned]
  // CHECK-NOTES: :[[@LINE-3]]:23: note: here it begins to
  // CHECK-NOTES: :[[@LINE-9]]:17: note: its address is stored here
  // CHECK-NOTES: :[[@LINE-11]]:8: note: 'cursor' can be moved; delete its moves, or let them store the new address
  co_return;
}
task room_made_later() {
  std::vector<cursor> v(3);
  v.reserve(9);
  // CHECK-NOTES: :[[@LINE-1]]:5: warning: 'reserve' moves the elements of 'v', but they point into themselves [coro-moved-pinned]
  // CHECK-NOTES: :[[@LINE-3]]:23: note: here it begins to
  // CHECK-NOTES: :[[@LINE-18]]:17: note: its address is stored here
  // CHECK-NOTES: :[[@LINE-20]]:8: note: 'cursor' can be moved; delete its moves, or let them store the new address
  co_return;
}
struct mended {
  mended() : at(buffer) {}
  mended(const mended &) : at(buffer) {}
  mended &operator=(const mended &) { return *this; }
  char buffer[16];
  char *at;
};
task erased_as_mended() {
  std::vector<mended> v(3);
  v.erase(v.begin());
  std::vector<cursor> one(1);
  one.erase(one.begin());
  std::vector<cursor> none(3);
  none.clear();
  none.emplace_back();
  co_return;
}
// id: pinned/sorted
task sorted_as_a_range(list &l) {
  std::vector<waiter> v(3);
  v[2].start(l);
  std::ranges::sort(v, {}, &waiter::in);
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: 'sort' moves the elements of 'v' after their addresses were registered [coro-moved-pinned]
  // CHECK-NOTES: :[[@LINE-3]]:8: note: registered here
  // CHECK-NOTES: :[[@LINE-302]]:13: note: its address is stored here
  // CHECK-NOTES: :[[@LINE-319]]:8: note: 'waiter' can be moved; delete its moves, or let them store the new address
  co_return;
}
task sorted(list &l) {
  std::vector<waiter> v(3);
  v[2].start(l);
  std::sort(v.begin(), v.end(), [](auto &a, auto &b) { return a.in < b.in; });
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: 'sort' moves the elements of 'v' after their addresses were registered [coro-moved-pinned]
  // CHECK-NOTES: :[[@LINE-3]]:8: note: registered here
  // CHECK-NOTES: :[[@LINE-312]]:13: note: its address is stored here
  // CHECK-NOTES: :[[@LINE-329]]:8: note: 'waiter' can be moved; delete its moves, or let them store the new address
  co_return;
}

// The list is emptied by hand.
task emptied_by_hand(list &l) {
  waiter a, b;
  a.start(l);
  l.first = a.next;
  keep(std::move(a));
  b.start(l);
  l = list{};
  keep(std::move(b));
  co_return;
}
