// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef MOOR_MANUAL_EXECUTOR_H
#define MOOR_MANUAL_EXECUTOR_H

#include <cstddef>
#include <moor/detail/child.h>
#include <vector>

namespace moor::inline MOOR_ABI {

/// Runs coroutines when it is told to, on a clock that stands still: for tests.
///
///     manual_executor ex;
///     int n = ex.run(answer());            // time passes when all are waiting
///
///     auto started = ex.start(worker());   // by hand
///     ex.run_ready();
///     ex.advance(2ms);
///     assert(started.ended());
///
/// What is ready runs in the order in which it was posted, or in the one that
/// `choose` decides, so that a test can try every schedule. For one thread.
class manual_executor final : public executor {
public:
  /// Which of `count` ready ones runs next: 0 is the oldest.
  using chooser = std::size_t (*)(void *state, std::size_t count);

  manual_executor() = default;
  void choose(chooser next, void *state) noexcept {
    chooser_ = next;
    chooser_state_ = state;
  }

  /// A coroutine that was started and is not waited for. It has to have ended
  /// before this does, or it is destroyed as it stands.
  template <class T> class started {
  public:
    bool ended() const noexcept { return end_.ended; }
    /// What it ended with; it has to have.
    T result() { return result_.take(); }

  private:
    friend class manual_executor;
    started(manual_executor &where, task<T> main, stop_token stop)
        : environment_{&where, stop},
          child_(detail::collect(std::move(main), result_)) {
      child_.prepare(environment_, end_);
      entered scope(where);
      detail::resume(child_.handle());
    }

    struct end {
      bool ended = false;
      std::coroutine_handle<> child_ended(std::coroutine_handle<>) noexcept {
        ended = true;
        return std::noop_coroutine();
      }
    };

    context environment_;
    end end_;
    detail::result<T> result_;
    detail::child child_;
  };

  /// Runs it until it first suspends.
  template <class T>
  [[nodiscard]] started<T> start(task<T> main, stop_token stop = {}) {
    return started<T>(*this, std::move(main), stop);
  }

  /// Runs it to its end; whenever nothing is ready, the time of the next timer
  /// comes. Throws std::logic_error if it waits for something that cannot come.
  template <class T> T run(task<T> main, stop_token stop = {}) {
    started<T> main_started = start(std::move(main), stop);
    while (!main_started.ended())
      if (!run_one() && !skip_to_next_timer())
        stuck();
    return main_started.result();
  }

  /// Runs what is ready, and what gets ready by that. How many it were.
  std::size_t run_ready();
  /// Runs one; false if none is ready.
  bool run_one();
  std::size_t ready_count() const noexcept { return ready_.size(); }

  /// Lets time pass; what is due on the way runs at its own moment.
  void advance(clock::duration time);

  void post(work_item &item) noexcept override;
  void add(timer &t, clock::time_point due) noexcept override;
  bool remove(timer &t) noexcept override;
  clock::time_point now() const noexcept override { return now_; }

private:
  bool skip_to_next_timer();
  void expire();
  [[noreturn]] static void stuck();

  std::vector<work_item *> ready_;
  timer_heap timers_;
  clock::time_point now_{};
  chooser chooser_ = nullptr;
  void *chooser_state_ = nullptr;
};

} // namespace moor::inline MOOR_ABI

#endif // MOOR_MANUAL_EXECUTOR_H
