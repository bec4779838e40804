// RUN: %check_tidy %s coro-lock-across-suspension
// RUN: %check_tidy_real %s coro-lock-across-suspension

// Locks let go of through the object that has the mutex, and through objects
// that know that object: views, tokens, deleters, and what is done at a scope's
// end.

#include "task.h"
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <utility>

std::mutex mu;
int counter;

struct Owner {
  std::mutex mu_;
  int n_ = 0;
  void enter() { mu_.lock(); }
  void leave() { mu_.unlock(); }
  void count() { ++n_; }
};

// Views.

struct View {
  Owner &o;
  void leave() { o.mu_.unlock(); }
  void leave_by_its_function() { o.leave(); }
  void count() { o.count(); }
};
struct PointerView {
  Owner *o;
  void leave() { o->mu_.unlock(); }
  void leave_and_forget() {
    o->leave();
    o = nullptr;
  }
  void count() { o->count(); }
};
struct SharedView {
  std::shared_ptr<Owner> o;
  void leave() { o->mu_.unlock(); }
  void count() { o->count(); }
};
struct MutexView {
  std::mutex &m;
  void leave() { m.unlock(); }
  void count() { ++counter; }
};
struct MutexPointerView {
  std::mutex *m;
  void leave() { m->unlock(); }
  void count() { counter += m != nullptr; }
};
struct Around {
  View v;
};
View make_view(Owner &o) { return {o}; }

// id: lock/owner-view
task<> view_unlocks(Owner &o) {
  View v{o};
  o.mu_.lock();
  v.leave();
  co_await work();
}

// id: lock/owner-view-counts
task<> view_counts(Owner &o) {
  View v{o};
  o.mu_.lock();
  v.count();
  co_await work();
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: coroutine may suspend while 'o.mu_' is locked [coro-lock-across-suspension]
  // CHECK-NOTES: :[[@LINE-4]]:9: note: locked here
  o.mu_.unlock();
}

// id: lock/owner-view-function
task<> view_calls_what_unlocks(Owner &o) {
  View v{o};
  o.mu_.lock();
  v.leave_by_its_function();
  co_await work();
}

// id: lock/owner-view-function-late
task<> view_calls_what_unlocks_too_late(Owner &o) {
  View v{o};
  o.mu_.lock();
  co_await work();
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: coroutine may suspend while 'o.mu_' is locked [coro-lock-across-suspension]
  // CHECK-NOTES: :[[@LINE-3]]:9: note: locked here
  v.leave_by_its_function();
}

// id: lock/owner-view-pointer
task<> pointer_view_unlocks(Owner &o) {
  PointerView v{&o};
  o.mu_.lock();
  v.leave();
  co_await work();
}

// id: lock/owner-view-pointer-forgets
task<> pointer_view_unlocks_and_forgets(Owner &o) {
  PointerView v{&o};
  o.mu_.lock();
  v.leave_and_forget();
  co_await work();
}

// id: lock/owner-view-pointer-counts
task<> pointer_view_counts(Owner &o) {
  PointerView v{&o};
  o.mu_.lock();
  v.count();
  co_await work();
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: coroutine may suspend while 'o.mu_' is locked [coro-lock-across-suspension]
  // CHECK-NOTES: :[[@LINE-4]]:9: note: locked here
  o.mu_.unlock();
}

// id: lock/owner-view-shared_ptr
task<> shared_view_unlocks(std::shared_ptr<Owner> o) {
  SharedView v{o};
  o->mu_.lock();
  v.leave();
  co_await work();
}

// id: lock/owner-view-shared_ptr-counts
task<> shared_view_counts(std::shared_ptr<Owner> o) {
  SharedView v{o};
  o->mu_.lock();
  co_await work();
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: coroutine may suspend while 'o->mu_' is locked [coro-lock-across-suspension]
  // CHECK-NOTES: :[[@LINE-3]]:10: note: locked here
  v.leave();
}

// id: lock/owner-view-mutex
task<> mutex_view_unlocks(Owner &o) {
  MutexView v{o.mu_};
  o.mu_.lock();
  v.leave();
  co_await work();
}

// id: lock/owner-view-mutex-counts
task<> mutex_view_counts(Owner &o) {
  MutexView v{o.mu_};
  o.mu_.lock();
  v.count();
  co_await work();
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: coroutine may suspend while 'o.mu_' is locked [coro-lock-across-suspension]
  // CHECK-NOTES: :[[@LINE-4]]:9: note: locked here
  o.mu_.unlock();
}

// id: lock/owner-view-mutex-pointer
task<> mutex_pointer_view_unlocks(Owner &o) {
  MutexPointerView v{&o.mu_};
  o.mu_.lock();
  v.leave();
  co_await work();
}

// id: lock/owner-view-mutex-pointer-counts
task<> mutex_pointer_view_counts(Owner &o) {
  MutexPointerView v{&o.mu_};
  o.mu_.lock();
  v.count();
  co_await work();
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: coroutine may suspend while 'o.mu_' is locked [coro-lock-across-suspension]
  // CHECK-NOTES: :[[@LINE-4]]:9: note: locked here
  o.mu_.unlock();
}

