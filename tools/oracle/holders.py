# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Writes the statements that lock, unlock and move: all but control flow."""

import re

import grammar
from beliefs import LOST, NO, YES, Guard, join, negated
from syntax import Leaf, Node

# Guards of these kinds hold their lock in a member.
MEMBER = {"struct": ".Guard", "pair": ".first"}
MOVABLE = ("unique", "shared", *MEMBER)


class Holders:
    """Half of a Writer (generate.py), which has the rest of its data."""

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
        return self.rng.choice(guard.names) + MEMBER.get(guard.kind, "")

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
        unlocked = re.fullmatch(r"(@m\d)\.unlock\(\);", text)
        if unlocked and self.maybe(0.2):
            return Leaf(f"unlock_if({unlocked[1]}, {condition});",
                        tags + ("helper on condition",))
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
        if state.is_free(mutex) and self.maybe(0.15):
            literal = self.literal(state)
            state.raw[mutex] = frozenset([literal])
            return [self.leaf("lock_if(@m{m}, {c});", "helper on condition",
                              m=mutex, c=literal)]
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
        state.guards[name] = Guard(kind, self.mutexes[mutex], refers,
                                   YES if taking else NO, [name])
        return [self.leaf(text, tag, g=name, m=mutex)]

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
        if guard.kind in ("unique", *MEMBER):
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
        kinds = dict.fromkeys(MEMBER, "unique")
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

    def write_risk(self, state):
        """A call that may throw, and whose exception would skip an unlock."""
        free = [m for m in state.raw if state.is_free(m)]
        tries = [t for t in self.targets if t.kind == "try"]
        if not self.raw_in_try or not tries or not free:
            return None
        mutex = self.rng.choice(free)
        thrown = state.copy()
        thrown.raw[mutex] = YES
        thrown.leave(tries[-1].entry)
        tries[-1].arrivals.append(thrown)
        tag = "call that throws"
        return [self.leaf("@m{m}.lock();", "lock", tag, m=mutex),
                self.leaf("risky();", tag),
                self.leaf("@m{m}.unlock();", "unlock", tag, m=mutex)]

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
        if self.maybe(0.08) and self.can_use("guard"):
            statements += self.await_after_lock(state)
        if not statements or self.maybe(0.5):
            _, text, tag = self.row(grammar.AWAIT)
            statements.append(self.leaf(text, tag))
        return statements

    def await_after_lock(self, state):
        """Awaits with a lock that lives, or does not, until the end of the full
        expression."""
        guards = [(n, g) for n, g in state.guards.items()
                  if g.kind in ("unique", *MEMBER) and g.holds != NO]
        if guards and self.maybe(0.7):
            name, guard = self.rng.choice(guards)
            _, text, tag = self.row(grammar.AWAIT_AFTER_GUARD)
            statement = self.leaf(text, tag, g=self.spell(guard))
            state.forget(name)
            guard.holds, guard.mutex = NO, None
            return [statement]
        free = [m for m in state.raw if state.is_free(m)]
        if not free:
            return []
        _, text, tag = self.row(
            grammar.AWAIT_AFTER_TEMPORARY if self.careful
            else grammar.AWAIT_WITH_TEMPORARY + grammar.AWAIT_AFTER_TEMPORARY)
        return [self.leaf(text, tag, m=self.rng.choice(free))]

    def make_free(self, state, statements):
        wanted = state.copy()
        wanted.raw = {m: NO for m in wanted.raw}
        for g in wanted.guards.values():
            g.holds = NO
        statements += self.pass_on(state, wanted)
        return state.all_free()

    # Control flow.
