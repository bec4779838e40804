// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// On which arguments it depends whether a call blocks.

#include "analysis/BlockingArguments.h"
#include "Snippet.h"

using namespace corolint;
using namespace clang;

namespace {

const char Posix[] = R"cpp(
extern "C" {
unsigned sleep(unsigned);
int waitpid(int, int *, int);
int open(const char *, int, ...);
int socket(int, int, int);
long read(int, void *, unsigned long);
long recv(int, void *, unsigned long, int);
int fcntl(int, int, ...);
struct FILE;
extern FILE *stdin, *stdout;
char *fgets(char *, int, FILE *);
int select(int, void *, void *, void *, struct timeval *);
}
struct timeval { long tv_sec, tv_usec; };
#define WNOHANG 1
#define WUNTRACED 2
#define MSG_DONTWAIT 0x40
enum { SOCK_STREAM = 1, SOCK_NONBLOCK = 04000 };
)cpp";

const char *print(Tier T) {
  const char *Names[] = {"bridge", "wait", "io", "metadata", "micro"};
  return Names[unsigned(T)];
}

std::string print(const Need &N) {
  switch (N.Kind) {
  case Need::NotZero:
    return " if " + std::to_string(N.Parameter) + " is not zero";
  case Need::IsFile:
    return " if " + std::to_string(N.Parameter) + " is a file";
  case Need::Flags:
    return " if " + std::to_string(N.Parameter) + " says so";
  default:
    return " if " + std::to_string(N.Parameter);
  }
}

/// How the last call that models know of in `void test(...) { ... }` blocks.
std::string how(const std::string &Code) {
  Snippet S(Posix + Code);
  std::shared_ptr<const Models> Known = shippedModels();
  const FunctionDecl &F = S.function();
  Body B(F, *F.getBody());
  std::string Text;
  for (const CallExpr *Call : all<CallExpr>(*F.getBody())) {
    llvm::SmallVector<const Expr *, 4> Given(Call->arguments());
    for (const BlockingModel *M : Known->blocking(*Call->getDirectCallee())) {
      if (M->Role != BlockingModel::Blocks)
        continue;
      Text = "does not block";
      if (std::optional<Blocks> How = blocks(*M, {B, Given, nullptr}, *Known)) {
        Text = print(How->Level);
        for (const Need &N : How->Needs)
          Text += print(N);
      }
    }
  }
  return Text;
}

TEST(BlockingArguments, Zero) {
  EXPECT_EQ("wait", how("void test() { sleep(1); }"));
  EXPECT_EQ("does not block", how("void test() { sleep(0); }"));
  EXPECT_EQ("does not block",
            how("void test() { const int n = 0; sleep(n); }"));
  EXPECT_EQ("does not block", how("void test() { int n = 0; sleep(n); }"));
  EXPECT_EQ("wait", how("void test() { int n = 0; ++n; sleep(n); }"));
  EXPECT_EQ("wait", how("unsigned f(); void test() { sleep(f()); }"));
}

TEST(BlockingArguments, ZeroStruct) {
  EXPECT_EQ("does not block",
            how("void test() { timeval t = {}; select(1, 0, 0, 0, &t); }"));
  EXPECT_EQ("does not block",
            how("void test() { timeval t; t.tv_sec = 0; t.tv_usec = 0;"
                " select(1, 0, 0, 0, &t); }"));
  EXPECT_EQ("wait", how("void test() { timeval t = {1, 0};"
                        " select(1, 0, 0, 0, &t); }"));
  EXPECT_EQ("wait", how("void test() { select(1, 0, 0, 0, nullptr); }"));
}

TEST(BlockingArguments, AParameterIsTheCallersAffair) {
  EXPECT_EQ("wait if 1 is not zero",
            how("void test(int, unsigned n) { sleep(n); }"));
  EXPECT_EQ("wait", how("void test(unsigned n) { n = 2; sleep(n); }"));
  EXPECT_EQ("wait if 0 says so",
            how("void test(int flags) { waitpid(1, nullptr, flags); }"));
}

