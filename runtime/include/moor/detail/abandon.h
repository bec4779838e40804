// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// As offload.h, for calls whose end a stop does not wait for. Whoever ends
// last, the coroutine's wait or the call, destroys what they share.

#ifndef MOOR_DETAIL_ABANDON_H
#define MOOR_DETAIL_ABANDON_H

#include <moor/detail/offload.h>
#include <tuple>

namespace moor::inline MOOR_ABI {

/// Whether a value of the type refers to nothing that somebody else owns, as
/// far as that can be told. Specialise it for your own types that do not fit.
template <class T>
inline constexpr bool owns_what_it_touches =
    std::is_object_v<T> && !std::is_pointer_v<T> &&
    !std::is_member_pointer_v<T> &&
    // std::reference_wrapper and its like
    !requires(T &t) {
      typename T::type;
      { t.get() } -> std::same_as<typename T::type &>;
    } &&
    // std::string_view, std::span: pointer and size, copied as they are
    !(
        std::is_trivially_copyable_v<T> &&
        requires(T &t) {
          *t.data();
          t.size();
        } && !requires { std::tuple_size<T>::value; });

namespace detail {

/// Captures nothing, so that all it touches are its arguments.
template <class F>
concept touches_arguments_only =
    std::is_empty_v<F> ||
    (std::is_pointer_v<F> && std::is_function_v<std::remove_pointer_t<F>>);

/// What the wait and the call share, but for the types.
class abandonable_piece : public piece {
public:
  void let_go() noexcept {
    // acq_rel: the last one sees what the other did with it
    if (references_.fetch_sub(1, memory_order_acq_rel) == 1)
      delete this;
  }

protected:
  explicit abandonable_piece(function call, function finish) noexcept
      : piece(call, finish, true) {}
  virtual ~abandonable_piece() = default;
  /// By the thread that has called it. True if nobody wants the result.
  bool done() noexcept;

  stop_source stop_; // requested when it is abandoned

private:
  friend class abandonable_wait;

  atomic<unsigned> references_ = 2;
  spinlock lock_; // of what follows, and of posting
  bool done_ = false;
  wait_base *waiter_ = nullptr;
};

class abandonable_wait : public wait_base MOOR_DETECTS(,
                                                       public operation_trace) {
public:
  bool await_ready() const noexcept { return false; }
  template <moor_promise P> bool await_suspend(std::coroutine_handle<P> h) {
    begin(h, *h.promise().environment);
    return submit();
  }

protected:
  abandonable_wait(offload_pool &pool, abandonable_piece &p) noexcept
      : wait_base(&settle), pool_(pool), piece_(p) {}
  ~abandonable_wait() {
    if (!submitted_)
      piece_.let_go(); // for the call
    piece_.let_go();
  }
  void throw_if_cancelled() {
    disarm();
    if (cancelled_)
      throw cancelled();
  }

private:
  bool submit();
  void give_up() noexcept;
  static void settle(work_item &item) noexcept;

  offload_pool &pool_;
  abandonable_piece &piece_;
  bool submitted_ = false, cancelled_ = false;
};

void lose_exception(std::exception_ptr e) noexcept;

template <class F, class... A>
class abandonable_state final : public abandonable_piece {
public:
  using T = call_result<F, A...>;

  explicit abandonable_state(F &&f, A &&...arguments)
      : abandonable_piece(&call, &finish), f_(static_cast<F &&>(f)),
        arguments_(static_cast<A &&>(arguments)...) {}

  result<T> ended;

private:
  static void call(piece &p) noexcept {
    auto &self = static_cast<abandonable_state &>(p);
    std::apply(
        [&](A &...a) {
          detail::call_into(self.ended, static_cast<F &&>(self.f_),
                            self.stop_.token(), static_cast<A &&>(a)...);
        },
        self.arguments_);
  }
  static void finish(piece &p) noexcept {
    auto &self = static_cast<abandonable_state &>(p);
    if (self.done() && self.ended.has_error())
      try {
        std::rethrow_exception(self.ended.exception());
      } catch (cancelled) {
      } catch (...) {
        detail::lose_exception(std::current_exception());
      }
    self.let_go();
  }

  F f_;
  std::tuple<A...> arguments_;
};

template <class F, class... A>
class [[nodiscard]] abandonable_call final : public abandonable_wait {
  using state = abandonable_state<F, A...>;
  using T = typename state::T;
  static_assert(!awaitable<T>, "it returns something to be awaited: use on() "
                               "to run a task on another executor");
  static_assert(std::is_void_v<T> || std::is_object_v<T>,
                "what it returns a reference to may be gone");

public:
  abandonable_call(offload_pool &pool, F &&f, A &&...arguments)
      : abandonable_call(pool, *new state(static_cast<F &&>(f),
                                          static_cast<A &&>(arguments)...)) {}

  T await_resume() {
    this->throw_if_cancelled();
    return state_.ended.take();
  }

private:
  abandonable_call(offload_pool &pool, state &s) noexcept
      : abandonable_wait(pool, s), state_(s) {}

  state &state_;
};

} // namespace detail
} // namespace moor::inline MOOR_ABI

#endif // MOOR_DETAIL_ABANDON_H
