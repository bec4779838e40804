// RUN: %check_tidy %s coro-moved-pinned

// The shapes of libraries: operation states, generators, guards, tasks that run
// at once. No model knows any of these.

#include <functional>
#include <optional>
#include <string>
#include <task.h>
#include <utility>
#include <vector>

//===-- Operation states, as stdexec's ------------------------------------===//

struct operation_state_t {};
struct receiver {};
namespace unseen {
struct operation {
  using operation_state_concept = operation_state_t;
  void start() & noexcept;
  void *context;
};
struct sender {};
operation connect(sender, receiver);
struct start_t {
  template <class O> void operator()(O &o) const { o.start(); }
};
inline constexpr start_t start{};
} // namespace unseen

// id: pinned/operation-state
void started_operation() {
  auto op = unseen::connect(unseen::sender(), receiver());
  op.start();
  auto other = std::move(op);
  // CHECK-NOTES: :[[@LINE-1]]:16: warning: 'op' is moved after it was started [coro-moved-pinned]
  // CHECK-NOTES: :[[@LINE-3]]:6: note: started here
  // CHECK-NOTES: :[[@LINE-20]]:8: note: 'operation' can be moved; delete its moves, or let them store the new address
}
void started_by_a_function_object() {
  auto op = unseen::connect(unseen::sender(), receiver());
  unseen::start(op);
  auto other = std::move(op);
  // CHECK-NOTES: :[[@LINE-1]]:16: warning: 'op' is moved after it was started [coro-moved-pinned]
  // CHECK-NOTES: :[[@LINE-3]]:3: note: started here
  // CHECK-NOTES: :[[@LINE-28]]:8: note: 'operation' can be moved; delete its moves, or let them store the new address
}
void not_yet_started() {
  auto op = unseen::connect(unseen::sender(), receiver());
  auto other = std::move(op);
  other.start();
}
void wait();
void completed() {
  auto op = unseen::connect(unseen::sender(), receiver());
  op.start();
  wait();
  auto other = std::move(op);
}
task<> completed_while_suspended() {
  auto op = unseen::connect(unseen::sender(), receiver());
  op.start();
  co_await work();
  auto other = std::move(op);
}

struct run_loop {
  struct item {
    item *next = nullptr;
    void (*run)(item *) = nullptr;
  };
  item head;
  item *tail = &head;
  void push(item *i) { tail = tail->next = i; }
};
struct schedule_operation : run_loop::item {
  run_loop *loop;
  explicit schedule_operation(run_loop *l) : loop(l) {}
  void start() & noexcept { loop->push(this); }
};
// id: pinned/operation-seen
void queued(run_loop &loop) {
  schedule_operation op(&loop);
  op.start();
  schedule_operation other = std::move(op);
  // CHECK-NOTES: :[[@LINE-1]]:30: warning: 'op' is moved after its address was registered [coro-moved-pinned]
  // CHECK-NOTES: :[[@LINE-3]]:6: note: registered here
  // CHECK-NOTES: :[[@LINE-14]]:44: note: its address is stored here
  // CHECK-NOTES: :[[@LINE-13]]:8: note: 'schedule_operation' can be moved; delete its moves, or let them store the new address
}
void queued_later(run_loop &loop) {
  schedule_operation op(&loop);
  schedule_operation other = std::move(op);
  other.start();
}

//===-- Awaiters ----------------------------------------------------------===//

struct event {
  struct awaiter {
    event *of;
    awaiter *next = nullptr;
    std::coroutine_handle<> frame;
    bool await_ready() const noexcept { return false; }
    void await_suspend(std::coroutine_handle<> h) {
      frame = h;
      next = of->waiters;
      of->waiters = this;
    }
    void await_resume() {}
  };
  awaiter *waiters = nullptr;
  awaiter operator co_await() { return {this}; }
};

task<> awaited_and_moved(event &e) {
  event::awaiter a{&e};
  co_await a;
  event::awaiter b = std::move(a);
  co_await std::move(b);
}
task<> moved_into_the_await(event &e) {
  event::awaiter a{&e};
  co_await std::move(a);
}
// id: pinned/suspended-by-hand
void suspended_by_hand(event &e, std::coroutine_handle<> h) {
  event::awaiter a{&e};
  a.await_suspend(h);
  std::vector<event::awaiter> all;
  all.push_back(std::move(a));
  // CHECK-NOTES: :[[@LINE-1]]:17: warning: 'a' is moved after its address was registered [coro-moved-pinned]
  // CHECK-NOTES: :[[@LINE-4]]:5: note: registered here
  // CHECK-NOTES: :[[@LINE-26]]:21: note: its address is stored here
  // CHECK-NOTES: :[[@LINE-35]]:10: note: 'awaiter' can be moved; delete its moves, or let them store the new address
}

