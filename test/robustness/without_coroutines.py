# RUN: %python %s --build %build
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
# Without coroutines there is nobody to keep waiting: with the keywords taken out
# of it by macros, nothing is found in a test of the checks for blocking calls
# and for locks. Of these, one form is about functions that are no coroutines:
# the lock that ends before the task that is returned begins.

import argparse
import os
import re
import subprocess
import sys

from broken_sources import FLAGS, ROOT, sources

CHECKS = "coro-blocking-call", "coro-lock-across-suspension"
# `operator co_await` becomes the unary plus, so that most of it still compiles.
KEYWORDS = ["-Dco_await=+", "-Dco_return=throw", "-Dco_yield=(void)"]
FINDING = re.compile(r"^(/.*?:\d+):\d+: warning: (.*) \[(coro-[a-z-]+)\]$", re.M)
OF_PLAIN_FUNCTIONS = re.compile(r"before|returned")


def lint(tidy, source, extra):
    done = subprocess.run(
        [tidy, "-quiet", "-config={}", "-checks=-*," + ",".join(CHECKS), source,
         "--"] + FLAGS + ["-I" + os.path.join(ROOT, "runtime", "include")] + extra,
        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, timeout=120)
    return FINDING.findall(done.stdout)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--build", default=os.path.join(ROOT, "build", "llvm-22"))
    options = parser.parse_args()
    tidy = os.path.join(os.path.abspath(options.build), "bin", "corolint-tidy")
    files, with_them, wrong = 0, 0, []
    for source in sources():
        found = lint(tidy, source, [])
        if not found:
            continue
        files += 1
        with_them += len(found)
        wrong += [f for f in lint(tidy, source, KEYWORDS)
                  if not OF_PLAIN_FUNCTIONS.search(f[1])]
    print("%d findings in %d files with coroutines, %d without"
          % (with_them, files, len(wrong)))
    for place, message, check in wrong:
        print("%s: %s [%s]" % (place, message, check))
    sys.exit(bool(wrong) or not with_them)


if __name__ == "__main__":
    main()
