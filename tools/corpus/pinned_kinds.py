# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
# The ways an object is moved after somebody got its address, as edits of
# somebody's code; kinds.py explains what a kind is.
#
# The classes are planted along: each gives its address away in another manner,
# in its start(), or when it is constructed.

from discard_kinds import DiscardKind, _before

# How the address gets out -> the class, and what starts an object of it.
CLASSES = {
    "in a list": ("""\
struct SeededNode { SeededNode *next = nullptr; int value = 0;
  void start() { next = seeded_first; seeded_first = this; }
  void stop(); static SeededNode *seeded_first; };
""", "{o}.start();"),
    "in a registry, by a helper": ("""\
struct SeededNode { int value = 0; void start(); ~SeededNode(); SeededNode();
  SeededNode(SeededNode &&) = default;
  SeededNode &operator=(SeededNode &&) = default; };
inline std::vector<SeededNode *> seeded_all;
inline void seeded_enter(SeededNode &n) { seeded_all.push_back(&n); }
inline void SeededNode::start() { seeded_enter(*this); }
""", "{o}.start();"),
    "in a callback": ("""\
inline std::vector<std::function<void()>> seeded_calls;
struct SeededNode { int value = 0;
  void start() { seeded_calls.push_back([this] { ++value; }); } };
""", "{o}.start();"),
    "by its base class": ("""\
struct SeededHook { SeededHook *next = nullptr, **back = nullptr;
  void link(SeededHook *&head) { next = head; back = &head; head = this; } };
inline SeededHook *seeded_head;
struct SeededNode : SeededHook { int value = 0;
  void start() { link(seeded_head); } };
""", "{o}.start();"),
    "in another object": ("""\
struct SeededNode;
struct SeededOwner { SeededNode *current = nullptr; };
struct SeededNode { int value = 0;
  void start(SeededOwner &o) { o.current = this; } };
inline SeededOwner seeded_owner;
""", "{o}.start(seeded_owner);"),
    "in a list of somebody else's": ("""\
struct SeededNode { SeededNode *next = nullptr; int value = 0; };
struct SeededLoop { SeededNode *first = nullptr;
  void add(SeededNode &n) { n.next = first; first = &n; } };
inline SeededLoop seeded_loop;
""", "seeded_loop.add({o});"),
    "into itself": ("""\
struct SeededNode { char buffer[16]; char *at; int value = 0;
  SeededNode() : at(buffer) {} };
""", ""),
    "by its constructor": ("""\
struct SeededNode { int value = 0; static SeededNode *last;
  SeededNode() { last = this; } };
""", ""),
    "to its part": ("""\
struct SeededNode;
struct SeededPart { SeededNode *whole; };
struct SeededNode { SeededPart part; int value = 0;
  SeededNode() : part{this} {} };
""", ""),
}
PRELUDE = """\
template <class T> void seeded_take(T);
template <class T> void seeded_look(const T &);
"""

