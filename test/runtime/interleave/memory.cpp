// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Plain memory. Clang's thread sanitizer puts a call before each access of the
// code under test; here is what it calls. (C. Flanagan, S. Freund: FastTrack,
// PLDI 2009; with one clock for the readers of each thread, and by the byte.)

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <interleave/execution.h>
#include <new>
#include <sys/mman.h>
#include <unordered_map>

namespace interleave {
namespace {

// The heap of an execution, where nothing is used twice; and the stacks.
constexpr std::size_t heap_size = 2 << 20;
constexpr std::size_t total_size = heap_size + (max_threads + 1) * stack_size;
// Global variables, folded.
constexpr std::size_t globals_size = 64 << 10;

struct shadow {
  unsigned execution; // else nothing is known of it
  std::uint8_t freed, writer;
  std::uint16_t written; // on the clock of the writer
  std::uint16_t read[max_threads];
};

template <class T> T *map(std::size_t count) {
  void *p = mmap(nullptr, count * sizeof(T), PROT_READ | PROT_WRITE,
                 MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (p == MAP_FAILED)
    std::abort();
  return static_cast<T *>(p);
}

char *const memory = map<char>(total_size);
shadow *const shadows = map<shadow>(total_size);
shadow *const global_shadows = map<shadow>(globals_size);
std::size_t heap_used;

extern "C" char __data_start, _end;

shadow *shadow_of(const char *p) {
  std::size_t offset = std::size_t(p - memory);
  if (offset < total_size)
    return &shadows[offset];
  if (p >= &__data_start && p < &_end)
    return &global_shadows[std::size_t(p - &__data_start) % globals_size];
  return nullptr; // of the C++ runtime, or thread_local
}

// For the report: where each byte was last used, by whom.
struct last_use {
  const void *code[max_threads];
  const void *written;
};
std::unordered_map<const char *, last_use> *uses;

const char *verb(bool writes) { return writes ? "writes" : "reads"; }

[[noreturn]] void race(const char *p, unsigned other, bool other_writes,
                       bool writes, const void *code) {
  std::string why = "data race: thread " + std::to_string(now.current) + " " +
                    verb(writes) + " and thread " + std::to_string(other) +
                    " " + verb(other_writes) + " without order";
  if (now.verbose) {
    const last_use &last = (*uses)[p];
    why += "\n    thread " + std::to_string(now.current) + " " + where(code) +
           "\n    thread " + std::to_string(other) + " " +
           where(other_writes ? last.written : last.code[other]);
  }
  fail(why);
}

template <bool writes>
void access(const void *address, std::size_t size, const void *code) {
  const char *p = static_cast<const char *>(address);
  const unsigned t = now.current;
  const knowledge &known = now.me().now;
  for (const char *end = p + size; p != end; ++p) {
    shadow *s = shadow_of(p);
    if (!s)
      return;
    if (s->execution != now.number) {
      std::memset(static_cast<void *>(s), 0, sizeof *s);
      s->execution = now.number;
    }
    if (s->written > known.clock[s->writer])
      race(p, s->writer, true, writes, code);
    if (s->freed) {
      fail(std::string(verb(writes)) + " what has been freed" +
           (now.verbose ? "\n    " + where(code) + "\n    freed " +
                              where((*uses)[p].written)
                        : ""));
    }
    if constexpr (writes) {
      for (unsigned i = 0; i < max_threads; ++i)
        if (s->read[i] > known.clock[i])
          race(p, i, false, true, code);
      s->writer = std::uint8_t(t);
      s->written = known.clock[t];
    } else {
      s->read[t] = known.clock[t];
    }
    if (now.verbose) {
      last_use &last = (*uses)[p];
      last.code[t] = code;
      if (writes)
        last.written = code;
    }
  }
}

void *allocate(std::size_t size, std::size_t alignment) noexcept {
  std::size_t begin = (heap_used + alignment - 1) & ~(alignment - 1);
  if (begin + size > heap_size) {
    inside scope;
    fail("uses too much memory");
  }
  heap_used = begin + size + 16; // what lies behind it is nothing
  return memory + begin;
}

// Where it is, how large it was: in front of it.
struct header {
  std::size_t size;
};

} // namespace

char *stack_of(unsigned fibre) noexcept {
  return memory + heap_size + fibre * stack_size;
}

void forget_memory() noexcept {
  heap_used = 0;
  if (!uses)
    uses = new std::unordered_map<const char *, last_use>;
  uses->clear();
}

void use(const void *address, std::size_t size) noexcept {
  access<false>(address, size, nullptr);
}
void overwrite(const void *address, std::size_t size) noexcept {
  access<true>(address, size, __builtin_return_address(0));
}

} // namespace interleave

using namespace interleave;

// Allocation by the code under test.

static void *get(std::size_t size, std::size_t alignment) {
  if (under_test && now.number) {
    if (alignment < 16)
      alignment = 16;
    char *p = static_cast<char *>(allocate(size + alignment, alignment));
    p += alignment;
    reinterpret_cast<header *>(p)[-1].size = size;
    return p;
  }
  void *p = alignment > 16 ? std::aligned_alloc(alignment, size)
                           : std::malloc(size ? size : 1);
  if (!p)
    std::abort();
  return p;
}

static void put(void *address) noexcept {
  char *p = static_cast<char *>(address);
  if (p < memory || p >= memory + heap_size) {
    std::free(p);
    return;
  }
  if (!now.number)
    return;
  inside scope;
  std::size_t size = reinterpret_cast<header *>(p)[-1].size;
  access<true>(p, size, __builtin_return_address(0));
  for (std::size_t i = 0; i < size; ++i)
    shadow_of(p + i)->freed = 1;
}

void *operator new(std::size_t size) { return get(size, 16); }
void *operator new[](std::size_t size) { return get(size, 16); }
void *operator new(std::size_t size, std::align_val_t a) {
  return get(size, std::size_t(a));
}
void operator delete(void *p) noexcept { put(p); }
void operator delete[](void *p) noexcept { put(p); }
void operator delete(void *p, std::size_t) noexcept { put(p); }
void operator delete[](void *p, std::size_t) noexcept { put(p); }
void operator delete(void *p, std::align_val_t) noexcept { put(p); }
void operator delete(void *p, std::size_t, std::align_val_t) noexcept {
  put(p);
}

// What the instrumentation calls.

#define ACCESS(name, size, writes)                                             \
  void __tsan_##name(void *p) {                                                \
    if (under_test) {                                                          \
      inside scope;                                                            \
      access<writes>(p, size, __builtin_return_address(0));                    \
    }                                                                          \
  }
