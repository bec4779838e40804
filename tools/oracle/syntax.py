# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""The programs as trees, and as C++.

A statement is a Leaf (one line) or a Node (lines with blocks between them):

    Node(("if (c0) {", "} else {", "}"), (block, block))

In their text `@m0` stands for a mutex and `@t0` for its type, so that how a
program stores its mutexes is decided where it is written out.
"""

import re
from dataclasses import dataclass, replace


@dataclass(frozen=True)
class Leaf:
    """A statement without statements inside; `tags` are grammar features."""
    text: str
    tags: tuple = ()


@dataclass(frozen=True)
class Node:
    """Lines with one block between each two of them."""
    lines: tuple
    blocks: tuple
    tags: tuple = ()


# How a program keeps its mutexes, and what sort of coroutine it is.
STORAGES = ("parameter", "global", "local", "member")
SHAPES = ("task", "eager", "member", "lambda", "template")
# Of those about tasks: the last one returns work.
TASK_SHAPES = (*SHAPES, "giving")


@dataclass(frozen=True)
class Program:
    id: int
    body: tuple
    mutexes: tuple  # the type of each
    storages: tuple  # and where it is
    bools: int  # parameters c0, c1, …
    shape: str
    question: str = "locks"  # or another one of question.py


def walk(block):
    """All statements of a block, outer ones first."""
    for statement in block:
        yield statement
        if isinstance(statement, Node):
            for inner in statement.blocks:
                yield from walk(inner)


def features(program):
    tags = {tag for s in walk(program.body) for tag in s.tags}
    return tags | {f"{program.shape} coroutine"} | {
        f"{storage} mutex" for storage in program.storages}


def lines_of(block, indent="  "):
    for statement in block:
        if isinstance(statement, Leaf):
            yield indent + statement.text
            continue
        for line, inner in zip(statement.lines, statement.blocks):
            yield indent + line
            yield from lines_of(inner, indent + "  ")
        yield indent + statement.lines[-1]


def structure(program):
    """A text that two programs share if they differ in names alone."""
    numbers = {}

    def canonical(match):
        letter = match[1]
        known = numbers.setdefault(letter, {})
        return f"{letter}{known.setdefault(match[2], len(known))}"

    text = "\n".join(lines_of(program.body)).replace("@t", "@m")
    return re.sub(r"(@?\b[a-z])(\d+)\b", canonical, text)


def used_mutexes(program):
    return sorted({int(m) for m in re.findall(
        r"@m(\d)", "\n".join(lines_of(program.body)))})


def is_about_something(program):
    if program.question == "locks":
        return bool(used_mutexes(program))
    if program.question == "pins":
        return True
    return any("work()" in line for line in lines_of(program.body))


def mutex_name(program, slot):
    """How the program's text spells a mutex."""
    storage = program.storages[slot]
    return f"box.m{slot}" if storage == "member" else f"m{slot}"


def spell_leaving(line, gives):
    """Lets the runner know of it; what a program gives back is nobody else's
    work if it gives none."""
    line = re.sub(r"^( *)(throw\b.*;)", r"\1throwing(); \2", line)
    line = re.sub(r"} catch \([^)]*\) {", r"\g<0> stays();", line)
    if gives:
        line = line.replace("co_return;", "co_return Work();")
    return re.sub(r"co_return\b", "leaving(); co_return", line)


# Calls of helpers, who might do anything; elements that have other names, too.
WORKS = re.compile(r"\b(keep|passedOn|endIt|startIt|lookAt|work|pin|clear)\("
                   r"|Numbers|}\(")
ELEMENT = re.compile(r"(move|keep)\(+\**\w+(\.back\(\)|\.front\(\)|\[)"
                     r"|^\s*\w+\.erase\(")


def mark(line, number):
    """Lets the runner know where the program is."""
    if re.search(r"} catch \([^)]*\) {", line):
        return re.sub(r"} catch \([^)]*\) {", r"\g<0> stays();", line)
    if line.strip()[-1:] not in (";", "}") or line.strip().startswith("}"):
        return line
    indent = line[:len(line) - len(line.lstrip())]
    works, unsure = (str(bool(p.search(line))).lower()
                     for p in (WORKS, ELEMENT))
    return f"{indent}at({number}, {works}, {unsure}); {line.lstrip()}"


