// RUN: %check_tidy_real %s coro-moved-pinned -- -- -I %source/runtime/include

// moor, the reference runtime, with its own headers.

#include <moor/pinned.h>
#include <moor/task.h>
#include <memory>
#include <utility>
#include <vector>

moor::task<> work();

struct operation {
  operation() = default;
  operation(operation &&) = default;
  operation &operator=(operation &&) = default;
  std::vector<int> values;
  moor::task<> progress();
};
void keep(operation);

// id: pinned/moor-pin
moor::task<> pinned_and_moved() {
  operation op;
  auto p = MOOR_PIN(op);
  co_await p->progress();
  keep(std::move(op));
  // CHECK-NOTES: :[[@LINE-1]]:8: warning: 'op' is moved after it was pinned [coro-moved-pinned]
  // CHECK-NOTES: :[[@LINE-4]]:12: note: pinned here
}
moor::task<> moved_then_pinned() {
  operation first;
  operation op = std::move(first);
  auto p = MOOR_PIN(op);
  co_await p->progress();
}
moor::task<> pinned_by_name() {
  MOOR_PIN(op, operation());
  co_await op->progress();
}
moor::task<> box_moves() {
  moor::pin_box<operation> a(std::in_place);
  auto p = a.get();
  auto b = std::move(a);
  co_await b->progress();
}

// id: pinned/moor-canary
class watcher {
public:
  void start(std::vector<watcher *> &hub) {
    hub.push_back(this);
    canary_.arm();
  }
  void stop(std::vector<watcher *> &hub) {
    std::erase(hub, this);
    canary_.disarm();
  }

private:
  [[no_unique_address]] moor::pin_canary canary_;
};
void keep(watcher);
void watched(std::vector<watcher *> &hub) {
  watcher w;
  w.start(hub);
  keep(std::move(w));
  // CHECK-NOTES: :[[@LINE-1]]:8: warning: 'w' is moved after its address was registered [coro-moved-pinned]
  // CHECK-NOTES: :[[@LINE-3]]:5: note: registered here
  // CHECK-NOTES: :[[@LINE-18]]:19: note: its address is stored here
  // CHECK-NOTES: :[[@LINE-22]]:7: note: 'watcher' can be moved; delete its moves, or let them store the new address
}
void watched_and_ended(std::vector<watcher *> &hub) {
  watcher w;
  w.start(hub);
  w.stop(hub);
  keep(std::move(w));
}
void watched_on_the_heap(std::vector<watcher *> &hub) {
  auto w = std::make_unique<watcher>();
  w->start(hub);
  auto other = std::move(w);
}