#define ACCESSES(size)                                                         \
  ACCESS(read##size, size, false)                                              \
  ACCESS(write##size, size, true)                                              \
  ACCESS(unaligned_read##size, size, false)                                    \
  ACCESS(unaligned_write##size, size, true)

extern "C" {
void __tsan_init() {}
ACCESSES(1)
ACCESSES(2)
ACCESSES(4)
ACCESSES(8)
ACCESSES(16)
ACCESS(vptr_read, sizeof(void *), false)
void __tsan_vptr_update(void **p, void *) { __tsan_write8(p); }
void __tsan_read_range(void *p, unsigned long size) {
  if (under_test) {
    inside scope;
    access<false>(p, size, __builtin_return_address(0));
  }
}
void __tsan_write_range(void *p, unsigned long size) {
  if (under_test) {
    inside scope;
    access<true>(p, size, __builtin_return_address(0));
  }
}
void *__tsan_memcpy(void *to, const void *from, unsigned long size) {
  __tsan_read_range(const_cast<void *>(from), size);
  __tsan_write_range(to, size);
  return std::memcpy(to, from, size);
}
void *__tsan_memmove(void *to, const void *from, unsigned long size) {
  __tsan_read_range(const_cast<void *>(from), size);
  __tsan_write_range(to, size);
  return std::memmove(to, from, size);
}
void *__tsan_memset(void *to, int value, unsigned long size) {
  __tsan_write_range(to, size);
  return std::memset(to, value, size);
}
}
