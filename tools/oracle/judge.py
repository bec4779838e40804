# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Asks the check about a batch of programs."""

import json
import re
import subprocess
from dataclasses import dataclass, field

from label import FLAGS

CHECK = "coro-lock-across-suspension"


@dataclass
class Verdict:
    """What the check says of one program; nothing, if it has no objection."""
    lines: set = field(default_factory=set)
    mutexes: set = field(default_factory=set)


def tidy_verdicts(tidy, batch):
    """What corolint-tidy says, by program."""
    output = subprocess.run(
        [tidy, f"-checks=-*,{CHECK}", "--quiet", str(batch.path), "--",
         *FLAGS], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        timeout=600)
    if "error:" in output.stdout or output.returncode:
        raise SystemExit(f"oracle: {tidy} failed on {batch.path}:\n"
                         f"{output.stdout}{output.stderr}")
    verdicts = {i: Verdict() for i in batch.programs}
    verdict = None
    for line in output.stdout.splitlines():
        match = re.match(r"(.*):(\d+):\d+: (warning|note): (.*)", line)
        if not match or not match[1].endswith(batch.path.name):
            continue
        number, what = int(match[2]), match[4]
        if match[3] == "warning":
            verdict = verdicts[batch.program_at(number)]
            verdict.lines.add(number)
            names = re.search(r" holds (.*)|while (.*) is locked", what)
            verdict.mutexes.update(re.findall(r"'(?:this->)?([^']*)'",
                                              names[1] or names[2]))
        elif "may also suspend here" in what and verdict:
            verdict.lines.add(number)
    return verdicts


def mutant_verdicts(judge, batch):
    """What the check's analysis says, whole and with each of its rules muted:
    {rule or "": {program: does it object?}}, and how many functions it gave up.
    """
    output = subprocess.run(
        [judge, str(batch.path), "--", *FLAGS, "-w"], stdout=subprocess.PIPE,
        check=True, text=True, timeout=600).stdout
    verdicts, given_up = {}, 0
    for line in output.splitlines():
        one = json.loads(line)
        number = batch.program_at(one["line"])
        if number is None:
            continue
        given_up += one["gave_up"]
        for rule, objects in one["verdicts"].items():
            by_program = verdicts.setdefault(
                rule, dict.fromkeys(batch.programs, False))
            by_program[number] |= objects
    return verdicts, given_up
