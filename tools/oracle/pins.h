// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The objects of the oracle's fourth question: is one moved while somebody has
// its address? Each has a canary, as those of moor::pin_canary, which is told
// of the registration and of its end, and knows of moves and copies because it
// is a member. The classes around it are like anybody's: the check learns from
// their shape who registers.
//
// The links of the lists are never followed: after a misuse they lead nowhere.

#ifndef COROLINT_TOOLS_ORACLE_PINS_H
#define COROLINT_TOOLS_ORACLE_PINS_H

#include "prelude.h"
#include <algorithm>
#include <array>
#include <corolint/annotations.h>
#include <deque>
#include <functional>
#include <vector>

namespace oracle {

/// The program is in this line; which calls somebody who could be taken to end
/// any registration, or about which the check may be unsure.
void at(int Line, bool Works, bool Unsure) noexcept;
/// It handles an exception.
void stays() noexcept;
/// How often somebody was at work; and how often he let go of all that did not
/// say that it goes itself.
unsigned workedSoFar() noexcept;
unsigned letGoSoFar() noexcept;
/// An object was moved, copied or overwritten while it was registered. If that
/// is unsure, somebody who could have ended the registration has run since.
void misused(bool Unsure) noexcept;
/// The same, where it shows only when the old address is used.
void misusedIn(int Line) noexcept;
int currentLine() noexcept;

/// Watches the object that it is a member of.
class Canary {
public:
  enum Ends {
    ByItself,    ///< the registration lasts until stop(), or the object's end
    WhileOthers, ///< … or as long as nobody else is at work
  };
  explicit Canary(Ends How = ByItself) noexcept : How(How) {}
  Canary(const Canary &From) noexcept : How(From.How) { From.moved(); }
  Canary &operator=(const Canary &From) noexcept {
    moved();
    From.moved();
    return *this;
  }
  ~Canary() = default;

  // None of these looks as if it changed the object around.
  void arm() const noexcept {
    Is = Armed;
    Since = workedSoFar();
    LetGo = letGoSoFar();
  }
  void disarm() const noexcept { Is = Free; }

private:
  void moved() const noexcept {
    if (How == WhileOthers && LetGo != letGoSoFar())
      Is = Free;
    if (Is)
      misused(Is == MovedBefore ||
              (How == WhileOthers && Since != workedSoFar()));
    if (Is)
      Is = MovedBefore;
  }

  Ends How;
  /// Once is enough to say of an object.
  mutable enum { Free, Armed, MovedBefore } Is = Free;
  mutable unsigned Since = 0, LetGo = 0;
};

class Waiter;
class Loose;
class Careful;
class Session;

/// Whom the objects wait for.
class List {
public:
  void add(Waiter *W) noexcept;
  void remove(Waiter *W) noexcept;
  void clear() noexcept;
  Loose *FirstLoose = nullptr;
  Careful *FirstCareful = nullptr;
  std::vector<Session *> Sessions;

private:
  friend class Waiter;
  Waiter *First = nullptr;
  std::vector<Waiter *> Members; ///< whom clear() lets go
};

/// The node of an intrusive list, which says goodbye at its end.
class Waiter {
public:
  Waiter() noexcept = default;
  Waiter(const Waiter &) noexcept = default;
  Waiter &operator=(const Waiter &) noexcept = default;
  Waiter(Waiter &&) noexcept = default;
  Waiter &operator=(Waiter &&) noexcept = default;
  ~Waiter() { stop(); }
  void start(List &L) noexcept {
    L.add(this);
    Canary.arm();
  }
  void stop() noexcept {
    if (In)
      In->remove(this);
  }
  bool isLate() const noexcept { return next(); }
  bool isStarted() const noexcept { return In; }
  int Data = 0;

private:
  friend class List;
  Waiter *Next = nullptr;
  List *In = nullptr;
  class Canary Canary;
};

inline void List::add(Waiter *W) noexcept {
  W->Next = First;
  W->In = this;
  First = W;
  Members.push_back(W);
}
inline void List::remove(Waiter *W) noexcept {
  First = W->Next;
  W->In = nullptr;
  W->Canary.disarm();
  std::erase(Members, W);
}
/// Registered by its constructor.
class Session {
public:
  explicit Session(List &L) noexcept : In(&L) {
    L.Sessions.push_back(this);
    Canary.arm();
  }
  Session(Session &&) noexcept = default;
  Session &operator=(Session &&) noexcept = default;
  ~Session() { stop(); }
  void stop() noexcept {
    std::erase(In->Sessions, this);
    Canary.disarm();
  }

private:
  List *In;
  class Canary Canary;
};

inline void List::clear() noexcept {
  while (!Members.empty())
    remove(Members.back());
  while (!Sessions.empty())
    Sessions.back()->stop();
}

/// The node of a list whose members are let go by others.
class Loose {
public:
  void start(List &L) noexcept {
    Next = L.FirstLoose;
    L.FirstLoose = this;
    Canary.arm();
  }
  void stop(List &L) noexcept {
    L.FirstLoose = Next;
    Canary.disarm();
  }

private:
  Loose *Next = nullptr;
  class Canary Canary{Canary::WhileOthers};
};

/// Says its new address to its list: it may always move.
class Careful {
public:
  Careful() noexcept = default;
  Careful(Careful &&From) noexcept { follow(From); }
  Careful &operator=(Careful &&From) noexcept {
    stop();
    follow(From);
    return *this;
  }
  ~Careful() { stop(); }
  void start(List &L) noexcept {
    In = &L;
    L.FirstCareful = this;
  }
  void stop() noexcept {
    if (In)
      In->FirstCareful = nullptr;
    In = nullptr;
  }

private:
  void follow(Careful &From) noexcept {
    if (From.In)
      start(*From.In);
    From.stop();
  }
  List *In = nullptr;
};

/// Points into itself.
class Cursor {
public:
  Cursor() noexcept : At(Text) { Canary.arm(); }
  Cursor(const Cursor &) noexcept = default;
  Cursor &operator=(const Cursor &) noexcept = default;
  void advance() noexcept { ++Count; }

private:
  char Text[8] = {};
  char *At;
  int Count = 0;
  class Canary Canary;
};

/// An awaiter, which is registered from its start, or from when somebody waits
/// for it, until he is resumed.
class Signal {
public:
  Signal() noexcept = default;
  Signal(Signal &&) noexcept = default;
  Signal &operator=(Signal &&) noexcept = default;
  ~Signal() { stop(); }
  void start() noexcept {
    Next = First;
    First = this;
    Canary.arm();
  }
  bool await_ready() const noexcept { return false; }
  void await_suspend(std::coroutine_handle<> H) noexcept {
    Frame = H;
    start();
    suspend(H);
  }
  void await_resume() noexcept { stop(); }

private:
  void stop() noexcept {
    First = Next;
    Canary.disarm();
  }
  static void suspend(std::coroutine_handle<>) noexcept;
  static inline Signal *First = nullptr;
  Signal *Next = nullptr;
  std::coroutine_handle<> Frame;
  class Canary Canary;
};

/// A generator, whose iterator looks at the object.
class Numbers {
public:
  Numbers() : Moved(std::make_shared<int>(0)) {}
  Numbers(Numbers &&From) noexcept : Moved(std::make_shared<int>(0)) {
    *From.Moved = currentLine();
  }
  class Iterator {
  public:
    Iterator(Numbers *Of, std::shared_ptr<int> Moved) noexcept
        : Of(Of), Moved(std::move(Moved)) {}
    Iterator &operator++() noexcept {
      if (*Moved)
        misusedIn(*Moved);
      return *this;
    }

