// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A loop over a stream, in a coroutine of any kind:
//
//     MOOR_FOR_AWAIT(line l, lines(file)) {
//       if (l.empty())
//         continue;
//       co_await handle(l);
//     }
//
// It is range-for with an await before each item: break, continue, return,
// exceptions, structured bindings and nesting work as there. The stream is
// pinned by the loop: a temporary lives as long as the loop, a named one has to
// stay where it is. Like in range-for, other temporaries of the expression end
// before the loop begins.
//
// An item of a stream of T is a T &&: `T x` and `auto &&x` have their own,
// `const T &x` looks at it, `T &x` is for streams of references. A comma of the
// expression that is not in parentheses has to be put into some.

#ifndef MOOR_FOR_AWAIT_H
#define MOOR_FOR_AWAIT_H

#include <moor/stream.h>

namespace moor::inline MOOR_ABI::detail {

/// The outer one of two loops; the inner one has one turn, for the item, if
/// there is one. It goes on if that turn was finished, which `break` does not
/// do.
class turns {
public:
  class iterator {
  public:
    explicit iterator(bool &goes_on) noexcept : goes_on_(goes_on) {}
    bool &operator*() const noexcept {
      goes_on_ = false;
      return goes_on_;
    }
    void operator++() noexcept {}
    bool operator!=(const iterator &) const noexcept { return goes_on_; }

  private:
    bool &goes_on_;
  };
  iterator begin() noexcept { return iterator(goes_on_); }
  iterator end() noexcept { return iterator(goes_on_); }

private:
  bool goes_on_ = true;
};

template <class S> decltype(auto) ask(S &s) {
  static_assert(moor::stream<S>, "MOOR_FOR_AWAIT needs a stream: see stream.h");
  return s.next();
}

template <class Item> class one_turn {
public:
  one_turn(bool &finished, Item &&item)
      : finished_(finished), item_(std::move(item)) {}
  one_turn(one_turn &&) = delete;

  class iterator {
  public:
    explicit iterator(one_turn *at) noexcept : at_(at) {}
    decltype(auto) operator*() const { return *std::move(at_->item_); }
    void operator++() noexcept {
      at_->finished_ = true;
      at_ = nullptr;
    }
    bool operator!=(const iterator &) const noexcept { return at_; }

  private:
    one_turn *at_;
  };
  iterator begin() noexcept {
    return iterator(static_cast<bool>(item_) ? this : nullptr);
  }
  iterator end() noexcept { return iterator(nullptr); }

private:
  bool &finished_;
  Item item_;
};

} // namespace moor::inline MOOR_ABI::detail

/// MOOR_FOR_AWAIT(declaration, stream) statement
#define MOOR_FOR_AWAIT(...)                                                    \
  MOOR_FOR_AWAIT_PICK(__VA_ARGS__, MOOR_FOR_AWAIT_6, MOOR_FOR_AWAIT_5,         \
                      MOOR_FOR_AWAIT_4, MOOR_FOR_AWAIT_3, MOOR_FOR_AWAIT_2, )  \
  (__VA_ARGS__)

// The commas of a structured binding make arguments of their own. The stream is
// the last one.
#define MOOR_FOR_AWAIT_PICK(a, b, c, d, e, f, pick, ...) pick
#define MOOR_FOR_AWAIT_2(a, s) MOOR_FOR_AWAIT_IN(__LINE__, s, a)
#define MOOR_FOR_AWAIT_3(a, b, s) MOOR_FOR_AWAIT_IN(__LINE__, s, a, b)
#define MOOR_FOR_AWAIT_4(a, b, c, s) MOOR_FOR_AWAIT_IN(__LINE__, s, a, b, c)
#define MOOR_FOR_AWAIT_5(a, b, c, d, s)                                        \
  MOOR_FOR_AWAIT_IN(__LINE__, s, a, b, c, d)
#define MOOR_FOR_AWAIT_6(a, b, c, d, e, s)                                     \
  MOOR_FOR_AWAIT_IN(__LINE__, s, a, b, c, d, e)

// The name is that of the line, so that a loop in a loop hides none.
#define MOOR_FOR_AWAIT_IN(line, stream, ...)                                   \
  MOOR_FOR_AWAIT_LOOP(line, stream, __VA_ARGS__)
#define MOOR_FOR_AWAIT_LOOP(line, from, ...)                                   \
  for (auto &&moor_stream_##line = from;                                       \
       bool &moor_turn_##line : ::moor::detail::turns())                       \
    for (__VA_ARGS__ : ::moor::detail::one_turn(                               \
             moor_turn_##line,                                                 \
             co_await ::moor::detail::ask(moor_stream_##line)))

#endif // MOOR_FOR_AWAIT_H
