# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Writes programs about objects whose address is registered: their control flow
is generate.py's, their classes are those of pins.h.

A variable *owes* while its object, or one of its elements, is registered: the
paths and conditions that ought to unlock a mutex ought to stop it. What moves an
object is written mostly where it does not owe.

A variable has a class and a holder: what pin_grammar.py can say depends on both.
"""

import random
import re

import tasks
from grammar import AWAIT
from beliefs import LOST, NO, YES, State, negated
from pin_grammar import (AFRESH, ALL, AWAY, COPIED, ELEMENTS, GROW,
                         GROW_OTHERS, IN_LOOPS, INTO_NEW, LOOK, MAKE, OBJECT,
                         OVER, RETURNED, RETURNED_WRONG, SHRINK, START, STOP,
                         SWAP, TYPE)
from syntax import SHAPES, Program

WEIGHTS = {
    "write_make": 7, "write_start": 8, "write_stop": 3, "write_afresh": 1.5,
    "write_away": 4, "write_new": 2, "write_over": 1.5, "write_swap": 1,
    "write_grow": 4, "write_look": 1, "write_returned": 0.3, "write_numbers": 0.3,
    "write_await": 1, "write_clear": 0.4, "write_work": 1,
    "write_in_block": 1, "write_in_if": 3, "write_in_loop": 1.5,
    "write_in_switch": 0.7, "write_in_try": 0.7, "write_jump": 2,
}
CLASSES = {"Waiter": 10, "Session": 1, "Loose": 2.5, "Careful": 1, "Cursor": 0.7,
           "Operation": 0.7, "Plain": 0.7, "Signal": 0.7}
HOLDERS = {"none": 6, "box": 2, "optional": 2, "owner": 2, "vector": 6,
           "deque": 1, "array": 1, "owners": 1}


class PinWriter(tasks.TaskWriter):
    """Writes one program."""

    def __init__(self, rng):
        super().__init__(rng)
        # A move after the end is as interesting as one before it.
        self.tidy_end = 0
        self.tidy_exit = self.tidy_break = rng.choice([0, 0.5])
        self.gives = False
        self.budget = rng.randint(4, 14)
        self.iterators = {}
        loved = set(rng.sample(sorted(WEIGHTS), 3))
        self.weights = {n: w * (3 if n in loved else 1)
                        for n, w in WEIGHTS.items()}

    # How rows become text.

    def choose(self, table):
        return self.rng.choices(list(table), list(table.values()))[0]

    def say(self, row, name, **more):
        """The statement of a row."""
        of, holder = self.kinds[name]
        self.fresh("n")
        values = {"t": name, "T": of, "H": TYPE[holder].format(T=of), **more}
        objects = [o.format(t=name) for o in OBJECT[holder]]
        values.setdefault("o", self.rng.choice(objects))
        return self.leaf(row[1], row[2], **values)

    def all_of(self, name, rows):
        """A statement for all elements."""
        of, holder = self.kinds[name]
        how = self.row(ALL[:2] if rows is START.get(of) else ALL)
        element = {"all by index": f"{name}[i@]",
                   "all by iterator": "w@"}.get(how[2], "w@")
        row = self.row([r for r in rows if r[1].startswith("{o}.")])
        pointers = (how[2] == "all by iterator") + (holder == "owners")
        element = "(" + "*" * pointers + element + ")" if pointers else element
        self.fresh("n")
        element = element.replace("@", str(self.count))
        inner = row[1].format(o=element, t=name, n=self.count)
        return self.leaf(how[1], how[2], row[2], t=name, s=inner)

    def afresh(self, name):
        of, holder = self.kinds[name]
        # An empty list may be copied from.
        return [row for row in AFRESH[holder] if of not in ("Careful", "Signal")
                or holder != "vector" or "= {{}}" not in row[1]]

    def free(self, state, kind, key):
        of, holder = self.kinds[key]
        state.raw[key] = NO
        if holder in AFRESH and of != "Session" and self.maybe(0.3):
            return self.say(self.row(self.afresh(key)), key)
        if holder in ELEMENTS and of != "Signal":
            return self.all_of(key, STOP[of])
        return self.say(self.row(STOP[of]), key)

    def let_go(self, state, kind, key, status):
        of, holder = self.kinds[key]
        if of not in STOP or of == "Signal" and self.in_handler:
            return []
        return super().let_go(state, kind, key, status)

    def when(self, literals, statement, *tags):
        if statement.text[0] not in "{[f" and statement.text.count(";") > 1:
            statement = type(statement)("{ " + statement.text + " }",
                                        statement.tags)
        if "while (" in statement.text or "if (" in statement.text or \
                "delete" in statement.text or "keep" in statement.text:
            statement = type(statement)("{ " + statement.text + " }",
                                        statement.tags)
        return super().when(literals, statement, *tags)

    def some(self, state, accepts=lambda of, holder: True, *statuses):
        names = [n for n, s in state.raw.items()
                 if n in self.kinds and accepts(*self.kinds[n])
                 and (not statuses or s in statuses)]
        return self.rng.choice(names) if names else None

    def not_owing(self, state, accepts=lambda of, holder: True):
        """A variable, one that does not owe if it may be; and whether to write
        what moves it under the condition that it does not."""
        name = self.some(state, accepts, NO) if self.maybe(0.6) else None
        return name or self.some(state, accepts)

    def guarded(self, state, name, statement):
        """The statement, perhaps only where the variable does not owe."""
        status = state.raw[name]
        if isinstance(status, frozenset) and len(status) == 1 and \
                self.maybe(0.6):
            return [self.when([negated(l) for l in status], statement)]
        if status == YES:
            state.raw[name] = NO
        return [statement]

    def write(self):
        parameters = {}
        if self.maybe(0.15):
            self.kinds["p"] = ("Waiter", "none")
            parameters["p"] = NO
        return self.block(State(parameters), self.budget, 0)

    # Statements.

    def write_make(self, state):
        name = self.fresh("t")
        of = self.choose(CLASSES)
        holder = "none" if of in ("Operation", "Plain", "Signal", "Cursor") \
            and self.maybe(0.7) else self.choose(HOLDERS)
        if of == "Session":
            holder = self.rng.choice(["none", "vector"])
        if of == "Cursor" and holder != "box":
            holder = "none"
        self.kinds[name] = (of, holder)
        state.raw[name] = LOST if of == "Cursor" else NO
        if of != "Session":
            return [self.say(self.row(MAKE[holder]), name)]
        state.raw[name] = YES
        text = {"none": "Session {t}(l);",
                "vector": "{H} {t}; " + self.rng.choice(
                    ["", "{t}.reserve(64); "]) + "{t}.emplace_back(l);"}
        return [self.say((1, text[holder], "session"), name)]

    def write_start(self, state):
        name = self.some(state, lambda of, _: of in START, NO)
        if not name:
            return None
        of, holder = self.kinds[name]
        if of == "Waiter" and holder == "vector" and self.maybe(0.15):
            return [self.say(self.row(IN_LOOPS), name)]
        if of != "Plain":
            state.raw[name] = YES
        rows = START[of]
        if holder in ELEMENTS and of in ("Waiter", "Loose", "Careful") and \
                self.maybe(0.4):
            start = self.all_of(name, rows)
        else:
            start = self.say(self.row(rows), name)
        if of != "Plain" and self.maybe(0.2):
            literal = self.literal(state)
            if literal.lstrip("!") in state.bools:
                state.raw[name] = frozenset([literal])
                return [self.when([literal], start)]
        return [start]

    def write_stop(self, state):
        owing = [(t, s) for t, s in state.raw.items()
                 if not isinstance(s, str) and self.kinds[t][0] in STOP]
        if not owing:
            return None
        name, status = self.rng.choice(owing)
        if self.kinds[name][1] in ELEMENTS and self.maybe(0.15):
            row = self.row(STOP[self.kinds[name][0]])
            return [self.say((1, row[1], "one stopped"), name)]
        return self.let_go(state, "raw", name, status)

    def write_afresh(self, state):
        name = self.some(state, lambda of, holder: holder in AFRESH
                         and of not in ("Session", "Loose", "Operation"))
        if not name:
            return None
        if self.kinds[name][0] != "Cursor":
            state.raw[name] = NO
        return [self.say(self.row(self.afresh(name)), name)]

    def write_away(self, state):
        name = self.not_owing(state)
        if not name:
            return None
        of, holder = self.kinds[name]
        rows = AWAY
        if of in ("Waiter", "Cursor") and holder != "owner":
            rows = AWAY + COPIED
        whole = holder not in ("owner", "owners") and self.maybe(0.4)
        if whole:
            moved, text = name, TYPE[holder].format(T=of)
        else:
            moved, text = self.rng.choice(OBJECT[holder]).format(t=name), of
        row = self.row(rows)
        if of in ("Session", "Cursor") and "passedOn" in row[1]:
            return None
        if row in COPIED and holder in ("owner", "owners", "vector", "deque"):
            return None
        if whole and holder == "vector":
            row = (1, row[1], "vector moved")
        if whole and holder == "vector" and of != "Session":
            row = (1, row[1] + " {t} = Vector<{T}>(2);", row[2])
        statement = self.say(row, name, m=moved, M=text)
        return self.guarded(state, name, statement)

    def write_new(self, state):
        """Into a new variable: what is behind a pointer stays where it is."""
        name = self.not_owing(state, lambda _, holder: holder != "array")
        if not name:
            return None
        of, holder = self.kinds[name]
        row = self.row(INTO_NEW[:1] if of in ("Session", "Cursor")
                       else INTO_NEW)
        stays = holder in ("owner", "owners", "vector", "deque")
        if stays:  # and what is left gets something new
            if of == "Session":
                return None
            row = (1, row[1] + " " + self.row(self.afresh(name))[1],
                   f"{holder} moved")
        other = self.fresh("t")
        self.kinds[other] = (of, holder)
        status = state.raw[name]
        state.raw[other] = status if stays or of in ("Cursor", "Careful") \
            else NO
        if stays or status == YES:
            state.raw[name] = LOST if of == "Cursor" else NO
        return [self.say(row, name, u=other)]

    def write_over(self, state):
        name = self.not_owing(
            state, lambda of, holder: holder in ("none", "box", "optional")
            and of != "Session")
        if not name:
            return None
        if self.kinds[name][1] == "optional":
            row = self.row([(1, "*{t} = {T}();", "overwritten"),
                            (1, "(void)std::exchange({t}, {T}());",
                             "exchange")])
        else:
            row = self.row(OVER[:1] if self.kinds[name][0] == "Cursor"
                           else OVER)
        return self.guarded(state, name, self.say(row, name))

    def write_swap(self, state):
        name = self.not_owing(state)
        if not name:
            return None
        kind = self.kinds[name]
        others = [n for n in state.raw if n != name and self.kinds[n] == kind]
        if not others:
            return None
        other = self.rng.choice(others)
        rows = SWAP
        if kind[1] in ("owner", "vector", "optional"):
            rows = SWAP + [(2, "{t}.swap({u});", "swap member")]
        raw = state.raw
        if kind[1] in ("owner", "owners", "vector", "deque"):
            raw[name], raw[other] = raw[other], raw[name]
        row = self.row(rows)
        if kind[1] in ("owner", "owners", "vector", "deque"):
            row = (1, row[1], f"{kind[1]} moved")
        return [self.say(row, name, u=other)]

    def write_grow(self, state):
        name = self.not_owing(state, lambda of, holder: holder == "vector"
                              or holder in GROW_OTHERS and of != "Session")
        if not name:
            return None
        of, holder = self.kinds[name]
        rows = GROW_OTHERS.get(holder, GROW)
        if of == "Session":
            rows = [(1, "{t}.emplace_back(l);", "grown")]
        elif holder == "vector" and self.maybe(0.3):
            rows = SHRINK
        if holder == "vector":
            return self.guarded(state, name, self.say(self.row(rows), name))
        return [self.say(self.row(rows), name)]

    def write_look(self, state):
        name = self.some(state, lambda of, _: of == "Waiter")
        return name and [self.say(self.row(LOOK), name)]

    def write_returned(self, state):
        self.fresh("n")
        _, text, tag = self.row(RETURNED)
        return [self.leaf(text, tag)]

    def write_numbers(self, state):
        """A generator, its iterator, and a move perhaps in between."""
        name = self.fresh("g")
        self.budget -= 1
        first, second = self.rng.choice([
            ("", " ++i{n};"), (" ++i{n};", ""), (" ++i{n};", ""),
            (" if (next()) ++i{n};", " if (next()) ++i{n};"),
            ("", " i{n} = k{n}.begin(); ++i{n};")])
        return [self.leaf(
            "{{ Numbers {g}; auto i{n} = {g}.begin();" + first
            + " auto k{n} = std::move({g});" + second + " }}",
            "numbers", g=name)]

    def write_await(self, state):
        if self.in_handler:
            return None
        # One that may not suspend may not let others run.
        _, text, tag = self.row([r for r in AWAIT if r[2] != "await perhaps"])
        self.fresh("n")
        return [self.leaf(text, tag)]

    def write_clear(self, state):
        for name, status in state.raw.items():
            if self.kinds[name][0] == "Waiter" and status != LOST:
                state.raw[name] = NO
        return [self.leaf("l.clear();", "all let go")]

    def write_work(self, state):
        return [self.leaf("work();", "others work")]


def program(seed, number):
    """The program with this number, or None where nothing came of it."""
    rng = random.Random(f"{seed}/pins/{number}")
    writer = PinWriter(rng)
    body = tasks.varied(writer.write(), rng)
    if rng.random() < 0.05:
        body = (rng.choice(RETURNED_WRONG), *body)
    result = Program(number, body, (), (), writer.bools,
                     rng.choices(SHAPES, (10, 1, 1, 1, 1))[0], "pins")
    text = repr(body)
    if not re.search(r"start|Session|Cursor|Numbers|pin\(|await", text) or \
            "move" not in text and "emplace" not in text:
        return None
    return result
