# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
# The ways the work of a task is lost, as edits of somebody's code; kinds.py
# explains what a kind is.
#
# What is lost is what the code awaits: {x} is the text behind the co_await, {t}
# the class template of its type. Which of them are lost with their object is
# read from the type alone, in takes(): a task whose coroutine suspends at once,
# an awaiter, and whatever its author marked [[nodiscard]]. An eager task is not,
# nor is an event, or a combinator of unknown habits.

import kinds

PRELUDE = """\
#ifndef COROLINT_SEEDED
#define COROLINT_SEEDED
#include <array>
#include <coroutine>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <thread>
#include <tuple>
#include <utility>
#include <vector>
bool seeded_flag();
int seeded_number();
void seeded_touch();
template <class T> void seeded_start(T &&);
%s
#endif
"""


def is_lazy(operand):
    # An awaiter may name the promise that it looks into, as iterators do.
    return ("suspend_always" in operand.get("starts", "") and
            not operand.get("awaiter"))


def is_awaiter(operand):
    return "starts" not in operand and (operand.get("awaiter") or
                                        operand.get("nodiscard"))


def is_made_here(operand):
    return operand["prvalue"]


class DiscardKind(kinds.Kind):
    check = "coro-discarded-task"
    roams = True

    def __init__(self, name, group, fault, twin, wants, prelude=""):
        super().__init__(name, group, fault, twin, prelude)
        self.wants = wants

    def takes(self, suspension):
        operand = suspension.get("operand")
        return operand and all(wanted(operand) if wanted is not _statement
                               else wanted(suspension)
                               for wanted in self.wants)

    def prelude_text(self):
        return PRELUDE % self.prelude


def _statement(suspension):
    """The await is a statement by itself."""
    return (suspension["blocks"][0]["statement"] ==
            [suspension["begin"], suspension["end"]])


def _filled(place, code):
    operand = place.suspension["operand"]
    text = place.text[operand["begin"]:operand["end"]].decode(errors="replace")
    return (code.replace("{x}", text)
            .replace("{t}", "::" + operand.get("template", ""))
            .replace("{ignored}", "co_await " + text + "; std::ignore ="
                     " seeded_number()" if place.suspension["void"]
                     else "std::ignore = co_await " + text))


def _instead(code):
    def make(place):
        a = place.suspension
        return [(a["begin"], a["end"] - a["begin"], _filled(place, code))]

    return make


def _before(code):
    """In front of the statement, where its names mean the same."""
    def make(place):
        return [(place.suspension["blocks"][0]["statement"][0], 0,
                 _filled(place, code) + "\n")]

    return make


def _unchanged(place):
    return []


