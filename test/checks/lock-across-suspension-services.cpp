// RUN: %check_tidy %s coro-lock-across-suspension
// RUN: %check_tidy_real %s coro-lock-across-suspension

// Longer functions, as servers and data bases have them: each right one beside
// the wrong one that looks like it.

#include "task.h"
#include <memory>
#include <mutex>
#include <optional>
#include <shared_mutex>
#include <string>
#include <utility>
#include <vector>

task<std::string> read_line(int fd);
task<> write_line(int fd, std::string text);
task<int> dial();
task<> vote(int);

// A chat server.

struct Session {
  int fd = -1;
  std::mutex out_mu;
  std::vector<std::string> outbox;
};
struct Room {
  std::mutex mu;
  std::vector<std::shared_ptr<Session>> members;
  std::vector<std::string> history;
};

class Server {
  std::shared_mutex rooms_mu_;
  std::vector<std::shared_ptr<Room>> rooms_;
  std::mutex pool_mu_;
  std::vector<int> pool_;
  bool stopping_ = false;
  int open_ = 0;

public:
  std::shared_ptr<Room> find_room(std::size_t i) {
    {
      std::shared_lock reader(rooms_mu_);
      if (i < rooms_.size())
        return rooms_[i];
    }
    std::unique_lock writer(rooms_mu_);
    rooms_.push_back(std::make_shared<Room>());
    return rooms_.back();
  }

  // id: lock/server-serve
  task<> serve(std::shared_ptr<Session> s) {
    std::shared_ptr<Room> current;
    while (!stopping_) {
      auto line = co_await read_line(s->fd);
      if (line.empty())
        break;
      if (line.size() == 1) {
        current = find_room(1);
        std::lock_guard guard(current->mu);
        current->members.push_back(s);
      } else if (current) {
        std::unique_lock lock(current->mu);
        current->history.push_back(line);
        auto members = current->members;
        lock.unlock();
        for (auto &m : members) {
          if (m->fd == s->fd)
            continue;
          {
            std::scoped_lock guard(m->out_mu);
            m->outbox.push_back(line);
          }
          co_await flush(*m);
        }
      }
    }
    if (current) {
      std::lock_guard guard(current->mu);
      current->members.clear();
    }
  }

  // id: lock/server-broadcast
  task<> broadcast(std::string text) {
    auto room = find_room(0);
    std::vector<std::shared_ptr<Session>> targets;
    {
      std::lock_guard guard(room->mu);
      for (auto &m : room->members)
        targets.push_back(m);
    }
    for (auto &t : targets)
      co_await write_line(t->fd, text);
  }

  // id: lock/server-broadcast-held
  task<> broadcast_under_the_lock(std::string text) {
    auto room = find_room(0);
    std::lock_guard guard(room->mu);
    for (auto &m : room->members) {
      try {
        co_await write_line(m->fd, text);
        // CHECK-NOTES: :[[@LINE-1]]:9: warning: coroutine may suspend while 'guard' holds 'room->mu' [coro-lock-across-suspension]
        // CHECK-NOTES: :[[@LINE-5]]:21: note: locked here
      } catch (const std::exception &) {
        continue;
      }
    }
  }

  // id: lock/server-flush
  task<> flush(Session &s) {
    for (;;) {
      std::string text;
      {
        std::lock_guard guard(s.out_mu);
        if (s.outbox.empty())
          co_return;
        text = std::move(s.outbox.back());
        s.outbox.pop_back();
      }
      co_await write_line(s.fd, text);
    }
  }

  // It sleeps with the lock where there is nothing to do.
  // id: lock/server-flush-idle
  task<> flush_and_idle(Session &s) {
    std::unique_lock lock(s.out_mu);
    while (!stopping_) {
      if (!s.outbox.empty()) {
        auto text = std::move(s.outbox.back());
        s.outbox.pop_back();
        lock.unlock();
        co_await write_line(s.fd, text);
        lock.lock();
      } else {
        co_await reschedule();
        // CHECK-NOTES: :[[@LINE-1]]:9: warning: coroutine may suspend while 'lock' holds 's.out_mu' [coro-lock-across-suspension]
        // CHECK-NOTES: :[[@LINE-11]]:22: note: locked here
      }
    }
  }

