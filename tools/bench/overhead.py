# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Counts what the checks cost, in instructions.

Times depend on the machine and on what else it does; the number of instructions
that cachegrind counts does not, to within 0.1 %. Every figure is compared with
the same corolint-tidy running one check that matches nothing. No check at all
is no baseline, as clang-tidy then leaves without parsing; and a compiler is
none either, as clang-tidy frees its syntax tree and looks at every node of it,
whatever the checks. That check is zircon-temporary-objects: it matches the
temporary objects of the classes that its option Names lists, and this is empty.

The bars are about ratios. A missed bar is printed; the exit code is 0, since a
measurement is no test.
"""

import argparse
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

import inputs

ROOT = Path(__file__).resolve().parents[2]

EMPTY = "zircon-temporary-objects"
# What is run -> the checks besides EMPTY; None is the compiler.
RUNS = {
    "syntax-only": None,
    "empty": "",
    "coro": "coro-*",
    "hostile-raii": "misc-coroutine-hostile-raii",
    "use-after-move": "bugprone-use-after-move",
}
TITLES = {
    "syntax-only": "clang -fsyntax-only",
    "empty": "one check that matches nothing",
    "coro": "all coro-*",
    "hostile-raii": "misc-coroutine-hostile-raii",
    "use-after-move": "bugprone-use-after-move",
}
# Percent over the empty check: with coroutines, and without.
BARS = {"22": {"heavy": 3.0, "boost": 3.0, "ordinary": 0.5},
        "19": {"heavy": 5.0, "boost": 5.0, "ordinary": 0.5}}
CLANGD_BAR = 5.0
# The one function of clangd that runs the checks. The end of its type keeps out
# the functions inside it, at which callgrind would stop collecting.
AST_BUILD = "clang::clangd::ParsedAST::build(*PreambleData const>)"
FLAGS = ["-std=c++20"]

# Debian's libboost1.81-doc has it; where it is not installed, ours will do.
PACKAGED = Path("/usr/share/doc/libboost1.81-doc/examples/libs/asio/example/"
                "cpp20/coroutines/echo_server.cpp")


def die(text):
    sys.exit("tools/dev bench overhead: " + text)


def cachegrind(work):
    return ["--tool=cachegrind", "--cache-sim=no",
            f"--cachegrind-out-file={work / 'valgrind.out'}"]


def callgrind(out, inside=None):
    return ["--tool=callgrind", f"--callgrind-out-file={out}",
            *([f"--toggle-collect={inside}"] if inside else [])]


def count(tool, command):
    """The instructions that a command executes, and how many coroutines the
    analysis saw, or None if it did not run."""
    run = subprocess.run(["valgrind", *tool, *map(str, command)],
                         stdin=subprocess.DEVNULL, capture_output=True,
                         text=True, check=False,
                         env={**os.environ, "CORO_STATS": "1"})
    # Both tools end with it: "I refs: 1,234" and "Collected : 1234".
    total = re.search(r"(?:I\s+refs:|Collected :)\s+([\d,]+)", run.stderr)
    if run.returncode or not total:
        die("failed: " + " ".join(map(str, command)) + "\n" + run.stdout
            + run.stderr)
    seen = re.search(r"\((\d+) coroutines seen\)", run.stderr)
    return (int(total.group(1).replace(",", "")),
            int(seen.group(1)) if seen else None)


def checks(run):
    return ",".join(filter(None, ["-*", EMPTY, RUNS[run]]))


def tidy_command(binary, run, file):
    return [binary, "--quiet", "--config={}", "--checks=" + checks(run), file,
            "--", *FLAGS]


def command(llvm, binaries, run, file):
    if RUNS[run] is None:
        # In the driver's own process, or cachegrind would see the driver only.
        return [f"clang++-{llvm}", "-fintegrated-cc1", "-fsyntax-only", *FLAGS,
                file]
    return tidy_command(binaries / "corolint-tidy", run, file)


def clangd_command(binary, run, directory, file):
    """A clangd that builds the file and ends."""
    (directory / "compile_flags.txt").write_text("\n".join(FLAGS) + "\n")
    (directory / ".clang-tidy").write_text(
        f"Checks: '{checks(run)}'\nInheritParentConfig: false\n")
    (directory / ".clangd").write_text(
        "Diagnostics: {ClangTidy: {FastCheckFilter: None}}\n")
    # What follows the build tries every token, of these lines.
    return [binary, f"--check={file}", "--check-lines=1", "--enable-config",
            "--background-index=false", "--log=error", "--pch-storage=memory"]


def line(title, counted, base, bar=None):
    instructions, seen = counted
    over = 100 * (instructions / base - 1)
    text = f"  {title:34} {instructions / 1e9:8.3f} G  {over:+6.2f} %"
    if bar is not None:
        text += (f"   bar {bar} %: {'met' if over <= bar else 'NOT MET'}"
                 f" ({seen} coroutines)")
    print(text, flush=True)


def measure(llvm, binaries, kind, file, chosen, work):
    print(f"\nLLVM {llvm}, {file.name}", flush=True)
    base = count(cachegrind(work), command(llvm, binaries, "empty", file))
    line(TITLES["empty"], base, base[0])
    for run in chosen:
        if run == "empty":
            continue
        counted = count(cachegrind(work), command(llvm, binaries, run, file))
        # A check that did not look is the cheapest.
        if run == "coro" and bool(counted[1]) == (kind == "ordinary"):
            die(f"{counted[1]} coroutines seen in {file}")
        line(TITLES[run], counted, base[0],
             BARS[llvm][kind] if run == "coro" else None)


def measure_clangd(llvm, binaries, file, work):
    print(f"\nLLVM {llvm}, corolint-clangd, building the AST of {file.name}",
          flush=True)
    base = None
    for run in ("empty", "coro"):
        counted = count(callgrind(work / "valgrind.out", AST_BUILD),
                        clangd_command(binaries / "corolint-clangd", run, work,
                                       file))
        base = base or counted[0]
        if run == "coro" and not counted[1]:
            die("corolint-clangd saw no coroutine")
        line(TITLES[run], counted, base, CLANGD_BAR if run == "coro" else None)


def main():
    parser = argparse.ArgumentParser(
        prog="tools/dev bench overhead", description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--llvm", action="append", choices=["22", "19"],
                        help="by default those that are built")
    parser.add_argument("--input", action="append",
                        choices=["heavy", "boost", "ordinary", "clangd"],
                        help="by default all but clangd, for which callgrind "
                        "has to count, which is several times slower")
    parser.add_argument("--run", action="append", choices=list(RUNS),
                        help="by default all; always with the empty check")
    parser.add_argument("--binaries", type=Path, metavar="DIR",
                        help="instead of build/llvm-NN/bin")
    parser.add_argument("--profile", type=Path, metavar="FILE",
                        help="count nothing: write where callgrind sees the "
                        "instructions of the (last) run on the (last) input")
    options = parser.parse_args()

    found = {llvm: options.binaries or ROOT / "build" / f"llvm-{llvm}" / "bin"
             for llvm in options.llvm or ["22", "19"]}
    found = {llvm: path for llvm, path in found.items()
             if options.llvm or (path / "corolint-tidy").exists()}
    if not found:
        die("nothing is built; run tools/dev build [--llvm 22|19]")

    with tempfile.TemporaryDirectory() as directory:
        work = Path(directory)
        files = {
            "heavy": work / "coroutine_heavy.cpp",
            "boost": PACKAGED if PACKAGED.exists() else
                     ROOT / "tools" / "bench" / "Inputs" / "boost_echo.cpp",
            "ordinary": work / "ordinary.cpp",
        }
        files["heavy"].write_text(inputs.coroutine_heavy())
        files["ordinary"].write_text(inputs.ordinary())
        kinds = options.input or list(files)
        if options.profile and kinds[-1] == "clangd":
            die("--profile is for corolint-tidy and the compiler")
        runs = options.run or list(RUNS)
        for llvm, binaries in found.items():
            if not (binaries / "corolint-tidy").exists():
                die(f"no {binaries}/corolint-tidy; run tools/dev build "
                    f"--llvm {llvm}")
            for kind in kinds:
                if options.profile:
                    count(callgrind(options.profile.absolute()),
                          command(llvm, binaries, runs[-1], files[kind]))
                elif kind == "clangd":
                    measure_clangd(llvm, binaries, files["heavy"], work)
                else:
                    measure(llvm, binaries, kind, files[kind], runs, work)


if __name__ == "__main__":
    try:
        main()
    except FileNotFoundError as error:
        die(f"{error.filename} is not here; on Debian, apt-get install "
            "valgrind")