# The move -> the fault, and the twin; {S a} is what starts `a`.
FORMS = {
    "to a variable": (
        "SeededNode a; {S a} auto b = std::move(a); seeded_look(b);",
        "SeededNode a; auto b = std::move(a); {S b} seeded_look(b);"),
    "on one path": (
        "SeededNode a; if (seeded_flag()) { {S a} } "
        "auto b = std::move(a); seeded_look(b);",
        "SeededNode a; if (seeded_flag()) { auto b = std::move(a); {S b} } "
        "else { {S a} }"),
    "by return": (
        "auto seeded_make = [] { SeededNode a; {S a} return std::move(a); }; "
        "seeded_look(seeded_make());",
        "auto seeded_make = [] { SeededNode a; return std::move(a); }; "
        "auto b = seeded_make(); {S b}"),
    "by a vector's growth": (
        "std::vector<SeededNode> v; v.emplace_back(); {S v.back()} "
        "v.emplace_back();",
        "std::vector<SeededNode> v; v.reserve(2); v.emplace_back(); "
        "{S v.back()} v.emplace_back();"),
    "by a vector's growth in a loop": (
        "std::vector<SeededNode> v; for (int i = 0; i < 3; ++i) { "
        "v.emplace_back(); {S v.back()} }",
        "std::deque<SeededNode> v; for (int i = 0; i < 3; ++i) { "
        "v.emplace_back(); {S v.back()} }"),
    "into a vector": (
        "std::vector<SeededNode> v; SeededNode a; {S a} "
        "v.push_back(std::move(a));",
        "std::vector<SeededNode> v; SeededNode a; v.reserve(1); "
        "v.push_back(std::move(a)); {S v.back()}"),
    "by erase": (
        "std::vector<SeededNode> v(3); for (auto &r : v) { {S r} } "
        "v.erase(v.begin());",
        "std::vector<SeededNode> v(3); v.erase(v.begin()); "
        "for (auto &r : v) { {S r} }"),
    "by swap": (
        "SeededNode a, b; {S a} std::swap(a, b);",
        "auto a = std::make_unique<SeededNode>(), "
        "b = std::make_unique<SeededNode>(); {S (*a)} std::swap(a, b);"),
    "by exchange": (
        "SeededNode a; {S a} auto b = std::exchange(a, SeededNode()); "
        "seeded_look(b);",
        "SeededNode a; auto b = std::exchange(a, SeededNode()); {S b} "
        "seeded_look(b);"),
    "into a lambda": (
        "SeededNode a; {S a} auto f = [b = std::move(a)] { return b.value; }; "
        "f();",
        "SeededNode a; {S a} auto f = [&a] { return a.value; }; f();"),
    "in a struct": (
        "SeededBoth a; {S a.n} "
        "auto b = std::move(a); seeded_look(b);",
        "SeededBoth a; auto b = std::move(a); "
        "{S b.n} seeded_look(b);"),
    "in an optional": (
        "std::optional<SeededNode> a; a.emplace(); {S (*a)} "
        "auto b = std::move(a); seeded_look(b);",
        "std::optional<SeededNode> a; a.emplace(); {S (*a)} a.reset(); "
        "auto b = std::move(a); seeded_look(b);"),
    "to a parameter": (
        "SeededNode a; {S a} seeded_take(std::move(a));",
        "SeededNode a; {S a} seeded_look(a);"),
    "to the heap": (
        "SeededNode a; {S a} "
        "auto b = std::make_unique<SeededNode>(std::move(a)); seeded_look(*b);",
        "auto a = std::make_unique<SeededNode>(); {S (*a)} "
        "auto b = std::move(a); seeded_look(*b);"),
    "through a reference": (
        "SeededNode a; auto &r = a; {S r} SeededNode b(std::move(a)); "
        "seeded_look(b);",
        "SeededNode a, c; auto &r = c; {S r} SeededNode b(std::move(a)); "
        "seeded_look(b);"),
}


class PinnedKind(DiscardKind):
    check = "coro-moved-pinned"


def _started(code, start):
    for object_ in ("a", "b", "r", "v.back()", "(*a)", "a.n", "b.n"):
        code = code.replace("{S %s}" % object_, start.replace("{o}", object_))
    return "{ using namespace seeded; " + code + " }"


def pinned_kinds():
    made = []
    for how, (text, start) in CLASSES.items():
        prelude = (PRELUDE + "namespace seeded {\n" + text +
                   "struct SeededBoth { SeededNode n; int x = 0; };\n}\n")
        for form, (fault, twin) in FORMS.items():
            if not start:  # pinned as soon as there is one
                twin = ("auto a = std::make_unique<SeededNode>(); "
                        "auto b = std::move(a); seeded_look(*b);")
            made.append(PinnedKind(
                form, "its address is " + how, _before(_started(fault, start)),
                _before(_started(twin, start)), [lambda operand: True],
                prelude))
    return made
