// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What the tests of the analysis share: code, parsed behind a prelude that
// stands in for the standard library, and ways to find things in it.

#ifndef COROLINT_TEST_ANALYSIS_SNIPPET_H
#define COROLINT_TEST_ANALYSIS_SNIPPET_H

#include "analysis/Analysis.h"
#include "analysis/Graph.h"
#include "clang/ASTMatchers/ASTMatchFinder.h"
#include "clang/ASTMatchers/ASTMatchers.h"
#include "clang/Frontend/ASTUnit.h"
#include "clang/Tooling/Tooling.h"
#include "gtest/gtest.h"

namespace corolint {

/// A small standard library, whose functions have no bodies, and
///
///   task        lazy, can be awaited; work() returns one
///   awaits<T>   can be awaited for a value; get() and ready() return one
inline constexpr char Prelude[] = R"cpp(
namespace std {
using size_t = decltype(sizeof(0));
template <class T> struct remove_reference { using type = T; };
template <class T> struct remove_reference<T &> { using type = T; };
template <class T> struct remove_reference<T &&> { using type = T; };
template <class T>
typename remove_reference<T>::type &&move(T &&t) noexcept;
template <class T, T V> struct integral_constant {};
using true_type = integral_constant<bool, true>;
using false_type = integral_constant<bool, false>;

struct mutex {
  mutex();
  mutex(const mutex &) = delete;
  void lock();
  void unlock();
  bool try_lock();
};
struct defer_lock_t {};
struct try_to_lock_t {};
struct adopt_lock_t {};
inline constexpr defer_lock_t defer_lock{};
inline constexpr try_to_lock_t try_to_lock{};
inline constexpr adopt_lock_t adopt_lock{};
template <class M> struct lock_guard {
  explicit lock_guard(M &);
  lock_guard(M &, adopt_lock_t);
  lock_guard(const lock_guard &) = delete;
  ~lock_guard();
};
template <class M> struct unique_lock {
  unique_lock() noexcept;
  explicit unique_lock(M &);
  unique_lock(M &, defer_lock_t) noexcept;
  unique_lock(M &, try_to_lock_t);
  unique_lock(M &, adopt_lock_t);
  unique_lock(unique_lock &&) noexcept;
  unique_lock &operator=(unique_lock &&) noexcept;
  ~unique_lock();
  void lock();
  void unlock();
  bool try_lock();
  bool owns_lock() const noexcept;
  explicit operator bool() const noexcept;
  M *release() noexcept;
};
template <class T> struct optional {
  optional() noexcept;
  ~optional();
  T &operator*();
  T *operator->();
  T &value();
};
template <class T> struct unique_ptr {
  unique_ptr() noexcept;
  ~unique_ptr();
  T &operator*() const;
  T *operator->() const;
  T *get() const;
};
template <class A, class B> struct pair {
  A first;
  B second;
};

template <class R, class...> struct coroutine_traits {
  using promise_type = typename R::promise_type;
};
template <class P = void> struct coroutine_handle;
template <> struct coroutine_handle<void> {
  static coroutine_handle from_address(void *) noexcept;
  void *address() const noexcept;
  void resume() const;
  void operator()() const;
};
template <class P> struct coroutine_handle {
  static coroutine_handle from_address(void *) noexcept;
  void *address() const noexcept;
  operator coroutine_handle<>() const noexcept;
  void resume() const;
};
struct suspend_always {
  bool await_ready() const noexcept { return false; }
  void await_suspend(coroutine_handle<>) const noexcept {}
  void await_resume() const noexcept {}
};
struct suspend_never {
  bool await_ready() const noexcept { return true; }
  void await_suspend(coroutine_handle<>) const noexcept {}
  void await_resume() const noexcept {}
};
} // namespace std

template <class T> struct awaits {
  bool await_ready() const noexcept;
  void await_suspend(std::coroutine_handle<>) const noexcept;
  T await_resume();
};
struct task : awaits<void> {
  struct promise_type {
    task get_return_object();
    std::suspend_always initial_suspend() noexcept;
    std::suspend_always final_suspend() noexcept;
    void unhandled_exception();
    void return_void();
  };
};
task work();
awaits<int> get();
awaits<bool> ready();
)cpp";

/// Every node of a kind below `S`, in source order.
template <class Node>
void collect(const clang::Stmt *S, std::vector<const Node *> &Into) {
  if (!S)
    return;
  if (const auto *N = clang::dyn_cast<Node>(S))
    Into.push_back(N);
  for (const clang::Stmt *Child : S->children())
    collect(Child, Into);
}
template <class Node> std::vector<const Node *> all(const clang::Stmt &S) {
  std::vector<const Node *> Found;
  collect(&S, Found);
  return Found;
}

class Snippet {
public:
  explicit Snippet(const std::string &Code)
      : AST(clang::tooling::buildASTFromCodeWithArgs(Prelude + Code,
                                                     {"-std=c++20", "-w"})) {
    EXPECT_EQ(0u, AST->getDiagnostics().getNumErrors()) << Code;
  }

  /// The function of that name that has a body.
  const clang::FunctionDecl &function(const std::string &Name = "test") const {
    using namespace clang::ast_matchers;
    return find<clang::FunctionDecl>(
        functionDecl(hasName(Name), isDefinition()).bind("found"));
  }
  const clang::FunctionDecl &
  declaration(const std::string &Name = "test") const {
    using namespace clang::ast_matchers;
    return find<clang::FunctionDecl>(functionDecl(hasName(Name)).bind("found"));
  }
  const clang::VarDecl &variable(const std::string &Name) const {
    using namespace clang::ast_matchers;
    return find<clang::VarDecl>(varDecl(hasName(Name)).bind("found"));
  }
  clang::QualType typeOf(const std::string &Name) const {
    return variable(Name).getType();
  }
  const clang::CXXRecordDecl &record(const std::string &Name) const {
    using namespace clang::ast_matchers;
    return find<clang::CXXRecordDecl>(
        cxxRecordDecl(hasName(Name), isDefinition()).bind("found"));
  }

private:
  template <class Node, class Matcher>
  const Node &find(const Matcher &M) const {
    const auto *Found = clang::ast_matchers::selectFirst<Node>(
        "found", clang::ast_matchers::match(M, AST->getASTContext()));
    if (!Found)
      llvm::report_fatal_error("the snippet lacks what the test asks for");
    return *Found;
  }

  std::unique_ptr<clang::ASTUnit> AST;
};

/// What the user wrote, of a coroutine too.
inline const clang::Stmt &userBody(const clang::FunctionDecl &F) {
  if (const auto *Frame =
          clang::dyn_cast<clang::CoroutineBodyStmt>(F.getBody()))
    return *Frame->getBody();
  return *F.getBody();
}

/// The models that the product ships.
inline std::shared_ptr<const Models> shippedModels() {
  llvm::Expected<std::shared_ptr<const Models>> M = Models::load({});
  EXPECT_TRUE(static_cast<bool>(M)) << llvm::toString(M.takeError());
  return M ? *M : nullptr;
}

} // namespace corolint

#endif // COROLINT_TEST_ANALYSIS_SNIPPET_H
