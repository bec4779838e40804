// RUN: %check_tidy %s coro-moved-pinned

// Objects moved after their address was registered: who registers, who moves.

#include <functional>
#include <memory>
#include <optional>
#include <task.h>
#include <utility>
#include <vector>

// An intrusive list that no model knows.
struct waiter {
  waiter *next = nullptr;
  std::coroutine_handle<> frame;

  void start(struct queue &q);
  void stop(struct queue &q);
  bool is_late() const { return next == nullptr; }
};
struct queue {
  waiter *head = nullptr;
  void add(waiter *w) {
    w->next = head;
    head = w;
  }
  void remove(waiter *w) {
    for (waiter **at = &head; *at; at = &(*at)->next)
      if (*at == w) {
        *at = w->next;
        return;
      }
  }
};
inline void waiter::start(queue &q) { q.add(this); }
inline void waiter::stop(queue &q) { q.remove(this); }

void keep(waiter w);

// id: pinned/move-after-start
void moved_after_start(queue &q) {
  waiter w;
  w.start(q);
  waiter other = std::move(w);
  // CHECK-NOTES: :[[@LINE-1]]:18: warning: 'w' is moved after its address was registered [coro-moved-pinned]
  // CHECK-NOTES: :[[@LINE-3]]:5: note: registered here
  // CHECK-NOTES: :[[@LINE-22]]:12: note: its address is stored here
  // CHECK-NOTES: :[[@LINE-35]]:8: note: 'waiter' can be moved; delete its moves, or let them store the new address
}
void moved_before_start(queue &q) {
  waiter w;
  waiter other = std::move(w);
  other.start(q);
}
void moved_after_end(queue &q) {
  waiter w;
  w.start(q);
  w.stop(q);
  waiter other = std::move(w);
}
void asked_in_between(queue &q) {
  waiter w;
  w.start(q);
  if (w.is_late())
    keep(std::move(w));
    // CHECK-NOTES: :[[@LINE-1]]:10: warning: 'w' is moved after its address was registered [coro-moved-pinned]
    // CHECK-NOTES: :[[@LINE-4]]:5: note: registered here
    // CHECK-NOTES: :[[@LINE-43]]:12: note: its address is stored here
    // CHECK-NOTES: :[[@LINE-56]]:8: note: 'waiter' can be moved; delete its moves, or let them store the new address
}

// id: pinned/some-path
void ended_on_one_path(queue &q, bool late) {
  waiter w;
  w.start(q);
  if (late)
    w.stop(q);
  keep(std::move(w));
  // CHECK-NOTES: :[[@LINE-1]]:8: warning: 'w' is moved after its address was registered [coro-moved-pinned]
  // CHECK-NOTES: :[[@LINE-5]]:5: note: registered here
  // CHECK-NOTES: :[[@LINE-56]]:12: note: its address is stored here
  // CHECK-NOTES: :[[@LINE-69]]:8: note: 'waiter' can be moved; delete its moves, or let them store the new address
}
void same_condition(queue &q, bool late) {
  waiter w;
  if (late)
    w.start(q);
  if (!late)
    keep(std::move(w));
}

// id: pinned/copied
void copied(queue &q) {
  waiter w;
  w.start(q);
  keep(w);
  // CHECK-NOTES: :[[@LINE-1]]:8: warning: 'w' is copied after its address was registered [coro-moved-pinned]
  // CHECK-NOTES: :[[@LINE-3]]:5: note: registered here
  // CHECK-NOTES: :[[@LINE-74]]:12: note: its address is stored here
  // CHECK-NOTES: :[[@LINE-87]]:8: note: 'waiter' can be copied; delete its copies, or let them store the new address
}

