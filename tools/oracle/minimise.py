# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Makes a program small that the check and its label disagree about."""

import re
import subprocess
from dataclasses import replace

import judge
import label
import syntax

ROUNDS = 15


def minimise(program, tools, directory):
    """The smallest program found for which the check errs in the same way:
    it, its label, and the verdict."""
    best = first = examine([program], tools, directory)[0]
    for _ in range(ROUNDS):
        candidates, seen = [], set()
        for smaller in syntax.smaller(best[0]):
            structure = syntax.structure(smaller)
            if structure not in seen and syntax.used_mutexes(smaller):
                seen.add(structure)
                candidates.append(replace(smaller, id=len(candidates) + 1))
        better = [one for one in examine(candidates, tools, directory)
                  if not one[1].invalid and differs(one) == differs(first)]
        if not better:
            break
        best = min(better, key=lambda one: len(list(syntax.lines_of(
            one[0].body))))
    return best


def differs(one):
    """How a verdict differs from the label, roughly."""
    _, found, verdict = one
    return (found.wrong, bool(verdict.lines),
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
    verdicts = judge.tidy_verdicts(tools.tidy, batch)
    return [(c, labels[c.id], verdicts[c.id]) for c in candidates]
