// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Awaiting what moor knows nothing of. It may resume the handle that it is
// given on any thread, so it is given that of a small coroutine, which posts
// the one that waits to its own executor:
//
//     co_await theirs     theirs.await_suspend(shim)
//                         … their thread: shim.resume() →
//                         executor.post(waiting) our executor: waiting.resume()

#ifndef MOOR_DETAIL_POSTED_BACK_H
#define MOOR_DETAIL_POSTED_BACK_H

#include <exception>
#include <moor/concepts.h>
#include <moor/context.h>
#include <moor/detail/frame_pool.h>
#include <moor/detail/transfer.h>

namespace moor::inline MOOR_ABI::detail {

class resumption : public work_item {
public:
  resumption() noexcept
      : work_item([](work_item &self) noexcept {
          detail::resume(static_cast<resumption &>(self).coroutine_);
        }) {}
  void post() noexcept { home_->post(*this); }

protected:
  std::coroutine_handle<> coroutine_;
  executor *home_ = nullptr;
};

class shim {
public:
  struct promise_type {
    explicit promise_type(resumption &then) noexcept : then(then) {}
    static void *operator new(std::size_t size) {
      return frame_pool::allocate(size);
    }
    static void operator delete(void *p, std::size_t size) noexcept {
      frame_pool::free(p, size);
    }
    shim get_return_object() noexcept {
      return shim(std::coroutine_handle<promise_type>::from_promise(*this));
    }
    std::suspend_always initial_suspend() const noexcept { return {}; }
    // Once posted, the frame may be destroyed at any moment; by then it has to
    // be suspended.
    struct post_awaiter {
      bool await_ready() const noexcept { return false; }
      void await_suspend(std::coroutine_handle<promise_type> h) const noexcept {
        h.promise().then.post();
      }
      void await_resume() const noexcept {}
    };
    post_awaiter final_suspend() const noexcept { return {}; }
    void return_void() const noexcept {}
    [[noreturn]] void unhandled_exception() const noexcept { std::terminate(); }

    resumption &then;
  };

  shim() = default;
  shim(shim &&) = delete;
  shim &operator=(shim &&other) noexcept {
    std::swap(coroutine_, other.coroutine_);
    return *this;
  }
  ~shim() {
    if (coroutine_)
      coroutine_.destroy();
  }
  std::coroutine_handle<> handle() const noexcept { return coroutine_; }

  static shim make(resumption &) { co_return; }

private:
  explicit shim(std::coroutine_handle<promise_type> c) noexcept
      : coroutine_(c) {}

  std::coroutine_handle<promise_type> coroutine_;
};

template <class A>
class [[nodiscard]] posted_back : public resumption, public native_awaiter {
public:
  explicit posted_back(A &&awaitable)
      : theirs_(detail::get_awaiter(static_cast<A &&>(awaitable))) {}

  bool await_ready() { return static_cast<bool>(theirs_.await_ready()); }
  template <class P> transfer await_suspend(std::coroutine_handle<P> h) {
    coroutine_ = h;
    home_ = h.promise().environment->where;
    shim_ = shim::make(*this);
    using returned = decltype(theirs_.await_suspend(shim_.handle()));
    if constexpr (std::is_void_v<returned>) {
      theirs_.await_suspend(shim_.handle());
      return stay_suspended();
    } else if constexpr (std::same_as<returned, bool>) {
      return theirs_.await_suspend(shim_.handle()) ? stay_suspended()
                                                   : transfer_to(h);
    } else {
      return transfer_to(theirs_.await_suspend(shim_.handle()));
    }
  }
  decltype(auto) await_resume() { return theirs_.await_resume(); }

private:
  awaiter_of<A> theirs_;
  shim shim_;
};

} // namespace moor::inline MOOR_ABI::detail

#endif // MOOR_DETAIL_POSTED_BACK_H