// id: pinned/captured
void captured(queue &q) {
  waiter w;
  w.start(q);
  auto later = [w] { return w.is_late(); };
  // CHECK-NOTES: :[[@LINE-1]]:17: warning: 'w' is copied after its address was registered [coro-moved-pinned]
  // CHECK-NOTES: :[[@LINE-3]]:5: note: registered here
  // CHECK-NOTES: :[[@LINE-85]]:12: note: its address is stored here
  // CHECK-NOTES: :[[@LINE-98]]:8: note: 'waiter' can be copied; delete its copies, or let them store the new address
  auto moved = [w = std::move(w)] { return w.is_late(); };
}
void captured_by_reference(queue &q) {
  waiter w;
  w.start(q);
  auto now = [&w] { return w.is_late(); };
}

// id: pinned/returned
waiter returned_by_move(queue &q) {
  waiter w;
  w.start(q);
  return std::move(w);
  // CHECK-NOTES: :[[@LINE-1]]:10: warning: 'w' is moved out by return after its address was registered [coro-moved-pinned]
  // CHECK-NOTES: :[[@LINE-3]]:5: note: registered here
  // CHECK-NOTES: :[[@LINE-102]]:12: note: its address is stored here
  // CHECK-NOTES: :[[@LINE-115]]:8: note: 'waiter' can be moved; delete its moves, or let them store the new address
}
waiter returned_parameter(waiter w, queue &q) {
  w.start(q);
  return w;
  // CHECK-NOTES: :[[@LINE-1]]:10: warning: 'w' is moved out by return after its address was registered [coro-moved-pinned]
  // CHECK-NOTES: :[[@LINE-3]]:5: note: registered here
  // CHECK-NOTES: :[[@LINE-110]]:12: note: its address is stored here
  // CHECK-NOTES: :[[@LINE-123]]:8: note: 'waiter' can be moved; delete its moves, or let them store the new address
}
waiter one_of_two(queue &q, bool c) {
  waiter a, b;
  a.start(q);
  if (c)
    return a;
    // CHECK-NOTES: :[[@LINE-1]]:12: warning: 'a' is moved out by return after its address was registered [coro-moved-pinned]
    // CHECK-NOTES: :[[@LINE-4]]:5: note: registered here
    // CHECK-NOTES: :[[@LINE-120]]:12: note: its address is stored here
    // CHECK-NOTES: :[[@LINE-133]]:8: note: 'waiter' can be moved; delete its moves, or let them store the new address
  return b;
}
waiter elided(queue &q) {
  waiter w;
  w.start(q);
  return w;
}
task<waiter> by_coroutine(queue &q) {
  waiter w;
  w.start(q);
  co_return w;
  // CHECK-NOTES: :[[@LINE-1]]:13: warning: 'w' is moved after its address was registered [coro-moved-pinned]
  // CHECK-NOTES: :[[@LINE-3]]:5: note: registered here
  // CHECK-NOTES: :[[@LINE-135]]:12: note: its address is stored here
  // CHECK-NOTES: :[[@LINE-148]]:8: note: 'waiter' can be moved; delete its moves, or let them store the new address
}

// id: pinned/swapped
void swapped(queue &q) {
  waiter a, b;
  a.start(q);
  std::swap(a, b);
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: 'a' is swapped after its address was registered [coro-moved-pinned]
  // CHECK-NOTES: :[[@LINE-3]]:5: note: registered here
  // CHECK-NOTES: :[[@LINE-146]]:12: note: its address is stored here
  // CHECK-NOTES: :[[@LINE-159]]:8: note: 'waiter' can be moved; delete its moves, or let them store the new address
}
void exchanged(queue &q) {
  waiter a;
  a.start(q);
  waiter old = std::exchange(a, waiter());
  // CHECK-NOTES: :[[@LINE-1]]:16: warning: 'a' is moved after its address was registered [coro-moved-pinned]
  // CHECK-NOTES: :[[@LINE-3]]:5: note: registered here
  // CHECK-NOTES: :[[@LINE-155]]:12: note: its address is stored here
  // CHECK-NOTES: :[[@LINE-168]]:8: note: 'waiter' can be moved; delete its moves, or let them store the new address
}