  // id: lock/server-checkout
  task<int> checkout() {
    std::unique_lock lock(pool_mu_);
    if (!pool_.empty()) {
      int fd = pool_.back();
      pool_.pop_back();
      co_return fd;
    }
    while (open_ >= 8) {
      lock.unlock();
      co_await reschedule();
      lock.lock();
    }
    ++open_;
    lock.unlock();
    int fd = -1;
    try {
      fd = co_await dial();
    } catch (...) {
      lock.lock();
      --open_;
      throw;
    }
    co_return fd;
  }

  // id: lock/server-checkout-held
  task<int> checkout_without_unlocking() {
    std::unique_lock lock(pool_mu_);
    while (pool_.empty() && open_ >= 8) {
      lock.unlock();
      co_await reschedule();
      lock.lock();
    }
    if (!pool_.empty()) {
      int fd = pool_.back();
      pool_.pop_back();
      lock.unlock();
      co_return fd;
    }
    ++open_;
    co_return co_await dial();
    // CHECK-NOTES: :[[@LINE-1]]:15: warning: coroutine may suspend while 'lock' holds 'pool_mu_' [coro-lock-across-suspension]
    // CHECK-NOTES: :[[@LINE-15]]:22: note: locked here
  }

  // id: lock/server-checkin
  task<> checkin(int fd) {
    {
      std::lock_guard guard(pool_mu_);
      if (!stopping_) {
        pool_.push_back(fd);
        co_return;
      }
      --open_;
    }
    co_await write_line(fd, "QUIT");
  }

  // id: lock/server-close
  task<> close_all() {
    stopping_ = true;
    for (std::unique_lock lock(pool_mu_); !pool_.empty();) {
      int fd = pool_.back();
      pool_.pop_back();
      lock.unlock();
      co_await write_line(fd, "QUIT");
      lock.lock();
    }
  }

  // The inner lock is let go of, the one around the loop is not.
  // id: lock/server-reap
  task<> reap() {
    std::shared_lock reader(rooms_mu_);
    for (auto &room : rooms_) {
      std::unique_lock lock(room->mu);
      if (room->members.empty()) {
        lock.unlock();
        co_await reschedule();
        // CHECK-NOTES: :[[@LINE-1]]:9: warning: coroutine may suspend while 'reader' holds 'rooms_mu_' [coro-lock-across-suspension]
        // CHECK-NOTES: :[[@LINE-7]]:22: note: locked here
      }
    }
  }

  // id: lock/server-housekeeping
  task<> housekeeping() {
    std::unique_lock lock(pool_mu_, std::defer_lock);
    int rounds = 0;
    do {
      if (lock.try_lock()) {
        if (pool_.size() > 4)
          pool_.pop_back();
        lock.unlock();
      } else if (++rounds > 10) {
        break;
      }
      co_await reschedule();
    } while (!stopping_);
  }

  // id: lock/server-housekeeping-held
  task<> housekeeping_of_a_full_pool() {
    std::unique_lock lock(pool_mu_, std::defer_lock);
    do {
      if (lock.try_lock() && pool_.size() > 4) {
        pool_.pop_back();
        lock.unlock();
      }
      co_await reschedule();
      // CHECK-NOTES: :[[@LINE-1]]:7: warning: coroutine may suspend while 'lock' holds 'pool_mu_' [coro-lock-across-suspension]
      // CHECK-NOTES: :[[@LINE-6]]:16: note: locked here
    } while (!stopping_);
  }
};

// A journal of transactions.

class Wal {
  using Lock = std::unique_lock<std::mutex>;
  std::mutex mu_;
  std::vector<int> pending_;
  int lsn_ = 0;

