# RUN: %python %s --build %build
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
# Many files open at once in corolint-clangd, all of them being edited. clangd
# gives each file a thread, and the checks of all of them share one process.
#
# Each text says which of its coroutines are wrong, so every list of findings
# that is published, also for a text in between, can be compared. `tools/dev
# tsan` runs this with our objects instrumented.

import os
import random
import re
from concurrent.futures import ThreadPoolExecutor

import hosts
import lsp
from hosts import CHECK

FILES = int(os.environ.get("CORO_MANY_FILES", 12))
EDITS = int(os.environ.get("CORO_MANY_EDITS", 5))

HEAD = (
    hosts.SERVICE[: hosts.SERVICE.index("task held()")]
    + """
struct Gate {
  void enter();
  void leave();
} gate;

void lock_it() { mu.lock(); }
void unlock_it() { mu.unlock(); }
"""
)
# One mistake each. `gate` is a lock where the nearest corolint.yaml says so.
WRONG = """
  std::lock_guard<std::mutex> guard(mu);
  co_await std::suspend_always{};
---
  std::unique_lock<std::mutex> guard(mu, std::try_to_lock);
  if (guard)
    co_await std::suspend_always{};
---
  lock_it();
  co_await std::suspend_always{};
  unlock_it();
""".split("---")
RIGHT = """
  {
    std::lock_guard<std::mutex> guard(mu);
  }
  co_await std::suspend_always{};
---
  std::unique_lock<std::mutex> guard(mu);
  guard.unlock();
  co_await std::suspend_always{};
---
  lock_it();
  unlock_it();
  co_await std::suspend_always{};
""".split("---")
GATE = """
  gate.enter();
  co_await std::suspend_always{};
  gate.leave();
"""
GATE_MODEL = """\
lockables:
  - {type: Gate, owner: %s, acquires: [enter], releases: [leave]}
"""


def text_and_wrong_lines(name, chance):
    """A source of some coroutines, and the lines of those that are wrong."""
    text, lines = HEAD, []
    for number in range(6):
        body, wrong = chance.choice(
            [(body, True) for body in WRONG]
            + [(body, False) for body in RIGHT]
            + [(GATE, name.startswith("thread"))] * 2
        )
        coroutine = f"\ntask coroutine_{number}() {{{body}}}\n"
        if wrong:
            # Which line of the coroutine is reported is the check's affair.
            first = text.count("\n") + 1
            lines.append(range(first, first + coroutine.count("\n")))
        text += coroutine
    return text, lines


def races(log):
    """ThreadSanitizer's reports that involve our code, and how many do not."""
    ours, theirs = [], 0
    for part in log.split("WARNING: ThreadSanitizer")[1:]:
        report = part.split("SUMMARY: ThreadSanitizer")[0]
        # Frames of the two accesses; not those that created the threads. The
        # tests' texts never appear in frames, so a name or a path will do.
        accesses = re.split(r"^  (?:Thread|Location|Mutex) ", report, flags=re.M)
        if re.search(
            r"^    #\d+ .*(corolint::|/checks/|/tools/corolint-)",
            accesses[0],
            re.M,
        ):
            ours.append(report)
        else:
            theirs += 1
    return ours, theirs


class ManyFiles(hosts.Project):
    def setUp(self):
        super().setUp()
        self.write(".clang-tidy", "Checks: coro-*\n")
        for owner in "thread", "coroutine":
            self.write(f"{owner}/corolint.yaml", GATE_MODEL % owner)
        self.names = [
            f"{('thread', 'coroutine')[number % 2]}/file{number}.cpp"
            for number in range(FILES)
        ]
        self.compile_database(
            *(os.path.join(self.directory, name) for name in self.names)
        )
        self.expected = {}  # (name, version) -> ranges of lines

    def edit(self, session, name, chance):
        """Opens the file, then changes it again and again."""
        for version in range(1, EDITS + 1):
            text, lines = text_and_wrong_lines(name, chance)
            text += f"// version {version}: or clangd sees no change\n"
            self.expected[name, version] = lines
            if version == 1:
                session.open(name, text)
            else:
                session.change(name, text)
            if chance.random() < 0.5:
                session.diagnostics(name)  # or overtake the analysis
        session.diagnostics(name)

    def test_every_list_of_findings_is_right(self):
        symbolizer = os.path.join(hosts.build.llvm_bin, "llvm-symbolizer")
        tools = os.path.dirname(os.path.abspath(__file__))
        tsan = (
            f"external_symbolizer_path={symbolizer}:exitcode=0:"
            f"suppressions={tools}/tsan.suppressions"
        )
        session = lsp.Session(
            [hosts.build.clangd, "-j=8"],
            self.directory,
            env={**os.environ, "TSAN_OPTIONS": tsan},
        )
        with session:
            with ThreadPoolExecutor(FILES) as editors:
                edits = [
                    editors.submit(
                        self.edit, session, name, random.Random(name)
                    )
                    for name in self.names
                ]
            for edit in edits:
                edit.result()  # raises what went wrong in it
            code = session.close()
        log = os.path.join(self.directory, "clangd.log")
        with open(log) as log:
            log = log.read()
        ours, theirs = races(log)
        self.assertEqual(len(ours), 0, "\n".join(ours[:5]))
        self.assertEqual(code, 0, log[-2000:])

        lists = 0
        for name in self.names:
            for version, found in session.published[session.uri(name)].items():
                if (name, version) not in self.expected:
                    continue  # closing a file publishes an empty list
                lists += 1
                lines = [
                    d["range"]["start"]["line"]
                    for d in found
                    if d.get("code") == CHECK
                ]
                expected = self.expected[name, version]
                with self.subTest(name=name, version=version):
                    self.assertEqual(len(lines), len(expected), found)
                    for line, where in zip(sorted(lines), expected):
                        self.assertIn(line, where)
        self.assertGreaterEqual(lists, FILES)
        print(
            f"{lists} lists of findings for {FILES} files; "
            f"{len(ours)} data races in our code, {theirs} reports of "
            "uninstrumented code",
            flush=True,
        )


if __name__ == "__main__":
    hosts.main()
