// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What models answer for declarations, and what is said of a bad model file.

#include "models/Models.h"
#include "clang/ASTMatchers/ASTMatchFinder.h"
#include "clang/ASTMatchers/ASTMatchers.h"
#include "clang/Frontend/ASTUnit.h"
#include "clang/Tooling/Tooling.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/raw_ostream.h"
#include "gtest/gtest.h"

using namespace corolint;
using namespace clang;
using namespace clang::ast_matchers;

namespace {

//===-- A snippet and what it declares ------------------------------------===//

/// Code in which a variable `it` has the type in question, or `test()` calls
/// the function in question.
class Snippet {
public:
  explicit Snippet(const std::string &Code)
      : AST(tooling::buildASTFromCodeWithArgs(Code, {"-std=c++20"})) {
    EXPECT_EQ(0u, AST->getDiagnostics().getNumErrors()) << Code;
  }

  const CXXRecordDecl &type() const {
    const auto *It = find<VarDecl>(varDecl(hasName("it")).bind("found"));
    return *It->getType()->getAsCXXRecordDecl();
  }

  const FunctionDecl &callee() const {
    const auto *Call = find<CallExpr>(
        callExpr(hasAncestor(functionDecl(hasName("test")))).bind("found"));
    return *Call->getDirectCallee();
  }

  const Decl &declaration(const std::string &Name) const {
    return *find<NamedDecl>(namedDecl(hasName(Name)).bind("found"));
  }

private:
  template <typename Node, typename Matcher>
  const Node *find(const Matcher &M) const {
    const auto *Found =
        selectFirst<Node>("found", match(M, AST->getASTContext()));
    EXPECT_NE(nullptr, Found);
    return Found;
  }

  std::unique_ptr<ASTUnit> AST;
};

/// A model file that lives as long as the test.
class File {
public:
  explicit File(llvm::StringRef Text) {
    int Descriptor;
    EXPECT_FALSE(
        llvm::sys::fs::createTemporaryFile("model", "yaml", Descriptor, Path));
    llvm::raw_fd_ostream(Descriptor, /*shouldClose=*/true) << Text;
  }
  ~File() { llvm::sys::fs::remove(Path); }