  void begin() { mu_.lock(); }
  bool commit() {
    if (pending_.empty())
      return false;
    pending_.clear();
    mu_.unlock();
    return true;
  }
  void rollback() { mu_.unlock(); }
  Lock lock() { return Lock(mu_); }
  Lock lock_if(bool c) { return c ? Lock(mu_) : Lock(); }
  void compact(Lock &lock) {
    lock.unlock();
    pending_.reserve(0);
    lock.lock();
  }
  void notify(Lock lock) { lock.unlock(); }
  template <class F> void without(Lock &lock, F f) {
    lock.unlock();
    f();
    lock.lock();
  }
  std::optional<int> pop() {
    std::lock_guard guard(mu_);
    if (pending_.empty())
      return std::nullopt;
    int page = pending_.back();
    pending_.pop_back();
    return page;
  }

public:
  // id: lock/wal-commit-or-rollback
  task<> commits_or_rolls_back() {
    begin();
    if (!commit())
      rollback();
    co_await vote(1);
  }

  // id: lock/wal-commit-only
  task<> commits_and_does_not_ask() {
    begin();
    commit();
    co_await vote(1);
    // CHECK-NOTES: :[[@LINE-1]]:5: warning: coroutine may suspend while 'mu_' is locked [coro-lock-across-suspension]
    // CHECK-NOTES: :[[@LINE-4]]:5: note: locked here
  }

  // id: lock/wal-if
  task<> locks_perhaps(bool c) {
    auto l = lock_if(c);
    co_await vote(1);
    // CHECK-NOTES: :[[@LINE-1]]:5: warning: coroutine may suspend while 'l' holds 'mu_' [coro-lock-across-suspension]
    // CHECK-NOTES: :[[@LINE-3]]:14: note: locked here
  }

  // id: lock/wal-if-unlocked
  task<> locks_perhaps_and_unlocks(bool c) {
    auto l = lock_if(c);
    ++lsn_;
    if (l)
      l.unlock();
    co_await vote(1);
  }

  // id: lock/wal-if-never
  task<> locks_never() {
    auto l = lock_if(false);
    co_await vote(1);
  }

  // id: lock/wal-if-always
  task<> locks_always() {
    auto l = lock_if(true);
    co_await vote(1);
    // CHECK-NOTES: :[[@LINE-1]]:5: warning: coroutine may suspend while 'l' holds 'mu_' [coro-lock-across-suspension]
    // CHECK-NOTES: :[[@LINE-3]]:14: note: locked here
  }

  // id: lock/wal-compact
  task<> compacts_and_has_it_locked_again() {
    auto l = lock();
    compact(l);
    co_await vote(1);
    // CHECK-NOTES: :[[@LINE-1]]:5: warning: coroutine may suspend while 'l' holds 'mu_' [coro-lock-across-suspension]
    // CHECK-NOTES: :[[@LINE-3]]:5: note: locked here
  }

  // id: lock/wal-notify
  task<> notifies_and_gives_the_lock_away() {
    auto l = lock();
    notify(std::move(l));
    co_await vote(1);
  }

  // id: lock/wal-without
  task<> calls_without_and_has_it_locked_again() {
    auto l = lock();
    without(l, [this] { ++lsn_; });
    co_await vote(1);
    // CHECK-NOTES: :[[@LINE-1]]:5: warning: coroutine may suspend while 'l' holds 'mu_' [coro-lock-across-suspension]
    // CHECK-NOTES: :[[@LINE-3]]:5: note: locked here
  }

  // id: lock/wal-pop
  task<> pops_under_a_short_lock() {
    while (auto page = pop())
      co_await vote(*page);
  }

  // id: lock/wal-push
  task<> awaits_and_pushes() {
    int page = co_await get();
    Lock l(mu_);
    pending_.push_back(page);
    l.unlock();
    co_await vote(1);
  }

  // id: lock/wal-push-argument
  task<> awaits_what_it_pushes() {
    Lock l(mu_);
    pending_.push_back(co_await get());
    // CHECK-NOTES: :[[@LINE-1]]:24: warning: coroutine may suspend while 'l' holds 'mu_' [coro-lock-across-suspension]
    // CHECK-NOTES: :[[@LINE-3]]:10: note: locked here
    l.unlock();
    co_await vote(1);
  }

