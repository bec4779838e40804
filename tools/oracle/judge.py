# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Asks a check about a batch of programs."""

import json
import re
import subprocess
from dataclasses import dataclass, field

import question
from label import FLAGS

@dataclass
class Verdict:
    """What the check says of one program; nothing, if it has no objection."""
    lines: set = field(default_factory=set)
    mutexes: set = field(default_factory=set)
    discards: set = field(default_factory=set)  # lines of those expressions


def verdicts(tidy, batch):
    """What corolint-tidy says, by program."""
    judges = {"locks": lock_verdicts, "tasks": task_verdicts,
              "twice": twice_verdicts, "pins": pin_verdicts}
    return judges[batch.question](tidy, batch)


def messages(tidy, batch, **options):
    """(program, line, whether it is a note, what is said) of each message."""
    check = question.QUESTIONS[batch.question].check
    config = {"CheckOptions": {f"{check}.{o}": v for o, v in options.items()}}
    output = subprocess.run(
        [tidy, f"-checks=-*,{check}", "--quiet",
         f"--config={json.dumps(config)}", str(batch.path), "--", *FLAGS],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, timeout=600)
    if "error:" in output.stdout or output.returncode:
        raise SystemExit(f"oracle: {tidy} failed on {batch.path}:\n"
                         f"{output.stdout}{output.stderr}")
    for line in output.stdout.splitlines():
        match = re.match(r"(.*):(\d+):\d+: (warning|note): (.*)", line)
        if match and match[1].endswith(batch.path.name):
            number = int(match[2])
            yield (batch.program_at(number), number, match[3] == "note",
                   match[4])


def lock_verdicts(tidy, batch):
    verdicts = {i: Verdict() for i in batch.programs}
    verdict = None
    for program, number, is_note, what in messages(tidy, batch):
        if not is_note:
            verdict = verdicts[program]
            verdict.lines.add(number)
            names = re.search(r" holds (.*)|while (.*) is locked", what)
            verdict.mutexes.update(re.findall(r"'(?:this->)?([^']*)'",
                                              names[1] or names[2]))
        elif "may also suspend here" in what and verdict:
            verdict.lines.add(number)
    return verdicts


def task_verdicts(tidy, batch):
    """By the lines that made the work that is lost."""
    def made(**options):
        found = []  # [program, line]
        for program, number, is_note, what in messages(tidy, batch, **options):
            if not is_note:
                found.append([program, number])
                if "discarded" in what:
                    verdicts[program].discards.add(number)
            elif what.startswith("made here"):
                found[-1][1] = number
        return found

    verdicts = {i: Verdict() for i in batch.programs}
    plain = made()
    for program, number in made(ReportErrorPaths="true"):
        verdicts[program].lines.add(number)
        verdicts[program].mutexes.add(
            "plain" if [program, number] in plain else "excused")
    return verdicts


def twice_verdicts(tidy, batch):
    verdicts = {i: Verdict() for i in batch.programs}
    for program, number, is_note, what in messages(tidy, batch):
        if not is_note:
            verdicts[program].lines.add(number)
            verdicts[program].mutexes.add("again")
    return verdicts


def pin_verdicts(tidy, batch):
    verdicts = twice_verdicts(tidy, batch)
    for verdict in verdicts.values():
        verdict.mutexes = {"surely"} if verdict.lines else set()
    return verdicts


def mutant_verdicts(judge, batch):
    """What the check's analysis says, whole and with each of its rules muted:
    {rule or "": {program: does it object?}}, and how many functions it gave up.
    """
    lines = ["-DCORO_ORACLE_PINS"] if batch.question == "pins" else []
    output = subprocess.run(
        [judge, str(batch.path), "--", *FLAGS, *lines, "-w"], stdout=subprocess.PIPE,
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
            if lines:  # says in which
                objects = frozenset(objects) | (by_program[number] or set())
                by_program[number] = objects
            else:
                by_program[number] |= objects
    return verdicts, given_up
