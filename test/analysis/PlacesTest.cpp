// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Which object an expression denotes.

#include "Snippet.h"

using namespace corolint;
using namespace clang;

namespace {

const char Types[] = "struct S { std::mutex mu; S *next; int n;"
                     "std::mutex &seen() { return mu; } std::mutex &unseen();"
                     "std::mutex *address() { return &mu; } };"
                     "S make(); std::mutex &global();";

/// The places of the expressions that `test` casts to void, in source order.
struct Placed {
  explicit Placed(const std::string &Code)
      : S(Types + Code), F(S.function()), B(F, userBody(F)), Table(B) {
    for (const CStyleCastExpr *Cast : all<CStyleCastExpr>(userBody(F)))
      if (Cast->getType()->isVoidType())
        Found.push_back(Table.resolve(Cast->getSubExpr()));
  }

  /// Nothing is "?".
  std::vector<std::string> names() const {
    std::vector<std::string> Names;
    for (std::optional<Place> P : Found)
      Names.push_back(P ? Table.name(*P) : "?");
    return Names;
  }
  Place place(unsigned I) const { return Found.at(I).value(); }

  Snippet S;
  const FunctionDecl &F;
  Body B;
  PlaceTable Table;
  std::vector<std::optional<Place>> Found;
};

using Names = std::vector<std::string>;
Names names(const std::string &Code) { return Placed(Code).names(); }

TEST(PlacesAliases, AReferenceIsWhatItIsBoundTo) {
  EXPECT_EQ((Names{"m", "m", "r"}),
            names("void test(bool c) { std::mutex m, n; auto &q = m;"
                  "auto &p = q; auto &r = c ? m : n;"
                  "(void)q; (void)p; (void)r; }"));
  // A parameter is bound by somebody else, a copy is an object of its own.
  EXPECT_EQ((Names{"m", "a", "b"}),
            names("void test(std::mutex &m, int a) { int b = a;"
                  "(void)m; (void)(a); (void)(b); }"));
}

TEST(PlacesAliases, APointerIfItNeverChanges) {
  EXPECT_EQ((Names{"m", "q", "p"}),
            names("void test(std::mutex *p) { std::mutex m, n; auto *k = &m;"
                  "auto *q = &m; q = &n; (void)*k; (void)*q; (void)*p; }"));
}

TEST(PlacesAliases, MovingAndCastingNameTheSameObject) {
  EXPECT_EQ((Names{"s", "s", "s.mu"}),
            names("void test(S &s) { (void)std::move(s);"
                  "(void)static_cast<S &&>(s); (void)((s)).mu; }"));
}

TEST(PlacesMembers, AsTheyAreWritten) {
  EXPECT_EQ((Names{"s.mu", "p->mu", "p->next->mu"}),
            names("void test(S s, S *p) {"
                  "(void)s.mu; (void)p->mu; (void)p->next->mu; }"));
}

TEST(PlacesMembers, OfThis) {
  Placed P("struct T { std::mutex mu_; void test(T &o) {"
           "(void)mu_; (void)this->mu_; (void)o.mu_; } };");
  EXPECT_EQ((Names{"mu_", "mu_", "o.mu_"}), P.names());
  EXPECT_EQ(P.place(0), P.place(1));
  EXPECT_NE(P.place(0), P.place(2));
  EXPECT_TRUE(P.Table.isThis(P.place(0)));
  EXPECT_FALSE(P.Table.isThis(P.place(2)));
}

TEST(PlacesMembers, AStaticOneBelongsToNoObject) {
  Placed P("struct T { static std::mutex mu; }; void test(T &a, T &b) {"
           "(void)a.mu; (void)b.mu; }");
  EXPECT_EQ(P.place(0), P.place(1));
}

TEST(PlacesOwners, StandForWhatTheyOwn) {
  Placed P("void test(std::unique_ptr<S> &u, std::optional<S> &o) {"
           "(void)u->mu; (void)(*u).mu; (void)u.get()->mu;"
           "(void)o->mu; (void)o.value().mu; }");
  EXPECT_EQ("u->mu", P.names()[0]);
  EXPECT_EQ(P.place(0), P.place(1));
  EXPECT_EQ(P.place(0), P.place(2));
  EXPECT_EQ(P.place(3), P.place(4));
  EXPECT_NE(P.place(0), P.place(3));
}

TEST(PlacesAccessors, AreTheMemberThatTheyReturn) {
  EXPECT_EQ((Names{"s.mu", "s.mu", "s.unseen()", "global()", "?"}),
            names("std::mutex &of(int); void test(S &s) { (void)s.seen();"
                  "(void)*s.address(); (void)s.unseen(); (void)global();"
                  "(void)of(1); }"));
}

TEST(PlacesElements, ByIndex) {
  Placed P("void test(int i, int j) { std::mutex m[3];"
           "(void)m[0]; (void)m[1]; (void)m[2 - 1]; (void)m[i]; (void)m[i];"
           "++j; (void)m[j]; }");
  EXPECT_EQ((Names{"m[0]", "m[1]", "m[1]", "", "", "?"}), P.names());
  EXPECT_EQ(P.place(1), P.place(2));
  EXPECT_EQ(P.place(3), P.place(4));
  EXPECT_NE(P.place(0), P.place(3));
}

TEST(PlacesElements, ARangesVariableIsAllOfThem) {
  EXPECT_EQ((Names{"m", "e"}),
            names("void test() { std::mutex m[3]; for (auto &x : m) (void)x;"
                  "int n[3]; for (int e : n) (void)(e); }"));
}

TEST(PlacesElements, ABindingIsThePart) {
  EXPECT_EQ((Names{"p.first", "p.second"}),
            names("void test(std::pair<int, int> &p) { auto &[a, b] = p;"
                  "(void)(a); (void)(b); }"));
}

TEST(PlacesTemporaries, HaveNoName) {
  Placed P("void test() { (void)make().mu; (void)make().mu; }");
  EXPECT_EQ((Names{"", ""}), P.names());
  EXPECT_NE(P.place(0), P.place(1));
  EXPECT_NE(nullptr, P.Table.rootTemporary(P.place(0)));
  EXPECT_EQ(nullptr, P.Table.rootVariable(P.place(0)));
}

TEST(PlacesTemporaries, ThatLiveOnAreTheVariable) {
  EXPECT_EQ((Names{"s.mu"}), names("void test() { const S &s = make();"
                                   "(void)s.mu; }"));
}

TEST(PlacesNowhere, WhereItCannotBeTold) {
  EXPECT_EQ((Names{"?"}), names("void test(bool c, std::mutex &m,"
                                "std::mutex &n) { (void)(c ? m : n); }"));
}

TEST(PlacesTree, WithinParentAndRebase) {
  Placed P("void test(S &a, S &b) { (void)a; (void)a.next->mu; (void)b;"
           "(void)b.next->mu; }");
  EXPECT_TRUE(P.Table.isWithin(P.place(1), P.place(0)));
  EXPECT_TRUE(P.Table.isWithin(P.place(1), P.place(1)));
  EXPECT_FALSE(P.Table.isWithin(P.place(0), P.place(1)));
  EXPECT_FALSE(P.Table.isWithin(P.place(3), P.place(0)));
  EXPECT_EQ(P.place(3), P.Table.rebase(P.place(1), P.place(0), P.place(2)));
  EXPECT_EQ(std::nullopt, P.Table.parent(P.place(0)));
  EXPECT_EQ(P.place(0), P.Table.parent(*P.Table.parent(P.place(1))));
  EXPECT_EQ(3u, P.Table.path(P.place(1)).size());
}

TEST(PlacesTree, WhatTheCallerSees) {
  Placed P("std::mutex g; struct T { std::mutex m; void test(S s) { S l;"
           "(void)g; (void)m; (void)s.mu; (void)l.mu; (void)make().mu; } };");
  std::vector<bool> Seen;
  for (unsigned I = 0; I != 5; ++I)
    Seen.push_back(P.Table.isVisibleOutside(P.place(I)));
  EXPECT_EQ((std::vector<bool>{true, true, true, false, false}), Seen);
}

} // namespace
