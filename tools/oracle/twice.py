# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Writes programs about tasks that are used twice: those of tasks.py, with fewer
forms, and with a use too many or a refill too few.
"""

import random
from dataclasses import replace

import tasks
from beliefs import NO, YES
from syntax import SHAPES, Leaf, Node, Program, is_about_something, walk


class TwiceWriter(tasks.TaskWriter):
    """Of variables alone, and of uses that show what they do."""

    assigns = False

    def __init__(self, rng):
        super().__init__(rng)
        self.tidy_end = 1
        self.gives = False
        self.weights.update(write_overwrite=0, write_discard=0, write_fill=3,
                            write_look=0.3)

    def free(self, state, kind, key):
        rows = PLAIN_USES if not self.in_handler else PLAIN_USES[2:]
        _, text, tag = self.row(rows)
        state.raw[key] = NO
        self.fresh("n")
        return self.leaf(text, tag, t=key)

    def write_make(self, state):
        name = self.fresh("t")
        self.kinds[name] = "plain"
        state.raw[name] = YES
        _, text, tag = self.row(tasks.MAKE["plain"][:3])
        return [self.leaf(text, tag, t=name)]


PLAIN_USES = [
    (5, "co_await std::move({t});", "await moved"),
    (4, "co_await {t};", "await"),
    (3, "keep(std::move({t}));", "handed on"),
]
PLAIN_TAGS = {tag for _, _, tag in PLAIN_USES}


def used_again(block, rng):
    """The block with one use written once more, further down."""
    uses = [s for s in walk(block) if isinstance(s, Leaf)
            and PLAIN_TAGS & set(s.tags) and s.text.count("t")]
    if not uses:
        return block
    chosen = rng.choice(uses)
    again = replace(chosen, tags=chosen.tags + ("used again",))

    def insert(statements):
        result = list(statements)
        for i, statement in enumerate(result):
            if statement is chosen:
                result.insert(rng.randint(i + 1, len(result)), again)
                return tuple(result)
            if isinstance(statement, Node):
                result[i] = replace(statement, blocks=tuple(
                    insert(b) for b in statement.blocks))
        return tuple(result)

    return insert(block)


def program(seed, number):
    """The same, for the third question."""
    rng = random.Random(f"{seed}/twice/{number}")
    writer = TwiceWriter(rng)
    body = writer.write()
    if rng.random() < 0.35:
        body = used_again(body, rng)
    elif rng.random() < 0.25:  # a refill is forgotten
        refills = [s for s in walk(body) if isinstance(s, Leaf)
                   and "assigned" in s.tags]
        if refills:
            body = tasks.without(body, rng.choice(refills))
    body = tasks.varied(body, rng)
    shape = rng.choices(SHAPES, (10, 1, 1, 1, 1))[0]
    result = Program(number, body, (), (), writer.bools, shape, "twice")
    return result if is_about_something(result) else None