def discard_kinds():
    made = []

    def add(name, group, wants, fault, twin, prelude=""):
        made.append(DiscardKind(name, group, fault, twin, wants, prelude))

    for what, wanted in (("task", is_lazy), ("awaiter", is_awaiter)):
        group = what + ", its co_await gone"
        wants = [is_made_here, wanted, _statement]

        def form(name, fault, twin):
            add(name, group, wants, _instead(fault), _instead(twin))

        form("statement", "{x}", "(co_await {x})")
        form("left of a comma", "{x}, seeded_touch()",
             "co_await {x}, seeded_touch()")
        form("right of a comma", "seeded_touch(), {x}",
             "seeded_touch(), co_await {x}")
        form("ternary", "seeded_flag() ? (void)({x}) : seeded_touch()"
             if what == "task" else
             "seeded_flag() ? ({x}, 1) : 2",
             "(co_await {x}, seeded_flag()) ? seeded_touch() : seeded_touch()")
        form("step of a for",
             "for (int seeded_i = 0; seeded_i < 3; ++seeded_i, {x}) "
             "seeded_touch()",
             "for (bool seeded_on = true; seeded_on; co_await {x}, "
             "seeded_on = seeded_flag()) seeded_touch()")
        if what == "awaiter":
            continue
        form("both arms of a ternary", "seeded_flag() ? {x} : {x}",
             "co_await (seeded_flag() ? {x} : {x})")
        form("logical and", "(void)(seeded_flag() && ({x}, true))",
             "(void)((co_await {x}, true) && seeded_flag())")
        form("(void)", "(void){x}", "(void)co_await {x}")
        form("static_cast<void>", "static_cast<void>({x})",
             "static_cast<void>(co_await {x})")
        form("std::ignore", "std::ignore = {x}", "{ignored}")
        form("of a lambda that makes it",
             "auto seeded_make = [&] { return {x}; }; seeded_make()",
             "auto seeded_make = [&] { return {x}; }; co_await seeded_make()")

    add("of a name", "only named",
        [lambda operand: not operand["prvalue"] and
         (is_lazy(operand) or is_awaiter(operand)), _statement],
        _instead("{x}"), _unchanged)

    group = "task, kept"
    wants = [is_made_here, is_lazy]

    def kept(name, fault, twin, prelude=""):
        add(name, group, wants, _before(fault), _before(twin), prelude)

    kept("local", "auto seeded_task = {x};",
         "auto seeded_task = {x}; co_await std::move(seeded_task);")
    kept("local in a block", "{ auto seeded_task = {x}; seeded_touch(); }",
         "{ auto seeded_task = {x}; seeded_touch(); "
         "co_await std::move(seeded_task); }")
    kept("reference", "{ auto &&seeded_task = {x}; seeded_touch(); }",
         "{ auto &&seeded_task = {x}; co_await std::move(seeded_task); }")
    kept("maybe_unused", "[[maybe_unused]] auto seeded_task = {x};",
         "[[maybe_unused]] auto seeded_task = {x}; "
         "seeded_start(std::move(seeded_task));")
    kept("moved on to another", "{ auto seeded_task = {x}; "
         "auto seeded_last = std::move(seeded_task); }",
         "{ auto seeded_task = {x}; auto seeded_last = std::move(seeded_task);"
         " co_await std::move(seeded_last); }")
    kept("captured",
         "{ auto seeded_run = [seeded_task = {x}]() mutable { seeded_touch(); "
         "}; seeded_run(); }",
         "{ auto seeded_run = [seeded_task = {x}]() mutable { "
         "seeded_start(std::move(seeded_task)); }; seeded_run(); }")
    kept("argument that is dropped", "seeded_drop({x});", "seeded_start({x});",
         "template <class T> void seeded_drop(T) {}")

    group = "task, on one path only"
    kept("if", "{ auto seeded_task = {x}; if (seeded_flag()) "
         "co_await std::move(seeded_task); seeded_touch(); }",
         "{ auto seeded_task = {x}; if (seeded_flag()) "
         "co_await std::move(seeded_task); else "
         "seeded_start(std::move(seeded_task)); }")
    kept("else", "{ auto seeded_task = {x}; if (seeded_flag()) seeded_touch(); "
         "else { co_await std::move(seeded_task); } seeded_touch(); }",
         "{ const bool seeded_now = seeded_flag(); auto seeded_task = {x}; "
         "if (seeded_now) seeded_touch(); else co_await "
         "std::move(seeded_task); if (seeded_now) "
         "co_await std::move(seeded_task); }")
    kept("switch", "{ auto seeded_task = {x}; switch (seeded_number()) { "
         "case 0: co_await std::move(seeded_task); break; case 1: break; "
         "default: seeded_start(std::move(seeded_task)); } }",
         "{ auto seeded_task = {x}; switch (seeded_number()) { "
         "case 0: seeded_touch(); [[fallthrough]]; default: "
         "co_await std::move(seeded_task); } }")
    kept("loop", "{ auto seeded_task = {x}; while (seeded_flag()) { "
         "co_await std::move(seeded_task); break; } }",
         "{ auto seeded_task = {x}; for (;;) { if (seeded_flag()) continue; "
         "co_await std::move(seeded_task); break; } }")
    kept("condition", "{ auto seeded_task = {x}; if (seeded_flag() && "
         "(co_await std::move(seeded_task), true)) seeded_touch(); }",
         "{ auto seeded_task = {x}; if ((co_await std::move(seeded_task), "
         "seeded_flag())) seeded_touch(); }")

    group = "task, overwritten"
    kept("at once", "{ auto seeded_task = {x}; seeded_task = {x}; "
         "co_await std::move(seeded_task); }",
         "{ auto seeded_task = {x}; co_await std::move(seeded_task); "
         "seeded_task = {x}; co_await std::move(seeded_task); }")
    kept("on one path", "{ auto seeded_task = {x}; if (seeded_flag()) "
         "seeded_task = {x}; co_await std::move(seeded_task); }",
         "{ auto seeded_task = {x}; if (seeded_flag()) { "
         "seeded_start(std::move(seeded_task)); seeded_task = {x}; } "
         "co_await std::move(seeded_task); }")
    kept("in an optional", "{ std::optional seeded_one({x}); "
         "seeded_one.reset(); seeded_one.emplace({x}); "
         "co_await std::move(*seeded_one); }",
         "{ std::optional seeded_one({x}); co_await std::move(*seeded_one); "
         "seeded_one.reset(); seeded_one.emplace({x}); "
         "co_await std::move(*seeded_one); }")

    group = "task, in an owner"
    kept("vector", "{ std::vector<decltype({x})> seeded_all; "
         "seeded_all.push_back({x}); seeded_all.emplace_back({x}); }",
         "{ std::vector<decltype({x})> seeded_all; seeded_all.push_back({x}); "
         "for (auto &seeded_each : seeded_all) "
         "co_await std::move(seeded_each); }")
    kept("vector moved on", "{ std::vector<decltype({x})> seeded_all; "
         "seeded_all.push_back({x}); "
         "auto seeded_more = std::move(seeded_all); }",
         "{ std::vector<decltype({x})> seeded_all; seeded_all.push_back({x}); "
         "auto seeded_more = std::move(seeded_all); "
         "seeded_start(std::move(seeded_more)); }")
    kept("vector cleared", "{ std::vector<decltype({x})> seeded_all; "
         "seeded_all.push_back({x}); seeded_all.clear(); }",
         "{ std::vector<decltype({x})> seeded_all; seeded_all.push_back({x}); "
         "co_await std::move(seeded_all.front()); seeded_all.clear(); }")
    kept("deque filled in a loop", "{ std::deque<decltype({x})> seeded_all; "
         "for (int seeded_i = 0; seeded_i < 3; ++seeded_i) "
         "seeded_all.push_back({x}); }",
         "{ std::deque<decltype({x})> seeded_all; "
         "for (int seeded_i = 0; seeded_i < 3; ++seeded_i) "
         "seeded_all.push_back({x}); while (!seeded_all.empty()) { "
         "co_await std::move(seeded_all.front()); seeded_all.pop_front(); } }")
    kept("map", "{ std::map<int, decltype({x})> seeded_all; "
         "seeded_all.emplace(1, {x}); }",
         "{ std::map<int, decltype({x})> seeded_all; "
         "seeded_all.emplace(1, {x}); "
         "co_await std::move(seeded_all.at(1)); }")
    kept("optional", "{ std::optional seeded_one({x}); seeded_touch(); }",
         "{ std::optional seeded_one({x}); "
         "co_await *std::move(seeded_one); }")
    kept("unique_ptr",
         "auto seeded_one = std::make_unique<decltype({x})>({x});",
         "auto seeded_one = std::make_unique<decltype({x})>({x}); "
         "co_await std::move(*seeded_one);")
    kept("tuple", "{ auto seeded_two = std::make_tuple({x}, 1); "
         "seeded_touch(); }",
         "{ auto seeded_two = std::make_tuple({x}, 1); "
         "co_await std::get<0>(std::move(seeded_two)); }")
    kept("array", "{ std::array<decltype({x}), 1> seeded_all{{ {x} }}; }",
         "{ std::array<decltype({x}), 1> seeded_all{{ {x} }}; "
         "co_await std::move(seeded_all[0]); }")

    group = "task, in a callable"
    kept("std::function", "std::function<void()> seeded_call = "
         "[&] { return {x}; }; seeded_call();",
         "std::function<void()> seeded_call = "
         "[&] { seeded_start({x}); }; seeded_call();")
    kept("std::thread", "std::thread([&] { return {x}; }).detach();",
         "std::thread([&] { seeded_start({x}); }).detach();")
    kept("own callback", "SeededCallback<void()> seeded_call("
         "[&] { return {x}; });",
         "SeededCallback<void()> seeded_call([&] { seeded_start({x}); });",
         "template <class> class SeededCallback; template <class R, class... A>"
         " class SeededCallback<R(A...)> { public:"
         " template <class F> SeededCallback(F) {} };")

    group = "result of awaiting"
    wants = [is_lazy, lambda operand: operand.get("template")]
    nested = ("auto seeded_later = []() -> {t}<{t}<int>> { co_return []() -> "
              "{t}<int> { co_return 1; }(); }; ")
    add("a task", group, wants,
        _before("{ " + nested + "co_await seeded_later(); }"),
        _before("{ " + nested + "(void)co_await co_await seeded_later(); }"))
    add("a task, kept", group, wants,
        _before("{ " + nested + "auto seeded_task = co_await seeded_later(); "
                "seeded_touch(); }"),
        _before("{ " + nested + "auto seeded_task = co_await seeded_later(); "
                "(void)co_await std::move(seeded_task); }"))
    checked = ("auto seeded_check = []() -> {t}<::SeededStatus> "
               "{ co_return ::SeededStatus{}; }; ")
    add("marked nodiscard", group, wants,
        _before("{ " + checked + "co_await seeded_check(); }"),
        _before("{ " + checked + "(void)(co_await seeded_check()).ok; }"),
        "struct [[nodiscard]] SeededStatus { bool ok = true; };")

    group = "awaitable where its guard was meant"
    lock = ("struct SeededHold { explicit SeededHold(int *p) : p(p) {}"
            " SeededHold(SeededHold &&o) : p(std::exchange(o.p, nullptr)) {}"
            " ~SeededHold() { if (p) --*p; } int *p; };\n"
            "struct SeededLock { struct Taking { int *p;"
            " bool await_ready() const noexcept { return *p == 0; }"
            " void await_suspend(std::coroutine_handle<>) const;"
            " SeededHold await_resume() const { return SeededHold(p); } };"
            " Taking lock() { return {&held}; } int held = 0; };\n"
            "static SeededLock seeded_lock;")
    anything = [lambda operand: True]
    add("of a lock of their own", group, anything,
        _before("auto seeded_hold = ::seeded_lock.lock();"),
        _before("auto seeded_hold = co_await ::seeded_lock.lock();"), lock)
    add("of a lock of their own, marked", group, anything,
        _before("[[maybe_unused]] auto seeded_hold = ::seeded_lock.lock();"),
        _before("[[maybe_unused]] auto seeded_hold = "
                "co_await ::seeded_lock.lock();"), lock)

    class Declared(DiscardKind):
        def takes(self, suspension):
            return "declared" in suspension and super().takes(suspension)

    made.append(Declared(
        "their co_await gone", group, _instead("{x}"), _unchanged,
        [is_made_here, lambda operand: is_lazy(operand) or
         is_awaiter(operand)]))
    return made
