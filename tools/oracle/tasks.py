# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Writes programs about tasks: their control flow is generate.py's.

A variable *owes* while it has work that nobody is responsible for. The writer's
beliefs treat that as they treat a mutex that is locked by hand: the same paths
and conditions that ought to unlock ought to see to the work.
"""

import random
from dataclasses import replace

import generate
from beliefs import NO, YES, State
from syntax import SHAPES, Leaf, Node, Program, is_about_something, walk

# (weight, text, tag), by what the variable is.
MAKE = {
    "plain": [
        (5, "auto {t} = work();", "local"),
        (1, "Work {t}(work());", "local"),
        (1, "Work {t}{{work()}};", "local"),
        (1, "auto &&{t} = work();", "reference to a temporary"),
    ],
    "optional": [(1, "std::optional<Work> {t} = work();", "optional")],
    "owner": [(1, "auto {t} = std::make_unique<Work>(work());",
               "unique_ptr")],
    "many": [
        (2, "std::vector<Work> {t}; {t}.push_back(work());", "vector"),
        (1, "std::vector<Work> {t}; {t}.emplace_back(work());", "vector"),
    ],
}
AWAITED = {
    "plain": [
        (5, "co_await std::move({t});", "await moved"),
        (4, "co_await {t};", "await"),
        (1, "{{ auto &r{n} = {t}; co_await r{n}; }}", "await by reference"),
    ],
    "optional": [(2, "co_await *{t};", "await owned"),
                 (1, "co_await std::move({t}.value());", "await owned")],
    "owner": [(2, "co_await *{t};", "await owned"),
              (1, "co_await std::move(*{t});", "await owned")],
    "many": [(2, "for (Work &w{n} : {t}) co_await w{n};", "await in range for"),
             (1, "co_await {t}.front();", "await owned")],
}
HANDED_ON = {
    "plain": [
        (2, "keep(std::move({t}));", "handed on"),
        (1, "keep_referred({t});", "handed on by reference"),
        (2, "shelf().push_back(std::move({t}));", "stored"),
        (1, "{t}.start();", "started"),
        (1, "[&] {{ {t}.start(); }}();", "captured"),
        (1, "[w{n} = std::move({t})] {{ w{n}.start(); }}();", "captured"),
    ],
    "optional": [(2, "keep_optional(std::move({t}));", "handed on"),
                 (1, "keep(std::move(*{t}));", "handed on")],
    "owner": [(2, "keep_owned(std::move({t}));", "handed on"),
              (1, "{t}->start();", "started")],
    "many": [(2, "keep_all(std::move({t}));", "handed on"),
             (1, "shelf().push_back(std::move({t}.front()));", "stored")],
}
MOVED = [(3, "std::move({t});", "moved"),
         (1, "std::exchange({t}, {{}});", "exchange")]
FILL = [(3, "{t} = work();", "assigned")]
# What loses work whoever comes after.
DISCARD = [
    (3, "work();", "discarded"),
    (1, "(void)work();", "cast to void"),
    (1, "std::ignore = work();", "ignore"),
    (1, "static_cast<void>(work());", "cast to void"),
    (1, "next() ? (void)work() : void();", "discarded in ternary"),
    (1, "(work(), next());", "discarded in comma"),
]
# What is no loss.
TAKEN_AT_ONCE = [
    (3, "co_await work();", "await at once"),
    (1, "keep(work());", "handed on at once"),
    (1, "shelf().push_back(work());", "stored at once"),
    (1, "Work e{n};", "empty"),
]

WEIGHTS = {
    "write_make": 8, "write_use": 7, "write_move_task": 2, "write_overwrite": 1,
    "write_fill": 1.5, "write_discard": 0.15, "write_taken": 1,
    "write_look": 0.7, "write_await": 1,
    "write_in_block": 1, "write_in_if": 3, "write_in_loop": 1,
    "write_in_switch": 0.7, "write_in_try": 0.7, "write_jump": 2,
}
USES = {tag for rows in (*AWAITED.values(), *HANDED_ON.values())
        for _, _, tag in rows} | {"returned"}


class TaskWriter(generate.Writer):
    """Writes one program."""

    assigns = True  # from one variable to another that exists

    def __init__(self, rng):
        super().__init__(rng)
        self.careful = False
        self.mutexes = ()
        self.kinds = {}  # of variables
        # Variables that somebody has seen, who may look again: the check says
        # nothing about what they get afterwards, and so they get nothing.
        self.seen = set()
        # A forgotten use shows in few lines; many would hide each other.
        self.tidy_end = self.tidy_exit = self.tidy_break = \
            rng.choice([0.6, 1, 1, 1])
        self.budget = rng.randint(4, 12)
        self.gives = rng.random() < 0.15
        loved = set(rng.sample(sorted(WEIGHTS), 3))
        self.weights = {n: w * (4 if n in loved else 1)
                        for n, w in WEIGHTS.items()}

    # How beliefs become statements.

    def can_use(self, kind):
        return kind == "raw"

    def free(self, state, kind, key):
        """Sees to what the variable owes."""
        rows = HANDED_ON[self.kinds[key]]
        if not self.in_handler:
            rows = rows + AWAITED[self.kinds[key]] * 2
        _, text, tag = self.row(rows)
        state.raw[key] = NO
        if "std::move" not in text and tag != "await":
            self.seen.add(key)
        self.fresh("n")
        return self.leaf(text, tag, t=key)

    def when(self, literals, statement, *tags):
        if statement.text[0] in "{[f":  # no expression: only an `if` will do
            return Node((f"if ({' && '.join(sorted(literals))}) {{", "}"),
                        ((statement,),), statement.tags + tags
                        + ("correlated branch",))
        return super().when(literals, statement, *tags)

    def hold(self, state, kind, key):
        return None

    def pass_on(self, state, wanted):
        wanted = wanted.copy()  # what ends with the scope is to be seen to
        wanted.raw = {t: wanted.raw.get(t, NO) for t in state.raw}
        return super().pass_on(state, wanted)

    def condition(self, state):
        # A mutex that is free could be tried; a task cannot.
        raw, states = state.raw, []
        state.raw = {}
        text, then, other, literal, tags = super().condition(state)
        state.raw = raw
        for branch in then, other:
            new = state.copy()
            new.assume(branch.known)
            states.append(new)
        return text, *states, literal, tags

    def write_jump(self, state):
        if self.gives and not self.in_handler and self.maybe(0.4):
            owing = self.those(state, YES, "plain")
            if owing:
                name = self.rng.choice(owing)
                self.budget -= 1
                text, then, other, literal, tags = self.condition(state)
                self.become(state, other)
                give = Leaf(f"co_return std::move({name});",
                            ("returned", "early return"))
                return [Node((f"if ({text}) {{", "}"), ((give,),), tags)]
        return super().write_jump(state)

    # Statements.

    def those(self, state, status, *kinds):
        return [t for t, s in state.raw.items() if s == status
                and (not kinds or self.kinds[t] in kinds)
                and (status != NO or t not in self.seen)]

    def write_make(self, state):
        name = self.fresh("t")
        kind = self.rng.choices(list(MAKE), (8, 1, 1, 1.5))[0]
        self.kinds[name] = kind
        _, text, tag = self.row(MAKE[kind])
        if tag == "local" and self.maybe(0.2):
            state.raw[name] = NO
            return [self.leaf("Work {t};", "empty", t=name)]
        state.raw[name] = YES
        return [self.leaf(text, tag, t=name)]

    def write_use(self, state):
        owing = [(t, s) for t, s in state.raw.items()
                 if not isinstance(s, str)]
        if not owing:
            return None
        name, status = self.rng.choice(owing)
        return self.let_go(state, "raw", name, status)

    def write_move_task(self, state):
        owing = self.those(state, YES, "plain")
        if not owing:
            return None
        name = self.rng.choice(owing)
        others = self.assigns and self.those(state, NO, "plain")
        state.raw[name] = NO
        if others and self.maybe(0.5):
            other = self.rng.choice(others)
            state.raw[other] = YES
            _, text, tag = self.row(MOVED)
            return [self.leaf("{u} = " + text, tag, "move assignment", t=name,
                              u=other)]
        other = self.fresh("t")
        self.kinds[other] = "plain"
        state.raw[other] = YES
        _, text, tag = self.row(MOVED)
        return [self.leaf("auto {u} = " + text, tag, "move", t=name, u=other)]

    def write_fill(self, state):
        empty = self.those(state, NO, "plain")
        if not empty:
            return None
        name = self.rng.choice(empty)
        state.raw[name] = YES
        _, text, tag = self.row(FILL)
        return [self.leaf(text, tag, t=name)]

    def write_overwrite(self, state):
        owing = self.those(state, YES, "plain")
        if not owing:
            return None
        name = self.rng.choice(owing)
        return [self.leaf("{t} = work();", "overwritten", t=name)]

    def write_discard(self, state):
        _, text, tag = self.row(DISCARD)
        return [self.leaf(text, tag)]

    def write_taken(self, state):
        _, text, tag = self.row(TAKEN_AT_ONCE[1:] if self.in_handler
                                else TAKEN_AT_ONCE)
        self.fresh("n")
        return [self.leaf(text, tag)]

    def write_look(self, state):
        """A mention that sees to nothing."""
        if not state.raw:
            return None
        name = self.rng.choice(list(state.raw))
        return [self.leaf("(void){t};", "looked at", t=name)]

    def write(self):
        state = State({})
        body = self.block(state, self.budget, 0)
        if not state.dead and self.maybe(self.tidy_end):
            wanted = state.copy()
            wanted.raw = {m: NO for m in wanted.raw}
            body += tuple(self.pass_on(state, wanted))
        return body


# What may be thrown, and what a handler may take: none, several or all of it.
THROWN = [(6, "Error"), (2, "Worse"), (2, "Other")]
TAKEN = [(8, "const Error &"), (2, "const Worse &"), (1, "Error"),
         (2, "const Other &")]


def varied(block, rng, in_handler=False):
    """The block with throws and handlers of more than one type."""
    def one(rows):
        weights, values = zip(*rows)
        return rng.choices(values, weights)[0]

    result = []
    for statement in block:
        if isinstance(statement, Leaf):
            if statement.text == "throw Error{};":
                again = in_handler and rng.random() < 0.3
                kind = one(THROWN)
                statement = Leaf(
                    "throw;" if again else f"throw {kind}{{}};",
                    statement.tags + (("rethrow",) if again else
                                      () if kind == "Error" else
                                      (f"throw {kind.lower()}",)))
        else:
            lines, tags = statement.lines, statement.tags
            handles = [line.startswith("} catch (") for line in lines]
            if any(handles):
                kind = one(TAKEN)
                lines = tuple(line.replace("const Error &", kind)
                              for line in lines)
                if lines != statement.lines:
                    tags += ("handler of another type",)
            blocks = tuple(
                varied(inner, rng, in_handler or handles[i])
                for i, inner in enumerate(statement.blocks))
            if any(handles) and rng.random() < 0.1:  # and on it goes
                blocks = blocks[:-1] + (
                    blocks[-1] + (Leaf("throw;", ("rethrow",)),),)
            statement = Node(lines, blocks, tags)
        result.append(statement)
    return tuple(result)


def without(block, unwanted):
    """The block without one statement."""
    result = []
    for statement in block:
        if statement is unwanted:
            continue
        if isinstance(statement, Node):
            statement = replace(statement, blocks=tuple(
                without(b, unwanted) for b in statement.blocks))
        result.append(statement)
    return tuple(result)


def mutant(body, rng):
    """The program with one use forgotten."""
    uses = [s for s in walk(body) if isinstance(s, Leaf) and USES & set(s.tags)]
    return without(body, rng.choice(uses)) if uses else body


def program(seed, number):
    """The program with this number, or None where nothing came of it."""
    rng = random.Random(f"{seed}/tasks/{number}")
    writer = TaskWriter(rng)
    body = writer.write()
    if rng.random() < 0.3:
        body = mutant(body, rng)
    body = varied(body, rng)
    shape = "giving" if writer.gives else \
        rng.choices(SHAPES, (10, 1, 1, 1, 1))[0]
    result = Program(number, body, (), (), writer.bools, shape, "tasks")
    return result if is_about_something(result) else None
