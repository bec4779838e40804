// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The awaitable protocol, once.
//
// `co_await e` works on three kinds of things:
//
//   * an awaiter, which has
//         bool await_ready();             already there? then do not suspend
//         … await_suspend(handle);        suspended: see to it that somebody
//                                         resumes the handle
//         T await_resume();               the result, of type T
//   * something whose `operator co_await` (member or free) makes an awaiter
//   * whatever the promise's await_transform makes of `e` before that
//
// await_suspend says how it goes on: with void or true the coroutine stays
// suspended, with false it does not, with a handle that coroutine runs instead.

#ifndef MOOR_CONCEPTS_H
#define MOOR_CONCEPTS_H

#include <concepts>
#include <coroutine>
#include <moor/detail/config.h>
#include <utility>

namespace moor::inline MOOR_ABI {

/// Has the three members. await_suspend takes the handle of the coroutine that
/// waits, which the concept cannot know, so it is not asked for.
template <class A>
concept awaiter = requires(A &a) {
  { a.await_ready() } -> std::convertible_to<bool>;
  a.await_resume();
};

namespace detail {

template <class A>
concept has_member_co_await =
    requires(A &&a) { static_cast<A &&>(a).operator co_await(); };
template <class A>
concept has_free_co_await =
    requires(A &&a) { operator co_await(static_cast<A &&>(a)); };

/// The awaiter of an awaitable, as `co_await` would get it.
template <class A> decltype(auto) get_awaiter(A &&a) {
  if constexpr (has_member_co_await<A>)
    return static_cast<A &&>(a).operator co_await();
  else if constexpr (has_free_co_await<A>)
    return operator co_await(static_cast<A &&>(a));
  else
    return static_cast<A &&>(a);
}

template <class A>
using awaiter_of = decltype(detail::get_awaiter(std::declval<A>()));

/// Base of the awaiters that resume their coroutine on its own executor only,
/// and know it by its promise.
struct native_awaiter {};

template <class A>
concept native_awaitable =
    std::derived_from<std::remove_cvref_t<awaiter_of<A>>, native_awaiter> ||
    std::same_as<std::remove_cvref_t<A>, std::suspend_never> ||
    std::same_as<std::remove_cvref_t<A>, std::suspend_always>;

} // namespace detail

/// Can be the operand of co_await in a coroutine of moor.
template <class A>
concept awaitable = awaiter<std::remove_reference_t<detail::awaiter_of<A>>>;

/// What `co_await` of it gives.
template <awaitable A>
using await_result_t =
    decltype(std::declval<std::remove_reference_t<detail::awaiter_of<A>> &>()
                 .await_resume());

} // namespace moor::inline MOOR_ABI

#endif // MOOR_CONCEPTS_H
