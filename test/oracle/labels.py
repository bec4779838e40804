# RUN: %python %s %clangxx
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
# The oracle's labels of programs whose labels are plain to see.

import itertools
import sys
import tempfile
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tools/oracle"))
import label
import syntax
from syntax import Leaf, Node

COMPILER = sys.argv.pop(1) if len(sys.argv) > 1 else "clang++-22"


def when(condition, *statements):
    return Node((f"if ({condition}) {{", "}"),
                (tuple(map(Leaf, statements)),))


def handled(block, kind="const Error &", handler=()):
    return Node(("try {", f"}} catch ({kind}) {{", "}"), (block, handler))


# What the label says, and the body: "right", "wrong", or why it is dropped.
CASES = [
    ("wrong", "@m0.lock();", "co_await pause();", "@m0.unlock();"),
    ("right", "@m0.lock();", "@m0.unlock();", "co_await pause();"),
    ("wrong", "@m0.lock();", "co_yield __LINE__;"),
    ("wrong", "@m0.lock();", "co_await child();"),
    ("right", "@m0.lock();", "co_await Ready{};", "@m0.unlock();"),
    ("right", "@m0.lock();", "co_await ResumesAtOnce{};", "@m0.unlock();"),
    ("wrong", "@m0.lock();", "co_await perhaps();", "@m0.unlock();"),
    ("wrong", "std::unique_lock{@m0}, co_await pause();"),
    ("right", "std::unique_lock{@m0};", "co_await pause();"),
    ("right", "co_await paused_after(std::unique_lock(@m0));"),
    ("wrong", "std::unique_lock g(@m0);", "g.release();", "co_await pause();"),
    ("right", "std::unique_lock g(@m0);", "by_value(std::move(g));",
     "co_await pause();"),
    ("wrong", "std::unique_lock g(@m0);", "by_rvalue_unused(std::move(g));",
     "co_await pause();"),
    # Bools that do not change have one value in a run.
    ("right", when("c0", "@m0.lock();"), when("c0", "@m0.unlock();"),
     "co_await pause();"),
    ("wrong", when("c0", "@m0.lock();"),
     when("c0", "co_await pause();", "@m0.unlock();")),
    ("wrong", when("next()", "@m0.lock();"), "co_await pause();"),
    ("right", when("@m0.try_lock()", "@m0.unlock();"), "co_await pause();"),
    ("wrong", "(void)@m0.try_lock();", "co_await pause();"),
    # The second turn suspends with what the first took.
    ("wrong", "bool f0 = false;",
     Node(("while (again()) {", "}"),
          ((Leaf("co_await pause();"),
            when("!f0", "@m0.lock();", "f0 = true;")),))),
    ("right", Node(("try {", "} catch (const Error &) {", "}"),
                   ((Leaf("std::lock_guard g(@m0);"),
                     Leaf("risky();")), ())), "co_await pause();"),
    ("wrong", Node(("try {", "} catch (const Error &) {", "}"),
                   ((Leaf("@m0.lock();"), Leaf("risky();"),
                     Leaf("@m0.unlock();")), ())), "co_await pause();"),
    # Misuse.
    ("locked twice", "@m0.lock();", "@m0.lock();"),
    ("unlocked while free", when("next()", "@m0.lock();"), "@m0.unlock();"),
    ("a guard threw", "std::unique_lock g(@m0, std::defer_lock);",
     "g.unlock();"),
]