  // id: lock/wal-flag
  task<> locks_once_in_a_loop(int n) {
    bool have = false;
    for (int i = 0; i < n; ++i) {
      if (!have) {
        mu_.lock();
        have = true;
      }
      ++lsn_;
    }
    if (have)
      mu_.unlock();
    co_await vote(n);
  }

  // id: lock/wal-flag-held
  task<> locks_once_in_a_loop_and_awaits(int n) {
    bool have = false;
    for (int i = 0; i < n; ++i) {
      if (!have) {
        mu_.lock();
        have = true;
      }
      co_await vote(i);
      // CHECK-NOTES: :[[@LINE-1]]:7: warning: coroutine may suspend while 'mu_' is locked [coro-lock-across-suspension]
      // CHECK-NOTES: :[[@LINE-5]]:13: note: locked here
    }
    if (have)
      mu_.unlock();
  }
};

// A lease, which is a guard that can be given back.

struct Lease {
  std::mutex *m;
  explicit Lease(std::mutex &x) : m(&x) { m->lock(); }
  Lease(Lease &&o) noexcept : m(std::exchange(o.m, nullptr)) {}
  Lease &operator=(Lease &&o) noexcept {
    if (m)
      m->unlock();
    m = std::exchange(o.m, nullptr);
    return *this;
  }
  ~Lease() {
    if (m)
      m->unlock();
  }
  explicit operator bool() const { return m != nullptr; }
  void give_back() {
    if (auto *x = std::exchange(m, nullptr))
      x->unlock();
  }
};
Lease lease(std::mutex &m) { return Lease(m); }
void park(Lease);

// id: lock/lease
task<> leased(std::mutex &m) {
  auto l = lease(m);
  co_await work();
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: coroutine may suspend while 'l' holds 'm' [coro-lock-across-suspension]
  // CHECK-NOTES: :[[@LINE-3]]:12: note: locked here
}

// id: lock/lease-given-back
task<> given_back(std::mutex &m) {
  auto l = lease(m);
  l.give_back();
  co_await work();
}

// id: lock/lease-given-back-if-any
task<> given_back_if_any(std::mutex &m) {
  Lease l(m);
  if (l)
    l.give_back();
  co_await work();
}

// id: lock/lease-moved
task<> the_empty_one_is_given_back(std::mutex &m) {
  Lease a(m);
  Lease b(std::move(a));
  a.give_back();
  co_await work();
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: coroutine may suspend while 'b' holds 'm' [coro-lock-across-suspension]
  // CHECK-NOTES: :[[@LINE-5]]:9: note: locked here
}

// id: lock/lease-assigned-to-inner
task<> assigned_to_what_ends(std::mutex &m, std::mutex &n) {
  Lease a(m);
  {
    Lease b(n);
    b = std::move(a);
  }
  co_await work();
}

// id: lock/lease-assigned-to-outer
task<> assigned_to_what_stays(std::mutex &m, std::mutex &n) {
  Lease a(m);
  {
    Lease b(n);
    a = std::move(b);
  }
  co_await work();
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: coroutine may suspend while 'a' holds 'n' [coro-lock-across-suspension]
  // CHECK-NOTES: :[[@LINE-5]]:11: note: locked here
}

// id: lock/lease-optional
task<> optional_lease_reset(std::mutex &m) {
  std::optional<Lease> l(std::in_place, m);
  l.reset();
  co_await work();
}

// id: lock/lease-dropped
task<> lease_dropped(std::mutex &m) {
  lease(m);
  co_await work();
}

// id: lock/lease-parked
task<> lease_parked(std::mutex &m) {
  auto l = lease(m);
  park(std::move(l));
  co_await work();
}

// id: lock/lease-captured
task<> lease_captured_by_what_ends(std::mutex &m) {
  auto l = lease(m);
  auto f = [l = std::move(l)] { return bool(l); };
  {
    auto g = std::move(f);
  }
  co_await work();
}

// Accounts and lists.

struct Account {
  int balance = 0;
  std::mutex m;
};

