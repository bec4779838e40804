# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Writes random programs: their control flow, with what holders.py writes
between.
"""

import random
from dataclasses import dataclass, field

import grammar
from beliefs import LOST, NO, YES, Guard, State, join, negated
from holders import Holders
from syntax import (SHAPES, STORAGES, Leaf, Node, Program, lines_of,
                    used_mutexes)

# How often each sort of statement is tried. Each program loves a few of them.
WEIGHTS = {
    "write_await": 8, "write_raw": 3, "write_take": 3, "write_empty": 1,
    "write_adopt": 1, "write_perhaps": 1, "write_two": 1,
    "write_guard_operation": 5, "write_move": 3, "write_reference": 0.7,
    "write_lambda": 0.4, "write_release": 1.5, "write_nothing": 0.5,
    "write_in_flag": 1, "write_in_block": 1, "write_in_if": 2,
    "write_in_loop": 1, "write_in_spin": 0.5, "write_in_switch": 0.7,
    "write_in_try": 1, "write_jump": 1.5, "write_risk": 6,
}


@dataclass
class Target:
    """Where break, continue, goto or throw may go; and who went there."""
    kind: str
    entry: State
    label: str = ""
    arrivals: list = field(default_factory=list)


class Writer(Holders):
    """Writes one program."""

    # How often a scope's end, leaving the coroutine and a break free what is
    # held.
    tidy_end, tidy_exit, tidy_break = 0.5, 0.6, 0.4

    def __init__(self, rng):
        self.rng = rng
        self.careful = rng.random() < 0.5  # awaits with nothing held, it hopes
        self.mutexes = tuple(
            "SharedMutex" if rng.random() < 0.25 else "Mutex"
            for _ in range(rng.choice([1, 2, 2, 2, 3])))
        self.budget = rng.randint(5, 15)
        self.count = 0
        self.bools = 0
        self.targets = []
        self.raw_in_try = None  # in a try block: either raw locks or guards
        self.in_handler = False  # where C++ allows no co_await
        self.released = set()  # mutexes that a guard gave up by release()
        loved = set(rng.sample(sorted(WEIGHTS), 4))
        self.weights = {n: w * (4 if n in loved else 1)
                        for n, w in WEIGHTS.items()}

    def become(self, state, other):
        state.__dict__.update(other.__dict__)

    def block(self, state, size, depth):
        """A scope's statements. `state` is where it begins, then where it
        ends."""
        outer = state.copy()
        statements = []
        while size > 0 and not state.dead and self.budget > 0:
            names = [n for n in self.weights
                     if depth < 3 or not n.startswith("write_in_")]
            name = self.rng.choices(
                names, [self.weights[n] for n in names])[0]
            self.bools_so_far(state)
            method = getattr(self, name)
            if name.startswith("write_in_"):
                written = method(state, depth)
            else:
                written = method(state)
            if written:
                statements += written
                size -= 1
            else:
                size -= 0.15
        if not state.dead and self.maybe(self.tidy_end):
            statements += self.pass_on(state, outer)
        state.leave(outer)
        return tuple(statements)

    def size(self):
        return self.rng.choice([1, 1, 2, 2, 3])

    def condition(self, state):
        """A condition, and the states where it is true and where not."""
        then, other = state.copy(), state.copy()
        options = ["decision"] * 3 + ["literal"] * 5 + ["and"] + ["or"]
        options += ["await"]
        guards = [(n, g) for n, g in state.guards.items()
                  if g.kind in ("unique", "shared")]
        if guards:
            options += ["owns"] * 2
        parked = [(n, g) for n, g in guards if g.holds == NO
                  and g.mutex is not None and state.is_free(g.mutex)]
        if parked and self.can_use("guard"):
            options += ["guard try_lock"] * 2
        if any(state.is_free(m) for m in state.raw) and self.can_use("raw"):
            options += ["try_lock"] * 3
        option = self.rng.choice(options)
        if option == "decision":
            return "next()", then, other, None, ("branch",)
        if option == "await":
            if self.in_handler or self.careful and not state.all_free():
                return "next()", then, other, None, ("branch",)
            return "co_await flag()", then, other, None, (
                "await in condition",)
        if option == "owns":
            name, guard = self.rng.choice(guards)
            then.assume([f"{name}.owns_lock()"])
            other.assume([f"!{name}.owns_lock()"])
            if guard.holds != NO:
                other.guards[name].holds = NO
            text = self.rng.choice([f"{name}.owns_lock()", name])
            return text, then, other, None, ("owns_lock",)
        if option == "guard try_lock":
            name, _ = self.rng.choice(parked)
            then.guards[name].holds = YES
            return f"{name}.try_lock()", then, other, None, (
                "guard try_lock",)
        if option == "try_lock":
            return self.try_lock(state, then, other)
        literal = self.literal(state)
        if option == "and":
            then.assume([literal])
            second = self.literal(state) if self.maybe(0.5) else "next()"
            if second != "next()":
                then.assume([second])
            return f"{literal} && {second}", then, other, None, ("logical",)
        if option == "or":
            other.assume([negated(literal)])
            return f"{literal} || next()", then, other, None, ("logical",)
        then.assume([literal])
        other.assume([negated(literal)])
        tags = ("branch", "correlated branch")
        if literal.startswith("!"):
            tags += ("negated condition",)
        return literal, then, other, literal, tags

    def try_lock(self, state, then, other):
        free = [m for m in state.raw if state.is_free(m)]
        mutex, tag = self.rng.choice(free), "try_lock"
        then.raw[mutex] = YES
        text = f"@m{mutex}.try_lock()"
        if self.mutexes[mutex] == "SharedMutex" and self.maybe(0.5):
            text = f"@m{mutex}.try_lock_shared()"
            then.readers.add(mutex)
        elif self.maybe(0.2):
            tag = "helper tells"
            text = f"lock_and_say(@m{mutex})"
            if len(free) > 1 and self.maybe(0.6):
                second = self.rng.choice([m for m in free if m != mutex])
                text = f"try_both(@m{mutex}, @m{second})"
                then.raw[second] = YES
        if self.maybe(0.25):
            return f"!{text}", other, then, None, (tag, "negated condition")
        if self.maybe(0.2):
            literal = self.literal(state)
            then.assume([literal])
            return f"{literal} && {text}", then, other, None, (tag, "logical")
        if self.maybe(0.1):
            other.raw[mutex] = LOST
            return f"{text} && next()", then, other, None, (tag, "logical")
        return text, then, other, None, (tag,)

    def write_in_if(self, state, depth):
        text, then, other, literal, tags = self.condition(state)
        init, outer = "", state.copy()
        if self.maybe(0.12) and "lock" not in text:
            init = self.guard_in_head([then, other])
            if init:
                init, tags = init + " ", tags + ("init-statement",)
        self.budget -= 1
        first = self.block(then, self.size(), depth + 1)
        lines, blocks = (f"if ({init}{text}) {{", "}"), (first,)
        if self.maybe(0.45):
            blocks += (self.block(other, self.size(), depth + 1),)
            lines = (lines[0], "} else {", "}")
        elif not then.dead and not other.dead and literal is None \
                and self.maybe(0.7):
            blocks = (first + tuple(self.pass_on(then, other)),)
        self.become(state, join(then, other, literal))
        state.leave(outer)
        return [Node(lines, blocks, tags)]

    def write_in_flag(self, state, depth):
        """A lock that a bool remembers."""
        if not self.can_use("raw") or self.raw_in_try:
            return None
        mutexes = [m for m in state.raw if state.is_free(m)]
        if not mutexes:
            return None
        mutex = self.rng.choice(mutexes)
        flag = self.fresh("f")
        if self.maybe(0.35):
            state.bools.append(flag)
            state.raw[mutex] = frozenset([flag])
            return [self.leaf("const bool {f} = @m{m}.try_lock();", "try_lock",
                              "flag", f=flag, m=mutex)]
        if self.maybe(0.25):
            state.bools.append(flag)
            return [self.leaf("const bool {f} = next();", "flag", f=flag)]
        state.flags[flag] = False
        state.versions[flag] = 0
        declaration = self.leaf("bool {f} = false;", "flag", f=flag)
        then = state.copy()
        then.flags[flag] = True
        then.versions[flag] += 1
        taken = self.hold(then, "raw", mutex)
        block = [taken, self.leaf("{f} = true;", "flag", f=flag)]
        if self.maybe(0.3):
            block.reverse()
        node = Node(("if (next()) {", "}"), (tuple(block),), ("flag",))
        self.become(state, join(then, state))
        return [declaration, node]

    def write_in_block(self, state, depth):
        self.budget -= 1
        if self.maybe(0.3):
            label = self.fresh("out")
            target = Target("goto", state.copy(), label)
            self.targets.append(target)
            block = self.block(state, self.size() + 1, depth + 1)
            self.targets.pop()
            for arrival in target.arrivals:
                self.become(state, join(state, arrival))
            if target.arrivals:
                return [Node(("{", f"}} {label}:;"), (block,),
                             ("goto out", "nested scope"))]
            return [Node(("{", "}"), (block,), ("nested scope",))]
        block = self.block(state, self.size() + 1, depth + 1)
        return [Node(("{", "}"), (block,), ("nested scope",))]

    def write_in_loop(self, state, depth):
        label = self.fresh("back")
        _, (head, tail), tag = self.row(grammar.LOOPS)
        if "co_await" in head and (self.in_handler or self.careful
                                   and not state.all_free()):
            return None
        literal = self.literal(state)
        head = head.format(label=label, c=literal)
        outer, tags = state.copy(), (tag, "loop")
        if tag == "for" and self.maybe(0.3):
            init = self.guard_in_head([state])
            if init:
                head = f"for ({init} again();) {{"
                tags += ("init-statement",)
        # Of flags that change, the next turn knows nothing.
        state.flags = dict.fromkeys(state.flags, "either")
        state.known = frozenset(l for l in state.known
                                if l.lstrip("!") not in state.flags)
        target = Target("scope" if tag == "goto back" else "loop",
                        state.copy())
        self.targets.append(target)
        self.budget -= 1
        if literal in head:
            state.assume([literal])
        block = self.block(state, self.size() + 1, depth + 1)
        if not state.dead and self.maybe(0.9):
            block += tuple(self.pass_on(state, target.entry))
        self.targets.pop()
        end = state if tag in ("do", "goto back") else target.entry \
            if tag == "for ever" else join(target.entry, state)
        for arrival in target.arrivals:
            end = join(end, arrival)
        self.become(state, end.copy())
        state.leave(outer)
        return [Node((head, tail.format(label=label)), (block,), tags)]

    def guard_in_head(self, states):
        """The text of a guard in a statement's head, which all the states
        have then; or nothing."""
        free = [m for m in range(len(self.mutexes))
                if all(s.is_free(m) for s in states)]
        if not free or not self.can_use("guard"):
            return ""
        mutex, name = self.rng.choice(free), self.fresh("g")
        for state in states:
            state.guards[name] = Guard("unique", self.mutexes[mutex], mutex,
                                       YES, [name])
        return f"std::unique_lock {name}(@m{mutex});"

    def write_in_spin(self, state, depth):
        """Tries again until it has the lock."""
        if not self.can_use("raw"):
            return None
        free = [m for m in state.raw if state.is_free(m)]
        if not free:
            return None
        mutex = self.rng.choice(free)
        target = Target("loop", state.copy())
        self.targets.append(target)
        self.budget -= 1
        block = self.block(state, 1, depth + 1)
        if not state.dead:
            block += tuple(self.pass_on(state, target.entry))
        self.targets.pop()
        self.become(state, target.entry.copy())
        state.raw[mutex] = YES
        for arrival in target.arrivals:
            self.become(state, join(state, arrival))
        return [Node((f"while (!@m{mutex}.try_lock()) {{", "}"), (block,),
                     ("try_lock", "while", "loop"))]

    def write_in_switch(self, state, depth):
        cases = self.rng.randint(2, 3)
        default = self.maybe(0.5)
        outer, init, tags = state.copy(), "", ("switch",)
        if self.maybe(0.1):
            init = self.guard_in_head([state])
            if init:
                init, tags = init + " ", tags + ("init-statement",)
        entry = state.copy()
        target = Target("switch", entry)
        self.targets.append(target)
        self.budget -= 1
        lines, blocks = [], []
        fell = None
        choices = cases if default else cases + 1
        for i in range(cases):
            label = "default" if default and i == cases - 1 else f"case {i}"
            opening = f"switch ({init}pick({choices})) {{ " if i == 0 else \
                "} "
            if i and fell:
                opening += "[[fallthrough]]; "
                tags += ("fallthrough",)
            if label == "default":
                tags += ("default",)
            lines.append(f"{opening}{label}: {{")
            arm = join(entry, fell) if fell else entry.copy()
            block = self.block(arm, self.size(), depth + 1)
            fell = None
            if not arm.dead:
                if self.maybe(0.5):
                    block += tuple(self.pass_on(arm, entry))
                if i + 1 < cases and self.maybe(0.3):
                    fell = arm
                else:
                    block += (Leaf("break;", ("break",)),)
                    target.arrivals.append(arm)
            blocks.append(block)
        lines.append("} }")
        self.targets.pop()
        end = entry.copy()
        end.dead = default
        for arrival in target.arrivals:
            end = join(end, arrival)
        self.become(state, end.copy())
        state.leave(outer)
        return [Node(tuple(lines), tuple(blocks), tags)]

    def write_in_try(self, state, depth):
        outer = state.copy()
        before = self.raw_in_try
        if before is None:
            self.raw_in_try = self.maybe(0.5)
        target = Target("try", state.copy())
        self.targets.append(target)
        self.budget -= 2
        block = self.block(state, self.size() + 1, depth + 1)
        if not target.arrivals and not state.dead and self.maybe(0.95):
            target.arrivals.append(state.copy())
            block += (Node(("if (next()) {", "}"),
                           ((Leaf("throw Error{};", ("throw",)),),)),)
        self.targets.pop()
        self.raw_in_try = before
        handler = outer.copy()
        handler.dead = True
        for arrival in target.arrivals:
            handler = join(handler, arrival)
        if handler.dead:  # nothing is thrown
            handler = outer.copy()
            caught = ()
        else:
            outside, self.in_handler = self.in_handler, True
            caught = self.block(handler, self.size(), depth + 1)
            if not handler.dead and self.maybe(0.6):
                caught += tuple(self.pass_on(handler, state))
            self.in_handler = outside
        self.become(state, join(state, handler))
        state.leave(outer)
        handler, tags = "} catch (const Error &) {", ("try",)
        if self.maybe(0.3):
            handler, tags = "} catch (...) { caught();", ("try", "catch all")
        statements = [Node(("try {", handler, "}"), (block, caught), tags)]
        if not self.careful and not self.in_handler and self.maybe(0.3):
            statements.append(Leaf("co_await pause();", ("await",)))
        return statements

    def write_jump(self, state):
        """Leaves: a loop, a switch, a scope, a try block, the coroutine; under
        a condition, usually."""
        text, then, other, literal, tags = self.condition(state)
        ways = {"co_return": None, "throw": None}
        for target in self.targets:  # the innermost of a kind comes last
            if target.kind in ("loop", "switch"):
                ways["break"] = target
            if target.kind == "loop":
                ways["continue"] = target
            if target.kind == "try":
                ways["throw"] = target
            if target.kind == "goto":
                ways["goto " + target.label] = target
        way = self.rng.choice(list(ways))
        target = ways[way]
        statements = []
        if target is None and self.maybe(self.tidy_exit):
            wanted = then.copy()
            wanted.raw = {m: NO for m in wanted.raw}
            statements += self.pass_on(then, wanted)
        elif way == "continue" and self.maybe(0.9) or \
                way == "break" and self.maybe(self.tidy_break):
            statements += self.pass_on(then, target.entry)
        if target and way != "continue":
            arrival = then.copy()
            arrival.leave(target.entry)
            target.arrivals.append(arrival)
        tag = {"co_return": "early return"}.get(way, way.split(" ")[0])
        if tag == "goto":
            tag = "goto out"
        if tag == "throw" and sum(t.kind == "try" for t in self.targets) > 1:
            tags += ("nested try",)
        statements.append(Leaf("throw Error{};" if way == "throw" else
                               f"{way};", (tag,)))
        self.budget -= 2
        then.dead = True
        if text == "next()" and self.maybe(0.15):
            self.become(state, then)
            return statements
        self.become(state, join(then, other, literal))
        return [Node((f"if ({text}) {{", "}"), (tuple(statements),), tags)]

    def write(self):
        state = State({m: NO for m in range(len(self.mutexes))})
        body = self.block(state, self.budget, 0)
        if not state.dead and self.maybe(0.6):
            wanted = state.copy()
            wanted.raw = {m: NO for m in wanted.raw}
            body += tuple(self.pass_on(state, wanted))
        return body


def program(seed, number):
    """The program with this number, or None where nothing came of it."""
    rng = random.Random(f"{seed}/{number}")
    writer = Writer(rng)
    body = writer.write()
    storages = tuple(rng.choices(STORAGES, (5, 2, 1, 2))[0]
                     for _ in writer.mutexes)
    shape = rng.choices(SHAPES, (10, 1, 1, 1, 1))[0]
    result = Program(number, body, writer.mutexes, storages, writer.bools,
                     shape)
    # Not of a lambda: those are other functions.
    lines = [line for line in lines_of(body) if "[" not in line]
    if not used_mutexes(result):
        return None
    if not any("co_await" in line or "co_yield" in line for line in lines):
        return None
    # A lock given up by release() counts where its mutex is unlocked by hand.
    if any(not any(f"@m{m}.unlock" in line for line in lines)
           for m in writer.released):
        return None
    return result