  std::string path() const { return Path.str().str(); }

private:
  llvm::SmallString<128> Path;
};

std::shared_ptr<const Models> load(const std::vector<std::string> &Paths = {}) {
  llvm::Expected<std::shared_ptr<const Models>> M = Models::load(Paths);
  EXPECT_TRUE(static_cast<bool>(M)) << llvm::toString(M.takeError());
  return M ? *M : nullptr;
}

std::string lockable(const std::string &Code, const Models &M = *load()) {
  Snippet S(Code);
  const LockableModel *L = M.lockable(S.type());
  return L ? L->Type.str() : "none";
}

std::string guard(const std::string &Code, const Models &M = *load()) {
  Snippet S(Code);
  const GuardModel *G = M.guard(S.type());
  return G ? G->Type.str() : "none";
}

std::string function(const std::string &Code, const Models &M = *load()) {
  Snippet S(Code);
  const FunctionModel *F = M.function(S.callee());
  return F ? F->Name.str() : "none";
}

//===-- How a declaration is found ----------------------------------------===//

TEST(Lookup, ByQualifiedName) {
  EXPECT_EQ("std::mutex", lockable("namespace std { class mutex {}; }"
                                   "std::mutex it;"));
  EXPECT_EQ("none", lockable("class mutex {}; mutex it;"));
  EXPECT_EQ("none", lockable("namespace mine { class mutex {}; }"
                             "mine::mutex it;"));
  EXPECT_EQ("none",
            lockable("namespace mine { namespace std { class mutex {}; } }"
                     "mine::std::mutex it;"));
  EXPECT_EQ("none", lockable("namespace std { struct outer { class mutex {}; };"
                             "} std::outer::mutex it;"));
}

TEST(Lookup, ThroughUsingAndAliases) {
  std::string Mutex = "namespace std { class mutex {}; }";
  EXPECT_EQ("std::mutex", lockable(Mutex + "using std::mutex; mutex it;"));
  EXPECT_EQ("std::mutex", lockable(Mutex + "using namespace std; mutex it;"));
  EXPECT_EQ("std::mutex", lockable(Mutex + "using M = std::mutex; M it;"));
  EXPECT_EQ("std::mutex",
            lockable(Mutex + "namespace s = std; typedef s::mutex M; M it;"));
  EXPECT_EQ("std::mutex", lockable(Mutex + "std::mutex a; decltype(a) it;"));
  EXPECT_EQ("std::mutex", lockable(Mutex + "auto f() { return std::mutex(); }"
                                           "auto it = f();"));
}

TEST(Lookup, IgnoresInlineAndAnonymousNamespaces) {
  EXPECT_EQ("std::mutex",
            lockable("namespace std { inline namespace __1 { class mutex {}; } "
                     "} std::mutex it;"));
  EXPECT_EQ("absl::Mutex",
            lockable("namespace absl { inline namespace lts_20240722 {"
                     "inline namespace debug { class Mutex {}; } } }"
                     "absl::Mutex it;"));
  EXPECT_EQ("std::mutex", lockable("namespace std { namespace { class mutex {};"
                                   "} } std::mutex it;"));
  // A namespace that is not inline is part of the name.
  EXPECT_EQ("none", lockable("namespace std { namespace v2 { class mutex {}; } "
                             "} std::v2::mutex it;"));
  EXPECT_EQ("unifex::v2::async_mutex",
            lockable("namespace unifex { namespace v2 { class async_mutex {}; }"
                     "} unifex::v2::async_mutex it;"));
}

TEST(Lookup, AUserMayNameAnInlineNamespace) {
  File F("lockables:\n  - {type: mine::v1::mutex, owner: thread}\n");
  EXPECT_EQ("mine::v1::mutex",
            lockable("namespace mine { inline namespace v1 { class mutex {}; } "
                     "} mine::mutex it;",
                     *load({F.path()})));
}

TEST(Lookup, OfCTypesAndFunctions) {
  // glibc's are unnamed unions, which take their name from the typedef.
  std::string PThread = "extern \"C\" {"
                        "typedef union { int i; } pthread_mutex_t;"
                        "int pthread_mutex_lock(pthread_mutex_t *); }";
  EXPECT_EQ("pthread_mutex_t", lockable(PThread + "pthread_mutex_t it;"));
  EXPECT_EQ("pthread_mutex_lock",
            function(PThread + "pthread_mutex_t m;"
                               "void test() { ::pthread_mutex_lock(&m); }"));
  EXPECT_EQ("none", function("namespace mine { void pthread_mutex_lock(int); }"
                             "void test() { mine::pthread_mutex_lock(1); }"));
}

TEST(Lookup, SpecializationsAnswerForTheirTemplate) {
  std::string Lock = "namespace std { class mutex {};"
                     "template <class M> struct unique_lock { void unlock();"
                     "  template <class D> bool try_lock_for(D); };"
                     "template <> struct unique_lock<int> { void unlock(); };"
                     "template <class T> struct unique_lock<T *> {"
                     "  void unlock(); }; }";
  EXPECT_EQ("std::unique_lock", guard(Lock + "std::unique_lock<char> it;"));
  EXPECT_EQ("std::unique_lock", guard(Lock + "std::unique_lock<int> it;"));
  EXPECT_EQ("std::unique_lock", guard(Lock + "std::unique_lock<int *> it;"));
  for (std::string Argument : {"std::mutex", "int", "int *"})
    EXPECT_EQ("std::unique_lock::unlock",
              function(Lock + "void test(std::unique_lock<" + Argument +
                       "> &l) { l.unlock(); }"));
  EXPECT_EQ("std::unique_lock::try_lock_for",
            function(Lock + "void test(std::unique_lock<char> &l) {"
                            "l.try_lock_for(1); }"));
  EXPECT_EQ("std::lock", function("namespace std { template <class... M>"
                                  "void lock(M &...); }"
                                  "void test(int a, int b) {"
                                  "std::lock(a, b); }"));
}

TEST(Lookup, MembersOfClassTemplates) {
  EXPECT_EQ("folly::SharedMutexImpl::ReadHolder",
            guard("namespace folly { template <bool> struct SharedMutexImpl {"
                  "  class ReadHolder {}; };"
                  "using SharedMutex = SharedMutexImpl<false>; }"
                  "folly::SharedMutex::ReadHolder it;"));
}

TEST(Lookup, AnInheritedMethodIsNamedByItsClass) {
  std::string Code = "namespace std { struct mutex { void lock(); }; }"
                     "struct Mine : std::mutex {";
  EXPECT_EQ("std::mutex::lock",
            function(Code + "}; void test(Mine &m) { m.lock(); }"));
  EXPECT_EQ("std::mutex::lock",
            function(Code + "using std::mutex::lock; };"
                            "void test(Mine &m) { m.lock(); }"));
  EXPECT_EQ("none", function(Code + "void lock(); };"
                                    "void test(Mine &m) { m.lock(); }"));
  EXPECT_EQ("none", lockable(Code + "}; Mine it;"));
}

TEST(Lookup, ThroughOverriddenMethods) {
  File F("lockables:\n"
         "  - {type: Lockable, owner: thread, acquires: [lock]}\n");
  EXPECT_EQ("Lockable::lock",
            function("struct Lockable { virtual void lock() = 0; };"
                     "struct A : Lockable { void lock() override; };"
                     "struct B : A { void lock() override; };"
                     "void test(B &b) { b.lock(); }",
                     *load({F.path()})));
}

TEST(Lookup, OfOperators) {
  File F("functions:\n"
         "  - {name: Guard::operator=, releases: this}\n"
         "  - {name: \"Guard::operator()\", acquires: this}\n"
         "  - {name: \"operator<<\", releases: 1}\n");
  std::shared_ptr<const Models> M = load({F.path()});
  std::string Guard = "struct Guard { Guard &operator=(int); void operator()();"
                      "}; void operator<<(Guard &, int);";
  EXPECT_EQ("Guard::operator=",
            function(Guard + "void test(Guard &g) { g = 1; }", *M));
  EXPECT_EQ("Guard::operator()",
            function(Guard + "void test(Guard &g) { g(); }", *M));
  EXPECT_EQ("operator<<",
            function(Guard + "void test(Guard &g) { g << 1; }", *M));
  EXPECT_EQ("none", function("struct Other { Other &operator=(int); };"
                             "void test(Other &o) { o = 1; }",
                             *M));
}

TEST(Lookup, NothingForWhatIsLocalOrUnnamed) {
  EXPECT_EQ("none", lockable("auto f() { class sem_t {}; return sem_t(); }"
                             "auto it = f();"));
  EXPECT_EQ("none", lockable("auto it = [] {};"));
  EXPECT_EQ("none", lockable("struct { int i; } it;"));
}

//===-- Facts -------------------------------------------------------------===//

TEST(Facts, OfTheStandardLibrary) {
  std::shared_ptr<const Models> M = load();
  Snippet Semaphore("namespace std { template <int> struct counting_semaphore {"
                    "void acquire(); }; using binary_semaphore ="
                    "counting_semaphore<1>; } std::binary_semaphore it;"
                    "void test() { it.acquire(); }");
  const LockableModel *L = M->lockable(Semaphore.type());
  ASSERT_NE(nullptr, L);
  EXPECT_TRUE(L->IsSemaphore);
  EXPECT_EQ(LockOwner::Thread, L->Owner);

  const FunctionModel *Acquire = M->function(Semaphore.callee());
  ASSERT_NE(nullptr, Acquire);
  ASSERT_EQ(1u, Acquire->Operands.size());
  EXPECT_EQ(ImplicitObject, Acquire->Operands[0].Argument);
  EXPECT_EQ(LockEffect::Acquire, Acquire->Operands[0].Effect);

  Snippet TryLock("namespace std { template <class... M> int try_lock(M &...); "
                  "} void test(int a, int b) { std::try_lock(a, b); }");
  const FunctionModel *Try = M->function(TryLock.callee());
  ASSERT_NE(nullptr, Try);
  EXPECT_EQ(EveryArgument, Try->Operands[0].Argument);
  EXPECT_EQ(LockEffect::TryAcquire, Try->Operands[0].Effect);
  EXPECT_EQ(LockSuccess::MinusOne, Try->Success);

  Snippet Release("namespace std { template <class M> struct unique_lock {"
                  "M *release(); }; }"
                  "void test(std::unique_lock<int> &l) { l.release(); }");
  EXPECT_EQ(LockEffect::Abandon,
            M->function(Release.callee())->Operands[0].Effect);

  Snippet Defer("namespace std { struct defer_lock_t {}; }"
                "std::defer_lock_t it;");
  ASSERT_NE(nullptr, M->tag(Defer.type()));
  EXPECT_EQ(LockEffect::Defer, M->tag(Defer.type())->Effect);
}

TEST(Facts, ArgumentsCountFromOneInFilesAndFromZeroInCode) {
  Snippet S("struct C; struct M; extern \"C\" int pthread_cond_wait(C *, M *);"
            "void test() { pthread_cond_wait(nullptr, nullptr); }");
  const FunctionModel *F = load()->function(S.callee());
  ASSERT_NE(nullptr, F);
  EXPECT_EQ(1, F->Operands[0].Argument);
  EXPECT_EQ(LockEffect::None, F->Operands[0].Effect);
}

TEST(Facts, AGuardOfAnUnseenMutexHasItsOwner) {
  std::shared_ptr<const Models> M = load();
  Snippet Plain("namespace std { template <class M> struct lock_guard {}; }"
                "std::lock_guard<int> it;");
  EXPECT_EQ(GuardModel::FromArguments, M->guard(Plain.type())->Lockables);
  Snippet Async("namespace cppcoro { struct async_mutex_lock {}; }"
                "cppcoro::async_mutex_lock it;");
  EXPECT_EQ(GuardModel::Fixed, M->guard(Async.type())->Lockables);
  EXPECT_EQ(LockOwner::Coroutine, M->guard(Async.type())->Owner);
}

//===-- Libraries ---------------------------------------------------------===//

TEST(Library, IsTheInnermostNamespaceThatIsKnown) {
  std::shared_ptr<const Models> M = load();
  Snippet S("namespace boost { struct a; namespace detail { struct b; }"
            "namespace asio { struct c; namespace ip { struct d; } }"
            "namespace { struct e; } inline namespace v1 { struct f; }"
            "struct g { struct h; }; }"
            "namespace mine { namespace boost { struct i; } struct j; }"
            "struct k;");
  auto library = [&](const char *Name) {
    const LibraryModel *L = M->library(S.declaration(Name));
    return L ? L->Name.str() : "none";
  };
  EXPECT_EQ("Boost", library("::boost"));
  EXPECT_EQ("Boost", library("a"));
  EXPECT_EQ("Boost", library("b"));
  EXPECT_EQ("Asio", library("c"));
  EXPECT_EQ("Asio", library("d"));
  EXPECT_EQ("Boost", library("e"));
  EXPECT_EQ("Boost", library("f"));
  EXPECT_EQ("Boost", library("h"));
  EXPECT_EQ("none", library("i"));
  EXPECT_EQ("none", library("j"));
  EXPECT_EQ("none", library("k"));
}

TEST(Library, NamesItsAwaitableMutex) {
  std::shared_ptr<const Models> M = load();
  Snippet S("namespace folly { struct a; } namespace boost { struct b; }");
  EXPECT_EQ("folly::coro::Mutex", M->library(S.declaration("a"))->AsyncMutex);
  EXPECT_EQ("", M->library(S.declaration("b"))->AsyncMutex);
}

//===-- Files of the user's -----------------------------------------------===//

TEST(UserFiles, OverrideTheShippedTablesAndEachOther) {
  Snippet Mutex("namespace std { struct mutex {}; } std::mutex it;");
  File None("lockables:\n  - {type: std::mutex, owner: none}\n");
  File Coroutine("lockables:\n  - {type: '::std::mutex', owner: coroutine,"
                 " instead: mine::mutex}\n");
  auto owner = [&](const std::vector<std::string> &Paths) {
    return load(Paths)->lockable(Mutex.type())->Owner;
  };
  EXPECT_EQ(LockOwner::Thread, owner({}));
  EXPECT_EQ(LockOwner::None, owner({None.path()}));
  EXPECT_EQ(LockOwner::Coroutine, owner({None.path(), Coroutine.path()}));
  EXPECT_EQ(LockOwner::None, owner({Coroutine.path(), None.path()}));
  EXPECT_EQ("mine::mutex",
            load({Coroutine.path()})->lockable(Mutex.type())->Instead);
}

TEST(UserFiles, OverrideMethodsOneByOne) {
  File F("functions:\n  - {name: std::unique_lock::release, releases: this}\n");
  std::shared_ptr<const Models> M = load({F.path()});
  std::string Lock = "namespace std { template <class M> struct unique_lock {"
                     "M *release(); void unlock(); }; }"
                     "void test(std::unique_lock<int> &l) { l.";
  Snippet Release(Lock + "release(); }"), Unlock(Lock + "unlock(); }");
  EXPECT_EQ(LockEffect::Release,
            M->function(Release.callee())->Operands[0].Effect);
  EXPECT_EQ(LockEffect::Release,
            M->function(Unlock.callee())->Operands[0].Effect);
}

TEST(UserFiles, DescribeALibraryAnew) {
  File F("library: ours\nnamespaces: [ours, 'deep::down']\n"
         "async-mutex: ours::mutex\n");
  File G("library: folly\nnamespaces: [facebook]\n");
  std::shared_ptr<const Models> M = load({F.path(), G.path()});
  Snippet S("namespace ours { struct a; } namespace deep { struct b;"
            "namespace down { struct c; } }"
            "namespace folly { struct d; } namespace facebook { struct e; }");
  EXPECT_EQ("ours::mutex", M->library(S.declaration("a"))->AsyncMutex);
  EXPECT_EQ(nullptr, M->library(S.declaration("b")));
  EXPECT_EQ("ours", M->library(S.declaration("c"))->Name);
  // The namespace is added; what is not said again stays.
  EXPECT_EQ("folly", M->library(S.declaration("d"))->Name);
  EXPECT_EQ("folly::coro::Mutex", M->library(S.declaration("e"))->AsyncMutex);
}

TEST(UserFiles, MayBeEmpty) {
  File Nothing(""), Comment("# later\n"), NoList("lockables:\n");
  EXPECT_NE(nullptr, load({Nothing.path(), Comment.path(), NoList.path()}));
}

//===-- Mistakes ----------------------------------------------------------===//

/// The message for a file, from its line on: "2:5: error: …".
std::string mistake(llvm::StringRef Text) {
  File F(Text);
  llvm::Expected<std::shared_ptr<const Models>> M = Models::load({F.path()});
  if (M)
    return "none";
  std::string Message = llvm::toString(M.takeError());
  llvm::StringRef Rest = Message;
  EXPECT_TRUE(Rest.consume_front(F.path() + ":")) << Message;
  return Rest.str();
}

TEST(Mistakes, InKeys) {
  EXPECT_EQ("2:1: error: unknown key 'guard'",
            mistake("library: a\n"
                    "guard:\n  - {type: A}\n"));
  EXPECT_EQ("4:5: error: unknown key 'oops'",
            mistake("lockables:\n  - type: A\n    owner: thread\n"
                    "    oops: 1\n"));
  EXPECT_EQ("2:5: error: missing required key 'type'",
            mistake("lockables:\n  - owner: thread\n"));
  EXPECT_EQ("2:6: error: missing required key 'owner'",
            mistake("lockables:\n  - {type: A}\n"));
  EXPECT_EQ("2:6: error: missing required key 'effect'",
            mistake("tags:\n  - {type: A}\n"));
  EXPECT_EQ("2:6: error: missing required key 'name'",
            mistake("functions:\n  - {acquires: 1}\n"));
  EXPECT_EQ("2:25: error: duplicated mapping key 'tries'",
            mistake("functions:\n  - {name: f, tries: 1, tries: 2}\n"));
  EXPECT_EQ("1:1: error: 'namespaces' and 'async-mutex' need 'library', its "
            "name",
            mistake("namespaces: [a]\n"));
}

TEST(Mistakes, InValues) {
  EXPECT_EQ("3:12: error: unknown owner: expected 'thread', 'coroutine' or "
            "'none'",
            mistake("lockables:\n  - type: A\n    owner: nobody\n"));
  EXPECT_EQ("2:23: error: unknown effect: expected 'defer', 'adopt' or 'try'",
            mistake("tags:\n  - {type: A, effect: maybe}\n"));
  EXPECT_EQ("2:34: error: unknown success: expected 'true', 'zero' or "
            "'minus-one'",
            mistake("functions:\n  - {name: f, tries: 1, success: one}\n"));
  EXPECT_EQ("2:39: error: invalid boolean",
            mistake("lockables:\n  - {type: A, owner: none, semaphore: maybe}"
                    "\n"));
  for (const char *Bad : {"0", "-1", "that", "[that]", "{x: 1}"})
    EXPECT_TRUE(
        llvm::StringRef(mistake("functions:\n  - {name: f, acquires: " +
                                std::string(Bad) + "}\n"))
            .ends_with(": error: expected an argument's number, counted "
                       "from 1, or 'this' or 'all'"))
        << Bad;
  EXPECT_EQ("2:29: error: expected an argument's number, counted from 1, or "
            "'this' or 'all'",
            mistake("functions:\n  - {name: f, acquires: [1, that]}\n"));
  EXPECT_EQ("2:6: error: says nothing about the call: expected 'acquires', "
            "'tries', 'releases', 'abandons' or 'leaves'",
            mistake("functions:\n  - {name: f}\n"));
  EXPECT_EQ("2:6: error: 'success' needs 'tries'",
            mistake("functions:\n  - {name: f, acquires: 1, success: zero}"
                    "\n"));
}

TEST(Mistakes, InNames) {
  EXPECT_EQ("2:12: error: write the name without template arguments: a model "
            "speaks for every specialization",
            mistake("guards:\n  - {type: std::unique_lock<int>}\n"));
  EXPECT_EQ("2:12: error: write the name without parameters: a model speaks "
            "for every overload",
            mistake("functions:\n  - {name: \"f(int)\", acquires: 1}\n"));
  for (const char *Bad : {"'std:::mutex'", "'std::'", "''", "'class M'"})
    EXPECT_EQ("2:12: error: expected a qualified name, as in 'std::mutex'",
              mistake("guards:\n  - {type: " + std::string(Bad) + "}\n"))
        << Bad;
}

TEST(Mistakes, InStructure) {
  EXPECT_EQ("4:5: error: 'A' is described twice in this file",
            mistake("guards:\n  - type: A\n  - type: B\n  - type: A\n"));
  EXPECT_EQ("4:6: error: 'A::unlock' is described twice in this file",
            mistake("guards:\n  - {type: A, releases: [unlock]}\n"
                    "functions:\n  - {name: A::unlock, leaves: this}\n"));
  EXPECT_EQ("1:12: error: not a sequence", mistake("lockables: 3\n"));
  EXPECT_EQ("1:1: error: not a mapping", mistake("- a\n- b\n"));
  EXPECT_EQ("2:28: error: Unexpected token. Expected Key, Flow Entry, or Flow "
            "Mapping End.",
            mistake("lockables:\n  - {type: A, owner: thread\n"));
  EXPECT_EQ("3:1: error: a model file is one YAML document",
            mistake("library: a\n---\nlibrary: b\n"));
}

TEST(Mistakes, OnlyTheFirstFilesFirstIsTold) {
  File Good("library: a\n"), Bad("one: 1\ntwo: 2\n"), Worse("three: 3\n");
  llvm::Expected<std::shared_ptr<const Models>> M =
      Models::load({Good.path(), Bad.path(), Worse.path()});
  ASSERT_FALSE(static_cast<bool>(M));
  EXPECT_EQ(Bad.path() + ":1:1: error: unknown key 'one'",
            llvm::toString(M.takeError()));
}

TEST(Mistakes, AFileThatCannotBeRead) {
  llvm::Expected<std::shared_ptr<const Models>> M =
      Models::load({"no/such/model.yaml"});
  ASSERT_FALSE(static_cast<bool>(M));
  EXPECT_EQ("no/such/model.yaml: error: cannot read model file: No such file "
            "or directory",
            llvm::toString(M.takeError()));
}

} // namespace