// id: lock/owner-view-in-a-member
task<> view_in_a_member_unlocks(Owner &o) {
  Around a{{o}};
  o.mu_.lock();
  a.v.leave();
  co_await work();
}

// id: lock/owner-view-in-a-member-counts
task<> view_in_a_member_counts(Owner &o) {
  Around a{{o}};
  o.mu_.lock();
  a.v.count();
  co_await work();
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: coroutine may suspend while 'o.mu_' is locked [coro-lock-across-suspension]
  // CHECK-NOTES: :[[@LINE-4]]:9: note: locked here
  o.mu_.unlock();
}

// id: lock/owner-view-returned
task<> returned_view_unlocks(Owner &o) {
  auto v = make_view(o);
  o.mu_.lock();
  v.leave();
  co_await work();
}

// id: lock/owner-view-returned-counts
task<> returned_view_counts(Owner &o) {
  auto v = make_view(o);
  o.mu_.lock();
  v.count();
  co_await work();
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: coroutine may suspend while 'o.mu_' is locked [coro-lock-across-suspension]
  // CHECK-NOTES: :[[@LINE-4]]:9: note: locked here
  o.mu_.unlock();
}

// id: lock/owner-view-temporary
task<> temporary_view_unlocks(Owner &o) {
  o.mu_.lock();
  make_view(o).leave();
  co_await work();
}

// id: lock/owner-view-temporary-late
task<> temporary_view_unlocks_too_late(Owner &o) {
  o.mu_.lock();
  co_await work();
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: coroutine may suspend while 'o.mu_' is locked [coro-lock-across-suspension]
  // CHECK-NOTES: :[[@LINE-3]]:9: note: locked here
  make_view(o).leave();
}

// id: lock/owner-view-unique_ptr
task<> view_on_the_heap_unlocks(Owner &o) {
  o.mu_.lock();
  auto v = std::unique_ptr<View>(new View{o});
  v->leave();
  co_await work();
}

// id: lock/owner-view-unique_ptr-late
task<> view_on_the_heap_unlocks_too_late(Owner &o) {
  o.mu_.lock();
  auto v = std::unique_ptr<View>(new View{o});
  co_await work();
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: coroutine may suspend while 'o.mu_' is locked [coro-lock-across-suspension]
  // CHECK-NOTES: :[[@LINE-4]]:9: note: locked here
  v->leave();
}

struct Actor {
  Owner *o;
  void leave() { o->mu_.unlock(); }
  void count() { o->count(); }

  // id: lock/owner-actor
  task<> unlocks_its_owner() {
    o->mu_.lock();
    leave();
    co_await work();
  }

  // id: lock/owner-actor-reference
  task<> unlocks_what_it_has_a_reference_to() {
    auto &m = o->mu_;
    m.lock();
    leave();
    co_await work();
  }

  // id: lock/owner-actor-counts
  task<> counts_for_its_owner() {
    o->mu_.lock();
    count();
    co_await work();
    // CHECK-NOTES: :[[@LINE-1]]:5: warning: coroutine may suspend while 'o->mu_' is locked [coro-lock-across-suspension]
    // CHECK-NOTES: :[[@LINE-4]]:12: note: locked here
    leave();
  }
};

// An object that is a lock, and the lock in it.

struct Lockable {
  std::mutex m_;
  void lock() { m_.lock(); }
  void unlock() { m_.unlock(); }

  // id: lock/owner-lockable-unlocks-its-member
  task<> enters_and_opens_its_member() {
    lock();
    m_.unlock();
    co_await work();
  }

  // id: lock/owner-lockable-locks-its-member
  task<> closes_its_member_and_leaves() {
    m_.lock();
    unlock();
    co_await work();
  }

  // id: lock/owner-lockable
  task<> enters() {
    lock();
    co_await work();
    // CHECK-NOTES: :[[@LINE-1]]:5: warning: coroutine may suspend while '*this' is locked [coro-lock-across-suspension]
    // CHECK-NOTES: :[[@LINE-3]]:5: note: locked here
    unlock();
  }

  // id: lock/owner-lockable-member
  task<> closes_its_member() {
    m_.lock();
    co_await work();
    // CHECK-NOTES: :[[@LINE-1]]:5: warning: coroutine may suspend while 'm_' is locked [coro-lock-across-suspension]
    // CHECK-NOTES: :[[@LINE-3]]:8: note: locked here
    m_.unlock();
  }
};

struct Locker {
  std::mutex *m_;
  explicit Locker(std::mutex *m) : m_(m) { m_->lock(); }
  ~Locker() { m_->unlock(); }
  std::mutex *mutex() const { return m_; }
};

// id: lock/owner-locker
task<> locker_held() {
  Locker l(&mu);
  co_await work();
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: coroutine may suspend while 'l' holds 'mu' [coro-lock-across-suspension]
  // CHECK-NOTES: :[[@LINE-3]]:10: note: locked here
}

// id: lock/owner-locker-mutex-unlocks
task<> locker_gives_its_mutex() {
  Locker l(&mu);
  l.mutex()->unlock();
  co_await work();
  l.mutex()->lock();
}

// Called in other ways.

