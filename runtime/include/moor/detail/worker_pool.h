// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Threads that share one queue and one clock: what thread_pool and compute_pool
// are made of.

#ifndef MOOR_DETAIL_WORKER_POOL_H
#define MOOR_DETAIL_WORKER_POOL_H

#include <moor/detail/offload.h>
#include <moor/detail/posted_back.h>

namespace moor::inline MOOR_ABI::detail {

class worker_pool : public executor {
public:
  void post(work_item &item) noexcept override;
  void add(timer &t, clock::time_point due) noexcept override;
  bool remove(timer &t) noexcept override;

protected:
  struct shared;

  /// 0: as many threads as the machine has. Throws std::system_error if the
  /// system has not so many.
  explicit worker_pool(unsigned threads);
  /// For the destructor of the class that can still be posted to: runs what is
  /// ready, and waits for the threads.
  void stop() noexcept;
  ~worker_pool();

  void push_piece(piece &p) noexcept;
  bool take_out_piece(piece &p) noexcept;

  /// A coroutine that the calling thread waits for.
  class root : public resumption {
  public:
    explicit root(worker_pool &pool) noexcept : pool_(pool) { home_ = &pool; }
    std::coroutine_handle<> child_ended(std::coroutine_handle<>) noexcept;
    void run(std::coroutine_handle<> child) noexcept;

  private:
    worker_pool &pool_;
    bool ended_ = false; // under the pool's lock
  };

private:
  void work_until_stopped() noexcept;

  shared *const shared_;
};

} // namespace moor::inline MOOR_ABI::detail

#endif // MOOR_DETAIL_WORKER_POOL_H
