# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""The four questions that programs are asked: by running them, and by a check.

"locks": does the coroutine suspend with a mutex locked?
"tasks": is the work of a task lost? A loss is *plain*; or *excused* if every
run that shows it leaves early, by co_return, or by throw, be that only as far as
a handler, and another uses the work: the check keeps silent about those unless
ReportErrorPaths is set. Work that only leaving early loses and that no run uses
is *unused*: if a use is written where no run gets, an excuse will do.
"twice": is a task used that was used up? The same programs; those that the
question before drops because some run misuses a task are the wrong ones. Of loops
in programs that refill a variable, the check may say nothing.
"pins": is an object moved whose address is registered (pins.h)? In each line
where some run does so the check has to say so, and in no other. It may be silent
where it cannot be sure: after a call that could have ended the registration of an
object that does not end it itself; about elements of a container that are named
in different ways; behind a handler, since it follows no exceptions.
"""

import syntax


class Locks:
    check = "coro-lock-across-suspension"
    one_sided = frozenset()  # features of right or of wrong programs only

    @staticmethod
    def names(program, slots, used):
        return {syntax.mutex_name(program, m)
                for m in range(len(program.mutexes)) if slots >> m & 1}

    @staticmethod
    def disagree(found, verdict):
        return bool(verdict.lines) != found.wrong

    @staticmethod
    def says(names):
        return ", ".join(sorted(names)) + " locked"


class Tasks:
    check = "coro-discarded-task"
    one_sided = frozenset({"cast to void", "discarded", "discarded in comma",
                           "discarded in ternary", "ignore"})

    @staticmethod
    def names(program, slots, used):
        return {"plain" if slots & 1 else "excused" if used else "unused"}

    @staticmethod
    def disagree(found, verdict):
        """It has to object where work is lost, plainly or with an excuse, and
        to none that is not. (It warns once per variable, and so not always of
        each loss.) A discarding expression is judged where it stands, also if
        no run gets there."""
        lines = verdict.lines - (verdict.discards - found.made)
        return bool(lines) != found.wrong or \
            bool(lines) and "unused" not in found.mutexes and \
            ("plain" in verdict.mutexes) != ("plain" in found.mutexes) or \
            bool(lines - set(found.held))

    @staticmethod
    def says(names):
        return "this work lost: " + ", ".join(sorted(names))


class Twice:
    check = "coro-task-consumed-twice"
    one_sided = frozenset({"used again"})
    misuses = ("started twice", "used while empty")

    @staticmethod
    def names(program, slots, used):
        return {"again"}

    @staticmethod
    def disagree(found, verdict):
        return bool(verdict.lines) != found.wrong and not (
            found.wrong and found.may_be_missed)

    @staticmethod
    def says(names):
        return "a task used again"


class Pins:
    check = "coro-moved-pinned"
    one_sided = frozenset({"careful", "signal awaited", "elided", "nested try", "swap member",
                           "each moved first", "each started first",
                           "returned after its end", "returned",
                           "one of two returned", "parameter returned",
                           "second erased"})
    # Others in the function have an object's address, or of elements one ends,
    # or a vector that had room is another, or what was behind a pointer has got
    # another owner.
    unsure = frozenset({"one stopped", "lambda stops", "stop by pointer",
                        "all by iterator", "vector assign", "vector swap",
                        "vector move", "vector moved", "owner moved",
                        "owners moved", "deque moved", "cleared", "popped",
                        "erased"})

    @staticmethod
    def names(program, slots, used):
        return {"surely" if slots & 1 else "perhaps"}

    @staticmethod
    def disagree(found, verdict):
        sure = {line for line, (names, _) in found.held.items()
                if "surely" in names}
        return bool(verdict.lines - set(found.held)) or \
            not found.may_be_missed and bool(sure - verdict.lines)

    @staticmethod
    def says(names):
        return "a registered object moved"


QUESTIONS = {"locks": Locks, "tasks": Tasks, "twice": Twice, "pins": Pins}


def of(program):
    return QUESTIONS[program.question]