struct Virtual {
  std::mutex mu_;
  virtual void leave() { mu_.unlock(); }
};
void unlock(Owner &o) { o.mu_.unlock(); }
void count(Owner &o) { o.count(); }

// id: lock/owner-virtual
task<> unlocked_by_a_virtual_function(Virtual &v) {
  v.mu_.lock();
  v.leave();
  co_await work();
}

// id: lock/owner-virtual-late
task<> unlocked_by_a_virtual_function_too_late(Virtual &v) {
  v.mu_.lock();
  co_await work();
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: coroutine may suspend while 'v.mu_' is locked [coro-lock-across-suspension]
  // CHECK-NOTES: :[[@LINE-3]]:9: note: locked here
  v.leave();
}

// id: lock/owner-bind
task<> unlocked_by_a_bound_function(Owner &o) {
  o.mu_.lock();
  auto f = std::bind(&Owner::leave, &o);
  f();
  co_await work();
}

// id: lock/owner-bind-late
task<> bound_and_called_too_late(Owner &o) {
  auto f = std::bind(&Owner::leave, &o);
  o.mu_.lock();
  co_await work();
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: coroutine may suspend while 'o.mu_' is locked [coro-lock-across-suspension]
  // CHECK-NOTES: :[[@LINE-3]]:9: note: locked here
  f();
}

// id: lock/owner-mem_fn
task<> unlocked_by_a_member_function_object(Owner &o) {
  o.mu_.lock();
  auto f = std::mem_fn(&Owner::leave);
  f(o);
  co_await work();
}

// id: lock/owner-mem_fn-late
task<> member_function_object_called_too_late(Owner &o) {
  auto f = std::mem_fn(&Owner::leave);
  o.mu_.lock();
  co_await work();
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: coroutine may suspend while 'o.mu_' is locked [coro-lock-across-suspension]
  // CHECK-NOTES: :[[@LINE-3]]:9: note: locked here
  f(o);
}

// id: lock/owner-function-pointer
task<> unlocked_by_a_function_pointer(Owner &o) {
  o.mu_.lock();
  void (*f)(Owner &) = unlock;
  f(o);
  co_await work();
}

// id: lock/owner-function-pointer-late
task<> function_pointer_called_too_late(Owner &o) {
  void (*f)(Owner &) = unlock;
  o.mu_.lock();
  co_await work();
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: coroutine may suspend while 'o.mu_' is locked [coro-lock-across-suspension]
  // CHECK-NOTES: :[[@LINE-3]]:9: note: locked here
  f(o);
}

// id: lock/owner-lambda-pointer
task<> unlocked_by_a_lambda_made_a_pointer(Owner &o) {
  o.mu_.lock();
  void (*f)(Owner &) = [](Owner &o) { o.mu_.unlock(); };
  f(o);
  co_await work();
}

// id: lock/owner-function-object
task<> unlocked_by_a_function_object(Owner &o) {
  o.mu_.lock();
  struct {
    Owner &o;
    void operator()() { o.mu_.unlock(); }
  } f{o};
  f();
  co_await work();
}

// id: lock/owner-function-object-counts
task<> function_object_counts(Owner &o) {
  o.mu_.lock();
  struct {
    Owner &o;
    void operator()() { o.count(); }
  } f{o};
  f();
  co_await work();
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: coroutine may suspend while 'o.mu_' is locked [coro-lock-across-suspension]
  // CHECK-NOTES: :[[@LINE-8]]:9: note: locked here
  o.mu_.unlock();
}

// id: lock/owner-member-pointer
task<> unlocked_by_a_pointer_to_unlock() {
  mu.lock();
  void (std::mutex::*f)() = &std::mutex::unlock;
  (mu.*f)();
  co_await work();
}

// id: lock/owner-member-pointer-late
task<> pointer_to_unlock_used_too_late() {
  void (std::mutex::*f)() = &std::mutex::unlock;
  mu.lock();
  co_await work();
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: coroutine may suspend while 'mu' is locked [coro-lock-across-suspension]
  // CHECK-NOTES: :[[@LINE-3]]:6: note: locked here
  (mu.*f)();
}

// id: lock/owner-reference_wrapper
task<> locked_through_a_reference_wrapper() {
  std::reference_wrapper<std::mutex> r = mu;
  r.get().lock();
  mu.unlock();
  co_await work();
}

// id: lock/owner-reference_wrapper-given
task<> locked_through_a_given_wrapper(std::reference_wrapper<std::mutex> r) {
  r.get().lock();
  std::mutex &m = r;
  m.unlock();
  co_await work();
}

// id: lock/owner-reference_wrapper-late
task<> locked_through_a_wrapper_and_held(std::reference_wrapper<std::mutex> r) {
  r.get().lock();
  co_await work();
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: coroutine may suspend while 'r' is locked [coro-lock-across-suspension]
  // CHECK-NOTES: :[[@LINE-3]]:11: note: locked here
  std::mutex &m = r;
  m.unlock();
}

// Guards that know the owner.

struct Room {
  std::mutex mu_;
  int n_ = 0;
  void enter() { mu_.lock(); }
  void leave() { mu_.unlock(); }

