# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""The two questions that programs are asked: by running them, and by a check.

"locks": does the coroutine suspend with a mutex locked?
"tasks": is the work of a task lost? A loss is *plain*; or *excused* if every
run that shows it leaves early (throw, co_return) and another uses the work: the
check keeps silent about those unless ReportErrorPaths is set.
"""

import syntax


class Locks:
    check = "coro-lock-across-suspension"

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

    @staticmethod
    def names(program, slots, used):
        return {"plain" if slots & 1 or not used else "excused"}

    @staticmethod
    def disagree(found, verdict):
        """It has to object where work is lost, plainly or with an excuse, and
        to none that is not. (It warns once per variable, and so not always of
        each loss.)"""
        return bool(verdict.lines) != found.wrong or \
            ("plain" in verdict.mutexes) != ("plain" in found.mutexes) or \
            bool(verdict.lines - set(found.held))

    @staticmethod
    def says(names):
        return "this work lost: " + ", ".join(sorted(names))


QUESTIONS = {"locks": Locks, "tasks": Tasks}


def of(program):
    return QUESTIONS[program.question]