// id: pinned/overwritten
void overwritten(queue &q) {
  waiter w;
  w.start(q);
  w = waiter();
  // CHECK-NOTES: :[[@LINE-1]]:5: warning: 'w' is overwritten after its address was registered [coro-moved-pinned]
  // CHECK-NOTES: :[[@LINE-3]]:5: note: registered here
  // CHECK-NOTES: :[[@LINE-166]]:12: note: its address is stored here
  // CHECK-NOTES: :[[@LINE-179]]:8: note: 'waiter' can be moved; delete its moves, or let them store the new address
}
void assigned_from(queue &q) {
  waiter a, b;
  a.start(q);
  b = std::move(a);
  // CHECK-NOTES: :[[@LINE-1]]:5: warning: 'a' is moved after its address was registered [coro-moved-pinned]
  // CHECK-NOTES: :[[@LINE-3]]:5: note: registered here
  // CHECK-NOTES: :[[@LINE-175]]:12: note: its address is stored here
  // CHECK-NOTES: :[[@LINE-188]]:8: note: 'waiter' can be moved; delete its moves, or let them store the new address
}

// id: pinned/by-its-list
void added_by_the_list(queue &q) {
  waiter w;
  q.add(&w);
  waiter other = std::move(w);
  // CHECK-NOTES: :[[@LINE-1]]:18: warning: 'w' is moved after its address was registered [coro-moved-pinned]
  // CHECK-NOTES: :[[@LINE-3]]:5: note: registered here
  // CHECK-NOTES: :[[@LINE-186]]:12: note: its address is stored here
  // CHECK-NOTES: :[[@LINE-199]]:8: note: 'waiter' can be moved; delete its moves, or let them store the new address
}
void removed_by_the_list(queue &q) {
  waiter w;
  q.add(&w);
  q.remove(&w);
  waiter other = std::move(w);
}

// id: pinned/aggregate
struct session {
  int id = 0;
  waiter node;
};
void aggregate(queue &q) {
  session s;
  s.node.start(q);
  session other = std::move(s);
  // CHECK-NOTES: :[[@LINE-1]]:19: warning: 's' is moved after its address was registered [coro-moved-pinned]
  // CHECK-NOTES: :[[@LINE-3]]:10: note: registered here
  // CHECK-NOTES: :[[@LINE-207]]:12: note: its address is stored here
  // CHECK-NOTES: :[[@LINE-220]]:8: note: 'waiter' can be moved; delete its moves, or let them store the new address
}
void other_member(queue &q) {
  session s;
  s.node.start(q);
  int id = std::move(s.id);
}
void in_an_optional(queue &q) {
  std::optional<waiter> w = waiter();
  w->start(q);
  std::optional<waiter> other = std::move(w);
  // CHECK-NOTES: :[[@LINE-1]]:33: warning: 'w' is moved after its address was registered [coro-moved-pinned]
  // CHECK-NOTES: :[[@LINE-3]]:6: note: registered here
  // CHECK-NOTES: :[[@LINE-221]]:12: note: its address is stored here
  // CHECK-NOTES: :[[@LINE-234]]:8: note: 'waiter' can be moved; delete its moves, or let them store the new address
}
void through_a_reference(queue &q) {
  session s;
  waiter &w = s.node;
  w.start(q);
  session *p = &s;
  session other = std::move(*p);
  // CHECK-NOTES: :[[@LINE-1]]:19: warning: 's' is moved after its address was registered [coro-moved-pinned]
  // CHECK-NOTES: :[[@LINE-4]]:5: note: registered here
  // CHECK-NOTES: :[[@LINE-232]]:12: note: its address is stored here
  // CHECK-NOTES: :[[@LINE-245]]:8: note: 'waiter' can be moved; delete its moves, or let them store the new address
}