  struct Aggregate {
    Room *r;
    ~Aggregate() { r->leave(); }
  };
  struct ByReference {
    Room &r;
    ~ByReference() { r.leave(); }
  };
  struct Locking {
    Room *r;
    explicit Locking(Room *x) : r(x) { r->enter(); }
    ~Locking() { r->leave(); }
  };
  struct Direct {
    Room &r;
    explicit Direct(Room &x) : r(x) {}
    ~Direct() { r.mu_.unlock(); }
  };
  struct Movable {
    Room *r;
    explicit Movable(Room *x) : r(x) {}
    Movable(Movable &&o) noexcept : r(std::exchange(o.r, nullptr)) {}
    ~Movable() {
      if (r)
        r->leave();
    }
  };
  Aggregate aggregate() {
    mu_.lock();
    return {this};
  }
  ByReference by_reference() {
    mu_.lock();
    return {*this};
  }
  Locking locking() { return Locking(this); }
  Direct direct() {
    mu_.lock();
    return Direct(*this);
  }
  Movable movable() {
    mu_.lock();
    return Movable(this);
  }

  // id: lock/owner-guard-aggregate
  task<> aggregate_held() {
    auto t = aggregate();
    co_await work();
    // CHECK-NOTES: :[[@LINE-1]]:5: warning: coroutine may suspend while 'mu_' is locked [coro-lock-across-suspension]
    // CHECK-NOTES: :[[@LINE-3]]:14: note: locked here
  }

  // id: lock/owner-guard-aggregate-ended
  task<> aggregate_ended() {
    {
      auto t = aggregate();
      ++n_;
    }
    co_await work();
  }

  // id: lock/owner-guard-by-reference
  task<> by_reference_held() {
    auto t = by_reference();
    co_await work();
    // CHECK-NOTES: :[[@LINE-1]]:5: warning: coroutine may suspend while 'mu_' is locked [coro-lock-across-suspension]
    // CHECK-NOTES: :[[@LINE-3]]:14: note: locked here
  }

  // id: lock/owner-guard-by-reference-ended
  task<> by_reference_ended() {
    {
      auto t = by_reference();
      ++n_;
    }
    co_await work();
  }

  // id: lock/owner-guard-locking-ended
  task<> locking_ended() {
    {
      auto t = locking();
      ++n_;
    }
    co_await work();
  }

  // id: lock/owner-guard-direct
  task<> direct_held() {
    auto t = direct();
    co_await work();
    // CHECK-NOTES: :[[@LINE-1]]:5: warning: coroutine may suspend while 't' holds 'mu_' [coro-lock-across-suspension]
    // CHECK-NOTES: :[[@LINE-3]]:14: note: locked here
  }

  // id: lock/owner-guard-direct-ended
  task<> direct_ended() {
    {
      auto t = direct();
      ++n_;
    }
    co_await work();
  }

  // id: lock/owner-guard-movable
  task<> movable_held() {
    auto t = movable();
    co_await work();
    // CHECK-NOTES: :[[@LINE-1]]:5: warning: coroutine may suspend while 'mu_' is locked [coro-lock-across-suspension]
    // CHECK-NOTES: :[[@LINE-3]]:14: note: locked here
  }

  // id: lock/owner-guard-movable-ended
  task<> movable_ended() {
    {
      auto t = movable();
      ++n_;
    }
    co_await work();
  }

  // id: lock/owner-guard-made-here
  task<> guard_made_here() {
    mu_.lock();
    Aggregate a{this};
    co_await work();
    // CHECK-NOTES: :[[@LINE-1]]:5: warning: coroutine may suspend while 'mu_' is locked [coro-lock-across-suspension]
    // CHECK-NOTES: :[[@LINE-4]]:9: note: locked here
  }

  // id: lock/owner-guard-made-here-ended
  task<> guard_made_here_ended() {
    mu_.lock();
    {
      Aggregate a{this};
    }
    co_await work();
  }

  // id: lock/owner-guard-made-here-direct-ended
  task<> direct_guard_made_here_ended() {
    mu_.lock();
    {
      Direct d{*this};
    }
    co_await work();
  }

  // id: lock/owner-guard-made-here-movable-ended
  task<> movable_guard_made_here_ended() {
    mu_.lock();
    {
      Movable m{this};
    }
    co_await work();
  }
};

// id: lock/owner-guard-of-another
task<> guard_of_another_object(Room &r) {
  auto t = r.aggregate();
  co_await work();
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: coroutine may suspend while 'r.mu_' is locked [coro-lock-across-suspension]
  // CHECK-NOTES: :[[@LINE-3]]:14: note: locked here
}

// id: lock/owner-guard-of-another-ended
task<> guard_of_another_object_ended(Room &r) {
  {
    auto t = r.aggregate();
    ++r.n_;
  }
  co_await work();
}

// id: lock/owner-guard-of-a-pointer-ended
task<> guard_of_a_pointer_ended(Room *r) {
  {
    auto t = r->movable();
    ++r->n_;
  }
  co_await work();
}

// id: lock/owner-guard-of-a-shared_ptr-ended
task<> guard_of_a_shared_ptr_ended(std::shared_ptr<Room> r) {
  {
    auto t = r->movable();
    ++r->n_;
  }
  co_await work();
}

