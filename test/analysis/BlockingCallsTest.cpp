// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Which calls of a function block, and through whom.

#include "analysis/BlockingCalls.h"
#include "Snippet.h"
#include "llvm/ADT/StringExtras.h"

using namespace corolint;
using namespace clang;

namespace {

const char Blocking[] = R"cpp(
extern "C" unsigned sleep(unsigned);
extern "C" int fsync(int);
namespace std {
enum class future_status { ready, timeout, deferred };
template <class T> struct future {
  T get();
  future_status wait_for(int);
};
struct thread {
  template <class F> explicit thread(F) {}
  ~thread();
};
}
)cpp";

/// The calls of `test` that block, each with its chain.
std::string calls(const std::string &Code,
                  std::initializer_list<Tier> Of = {Tier::Bridge, Tier::Wait,
                                                    Tier::Io},
                  std::shared_ptr<const Models> Known = shippedModels()) {
  Snippet S(Blocking + Code);
  Analysis A(std::move(Known));
  BlockingCalls Calls(A);
  Tiers Wanted;
  for (Tier T : Of)
    Wanted.add(T);
  std::vector<std::string> Parts;
  for (const BlockingCall &Call : Calls.in(S.function(), Wanted)) {
    std::string Text = Call.Site->Name;
    for (const BlockingCall::Step &Step : Call.Chain)
      Text += " > " + Step.Name;
    Parts.push_back(Text);
  }
  return llvm::join(Parts, "; ");
}

TEST(BlockingCalls, Chains) {
  EXPECT_EQ("'sleep'", calls("void test() { sleep(1); }"));
  EXPECT_EQ("'a' > 'b' > 'sleep'",
            calls("void b() { sleep(1); } void a() { b(); }"
                  "void test() { a(); }"));
  EXPECT_EQ("", calls("void a() {} void test() { a(); }"));
}

TEST(BlockingCalls, TheShortestChain) {
  EXPECT_EQ("'a' > 'sleep'",
            calls("void b() { sleep(1); } void a() { b(); sleep(1); }"
                  "void test() { a(); }"));
}

TEST(BlockingCalls, TheWorstTier) {
  const std::string Code = "void a() { fsync(1); }"
                           "void b() { a(); sleep(1); }"
                           "void test() { b(); a(); }";
  EXPECT_EQ("'b' > 'sleep'; 'a' > 'fsync'", calls(Code));
  EXPECT_EQ("'b' > 'sleep'", calls(Code, {Tier::Wait}));
  EXPECT_EQ("'b' > 'a' > 'fsync'; 'a' > 'fsync'", calls(Code, {Tier::Io}));
  EXPECT_EQ("", calls(Code, {Tier::Bridge}));
}

TEST(BlockingCalls, Recursion) {
  EXPECT_EQ("'a' > 'sleep'",
            calls("void b(); void a() { b(); sleep(1); } void b() { a(); }"
                  "void test() { a(); }"));
  EXPECT_EQ("", calls("void b(); void a() { b(); } void b() { a(); }"
                      "void test() { a(); }"));
}

TEST(BlockingCalls, Conditions) {
  const std::string Code = "void a(int n) { if (n == 1) sleep(1); }"
                           "void b(unsigned n) { sleep(n); }";
  EXPECT_EQ("'a' > 'sleep'", calls(Code + "void test() { a(1); a(2); }"));
  EXPECT_EQ("'b' > 'sleep'", calls(Code + "void test() { b(0); b(2); }"));
  EXPECT_EQ("'b' > 'sleep'", calls(Code + "void test(unsigned n) { b(n); }"));
}

TEST(BlockingCalls, Readiness) {
  EXPECT_EQ("'get'", calls("void test(std::future<int> f) { f.get(); }"));
  EXPECT_EQ("", calls("void test(std::future<int> f) {"
                      " if (f.wait_for(0) == std::future_status::ready)"
                      "   f.get(); }"));
  EXPECT_EQ("'get'", calls("void test(std::future<int> f) {"
                           " if (f.wait_for(0) != std::future_status::ready)"
                           "   f.get(); }"));
}

TEST(BlockingCalls, WhatRunsElsewhere) {
  EXPECT_EQ("", calls("void test() { std::thread t([] { sleep(1); }); }"));
}

// What blocks is told by attributes; all else is decided by shapes and bodies.
TEST(BlockingCalls, WithoutModels) {
  const std::string Code = R"cpp(
namespace std {
template <class T> struct atomic { T load() const; };
}
[[clang::annotate("corolint::blocking")]] void halt();
void halt_too() [[clang::blocking]];
void through(int n) { if (n == 1) halt(); }
struct closes { ~closes() { halt(); } };
struct base { virtual void run() {} };
struct last final : base { void run() override { halt_too(); } };
std::atomic<bool> done;
void test(last &l, base &b) {
  halt();
  through(0);
  through(1);
  closes c;
  l.run();
  b.run();
  auto now = [] { halt(); };
  now();
  while (!done.load())
    ;
}
)cpp";
  const char Found[] =
      "'halt'; 'through' > 'halt'; 'c' > 'halt'; 'run' > 'halt_too'; "
      "'now' > 'halt'; 'done'";
  EXPECT_EQ(Found, calls(Code));
  EXPECT_EQ(Found, calls(Code, {Tier::Wait}, Models::none()));
  EXPECT_EQ("",
            calls("void test() { sleep(1); }", {Tier::Wait}, Models::none()));
}

TEST(BlockingCalls, AskedTwice) {
  Snippet S(std::string(Blocking) +
            "void a() { sleep(1); }"
            "void test() { a(); } void other() { a(); }");
  Analysis A(shippedModels());
  BlockingCalls Calls(A);
  Tiers Wait;
  Wait.add(Tier::Wait);
  for (const char *Name : {"test", "other", "a", "test"})
    EXPECT_EQ(1u, Calls.in(S.function(Name), Wait).size()) << Name;
}

} // namespace