// id: pinned/vector
void grown(queue &q) {
  std::vector<waiter> v;
  v.emplace_back();
  v.back().start(q);
  v.emplace_back();
  // CHECK-NOTES: :[[@LINE-1]]:5: warning: 'emplace_back' moves the elements of 'v' after their addresses were registered [coro-moved-pinned]
  // CHECK-NOTES: :[[@LINE-3]]:12: note: registered here
  // CHECK-NOTES: :[[@LINE-244]]:12: note: its address is stored here
  // CHECK-NOTES: :[[@LINE-257]]:8: note: 'waiter' can be moved; delete its moves, or let them store the new address
}
void grown_with_room(queue &q) {
  std::vector<waiter> v;
  v.reserve(2);
  v.emplace_back();
  v.back().start(q);
  v.emplace_back();
}
void grown_in_a_loop(queue &q) {
  std::vector<waiter> v;
  for (int i = 0; i < 3; ++i) {
    v.push_back(waiter());
    // CHECK-NOTES: :[[@LINE-1]]:7: warning: 'push_back' moves the elements of 'v' after their addresses were registered [coro-moved-pinned]
    // CHECK-NOTES: :[[@LINE+3]]:14: note: registered here
    // CHECK-NOTES: :[[@LINE-260]]:12: note: its address is stored here
    // CHECK-NOTES: :[[@LINE-273]]:8: note: 'waiter' can be moved; delete its moves, or let them store the new address
    v.back().start(q);
  }
}
void started_when_all_are_there(queue &q) {
  std::vector<waiter> v;
  for (int i = 0; i < 3; ++i)
    v.push_back(waiter());
  for (waiter &w : v)
    w.start(q);
}
void whole_vector_moves(queue &q) {
  std::vector<waiter> v;
  v.emplace_back();
  v.back().start(q);
  std::vector<waiter> other = std::move(v);
}
void into_a_vector(queue &q, std::vector<waiter> &all) {
  waiter w;
  w.start(q);
  all.push_back(std::move(w));
  // CHECK-NOTES: :[[@LINE-1]]:17: warning: 'w' is moved after its address was registered [coro-moved-pinned]
  // CHECK-NOTES: :[[@LINE-3]]:5: note: registered here
  // CHECK-NOTES: :[[@LINE-284]]:12: note: its address is stored here
  // CHECK-NOTES: :[[@LINE-297]]:8: note: 'waiter' can be moved; delete its moves, or let them store the new address
}

// An owning pointer moves; what it points to does not.
void owner_moves(queue &q) {
  auto w = std::make_unique<waiter>();
  w->start(q);
  auto other = std::move(w);
}

//===-- From the first ----------------------------------------------------===//

struct listener {
  explicit listener(struct hub &h);
  ~listener();
  hub *at;
};
struct hub {
  std::vector<listener *> all;
  void add(listener *l) { all.push_back(l); }
  void remove(listener *l);
};
inline listener::listener(hub &h) : at(&h) { h.add(this); }
inline listener::~listener() { at->remove(this); }

// id: pinned/constructor
void constructor(hub &h) {
  listener l(h);
  listener other = std::move(l);
  // CHECK-NOTES: :[[@LINE-1]]:20: warning: 'l' is copied after its address was registered [coro-moved-pinned]
  // CHECK-NOTES: :[[@LINE-3]]:12: note: registered here
  // CHECK-NOTES: :[[@LINE-12]]:41: note: its address is stored here
  // CHECK-NOTES: :[[@LINE-20]]:8: note: 'listener' can be copied; delete its copies, or let them store the new address
}
void temporary(hub &h, std::vector<listener> &all) {
  all.push_back(listener(h));
  // CHECK-NOTES: :[[@LINE-1]]:17: warning: a temporary 'listener' is moved after its address was registered [coro-moved-pinned]
  // CHECK-NOTES: :[[@LINE-18]]:41: note: its address is stored here
  // CHECK-NOTES: :[[@LINE-26]]:8: note: 'listener' can be moved; delete its moves, or let them store the new address
}
void each_pushes_the_others(hub &h) {
  std::vector<listener> all;
  for (int i = 0; i < 2; ++i)
    all.emplace_back(h);
    // CHECK-NOTES: :[[@LINE-1]]:9: warning: 'emplace_back' moves the elements of 'all' after their addresses were registered [coro-moved-pinned]
    // CHECK-NOTES: :[[@LINE-26]]:41: note: its address is stored here
    // CHECK-NOTES: :[[@LINE-34]]:8: note: 'listener' can be moved; delete its moves, or let them store the new address
}
void emplaced_with_room(hub &h) {
  std::vector<listener> all;
  all.reserve(2);
  for (int i = 0; i < 2; ++i)
    all.emplace_back(h);
}
listener made(hub &h) { return listener(h); }
void elided_all_the_way(hub &h) { listener l = made(h); }

