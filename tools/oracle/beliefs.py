# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""What the generator believes while it writes a program.

It keeps track of which holder (a mutex locked by hand, or a guard) holds its
mutex: never, always, or when some literals are true (`c0`, `!f1`,
`g0.owns_lock()`); or it lost track. That only steers: most programs then
neither lock twice nor unlock what is free. It never decides a label.
"""

import copy
from dataclasses import dataclass, field

NO = "no"
YES = frozenset()  # when all of no literals are true
LOST = "lost"

# How a guard of a kind is asked whether it holds.
OWNS = {"unique": ".owns_lock()", "shared": ".owns_lock()",
        "struct": ".Guard.owns_lock()", "pair": ".first.owns_lock()"}


def negated(literal):
    return literal[1:] if literal.startswith("!") else "!" + literal


@dataclass
class Guard:
    kind: str
    type: str
    mutex: int | None  # what it refers to, if that is certain
    holds: object = NO
    names: list = field(default_factory=list)  # it and its references


@dataclass
class State:
    """What the generator believes at a point of the program."""
    # mutex -> when it is locked by hand; or, where the question is of tasks,
    # variable -> when it owes its work
    raw: dict
    readers: set = field(default_factory=set)  # those with a reader's lock
    guards: dict = field(default_factory=dict)
    flags: dict = field(default_factory=dict)  # modified bool -> its value
    versions: dict = field(default_factory=dict)  # … and its assignments
    bools: list = field(default_factory=list)  # unmodified ones
    known: frozenset = frozenset()  # literals that are true
    lambdas: list = field(default_factory=list)  # (name, mutex, locks)
    dead: bool = False

    def copy(self):
        return copy.deepcopy(self)

    def holders(self):
        yield from (("raw", m, s) for m, s in self.raw.items())
        yield from (("guard", g.names[0], g.holds)
                    for g in self.guards.values())

    def is_free(self, mutex):
        """Nobody can hold it here."""
        return self.raw[mutex] == NO and all(
            g.holds == NO or g.mutex not in (mutex, None)
            for g in self.guards.values())

    def all_free(self):
        return all(status == NO for _, _, status in self.holders())

    def assume(self, literals):
        literals = frozenset(literals)
        self.known |= literals
        false = {negated(l) for l in literals}

        def narrow(status):
            if isinstance(status, str):
                return status
            return NO if status & false else status - literals

        self.raw = {m: narrow(s) for m, s in self.raw.items()}
        for g in self.guards.values():
            g.holds = narrow(g.holds)

    def forget(self, name):
        """A bool or guard changed: what was known of it is not any more."""
        def about(literals):
            return any(l.lstrip("!").split(".")[0] == name for l in literals)

        self.known = frozenset(l for l in self.known if not about([l]))
        for m, status in self.raw.items():
            if status not in (NO, LOST) and about(status):
                self.raw[m] = LOST
        for g in self.guards.values():
            if g.holds not in (NO, LOST) and about(g.holds):
                g.holds = LOST

    def leave(self, outer):
        """Ends a scope: what `outer` does not have is destroyed."""
        for name in [g for g in self.guards if g not in outer.guards]:
            del self.guards[name]
            self.forget(name)
        for name in [t for t in self.raw if t not in outer.raw]:
            del self.raw[name]  # a task's
        for name in [f for f in self.flags if f not in outer.flags]:
            del self.flags[name]
            self.forget(name)
        for name in [b for b in self.bools if b not in outer.bools]:
            self.forget(name)
        self.bools = list(outer.bools)
        self.lambdas = list(outer.lambdas)
        for name, g in self.guards.items():
            g.names = list(outer.guards[name].names)


def join(a, b, literal=None):
    """Where two paths meet: `a` ran if the literal was true, else `b`."""
    if a.dead or b.dead:
        return (b if a.dead else a).copy()
    result = a.copy()
    result.known = a.known & b.known
    if literal and a.versions != b.versions:
        literal = None

    def meet(x, y, owner=None):
        if x == y:
            return x
        if owner:
            return frozenset([owner])
        if LOST in (x, y):
            return LOST
        if NO not in (x, y):
            return LOST
        on, there = (a, x) if y == NO else (b, y)
        other = b if on is a else a
        if literal:
            return there | {literal if on is a else negated(literal)}
        for flag, value in on.flags.items():
            if isinstance(value, bool) and other.flags.get(flag) is not value \
                    and isinstance(other.flags.get(flag), bool):
                return there | {flag if value else "!" + flag}
        return LOST

    result.raw = {m: meet(a.raw[m], b.raw[m]) for m in a.raw}
    result.readers = a.readers | b.readers
    for name, g in result.guards.items():
        other = b.guards[name]
        owner = OWNS.get(g.kind)
        g.holds = meet(g.holds, other.holds, owner and name + owner)
        if g.mutex != other.mutex:
            g.mutex = None
    for flag in result.flags:
        if a.flags[flag] != b.flags[flag]:
            result.flags[flag] = "either"
        result.versions[flag] = max(a.versions[flag], b.versions[flag])
    return result
