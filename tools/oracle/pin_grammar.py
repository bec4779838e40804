# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""What the programs about pinned objects can say: the tables of pins.py.

In the rows {t} is the variable, {u} a new one, {o} the object, {T} its class, {H}
the type of the variable, {m} and {M} what is moved and its type.
"""

from syntax import Leaf

# How an object is registered, and the registration ended. A row with "{t}" is
# of variables without a holder.
START = {
    "Waiter": [
        (6, "{o}.start(l);", "start"),
        (2, "startIt({o}, l);", "helper starts"),
        (1, "{{ auto &r{n} = {o}; r{n}.start(l); }}", "start by reference"),
        (1, "{{ auto *p{n} = &{o}; p{n}->start(l); }}", "start by pointer"),
    ],
    "Loose": [(1, "{o}.start(l);", "start")],
    "Careful": [(1, "{o}.start(l);", "careful")],
    "Operation": [(1, "{o}.start();", "operation")],
    "Plain": [(1, "pin({o});", "pinned")],
    "Signal": [(1, "{o}.start();", "signal")],
}
STOP = {
    "Waiter": [
        (6, "{o}.stop();", "stop"),
        (2, "endIt({o});", "helper stops"),
        (1, "[&] {{ {o}.stop(); }}();", "lambda stops"),
        (1, "{{ auto s{n} = [&] {{ {o}.stop(); }}; s{n}(); }}",
         "lambda stops"),
        (1, "if ({o}.isStarted()) {o}.stop();", "stop if started"),
        (1, "{{ auto &r{n} = {o}; r{n}.stop(); }}", "stop by reference"),
        (1, "{{ auto *p{n} = &{o}; p{n}->stop(); p{n} = nullptr; }}",
         "stop by pointer"),
        (1, "for (Waiter *p{n} : {{&{o}}}) p{n}->stop();", "stop by pointer"),
        (1, "{{ std::function<void()> s{n} = [&] {{ {o}.stop(); }}; s{n}(); }}",
         "lambda stops"),
    ],
    "Loose": [(1, "{o}.stop(l);", "stop")],
    "Careful": [(1, "{o}.stop();", "stop")],
    "Session": [(1, "{o}.stop();", "stop")],
    "Operation": [(1, "{o}.stop();", "stop")],
    "Signal": [(1, "co_await {o};", "signal awaited")],
}
# New objects in the place of old ones; of classes that say goodbye.
AFRESH = {
    "optional": [(1, "{t}.reset(); {t}.emplace();", "optional reset"),
                 (1, "{t} = std::nullopt; {t}.emplace();", "optional assign"),
                 (1, "{t} = {{}}; {t}.emplace();", "optional assign"),
                 (1, "{t}.emplace();", "optional emplace")],
    "owner": [(1, "{t} = std::make_unique<{T}>();", "unique_ptr assign"),
              (1, "{t}.reset(new {T}());", "unique_ptr reset")],
    "vector": [(1, "{t}.clear(); {t}.emplace_back();", "cleared"),
               (1, "{t}.resize(0); {t}.emplace_back();", "cleared"),
               (1, "{t} = Vector<{T}>(2);", "vector assign"),
               (1, "{t} = {{}}; {t}.emplace_back();", "vector assign"),
               (1, "Vector<{T}>(1).swap({t});", "vector swap"),
               (1, "{{ auto w{n} = std::move({t}); }} {t} = Vector<{T}>(1);",
                "vector move"),
               (1, "while (!{t}.empty()) {t}.pop_back(); {t}.emplace_back();",
                "popped")],
    "deque": [(1, "{t}.clear(); {t}.emplace_back();", "cleared"),
              (1, "{t} = std::deque<{T}>(1);", "deque assign"),
              (1, "while (!{t}.empty()) {t}.pop_front(); {t}.emplace_back();",
               "popped")],
    "owners": [(1, "{t}.clear(); {t}.push_back(std::make_unique<{T}>());",
                "cleared")],
}
ELEMENTS = {"vector": "Vector<{T}>", "deque": "std::deque<{T}>",
            "array": "std::array<{T}, 2>", "owners":
            "Vector<std::unique_ptr<{T}>>"}
ALL = [(2, "for (auto &w{n} : {t}) {{ {s} }}", "all in range for"),
       (1, "for (size_t i{n} = 0; i{n} < {t}.size(); ++i{n}) {{ {s} }}",
        "all by index"),
       (1, "std::for_each({t}.begin(), {t}.end(), [&](auto &w{n}) {{ {s} }});",
        "for_each"),
       (1, "for (auto w{n} = {t}.begin(); w{n} != {t}.end(); ++w{n}) {{ {s} }}",
        "all by iterator")]
MAKE = {
    "none": [(3, "{H} {t};", "local"), (1, "auto {t} = {H}();", "local")],
    "box": [(1, "{H} {t};", "aggregate")],
    "optional": [(1, "{H} {t}{{std::in_place}};", "optional"),
                 (1, "{H} {t}; {t}.emplace();", "optional")],
    "owner": [(1, "auto {t} = std::make_unique<{T}>();", "unique_ptr")],
    "vector": [(2, "{H} {t}; {t}.emplace_back();", "vector"),
               (2, "{H} {t}(2);", "vector"),
               (2, "{H} {t}; {t}.reserve(64); {t}.emplace_back();",
                "reserved")],
    "deque": [(1, "{H} {t}(2);", "deque")],
    "array": [(1, "{H} {t};", "array")],
    "owners": [(1, "{H} {t}; {t}.push_back(std::make_unique<{T}>());",
                "vector of unique_ptr")],
}
TYPE = {"none": "{T}", "box": "Box<{T}>", "optional": "std::optional<{T}>",
        "owner": "std::unique_ptr<{T}>", **ELEMENTS}
OBJECT = {"none": ["{t}"], "box": ["{t}.Node"], "optional": ["(*{t})"],
          "owner": ["(*{t})"], "vector": ["{t}.back()", "{t}.front()", "{t}[0]"],
          "deque": ["{t}.back()", "{t}.front()", "{t}[0]"],
          "array": ["{t}[0]", "{t}[1]"], "owners": ["(*{t}.back())"]}
# What moves the object: for good; into a new variable of the same kind; anew.
AWAY = [
    (3, "keep(std::move({m}));", "handed on"),
    (1, "[w{n} = std::move({m})] {{ (void)w{n}; }}();", "captured"),
    (1, "{{ std::optional w{n}{{std::move({m})}}; }}", "into optional"),
    (1, "{{ Vector<{M}> w{n}; w{n}.push_back(std::move({m})); }}",
     "into vector"),
    (1, "(void)passedOn(std::move({m}));", "passed on"),
    (1, "{{ auto w{n} = std::make_unique<{M}>(std::move({m})); }}",
     "into unique_ptr"),
    (1, "{{ Box<{M}> w{n}{{0, std::move({m})}}; }}", "into aggregate"),
]
COPIED = [(1, "keep({m});", "copied"), (1, "[{t}] {{ }}();", "captured copy")]
INTO_NEW = [(3, "auto {u} = std::move({t});", "moved"),
            (1, "auto {u} = passedOn(std::move({t}));", "passed on")]
OVER = [(2, "{t} = {H}();", "overwritten"),
        (1, "(void)std::exchange({t}, {H}());", "exchange")]
SWAP = [(2, "std::swap({t}, {u});", "swap"),
        (1, "{{ auto w{n} = std::move({t}); {t} = std::move({u}); {u} = "
         "std::move(w{n}); }}", "swap by hand")]
# What moves the elements of a vector that has no room left, or may.
GROW = [(3, "{t}.emplace_back();", "grown"),
        (2, "{t}.push_back({T}());", "grown"),
        (1, "{t}.resize({t}.size() + 1);", "resized")]
SHRINK = [(1, "{t}.pop_back(); {t}.emplace_back();", "popped"),
          (1, "{t}.erase({t}.begin()); {t}.emplace_back();", "erased")]
GROW_OTHERS = {"deque": [(1, "{t}.emplace_back();", "deque grown"),
                         (1, "{t}.push_front({T}());", "deque grown")],
               "owners": [(1, "{t}.push_back(std::make_unique<{T}>());",
                           "owners grown")]}
# What has no effect on a registration.
LOOK = [(1, "lookAt({o});", "looked at"),
        (1, "(void){o}.isLate();", "asked")]
IN_LOOPS = [
    (1, "for (auto &w{n} : {t}) {{ keep(std::move(w{n})); w{n}.start(l); }} "
     "for (auto &w{n} : {t}) w{n}.stop();", "each moved first"),
    (1, "for (auto &w{n} : {t}) {{ w{n}.start(l); keep(std::move(w{n})); }}",
     "each started first"),
    (1, "for (auto &w{n} : {t}) {{ w{n}.start(l); if (next()) w{n}.stop(); "
     "else w{n} = Waiter(); }}", "each started first"),
]
# Whole stories in one line: what a function returns. (Where a template's lambda
# has no type for it, Clang moves what it could elide.)
RETURNED = [
    (1, "{{ auto w{n} = [&]() -> Waiter {{ Waiter w; w.start(l); "
     "return w; }}(); }}",
     "elided"),
    (1, "{{ auto w{n} = [&] {{ Waiter w; w.start(l); w.stop(); "
     "return std::move(w); }}(); }}", "returned after its end"),
]
# These are wrong wherever they stand, and so they come first.
RETURNED_WRONG = [
    Leaf("{ auto w = [&] { Waiter w; w.start(l); return std::move(w); }(); }",
         ("returned",)),
    Leaf("{ auto w = [&](bool c) { Waiter a, b; a.start(l); "
         "if (c) return b; return a; }(next()); }", ("one of two returned",)),
    Leaf("{ auto w = [&](Waiter a) { a.start(l); return a; }(Waiter()); }",
         ("parameter returned",)),
    Leaf("{ Vector<Waiter> v(2); v[1].start(l); v.erase(v.begin()); }",
         ("second erased",)),
]
