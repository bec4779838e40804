# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Labels programs by compiling and running them, a batch at a time.

Labels are kept in the build directory, by the hash of everything that they
depend on: a second run over the same programs only compares.
"""

import hashlib
import json
import subprocess
from dataclasses import dataclass
from pathlib import Path

import question
import syntax

HERE = Path(__file__).resolve().parent
FLAGS = ["-std=c++20", "-I", str(HERE),
         "-I", str(HERE.parents[1] / "runtime/include")]
MOST_TURNS = 5
HEADERS = ("prelude.h", "work.h", "pins.h", "runner.h")


@dataclass
class Label:
    invalid: str  # why the program is no use, or empty
    runs: int
    # line -> (names of the mutexes locked there, or how its work is lost; and
    # the first decision vector that shows it)
    held: dict
    made: frozenset = frozenset()  # lines that made work in some run
    may_be_missed: bool = False  # see question.py

    @property
    def wrong(self):
        return bool(self.held)

    @property
    def mutexes(self):
        return {m for names, _ in self.held.values() for m in names}


class Batch:
    """Programs in one source file, which is written where it is said."""

    def __init__(self, programs, path):
        self.programs = {p.id: p for p in programs}
        self.path = Path(path)
        self.question = programs[0].question if programs else "locks"
        text, self.ranges = syntax.batch_to_cpp(programs)
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self.key = hashlib.sha256(text.encode() + b"".join(
            (HERE / n).read_bytes()
            for n in HEADERS + ("runner.cpp",))).hexdigest()
        if not self.path.exists() or self.path.read_text() != text:
            self.path.write_text(text)

    def program_at(self, line):
        return next((i for i, (first, last) in self.ranges.items()
                     if first <= line <= last), None)

    def labels(self, compiler, runner):
        """Label by program; `runner` is runner.cpp's object."""
        cache = self.path.with_suffix(".labels")
        if cache.exists():
            stored = json.loads(cache.read_text())
            if stored["key"] == self.key:
                return self.decode(stored["labels"])
        binary, source = self.path.with_suffix(".run"), self.path
        if self.question == "pins":  # says where it is when it is run
            source = self.path.with_suffix(".run.cpp")
            source.write_text(syntax.batch_to_cpp(
                list(self.programs.values()), marked=True)[0])
        subprocess.run([compiler, *FLAGS, "-O0", "-w", "-DCORO_ORACLE_RUN",
                        "-D_GLIBCXX_ASSERTIONS", str(source),
                        str(runner), "-o", str(binary)], check=True)
        output = subprocess.run([str(binary), str(MOST_TURNS)], check=True,
                                stdout=subprocess.PIPE, text=True,
                                stderr=subprocess.DEVNULL, timeout=600).stdout
        binary.unlink()
        labels = [json.loads(line) for line in output.splitlines()]
        cache.write_text(json.dumps({"key": self.key, "labels": labels}))
        return self.decode(labels)

    def decode(self, stored):
        labels = {}
        for one in stored:
            program = self.programs[one["id"]]
            held = {}
            for line, (slots, vector) in one["held"].items():
                names = question.of(program).names(program, slots,
                                                   int(line) in one["used"])
                held[int(line)] = (names, vector)
            if self.question == "twice":
                # Where the program goes wrong, nothing says.
                wrong = one["invalid"] in question.Twice.misuses
                held = {0: ({"again"}, "?")} if wrong else {}
                one = {**one, "invalid": "" if wrong else one["invalid"]}
            labels[one["id"]] = Label(one["invalid"], one["runs"], held,
                                      frozenset(one["made"]))
            if self.question == "twice":
                labels[one["id"]].may_be_missed = \
                    {"loop", "assigned"} <= syntax.features(program)
            if self.question == "pins":
                labels[one["id"]].may_be_missed = bool(
                    question.Pins.unsure & syntax.features(program))
        return labels


def build_runner(compiler, directory):
    """Compiles runner.cpp, once."""
    source, runner = HERE / "runner.cpp", Path(directory) / "runner.o"
    inputs = [source] + [HERE / n for n in HEADERS]
    if not runner.exists() or any(
            i.stat().st_mtime > runner.stat().st_mtime for i in inputs):
        runner.parent.mkdir(parents=True, exist_ok=True)
        subprocess.run([compiler, *FLAGS, "-O1", "-c", str(source), "-o",
                        str(runner)], check=True)
    return runner