// An awaiter whose callback has its address.
void on_done(std::function<void()> f);
struct callbacks {
  std::vector<std::function<void()>> all;
  void add(std::function<void()> f) { all.push_back(std::move(f)); }
};
struct request {
  callbacks *by;
  int result = 0;
  request(callbacks *by) : by(by) {
    by->add([this] { result = 1; });
  }
};
// id: pinned/callback
void assigned(callbacks &c) {
  request a(&c);
  a = request(&c);
  // CHECK-NOTES: :[[@LINE-1]]:5: warning: 'a' is overwritten after its address was registered [coro-moved-pinned]
  // CHECK-NOTES: :[[@LINE-3]]:11: note: registered here
  // CHECK-NOTES: :[[@LINE-15]]:53: note: its address is stored here
  // CHECK-NOTES: :[[@LINE-14]]:8: note: 'request' can be moved; delete its moves, or let them store the new address
}
void made_in_place(callbacks &c) {
  std::optional<request> a;
  a.emplace(&c);
}

//===-- Generators --------------------------------------------------------===//

// As cppcoro's: the iterator has the frame.
task<> uses_the_frame() {
  auto g = [](int n) -> async_generator<int> { co_yield n; }(1);
  auto next = g.next();
  auto moved = std::move(g);
  co_await next;
}

struct numbers {
  struct iterator {
    numbers *of;
    iterator &operator++() {
      ++of->at;
      return *this;
    }
    int operator*() const { return of->at; }
    friend bool operator!=(const iterator &a, const iterator &b) {
      return a.of->at != b.of->at;
    }
  };
  numbers() = default;
  numbers(numbers &&o) noexcept : frame(std::exchange(o.frame, {})) {}
  std::coroutine_handle<> frame;
  int at = 0;
  iterator begin() { return {this}; }
  iterator end() { return iterator{this}; }
};

// id: pinned/generator
void iterator_refers_to_the_generator() {
  numbers n;
  auto it = n.begin();
  numbers moved = std::move(n);
  // CHECK-NOTES: :[[@LINE-1]]:19: warning: 'n' is moved while 'it' refers to it [coro-moved-pinned]
  // CHECK-NOTES: :[[@LINE-3]]:15: note: 'it' gets its address here
  // CHECK-NOTES: :[[@LINE+1]]:5: note: 'it' is used here
  ++it;
}
void iterator_is_not_used_again() {
  numbers n;
  auto it = n.begin();
  ++it;
  numbers moved = std::move(n);
}
void gets_another() {
  numbers n;
  auto it = n.begin();
  numbers moved = std::move(n);
  it = moved.begin();
  ++it;
}

//===-- Guards ------------------------------------------------------------===//

struct gate {
  gate() = default;
  gate(gate &&o) noexcept : units(std::exchange(o.units, 0)) {}
  void lock();
  void unlock();
  bool try_lock();
  int units = 1;
};
struct gate_guard {
  explicit gate_guard(gate &g) : of(&g) { of->lock(); }
  ~gate_guard() {
    if (of)
      of->unlock();
  }
  void release();
  gate *of;
};
void take(gate g);

// id: pinned/guarded
void guarded() {
  gate g;
  gate_guard held(g);
  take(std::move(g));
  // CHECK-NOTES: :[[@LINE-1]]:8: warning: 'g' is moved while 'held' refers to it [coro-moved-pinned]
  // CHECK-NOTES: :[[@LINE-3]]:14: note: 'held' gets its address here
}
// A semaphore that knows of no lock: its units go back to it.
struct pool {
  struct units {
    explicit units(pool *p) : of(p) {}
    units(units &&o) noexcept : of(std::exchange(o.of, nullptr)) {}
    ~units() {
      if (of)
        ++of->free;
    }
    void give_back();
    pool *of;
  };
  pool() = default;
  pool(pool &&) = default;
  units take() {
    --free;
    return units(this);
  }
  std::string name() const;
  int free = 3;
};
// id: pinned/units
pool units_out() {
  pool p;
  auto one = p.take();
  return std::move(p);
  // CHECK-NOTES: :[[@LINE-1]]:10: warning: 'p' is moved out by return while 'one' refers to it [coro-moved-pinned]
  // CHECK-NOTES: :[[@LINE-3]]:16: note: 'one' gets its address here
}
pool units_given_back() {
  pool p;
  auto one = p.take();
  one.give_back();
  return std::move(p);
}
pool units_gone() {
  pool p;
  { auto one = p.take(); }
  auto name = p.name();
  return std::move(p);
}

void guard_has_ended() {
  gate g;
  {
    gate_guard held(g);
  }
  take(std::move(g));
}

//===-- Tasks that run at once --------------------------------------------===//

struct message {
  message() = default;
  message(message &&o) noexcept : bytes(std::exchange(o.bytes, nullptr)) {}
  char *bytes = nullptr;
};
void use(message &);
eager<> send(message &m) {
  co_await std::suspend_always();
  use(m);
}
eager<> logs(message &m) {
  use(m);
  co_await std::suspend_always();
}
void keep(message);

// id: pinned/borrowed
task<> borrowed() {
  message m;
  auto sending = send(m);
  keep(std::move(m));
  // CHECK-NOTES: :[[@LINE-1]]:8: warning: 'm' is moved while 'sending' refers to it [coro-moved-pinned]
  // CHECK-NOTES: :[[@LINE-3]]:18: note: 'sending' gets its address here
  co_await std::move(sending);
}
task<> moved_after_the_await() {
  message m;
  auto sending = send(m);
  co_await std::move(sending);
  keep(std::move(m));
}
task<> not_used_later() {
  message m;
  auto sending = logs(m);
  keep(std::move(m));
  co_await std::move(sending);
}
