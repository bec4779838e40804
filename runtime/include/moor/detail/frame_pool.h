// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Memory for coroutine frames: per thread, in sizes, with a limit. A frame may
// be freed on another thread than the one that made it; it then stays there.
//
// Off under AddressSanitizer, valgrind and the detectors, which want to see
// every frame come and go.

#ifndef MOOR_DETAIL_FRAME_POOL_H
#define MOOR_DETAIL_FRAME_POOL_H

#include <cstddef>
#include <moor/detail/config.h>
#include <new>

namespace moor::inline MOOR_ABI::detail {

class frame_pool {
public:
  /// As operator new and sized operator delete.
  static void *allocate(std::size_t size) {
    if (size > largest || MOOR_ASAN || MOOR_DETECT)
      return ::operator new(size);
    std::size_t index = (size - 1) / step;
    free_frame *&first = free_[index].first;
    if (!first) [[unlikely]]
      return refill(index);
    free_frame *frame = first;
    first = frame->next;
    --free_[index].count;
    return frame;
  }
  static void free(void *p, std::size_t size) noexcept {
    if (size > largest || MOOR_ASAN || MOOR_DETECT) {
      ::operator delete(p, size);
      return;
    }
    bucket &b = free_[(size - 1) / step];
    if (b.count >= b.limit) [[unlikely]]
      return overflow(b, p);
    auto *frame = static_cast<free_frame *>(p);
    frame->next = b.first;
    b.first = frame;
    ++b.count;
  }

private:
  static constexpr std::size_t step = 64, largest = 1024;
  static constexpr unsigned kept = 256; // of each size, on each thread

  struct free_frame {
    free_frame *next;
  };
  struct bucket {
    free_frame *first;
    unsigned count;
    unsigned limit; // 0 until the thread has seen to it that all is freed
  };

  static void *refill(std::size_t index);
  static void overflow(bucket &b, void *p) noexcept;

  static constinit thread_local bucket free_[largest / step];
  friend struct frame_pool_owner;
};

} // namespace moor::inline MOOR_ABI::detail

#endif // MOOR_DETAIL_FRAME_POOL_H
