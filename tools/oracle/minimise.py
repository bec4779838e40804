# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Makes programs small that the check and their labels disagree about."""

import re
import subprocess
from dataclasses import replace

import judge
import label
import question
import syntax

ROUNDS = 20


def minimise(programs, tools, directory):
    """For each program, the smallest one found for which the check errs in the
    same way. Equal ones are returned once."""
    best = [one for program in programs
            for one in examine([program], tools, directory)]
    errors = [how_it_errs(one) for one in best]
    growing = set(range(len(best)))  # those that may still get smaller
    for _ in range(ROUNDS):
        candidates, origins = [], {}
        for i in growing:
            seen = {text(best[i][0])}
            for smaller in syntax.smaller(best[i][0]):
                if text(smaller) not in seen and \
                        syntax.is_about_something(smaller):
                    seen.add(text(smaller))
                    origins[len(candidates) + 1] = i
                    candidates.append(replace(smaller, id=len(candidates) + 1))
        growing = set()
        for one in examine(candidates, tools, directory):
            i = origins[one[0].id]
            if not one[1].invalid and how_it_errs(one) == errors[i] and \
                    len(text(one[0])) < len(text(best[i][0])):
                best[i] = one
                growing.add(i)
        if not growing:
            break
    distinct = {syntax.structure(one[0]): one[0] for one in best}
    return [examine([program], tools, directory)[0]
            for program in distinct.values()]


def text(program):
    return "\n".join(syntax.to_cpp(replace(program, id=0)))


def how_it_errs(one):
    """How a verdict differs from the label, roughly."""
    program, found, verdict = one
    return (question.of(program).disagree(found, verdict),
            found.wrong, bool(verdict.lines),
            bool(verdict.mutexes - found.mutexes),
            bool(found.mutexes - verdict.mutexes))


def examine(candidates, tools, directory):
    """Those of the candidates that compile, with labels and verdicts."""
    path = directory / "smaller.cpp"
    batch = label.Batch(candidates, path)
    errors = subprocess.run(
        [tools.compiler, *label.FLAGS, "-w", "-fsyntax-only",
         "-ferror-limit=0", str(path)], stderr=subprocess.PIPE,
        text=True).stderr
    bad = {batch.program_at(int(n))
           for n in re.findall(r"smaller\.cpp:(\d+):\d+: error", errors)}
    candidates = [c for c in candidates if c.id not in bad]
    if not candidates:
        return []
    batch = label.Batch(candidates, path)
    labels = batch.labels(tools.compiler, tools.runner)
    verdicts = judge.verdicts(tools.tidy, batch)
    return [(c, labels[c.id], verdicts[c.id]) for c in candidates]