// Tokens that can end before their scope.

struct Journal {
  std::mutex mu_;
  bool open_ = false;
  void begin() {
    mu_.lock();
    open_ = true;
  }
  void end() {
    if (open_) {
      open_ = false;
      mu_.unlock();
    }
  }
  void unlock() { mu_.unlock(); }
  struct Token {
    Journal *j;
    explicit Token(Journal *x) : j(x) {}
    Token(Token &&o) noexcept : j(std::exchange(o.j, nullptr)) {}
    ~Token() {
      if (j)
        j->unlock();
    }
    void commit() {
      j->unlock();
      j = nullptr;
    }
    void exchange() { std::exchange(j, nullptr)->unlock(); }
  };
  struct Direct {
    Journal *j;
    explicit Direct(Journal *x) : j(x) {}
    Direct(Direct &&o) noexcept : j(o.j) { o.j = nullptr; }
    ~Direct() {
      if (j)
        j->mu_.unlock();
    }
    void commit() {
      j->mu_.unlock();
      j = nullptr;
    }
  };
  Token start() {
    begin();
    return Token(this);
  }
  Direct start_directly() {
    mu_.lock();
    return Direct(this);
  }

  // id: lock/owner-token
  task<> token_held() {
    auto t = start();
    co_await work();
    // CHECK-NOTES: :[[@LINE-1]]:5: warning: coroutine may suspend while 'mu_' is locked [coro-lock-across-suspension]
    // CHECK-NOTES: :[[@LINE-3]]:14: note: locked here
    t.commit();
  }

  // id: lock/owner-token-committed
  task<> token_committed() {
    auto t = start();
    t.commit();
    co_await work();
  }

  // id: lock/owner-token-exchanged-ended
  task<> token_exchanged_and_ended() {
    {
      auto t = start();
      t.exchange();
    }
    co_await work();
  }

  // id: lock/owner-token-ended
  task<> token_ended() {
    {
      auto t = start();
    }
    co_await work();
  }

  // id: lock/owner-token-moved
  task<> token_moved_to_an_inner_scope() {
    auto t = start();
    {
      auto u = std::move(t);
    }
    co_await work();
  }

  // id: lock/owner-token-moved-held
  task<> token_moved_and_held() {
    auto t = start();
    auto u = std::move(t);
    co_await work();
    // CHECK-NOTES: :[[@LINE-1]]:5: warning: coroutine may suspend while 'mu_' is locked [coro-lock-across-suspension]
    // CHECK-NOTES: :[[@LINE-4]]:14: note: locked here
  }

  // id: lock/owner-token-direct
  task<> direct_token_held() {
    auto t = start_directly();
    co_await work();
    // CHECK-NOTES: :[[@LINE-1]]:5: warning: coroutine may suspend while 't' holds 'mu_' [coro-lock-across-suspension]
    // CHECK-NOTES: :[[@LINE-3]]:14: note: locked here
    t.commit();
  }

  // id: lock/owner-token-direct-committed
  task<> direct_token_committed() {
    auto t = start_directly();
    t.commit();
    co_await work();
  }

  // id: lock/owner-token-direct-moved
  task<> direct_token_moved_to_an_inner_scope() {
    auto t = start_directly();
    {
      auto u = std::move(t);
    }
    co_await work();
  }

  // id: lock/owner-begin
  task<> begun_and_not_ended() {
    begin();
    co_await work();
    // CHECK-NOTES: :[[@LINE-1]]:5: warning: coroutine may suspend while 'mu_' is locked [coro-lock-across-suspension]
    // CHECK-NOTES: :[[@LINE-3]]:5: note: locked here
    end();
  }

  // id: lock/owner-begin-ended
  task<> begun_and_ended() {
    begin();
    end();
    co_await work();
  }
};

// Destructors that unlock what they did not lock.

void leave() { mu.unlock(); }
struct Leaver {
  ~Leaver() { leave(); }
};
struct Unlocker {
  Owner *o;
  ~Unlocker() { o->mu_.unlock(); }
};
struct Derived : Unlocker {
  int n = 0;
};
struct Member {
  Unlocker u;
};
struct Nested {
  Owner &o;
  struct Inner {
    Nested &n;
    ~Inner() { n.o.mu_.unlock(); }
  };
};
struct Finishing {
  Owner *o;
  explicit Finishing(Owner *x) : o(x) {}
  ~Finishing() { done(); }
  void done() {
    if (o)
      o->leave();
    o = nullptr;
  }
};
struct Opaque {
  explicit Opaque(std::mutex &);
  explicit Opaque(Owner *);
  explicit Opaque(int *);
  ~Opaque();
};

// id: lock/owner-destructor-function
task<> destructor_calls_what_unlocks() {
  mu.lock();
  {
    Leaver l;
  }
  co_await work();
}

// id: lock/owner-destructor-function-held
task<> destructor_comes_too_late() {
  mu.lock();
  Leaver l;
  co_await work();
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: coroutine may suspend while 'mu' is locked [coro-lock-across-suspension]
  // CHECK-NOTES: :[[@LINE-4]]:6: note: locked here
}

