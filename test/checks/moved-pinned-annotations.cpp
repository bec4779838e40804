// RUN: %check_tidy %s coro-moved-pinned -- -config='{CheckOptions: {coro-moved-pinned.ModelFiles: %source/test/models/Inputs/pins.yaml}}' -- -I %source/runtime/include

// What the source and the user's models say of what must not move.

#include <corolint/annotations.h>
#include <optional>
#include <task.h>
#include <utility>
#include <vector>

class CORO_PINS download {
public:
  void begin();
  bool is_done() const;
};
void watch(download &);
void look(const download &);
class named_download : public download {};

// id: pinned/CORO_PINS
download begun() {
  download d;
  d.begin();
  return std::move(d);
  // CHECK-NOTES: :[[@LINE-1]]:10: warning: 'd' is moved out by return after it was pinned [coro-moved-pinned]
  // CHECK-NOTES: :[[@LINE-3]]:5: note: pinned here
}
download only_asked() {
  download d;
  if (d.is_done())
    look(d);
  return std::move(d);
}
named_download watched() {
  named_download d;
  watch(d);
  return std::move(d);
  // CHECK-NOTES: :[[@LINE-1]]:10: warning: 'd' is moved out by return after it was pinned [coro-moved-pinned]
  // CHECK-NOTES: :[[@LINE-3]]:3: note: pinned here
}
void moved_before() {
  download d;
  std::optional<download> kept = std::move(d);
  kept->begin();
}
void moved_in_a_container() {
  std::vector<download> all;
  all.emplace_back();
  all.back().begin();
  all.emplace_back();
  // CHECK-NOTES: :[[@LINE-1]]:7: warning: 'emplace_back' moves the elements of 'all' after they were pinned [coro-moved-pinned]
  // CHECK-NOTES: :[[@LINE-3]]:14: note: pinned here
}

// id: pinned/CORO_STARTS
class upload {
public:
  CORO_STARTS void begin();
  void end();
};
upload started() {
  upload u;
  u.begin();
  return std::move(u);
  // CHECK-NOTES: :[[@LINE-1]]:10: warning: 'u' is moved out by return after it was started [coro-moved-pinned]
  // CHECK-NOTES: :[[@LINE-3]]:5: note: started here
  // CHECK-NOTES: :[[@LINE-11]]:7: note: 'upload' can be moved; delete its moves, or let them store the new address
}
upload ended() {
  upload u;
  u.begin();
  u.end();
  return std::move(u);
}

// Models say the same of what cannot be changed.
namespace hydra {
struct transfer {
  void begin();
  void attach(int);
};
void enlist(int, transfer *);
struct session {
  void open();
};
// It seems to store its address.
struct counter {
  void start() { last = this; }
  static counter *last;
};
} // namespace hydra

// id: pinned/model
hydra::transfer begun_by_a_method() {
  hydra::transfer t;
  t.begin();
  return std::move(t);
  // CHECK-NOTES: :[[@LINE-1]]:10: warning: 't' is moved out by return after it was started [coro-moved-pinned]
  // CHECK-NOTES: :[[@LINE-3]]:5: note: started here
  // CHECK-NOTES: :[[@LINE-22]]:8: note: 'transfer' can be moved; delete its moves, or let them store the new address
}
hydra::transfer enlisted() {
  hydra::transfer t;
  hydra::enlist(1, &t);
  return std::move(t);
  // CHECK-NOTES: :[[@LINE-1]]:10: warning: 't' is moved out by return after it was started [coro-moved-pinned]
  // CHECK-NOTES: :[[@LINE-3]]:3: note: started here
  // CHECK-NOTES: :[[@LINE-30]]:8: note: 'transfer' can be moved; delete its moves, or let them store the new address
}
hydra::transfer attached() {
  hydra::transfer t;
  t.attach(1);
  return std::move(t);
}
hydra::session opened() {
  hydra::session s;
  s.open();
  return std::move(s);
  // CHECK-NOTES: :[[@LINE-1]]:10: warning: 's' is moved out by return after it was pinned [coro-moved-pinned]
  // CHECK-NOTES: :[[@LINE-3]]:5: note: pinned here
}
hydra::counter movable() {
  hydra::counter c;
  c.start();
  return std::move(c);
}
