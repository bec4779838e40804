# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
# The ways a lock ends up held over a suspension, as edits of somebody's code.
#
# Each kind has two faces: the fault, and its silent twin, which takes the same
# lock in the same place by the same means and lets go of it in time. What both
# need at the top of the file is PRELUDE. Everything planted is called seeded_…
# or Seeded…, so that a message about it can be told from one about the code.

PRELUDE = """\
#ifndef COROLINT_SEEDED
#define COROLINT_SEEDED
#include <array>
#include <atomic>
#include <memory>
#include <mutex>
#include <optional>
#include <pthread.h>
#include <shared_mutex>
#include <tuple>
#include <utility>
static std::mutex seeded_mutex, seeded_other;
static std::recursive_mutex seeded_recursive;
static std::shared_mutex seeded_shared;
static pthread_mutex_t seeded_posix = PTHREAD_MUTEX_INITIALIZER;
struct SeededState { int value = 0; std::mutex mutex; };
static SeededState seeded_state;
bool seeded_flag();
int seeded_number();
void seeded_touch();
%s
#endif
"""


class Place:
    """One await of one coroutine, and a block around it to plant in."""

    def __init__(self, text, coroutine, suspension, block, mutex):
        self.text, self.coroutine = text, coroutine
        self.suspension, self.block = suspension, block
        # What to lock, and the declaration that it needs, if any.
        self.mutex, self.declaration = mutex

    def before(self, code):
        begin = self.block["statement"][0]
        return (begin, 0, self.declaration + code + "\n")

    def after(self, code):
        end = self.block["statement"][1]
        rest = self.text[end:]
        if rest.lstrip().startswith(b";"):
            end += len(rest) - len(rest.lstrip()) + 1
        return (end, 0, "\n" + code + "\n")

    def around(self, opening, closing):
        if self.block["kind"] == "DeclStmt":
            return None  # its variable would die with the block
        return [self.before(opening), self.after(closing)]

    def operand(self, opening, closing):
        return [(self.suspension["begin"], 0, opening),
                (self.suspension["end"], 0, closing)]


class Kind:
    check = "coro-lock-across-suspension"
    # Whether each face is tried by itself, or compiles if the fault does.
    compiles_by_face = True
    # Whether another repository may do where one has no place for it.
    roams = False

    def __init__(self, name, group, fault, twin, prelude=""):
        self.name, self.group = name, group
        self.fault, self.twin, self.prelude = fault, twin, prelude

    def faces(self, place):
        """The edits by face; nothing where the place does not take this kind."""
        made = {"fault": self.fault(place), "twin": self.twin(place)}
        if None in made.values():
            return {}
        return {face: [(0, 0, self.prelude_text())] + edits
                for face, edits in made.items()}

    def prelude_text(self):
        return PRELUDE % self.prelude

    def takes(self, suspension):
        """Whether it can be planted at this await."""
        return True


def _statement(code):
    return lambda p: [p.before(code.format(m=p.mutex))]


def _pair(before, after):
    return lambda p: [p.before(before.format(m=p.mutex)),
                      p.after(after.format(m=p.mutex))]


def _around(opening, closing):
    return lambda p: p.around(opening.format(m=p.mutex),
                              closing.format(m=p.mutex))


def _operand(opening, closing):
    return lambda p: p.operand(opening.format(m="::seeded_mutex"), closing)


def _parameter(declaration, first=""):
    def make(p):
        at = p.coroutine.get("parameters")
        if not at:
            return None
        comma = ", " if at["count"] else ""
        edits = [(at["end"], 0, comma + declaration)]
        if first:
            edits.append((p.coroutine["body"][0] + 1, 0, " " + first))
        return edits

    return make


def _capture(capture):
    def make(p):
        begin = p.coroutine["begin"]
        if not p.coroutine.get("lambda") or p.text[begin:begin + 1] != b"[":
            return None
        depth, at = 0, begin
        while True:  # to the bracket that closes the list
            depth += {b"[": 1, b"]": -1}.get(p.text[at:at + 1], 0)
            if not depth:
                break
            at += 1
        comma = ", " if p.text[begin + 1:at].strip() else ""
        return [(at, 0, comma + capture)]

    return make