// id: lock/owner-destructor-base
task<> destructor_of_a_base_unlocks(Owner &o) {
  o.mu_.lock();
  {
    Derived d{{&o}};
  }
  co_await work();
}

// id: lock/owner-destructor-member
task<> destructor_of_a_member_unlocks(Owner &o) {
  o.mu_.lock();
  {
    Member m{{&o}};
  }
  co_await work();
}

// id: lock/owner-destructor-nested
task<> destructor_goes_two_references_far(Owner &o) {
  Nested n{o};
  o.mu_.lock();
  {
    Nested::Inner i{n};
  }
  co_await work();
}

// id: lock/owner-destructor-two-levels
task<> destructor_calls_its_own_function(Owner &o) {
  o.mu_.lock();
  {
    Finishing f{&o};
  }
  co_await work();
}

// id: lock/owner-destructor-called-before
task<> done_before_the_destructor(Owner &o) {
  o.mu_.lock();
  Finishing f{&o};
  f.done();
  co_await work();
}

// id: lock/owner-destructor-late
task<> destructor_not_yet_run(Owner &o) {
  o.mu_.lock();
  Finishing f{&o};
  co_await work();
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: coroutine may suspend while 'o.mu_' is locked [coro-lock-across-suspension]
  // CHECK-NOTES: :[[@LINE-4]]:9: note: locked here
}

// id: lock/owner-destructor-delete
task<> deleted_at_once(Owner &o) {
  o.mu_.lock();
  delete new Unlocker{&o};
  co_await work();
}

// id: lock/owner-destructor-unique_ptr
task<> unlocked_as_a_unique_ptr_ends(Owner &o) {
  o.mu_.lock();
  {
    auto f = std::make_unique<Finishing>(&o);
  }
  co_await work();
}

// id: lock/owner-destructor-opaque
task<> somebody_unknown_is_given_the_mutex() {
  mu.lock();
  {
    Opaque o(mu);
  }
  co_await work();
}

// id: lock/owner-destructor-opaque-owner
task<> somebody_unknown_is_given_the_owner(Owner &o) {
  o.mu_.lock();
  {
    Opaque unknown(&o);
  }
  co_await work();
}

// id: lock/owner-destructor-opaque-other
task<> somebody_unknown_is_given_something_else(Owner &o) {
  o.mu_.lock();
  {
    Opaque unknown(&counter);
  }
  co_await work();
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: coroutine may suspend while 'o.mu_' is locked [coro-lock-across-suspension]
  // CHECK-NOTES: :[[@LINE-6]]:9: note: locked here
  o.mu_.unlock();
}

// What is done at a scope's end.

template <class F> struct Finally {
  F f;
  ~Finally() { f(); }
};
template <class F> Finally(F) -> Finally<F>;
template <class F> Finally<F> finally(F f) { return {std::move(f)}; }
template <class F> struct Armed {
  F f;
  bool on = true;
  explicit Armed(F x) : f(std::move(x)) {}
  ~Armed() {
    if (on)
      f();
  }
  void release() { on = false; }
};
struct Cleanup {
  std::function<void()> f;
  explicit Cleanup(std::function<void()> x) : f(std::move(x)) {}
  ~Cleanup() { f(); }
};
template <class F> struct ScopeExit {
  F f;
  explicit ScopeExit(F x) : f(std::move(x)) {}
  ~ScopeExit() { f(); }
};

struct Shop {
  std::mutex mu_;
  int n_ = 0;
  void leave() { mu_.unlock(); }
  struct Leave {
    void operator()(Shop *s) const { s->leave(); }
  };
  struct Unlock {
    void operator()(Shop *s) const { s->mu_.unlock(); }
  };
  struct Count {
    void operator()(Shop *s) const { ++s->n_; }
  };

  // id: lock/owner-finally
  task<> finally_unlocks() {
    mu_.lock();
    {
      Finally f{[this] { mu_.unlock(); }};
    }
    co_await work();
  }

  // id: lock/owner-finally-held
  task<> finally_comes_too_late() {
    mu_.lock();
    Finally f{[this] { mu_.unlock(); }};
    co_await work();
    // CHECK-NOTES: :[[@LINE-1]]:5: warning: coroutine may suspend while 'mu_' is locked [coro-lock-across-suspension]
    // CHECK-NOTES: :[[@LINE-4]]:9: note: locked here
  }

  // id: lock/owner-finally-counts
  task<> finally_counts() {
    mu_.lock();
    {
      Finally f{[this] { ++n_; }};
    }
    co_await work();
    // CHECK-NOTES: :[[@LINE-1]]:5: warning: coroutine may suspend while 'mu_' is locked [coro-lock-across-suspension]
    // CHECK-NOTES: :[[@LINE-6]]:9: note: locked here
    mu_.unlock();
  }

  // id: lock/owner-finally-function
  task<> finally_calls_what_unlocks() {
    mu_.lock();
    {
      Finally f{[this] { leave(); }};
    }
    co_await work();
  }

  // id: lock/owner-finally-self
  task<> finally_has_a_reference_to_itself() {
    mu_.lock();
    {
      Finally f{[&self = *this] { self.leave(); }};
    }
    co_await work();
  }