def to_cpp(program, first=None):
    """The program's lines: its coroutine, and `start()`, which runs it once.
    With the number of its first line, it says in which line it is."""
    mutexes = used_mutexes(program)
    type_of = program.mutexes

    def place(*storages):
        return [m for m in mutexes if program.storages[m] in storages]

    def spell(line):
        if program.question == "pins":
            return line
        if program.question != "locks":
            line = spell_leaving(line, program.shape == "giving")
        line = re.sub(r"@m(\d)", lambda m: mutex_name(program, int(m[1])), line)
        return re.sub(r"@t(\d)", lambda m: type_of[int(m[1])], line)

    in_class = program.shape == "member"
    bools = [f"bool c{i}" for i in range(program.bools)]
    parameters, arguments = list(bools), [b.split()[1] for b in bools]
    outside, fields = [], []
    for m in place("global"):
        outside.append(f"{type_of[m]} m{m}({m});")
    for m in place("parameter"):
        if in_class:
            fields.append(f"{type_of[m]} m{m}{{{m}}};")
        else:
            parameters.append(f"{type_of[m]} &m{m}")
            arguments.append(f"m{m}")
    if program.question == "pins":
        parameters += ["List &l", "Waiter &p"]
        arguments += ["l", "p"]
    if place("member"):
        outside.append("struct Box { " + " ".join(
            f"{type_of[m]} m{m}{{{m}}};" for m in place("member")) + " };")
        parameters.append("Box &box")
        arguments.append("box")

    task = {"eager": "EagerTask", "giving": "GivingTask"}.get(program.shape,
                                                              "Task")
    head = f"run({', '.join(parameters)})"
    body = [f"  {type_of[m]} m{m}({m});" for m in place("local")]
    body += [spell(line) for line in lines_of(program.body)]
    body += ["  co_return Work();" if program.shape == "giving" else
             "  co_return;"]
    call = f"run({', '.join(arguments)})"
    if program.shape == "lambda":
        coroutine = [f"const auto run = []({', '.join(parameters)}) -> Task {{"]
        coroutine += body + ["};"]
    elif program.shape == "template":
        coroutine = ["template <class T>", f"T {head} {{"] + body + ["}"]
        call = call.replace("run", "run<Task>")
    elif in_class:
        coroutine = ["struct Owner {"] + ["  " + f for f in fields]
        coroutine += [f"  Task {head} {{"] + ["  " + b for b in body]
        coroutine += ["  }", "};"]
        call = "owner." + call
    else:
        coroutine = [f"{task} {head} {{"] + body + ["}"]

    start = [f"{b} = choose();" for b in bools]
    start += [f"m{m}.reset();" for m in place("global")]
    if in_class:
        start.append("Owner owner;")
    else:
        start += [f"{type_of[m]} m{m}({m});" for m in place("parameter")]
    if place("member"):
        start.append("Box box;")
    if program.question == "pins":
        start.append("List l; Waiter p; outside(&p);")
    start.append(f"{task} t = {call};")
    started = "true" if program.shape == "eager" else "false"
    start.append(f"drive(t.Handle, {started});")
    if first:
        before = first + 1 + len(outside)
        coroutine = [mark(line, before + i)
                     for i, line in enumerate(coroutine)]
    return ([f"namespace p{program.id} {{"] + outside + coroutine
            + ["void start() {"] + ["  " + s for s in start] + ["}"]
            + [f"}} // namespace p{program.id}"])


def batch_to_cpp(programs, marked=False):
    """A source file of programs, and the lines [first, last] of each."""
    about = "pins.h" if programs and programs[0].question == "pins" \
        else "work.h"
    lines = [f'#include "{about}"', '#include "runner.h"', "",
             "namespace oracle {", "namespace {", ""]
    ranges = {}
    for program in programs:
        text = to_cpp(program, len(lines) + 1 if marked else None)
        ranges[program.id] = (len(lines) + 1, len(lines) + len(text))
        lines += text + [""]
    lines += ["} // namespace", "const Program Programs[] = {"]
    lines += [f"    {{{p.id}, p{p.id}::start}}," for p in programs]
    lines += ["    {0, nullptr}};", "} // namespace oracle", ""]
    return "\n".join(lines), ranges


def smaller(program):
    """Programs with statements less, or a statement's block in its place."""
    def variants(block):
        size = len(block)
        while size:
            for i in range(0, len(block), size):
                yield block[:i] + block[i + size:]
            size //= 2
        for i, statement in enumerate(block):
            if isinstance(statement, Leaf):
                continue
            before, after = block[:i], block[i + 1:]
            for j, inner in enumerate(statement.blocks):
                yield before + inner + after
                for v in variants(inner):
                    blocks = statement.blocks
                    blocks = blocks[:j] + (v,) + blocks[j + 1:]
                    yield before + (replace(statement, blocks=blocks),) + after

    for body in variants(program.body):
        yield replace(program, body=body)
    yield replace(program, shape=program.shape if program.shape == "giving"
                  else "task",
                  storages=("parameter",) * len(program.storages))
    last = f"c{program.bools - 1}"
    if program.bools and not any(last in line
                                 for line in lines_of(program.body)):
        yield replace(program, bools=program.bools - 1)