// id: lock/accounts
task<> transferred(Account &a, Account &b) {
  {
    std::scoped_lock guard(a.m, b.m);
    --a.balance, ++b.balance;
  }
  co_await vote(1);
}

// id: lock/accounts-held
task<> transferred_and_held(Account &a, Account &b) {
  std::lock(a.m, b.m);
  std::lock_guard first(a.m, std::adopt_lock);
  std::lock_guard second(b.m, std::adopt_lock);
  --a.balance, ++b.balance;
  co_await vote(1);
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: coroutine may suspend while 'first' holds 'a.m' [coro-lock-across-suspension]
  // CHECK-NOTES: :[[@LINE-6]]:3: note: locked here
  // CHECK-NOTES: :[[@LINE-3]]:3: warning: coroutine may suspend while 'second' holds 'b.m' [coro-lock-across-suspension]
  // CHECK-NOTES: :[[@LINE-8]]:3: note: locked here
}

// id: lock/accounts-one-unlocked
task<> one_unlocked_in_one_branch(Account &a, Account &b, bool both) {
  std::unique_lock x(a.m, std::defer_lock), y(b.m, std::defer_lock);
  std::lock(x, y);
  if (both) {
    x.unlock();
    y.unlock();
  } else {
    x.unlock();
  }
  co_await vote(1);
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: coroutine may suspend while 'y' holds 'b.m' [coro-lock-across-suspension]
  // CHECK-NOTES: :[[@LINE-9]]:3: note: locked here
}

struct Item {
  std::mutex mu;
  Item *next = nullptr;
};

// id: lock/items-raw-held
task<> raw_hand_over_hand_and_held(Item *n) {
  n->mu.lock();
  while (n->next) {
    Item *next = n->next;
    next->mu.lock();
    n->mu.unlock();
    n = next;
  }
  co_await work();
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: coroutine may suspend while 'n->mu' is locked [coro-lock-across-suspension]
  // CHECK-NOTES: :[[@LINE-9]]:9: note: locked here
  n->mu.unlock();
}

// id: lock/items-raw
task<> raw_hand_over_hand(Item *n) {
  n->mu.lock();
  while (n->next) {
    Item *next = n->next;
    next->mu.lock();
    n->mu.unlock();
    n = next;
  }
  n->mu.unlock();
  co_await work();
}

// id: lock/items-continue
task<> awaits_before_it_continues(std::vector<int> v, std::mutex &m) {
  for (int i : v) {
    m.lock();
    if (i == 0) {
      co_await vote(i);
      // CHECK-NOTES: :[[@LINE-1]]:7: warning: coroutine may suspend while 'm' is locked [coro-lock-across-suspension]
      // CHECK-NOTES: :[[@LINE-4]]:7: note: locked here
      m.unlock();
      continue;
    }
    m.unlock();
    co_await vote(i);
  }
}

// id: lock/items-loop
task<> unlocked_in_every_turn(std::vector<int> v, std::mutex &m) {
  for (int i : v) {
    m.lock();
    if (i == 0) {
      m.unlock();
      continue;
    }
    m.unlock();
    co_await vote(i);
  }
}

struct LockedRange {
  std::unique_lock<std::mutex> lock;
  std::vector<int> &v;
  LockedRange(std::mutex &m, std::vector<int> &x) : lock(m), v(x) {}
  int *begin() { return &v[0]; }
  int *end() { return &v[0] + v.size(); }
};

// id: lock/items-range
task<> range_holds_the_lock(std::mutex &m, std::vector<int> &v) {
  for (int i : LockedRange(m, v))
    co_await vote(i);
    // CHECK-NOTES: :[[@LINE-1]]:5: warning: coroutine may suspend while '__range1.lock' holds 'm' [coro-lock-across-suspension]
    // CHECK-NOTES: :[[@LINE-3]]:16: note: locked here
}

// id: lock/items-range-ended
task<> range_held_the_lock(std::mutex &m, std::vector<int> &v) {
  int sum = 0;
  for (int i : LockedRange(m, v))
    sum += i;
  co_await vote(sum);
}