  // id: lock/owner-finally-bind
  task<> finally_has_a_bound_function() {
    mu_.lock();
    {
      Finally f{std::bind(&Shop::leave, this)};
    }
    co_await work();
  }

  // id: lock/owner-armed
  task<> armed_unlocks() {
    mu_.lock();
    {
      Armed a([this] { mu_.unlock(); });
    }
    co_await work();
  }

  // id: lock/owner-armed-held
  task<> armed_comes_too_late() {
    mu_.lock();
    Armed a([this] { mu_.unlock(); });
    co_await work();
    // CHECK-NOTES: :[[@LINE-1]]:5: warning: coroutine may suspend while 'mu_' is locked [coro-lock-across-suspension]
    // CHECK-NOTES: :[[@LINE-4]]:9: note: locked here
  }

  // id: lock/owner-cleanup-function
  task<> cleanup_of_a_function_unlocks() {
    mu_.lock();
    {
      Cleanup c([this] { mu_.unlock(); });
    }
    co_await work();
  }

  // id: lock/owner-deleter-function
  task<> deleter_calls_what_unlocks() {
    mu_.lock();
    {
      std::unique_ptr<Shop, Leave> p(this);
    }
    co_await work();
  }

  // id: lock/owner-deleter
  task<> deleter_unlocks() {
    mu_.lock();
    {
      std::unique_ptr<Shop, Unlock> p(this);
    }
    co_await work();
  }

  // id: lock/owner-deleter-counts
  task<> deleter_counts() {
    mu_.lock();
    {
      std::unique_ptr<Shop, Count> p(this);
    }
    co_await work();
    // CHECK-NOTES: :[[@LINE-1]]:5: warning: coroutine may suspend while 'mu_' is locked [coro-lock-across-suspension]
    // CHECK-NOTES: :[[@LINE-6]]:9: note: locked here
    mu_.unlock();
  }
};

void close_shop(Shop *s) { s->mu_.unlock(); }

// id: lock/owner-deleter-shared_ptr
task<> deleter_of_a_shared_ptr_unlocks(Shop &s) {
  s.mu_.lock();
  {
    std::shared_ptr<Shop> p(&s, close_shop);
  }
  co_await work();
}

// id: lock/owner-deleter-shared_ptr-late
task<> deleter_of_a_shared_ptr_comes_too_late(Shop &s) {
  std::shared_ptr<Shop> p(&s, close_shop);
  s.mu_.lock();
  co_await work();
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: coroutine may suspend while 's.mu_' is locked [coro-lock-across-suspension]
  // CHECK-NOTES: :[[@LINE-3]]:9: note: locked here
}

// id: lock/owner-finally-of-another
task<> finally_unlocks_another(Shop &s) {
  s.mu_.lock();
  {
    Finally f{[&] { s.mu_.unlock(); }};
  }
  co_await work();
}

// id: lock/owner-finally-of-another-function
task<> finally_calls_what_unlocks_another(Shop &s) {
  s.mu_.lock();
  {
    Finally f{[&s] { s.leave(); }};
  }
  co_await work();
}

// id: lock/owner-finally-of-another-held
task<> finally_of_another_comes_too_late(Shop &s) {
  s.mu_.lock();
  Finally f{[&] { s.mu_.unlock(); }};
  co_await work();
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: coroutine may suspend while 's.mu_' is locked [coro-lock-across-suspension]
  // CHECK-NOTES: :[[@LINE-4]]:9: note: locked here
}

// id: lock/owner-finally-shared_ptr
task<> finally_has_a_copy(std::shared_ptr<Shop> s) {
  s->mu_.lock();
  {
    Finally f{[s] { s->leave(); }};
  }
  co_await work();
}

// id: lock/owner-finally-shared_ptr-held
task<> finally_has_a_copy_and_comes_too_late(std::shared_ptr<Shop> s) {
  s->mu_.lock();
  Finally f{[s] { s->leave(); }};
  co_await work();
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: coroutine may suspend while 's->mu_' is locked [coro-lock-across-suspension]
  // CHECK-NOTES: :[[@LINE-4]]:10: note: locked here
}

// id: lock/owner-scope_exit
task<> scope_exit_comes_too_late() {
  mu.lock();
  ScopeExit g([] { mu.unlock(); });
  co_await work();
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: coroutine may suspend while 'mu' is locked [coro-lock-across-suspension]
  // CHECK-NOTES: :[[@LINE-4]]:6: note: locked here
}

// id: lock/owner-scope_exit-ended
task<> scope_exit_ended() {
  mu.lock();
  {
    ScopeExit g([] { mu.unlock(); });
  }
  co_await work();
}

// id: lock/owner-finally-returned
task<> returned_finally_comes_too_late() {
  mu.lock();
  auto g = finally([] { mu.unlock(); });
  co_await work();
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: coroutine may suspend while 'mu' is locked [coro-lock-across-suspension]
  // CHECK-NOTES: :[[@LINE-4]]:6: note: locked here
}

