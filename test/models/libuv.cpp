// RUN: %check_tidy %s coro-moved-pinned

#include "../checks/Inputs/task.h"
#include <utility>
#include <vector>

extern "C" {
struct uv_loop_t;
struct uv_timer_t {
  void *data;
};
struct uv_work_t {
  void *data;
};
int uv_timer_init(uv_loop_t *, uv_timer_t *);
int uv_timer_start(uv_timer_t *, void (*)(uv_timer_t *), unsigned long, unsigned long);
void uv_close(uv_timer_t *, void (*)(uv_timer_t *));
int uv_queue_work(uv_loop_t *, uv_work_t *, void (*)(uv_work_t *), void (*)(uv_work_t *, int));
}
void rings(uv_timer_t *);
void works(uv_work_t *);
void has_worked(uv_work_t *, int);

uv_timer_t initialised(uv_loop_t *loop) {
  uv_timer_t timer;
  uv_timer_init(loop, &timer);
  return std::move(timer);
  // CHECK-NOTES: :[[@LINE-1]]:10: warning: 'timer' is moved out by return after it was started [coro-moved-pinned]
  // CHECK-NOTES: :[[@LINE-3]]:3: note: started here
  // CHECK-NOTES: :[[@LINE-21]]:8: note: 'uv_timer_t' can be moved; delete its moves, or let them store the new address
}
uv_timer_t closed(uv_loop_t *loop) {
  uv_timer_t timer;
  uv_timer_init(loop, &timer);
  uv_close(&timer, rings);
  return std::move(timer);
}
void set_before(uv_loop_t *loop) {
  uv_timer_t timer;
  timer.data = loop;
  uv_timer_t other = timer;
  uv_timer_init(loop, &other);
  uv_timer_start(&other, rings, 1, 0);
}

// A class around one, whose default move copies the handle.
class alarm {
public:
  explicit alarm(uv_loop_t *loop) { uv_timer_init(loop, &timer); }
  void ring_in(unsigned long ms) { uv_timer_start(&timer, rings, ms, 0); }

private:
  uv_timer_t timer;
};
void several(uv_loop_t *loop) {
  std::vector<alarm> all;
  alarm first(loop);
  all.push_back(std::move(first));
  // CHECK-NOTES: :[[@LINE-1]]:17: warning: 'first' is moved after its address was registered [coro-moved-pinned]
  // CHECK-NOTES: :[[@LINE-3]]:9: note: registered here
  // CHECK-NOTES: :[[@LINE-12]]:57: note: its address is stored here
  // CHECK-NOTES: :[[@LINE-15]]:7: note: 'alarm' can be moved; delete its moves, or let them store the new address
}
class work_item {
public:
  void start(uv_loop_t *loop) { uv_queue_work(loop, &request, works, has_worked); }

private:
  uv_work_t request;
};
work_item started(uv_loop_t *loop) {
  work_item w;
  w.start(loop);
  return std::move(w);
  // CHECK-NOTES: :[[@LINE-1]]:10: warning: 'w' is moved out by return after its address was registered [coro-moved-pinned]
  // CHECK-NOTES: :[[@LINE-3]]:5: note: registered here
  // CHECK-NOTES: :[[@LINE-11]]:53: note: its address is stored here
  // CHECK-NOTES: :[[@LINE-14]]:7: note: 'work_item' can be moved; delete its moves, or let them store the new address
}
work_item not_started() {
  work_item w;
  return std::move(w);
}