def kinds():
    made = []

    def add(name, group, fault, twin, prelude=""):
        if isinstance(fault, str):
            fault = _statement(fault)
        if isinstance(twin, str):
            twin = _statement(twin)
        made.append(Kind(name, group, fault, twin, prelude))

    lock = "std::unique_lock<std::mutex>"

    group = "guard before an await"
    add("lock_guard, deduced", group, "std::lock_guard seeded_guard({m});",
        "{{ std::lock_guard seeded_guard({m}); }}")
    add("lock_guard, explicit", group,
        "std::lock_guard<std::mutex> seeded_guard{{{m}}};",
        "if (seeded_flag()) {{ "
        "std::lock_guard<std::mutex> seeded_guard{{{m}}}; }}")
    add("unique_lock, deduced", group, "std::unique_lock seeded_guard({m});",
        "std::unique_lock seeded_guard({m}); seeded_guard.unlock();")
    add("unique_lock, auto", group,
        "auto seeded_guard = " + lock + "({m});",
        "auto seeded_guard = " + lock + "({m}); seeded_guard = {{}};")
    add("unique_lock, alias", group,
        "using SeededLock = " + lock + "; SeededLock seeded_guard({m});",
        "using SeededLock = " + lock + "; SeededLock seeded_guard({m}, "
        "std::defer_lock);")
    add("scoped_lock of two", group,
        "std::scoped_lock seeded_guard({m}, ::seeded_other);",
        "std::scoped_lock<> seeded_guard;")
    add("shared_lock", group, "std::shared_lock seeded_guard(::seeded_shared);",
        "std::shared_lock seeded_guard(::seeded_shared, std::defer_lock);")
    add("rvalue reference", group,
        "auto &&seeded_guard = std::unique_lock({m});",
        "auto &&seeded_guard = std::unique_lock({m}); seeded_guard.unlock();")
    add("in an if", group,
        _around("if (std::lock_guard seeded_guard({m}); true) {{", "}}"),
        _around("if (std::unique_lock seeded_guard({m}, std::defer_lock); "
                "true) {{", "}}"))
    add("moved to", group,
        lock + " seeded_guard; {{ std::unique_lock seeded_first({m}); "
        "seeded_guard = std::move(seeded_first); }}",
        lock + " seeded_guard({m}); {{ std::unique_lock seeded_last("
        "std::move(seeded_guard)); }}")
    add("adopted", group,
        "{m}.lock(); std::lock_guard seeded_guard({m}, std::adopt_lock);",
        "{m}.lock(); {{ std::lock_guard seeded_guard({m}, std::adopt_lock); }}")

    group = "raw lock"
    add("std::mutex", group, _pair("{m}.lock();", "{m}.unlock();"),
        "{m}.lock(); seeded_touch(); {m}.unlock();")
    add("recursive_mutex", group,
        _pair("::seeded_recursive.lock();", "::seeded_recursive.unlock();"),
        "::seeded_recursive.lock(); ::seeded_recursive.unlock();")
    add("pthread", group,
        _pair("pthread_mutex_lock(&::seeded_posix);",
              "pthread_mutex_unlock(&::seeded_posix);"),
        "pthread_mutex_lock(&::seeded_posix); seeded_touch(); "
        "pthread_mutex_unlock(&::seeded_posix);")
    add("std::lock", group,
        _pair("std::lock({m}, ::seeded_other);",
              "{m}.unlock(); ::seeded_other.unlock();"),
        "std::lock({m}, ::seeded_other); {m}.unlock(); "
        "::seeded_other.unlock();")
    add("own spin lock", group,
        _pair("::seeded_spin.lock();", "::seeded_spin.unlock();"),
        "::seeded_spin.lock(); ::seeded_spin.unlock();",
        "struct SeededSpin { std::atomic_flag flag;"
        " void lock() { while (flag.test_and_set()) {} }"
        " void unlock() { flag.clear(); } };\n"
        "static SeededSpin seeded_spin;")

    group = "release removed"
    add("unlock gone", group,
        "std::unique_lock seeded_guard({m}); seeded_touch();",
        "std::unique_lock seeded_guard({m}); seeded_touch(); "
        "seeded_guard.unlock();")
    add("braces gone", group,
        "std::lock_guard seeded_guard({m}); seeded_touch();",
        "{{ std::lock_guard seeded_guard({m}); seeded_touch(); }}")

    group = "wrapped"
    add("aggregate", group,
        "SeededHold seeded_hold{{1, std::lock_guard<std::mutex>({m})}};",
        "{{ SeededHold seeded_hold{{1, std::lock_guard<std::mutex>({m})}}; }}",
        "struct SeededHold { int n; std::lock_guard<std::mutex> lock; };")
    add("class", group, "SeededGuard seeded_guard({m});",
        "SeededGuard seeded_guard({m}); seeded_guard.lock.unlock();",
        "struct SeededGuard { explicit SeededGuard(std::mutex &m) : lock(m) {}"
        " " + lock + " lock; };")
    add("derived", group, "SeededDerived seeded_guard({m});",
        "SeededDerived seeded_guard({m}); seeded_guard.unlock();",
        "struct SeededDerived : " + lock + " {"
        " using unique_lock::unique_lock; };")
    add("own guard", group, "SeededRaii seeded_guard({m});",
        "{{ SeededRaii seeded_guard({m}); seeded_touch(); }}",
        "class SeededRaii { std::mutex &m; public:"
        " explicit SeededRaii(std::mutex &m) : m(m) { m.lock(); }"
        " ~SeededRaii() { m.unlock(); }"
        " SeededRaii(const SeededRaii &) = delete; };")
    add("optional, emplace", group,
        "std::optional<" + lock + "> seeded_guard; seeded_guard.emplace({m});",
        "std::optional<" + lock + "> seeded_guard; seeded_guard.emplace({m}); "
        "seeded_guard.reset();")
    add("optional, in place", group,
        "std::optional<std::lock_guard<std::mutex>> "
        "seeded_guard(std::in_place, {m});",
        "std::optional<std::lock_guard<std::mutex>> "
        "seeded_guard(std::in_place, {m}); seeded_guard = std::nullopt;")
    add("make_optional", group,
        "auto seeded_guard = std::make_optional<" + lock + ">({m});",
        "auto seeded_guard = std::make_optional<" + lock + ">({m}); "
        "seeded_guard->unlock();")
    add("unique_ptr", group,
        "auto seeded_guard = "
        "std::make_unique<std::lock_guard<std::mutex>>({m});",
        "auto seeded_guard = "
        "std::make_unique<std::lock_guard<std::mutex>>({m}); "
        "seeded_guard.reset();")
    add("pair", group,
        "std::pair<int, " + lock + "> seeded_guard(1, std::unique_lock({m}));",
        "std::pair<int, " + lock + "> seeded_guard(1, std::unique_lock({m})); "
        "seeded_guard.second.unlock();")
    add("structured binding", group,
        "auto [seeded_number_, seeded_guard] = std::pair(1, "
        "std::unique_lock({m}));",
        "auto [seeded_number_, seeded_guard] = std::pair(1, "
        "std::unique_lock({m})); seeded_guard.unlock();")
    add("array", group,
        lock + " seeded_guard[1] = {{" + lock + "({m})}};",
        lock + " seeded_guard[1] = {{" + lock + "({m})}}; "
        "seeded_guard[0].unlock();")

    group = "helper in the same file"
    add("returns a guard", group, "auto seeded_guard = seeded_acquire();",
        "auto seeded_guard = seeded_acquire(); seeded_guard.unlock();",
        "static " + lock + " seeded_acquire() {"
        " return " + lock + "(seeded_mutex); }")
    add("member returns a guard", group,
        "auto seeded_guard = ::seeded_store.lock();",
        "(void)::seeded_store.lock();",
        "struct SeededStore { std::mutex mutex; auto lock() {"
        " return std::unique_lock(mutex); } };\n"
        "static SeededStore seeded_store;")
    add("locks", group, _pair("seeded_take();", "seeded_drop();"),
        "seeded_take(); seeded_drop();",
        "static void seeded_take() { seeded_mutex.lock(); }\n"
        "static void seeded_drop() { seeded_mutex.unlock(); }")
    add("locks its argument", group,
        _pair("seeded_take({m});", "seeded_drop({m});"),
        "seeded_take({m}); seeded_drop({m});",
        "static void seeded_take(std::mutex &m) { m.lock(); }\n"
        "static void seeded_drop(std::mutex &m) { m.unlock(); }")

    group = "temporary in the awaited expression"
    add("comma", group,
        _operand("(std::lock_guard<std::mutex>({m}), ", ")"),
        _operand("(" + lock + "({m}).unlock(), ", ")"))
    add("argument", group,
        _operand("::seeded_pass(std::lock_guard<std::mutex>({m}), ", ")"),
        _operand("(seeded_drop(" + lock + "({m})), ", ")"),
        "template <class G, class T> T &&seeded_pass(const G &, T &&t) {"
        " return static_cast<T &&>(t); }\n"
        "static void seeded_drop(" + lock + " g) { g.unlock(); }")
    add("locked pointer", group,
        _operand("(::seeded_store.locked()->touch(), ", ")"),
        "::seeded_store.locked()->touch();",
        "struct SeededStore { std::mutex mutex; void touch(); struct Locked {"
        " SeededStore *p; " + lock + " lock;"
        " SeededStore *operator->() { return p; } };"
        " Locked locked() { return {this, " + lock + "(mutex)}; } };\n"
        "static SeededStore seeded_store;")

    group = "handed over"
    add("parameter", group,
        _parameter(lock + " seeded_guard = " + lock + "(seeded_mutex)"),
        # Released first thing, it would still be held at an initial suspension.
        _parameter(lock + " *seeded_guard = nullptr",
                   "if (seeded_guard) seeded_guard->unlock();"))
    add("capture", group,
        _capture("seeded_guard = " + lock + "(seeded_mutex)"),
        _capture("seeded_guard = " + lock + "(seeded_mutex, std::defer_lock)"))

    group = "on one branch only"
    add("guard locked on a branch", group,
        "std::unique_lock seeded_guard({m}, std::defer_lock); "
        "if (seeded_flag()) seeded_guard.lock();",
        "std::unique_lock seeded_guard({m}, std::defer_lock); "
        "if (seeded_flag()) {{ seeded_guard.lock(); seeded_guard.unlock(); }}")
    add("mutex locked on a branch", group,
        _pair("const bool seeded_locked = seeded_flag(); "
              "if (seeded_locked) {m}.lock();",
              "if (seeded_locked) {m}.unlock();"),
        "const bool seeded_locked = seeded_flag(); "
        "if (seeded_locked) {m}.lock(); if (seeded_locked) {m}.unlock();")

    group = "released on one path only"
    add("if", group,
        "std::unique_lock seeded_guard({m}); "
        "if (seeded_flag()) seeded_guard.unlock();",
        "std::unique_lock seeded_guard({m}); "
        "if (seeded_flag()) seeded_guard.unlock(); "
        "else seeded_guard.release()->unlock();")
    add("switch", group,
        "std::unique_lock seeded_guard({m}); switch (seeded_number()) {{ "
        "case 0: seeded_guard.unlock(); break; case 1: break; "
        "default: seeded_guard.unlock(); }}",
        "std::unique_lock seeded_guard({m}); switch (seeded_number()) {{ "
        "case 0: seeded_touch(); [[fallthrough]]; case 1: "
        "default: seeded_guard.unlock(); }}")
    add("loop", group,
        "std::unique_lock seeded_guard({m}); for (;;) {{ "
        "if (seeded_flag()) break; seeded_guard.unlock(); break; }}",
        "std::unique_lock seeded_guard({m}); for (;;) {{ "
        "if (seeded_flag()) continue; seeded_guard.unlock(); break; }}")

    group = "try_lock"
    add("try_to_lock", group,
        "std::unique_lock seeded_guard({m}, std::try_to_lock);",
        "std::unique_lock seeded_guard({m}, std::try_to_lock); "
        "if (seeded_guard.owns_lock()) seeded_guard.unlock();")
    add("raw try_lock", group,
        _around("if ({m}.try_lock()) {{", "{m}.unlock(); }}"),
        _around("if ({m}.try_lock()) {m}.unlock(); else {{", "}}"))
    add("member try_lock", group,
        "std::unique_lock seeded_guard({m}, std::defer_lock); "
        "if (!seeded_guard.try_lock()) seeded_touch();",
        "std::unique_lock seeded_guard({m}, std::defer_lock); "
        "if (seeded_guard.try_lock()) seeded_guard.unlock();")
    return made
