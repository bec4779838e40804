# RUN: %python %s --build %build
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
# What an editor gets from corolint-clangd where a project has nothing but
# `Checks: coro-*` in .clang-tidy.

import os
import shutil
import time
import urllib.parse

import hosts
import lsp
from hosts import CHECK, SERVICE


class Session(hosts.Project):
    def setUp(self):
        super().setUp()
        self.write(".clang-tidy", "Checks: coro-*\n")

    def session(self, *options, binary=None, **environment):
        # Nothing from the home directory of whoever runs the tests.
        clean = {
            "PATH": os.environ["PATH"],
            "HOME": self.directory,
            "XDG_CONFIG_HOME": os.path.join(self.directory, "config"),
            "XDG_CACHE_HOME": os.path.join(self.directory, "cache"),
            **environment,
        }
        command = [binary or hosts.build.clangd, *options]
        session = lsp.Session(command, self.directory, env=clean)
        session.__enter__()
        self.addCleanup(session.__exit__, None, None, None)
        return session

    def ours(self, session, name="service.cpp"):
        return [d for d in session.diagnostics(name) if d.get("code") == CHECK]

    def the_finding(self, session, name="service.cpp"):
        found = self.ours(session, name)
        self.assertEqual(len(found), 1, session.published)
        return found[0]


class Diagnostics(Session):
    def test_without_any_configuration_of_clangd(self):
        session = self.session()
        session.open("service.cpp", SERVICE)
        found = self.the_finding(session)
        self.assertEqual(found["source"], "clang-tidy")
        self.assertEqual(found["severity"], 2)  # a warning
        self.assertIn("coroutine may suspend", found["message"].lower())
        # Nothing else is wrong with it, and nothing is said about clangd's
        # measurements of our checks ("latency … is not known").
        self.assertEqual(session.diagnostics("service.cpp"), [found])
        self.assertNotIn("atency", session.stderr())
        self.assertEqual(session.close(), 0)

    def test_notes_tell_the_story(self):
        session = self.session()
        session.open("service.cpp", SERVICE)
        notes = self.the_finding(session)["relatedInformation"]
        self.assertTrue(notes)
        self.assertIn("locked here", notes[0]["message"].lower())
        line = notes[0]["location"]["range"]["start"]["line"]
        self.assertIn("lock_guard", SERVICE.splitlines()[line])

    def test_named_in_the_configuration_of_clangd(self):
        # The way of clangd's own manual; where a check is not known to be fast,
        # this is answered by a warning in the file .clangd.
        self.write(".clang-tidy", "Checks: '-*'\n")
        config = f"Diagnostics: {{ClangTidy: {{Add: [{CHECK}]}}}}\n"
        self.write(".clangd", config)
        session = self.session()
        session.open("service.cpp", SERVICE)
        self.the_finding(session)
        self.assertNotIn("atency", str(session.published))

    def test_slow_upstream_checks_are_still_left_out(self):
        # misc-const-correctness is known to be slow.
        self.write(".clang-tidy", "Checks: coro-*,misc-const-correctness\n")
        text = SERVICE + "int f() {\n  int never_changed = 1;\n" + (
            "  return never_changed;\n}\n"
        )
        session = self.session()
        session.open("service.cpp", text)
        self.the_finding(session)
        codes = [d.get("code") for d in session.diagnostics("service.cpp")]
        self.assertNotIn("misc-const-correctness", codes)

    def test_follows_the_editing(self):
        session = self.session()
        session.open("service.cpp", SERVICE)
        self.the_finding(session)
        cured = SERVICE.replace("  co_await", "  //co_await")
        cured = cured.replace("task held() {", "void held() {")
        session.change("service.cpp", cured)
        self.assertEqual(session.diagnostics("service.cpp"), [])
        session.change("service.cpp", SERVICE)
        self.the_finding(session)

    def test_nolint(self):
        text = SERVICE.replace(
            "held() {", f"held() {{ // NOLINTBEGIN({CHECK}): a test"
        )
        text += f"// NOLINTEND({CHECK})\n"
        session = self.session()
        session.open("service.cpp", text)
        self.assertEqual(self.ours(session), [])

    def test_broken_code_does_not_end_it(self):
        session = self.session()
        session.open("service.cpp", SERVICE)
        for end in range(len(SERVICE) - 1, len(SERVICE) - 60, -7):
            session.change("service.cpp", SERVICE[:end])
            session.diagnostics("service.cpp")
        session.change("service.cpp", SERVICE)
        self.the_finding(session)


