// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once
namespace boost {
struct defer_lock_t {};
struct adopt_lock_t {};
struct try_to_lock_t {};
inline constexpr defer_lock_t defer_lock{};
inline constexpr adopt_lock_t adopt_lock{};
inline constexpr try_to_lock_t try_to_lock{};
template <class Mutex> class unique_lock {
public:
  using mutex_type = Mutex;
  unique_lock() noexcept;
  explicit unique_lock(Mutex &m);
  unique_lock(Mutex &m, defer_lock_t) noexcept;
  unique_lock(Mutex &m, adopt_lock_t);
  unique_lock(Mutex &m, try_to_lock_t);
  unique_lock(unique_lock &&) noexcept;
  unique_lock &operator=(unique_lock &&) noexcept;
  ~unique_lock();
  void lock();
  bool try_lock();
  void unlock();
  void swap(unique_lock &) noexcept;
  Mutex *release() noexcept;
  bool owns_lock() const noexcept;
  explicit operator bool() const noexcept;
  Mutex *mutex() const noexcept;
};
template <class Mutex> class lock_guard {
public:
  explicit lock_guard(Mutex &m);
  lock_guard(Mutex &m, adopt_lock_t);
  ~lock_guard();
  lock_guard(const lock_guard &) = delete;
};
template <class Mutex> class shared_lock {
public:
  explicit shared_lock(Mutex &m);
  shared_lock(shared_lock &&) noexcept;
  ~shared_lock();
  void lock();
  void unlock();
  bool owns_lock() const noexcept;
};
template <class Lock> class reverse_lock {
public:
  explicit reverse_lock(Lock &l);
  ~reverse_lock();
  reverse_lock(const reverse_lock &) = delete;
};
class mutex {
public:
  typedef unique_lock<mutex> scoped_lock;
  mutex();
  ~mutex();
  mutex(const mutex &) = delete;
  void lock();
  bool try_lock();
  void unlock();
};
class shared_mutex {
public:
  void lock();
  void unlock();
  void lock_shared();
  void unlock_shared();
};
} // namespace boost