  private:
    Numbers *Of;
    std::shared_ptr<int> Moved;
  };
  Iterator begin() noexcept {
    if (*Moved)
      Moved = std::make_shared<int>(0); // begins anew
    return Iterator(this, Moved);
  }

private:
  std::shared_ptr<int> Moved; ///< the line of the move
};

/// An operation state; nobody sees what it does.
class Operation {
public:
  using operation_state_concept = void;
  void start() noexcept;
  void stop() noexcept;

private:
  class Canary Canary{Canary::WhileOthers};
};

/// Something to be pinned, for good.
class Plain {
public:
  int Data = 0;
  void pin() const noexcept { Canary.arm(); }

private:
  class Canary Canary;
};
void pin(CORO_STARTS Plain &P) noexcept;

/// An object among others.
template <class T> struct Box {
  int Data = 0;
  T Node;
};

/// A vector that has room for no more than was asked for. The check sees
/// std::vector: of others it would know less.
#ifdef CORO_ORACLE_RUN
template <class T> class Vector : public std::vector<T> {
  using Base = std::vector<T>;
  size_t Room = 0;
  /// Moves all elements, if there has to be no room for one more.
  void needs(size_t Size) {
    if (Size <= Room)
      return;
    Base Grown;
    Grown.reserve(Size);
    for (T &Each : *this)
      Grown.push_back(std::move(Each));
    Base::swap(Grown);
    Room = Size;
  }

public:
  Vector() = default;
  explicit Vector(size_t N) : Base(N), Room(N) {}
  Vector(Vector &&From) noexcept
      : Base(static_cast<Base &&>(From)), Room(std::exchange(From.Room, 0)) {}
  Vector &operator=(Vector &&From) noexcept {
    Base::operator=(static_cast<Base &&>(From));
    Room = std::exchange(From.Room, 0);
    return *this;
  }
  void reserve(size_t N) { needs(N); }
  void push_back(T &&Value) {
    needs(Base::size() + 1);
    Base::push_back(std::move(Value));
  }
  template <class... A> T &emplace_back(A &&...Args) {
    needs(Base::size() + 1);
    return Base::emplace_back(std::forward<A>(Args)...);
  }
  auto insert(typename Base::iterator At, T &&Value) {
    auto N = At - Base::begin();
    needs(Base::size() + 1);
    return Base::insert(Base::begin() + N, std::move(Value));
  }
  void resize(size_t N) {
    needs(N);
    Base::resize(N);
  }
  void swap(Vector &Other) noexcept {
    Base::swap(Other);
    std::swap(Room, Other.Room);
  }
  friend void swap(Vector &A, Vector &B) noexcept { A.swap(B); }
};
#else
template <class T> using Vector = std::vector<T>;
#endif

/// Somebody outside stops it whenever the coroutine suspends.
void outside(Waiter *W) noexcept;

// Helpers.

inline void endIt(Waiter &W) noexcept { W.stop(); }
inline void startIt(Waiter &W, List &L) noexcept { W.start(L); }
inline void lookAt(const Waiter &) noexcept {}
template <class T> void keep(T) noexcept {}
template <class T> T passedOn(T Object) noexcept { return Object; }
/// Nobody sees that it lets go of some.
void work() noexcept;

} // namespace oracle

#endif // COROLINT_TOOLS_ORACLE_PINS_H
