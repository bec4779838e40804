// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The slow paths of frame_pool.h.

#include <cstdlib>
#include <moor/detail/frame_pool.h>

namespace moor::inline MOOR_ABI::detail {

constinit thread_local frame_pool::bucket frame_pool::free_[largest / step]{};

/// Frees a thread's frames when it ends.
struct frame_pool_owner {
  frame_pool_owner() noexcept {
    // Under valgrind nothing is kept, so that it sees every frame freed.
    const char *preloaded = std::getenv("LD_PRELOAD");
    bool valgrind = preloaded && __builtin_strstr(preloaded, "vgpreload");
    for (frame_pool::bucket &b : frame_pool::free_)
      b.limit = valgrind ? 0 : frame_pool::kept;
  }
  ~frame_pool_owner() {
    for (frame_pool::bucket &b : frame_pool::free_) {
      b.limit = 0; // frames that other thread_locals free after this
      b.count = 0;
      while (frame_pool::free_frame *frame = b.first) {
        b.first = frame->next;
        ::operator delete(frame);
      }
    }
    ended = true;
  }
  static constinit thread_local bool ended;
};

constinit thread_local bool frame_pool_owner::ended = false;

static void own() noexcept {
  if (!frame_pool_owner::ended) {
    static thread_local frame_pool_owner owner;
    (void)owner;
  }
}

void *frame_pool::refill(std::size_t index) {
  own();
  return ::operator new((index + 1) * step);
}

void frame_pool::overflow(bucket &b, void *p) noexcept {
  own(); // a thread that only frees
  if (b.count >= b.limit) {
    ::operator delete(p);
    return;
  }
  auto *frame = static_cast<free_frame *>(p);
  frame->next = b.first;
  b.first = frame;
  ++b.count;
}

} // namespace moor::inline MOOR_ABI::detail
