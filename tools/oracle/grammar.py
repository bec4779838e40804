# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""What the programs can say: the tables of the grammar.

`{g}` is a guard, `{h}` another one, `@m{m}` a mutex, `@t{m}` its type. Each row
has its features, by which the oracle counts what it has covered.
"""

UNIQUE = "std::unique_lock<@t{m}>"

# Raw locking. Readers' locks are rows of their own: `_shared` is their suffix.
LOCK = [
    (6, "@m{m}.lock();", "lock"),
    (1, "lock_it(@m{m});", "helper locks"),
    (1, "lock_indirectly(@m{m});", "helper locks"),
    (1, "lock_either_way(@m{m});", "helper with branch"),
    (1, "[&]() noexcept {{ @m{m}.lock(); }}();", "lambda locks"),
]
UNLOCK = [
    (6, "@m{m}.unlock();", "unlock"),
    (1, "unlock_it(@m{m});", "helper unlocks"),
    (1, "[&]() noexcept {{ @m{m}.unlock(); }}();", "lambda unlocks"),
]
LOCK_SHARED = [(1, "@m{m}.lock_shared();", "lock_shared")]
UNLOCK_SHARED = [(1, "@m{m}.unlock_shared();", "lock_shared")]

# Guards. A kind says what a guard can do:
#   scope     holds its mutex until its scope ends
#   unique    also unlocks, locks, is moved
#   shared    the same, with a reader's lock
#   struct    a unique guard that is a member: {g} is written g0.Guard
#   pair      a unique guard in a std::pair: {g} is written g0.first
#   optional  std::optional of a unique guard
#   emplaced  std::optional of a std::lock_guard
#   pointer   std::unique_ptr to a std::lock_guard
# First, guards that take a free mutex; name and kind.
TAKE = [
    (3, "std::lock_guard {g}(@m{m});", "scope", "lock_guard"),
    (2, "std::lock_guard<@t{m}> {g}(@m{m});", "scope", "lock_guard"),
    (2, "std::scoped_lock {g}(@m{m});", "scope", "scoped_lock"),
    (2, "Hold {g}(@m{m});", "scope", "guard by shape"),
    (5, "std::unique_lock {g}(@m{m});", "unique", "unique_lock"),
    (2, UNIQUE + " {g}{{@m{m}}};", "unique", "unique_lock"),
    (1, "auto {g} = std::unique_lock(@m{m});", "unique", "unique_lock"),
    (2, "auto {g} = locked(@m{m});", "unique", "helper returns guard"),
    (1, "auto {g} = locked_and_checked(@m{m});", "unique",
     "helper returns guard"),
    (2, "Holder<@t{m}> {g}{{std::unique_lock(@m{m})}};", "struct",
     "guard in struct"),
    (1, "std::pair {g}{{std::unique_lock(@m{m}), 0}};", "pair",
     "guard in pair"),
    (1, "auto {g} = [&] {{ return std::unique_lock(@m{m}); }}();", "unique",
     "lambda returns guard"),
    (4, "std::optional {g}{{std::unique_lock(@m{m})}};", "optional",
     "optional guard"),
    (2, "auto {g} = std::make_optional<std::lock_guard<@t{m}>>(@m{m});",
     "emplaced", "optional guard"),
    (3, "auto {g} = std::make_unique<std::lock_guard<@t{m}>>(@m{m});",
     "pointer", "unique_ptr guard"),
]
TAKE_SHARED = [
    (1, "std::shared_lock {g}(@m{m});", "shared", "shared_lock"),
]
# Guards that hold nothing yet; those of a mutex may be free or not.
EMPTY = [
    (2, UNIQUE + " {g};", "unique", "empty guard"),
    (2, "std::optional<" + UNIQUE + "> {g};", "optional", "optional guard"),
    (1, "std::optional<std::lock_guard<@t{m}>> {g};", "emplaced",
     "optional guard"),
    (1, "std::unique_ptr<std::lock_guard<@t{m}>> {g};", "pointer",
     "unique_ptr guard"),
    (0.5, "std::scoped_lock<> {g};", "scope", "empty guard"),
]
DEFER = [
    (3, "std::unique_lock {g}(@m{m}, std::defer_lock);", "unique", "defer"),
    (1, "Holder<@t{m}> {g}{{" + UNIQUE + "(@m{m}, std::defer_lock)}};",
     "struct", "defer"),
]
# Guards that take over a lock that was taken by hand.
ADOPT = [
    (2, "std::lock_guard {g}(@m{m}, std::adopt_lock);", "scope", "adopt"),
    (2, "std::unique_lock {g}(@m{m}, std::adopt_lock);", "unique", "adopt"),
    (1, "std::scoped_lock {g}(std::adopt_lock, @m{m});", "scope", "adopt"),
]
# Guards that hold the mutex or not.
PERHAPS = [
    (3, "std::unique_lock {g}(@m{m}, std::try_to_lock);", "unique",
     "try guard"),
    (1, "auto {g} = locked_perhaps(@m{m});", "unique", "helper with branch"),
    (1, "auto {g} = next() ? std::unique_lock(@m{m}) : " + UNIQUE + "();",
     "unique", "ternary"),
]

# What a guard that holds its mutex can do to free it: the third column says
# whether it still refers to the mutex afterwards.
FREE = {
    "unique": [
        (6, "{g}.unlock();", True, "guard unlock"),
        (1, "drop({g});", True, "helper unlocks guard"),
        (1, "drop_if_owned({g});", True, "helper with branch"),
        (1, "[&] {{ {g}.unlock(); }}();", True, "lambda unlocks"),
        (1, "{g} = {{}};", False, "assign empty"),
        (1, "{g} = " + UNIQUE + "();", False, "assign empty"),
        (1, UNIQUE + "().swap({g});", False, "swap"),
        (1, "(void)std::exchange({g}, {{}});", False, "exchange"),
        (1, "by_value(std::move({g}));", False, "helper by value"),
        (1, "by_rvalue(std::move({g}));", False, "helper by rvalue"),
        (1, "{{ auto taken = std::move({g}); }}", False, "move construct"),
    ],
    "optional": [
        (2, "{g}.reset();", False, "optional reset"),
        (1, "end({g});", False, "helper unlocks guard"),
        (1, "{g} = std::nullopt;", False, "optional assign"),
        (1, "{g} = {{}};", False, "optional assign"),
        (1, "(void)std::exchange({g}, std::nullopt);", False, "exchange"),
        (1, "{g}->unlock();", True, "guard unlock"),
        (1, "{{ auto taken = std::move(*{g}); }}", False, "move construct"),
        (1, "by_value(*std::move({g}));", False, "helper by value"),
    ],
    "emplaced": [
        (2, "{g}.reset();", False, "optional reset"),
        (1, "{g} = std::nullopt;", False, "optional assign"),
    ],
    "pointer": [
        (2, "{g}.reset();", False, "unique_ptr reset"),
        (1, "{g} = nullptr;", False, "unique_ptr assign"),
        (1, "{{ auto taken = std::move({g}); }}", False, "move construct"),
        (1, "(void)std::exchange({g}, nullptr);", False, "exchange"),
    ],
}
# What a guard that refers to a free mutex, or holds nothing, can do to hold it:
# the third column says whether it must refer to it already.
HOLD = {
    "unique": [
        (6, "{g}.lock();", True, "guard lock"),
        (1, "retake({g});", True, "helper locks guard"),
        (1, "{g} = std::unique_lock(@m{m});", False, "move assign"),
        (1, "{g} = locked(@m{m});", False, "helper returns guard"),
        (1, "std::unique_lock(@m{m}).swap({g});", False, "swap"),
    ],
    "optional": [
        (3, "{g}.emplace(@m{m});", False, "optional emplace"),
        (1, "{g} = std::unique_lock(@m{m});", False, "optional assign"),
        (1, "{g} = locked(@m{m});", False, "optional assign"),
        (1, "{g}->lock();", True, "guard lock"),
    ],
    "emplaced": [(1, "{g}.emplace(@m{m});", False, "optional emplace")],
    "pointer": [
        (2, "{g} = std::make_unique<std::lock_guard<@t{m}>>(@m{m});", False,
         "unique_ptr assign"),
        (1, "{g}.reset(new std::lock_guard<@t{m}>(@m{m}));", False,
         "unique_ptr reset"),
    ],
}
# Both tables for readers' guards, which have no helpers.
for table in (FREE, HOLD):
    table["shared"] = [
        (w, text.replace("unique_lock", "shared_lock"), keeps, tag)
        for w, text, keeps, tag in table["unique"]
        if "locked" not in text and "helper" not in tag]
    table["struct"] = table["pair"] = table["unique"]

# A guard made from another of its kind, which is empty then.
MOVE_CONSTRUCT = [
    (3, "auto {h} = std::move({g});", "move construct"),
    (1, "auto {h}(std::move({g}));", "move construct"),
    (1, "auto {h} = std::exchange({g}, {{}});", "exchange"),
]
MOVE_CONSTRUCT_UNIQUE = [
    (1, "auto {h} = passed_on(std::move({g}));", "helper by value"),
]
INTO_OPTIONAL = [
    (1, "std::optional {h}{{std::move({g})}};", "optional guard"),
    (1, "auto {h} = std::make_optional(std::move({g}));", "optional guard"),
]
OUT_OF_OPTIONAL = [
    (1, "auto {h} = std::move(*{g});", "move construct"),
    (1, "auto {h} = *std::move({g});", "move construct"),
]
MOVE_ASSIGN = [(1, "{h} = std::move({g});", "move assign")]
SWAP = [
    (1, "{h}.swap({g});", "swap"),
    (1, "std::swap({h}, {g});", "swap"),
    (1, "swap({h}, {g});", "swap"),
]
# Things that change nothing.
NOTHING = [
    (1, "look_at({g});", "helper by reference"),
    (1, "by_rvalue_unused(std::move({g}));", "helper by rvalue"),
    (1, "(void){g}.owns_lock();", "owns_lock"),
]
NOTHING_TO_FREE = [
    (1, "lock_briefly(@m{m});", "helper with branch"),
    (1, "{{ std::lock_guard brief(@m{m}); }}", "nested scope"),
    (1, "std::lock_guard{{@m{m}}};", "temporary guard"),
    (1, "{{ @m{m}.lock(); @m{m}.unlock(); }}", "nested scope"),
]

AWAIT = [
    (6, "co_await pause();", "await"),
    (2, "co_await child();", "await task"),
    (1, "(void)co_await flag();", "await value"),
    (1, "co_await perhaps();", "await perhaps"),
    (1, "co_yield __LINE__;", "yield"),
]
# The lock ends in the function whose result is awaited.
AWAIT_AFTER_TEMPORARY = [
    (1, "co_await paused_after(std::unique_lock(@m{m}));",
     "temporary by value"),
]
AWAIT_AFTER_GUARD = [
    (1, "co_await paused_after(std::move({g}));", "guard by value"),
]
AWAIT_NEVER = [
    (1, "co_await Ready{{}};", "never suspends"),
    (1, "co_await std::suspend_never{{}};", "never suspends"),
    (1, "co_await ResumesAtOnce{{}};", "never suspends"),
    (1, "auto later{n} = []() -> Task {{ co_await pause(); }};",
     "inner lambda"),
]
AWAIT_WITH_TEMPORARY = [
    (1, "std::unique_lock{{@m{m}}}, co_await pause();", "temporary guard"),
    (1, "(void)std::lock_guard{{@m{m}}}, co_await child();",
     "temporary guard"),
]

# Loops whose body runs any number of times; `do` runs it once more.
LOOPS = [
    (2, ("while (again()) {{", "}}"), "while"),
    (1, ("while ({c} && again()) {{", "}}"), "while"),
    (1, ("while (co_await more()) {{", "}}"), "await in condition"),
    (1, ("for (int i = 0; again(); ++i) {{", "}}"), "for"),
    (1, ("for ([[maybe_unused]] int i : Turns()) {{", "}}"), "range for"),
    (1, ("for (;;) {{ if (!again()) break;", "}}"), "for ever"),
    (2, ("do {{", "}} while (again());"), "do"),
    (1, ("{label}: {{", "}} if (again()) goto {label};"), "goto back"),
]