struct base {
  explicit base(hub &h) : l(h) {}
  listener l;
};
struct derived : base {
  using base::base;
  derived(hub &h, int) : base(h) {}
};
void in_a_base(hub &h) {
  derived d(h, 1);
  derived other = std::move(d);
  // CHECK-NOTES: :[[@LINE-1]]:19: warning: 'd' is moved after its address was registered [coro-moved-pinned]
  // CHECK-NOTES: :[[@LINE-3]]:11: note: registered here
  // CHECK-NOTES: :[[@LINE-51]]:41: note: its address is stored here
  // CHECK-NOTES: :[[@LINE-59]]:8: note: 'listener' can be moved; delete its moves, or let them store the new address
}

// A move that registers again.
struct careful {
  explicit careful(std::vector<careful *> &all) : all(all) {
    all.push_back(this);
  }
  careful(careful &&o) : all(o.all) { all.push_back(this); }
  std::vector<careful *> &all;
};
void registers_again(std::vector<careful *> &all) {
  careful c(all);
  careful other = std::move(c);
}

//===-- Into itself -------------------------------------------------------===//

// id: pinned/itself
struct cursor {
  cursor() : at(text) {}
  char text[16];
  char *at;
};
void into_itself() {
  cursor c;
  cursor other = c;
  // CHECK-NOTES: :[[@LINE-1]]:18: warning: 'c' is copied, but it points into itself [coro-moved-pinned]
  // CHECK-NOTES: :[[@LINE-3]]:10: note: here it begins to
  // CHECK-NOTES: :[[@LINE-9]]:17: note: its address is stored here
  // CHECK-NOTES: :[[@LINE-11]]:8: note: 'cursor' can be copied; delete its copies, or let them store the new address
}
struct small_string {
  small_string() : at(text) {}
  small_string(small_string &&o) : at(text) {}
  char text[16];
  char *at;
};
void sees_to_it() {
  small_string s;
  small_string other = std::move(s);
}

// id: pinned/lambda
struct timer {
  std::function<void()> then;
  int fired = 0;
  void arm() {
    then = [this] { ++fired; };
  }
};
timer lambda() {
  timer t;
  t.arm();
  return std::move(t);
  // CHECK-NOTES: :[[@LINE-1]]:10: warning: 't' is moved out by return, but it points into itself [coro-moved-pinned]
  // CHECK-NOTES: :[[@LINE-3]]:5: note: here it begins to
  // CHECK-NOTES: :[[@LINE-9]]:12: note: its address is stored here
  // CHECK-NOTES: :[[@LINE-14]]:8: note: 'timer' can be moved; delete its moves, or let them store the new address
}

// id: pinned/own-frame
struct service {
  std::optional<task<>> loop;
  task<> run();
  int turns = 0;
  void start() { loop.emplace(count()); }
  task<> count() {
    ++turns;
    co_return;
  }
};

//===-- What is no registration -------------------------------------------===//

struct scope_of {
  static inline waiter *current = nullptr;
  explicit scope_of(waiter *w) : before(current) { current = w; }
  ~scope_of() { current = before; }
  waiter *before;
};
struct runs {
  static inline runs *current = nullptr;
  int depth = 0;
  waiter w;
  void run() {
    runs *before = std::exchange(current, this);
    ++depth;
    current = before;
  }
  void run_in_scope() { scope_of here(&w); }
};
void only_for_a_while() {
  runs r;
  r.run();
  runs other = std::move(r);
  runs s;
  s.run_in_scope();
  runs third = std::move(s);
}

void unseen(waiter *);
struct unsure {
  waiter w;
  void start() { unseen(&w); }
};
void not_seen() {
  unsure u;
  u.start();
  unsure other = std::move(u);
}