// id: lock/owner-finally-returned-ended
task<> returned_finally_ended() {
  mu.lock();
  {
    auto g = finally([] { mu.unlock(); });
  }
  co_await work();
}

// id: lock/owner-armed-by-reference
task<> armed_with_a_reference(std::mutex &m) {
  m.lock();
  Armed g([&] { m.unlock(); });
  co_await work();
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: coroutine may suspend while 'm' is locked [coro-lock-across-suspension]
  // CHECK-NOTES: :[[@LINE-4]]:5: note: locked here
}

// id: lock/owner-armed-released
task<> armed_and_released() {
  mu.lock();
  Armed g([] { mu.unlock(); });
  g.release();
  co_await work();
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: coroutine may suspend while 'mu' is locked [coro-lock-across-suspension]
  // CHECK-NOTES: :[[@LINE-5]]:6: note: locked here
  mu.unlock();
}

// Other ways to write the same owner.

// id: lock/owner-address-of
task<> address_taken_and_dereferenced(Owner &o) {
  o.mu_.lock();
  (*&o).leave();
  co_await work();
}

// id: lock/owner-pointer-to-pointer
task<> pointer_to_a_pointer_unlocks(Owner *o) {
  auto **p = &o;
  o->mu_.lock();
  (*p)->leave();
  co_await work();
}

// id: lock/owner-pointer-exchanged
task<> pointer_exchanged_unlocks(Owner *o) {
  Owner *p = o;
  o->mu_.lock();
  std::exchange(p, nullptr)->leave();
  co_await work();
}

// id: lock/owner-pointer-exchanged-late
task<> pointer_exchanged_too_late(Owner *o) {
  Owner *p = o;
  o->mu_.lock();
  co_await work();
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: coroutine may suspend while 'o->mu_' is locked [coro-lock-across-suspension]
  // CHECK-NOTES: :[[@LINE-3]]:10: note: locked here
  std::exchange(p, nullptr)->leave();
}

// Known misses. When one starts to be found, move it up.

// A deleter is run for what is not null, and only then.
struct UnlockMutex {
  void operator()(std::mutex *m) const { m->unlock(); }
};
using Held = std::unique_ptr<std::mutex, UnlockMutex>;
Held hold(std::mutex &m) {
  m.lock();
  return Held(&m);
}

// id: lock/owner-deleter-held
task<> deleter_comes_too_late() {
  mu.lock();
  Held h(&mu);
  co_await work();
}

// id: lock/owner-deleter-returned
task<> deleter_returned_and_held() {
  auto h = hold(mu);
  co_await work();
}

// A function object that can hold any function can hold one that unlocks.
// id: lock/owner-cleanup-function-held
task<> cleanup_of_a_function_comes_too_late() {
  mu.lock();
  Cleanup c([] { mu.unlock(); });
  co_await work();
}

struct Base {
  virtual ~Base() = default;
};
struct Guarding : Base {
  std::lock_guard<std::mutex> g;
  explicit Guarding(std::mutex &m) : g(m) {}
};

// id: lock/owner-guard-behind-a-base
task<> guard_behind_a_pointer_to_its_base() {
  std::unique_ptr<Base> p = std::make_unique<Guarding>(mu);
  co_await work();
}

// A guard whose constructor locks by a function of the owner.
// id: lock/owner-guard-locking
task<> locking_held(Room &r) {
  auto t = r.locking();
  co_await work();
}

template <class D> struct ByDerived {
  ~ByDerived() { static_cast<D *>(this)->leave(); }
};
struct DerivedGuard : ByDerived<DerivedGuard> {
  std::mutex *m;
  explicit DerivedGuard(std::mutex &x) : m(&x) { m->lock(); }
  void leave() { m->unlock(); }
};

// id: lock/owner-guard-by-derived
task<> base_calls_what_unlocks() {
  DerivedGuard g(mu);
  co_await work();
}

// What a lock is called, and by which pointer, does not matter.

// The pointer is forgotten in the same expression that unlocks.
// id: lock/owner-token-exchanged
task<> token_exchanged(Journal &j) {
  auto t = j.start();
  t.exchange();
  co_await work();
}

// The deleter is a lambda that captures nothing.
// id: lock/owner-deleter-shared_ptr-lambda
task<> lambda_as_the_deleter_of_a_shared_ptr_unlocks(Shop &s) {
  s.mu_.lock();
  {
    std::shared_ptr<Shop> p(&s, [](Shop *s) { s->mu_.unlock(); });
  }
  co_await work();
}

// The deleter is known by its value, not by its type.
// id: lock/owner-deleter-pointer
task<> deleter_that_is_a_pointer_unlocks(Shop &s) {
  s.mu_.lock();
  {
    std::unique_ptr<Shop, void (*)(Shop *)> p(&s,
                                              [](Shop *s) { s->mu_.unlock(); });
  }
  co_await work();
}

// Only what has the word "lock" in its name, and can be awaited, makes an
// asynchronous mutex.
struct Door {
  std::mutex m_;
  void lock() { m_.lock(); }
  void unlock() { m_.unlock(); }

  // id: lock/owner-lockable-awaitable-name
  task<> read_clock() {
    m_.lock();
    unlock();
    co_await work();
  }
};
