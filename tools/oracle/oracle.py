#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Compares two checks with what programs do when they are run.

    programs --(run, over every vector of decisions)--> labels --+
        |                                                        +-- equal?
        +------(corolint-tidy, oracle-judge)-------> verdicts ---+

A program is wrong if some run of it suspends with a mutex locked; or, if the
question is of tasks, if some run loses the work of one (question.py). The check
has to object to the wrong programs and to no other.

Of programs about tasks, one in three is a mutant: a use is forgotten. Of the
analyses of locks and of pinned objects, each rule is muted in turn, and must be
missed: a rule whose absence nothing shows is either superfluous or untested.
"""

import argparse
import collections
import concurrent.futures
import os
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import generate
import judge
import label
import minimise
import pins
import question
import syntax
import tasks
import twice

ROOT = Path(__file__).resolve().parents[2]
BATCH = 350
# The sample is one batch, which cannot show everything.
SAMPLE, SAMPLE_SEED, SAMPLE_RULES = 280, "sample", 20


def batches(seed, directory, write):
    """Distinct programs, in batches, for ever."""
    seen, programs, number, batch = set(), [], 0, 0
    while True:
        number += 1
        program = write(seed, number)
        if not program or syntax.structure(program) in seen:
            continue
        seen.add(syntax.structure(program))
        programs.append(program)
        if len(programs) == BATCH:
            batch += 1
            yield label.Batch(programs, directory / f"batch{batch}.cpp")
            programs = []


@dataclass
class Tools:
    compiler: str
    runner: Path
    tidy: Path | None
    judge: Path | None

    def examine(self, batch):
        """Labels and verdicts of a batch."""
        labels = batch.labels(self.compiler, self.runner)
        verdicts = judge.verdicts(self.tidy, batch) if self.tidy else {}
        mutants, given_up = {}, 0
        if self.judge:
            mutants, given_up = judge.mutant_verdicts(self.judge, batch)
        return batch, labels, verdicts, mutants, given_up


class Tally:
    """What the run has shown so far."""

    def __init__(self):
        self.right = self.wrong = self.dropped = self.runs = self.given_up = 0
        self.features = collections.defaultdict(lambda: [0, 0])
        self.disagreements = []  # (program, label, verdict)
        self.other_mutexes = []
        self.other_lines = []
        self.caught = {}  # rule -> programs that its absence is seen in

    def add(self, batch, labels, verdicts, mutants, given_up):
        self.given_up += given_up
        for number, program in batch.programs.items():
            found = labels[number]
            if found.invalid:
                self.dropped += 1
                continue
            self.runs += found.runs
            self.wrong += found.wrong
            self.right += not found.wrong
            for feature in syntax.features(program):
                self.features[feature][found.wrong] += 1
            verdict = verdicts.get(number)
            if verdict:
                entry = (program, found, verdict)
                if question.of(program).disagree(found, verdict):
                    self.disagreements.append(entry)
                elif verdict.mutexes != found.mutexes and \
                        program.question != "pins":
                    self.other_mutexes.append(entry)
                elif verdict.lines != set(found.held):
                    self.other_lines.append(entry)
            for rule, objects in mutants.items():
                caught = self.caught.setdefault(rule, [])
                if program.question == "pins":
                    if shows_in(program, found, objects[number],
                                mutants[""][number] if rule else None):
                        caught.append(program)
                elif objects[number] != found.wrong == mutants[""][number] or \
                        not rule and objects[number] != found.wrong:
                    caught.append(program)

    @property
    def count(self):
        return self.right + self.wrong

    def print_table(self):
        print(f"\n{'feature':28}{'right':>8}{'wrong':>8}")
        for feature, (right, wrong) in sorted(self.features.items()):
            print(f"{feature:28}{right:8}{wrong:8}")


def shows_in(program, found, lines, whole):
    """Whether it shows that a rule is muted, where the whole analysis is right;
    or, of the whole, that it is wrong."""
    def disagree(said):
        verdict = judge.Verdict(set(said or ()))
        return question.of(program).disagree(found, verdict)

    return disagree(lines) and not (whole is not None and disagree(whole))


def describe(program, found, verdict):
    """A disagreement, as a source that can be run and linted by itself."""
    source, _ = syntax.batch_to_cpp([program])
    yield from source.splitlines()
    says = "wrong" if found.wrong else "right"
    yield f"// Label: {says}, from {found.runs} runs."
    for line, (names, vector) in sorted(found.held.items()):
        yield (f"// Line {line}: {question.of(program).says(names)}, for one "
               f"with the decisions {vector}.")
    what = "nothing" if not verdict.lines else \
        f"{question.of(program).says(verdict.mutexes)} in line " + ", ".join(
            map(str, sorted(verdict.lines)))
    yield f"// The check says: {what}."


def main():
    parser = argparse.ArgumentParser(prog="tools/dev oracle",
                                     description=__doc__.split("\n")[0])
    parser.add_argument("--question", choices=question.QUESTIONS,
                        default="locks",
                        help="what to ask of programs (default %(default)s)")
    parser.add_argument("--llvm", default="22")
    parser.add_argument("--count", type=int, default=10000,
                        help="programs to judge (default %(default)s)")
    parser.add_argument("--seed", default="1")
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    parser.add_argument("--no-mutants", action="store_true")
    parser.add_argument("--labels-only", action="store_true",
                        help="ask neither check nor mutants")
    parser.add_argument("--sample", action="store_true",
                        help=f"the same {SAMPLE} programs, each time")
    parser.add_argument("--shown", type=int, default=10,
                        help="disagreements to minimise and show")
    parser.add_argument("--build", type=Path,
                        help="build directory (default build/llvm-NN)")
    parser.add_argument("--compiler", help="default clang++-NN")
    options = parser.parse_args()
    if options.sample:
        options.count, options.seed = SAMPLE, SAMPLE_SEED

    build = options.build or ROOT / "build" / f"llvm-{options.llvm}"
    tidy, mutants = build / "bin/corolint-tidy", build / "bin/oracle-judge"
    compiler = options.compiler or f"clang++-{options.llvm}"
    if options.labels_only:
        tidy = None
    about_locks = options.question == "locks"
    if options.labels_only or options.no_mutants or \
            options.question not in ("locks", "pins"):
        mutants = None
    for tool in (tidy, mutants):
        if tool and not tool.exists():
            sys.exit(f"oracle: {tool} is missing; run "
                     f"`tools/dev build --llvm {options.llvm}`")
    directory = build / "oracle" / f"seed-{options.seed}"
    if not about_locks:
        directory = build / "oracle" / f"{options.question}-{options.seed}"
    tools = Tools(compiler, label.build_runner(compiler, build / "oracle"),
                  tidy, mutants)

    tally, start = Tally(), time.monotonic()
    with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
        todo = collections.deque()
        write = {"locks": generate.program, "tasks": tasks.program,
                 "twice": twice.program, "pins": pins.program}[options.question]
        source = batches(options.seed, directory, write)
        while tally.count < options.count:
            while len(todo) < options.jobs:
                todo.append(pool.submit(tools.examine, next(source)))
            tally.add(*todo.popleft().result())
            print(f"{time.monotonic() - start:5.0f} s: {tally.count} programs, "
                  f"{100 * tally.wrong / max(tally.count, 1):.0f} % wrong, "
                  f"{tally.runs} runs, {len(tally.disagreements)} "
                  "disagreements", flush=True)
        for other in todo:
            other.cancel()
    return report(tally, options, tools, directory)


def report(tally, options, tools, directory):
    failures = []
    if not options.sample:
        tally.print_table()
    print(f"\n{tally.count} distinct programs, {tally.wrong} wrong; "
          f"{tally.dropped} more dropped (they lock twice, or unlock what is "
          f"free; use work twice, or none); {tally.runs} runs.")
    if tally.wrong < 0.3 * tally.count:
        failures.append("fewer than 30 % of the programs are wrong")
    lonely = [f for f, n in tally.features.items() if 0 in n
              and f not in question.QUESTIONS[options.question].one_sided]
    if lonely and not options.sample:
        failures.append("only in right or only in wrong programs: "
                        + ", ".join(sorted(lonely)))

    print(f"The check disagrees with {len(tally.disagreements)} labels; it "
          f"names other mutexes in {len(tally.other_mutexes)} wrong programs, "
          f"and other lines in {len(tally.other_lines)}.")
    if tally.given_up:
        print(f"The analysis gave up on {tally.given_up} programs.")
    if tally.disagreements:
        failures.append(f"{len(tally.disagreements)} disagreements")
    shown = tally.disagreements or tally.other_mutexes
    small = minimise.minimise([one[0] for one in shown[:options.shown]],
                              tools, directory)
    for i, one in enumerate(small):
        path = directory / f"disagreement{i + 1}.cpp"
        text = "\n".join(describe(*one)) + "\n"
        path.write_text(text)
        print(f"\n{path}:\n{text}")

    if tools.judge:
        print(f"\n{'muted rule':28}{'disagrees':>10}  first in program")
        for rule, caught in sorted(tally.caught.items()):
            print(f"{rule or '(none)':28}{len(caught):10}  "
                  f"{caught[0].id if caught else '-'}")
        missed = [r for r, caught in tally.caught.items() if r and not caught]
        if len(missed) > (len(tally.caught) - 1 - SAMPLE_RULES
                          if options.sample else 0):
            failures.append("muting shows nowhere: " + ", ".join(missed))
        if tally.caught[""]:
            failures.append(f"the judge disagrees with {len(tally.caught[''])}"
                            " labels")
    for failure in failures:
        print(f"oracle: {failure}")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
