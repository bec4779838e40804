// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Streams: things that can be asked for one item after the other, and may have
// to be waited for each time. async_generator, mpsc and interval are some.
//
//     MOOR_FOR_AWAIT(int n, numbers()) …      a loop over one: for_await.h
//     co_await for_each(numbers(), f);        the same as a function
//     co_await merge(for_each(…), for_each(…));  over several: merge.h
//     co_await first(numbers());              its first item, or few
//     co_await next(named);                   whoever really passes one around
//                                             half consumed
//
// All but `next` pin the stream themselves: a temporary is kept, a named one is
// referred to and has to live and stay where it is for so long.

#ifndef MOOR_STREAM_H
#define MOOR_STREAM_H

#include <moor/async_generator.h>
#include <moor/task.h>
#include <vector>

namespace moor::inline MOOR_ABI {

/// Has a member next(), which gives something to await; what that gives is
/// empty after the last item, and otherwise `*` gives the item: an optional, or
/// a pointer.
template <class S>
concept stream = requires(S &s) {
  { s.next() } -> awaitable;
  requires requires(await_result_t<decltype(s.next())> &item) {
    static_cast<bool>(item);
    *item;
  };
  requires std::default_initializable<await_result_t<decltype(s.next())>>;
};

/// What next() of a stream gives in the end: `optional<T>`, `T *`, …
template <stream S>
using stream_item_t = await_result_t<
    decltype(std::declval<std::remove_reference_t<S> &>().next())>;
/// What is in it: `T &&` for an optional<T>, `T &` for a pointer.
template <stream S>
using stream_reference_t = decltype(*std::declval<stream_item_t<S>>());
template <stream S>
using stream_value_t = std::remove_cvref_t<stream_reference_t<S>>;

/// What the body of a loop over a stream says of the rest.
enum class loop : bool { go_on, leave };

/// The stream's next item: `co_await next(s)`.
template <stream S> [[nodiscard]] decltype(auto) next(S &s) { return s.next(); }

/// The first item of a stream, which ends with that; nothing if there is none.
///
///     if (auto line = co_await first(lines(file))) …
template <stream S>
[[nodiscard]] task<std::optional<stream_value_t<S>>> first(S s) {
  std::optional<stream_value_t<S>> value;
  if (auto item = co_await s.next())
    value.emplace(*std::move(item));
  co_return value;
}

/// The first `count` items, or as many as there are.
template <stream S>
[[nodiscard]] task<std::vector<stream_value_t<S>>> first(S s,
                                                         std::size_t count) {
  std::vector<stream_value_t<S>> values;
  while (values.size() < count) {
    auto item = co_await s.next();
    if (!item)
      break;
    values.push_back(*std::move(item));
  }
  co_return values;
}

/// A stream of one item, what the task gives; a detail::unit if that is
/// nothing.
///
///     co_await merge(for_each(once(answer()), …), for_each(questions, …));
template <class T>
[[nodiscard]] async_generator<
    std::conditional_t<std::is_void_v<T>, detail::unit, T>>
once(CORO_CONSUMES task<T> work) {
  if constexpr (std::is_void_v<T>) {
    co_await std::move(work);
    co_yield detail::unit();
  } else {
    co_yield co_await std::move(work);
  }
}

/// A stream that, after its end, stays at its end: see `fuse`.
template <class S> class [[nodiscard]] fused {
public:
  explicit fused(S &&source) : source_(static_cast<S &&>(source)) {}

  [[nodiscard]] task<stream_item_t<S>> next() {
    if (ended_)
      co_return stream_item_t<S>();
    auto item = co_await source_.next();
    ended_ = !item;
    co_return item;
  }

private:
  S source_;
  bool ended_ = false;
};

/// After the end, it is always the end, and the source is not asked again. The
/// streams of moor are so by themselves. A next() that threw, or that was
/// cancelled, is no end.
template <class S>
  requires stream<std::remove_reference_t<S>>
[[nodiscard]] fused<S> fuse(S &&source) {
  return fused<S>(static_cast<S &&>(source));
}

namespace detail {

template <class F, class Item>
using arm_result_t = decltype(std::declval<F &>()(*std::declval<Item>()));

/// Says what it has to say when it returns; otherwise, when it was awaited.
template <class R>
concept plain_verdict = std::is_void_v<R> || std::same_as<R, loop>;
template <class R>
concept verdict =
    plain_verdict<R> || (awaitable<R> && plain_verdict<await_result_t<R>>);

/// Calls a plain function.
template <class F, class Item> loop decide(F &f, Item &item) {
  if constexpr (std::is_void_v<arm_result_t<F, Item>>) {
    f(*std::move(item));
    return loop::go_on;
  } else {
    return f(*std::move(item));
  }
}

struct merging;

} // namespace detail

/// A stream, and what is to be done with each of its items: see `for_each`.
template <class S, class F> class [[nodiscard]] CORO_TASK loop_over {
public:
  loop_over(S &&stream, F f)
      : stream_(static_cast<S &&>(stream)), f_(std::move(f)) {}
  loop_over(loop_over &&) = default; // and no copies: it is awaited once

  auto operator co_await() && {
    return run(static_cast<S &&>(stream_), std::move(f_)).operator co_await();
  }

private:
  friend detail::merging;

  static task<> run(S stream, F f) {
    while (auto item = co_await stream.next()) {
      using result = detail::arm_result_t<F, decltype(item)>;
      if constexpr (detail::plain_verdict<result>) {
        if (detail::decide(f, item) == loop::leave)
          co_return;
      } else if constexpr (std::is_void_v<await_result_t<result>>) {
        co_await f(*std::move(item));
      } else {
        if (co_await f(*std::move(item)) == loop::leave)
          co_return;
      }
    }
  }

  S stream_;
  F f_;
};

/// Calls `f` with each item, until there is none or `f` says loop::leave.
///
///     co_await for_each(numbers(), [&](int n) { sum += n; });
///     co_await for_each(orders, [&](order o) -> task<loop> {
///       co_await handle(std::move(o));
///       co_return closing ? loop::leave : loop::go_on;
///     });
///
/// `f` returns nothing, or a `loop`, or something to await that gives one of
/// these; the next item is asked for after that. Exceptions of both end it and
/// come out. It is to be awaited once, as a task, or to be given to `merge`.
template <class S, class F>
  requires stream<std::remove_reference_t<S>>
[[nodiscard]] auto for_each(S &&stream, F f) {
  static_assert(std::is_invocable_v<F &, stream_reference_t<S>>,
                "this function does not take the items of this stream");
  static_assert(detail::verdict<detail::arm_result_t<F, stream_item_t<S>>>,
                "it returns nothing, a moor::loop, or a task of these");
  return loop_over<S, F>(static_cast<S &&>(stream), std::move(f));
}

} // namespace moor::inline MOOR_ABI

#endif // MOOR_STREAM_H