TEST(BlockingArguments, Flags) {
  EXPECT_EQ("wait", how("void test() { waitpid(1, nullptr, 0); }"));
  EXPECT_EQ("wait", how("void test() { waitpid(1, nullptr, WUNTRACED); }"));
  EXPECT_EQ("does not block",
            how("void test() { waitpid(1, nullptr, WNOHANG | WUNTRACED); }"));
  EXPECT_EQ("does not block",
            how("int f(); void test() { waitpid(1, nullptr, f()); }"));
}

TEST(BlockingArguments, Streams) {
  EXPECT_EQ("wait", how("void test(char *c) { fgets(c, 1, stdin); }"));
  EXPECT_EQ("io if 0 is a file",
            how("void test(FILE *f, char *c) { fgets(c, 1, f); }"));
}

TEST(BlockingArguments, Descriptors) {
  EXPECT_EQ("does not block",
            how("void test(int fd, void *to) { read(fd, to, 1); }"));
  EXPECT_EQ("io", how("void test(void *to) { int fd = open(\"x\", 0);"
                      " read(fd, to, 1); }"));
  EXPECT_EQ("wait", how("void test(void *to) {"
                        " int fd = socket(1, SOCK_STREAM, 0);"
                        " recv(fd, to, 1, 0); }"));
  EXPECT_EQ("does not block",
            how("void test(void *to) {"
                " int fd = socket(1, SOCK_STREAM | SOCK_NONBLOCK, 0);"
                " recv(fd, to, 1, 0); }"));
  EXPECT_EQ("does not block",
            how("void test(void *to) { int fd = socket(1, SOCK_STREAM, 0);"
                " recv(fd, to, 1, MSG_DONTWAIT); }"));
  EXPECT_EQ("does not block",
            how("void set(int); void test(void *to) {"
                " int fd = socket(1, SOCK_STREAM, 0); set(fd);"
                " recv(fd, to, 1, 0); }"));
}

/// Whether the first call of `void test(...)` meets what `inner` needs of its
/// first parameter, and what becomes of that.
std::string met(Need::KindType Kind, int64_t Value, const std::string &Code) {
  Snippet S("void inner(int); " + Code);
  const FunctionDecl &F = S.function();
  Body B(F, *F.getBody());
  const CallExpr *Call = all<CallExpr>(*F.getBody()).front();
  ArgumentFacts Given = seen(B, Call->getArg(0));
  std::vector<Need> Ours;
  if (!meet({Kind, 0, nullptr, Value}, &Given, Ours))
    return "no";
  return Ours.empty() ? "yes" : "yes" + print(Ours.front());
}

TEST(BlockingArguments, NeedsOfACallee) {
  EXPECT_EQ("yes", met(Need::NotZero, 0, "void test() { inner(1); }"));
  EXPECT_EQ("no", met(Need::NotZero, 0, "void test() { inner(0); }"));
  EXPECT_EQ("yes if 1 is not zero",
            met(Need::NotZero, 0, "void test(int, int n) { inner(n); }"));
  EXPECT_EQ("yes", met(Need::IsEqual, 2, "void test() { inner(2); }"));
  EXPECT_EQ("no", met(Need::IsEqual, 2, "void test() { inner(1); }"));
  EXPECT_EQ("no", met(Need::IsUnequal, 2, "void test() { inner(2); }"));
  EXPECT_EQ("yes", met(Need::IsLess, 2, "void test() { inner(1); }"));
  EXPECT_EQ("no", met(Need::IsLess, 2, "void test() { inner(2); }"));
  EXPECT_EQ("yes", met(Need::IsNotLess, 2, "void test() { inner(2); }"));
  EXPECT_EQ("no", met(Need::IsNotLess, 2, "void test() { inner(1); }"));
  EXPECT_EQ("no", met(Need::Depends, 0, "void test() { inner(2); }"));
  EXPECT_EQ("yes",
            met(Need::Depends, 0, "int f(); void test() { inner(f()); }"));
  EXPECT_EQ("yes",
            met(Need::IsUnequal, 2, "int f(); void test() { inner(f()); }"));
}

} // namespace