class SkippedBodies(Session):
    """clangd does not parse the bodies of functions in headers. What such a
    function does to a lock is unknown, not nothing."""

    def test_a_helper_in_a_header(self):
        self.write(
            "helper.h",
            "#include <mutex>\n"
            "inline void release(std::mutex &m) { m.unlock(); }\n"
            "inline void nothing(std::mutex &) {}\n",
        )
        text = '#include "helper.h"\n' + SERVICE[: SERVICE.index("task held")]
        for call in "release", "nothing":
            text += f"task {call}_first() {{\n  mu.lock();\n  {call}(mu);\n"
            text += "  co_await std::suspend_always{};\n}\n"
        session = self.session()
        session.open("service.cpp", text)
        self.assertEqual(self.ours(session), [])
        # clang-tidy sees the bodies, and so can say more.
        tidy = self.run(hosts.build.tidy, self.write("service.cpp", text))
        self.assertEqual(tidy.stdout.count(f"[{CHECK}]"), 1, tidy.stdout)


BLOCKING = SERVICE[: SERVICE.index("std::mutex mu;")].replace(
    "#include <mutex>\n#include <stddef.h>", '#include <thread>\n#include "helper.h"'
) + """\
void rest() { std::this_thread::sleep_for(std::chrono::seconds(1)); }
task sleeps() {
  rest();
  rest_inline();
  co_await std::suspend_always{};
}
"""


class BlockingCalls(Session):
    def test_through_a_function_of_the_file(self):
        self.write(
            "helper.h",
            "#pragma once\n#include <thread>\n"
            "inline void rest_inline() {\n"
            "  std::this_thread::sleep_for(std::chrono::seconds(1));\n}\n",
        )
        session = self.session()
        session.open("service.cpp", BLOCKING)
        # The body of what a header defines is not seen.
        said = session.diagnostics("service.cpp")
        self.assertEqual([d.get("code") for d in said], ["coro-blocking-call"], said)
        [found] = said
        self.assertEqual(found["range"]["start"]["line"],
                         BLOCKING[: BLOCKING.index("  rest();")].count("\n"))
        [note] = found["relatedInformation"]
        self.assertIn("'rest' calls 'sleep_for'", note["message"])
        # It goes as one edits.
        session.change("service.cpp", BLOCKING.replace("  rest();\n", ""))
        self.assertEqual(session.diagnostics("service.cpp"), [])


class CodeActions(Session):
    """Fixes of the check itself, which it has with `UnsafeFixes`."""

    def test_fix_is_a_quick_fix_that_cures(self):
        option = f"{CHECK}.UnsafeFixes"
        dump = self.run(hosts.build.tidy, "--checks=coro-*", "--dump-config")
        if option not in dump.stdout:
            self.skipTest("the check has no fixes yet")
        self.write(
            ".clang-tidy",
            f"Checks: coro-*\nCheckOptions: {{{option}: true}}\n",
        )
        text = SERVICE.replace(
            "guard(mu);\n", "guard(mu);\n  int seen = ++counter;\n"
        ).replace("std::mutex mu;\n", "std::mutex mu;\nint counter;\n")
        session = self.session()
        session.open("service.cpp", text)
        found = self.the_finding(session)
        actions = [
            action
            for action in session.code_actions("service.cpp", found)
            if action.get("kind") == "quickfix"
        ]
        self.assertEqual(len(actions), 1, actions)
        [edits] = actions[0]["edit"]["changes"].values()
        session.change("service.cpp", apply(edits, text))
        self.assertEqual(session.diagnostics("service.cpp"), [])


def apply(edits, text):
    """`text` after the editor applied them, the last one first."""
    starts = [0]
    for line in text.splitlines(keepends=True):
        starts.append(starts[-1] + len(line))

    def offset(position):
        return starts[position["line"]] + position["character"]

    for edit in sorted(
        edits, key=lambda e: offset(e["range"]["start"]), reverse=True
    ):
        begin, end = edit["range"]["start"], edit["range"]["end"]
        text = text[: offset(begin)] + edit["newText"] + text[offset(end) :]
    return text


