// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef MOOR_WHEN_ALL_H
#define MOOR_WHEN_ALL_H

#include <moor/detail/group.h>
#include <optional>
#include <tuple>

namespace moor::inline MOOR_ABI {
namespace detail {

template <class T>
using value_of = std::conditional_t<std::is_void_v<T>, unit, T>;

template <class T> value_of<T> take(result<T> &from) {
  if constexpr (std::is_void_v<T>) {
    from.take();
    return {};
  } else {
    return from.take();
  }
}

/// Starts all of them here, one after the other, until each first suspends.
template <class Ended, class... T, std::size_t... I>
task<> run_group(group &all, std::tuple<result<T>...> &results, Ended ended,
                 std::index_sequence<I...>, task<T>... from) {
  auto tell = [&all, ended](auto &result) { ended(all, result); };
  child children[] = {
      detail::collect(std::move(from), std::get<I>(results), tell)...};
  co_await all.run([&] {
    for (child &c : children) {
      c.prepare(all.environment(), all);
      all.enter();
    }
    for (child &c : children)
      detail::resume(c.handle());
  });
}

} // namespace detail

/// Runs all tasks at the same time and gives their results, as a tuple, when
/// all have ended.
///
///     auto [user, cart] = co_await when_all(load_user(id), load_cart(id));
///
/// The tasks start here, in order, each running until it first suspends; on a
/// thread_pool they go on in parallel after that. If one throws, the others are
/// asked to stop and awaited, and then the first exception is thrown
/// (`cancelled` is none, unless there is no other). A task<void> gives a unit.
template <class... T>
[[nodiscard]] task<std::tuple<detail::value_of<T>...>>
when_all(CORO_CONSUMES task<T>... tasks) {
  detail::group all(co_await detail::this_context());
  std::tuple<detail::result<T>...> results;
  co_await detail::run_group(
      all, results,
      [](detail::group &g, auto &result) {
        if (!result.has_error())
          return;
        try {
          std::rethrow_exception(result.exception());
        } catch (cancelled) {
          g.request_stop();
        } catch (...) {
          g.fail(std::current_exception());
        }
      },
      std::index_sequence_for<T...>(), std::move(tasks)...);
  all.rethrow();
  co_return std::apply(
      [](auto &...r) {
        return std::tuple<detail::value_of<T>...>{detail::take(r)...};
      },
      results);
}

/// Runs all tasks at the same time until one has ended; asks the others to
/// stop, and awaits them, too.
///
///     auto [answer, late] = co_await when_any(ask(), deadline());
///     if (answer) …
///
/// What each ended with, if it did end with a value: a loser that completed all
/// the same has lost nothing. If the first to end threw, that is thrown; what
/// losers throw goes to the handler of lost exceptions, but for `cancelled`. If
/// all were cancelled, so is this.
template <class... T>
[[nodiscard]] task<std::tuple<std::optional<detail::value_of<T>>...>>
when_any(CORO_CONSUMES task<T>... tasks) {
  detail::group all(co_await detail::this_context());
  std::tuple<detail::result<T>...> results;
  detail::atomic<bool> decided = false; // the claim of the first
  co_await detail::run_group(
      all, results,
      [&decided](detail::group &g, auto &result) {
        bool is_cancelled = false;
        std::exception_ptr thrown;
        if (result.has_error()) {
          try {
            std::rethrow_exception(result.exception());
          } catch (cancelled) {
            is_cancelled = true;
          } catch (...) {
            thrown = std::current_exception();
          }
        }
        if (is_cancelled)
          return;
        // relaxed: it only decides; the group orders what they did
        bool first = !decided.exchange(true, detail::memory_order_relaxed);
        if (thrown && first)
          g.fail(std::move(thrown));
        else if (thrown)
          detail::lose_exception(std::move(thrown));
        g.request_stop();
      },
      std::index_sequence_for<T...>(), std::move(tasks)...);
  all.rethrow();
  if (!std::apply([](auto &...r) { return (r.has_value() || ...); }, results))
    throw cancelled();
  auto value = []<class R>(detail::result<R> &r) {
    std::optional<detail::value_of<R>> v;
    if (r.has_value())
      v.emplace(detail::take(r));
    return v;
  };
  co_return std::apply([&](auto &...r) { return std::tuple(value(r)...); },
                       results);
}

} // namespace moor::inline MOOR_ABI

#endif // MOOR_WHEN_ALL_H
