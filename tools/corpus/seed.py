# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
# Plants faults into copies of real files, and asks who finds them.
#
# `make` chooses a kind of fault (kinds.py for locks, blocking_kinds.py,
# discard_kinds.py, twice_kinds.py, pinned_kinds.py) and one of the real awaits (sites.cpp), edits
# a copy of the file, and keeps it if the compiler takes it. The copy is laid
# over the original by a virtual file system, so that it is compiled as the
# original would be, and a header can be edited as well. Two copies belong
# together: the fault, and its silent twin; a third, the probe, tells places
# where a fault would be none. The choice depends on the number of the seed
# alone.
#
# `judge` runs corolint-tidy over the copies. A fault is found if a finding
# stands in the coroutine that does not stand there in the original; a twin that
# has one is a false alarm.

import bisect
import difflib
import glob
import json
import os
import random
import re
import subprocess

import kinds
import tidy


class Sites:
    """The coroutines of one repository, file by file as they are asked for."""

    def __init__(self, checkout, tool, work):
        self.checkout, self.tool = checkout, tool
        self.cache = os.path.join(work, "sites", checkout.name)
        os.makedirs(self.cache, exist_ok=True)

    def of(self, file):
        path = os.path.join(self.cache, self.checkout.relative(file)
                            .replace(os.sep, "~") + ".jsonl")
        if not os.path.exists(path):
            done = subprocess.run(
                [self.tool, "-p", self.checkout.root,
                 "--root=" + self.checkout.root + os.sep, file],
                stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
            with open(path, "w", encoding="utf-8") as out:
                out.write(done.stdout)
        with open(path, encoding="utf-8") as lines:
            return [json.loads(line) for line in lines]


def modelled_namespaces():
    """What stands in one of them is the library's own affair."""
    names = []
    for path in glob.glob(os.path.join(tidy.HERE, "..", "..", "checks",
                                       "models", "*.yaml")):
        with open(path, encoding="utf-8") as model:
            listed = re.search(r"^namespaces: \[(.*)\]", model.read(), re.M)
        if listed:
            names += [n.strip(" \"'") + "::" for n in listed[1].split(",")]
    return tuple(names)


def suspensions(coroutine, kind=None):
    """Those that may really suspend and belong to an asynchronous coroutine: a
    generator that never awaits may hold a lock over its yields. With a kind,
    those of them that it can be planted at."""
    asynchronous = any(not a["yield"] for a in coroutine["awaits"])
    return [a for a in coroutine["awaits"]
            if a["blocks"] and not a["ready"] and asynchronous
            and (not kind or kind.takes(a))]


def mutexes(coroutine):
    """Ways to name a std::mutex: an expression, and its declaration."""
    return ([("this->" + name, "") for name in coroutine["mutexes"]] or
            [("::seeded_mutex", ""),
             ("::seeded_state.mutex", ""),
             ("(*seeded_heap)",
              "auto seeded_heap = std::make_shared<std::mutex>(); "),
             ("seeded_here", "static std::mutex seeded_here; "),
             ("seeded_alias.mutex", "auto &seeded_alias = seeded_state; ")])


def apply(text, edits):
    """The edited text, and a function from old to new offsets."""
    done, at, marks = b"", 0, [(0, 0)]
    for begin, length, code in sorted(edits, key=lambda e: e[0]):
        done += text[at:begin] + code.encode()
        at = begin + length
        marks.append((at, len(done) - at))
    done += text[at:]

    def moved(offset):
        return offset + marks[bisect.bisect(marks, (offset, 1 << 60)) - 1][1]

    return done, moved


def line_of(text, offset):
    return text.count(b"\n", 0, offset) + 1


class Planter:
    def __init__(self, work, compiler):
        self.work, self.compiler, self.count = work, compiler, 0

    def plant(self, checkout, unit, kind, coroutine, faces, line):
        """Writes the copies; returns the record, nothing if one fails."""
        with open(coroutine["file"], "rb") as original:
            text = original.read()
        record = {"number": self.count, "repository": checkout.name,
                  "unit": checkout.relative(unit),
                  "file": checkout.relative(coroutine["file"]),
                  "coroutine": coroutine["name"], "line": line,
                  "kind": kind.name, "group": kind.group, "check": kind.check,
                  "faces": {}}
        for face, edits in faces.items():
            base = os.path.join(self.work, "%03d-%s" % (self.count, face))
            seeded, moved = apply(text, edits)
            with open(base + ".cpp", "wb") as copy:
                copy.write(seeded)
            with open(base + ".yaml", "w", encoding="utf-8") as overlay:
                json.dump({"version": 0, "case-sensitive": True,
                           "use-external-names": False,
                           "roots": [{"type": "file",
                                      "name": coroutine["file"],
                                      "external-contents": base + ".cpp"}]},
                          overlay)
            if ((face == "fault" or kind.compiles_by_face) and
                    not checkout.syntax_only(self.compiler, unit,
                                             ["-ivfsoverlay", base + ".yaml"])):
                return None
            with open(base + ".diff", "w", encoding="utf-8") as diff:
                diff.writelines(difflib.unified_diff(
                    text.decode(errors="replace").splitlines(True),
                    seeded.decode(errors="replace").splitlines(True),
                    record["file"], record["file"], n=2))
            record["faces"][face] = {
                "overlay": base + ".yaml",
                "lines": [line_of(seeded, moved(coroutine["begin"])),
                          line_of(seeded, moved(coroutine["end"]))]}
        record["original"] = [line_of(text, coroutine["begin"]),
                              line_of(text, coroutine["end"])]
        self.count += 1
        return record


def natural(coroutine):
    """Faults that need no planted lock: a release that stands before an await
    taken out of the code. Yields the kind, the line, and the edits."""
    def follows(block, end):
        for a in suspensions(coroutine):
            for b in a["blocks"]:
                if b["begin"] == block["begin"] and b["statement"][0] >= end:
                    return a
        return None

    for unlock in coroutine["unlocks"]:
        a = follows(unlock["blocks"][0], unlock["end"])
        if a:
            yield ("their unlock gone", a["line"],
                   [(unlock["begin"], unlock["end"] - unlock["begin"],
                     "(void)0")])
    for guard in coroutine["guards"]:
        if len(guard["blocks"]) < 2:
            continue
        scope, outer = guard["blocks"][:2]
        if outer["statement"] != [scope["begin"], scope["end"]]:
            continue  # the body of an if or a loop
        a = follows(outer, scope["end"])
        if a:
            yield ("their braces gone", a["line"],
                   [(scope["begin"], 1, ""), (scope["end"] - 1, 1, "")])


def names_a_lock(file):
    with open(file, encoding="utf-8", errors="replace") as text:
        return re.search(r"lock_guard|(unique|scoped|shared)_lock|unlock\(",
                         text.read())


def save(records, work):
    with open(os.path.join(work, "seeds.json"), "w", encoding="utf-8") as out:
        json.dump(records, out, indent=1)


def make(checkouts, tool, work, compiler, count, number, chosen, say):
    """Plants `count` faults of the chosen kinds and their twins; of locks, then
    every natural one among the files that name a lock themselves."""
    os.makedirs(work, exist_ok=True)
    chance = random.Random(number)
    planter = Planter(work, compiler)
    places = {c.name: (c, Sites(c, tool, work), chance.sample(
        c.files(), len(c.files()))) for c in checkouts}
    records, used, modelled = [], set(), modelled_namespaces()
    names = [c.name for c in checkouts]
    todo = []
    while len(todo) < count:
        todo += chance.sample(chosen, len(chosen))
    for index, kind in enumerate(todo[:count]):
        record = None
        for attempt in range(200 if kind.roams else 40):
            name = names[index % len(names)]
            if kind.roams and attempt > 40:
                name = chance.choice(names)
            checkout, sites, files = places[name]
            unit = chance.choice(files)
            found = [c for c in sites.of(unit) if suspensions(c, kind)]
            here = [c for c in found if c["file"] == unit]
            # What a modelled library does in its headers, its model says.
            if kind.check != kinds.Kind.check:
                found = here
            if kind.roams:
                found = here = [c for c in here
                                if not c["name"].startswith(modelled)]
            if not found:
                continue
            # Headers are seen from many files, so less often from each.
            coroutine = chance.choice(here if here and chance.random() < .8
                                      else found)
            suspension = chance.choice(suspensions(coroutine, kind))
            blocks = suspension["blocks"]
            block = blocks[0] if chance.random() < .6 else chance.choice(blocks)
            with open(coroutine["file"], "rb") as original:
                place = kinds.Place(original.read(), coroutine, suspension,
                                    block, chance.choice(mutexes(coroutine)))
            key = (coroutine["file"], suspension["begin"], kind.name)
            faces = kind.faces(place)
            if key in used or not faces:
                continue
            used.add(key)
            record = planter.plant(checkout, unit, kind, coroutine, faces,
                                   suspension["line"])
            if record:
                records.append(record)
                save(records, work)
                say("planted %d of %d: %s in %s" % (len(records), count,
                                                   kind.name, record["file"]))
                break
        if not record:
            say("no place takes '%s' in %s" % (kind.name,
                                               names[index % len(names)]))
    if chosen[0].check != kinds.Kind.check:
        return records
    seen = set()
    for checkout, sites, files in places.values():
        for unit in filter(names_a_lock, files):
            for coroutine in sites.of(unit):
                for name, line, edits in natural(coroutine):
                    key = (coroutine["file"], edits[0][0])
                    if key in seen:
                        continue
                    seen.add(key)
                    record = planter.plant(
                        checkout, unit,
                        kinds.Kind(name, "release removed", None, None),
                        coroutine, {"fault": edits}, line)
                    if record:
                        records.append(record)
                        save(records, work)
    return records


def judge(records, checkouts, binary, jobs, say):
    """Fills in "found" for every face of every record."""
    by_name = {c.name: c for c in checkouts}
    originals = {}

    def original(checkout, unit, checks):
        if (unit, checks) not in originals:
            originals[unit, checks] = tidy.tidy(binary, checkout, unit, checks)
        return originals[unit, checks]

    def among(findings, record, lines):
        return [f for f in findings if f.check == record["check"] and
                f.file == record["file"] and lines[0] <= f.line <= lines[1]]

    def one(record):
        checkout = by_name[record["repository"]]
        unit = os.path.join(checkout.root, record["unit"])
        for face, seeded in record["faces"].items():
            if face == "probe" and record["faces"]["fault"]["found"]:
                continue
            run = tidy.tidy(binary, checkout, unit, "-*," + record["check"],
                            seeded["overlay"])
            here = among(run.findings, record, seeded["lines"])
            if here and not any("seeded" in f.message for f in here):
                before = among(original(
                    checkout, unit, "-*," + record["check"]).findings, record,
                    record["original"])
                if len(here) <= len(before):
                    here = []
            seeded["found"] = bool(here)
            seeded["parsed"], seeded["crashed"] = run.parsed, run.crashed
            seeded["messages"] = ["%d: %s" % (f.line, f.message) for f in here]

    for _ in tidy.each(jobs, records, one, lambda n: say(
            "judged %d of %d" % (n, len(records)))):
        pass


def report(records):
    """The table: what was found and missed of each kind, then the failures; and
    whether the bar is reached."""
    lines, rows = [], {}
    compiled = [r for r in records if all(
        face["parsed"] or face["crashed"] for face in r["faces"].values()
        if "found" in face)]
    if len(compiled) < len(records):
        lines.append("%d do not compile with this LLVM, left out"
                     % (len(records) - len(compiled)))
    # Found as a probe, not as a fault: only a runner runs that coroutine.
    records = [r for r in compiled
               if not r["faces"].get("probe", {}).get("found")]
    if len(records) < len(compiled):
        lines.append("%d stand where they do no harm, left out"
                     % (len(compiled) - len(records)))
    for record in records:
        row = rows.setdefault((record["group"], record["kind"]),
                              [0, 0, 0, 0, set()])
        row[0] += 1
        row[1] += record["faces"]["fault"]["found"]
        if "twin" in record["faces"]:
            row[2] += 1
            row[3] += record["faces"]["twin"]["found"]
        row[4].add(record["repository"])
    lines.append("%-36s %-28s %6s %6s %6s %12s" % (
        "group", "kind", "faults", "found", "twins", "false alarms"))
    for (group, kind), row in sorted(rows.items()):
        lines.append("%-36s %-28s %6d %6d %6d %12d" % (group, kind, *row[:4]))
    total = [sum(row[i] for row in rows.values()) for i in range(4)]
    crashes = sum(f.get("crashed", 0) for r in records
                  for f in r["faces"].values())
    lines.append("%-36s %-28s %6d %6d %6d %12d" % ("all", "", *total))
    lines.append("%.1f %% of %d faults in %d repositories found, %d false "
                 "alarms on %d twins, %d crashes" % (
                     100 * total[1] / max(total[0], 1), total[0],
                     len({r["repository"] for r in records}), total[3],
                     total[2], crashes))
    for record in records:
        for face, seeded in record["faces"].items():
            if face != "probe" and seeded["found"] != (face == "fault"):
                lines.append("%s %03d: %s, %s:%d in %s, see %s" % (
                    "missed" if face == "fault" else "false alarm",
                    record["number"], record["kind"], record["file"],
                    record["line"], record["repository"],
                    seeded["overlay"].replace(".yaml", ".diff")))
    return "\n".join(lines), total[1] >= 0.95 * total[0] > 0 and not crashes
