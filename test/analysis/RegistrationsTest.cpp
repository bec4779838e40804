// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Who hands out the address of an object.

#include "analysis/Registrations.h"
#include "Snippet.h"

using namespace corolint;
using namespace clang;

namespace {

constexpr char List[] = R"cpp(
struct node { node *next; };
struct list {
  node *head;
  void add(node *n) { n->next = head; head = n; }
  bool has(const node *n) const { return head == n; }
  void remove(node *n) { if (head == n) head = n->next; }
};
extern list all;
void unseen(void *);
)cpp";

/// What `test` does with the address of its object, or of its parameter.
std::string address(const std::string &Code,
                    int Subject = Registrations::This) {
  Snippet S(List + Code);
  Analysis A(shippedModels());
  const AddressSummary &Of = A.registrations().of(S.declaration(), Subject);
  std::string Text;
  for (const AddressStore &Each : Of.Stores) {
    Text += Each.In == AddressStore::Others   ? "others "
            : Each.In == AddressStore::Itself ? "itself "
                                              : "parameter ";
    if (Each.IsConditional)
      Text += "perhaps ";
  }
  if (Of.IsReturned)
    Text += "returned ";
  if (Of.IsUnclear)
    Text += "unclear ";
  return Text.empty() ? "nothing" : Text.substr(0, Text.size() - 1);
}

TEST(Registrations, Directly) {
  EXPECT_EQ("others", address("struct s { static s *one; void test() "
                              "{ one = this; } };"));
  EXPECT_EQ("itself", address("struct s { char a[4], *p; void test() "
                              "{ p = a; } };"));
  EXPECT_EQ("parameter", address("struct s; struct hub { s *one; }; struct s "
                                 "{ void test(hub &h) { h.one = this; } };"));
}

TEST(Registrations, ThroughHelpers) {
  // Adding to the list changes the node, too.
  EXPECT_EQ("others unclear",
            address("struct s { node n; void test() { all.add(&n); } };"));
  EXPECT_EQ("others unclear",
            address("struct s { node n; void up() { all.add(&n); } "
                    "void test() { up(); } };"));
  EXPECT_EQ("parameter unclear",
            address("struct s { node n; void test(list &l) "
                    "{ l.add(&n); } };"));
  EXPECT_EQ("itself unclear", address("struct s { list l; node n; void test() "
                                      "{ l.add(&n); } };"));
}

TEST(Registrations, Lambdas) {
  EXPECT_EQ("others", address("template <class F> F &global(); struct s "
                              "{ int n; void test() { auto l = [this] "
                              "{ ++n; }; static auto kept = l; } };"));
  EXPECT_EQ("nothing", address("struct s { int n; void test() { auto l = "
                               "[this] { return n; }; } };"));
}

TEST(Registrations, OnlyForAWhile) {
  EXPECT_EQ("unclear",
            address("struct s { static s *one; void test() "
                    "{ s *before = one; one = this; one = before; } };"));
  EXPECT_EQ("unclear", address("struct s { node n; void test() "
                               "{ all.remove(&n); } };"));
  EXPECT_EQ("unclear", address("struct s { void test() { unseen(this); } };"));
}

TEST(Registrations, Conditionally) {
  EXPECT_EQ("others perhaps",
            address("struct s { static s *one; void test(bool c) "
                    "{ if (c) one = this; } };"));
}

TEST(Registrations, Nothing) {
  EXPECT_EQ("nothing", address("struct s { int n; void test() { ++n; } };"));
  EXPECT_EQ("nothing", address("struct s { int n; int test() const "
                               "{ return n; } };"));
}

TEST(Registrations, Returned) {
  EXPECT_EQ("returned", address("struct it { void *of; }; struct s { it test() "
                                "{ return {this}; } };"));
  EXPECT_EQ("returned", address("struct s { s &test() { return *this; } };"));
}

TEST(Registrations, Parameters) {
  EXPECT_EQ("others unclear", address("void test(node *n) { all.add(n); }", 0));
  EXPECT_EQ("others unclear",
            address("void test(node &n) { all.add(&n); }", 0));
  EXPECT_EQ("unclear", address("void test(node *n) { all.remove(n); }", 0));
}

TEST(Registrations, Moves) {
  Snippet S(R"cpp(
struct plain { plain(); static plain *one; plain *p; };
plain::plain() { one = this; }
struct again {
  again() { one = this; }
  again(again &&) { one = this; }
  static again *one;
};
struct part { plain p; };
struct bare {
  bare() { one = this; }
  bare(bare &&o) : n(o.n) {}
  static bare *one;
  int n;
};
plain a; again b; part c; bare d;
)cpp");
  Analysis A(shippedModels());
  Registrations &R = A.registrations();
  EXPECT_TRUE(R.isLeftBehind(S.typeOf("a"), S.record("plain")));
  EXPECT_FALSE(R.isLeftBehind(S.typeOf("b"), S.record("again")));
  EXPECT_TRUE(R.isLeftBehind(S.typeOf("c"), S.record("plain")));
  EXPECT_TRUE(R.isLeftBehind(S.typeOf("d"), S.record("bare")));
  EXPECT_TRUE(R.alwaysRegisters(S.record("plain")));
  EXPECT_TRUE(R.alwaysRegisters(S.record("part")));
  EXPECT_TRUE(R.mayRegister(S.record("part")));
}

} // namespace
