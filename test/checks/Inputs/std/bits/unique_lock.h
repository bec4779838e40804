// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once
#include <chrono>
#include <utility>
namespace std {
struct defer_lock_t {
  explicit defer_lock_t() = default;
};
struct try_to_lock_t {
  explicit try_to_lock_t() = default;
};
struct adopt_lock_t {
  explicit adopt_lock_t() = default;
};
inline constexpr defer_lock_t defer_lock{};
inline constexpr try_to_lock_t try_to_lock{};
inline constexpr adopt_lock_t adopt_lock{};

template <class Mutex> class unique_lock {
public:
  using mutex_type = Mutex;
  unique_lock() noexcept : m_(nullptr), owns_(false) {}
  explicit unique_lock(mutex_type &m) : m_(&m), owns_(false) { lock(); }
  unique_lock(mutex_type &m, defer_lock_t) noexcept : m_(&m), owns_(false) {}
  unique_lock(mutex_type &m, try_to_lock_t) : m_(&m), owns_(m.try_lock()) {}
  unique_lock(mutex_type &m, adopt_lock_t) noexcept : m_(&m), owns_(true) {}
  template <class C, class D>
  unique_lock(mutex_type &m, const chrono::time_point<C, D> &t)
      : m_(&m), owns_(m.try_lock_until(t)) {}
  template <class R, class P>
  unique_lock(mutex_type &m, const chrono::duration<R, P> &t)
      : m_(&m), owns_(m.try_lock_for(t)) {}
  ~unique_lock() {
    if (owns_)
      unlock();
  }
  unique_lock(const unique_lock &) = delete;
  unique_lock &operator=(const unique_lock &) = delete;
  unique_lock(unique_lock &&o) noexcept : m_(o.m_), owns_(o.owns_) {
    o.m_ = nullptr;
    o.owns_ = false;
  }
  unique_lock &operator=(unique_lock &&o) noexcept {
    if (owns_)
      unlock();
    unique_lock(std::move(o)).swap(*this);
    o.m_ = nullptr;
    o.owns_ = false;
    return *this;
  }
  void lock() {
    m_->lock();
    owns_ = true;
  }
  bool try_lock() {
    owns_ = m_->try_lock();
    return owns_;
  }
  template <class R, class P> bool try_lock_for(const chrono::duration<R, P> &t) {
    owns_ = m_->try_lock_for(t);
    return owns_;
  }
  template <class C, class D> bool try_lock_until(const chrono::time_point<C, D> &t) {
    owns_ = m_->try_lock_until(t);
    return owns_;
  }
  void unlock() {
    m_->unlock();
    owns_ = false;
  }
  void swap(unique_lock &o) noexcept {
    std::swap(m_, o.m_);
    std::swap(owns_, o.owns_);
  }
  mutex_type *release() noexcept {
    mutex_type *r = m_;
    m_ = nullptr;
    owns_ = false;
    return r;
  }
  bool owns_lock() const noexcept { return owns_; }
  explicit operator bool() const noexcept { return owns_lock(); }
  mutex_type *mutex() const noexcept { return m_; }

private:
  mutex_type *m_;
  bool owns_;
};
template <class Mutex>
void swap(unique_lock<Mutex> &a, unique_lock<Mutex> &b) noexcept {
  a.swap(b);
}
} // namespace std
