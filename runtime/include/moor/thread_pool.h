// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef MOOR_THREAD_POOL_H
#define MOOR_THREAD_POOL_H

#include <moor/detail/child.h>
#include <thread>
#include <vector>

namespace moor::inline MOOR_ABI {

/// Runs coroutines on several threads, in the order in which they are posted.
///
///     thread_pool pool(4);
///     int n = pool.run(answer());    // the calling thread waits
///
/// Its destructor waits for the threads, which end when nothing is ready; what
/// is suspended by then stays so.
class thread_pool final : public executor {
public:
  explicit thread_pool(unsigned threads = std::thread::hardware_concurrency());
  ~thread_pool();

  /// Runs the task there. Blocks the calling thread, which is none of the
  /// pool's, until it has ended.
  template <class T> T run(task<T> main, stop_token stop = {}) {
    detail::result<T> ended;
    const context environment{this, stop};
    root end(*this);
    detail::child child = detail::collect(std::move(main), ended);
    child.prepare(environment, end);
    end.run(child.handle());
    return ended.take();
  }

  void post(work &item) noexcept override;
  void add(timer &t, clock::time_point due) noexcept override;
  bool remove(timer &t) noexcept override;

private:
  struct shared;

  /// What the thread that called run() waits for.
  class root : public detail::resumption {
  public:
    explicit root(thread_pool &pool) noexcept { home_ = &pool; }
    std::coroutine_handle<> child_ended(std::coroutine_handle<>) noexcept;
    void run(std::coroutine_handle<> child) noexcept;

  private:
    detail::atomic<bool> ended_ = false;
  };
  void work_until_stopped() noexcept;

  shared *shared_;
  std::vector<std::thread> threads_;
};

} // namespace moor::inline MOOR_ABI

#endif // MOOR_THREAD_POOL_H
