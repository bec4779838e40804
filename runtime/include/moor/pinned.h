// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What must not move once others have its address.
//
// A coroutine's frame stays where it is. What is around it can move: operations
// that were begun, nodes in a list, whatever gave `this` away. The best such
// class cannot move at all; all of moor's waiters are like that, and there is
// nothing to be done about them. The rest of this header is for those that have
// to be able to move before they are used:
//
//     MOOR_PIN(upload, start_upload(file));   // a local, pinned where it is
//     co_await upload->progress();            // pinned<…>: use it by `*`, `->`
//     queue.push_back(std::move(upload));     // does not compile
//
//     pin_box<session> s(std::in_place, id);  // on the heap: the box may move,
//     sessions.push_back(std::move(s));       // the session does not

#ifndef MOOR_PINNED_H
#define MOOR_PINNED_H

#include <concepts>
#include <moor/concepts.h>
#include <moor/detail/trace.h>
#include <type_traits>
#include <utility>

namespace moor::inline MOOR_ABI {

class pin_canary;

namespace detail {

template <class T>
concept says_unpin = requires {
  { T::enable_unpin } -> std::convertible_to<bool>;
};
template <class T> inline constexpr bool arguments_unpin = true;
template <class T> constexpr bool default_unpin() {
  if constexpr (says_unpin<T>)
    return T::enable_unpin;
  else if constexpr (awaiter<T> && !std::is_empty_v<T>)
    return false; // await_suspend has perhaps given its address away
  else if constexpr (std::is_class_v<T> && std::is_base_of_v<pin_canary, T>)
    return false;
  else
    return arguments_unpin<T>;
}

} // namespace detail

/// Whether a T that is in use may move nevertheless: the author of T knows. Say
/// so in the class (`static constexpr bool enable_unpin = false;`) or by a
/// specialisation.
///
/// By default what can be moved may move; but not an awaiter that has members,
/// and what is made of other types (`optional<T>`, `vector<T>`,
/// `unique_ptr<T>`) only if these may.
///
/// That goes for owning pointers, too. Moving one does not move what it points
/// to, so it is tempting to declare it free to move; but then who holds a pin
/// of the pointer could have the pointer taken away, and with it the object.
/// Where that was declared once, for every box, a box of an operation could
/// never become an operation itself any more. Declare a type movable only if it
/// has to be.
template <class T>
inline constexpr bool enable_unpin = detail::default_unpin<T>();

/// May be moved even while it is pinned.
template <class T>
concept unpin = std::move_constructible<T> && enable_unpin<std::remove_cv_t<T>>;

namespace detail {

template <class T> constexpr bool argument_unpin() {
  if constexpr (!std::is_object_v<T>)
    return true; // void, a reference: nothing of it is in there
  else if constexpr (requires { sizeof(T); })
    return unpin<T>;
  else
    return false; // incomplete: unknown
}
template <template <class...> class Made, class... T>
inline constexpr bool arguments_unpin<Made<T...>> =
    (argument_unpin<T>() && ...);

struct pin_access;

} // namespace detail

/// A reference to something that does not move until it ends. It is made by
/// MOOR_PIN, by a pin_box, or of what cannot move at all.
///
///     void watch(pinned<connection> c);   // may keep its address
///
/// The object is used by `*` and `->`. It can be taken away only if it is
/// unpin; to move from `*p` is to break the promise (coro-moved-pinned).
template <class T> class pinned {
public:
  pinned(T &object) noexcept
    requires(!std::move_constructible<std::remove_const_t<T>>)
      : object_(&object) {}

  T &operator*() const noexcept { return *object_; }
  T *operator->() const noexcept { return object_; }
  /// To be moved from.
  T &&take() const noexcept
    requires unpin<T>
  {
    return static_cast<T &&>(*object_);
  }

private:
  friend detail::pin_access;
  struct promised {};
  pinned(T &object, promised) noexcept : object_(&object) {}

  T *object_;
};

namespace detail {

struct pin_access {
  template <class T> static pinned<T> pin(CORO_STARTS T &object) noexcept {
    return pinned<T>(object, typename pinned<T>::promised());
  }
};

} // namespace detail

/// MOOR_PIN(x): from here on, the local x does not move; gives a pinned<…> of
/// it. That x is not moved by its name after that is checked
/// (coro-moved-pinned, and pin_canary when it runs), but it does compile.
///
/// MOOR_PIN(x, expression): declares x as a pinned<…> of an object made by the
/// expression, which has no name of its own: what would move it does not
/// compile.
#define MOOR_PIN(name, ...)                                                    \
  MOOR_PIN_##__VA_OPT__(MADE)(name __VA_OPT__(, ) __VA_ARGS__)

#define MOOR_PIN_(name) ::moor::detail::pin_access::pin(name)
#define MOOR_PIN_MADE(name, ...)                                               \
  auto moor_pinned_##name = __VA_ARGS__;                                       \
  const auto name = ::moor::detail::pin_access::pin(moor_pinned_##name)

/// Owns an object on the heap, which stays where it is however the box moves.
/// A box that was moved from is empty.
template <class T> class [[nodiscard]] pin_box {
public:
  pin_box() = default;
  explicit pin_box(T &&object)
    requires std::move_constructible<T>
      : object_(new T(std::move(object))) {}
  template <class... From>
    requires std::constructible_from<T, From...>
  explicit pin_box(std::in_place_t, From &&...from)
      : object_(new T(static_cast<From &&>(from)...)) {}

  pin_box(pin_box &&other) noexcept
      : object_(std::exchange(other.object_, nullptr)) {}
  pin_box &operator=(pin_box &&other) noexcept {
    pin_box(std::move(other)).swap(*this);
    return *this;
  }
  ~pin_box() { delete object_; }
  void swap(pin_box &other) noexcept { std::swap(object_, other.object_); }

  explicit operator bool() const noexcept { return object_; }
  T &operator*() const noexcept { return *object_; }
  T *operator->() const noexcept { return object_; }
  /// Good as long as the object, wherever the box is.
  pinned<T> get() const noexcept { return detail::pin_access::pin(*object_); }

private:
  T *object_ = nullptr;
};

/// A member of a class that can move, but not while it is registered somewhere:
/// it reports if that happens all the same.
///
///     class watcher {
///       void start() { hub.add(this); canary_.arm(); }
///       void stop() { hub.remove(this); canary_.disarm(); }
///       [[no_unique_address]] pin_canary canary_;
///     };
///
/// With MOOR_DETECT, to move, copy, overwrite or destroy it while it is armed
/// is detected (moved-pinned, destroyed-pinned), and that it was moved by
/// bytes, at the next call. Without, it is an empty class that does nothing.
#if MOOR_DETECT
class CORO_PINS pin_canary {
public:
  pin_canary() = default;
  pin_canary(const pin_canary &from) noexcept { from.leaves_for(this); }
  pin_canary &operator=(const pin_canary &from) noexcept {
    if (&from != this) {
      ends();
      from.leaves_for(this);
    }
    return *this;
  }
  ~pin_canary() { ends(); }

  /// From here on others have its address …
  void arm() noexcept {
    stays();
    at_ = this;
  }
  /// … and here they have it no more.
  void disarm() noexcept {
    stays();
    at_ = nullptr;
  }

private:
  void leaves_for(const void *where) const noexcept {
    if (std::exchange(at_, nullptr))
      detail::report_moved_pinned(this, where);
  }
  void stays() const noexcept {
    if (at_ && at_ != this)
      detail::report_moved_pinned(std::exchange(at_, nullptr), this);
  }
  void ends() const noexcept {
    stays();
    if (std::exchange(at_, nullptr))
      detail::report_destroyed_pinned(this);
  }

  mutable const void *at_ = nullptr;
};
#else
class CORO_PINS pin_canary {
public:
  constexpr void arm() const noexcept {}
  constexpr void disarm() const noexcept {}
};
#endif

} // namespace moor::inline MOOR_ABI

#endif // MOOR_PINNED_H
