# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
# The ways a task that can be used once is used again, as edits of somebody's
# code; kinds.py explains what a kind is.
#
# {x} is the text of a lazy task that the code awaits. Where its type can be
# copied, the compiler refuses the edit.

from discard_kinds import DiscardKind, _before, is_lazy, is_made_here

PRELUDE = """\
template <class T> void seeded_take(T);
template <class T> bool seeded_try(T &&);
template <class T> void seeded_refill(T &);
void *seeded_address();
"""
TASK = ("{ auto seeded_task = {x}; static_assert(!__is_constructible("
        "decltype(seeded_task), const decltype(seeded_task) &)); ")
AWAIT = "co_await std::move(seeded_task); "
TAKE = "seeded_take(std::move(seeded_task)); "


class TwiceKind(DiscardKind):
    check = "coro-task-consumed-twice"


def twice_kinds():
    made = []

    def add(name, group, wants, fault, twin):
        made.append(TwiceKind(name, group, _before(fault), _before(twin),
                              wants, PRELUDE))

    def task(name, group, fault, twin):
        add(name, group, [is_made_here, is_lazy], TASK + fault + "}",
            TASK + twin + "}")

    group = "awaited twice"
    task("at once", group, AWAIT + AWAIT, AWAIT + "seeded_touch(); ")
    task("on one path", group, "if (seeded_flag()) " + AWAIT + AWAIT,
         "if (seeded_flag()) " + AWAIT + "else " + AWAIT)
    task("in a loop", group,
         "for (int seeded_i = 0; seeded_i < 3; ++seeded_i) { " + AWAIT + "}",
         "for (int seeded_i = 0; seeded_i < 3; ++seeded_i) { " + AWAIT +
         "break; }")
    task("until it goes well", group,
         "while (!seeded_flag()) { " + AWAIT + "}",
         "while (!seeded_flag()) { seeded_touch(); } " + AWAIT)
    task("in two cases", group,
         "switch (seeded_number()) { case 0: " + AWAIT + "[[fallthrough]]; "
         "default: " + AWAIT + "}",
         "switch (seeded_number()) { case 0: " + AWAIT + "break; "
         "default: " + AWAIT + "}")
    task("after an early end", group,
         AWAIT + "do { if (seeded_flag()) break; seeded_touch(); } "
         "while (seeded_flag()); " + AWAIT,
         "do { if (seeded_flag()) break; seeded_touch(); } "
         "while (seeded_flag()); " + AWAIT)
    task("by a condition", group,
         "if (seeded_flag() || (" + AWAIT[:-2] + ", seeded_flag())) " + AWAIT,
         "if (seeded_flag() || (" + AWAIT[:-2] + ", false)) seeded_touch(); ")

    group = "awaited after a move"
    task("to a function", group, TAKE + AWAIT,
         "const bool seeded_now = seeded_flag(); if (seeded_now) " + TAKE +
         "if (!seeded_now) " + AWAIT)
    task("to a function, on one path", group,
         "if (seeded_flag()) " + TAKE + "seeded_touch(); " + AWAIT,
         "if (seeded_flag()) { " + TAKE + "} else { " + AWAIT + "}")
    task("to a function, in a loop", group,
         "while (seeded_flag()) { " + TAKE + "} ",
         "while (seeded_flag()) { if (seeded_flag()) { " + TAKE + "break; } }")
    task("to a function that may leave it", group,
         "if (seeded_flag()) { seeded_try(std::move(seeded_task)); } " + TAKE +
         AWAIT,
         "if (!seeded_try(std::move(seeded_task))) " + AWAIT)
    task("to a variable", group,
         "auto seeded_other = std::move(seeded_task); seeded_touch(); " + AWAIT,
         "auto seeded_other = std::move(seeded_task); "
         "co_await std::move(seeded_other); ")
    task("to a variable that is awaited, too", group,
         "auto seeded_other = std::move(seeded_task); "
         "co_await std::move(seeded_other); if (seeded_flag()) " + AWAIT,
         "{ auto seeded_other = std::move(seeded_task); "
         "seeded_refill(seeded_task); seeded_take(std::move(seeded_other)); } "
         + AWAIT)
    task("into a lambda", group,
         "auto seeded_run = [seeded_mine = std::move(seeded_task)]() mutable "
         "{ seeded_take(std::move(seeded_mine)); }; seeded_run(); " + AWAIT,
         "auto seeded_run = [&] { " + TAKE + "}; if (seeded_flag()) "
         "seeded_run(); ")
    task("into a vector", group,
         "std::vector<decltype(seeded_task)> seeded_all; "
         "seeded_all.push_back(std::move(seeded_task)); " + AWAIT,
         "std::vector<decltype(seeded_task)> seeded_all; "
         "seeded_all.push_back(std::move(seeded_task)); "
         "co_await std::move(seeded_all.back()); ")
    task("into a unique_ptr", group,
         "auto seeded_one = std::make_unique<decltype(seeded_task)>("
         "std::move(seeded_task)); " + AWAIT,
         "auto seeded_one = std::make_unique<decltype(seeded_task)>("
         "std::move(seeded_task)); co_await std::move(*seeded_one); ")
    task("exchanged", group,
         "auto seeded_other = std::move(seeded_task); "
         "auto seeded_third = std::move(seeded_task); "
         "co_await std::move(seeded_third); ",
         "auto seeded_other = std::move(seeded_task); "
         "auto seeded_third = std::move(seeded_other); "
         "co_await std::move(seeded_third); ")
    task("moved twice", group, TAKE + "if (seeded_flag()) " + TAKE,
         TAKE + "if (seeded_flag()) seeded_touch(); ")

    group = "a frame that is gone"

    def frame(name, fault, twin):
        add(name, group, [lambda operand: True],
            "{ auto seeded_frame = std::coroutine_handle<>::from_address("
            "seeded_address()); " + fault + "}",
            "{ auto seeded_frame = std::coroutine_handle<>::from_address("
            "seeded_address()); " + twin + "}")

    frame("resumed", "if (seeded_flag()) seeded_frame.destroy(); "
          "seeded_frame.resume(); ",
          "seeded_frame.resume(); if (seeded_frame.done()) "
          "seeded_frame.destroy(); ")
    frame("called", "seeded_frame.destroy(); if (seeded_flag()) "
          "seeded_frame(); ",
          "if (seeded_flag()) seeded_frame(); else seeded_frame.destroy(); ")
    frame("destroyed twice", "seeded_frame.destroy(); if (seeded_flag()) "
          "seeded_frame.destroy(); ",
          "if (seeded_flag()) { seeded_frame.destroy(); "
          "seeded_frame = nullptr; } if (seeded_frame) "
          "seeded_frame.destroy(); ")
    frame("destroyed in a loop", "while (seeded_flag()) "
          "seeded_frame.destroy(); ",
          "while (seeded_flag()) { seeded_frame.destroy(); "
          "seeded_frame = std::coroutine_handle<>::from_address("
          "seeded_address()); }")
    frame("asked", "seeded_frame.destroy(); while (!seeded_frame.done()) "
          "seeded_touch(); ",
          "while (!seeded_frame.done()) seeded_frame.resume(); "
          "seeded_frame.destroy(); ")
    return made
