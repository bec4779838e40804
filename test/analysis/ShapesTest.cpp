// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What types are, told from what they can do.

#include "Snippet.h"

using namespace corolint;
using namespace clang;

namespace {

/// Code in which a variable `it` has the type in question.
struct Shaped {
  explicit Shaped(const std::string &Code)
      : S(Code), M(shippedModels()), Of(*M), It(S.typeOf("it")) {}

  Snippet S;
  std::shared_ptr<const Models> M;
  Shapes Of;
  QualType It;
};

std::string print(LockOwner O) {
  return O == LockOwner::Thread      ? "thread"
         : O == LockOwner::Coroutine ? "coroutine"
                                     : "none";
}

/// Who owns a lock of `it`; "no" if it is no lockable.
std::string lockable(const std::string &Code) {
  Shaped S(Code);
  std::optional<LockOwner> O = S.Of.lockable(S.It);
  return O ? print(*O) : "no";
}

/// Who owns what the guard `it` holds; "no" if it is no guard.
std::string guard(const std::string &Code) {
  Shaped S(Code);
  return S.Of.isGuard(S.It) ? print(S.Of.guarded(S.It)) : "no";
}

/// The guard's lockable, or the guard in a wrapper; empty if there is none.
std::string print(QualType T) {
  const CXXRecordDecl *R = classOf(T);
  return R ? R->getNameAsString() : "";
}
std::string within(const std::string &Code) {
  Shaped S(Code);
  return print(S.Of.guardWithin(S.It));
}

//===-- Lockables ---------------------------------------------------------===//

TEST(Lockables, ByTheirOperations) {
  EXPECT_EQ("thread", lockable("struct M { void lock(); void unlock(); } it;"));
  EXPECT_EQ("thread", lockable("struct M { void Lock(); void Unlock(); } it;"));
  EXPECT_EQ("thread", lockable("struct M { void lock_shared();"
                               "void unlock_shared(); } it;"));
  EXPECT_EQ("no", lockable("struct M { void lock(); } it;"));
  EXPECT_EQ("no", lockable("struct M { void unlock(); } it;"));
  // A door is locked with a key.
  EXPECT_EQ("no", lockable("struct M { void lock(int key); void unlock(int); }"
                           "it;"));
}

TEST(Lockables, ByModelAndBase) {
  EXPECT_EQ("thread", lockable("std::mutex it;"));
  EXPECT_EQ("thread", lockable("struct M : std::mutex {} it;"));
  EXPECT_EQ("no", lockable("struct M {} it;"));
}

TEST(Lockables, ThatDoNothingAreOwnedByNobody) {
  EXPECT_EQ("none", lockable("struct M { void lock() {} void unlock() {} }"
                             "it;"));
  EXPECT_EQ("thread", lockable("struct M { void lock(); void unlock() {} }"
                               "it;"));
}

TEST(Lockables, ThatAreAwaitedBelongToTheCoroutine) {
  EXPECT_EQ("coroutine", lockable("struct M { task lock(); void unlock(); }"
                                  "it;"));
  EXPECT_EQ("coroutine", lockable("struct M { task scoped_lock_async();"
                                  "bool try_lock(); void unlock(); } it;"));
  EXPECT_EQ("no", lockable("struct M { task lock(); } it;"));
}

TEST(Lockables, ByFollysMarkerUnlessItIsFalse) {
  std::string Code = "struct M { using folly_coro_aware_mutex = std::";
  std::string Rest = "; void lock(); void unlock(); } it;";
  EXPECT_EQ("coroutine", lockable(Code + "true_type" + Rest));
  EXPECT_EQ("thread", lockable(Code + "false_type" + Rest));
}

TEST(Lockables, ByAttribute) {
  EXPECT_EQ("thread", lockable("struct __attribute__((capability(\"mutex\")))"
                               "M { void enter(); } it;"));
  EXPECT_EQ("no", lockable("struct __attribute__((capability(\"role\")))"
                           "M { void enter(); } it;"));
}

TEST(Lockables, NotWhatMerelyContainsOne) {
  EXPECT_EQ("no", lockable("struct C { std::mutex mu; void f(); } it;"));
}

//===-- Guards ------------------------------------------------------------===//

const char Mine[] = "template <class M> struct Guard { M &m; Guard(M &m) : m(m)"
                    " { m.lock(); } ~Guard() { m.unlock(); } };";

TEST(Guards, ByModel) {
  EXPECT_EQ("thread", guard("std::mutex m; std::lock_guard it(m);"));
  EXPECT_EQ("thread", guard("std::unique_lock<std::mutex> it;"));
  EXPECT_EQ("none", guard("struct M { void lock() {} void unlock() {} };"
                          "std::unique_lock<M> it;"));
  EXPECT_EQ("no", guard("std::optional<int> it;"));
}

TEST(Guards, ByADestructorThatUnlocks) {
  EXPECT_EQ("thread", guard(std::string(Mine) +
                            "std::mutex m; Guard<std::mutex> it(m);"));
  EXPECT_EQ("thread",
            guard("struct G { std::mutex *m; ~G() { if (m) m->unlock(); } }"
                  "it;"));
  EXPECT_EQ("thread", guard("struct G { std::mutex *m; ~G() { end(); }"
                            "void end() { m->unlock(); } } it;"));
  EXPECT_EQ("no", guard("struct G { std::mutex *m; ~G() { m->lock(); } } it;"));
  EXPECT_EQ("no", guard("struct G { std::mutex *m; ~G(); } it;"));
  EXPECT_EQ("no", guard("struct G { std::mutex *m; } it;"));
}

TEST(Guards, NotWhatUnlocksAMutexOfItsOwn) {
  EXPECT_EQ("no", guard("struct G { std::mutex m; ~G() { m.lock();"
                        "m.unlock(); } } it;"));
}

TEST(Guards, ByAttributeAndBase) {
  EXPECT_EQ("thread", guard("struct __attribute__((scoped_lockable)) G {"
                            "G(std::mutex &); ~G(); };"
                            "std::mutex m; G it(m);"));
  EXPECT_EQ("no", guard("struct G { G(std::mutex &); ~G(); };"
                        "std::mutex m; G it(m);"));
  EXPECT_EQ("thread", guard("struct G : std::unique_lock<std::mutex> {} it;"));
}

TEST(Guards, AreHeldByValue) {
  EXPECT_EQ("no", guard("std::unique_lock<std::mutex> *it;"));
  EXPECT_EQ("no", guard("std::unique_lock<std::mutex> l; auto &it = l;"));
}

TEST(Guards, NameTheirLockable) {
  Shaped Plain("std::unique_lock<std::mutex> it;");
  EXPECT_EQ("mutex", print(Plain.Of.lockableOf(Plain.It)));
  Shaped Written("struct G { std::mutex *m; ~G() { m->unlock(); } } it;");
  EXPECT_EQ("mutex", print(Written.Of.lockableOf(Written.It)));
}

TEST(GuardsWithin, OwnersAndAggregates) {
  // Owners make their guards, so that the guards' classes are whole.
  std::string Whole = "std::unique_lock<std::mutex> other;";
  for (std::string Type :
       {"std::unique_lock<std::mutex> it;",
        "std::optional<std::unique_lock<std::mutex>> it;",
        "std::unique_ptr<std::unique_lock<std::mutex>> it;",
        "struct W { int i; std::unique_lock<std::mutex> l; } it;",
        "struct W : std::optional<std::unique_lock<std::mutex>> {} it;",
        "std::pair<int, std::unique_lock<std::mutex>> it;",
        "std::unique_lock<std::mutex> it[2];"})
    EXPECT_EQ("unique_lock", within(Whole + Type)) << Type;
}

TEST(GuardsWithin, NotWhatIsOnlyReferredTo) {
  for (std::string Type :
       {"std::optional<std::mutex> it;", "std::pair<int, std::mutex *> it;",
        "struct W { std::mutex m; } it;",
        "struct W { std::unique_lock<std::mutex> *l; } it;",
        "std::unique_lock<std::mutex> *it;"})
    EXPECT_EQ("", within(Type)) << Type;
}

//===-- Guard construction and tags ---------------------------------------===//

GuardConstruction construction(const std::string &Code) {
  Shaped S(Code);
  return S.Of.construction(
      *cast<CXXConstructExpr>(core(S.S.variable("it").getInit()))
           ->getConstructor());
}

TEST(GuardConstructors, DoWhatTheirBodiesDo) {
  std::string Head = "struct G { std::mutex *m; ~G() { m->unlock(); }"
                     "G(std::mutex &m)";
  std::string Tail = " }; std::mutex m; G it(m);";
  EXPECT_EQ(GuardConstruction::Acquire,
            construction(Head + ": m(&m) { m.lock(); }" + Tail));
  EXPECT_EQ(GuardConstruction::TryAcquire,
            construction(Head + ": m(&m) { m.try_lock(); }" + Tail));
  EXPECT_EQ(GuardConstruction::Adopt, construction(Head + ": m(&m) {}" + Tail));
  EXPECT_EQ(GuardConstruction::Unknown, construction(Head + ";" + Tail));
}

TEST(GuardConstructors, ThatDecideAreNotKnown) {
  std::string Head = "struct G { std::mutex *m; ~G() { m->unlock(); }"
                     "G(std::mutex &m, bool b) : m(&m) { if (";
  std::string Tail = ") m.lock(); } }; std::mutex m; G it(m, true);";
  EXPECT_EQ(GuardConstruction::Unknown, construction(Head + "b" + Tail));
  EXPECT_EQ(GuardConstruction::Acquire, construction(Head + "this->m" + Tail));
}

TEST(GuardConstructors, PassOnTheTagOfTheirBase) {
  std::string Head = "struct G : std::unique_lock<std::mutex> {"
                     "G(std::mutex &m) : unique_lock(m";
  std::string Tail = ") {} }; std::mutex m; G it(m);";
  EXPECT_EQ(GuardConstruction::Acquire, construction(Head + Tail));
  EXPECT_EQ(GuardConstruction::Defer,
            construction(Head + ", std::defer_lock" + Tail));
  EXPECT_EQ(GuardConstruction::Adopt,
            construction(Head + ", std::adopt_lock" + Tail));
  EXPECT_EQ(GuardConstruction::TryAcquire,
            construction(Head + ", std::try_to_lock" + Tail));
}

TEST(GuardConstructors, Tags) {
  auto Tag = [](const std::string &Type) {
    Shaped S(Type + " it;");
    return S.Of.tag(S.It);
  };
  EXPECT_EQ(LockEffect::Defer, Tag("std::defer_lock_t"));
  EXPECT_EQ(LockEffect::Adopt, Tag("std::adopt_lock_t"));
  EXPECT_EQ(LockEffect::TryAcquire, Tag("std::try_to_lock_t"));
  EXPECT_EQ(std::nullopt, Tag("struct defer_lock_t {}"));
}

//===-- Awaitables and tasks ----------------------------------------------===//

bool isAwaitable(const std::string &Code) {
  Shaped S(Code);
  return S.Of.isAwaitable(S.It);
}

TEST(Awaitables, AreAwaiters) {
  EXPECT_TRUE(isAwaitable("awaits<int> it;"));
  EXPECT_TRUE(isAwaitable("task it;")); // by its base
  EXPECT_FALSE(isAwaitable("struct A { bool await_ready();"
                           "void await_resume(); } it;"));
  EXPECT_FALSE(isAwaitable("awaits<int> *it;"));
  EXPECT_FALSE(isAwaitable("int it;"));
}

TEST(Awaitables, HaveAnOperator) {
  EXPECT_TRUE(isAwaitable("struct A { task operator co_await(); } it;"));
  EXPECT_TRUE(isAwaitable("namespace n { struct A {};"
                          "task operator co_await(A); } n::A it;"));
  EXPECT_TRUE(isAwaitable("template <class T> struct A {};"
                          "template <class T> task operator co_await(A<T> &&);"
                          "A<int> it;"));
  EXPECT_FALSE(isAwaitable("namespace n { struct A {}; struct B {};"
                           "task operator co_await(A); } n::B it;"));
}

TEST(Awaitables, OfClassesThatNobodyNeededWhole) {
  EXPECT_TRUE(isAwaitable("template <class T> struct M { struct Operation {"
                          "bool await_ready(); void await_suspend("
                          "std::coroutine_handle<>); void await_resume(); };"
                          "Operation lock(); }; M<int> m;"
                          "using O = decltype(m.lock()); extern O it;"));
  EXPECT_FALSE(isAwaitable("template <class T> struct M { struct Operation {"
                           "bool await_ready(); }; Operation lock(); };"
                           "M<int> m; using O = decltype(m.lock());"
                           "extern O it;"));
}

TEST(Tasks, NameAPromise) {
  Shaped Task("task it;"), Awaiter("awaits<int> it;"),
      Traits("struct T {}; namespace std { template <> struct"
             " coroutine_traits<T> { struct promise_type {}; }; } T it;");
  EXPECT_TRUE(Task.Of.isTask(Task.It));
  EXPECT_FALSE(Awaiter.Of.isTask(Awaiter.It));
  EXPECT_TRUE(Traits.Of.isTask(Traits.It));
}

TEST(Tasks, StartLazilyOrAtOnce) {
  auto StartOf = [](const std::string &InitialSuspend) {
    Shaped S("struct T { struct promise_type { " + InitialSuspend +
             " }; } it;");
    return S.Of.startOf(S.It);
  };
  EXPECT_EQ(Start::Lazy, StartOf("std::suspend_always initial_suspend();"));
  EXPECT_EQ(Start::Eager, StartOf("std::suspend_never initial_suspend();"));
  EXPECT_EQ(Start::Unknown, StartOf("awaits<void> initial_suspend();"));
  EXPECT_EQ(Start::Unknown, StartOf(""));
  Shaped None("int it;");
  EXPECT_EQ(Start::Unknown, None.Of.startOf(None.It));
}

//===-- Lock calls --------------------------------------------------------===//

/// The effect of `test` on its first operand.
std::optional<LockEffect> effect(const std::string &Code,
                                 const std::string &Function) {
  Snippet S(Code);
  std::shared_ptr<const Models> M = shippedModels();
  Shapes Of(*M);
  const Shapes::LockCall *Call = Of.lockCall(S.declaration(Function));
  return Call ? std::optional<LockEffect>(Call->Operands.front().Effect)
              : std::nullopt;
}

TEST(LockCalls, OfLockables) {
  std::string M = "struct M { void lock(); void Unlock(); bool tryLock();"
                  "void other(); };";
  EXPECT_EQ(LockEffect::Acquire, effect(M, "M::lock"));
  EXPECT_EQ(LockEffect::Release, effect(M, "M::Unlock"));
  EXPECT_EQ(LockEffect::TryAcquire, effect(M, "M::tryLock"));
  EXPECT_EQ(std::nullopt, effect(M, "M::other"));
  EXPECT_EQ(std::nullopt, effect("struct M { void lock(); };", "M::lock"));
  EXPECT_EQ(std::nullopt, effect("void lock();", "::lock"));
}

TEST(LockCalls, ByAttribute) {
  std::string M = "struct M { void enter() __attribute__((acquire_capability"
                  ")); void leave() __attribute__((release_capability)); };";
  EXPECT_EQ(LockEffect::Acquire, effect(M, "M::enter"));
  EXPECT_EQ(LockEffect::Release, effect(M, "M::leave"));
}

TEST(LockCalls, OfAGuardsOwnWords) {
  std::string G = "struct G { std::mutex *m; ~G() { m->unlock(); }"
                  "void end() { m->unlock(); } std::mutex *release();"
                  "void other() {} };";
  EXPECT_EQ(LockEffect::Release, effect(G, "G::end"));
  EXPECT_EQ(LockEffect::Abandon, effect(G, "G::release"));
  EXPECT_EQ(std::nullopt, effect(G, "G::other"));
}

} // namespace
