# RUN: %python %s --tidy %corolint_tidy
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
# moor, its examples and its tests have no findings. Not among them: programs that
# are wrong on purpose (detect/), and those that do not compile (fail/).

import argparse
import concurrent.futures
import glob
import os
import subprocess
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
SOURCES = ["runtime/src/*.cpp", "runtime/examples/*.cpp", "test/runtime/*.cpp",
           "tools/bench/moor/*.cpp"]
# What a finding in a header would be about.
HEADERS = "(runtime|test/runtime|tools/bench)/.*"


def lint(source):
    return subprocess.run(
        [options.tidy, "-quiet", "-checks=-*,coro-*", "-config={}",
         "-header-filter=" + HEADERS, source, "--", "-std=c++20",
         "-I" + os.path.join(ROOT, "runtime", "include")],
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)


parser = argparse.ArgumentParser()
parser.add_argument("--tidy", required=True)
options = parser.parse_args()

sources = sorted(s for pattern in SOURCES for s in glob.glob(os.path.join(ROOT, pattern)))
assert len(sources) > 40, sources
with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
    failed = False
    for source, result in zip(sources, pool.map(lint, sources)):
        if result.returncode or "warning:" in result.stdout:
            print(os.path.relpath(source, ROOT), result.stdout, sep="\n")
            failed = True
sys.exit(failed)
