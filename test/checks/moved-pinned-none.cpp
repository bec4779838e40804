// RUN: %check_tidy %s coro-moved-pinned

// What looks like it, and is none: nothing is said in this file.

#include <functional>
#include <memory>
#include <optional>
#include <task.h>
#include <utility>
#include <vector>

// A class that tells its neighbours where it has gone.
struct linked {
  linked *next = nullptr, *prev = nullptr;
  linked() = default;
  linked(linked &&o) noexcept : next(o.next), prev(o.prev) {
    if (next)
      next->prev = this;
    if (prev)
      prev->next = this;
    o.next = o.prev = nullptr;
  }
  void insert_after(linked *l) {
    next = l->next;
    prev = l;
    l->next = this;
  }
};
void told_its_neighbours(linked &head) {
  linked l;
  l.insert_after(&head);
  linked other = std::move(l);
}

// A shared state that is told of the new owner by a function of its own.
struct socket;
struct state {
  socket *owner = nullptr;
};
struct socket {
  socket() : its(std::make_unique<state>()) { adopt(); }
  socket(socket &&o) noexcept : its(std::move(o.its)) { adopt(); }
  void adopt() { its->owner = this; }
  std::unique_ptr<state> its;
};
void told_by_a_function() {
  socket s;
  socket other = std::move(s);
}

// Registers only where there is something to register with.
struct child {
  explicit child(std::vector<child *> *all = nullptr) {
    if (all)
      all->push_back(this);
  }
  void set_parent(std::vector<child *> *all) {
    if (all)
      all->push_back(this);
  }
};
void nobody_to_register_with() {
  child c;
  c.set_parent(nullptr);
  child other = std::move(c);
}
struct attempt {
  static inline attempt *first = nullptr;
  bool start() {
    if (first)
      return false;
    first = this;
    return true;
  }
};
void tried(std::vector<attempt> &later) {
  attempt a;
  if (!a.start())
    later.push_back(std::move(a));
}

// Fluent builders return themselves.
struct builder {
  std::vector<int> parts;
  builder &add(int n) {
    parts.push_back(n);
    return *this;
  }
};
builder built() {
  builder b;
  b.add(1).add(2);
  builder c = std::move(b.add(3));
  return c;
}

// Is looked at, and noted, by somebody with a list of his own.
struct tree {
  tree *left = nullptr, *right = nullptr;
};
struct walker {
  std::vector<tree *> seen;
  void visit(tree *t) { seen.push_back(t); }
  int count(tree *t) {
    std::vector<tree *> stack;
    stack.push_back(t);
    return 1;
  }
};
void walked(walker &w, std::vector<tree> &trees) {
  tree t;
  w.visit(&t);
  w.count(&t);
  trees.push_back(std::move(t));
}

// Outputs are bound to a parser, and returned when it is done.
struct options {
  int level = 0;
};
struct parser {
  int *to = nullptr;
  void bind(int *n) { to = n; }
  void parse() { *to = 1; }
};
options parsed() {
  options o;
  parser p;
  p.bind(&o.level);
  p.parse();
  return std::move(o);
}

// The callback is given away after the move.
struct button {
  std::function<void()> pressed;
  int times = 0;
  void arm() {
    pressed = [this] { ++times; };
  }
  void disarm() { pressed = {}; }
};
button armed_in_place() {
  button b;
  button c = std::move(b);
  c.arm();
  c.disarm();
  return std::move(c);
}

// An owner of what is registered.
struct session {
  static inline session *current = nullptr;
  session() { current = this; }
};
struct handle {
  std::unique_ptr<session> its = std::make_unique<session>();
};
void handles() {
  handle h;
  handle other = std::move(h);
  std::vector<std::unique_ptr<session>> all;
  all.push_back(std::make_unique<session>());
  all.push_back(std::make_unique<session>());
}

// Popped by the list: it is not there any more.
struct item {
  item *next = nullptr;
};
struct stack {
  item *top = nullptr;
  void push(item *i) {
    i->next = top;
    top = i;
  }
  item *pop() {
    item *i = top;
    top = i->next;
    return i;
  }
};
void popped(stack &s) {
  item i;
  s.push(&i);
  s.pop();
  item other = std::move(i);
}

// Awaited: who registers in await_suspend is done when it is resumed.
struct signal {
  signal *next = nullptr;
  std::coroutine_handle<> frame;
  static inline signal *waiting = nullptr;
  bool await_ready() const { return false; }
  void await_suspend(std::coroutine_handle<> h) {
    frame = h;
    next = waiting;
    waiting = this;
  }
  void await_resume() {}
};
task<> awaited_in_a_loop(std::vector<signal> &done) {
  for (int i = 0; i < 3; ++i) {
    signal s;
    co_await s;
    done.push_back(std::move(s));
  }
}

// A task handle moves, its frame does not.
task<> handle_moves() {
  auto t = work();
  auto u = std::move(t);
  co_await std::move(u);
}

// Asking for the end of what is begun.
struct scoped {
  static inline std::vector<scoped *> all;
  scoped() { all.push_back(this); }
  void close();
  ~scoped();
};
void closed() {
  scoped s;
  s.close();
  scoped other = std::move(s);
}

// Is made of an input, and done with it.
struct text {
  text() = default;
  text(text &&o) noexcept : bytes(std::exchange(o.bytes, nullptr)) {}
  const char *bytes = nullptr;
};
struct lexer {
  explicit lexer(const text &t) : of(&t) {}
  int tokens() const { return count; }
  const text *of;
  int count = 0;
};
struct result {
  text from;
  int tokens;
};
result lexed() {
  text t;
  lexer l(t);
  return {std::move(t), l.tokens()};
}