class Links(Session):
    """Each diagnostic links to our page about the check."""

    PAGE = "lock-across-suspension.md"

    def test_to_the_installed_page(self):
        if not os.path.exists(
            os.path.join(hosts.ROOT, "docs", "checks", self.PAGE)
        ):
            self.skipTest("the page is not written yet")
        session = self.session()
        session.open("service.cpp", SERVICE)
        href = self.the_finding(session)["codeDescription"]["href"]
        link = urllib.parse.urlparse(href)
        self.assertEqual(link.scheme, "file")
        path = urllib.parse.unquote(link.path)
        self.assertEqual(os.path.basename(path), self.PAGE)
        with open(path) as page:
            self.assertIn(f"# {CHECK}", page.read())

    def binary_in_another_prefix(self):
        self.prefix = os.path.join(self.directory, "a prefix, moved")
        os.makedirs(os.path.join(self.prefix, "bin"))
        return shutil.copy(hosts.build.clangd, os.path.join(self.prefix, "bin"))

    def test_is_relative_to_the_binary(self):
        binary = self.binary_in_another_prefix()
        page = os.path.join("share", "doc", "corolint", "checks", self.PAGE)
        page = self.write(os.path.join(self.prefix, page), "the page\n")
        session = self.session(binary=binary)
        session.open("service.cpp", SERVICE)
        found = self.the_finding(session)
        self.assertEqual(found["codeDescription"]["href"], lsp.uri(page))

    def test_no_link_is_better_than_a_dead_one(self):
        session = self.session(binary=self.binary_in_another_prefix())
        session.open("service.cpp", SERVICE)
        self.assertNotIn("codeDescription", self.the_finding(session))

    def test_upstream_links_are_left_alone(self):
        self.write(".clang-tidy", "Checks: '-*,modernize-use-nullptr'\n")
        session = self.session()
        session.open("service.cpp", "int *p = 0;\n")
        [found] = session.diagnostics("service.cpp")
        self.assertEqual(
            found["codeDescription"]["href"],
            "https://clang.llvm.org/extra/clang-tidy/checks/"
            "modernize/use-nullptr.html",
        )

    def test_text_that_looks_like_a_link_is_left_alone(self):
        # A hover quotes the user's comment, which is none of our business.
        theirs = (
            "https://clang.llvm.org/extra/clang-tidy/checks/"
            "coro/lock-across-suspension.html"
        )
        text = f"/// See {theirs}\nint documented;\n"
        session = self.session()
        session.open("service.cpp", text)
        session.diagnostics("service.cpp")
        hover = session.request(
            "textDocument/hover",
            textDocument={
                "uri": session.uri("service.cpp")
            },
            position={"line": 1, "character": 5},
        )
        self.assertIn(theirs, str(hover))


class StillClangd(Session):
    def test_refactorings(self):
        text = "int f(int a) {\n  return a * (a + 1);\n}\n"
        session = self.session()
        session.open("service.cpp", text)
        session.diagnostics("service.cpp")
        actions = session.request(
            "textDocument/codeAction",
            textDocument={
                "uri": session.uri("service.cpp")
            },
            range={
                "start": {"line": 1, "character": 13},
                "end": {"line": 1, "character": 20},
            },
            context={"diagnostics": []},
        )
        titles = [action["title"] for action in actions]
        self.assertTrue(any("Extract" in t for t in titles), titles)

    def test_upstream_fixes_are_quick_fixes(self):
        self.write(".clang-tidy", "Checks: '-*,modernize-use-nullptr'\n")
        session = self.session()
        session.open("service.cpp", "int *p = 0;\n")
        [found] = session.diagnostics("service.cpp")
        [fix] = [
            action
            for action in session.code_actions("service.cpp", found)
            if action.get("kind") == "quickfix"
        ]
        [[edit]] = fix["edit"]["changes"].values()
        self.assertEqual(edit["newText"], "nullptr")

    def test_remote_index_is_refused_in_words(self):
        session = self.session(
            "--remote-index-address=localhost:1",
            "--project-root=" + self.directory,
        )
        session.open("service.cpp", SERVICE)
        self.the_finding(session)
        # It is looked for when it is first needed.
        session.request("workspace/symbol", query="held")
        position = {"line": SERVICE[: SERVICE.index("mu;")].count("\n")}
        position["character"] = len("std::mutex ")
        where = {"textDocument": {"uri": session.uri("service.cpp")}}
        session.request(
            "textDocument/references",
            **where,
            position=position,
            context={"includeDeclaration": True},
        )
        deadline = time.monotonic() + 30
        while "no remote index" not in session.stderr():
            self.assertLess(time.monotonic(), deadline, session.stderr())
            time.sleep(0.1)
        self.assertEqual(session.close(), 0)

    def test_the_user_chooses_the_builtin_headers(self):
        self.write("chosen/include/stddef.h", "#define CHOSEN 1\n")
        text = "#include <stddef.h>\n#ifdef CHOSEN\n#error chosen\n#endif\n"
        chosen = os.path.join(self.directory, "chosen")
        for session in (
            self.session(CLANGD_FLAGS=f"'--resource-dir={chosen}'"),
            self.session("-resource-dir", chosen),
            self.session("--resource-dir=" + chosen),
        ):
            session.open("service.cpp", text)
            [found] = session.diagnostics("service.cpp")
            self.assertEqual(found["message"].lower(), "chosen")

    def test_needs_no_grpc(self):
        readelf = os.path.join(hosts.build.llvm_bin, "llvm-readelf")
        needed = self.run(readelf, "--needed-libs", hosts.build.clangd).stdout
        self.assertIn("libclang-cpp", needed)
        self.assertNotRegex(needed, "grpc|protobuf|absl")


if __name__ == "__main__":
    hosts.main()