# The same, where the question is of tasks: how work is lost, or "right".
TASK_CASES = [
    ("plain", "auto t1 = work();"),
    ("plain", "work();"),
    ("right", "co_await work();"),
    ("right", "auto t1 = work();", "co_await std::move(t1);"),
    ("right", "auto t1 = work();", "keep(std::move(t1));"),
    ("right", "auto t1 = work();", "shelf().push_back(std::move(t1));"),
    ("plain", "auto t1 = work();", "t1 = work();", "co_await t1;"),
    ("plain", "auto t1 = work();", "auto t2 = std::move(t1);"),
    ("plain", "auto t1 = work();", when("next()", "co_await t1;")),
    ("right", "auto t1 = work();", when("c0", "co_await t1;"),
     when("!c0", "t1.start();")),
    ("excused", "auto t1 = work();", when("next()", "co_return;"),
     "co_await t1;"),
    ("excused", "auto t1 = work();", when("next()", "throw Error{};"),
     "co_await t1;"),
    # As far as a handler: what the try block declares dies, and no more.
    ("excused", handled((Leaf("auto t1 = work();"),
                         when("next()", "throw Error{};"),
                         Leaf("co_await t1;")))),
    ("right", "auto t1 = work();",
     handled((Leaf("throw Error{};"),), "const Error &"), "co_await t1;"),
    ("plain", "auto t1 = work();",
     handled((when("next()", "throw Worse{};"), Leaf("co_await t1;")))),
    ("excused", "auto t1 = work();",
     handled((when("next()", "throw Other{};"), Leaf("co_await t1;")))),
    ("excused", "auto t1 = work();",
     handled((when("next()", "throw Error{};"), Leaf("co_await t1;")),
             "...", (Leaf("throw;"),))),
    ("plain", "std::vector<Work> t1; t1.push_back(work());"),
    ("started twice", "auto t1 = work();", "co_await t1;", "co_await t1;"),
    ("used while empty", "Work t1;", "co_await t1;"),
]


class Labels(unittest.TestCase):
    def label(self, programs):
        with tempfile.TemporaryDirectory() as directory:
            runner = label.build_runner(COMPILER, directory)
            batch = label.Batch(programs, Path(directory) / "cases.cpp")
            labels = batch.labels(COMPILER, runner)
            self.assertEqual(batch.labels(COMPILER, runner), labels)  # stored
            return batch, labels

    def test_cases_in_every_shape_and_storage(self):
        programs, expected = [], {}
        ways = itertools.product(syntax.SHAPES, syntax.STORAGES)
        for i, (shape, storage) in enumerate(ways):
            for says, *body in CASES[i % 3::3]:
                body = tuple(Leaf(s) if isinstance(s, str) else s
                             for s in body)
                program = syntax.Program(len(programs) + 1, body, ("Mutex",),
                                         (storage,), 1, shape)
                programs.append(program)
                expected[program.id] = says
        _, labels = self.label(programs)
        for program in programs:
            found = labels[program.id]
            said = found.invalid or ("wrong" if found.wrong else "right")
            says = expected[program.id]
            if program.storages == ("local",) and \
                    said == "destroyed while locked":
                continue  # the mutex does not survive the coroutine
            self.assertEqual(said, says,
                             "\n".join(syntax.to_cpp(program)))

    def test_cases_about_tasks_in_every_shape(self):
        programs, expected = [], {}
        for shape in syntax.TASK_SHAPES:
            for says, *body in TASK_CASES:
                body = tuple(Leaf(s) if isinstance(s, str) else s
                             for s in body)
                programs.append(syntax.Program(
                    len(programs) + 1, body, (), (), 1, shape, "tasks"))
                expected[programs[-1].id] = says
        _, labels = self.label(programs)
        for program in programs:
            found = labels[program.id]
            said = found.invalid or ", ".join(sorted(found.mutexes)) or "right"
            self.assertEqual(said, expected[program.id],
                             "\n".join(syntax.to_cpp(program)))

    def test_says_where_what_and_when(self):
        body = (when("c0", "@m1.lock();"), Leaf("co_await pause();"),
                when("c0", "@m1.unlock();"), Leaf("co_await pause();"))
        program = syntax.Program(7, body, ("Mutex", "Mutex"),
                                 ("parameter", "member"), 2, "task")
        batch, labels = self.label([program])
        source = "\n".join(syntax.batch_to_cpp([program])[0].splitlines())
        line = 1 + source.splitlines().index("  co_await pause();")
        self.assertEqual(labels[7].held, {line: ({"box.m1"}, "1,0")})
        self.assertEqual(labels[7].runs, 4)
        self.assertEqual(batch.program_at(line), 7)


if __name__ == "__main__":
    unittest.main()
