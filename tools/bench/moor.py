# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Measures moor beside floors that are written by hand, in one program.

Every figure is CPU time. The benchmarks run several times, in random order, and
the least time of each counts, as everything that disturbs makes it longer. The
floors are in tools/bench/moor/floors.h; how long <coroutine>, <thread> and
<chrono> take to compile is the floor of a hello world.

A missed bar is printed; the exit code is 0, since a measurement is no test.
"""

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SOURCE = ROOT / "tools" / "bench" / "moor"

# Measured, what it is compared with (a benchmark, or nanoseconds), at most so
# many times that.
BARS = [
    ("await_elided", "floor_await_elided", 2.0),
    ("await_pooled", "floor_await_pooled", 2.0),
    ("mutex_uncontended", "floor_two_rmw", 1.1),
    ("local_mutex_uncontended", "floor_two_rmw", 0.2),
    ("local_mpsc", 15.0, 1.0),
    ("threaded_mpsc", 50.0, 1.0),
]
COMPILE_TIME_BAR = 1.5

FLOOR = """#include <chrono>
#include <coroutine>
#include <thread>
int main() {}
"""


def run(command, **options):
    print("+", " ".join(map(str, command)), file=sys.stderr, flush=True)
    return subprocess.run(command, check=True, **options)


def build(compiler):
    build_dir = ROOT / "build" / ("bench-" + Path(compiler).name)
    run(["cmake", "-S", SOURCE, "-B", build_dir, "-G", "Ninja",
         "-DCMAKE_CXX_COMPILER=" + compiler], stdout=subprocess.DEVNULL)
    run(["cmake", "--build", build_dir], stdout=subprocess.DEVNULL)
    return build_dir / "moor-bench"


def measure(program, repetitions, only):
    """Least CPU time of each benchmark, in nanoseconds."""
    command = [program, "--benchmark_format=json",
               "--benchmark_enable_random_interleaving=true",
               "--benchmark_repetitions=%d" % repetitions]
    if only:
        command.append("--benchmark_filter=" + only)
    report = json.loads(run(command, stdout=subprocess.PIPE).stdout)
    least = {}
    for entry in report["benchmarks"]:
        if entry["run_type"] != "iteration":
            continue
        if entry.get("error_occurred"):
            sys.exit("%s: %s" % (entry["name"], entry["error_message"]))
        assert entry["time_unit"] == "ns"
        name = entry["run_name"].split("/")[0]
        # Where an iteration is many messages, the time of one.
        time = entry["cpu_time"] / entry.get("messages", 1)
        least[name] = min(time, least.get(name, time))
    return least


def compile_times(compiler, repetitions):
    """Least user time of the floor and of the hello world, in seconds."""
    hello = ROOT / "runtime" / "examples" / "hello.cpp"
    with tempfile.TemporaryDirectory() as scratch:
        floor = Path(scratch, "floor.cpp")
        floor.write_text(FLOOR, encoding="utf-8")
        least = {floor: float("inf"), hello: float("inf")}
        for _ in range(repetitions):
            for source in least:
                before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime
                subprocess.run(
                    [compiler, "-std=c++20", "-O2", "-I",
                     ROOT / "runtime" / "include", "-c", source, "-o",
                     Path(scratch, "out.o")], check=True)
                after = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime
                least[source] = min(least[source], after - before)
        return least[floor], least[hello]


def verdict(met):
    return "met" if met else "MISSED"


def main():
    parser = argparse.ArgumentParser(
        prog="tools/dev bench moor", description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--compiler", default="clang++-22",
                        help="default: %(default)s")
    parser.add_argument("--repetitions", type=int, default=7, metavar="N",
                        help="default: %(default)s")
    parser.add_argument("--only", metavar="REGEX",
                        help="benchmarks whose names match; no bars")
    options = parser.parse_args()

    os.chdir(ROOT)
    times = measure(build(options.compiler), options.repetitions, options.only)
    print("%-28s %10s" % ("benchmark", "CPU ns"))
    for name, time in times.items():
        print("%-28s %10.2f" % (name, time))
    if options.only:
        return

    print("\n%-28s %-20s %8s %8s" % ("bar", "against", "times", "at most"))
    for name, against, bar in BARS:
        floor = times[against] if isinstance(against, str) else against
        ratio = times[name] / floor
        print("%-28s %-20s %8.2f %8.2f  %s" % (
            name, against if isinstance(against, str) else "%g ns" % against,
            ratio, bar, verdict(ratio <= bar)))
    floor, hello = compile_times(options.compiler, options.repetitions)
    print("%-28s %-20s %8.2f %8.2f  %s" % (
        "compiling hello world", "%.2f s" % floor, hello / floor,
        COMPILE_TIME_BAR, verdict(hello / floor <= COMPILE_TIME_BAR)))


if __name__ == "__main__":
    main()
