# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Writes random programs that mostly lock and unlock as they should.

While it writes, the generator keeps track of which holder (a mutex locked by
hand, or a guard) holds its mutex there: never, always, or when some literals
are true (`c0`, `!f1`, `g0.owns_lock()`), or it lost track. That only steers:
most programs then neither lock twice nor unlock what is free. Those that do are
found when they run, and dropped; and it never decides a label.
"""

import copy
import random
from dataclasses import dataclass, field

import grammar
from syntax import (SHAPES, STORAGES, Leaf, Node, Program, lines_of,
                    used_mutexes)

NO = "no"
YES = frozenset()  # when all of no literals are true
LOST = "lost"

# How often each sort of statement is tried. Each program loves a few of them.
WEIGHTS = {
    "write_await": 8, "write_raw": 3, "write_take": 3, "write_empty": 1,
    "write_adopt": 1, "write_perhaps": 1, "write_two": 1,
    "write_guard_operation": 5, "write_move": 3, "write_reference": 0.7,
    "write_lambda": 0.4, "write_release": 1.5, "write_nothing": 0.5,
    "write_in_flag": 1, "write_in_block": 1, "write_in_if": 2,
    "write_in_loop": 1, "write_in_spin": 0.5, "write_in_switch": 0.7,
    "write_in_try": 1, "write_jump": 1.5,
}

MOVABLE = ("unique", "shared", "struct")


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
    raw: dict  # mutex -> when it is locked by hand
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
        owner = f"{name}.owns_lock()" if g.kind in ("unique", "shared") else \
            f"{name}.Guard.owns_lock()" if g.kind == "struct" else None
        g.holds = meet(g.holds, other.holds, owner)
        if g.mutex != other.mutex:
            g.mutex = None
    for flag in result.flags:
        if a.flags[flag] != b.flags[flag]:
            result.flags[flag] = "either"
        result.versions[flag] = max(a.versions[flag], b.versions[flag])
    return result


@dataclass
class Target:
    """Where break, continue, goto or throw may go; and who went there."""
    kind: str
    entry: State
    label: str = ""
    arrivals: list = field(default_factory=list)


class Writer:
    """Writes one program."""

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

    # Small things.

    def fresh(self, letter):
        self.count += 1
        return f"{letter}{self.count}"

    def maybe(self, probability):
        return self.rng.random() < probability

    def row(self, rows):
        return self.rng.choices(rows, [r[0] for r in rows])[0]

    def leaf(self, text, *tags, **values):
        self.budget -= 1
        return Leaf(text.format(n=self.count, **values), tags)

    def spell(self, guard):
        return self.rng.choice(guard.names) + (
            ".Guard" if guard.kind == "struct" else "")

    def literal(self, state):
        """An unmodified bool or a flag, or its opposite; preferably one that
        was used before."""
        names = state.bools + list(state.flags)
        if not names or (self.bools < 3 and self.maybe(0.25)):
            name = f"c{self.bools}"
            self.bools += 1
        else:
            name = self.rng.choice(names + state.bools)
        # A parameter is in scope everywhere, seen or not.
        return name if self.maybe(0.7) else "!" + name

    def bools_so_far(self, state):
        for i in range(self.bools):
            if f"c{i}" not in state.bools:
                state.bools.append(f"c{i}")

    def when(self, literals, statement, *tags):
        """The statement, if all literals are true: an if or an expression."""
        condition = " && ".join(sorted(literals))
        text = statement.text
        plain = text[0] not in "{[" and "(void)" not in text and " = " \
            not in text
        form = self.rng.randrange(4) if plain else 0
        tags = statement.tags + tags
        tags += ("correlated branch",)
        if any(l.startswith("!") for l in literals):
            tags += ("negated condition",)
        if any("f" == l.lstrip("!")[0] for l in literals):
            tags += ("flag",)
        if any("owns_lock" in l for l in literals):
            tags += ("owns_lock",)
        if form == 1:
            return Leaf(f"{condition} ? (void){text[:-1]} : void();",
                        tags + ("ternary",))
        if form == 2 and len(literals) == 1:
            return Leaf(f"{condition} && ({text[:-1]}, true);",
                        tags + ("logical",))
        if form == 3 and len(literals) == 1:
            return Leaf(f"{negated(condition)} || ({text[:-1]}, true);",
                        tags + ("logical",))
        lines = [f"if ({l}) {{" for l in sorted(literals)]
        if len(lines) == 1 or self.maybe(0.5):
            return Node((f"if ({condition}) {{", "}"), ((statement,),), tags)
        block = (statement,)
        for line in lines:
            block = (Node((line, "}"), (block,), tags),)
        return block[0]

    # Taking and freeing.

    def free(self, state, kind, key):
        """Frees what a holder certainly holds."""
        if kind == "raw":
            rows = grammar.UNLOCK
            if key in state.readers:
                rows = grammar.UNLOCK_SHARED
            rows = rows + [(3, name + "();", "named lambda")
                           for name, m, locks in state.lambdas
                           if m == key and not locks
                           and key not in state.readers]
            _, text, tag = self.row(rows)
            state.raw[key] = NO
            state.readers.discard(key)
            return self.leaf(text, tag, m=key)
        guard = state.guards[key]
        rows = grammar.FREE[guard.kind]
        if guard.mutex is None:  # its type is known, and {m} only spells that
            rows = [r for r in rows if "{m}" not in r[1]]
        _, text, keeps, tag = self.row(rows)
        state.forget(key)
        guard.holds = NO
        statement = self.leaf(text, tag, g=self.spell(guard), m=guard.mutex)
        if not keeps:
            guard.mutex = None
        return statement

    def hold(self, state, kind, key):
        """Lets a holder that certainly holds nothing hold something."""
        if kind == "raw":
            if not state.is_free(key):
                return None
            rows = list(grammar.LOCK)
            if self.mutexes[key] == "SharedMutex":
                rows += [(6, *row[1:]) for row in grammar.LOCK_SHARED]
            rows += [(3, name + "();", "named lambda")
                     for name, m, locks in state.lambdas if m == key and locks]
            _, text, tag = self.row(rows)
            state.raw[key] = YES
            if tag == "lock_shared":
                state.readers.add(key)
            return self.leaf(text, tag, m=key)
        guard = state.guards[key]
        if guard.kind == "scope":
            return None
        rows, mutex = grammar.HOLD[guard.kind], guard.mutex
        if mutex is None or not state.is_free(mutex):
            rows = [r for r in rows if not r[2]]
            free = [m for m, t in enumerate(self.mutexes)
                    if t == guard.type and state.is_free(m)]
            if not free or not rows:
                return None
            mutex = self.rng.choice(free)
        _, text, _, tag = self.row(rows)
        state.forget(key)
        guard.holds, guard.mutex = YES, mutex
        return self.leaf(text, tag, g=self.spell(guard), m=mutex)

    def can_use(self, kind):
        """In a try block a lock by hand, whose unlock() an exception of a
        guard's operation would skip, would be a mistake of its own."""
        return self.raw_in_try in (None, kind == "raw")

    def pass_on(self, state, wanted):
        """Frees and takes until the state is as wanted, if it can."""
        statements = []
        for freeing in (True, False):
            for kind, key, status in list(state.holders()):
                if not self.can_use(kind):
                    continue
                goal = wanted.raw.get(key) if kind == "raw" else \
                    wanted.guards[key].holds if key in wanted.guards else None
                if goal is None or goal == status or status == LOST:
                    continue
                if freeing and goal == NO:
                    statements += self.let_go(state, kind, key, status)
                elif not freeing and status == NO and goal == YES:
                    taken = self.hold(state, kind, key)
                    statements += [taken] if taken else []
        return statements

    def let_go(self, state, kind, key, status):
        if kind == "guard" and state.guards[key].kind == "scope":
            return []
        freed = self.free(state, kind, key)
        return [self.when(status, freed) if status else freed]

    # Statements. Each returns a list of statements, or None.

    def write_raw(self, state):
        if not self.can_use("raw"):
            return None
        mutex = self.rng.randrange(len(self.mutexes))
        status = state.raw[mutex]
        if status == LOST:
            return None
        if status != NO:
            return self.let_go(state, "raw", mutex, status)
        taken = self.hold(state, "raw", mutex)
        return [taken] if taken else None

    def write_guard_operation(self, state):
        guards = [(n, g) for n, g in state.guards.items()
                  if g.kind != "scope" and g.holds != LOST]
        if not guards or not self.can_use("guard"):
            return None
        name, guard = self.rng.choice(guards)
        if guard.kind in MOVABLE and guard.type == "Mutex" and self.maybe(0.1):
            _, text, tag = self.row(grammar.NOTHING)
            return [self.leaf(text, tag, g=self.spell(guard))]
        if guard.holds != NO:
            return self.let_go(state, "guard", name, guard.holds)
        taken = self.hold(state, "guard", name)
        return [taken] if taken else None

    def write_take(self, state):
        return self.declare(state, [grammar.TAKE, grammar.TAKE_SHARED])

    def write_empty(self, state):
        return self.declare(state, [grammar.EMPTY, grammar.DEFER])

    def declare(self, state, tables):
        """Declares a guard."""
        if not self.can_use("guard"):
            return None
        mutex = self.rng.randrange(len(self.mutexes))
        shared = self.mutexes[mutex] == "SharedMutex"
        rows = tables[0] + (tables[1] if shared or tables[1] is grammar.DEFER
                            else [])
        _, text, kind, tag = self.row(rows)
        taking = tables[0] is grammar.TAKE
        if taking and not state.is_free(mutex):
            return None
        name = self.fresh("g")
        refers = mutex if taking or tag == "defer" else None
        state.guards[name] = Guard(kind, self.guarded(kind, mutex), refers,
                                   YES if taking else NO, [name])
        return [self.leaf(text, tag, g=name, m=mutex)]

    def guarded(self, kind, mutex):
        return self.mutexes[mutex]

    def write_adopt(self, state):
        held = [m for m, s in state.raw.items()
                if s == YES and m not in state.readers]
        if not held or self.raw_in_try is not None:
            return None
        mutex = self.rng.choice(held)
        _, text, kind, tag = self.row(grammar.ADOPT)
        name = self.fresh("g")
        state.raw[mutex] = NO
        state.guards[name] = Guard(kind, self.mutexes[mutex], mutex, YES,
                                   [name])
        return [self.leaf(text, tag, g=name, m=mutex)]

    def write_perhaps(self, state):
        free = [m for m in state.raw if state.is_free(m)]
        if not free or not self.can_use("guard"):
            return None
        mutex = self.rng.choice(free)
        _, text, kind, tag = self.row(grammar.PERHAPS)
        name = self.fresh("g")
        holds = frozenset([f"{name}.owns_lock()"])
        state.guards[name] = Guard(kind, self.mutexes[mutex], mutex, holds,
                                   [name])
        return [self.leaf(text, tag, g=name, m=mutex)]

    def write_two(self, state):
        """Two mutexes at once."""
        free = [m for m in state.raw if state.is_free(m)]
        if len(free) < 2:
            return None
        a, b = self.rng.sample(free, 2)
        if self.raw_in_try is None and self.maybe(0.4):
            state.raw[a] = state.raw[b] = YES
            return [self.leaf("std::lock(@m{a}, @m{b});", "std::lock", a=a,
                              b=b)]
        if not self.can_use("guard"):
            return None
        name = self.fresh("g")
        for suffix, mutex in (("", a), ("+", b)):
            state.guards[name + suffix] = Guard(
                "scope", self.mutexes[mutex], mutex, YES, [name + suffix])
        return [self.leaf("std::scoped_lock {g}(@m{a}, @m{b});",
                          "scoped_lock of two", g=name, a=a, b=b)]

    def write_move(self, state):
        """Moves a lock from one guard to another, or swaps two."""
        sources = [(n, g) for n, g in state.guards.items()
                   if g.kind not in ("scope", "emplaced")
                   and (g.holds != NO or self.maybe(0.2))]
        if not sources or not self.can_use("guard"):
            return None
        name, guard = self.rng.choice(sources)
        others = [(n, g) for n, g in state.guards.items() if n != name
                  and g.type == guard.type and self.alike(g, guard)]
        if others and self.maybe(0.6):
            other_name, other = self.rng.choice(others)
            table = grammar.MOVE_ASSIGN
            if self.maybe(0.5):
                table = grammar.SWAP
            _, text, tag = self.row(table)
            statement = self.leaf(text, tag, g=self.spell(guard),
                                  h=self.spell(other))
            before = (other.mutex, other.holds)
            self.transfer(state, name, other_name)
            if table is grammar.SWAP:
                guard.mutex, guard.holds = before
                self.own_literals(state, name, other_name)
            return [statement]
        new = self.fresh("g")
        kind, rows = guard.kind, list(grammar.MOVE_CONSTRUCT)
        if guard.kind in ("unique", "struct"):
            rows += grammar.MOVE_CONSTRUCT_UNIQUE + grammar.INTO_OPTIONAL
            kind = "unique"
        if guard.kind == "optional" and guard.holds == YES:
            rows += grammar.OUT_OF_OPTIONAL
        _, text, tag = self.row(rows)
        if tag == "optional guard":
            kind = "optional"
        elif "*" in text:
            kind = "unique"
        state.guards[new] = Guard(kind, guard.type, None, NO, [new])
        statement = self.leaf(text, tag, g=self.spell(guard), h=new)
        self.transfer(state, name, new)
        return [statement]

    @staticmethod
    def alike(g, other):
        kinds = {"struct": "unique"}
        return kinds.get(g.kind, g.kind) == kinds.get(other.kind, other.kind)

    def transfer(self, state, source, to):
        a, b = state.guards[source], state.guards[to]
        b.mutex, b.holds = a.mutex, a.holds
        a.mutex, a.holds = None, NO
        self.own_literals(state, to, source)

    def own_literals(self, state, to, source):
        """`source` owned a lock: now it is `to` that does."""
        guard = state.guards[to]
        holds = guard.holds
        state.forget(source)
        state.forget(to)
        if holds not in (NO, LOST):
            names = {l.lstrip("!").split(".")[0] for l in holds}
            if source in names or to in names:
                holds = frozenset([f"{to}.owns_lock()"]) \
                    if guard.kind in ("unique", "shared") else LOST
        guard.holds = holds

    def write_reference(self, state):
        guards = [g for g in state.guards.values()
                  if g.kind in ("unique", "optional")]
        if not guards:
            return None
        guard = self.rng.choice(guards)
        name = self.fresh("r")
        statement = self.leaf("auto &{r} = {g};", "reference to guard", r=name,
                              g=guard.names[0])
        guard.names.append(name)
        return [statement]

    def write_lambda(self, state):
        mutex = self.rng.randrange(len(self.mutexes))
        name = self.fresh("l")
        locks = self.maybe(0.3)
        state.lambdas.append((name, mutex, locks))
        operation = "lock" if locks else "unlock"
        return [self.leaf(f"auto {name} = [&]() noexcept {{{{ @m{mutex}."
                          f"{operation}(); }}}};", "named lambda")]

    def write_release(self, state):
        """Gives up the lock, which stays locked until it is unlocked by hand.
        """
        guards = [(n, g) for n, g in state.guards.items()
                  if g.kind in MOVABLE and g.holds == YES
                  and g.mutex is not None and state.raw[g.mutex] == NO]
        if not guards or self.raw_in_try is not None:
            return None
        name, guard = self.rng.choice(guards)
        mutex = guard.mutex
        state.raw[mutex] = YES
        if guard.kind == "shared":
            state.readers.add(mutex)
        self.released.add(mutex)
        state.forget(name)
        guard.mutex, guard.holds = None, NO
        statements = [self.leaf("{g}.release();", "release",
                                g=self.spell(guard))]
        if self.maybe(0.6):
            suffix = "_shared" if guard.kind == "shared" else ""
            unlock = self.leaf("@m{m}.unlock{s}();", "unlock", m=mutex,
                               s=suffix)
            after = state.copy()
            after.raw[mutex] = NO
            after.readers.discard(mutex)
            if self.maybe(0.5):
                literal = self.literal(state)
                statements.append(self.when([literal], unlock))
                after = join(after, state, literal)
            else:
                statements.append(unlock)
            self.become(state, after)
        return statements

    def write_nothing(self, state):
        free = [m for m in state.raw if state.is_free(m)]
        if not free or self.raw_in_try is not None:
            return None
        _, text, tag = self.row(grammar.NOTHING_TO_FREE)
        return [self.leaf(text, tag, m=self.rng.choice(free))]

    def write_await(self, state):
        if self.in_handler:
            return None
        statements = []
        if self.maybe(0.12) or (self.careful and not state.all_free()):
            if self.maybe(0.5):
                if not self.make_free(state, statements):
                    return None
            else:
                self.fresh("n")
                _, text, tag = self.row(grammar.AWAIT_NEVER)
                return [self.leaf(text, tag)]
        if not self.careful and self.maybe(0.06) and self.can_use("guard"):
            free = [m for m in state.raw if state.is_free(m)]
            if free:
                _, text, tag = self.row(grammar.AWAIT_WITH_TEMPORARY)
                return [self.leaf(text, tag, m=self.rng.choice(free))]
        _, text, tag = self.row(grammar.AWAIT)
        return statements + [self.leaf(text, tag)]

    def make_free(self, state, statements):
        wanted = state.copy()
        wanted.raw = {m: NO for m in wanted.raw}
        for g in wanted.guards.values():
            g.holds = NO
        statements += self.pass_on(state, wanted)
        return state.all_free()

    # Control flow.

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
        if not state.dead and self.maybe(0.5):
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
        if any(g.kind in ("unique", "shared") for g in state.guards.values()):
            options += ["owns"] * 2
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
            name, guard = self.rng.choice(
                [(n, g) for n, g in state.guards.items()
                 if g.kind in ("unique", "shared")])
            then.assume([f"{name}.owns_lock()"])
            other.assume([f"!{name}.owns_lock()"])
            if guard.holds != NO:
                other.guards[name].holds = NO
            text = self.rng.choice([f"{name}.owns_lock()", name])
            return text, then, other, None, ("owns_lock",)
        if option == "try_lock":
            mutex = self.rng.choice(
                [m for m in state.raw if state.is_free(m)])
            then.raw[mutex] = YES
            text = f"@m{mutex}.try_lock()"
            if self.mutexes[mutex] == "SharedMutex" and self.maybe(0.5):
                text = f"@m{mutex}.try_lock_shared()"
                then.readers.add(mutex)
            if self.maybe(0.25):
                return f"!{text}", other, then, None, (
                    "try_lock", "negated condition")
            if self.maybe(0.2):
                literal = self.literal(state)
                then.assume([literal])
                return f"{literal} && {text}", then, other, None, (
                    "try_lock", "logical")
            if self.maybe(0.1):
                other.raw[mutex] = LOST
                return f"{text} && next()", then, other, None, (
                    "try_lock", "logical")
            return text, then, other, None, ("try_lock",)
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

    def write_in_if(self, state, depth):
        text, then, other, literal, tags = self.condition(state)
        init, outer = "", state.copy()
        if self.maybe(0.12) and self.can_use("guard") and "lock" not in text:
            for mutex in state.raw:
                if then.is_free(mutex) and other.is_free(mutex):
                    name = self.fresh("g")
                    init = f"std::unique_lock {name}(@m{mutex}); "
                    tags += ("init-statement",)
                    for s in (then, other):
                        s.guards[name] = Guard("unique", self.mutexes[mutex],
                                               mutex, YES, [name])
                    break
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
        self.fresh("n")
        _, (head, tail), tag = self.row(grammar.LOOPS)
        if "co_await" in head and (self.in_handler or self.careful
                                   and not state.all_free()):
            return None
        literal = self.literal(state)
        text = head.format(n=self.count, c=literal)
        outer = state.copy()
        init = None
        if text.startswith("for (int") and self.maybe(0.3) and \
                self.can_use("guard"):
            free = [m for m in state.raw if state.is_free(m)]
            if free:
                mutex = self.rng.choice(free)
                init = self.fresh("g")
                text = f"for (std::unique_lock {init}(@m{mutex}); again();) {{"
                state.guards[init] = Guard("unique", self.mutexes[mutex],
                                           mutex, YES, [init])
        for flag in state.flags:
            state.flags[flag] = "either"
        state.known = frozenset(l for l in state.known
                                if l.lstrip("!")[0] == "c")
        entry = state.copy()
        target = Target("goto" if "goto" in tail else "loop", entry)
        self.targets.append(target)
        self.budget -= 1
        if text.startswith("while (c") or text.startswith("while (!c"):
            state.assume([literal])
        block = self.block(state, self.size() + 1, depth + 1)
        if not state.dead and self.maybe(0.9):
            block += tuple(self.pass_on(state, entry))
        self.targets.pop()
        end = state if tag in ("do", "goto back") else join(entry, state)
        if tag == "for ever":
            end = entry
        for arrival in target.arrivals:
            end = join(end, arrival)
        self.become(state, end.copy())
        state.leave(outer)
        tags = (tag, "loop") + (("init-statement",) if init else ())
        return [Node((text, tail.format(n=self.count)
                      if "goto" not in tail else
                      self.goto_tail(text, tail)), (block,), tags)]

    @staticmethod
    def goto_tail(text, tail):
        return f"}} if (again()) goto {text.split(':')[0]};"

    def write_in_spin(self, state, depth):
        """Tries again until it has the lock."""
        if not self.can_use("raw"):
            return None
        free = [m for m in state.raw if state.is_free(m)]
        if not free:
            return None
        mutex = self.rng.choice(free)
        target = Target("spin", state.copy())
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
        free = [m for m in state.raw if state.is_free(m)]
        if free and self.maybe(0.1) and self.can_use("guard"):
            mutex, name = self.rng.choice(free), self.fresh("g")
            init = f"std::unique_lock {name}(@m{mutex}); "
            tags += ("init-statement",)
            state.guards[name] = Guard("unique", self.mutexes[mutex], mutex,
                                       YES, [name])
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
            self.in_handler = outside
            if not handler.dead and self.maybe(0.6):
                caught += tuple(self.pass_on(handler, state))
        self.become(state, join(state, handler))
        state.leave(outer)
        return [Node(("try {", "} catch (const Error &) {", "}"),
                     (block, caught), ("try",))]

    def write_jump(self, state):
        """Leaves: a loop, a switch, a scope, the coroutine; under a condition,
        usually."""
        text, then, other, literal, tags = self.condition(state)
        statements = []
        options = ["co_return", "throw"]
        for target in reversed(self.targets):
            options += [target.kind] * 2
        option = self.rng.choice(options)
        arrival = then
        if option == "co_return":
            if self.maybe(0.6):
                wanted = then.copy()
                wanted.raw = {m: NO for m in wanted.raw}
                statements += self.pass_on(then, wanted)
            leaf = Leaf("co_return;", ("early return",))
        elif option in ("throw", "try"):
            tries = [t for t in self.targets if t.kind == "try"]
            if tries:
                arrival.leave(tries[-1].entry)
                tries[-1].arrivals.append(arrival.copy())
                if len(tries) > 1:
                    tags += ("nested try",)
            leaf = Leaf("throw Error{};", ("throw",))
        else:
            leaf = self.jump_to(option, then, statements)
        if leaf is None:
            return None
        statements.append(leaf)
        then.dead = True
        self.budget -= 2
        if self.maybe(0.06):
            self.become(state, then)
            return statements if text == "next()" else None
        self.become(state, join(then, other, literal))
        return [Node((f"if ({text}) {{", "}"), (tuple(statements),), tags)]

    def jump_to(self, kind, state, statements):
        for target in reversed(self.targets):
            if target.kind == "try" or (
                    target.kind == "goto" and not target.label):
                continue
            if target.kind != kind:
                if target.kind in ("loop", "spin", "switch") and \
                        kind in ("loop", "spin"):
                    continue  # a `break` would stop there; continue may work
                if kind != "goto":
                    return None
                continue
            if target.kind == "goto":
                state.leave(target.entry)
                target.arrivals.append(state.copy())
                return Leaf(f"goto {target.label};", ("goto out",))
            inner = next(t for t in reversed(self.targets)
                         if t.kind in ("loop", "spin", "switch"))
            goes_on = target.kind != "switch" and (
                inner is not target or self.maybe(0.5))
            if goes_on:
                loops = [t for t in self.targets if t.kind in ("loop", "spin")]
                if loops[-1] is not target:
                    return None
                if self.maybe(0.9):
                    statements += self.pass_on(state, target.entry)
                return Leaf("continue;", ("continue",))
            if inner is not target:
                return None
            if self.maybe(0.4):
                statements += self.pass_on(state, target.entry)
            arrival = state.copy()
            arrival.leave(target.entry)
            target.arrivals.append(arrival)
            return Leaf("break;", ("break",))
        return None

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
    text = "\n".join(lines_of(body))
    if not used_mutexes(result):
        return None
    if not any("co_await" in s or "co_yield" in s for s in text.split("\n")
               if "Ready{}" not in s):
        return None
    # A lock given up by release() counts where its mutex is unlocked by hand.
    if any(f"@m{m}.unlock" not in text for m in writer.released):
        return None
    return result

