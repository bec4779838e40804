// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What a function does to its caller's locks.

#include "analysis/Summaries.h"
#include "Snippet.h"
#include "llvm/ADT/StringExtras.h"

using namespace corolint;
using namespace clang;

namespace {

std::string print(const std::vector<PlaceTable::Step> &Path) {
  std::string Text;
  for (const PlaceTable::Step &S : Path)
    switch (S.Kind) {
    case PlaceTable::Step::Variable:
      Text += static_cast<const ValueDecl *>(S.What)->getNameAsString();
      break;
    case PlaceTable::Step::Field:
      Text += "." + static_cast<const ValueDecl *>(S.What)->getNameAsString();
      break;
    case PlaceTable::Step::This:
      Text += "this";
      break;
    case PlaceTable::Step::Result:
      Text += "result";
      break;
    default:
      Text += "?";
    }
  return Text;
}

std::string print(const LockSummary::Outcome &O) {
  std::vector<std::string> Parts;
  for (const LockSummary::Effect &E : O.Effects) {
    std::string State = E.State == LockState::Held    ? " held"
                        : E.State == LockState::Free  ? " free"
                        : E.State == LockState::Empty ? " empty"
                                                      : " unknown";
    std::string Text = print(E.On) + State;
    if (E.State == LockState::Held && !E.IsRaw)
      for (const auto &M : E.Mutexes)
        Text += " with " + print(M);
    Parts.push_back(Text);
  }
  llvm::sort(Parts);
  for (auto [Parameter, IsNonzero] : O.Given)
    Parts.insert(Parts.begin(), (IsNonzero ? "if " : "if not ") +
                                    std::to_string(Parameter) + ":");
  for (const auto &[Guard, Holds] : O.GuardHolds)
    Parts.insert(Parts.begin(),
                 print(Guard) + (Holds ? " holds:" : " does not hold:"));
  if (O.ReturnsNonzero)
    Parts.push_back(*O.ReturnsNonzero ? "returns true" : "returns false");
  return llvm::join(Parts, " ");
}

/// The outcomes of `test`, sorted, separated by " | "; "none" if there is no
/// summary.
std::string summary(const std::string &Code) {
  Snippet S(Code);
  Analysis A(shippedModels());
  const LockSummary *Of = A.summaries().locks(S.declaration());
  if (!Of)
    return "none";
  std::vector<std::string> Outcomes;
  for (const LockSummary::Outcome &O : Of->Outcomes)
    Outcomes.push_back(print(O));
  llvm::sort(Outcomes);
  return llvm::join(Outcomes, " | ");
}

bool touchesLocks(const std::string &Code) {
  Snippet S(Code);
  Analysis A(shippedModels());
  return A.summaries().touchesLocks(S.function());
}

TEST(Summaries, OfTakingAndGivingBack) {
  EXPECT_EQ("m held", summary("void test(std::mutex &m) { m.lock(); }"));
  EXPECT_EQ("m free", summary("void test(std::mutex &m) { m.unlock(); }"));
  EXPECT_EQ("m held", summary("std::mutex m; void test() { m.lock(); }"));
  EXPECT_EQ("this.mu held",
            summary("struct S { std::mutex mu; void test() { mu.lock(); } };"));
}

TEST(Summaries, OfWhatIsOverAtTheEnd) {
  EXPECT_EQ("", summary("void test(int i) { std::mutex m; m.lock(); }"));
  EXPECT_EQ("", summary("void test(std::mutex &m) {"
                        "std::lock_guard g(m); }"));
}

TEST(Summaries, OfGuards) {
  EXPECT_EQ("l free", summary("void test(std::unique_lock<std::mutex> &l) {"
                              "l.lock(); l.unlock(); }"));
  EXPECT_EQ("result held with m",
            summary("auto test(std::mutex &m) {"
                    "return std::unique_lock<std::mutex>(m); }"));
  EXPECT_EQ("result held with m",
            summary("auto test(std::mutex &m) {"
                    "std::unique_lock<std::mutex> l(m); return l; }"));
}

TEST(Summaries, OfTrying) {
  EXPECT_EQ("m held returns true | returns false",
            summary("bool test(std::mutex &m) {"
                    "if (m.try_lock()) return true; return false; }"));
}

TEST(Summaries, OfAConditionOnAParameter) {
  EXPECT_EQ("if 1: m held | if not 1:",
            summary("void test(std::mutex &m, bool b) { if (b) m.lock(); }"));
}

TEST(Summaries, OfHelpersOfHelpers) {
  EXPECT_EQ("m held", summary("void inner(std::mutex &n) { n.lock(); }"
                              "void test(std::mutex &m) { inner(m); }"));
  EXPECT_EQ("", summary("void inner(std::mutex &n) { n.lock(); }"
                        "void outer(std::mutex &n) { n.unlock(); }"
                        "void test(int i) { std::mutex m; inner(m);"
                        "outer(m); }"));
}

TEST(Summaries, ThereAreNoneForWhatIsNotSeen) {
  EXPECT_EQ("none", summary("void test(std::mutex &m);"));
  EXPECT_EQ("none", summary("std::mutex m; task test() { m.lock();"
                            "co_await work(); }"));
}

TEST(Summaries, RecursionSaysNothing) {
  // The call inside is the one that has none.
  Snippet S("void test(std::mutex &m, int n) { m.lock();"
            "if (n) test(m, n - 1); }");
  Analysis A(shippedModels());
  const LockSummary *Of = A.summaries().locks(S.function());
  ASSERT_NE(nullptr, Of);
  bool Unknown = false;
  for (const LockSummary::Outcome &O : Of->Outcomes)
    Unknown |= O.Effects.empty() ||
               llvm::any_of(O.Effects, [](const LockSummary::Effect &E) {
                 return E.State == LockState::Unknown;
               });
  EXPECT_TRUE(Unknown);
}

TEST(Summaries, AreNeededOnlyByWhatTouchesLocks) {
  EXPECT_TRUE(touchesLocks("void test(std::mutex &m) {}"));
  EXPECT_TRUE(touchesLocks("std::mutex m; void test() { m.lock(); }"));
  EXPECT_TRUE(touchesLocks("std::mutex m; void f() { m.lock(); }"
                           "void test() { f(); }"));
  EXPECT_TRUE(touchesLocks("std::mutex m; void test() {"
                           "std::lock_guard g(m); }"));
  EXPECT_FALSE(touchesLocks("void f(); int test(int i) { f(); return i; }"));
}

TEST(Summaries, OnlyOfWhatIsCalledForSure) {
  auto IsAnalysable = [](const std::string &Code) {
    Snippet S(Code);
    return Summaries::analysableDefinition(S.declaration()) != nullptr;
  };
  EXPECT_TRUE(IsAnalysable("void test() {}"));
  EXPECT_TRUE(IsAnalysable("void test(); void test() {}"));
  EXPECT_FALSE(IsAnalysable("void test();"));
  EXPECT_FALSE(IsAnalysable("task test() { co_return; }"));
  EXPECT_FALSE(IsAnalysable("struct S { virtual void test() {} };"));
  EXPECT_TRUE(IsAnalysable("struct S { virtual void test() final {} };"));
  EXPECT_TRUE(IsAnalysable("struct S final { virtual void test() {} };"));
}

std::string released(const Summaries::Classes &Of) {
  std::vector<std::string> Names;
  for (const CXXRecordDecl *R : Of)
    Names.push_back(R->getNameAsString());
  llvm::sort(Names);
  return llvm::join(Names, " ");
}

std::string releases(const std::string &Code) {
  Snippet S(Code);
  Analysis A(shippedModels());
  return released(A.summaries().releases(S.declaration()));
}

TEST(Releases, AreWhatIsUnlockedWithoutHavingBeenLocked) {
  EXPECT_EQ(releases("std::mutex m; void test() { m.unlock(); }"), "mutex");
  EXPECT_EQ(releases("std::mutex m; void test() { m.lock(); m.unlock(); }"),
            "");
  EXPECT_EQ(releases("std::mutex m; void test() { std::lock_guard g(m); }"),
            "");
}

TEST(Releases, AreFoundInCoroutinesVirtualFunctionsAndRecursion) {
  EXPECT_EQ(releases("task test(std::mutex &m) { m.unlock(); co_await work(); "
                     "}"),
            "mutex");
  EXPECT_EQ(releases("struct S { std::mutex m; virtual void end() { "
                     "m.unlock(); } }; void test(S &s) { s.end(); }"),
            "mutex");
  EXPECT_EQ(releases("void test(std::mutex &m, int n) { if (n) test(m, n - 1);"
                     " m.unlock(); }"),
            "mutex");
}

TEST(Releases, OfADestructorAreThoseOfBasesAndMembersToo) {
  Snippet S("struct O { std::mutex m; };"
            "struct Base { O *o; ~Base() { o->m.unlock(); } };"
            "struct Member { Base b; };"
            "struct Balanced { O *o; ~Balanced() { o->m.lock(); "
            "o->m.unlock(); } };"
            "struct Pair { Member m; Balanced b; };"
            "void test(Member m, Balanced b) {}");
  Analysis A(shippedModels());
  const FunctionDecl &F = S.declaration();
  EXPECT_EQ(released(A.summaries().releasesAtEnd(F.getParamDecl(1)->getType())),
            "");
  // A guard is followed by name instead.
  EXPECT_TRUE(
      A.shapes().guardWithin(F.getParamDecl(0)->getType()).getTypePtrOrNull());
}

TEST(Summaries, DoubtWhatTheCallerCannotTell) {
  EXPECT_EQ(summary("struct S { std::mutex m; bool on; };"
                    "void test(S &s) { if (s.on) s.m.unlock(); }"),
            "s.m free | s.m unknown");
  EXPECT_EQ(summary("void test(std::mutex &m, bool b) { if (b) m.unlock(); }"),
            "if 1: m free | if not 1:");
}

} // namespace
