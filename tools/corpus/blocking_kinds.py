# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
# The ways a coroutine ends up blocking its thread, as edits of somebody's code;
# kinds.py explains what a kind is.
#
# Waiting in a coroutine that only a runner runs is nobody's harm, and not to be
# found. So each fault of those tiers has a third face, the probe: a file opened
# in the same place, which is to be found there all the same. Where the probe is
# found and the fault is not, the place was no place for it.

import kinds

PRELUDE = """\
#ifndef COROLINT_SEEDED
#define COROLINT_SEEDED
#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdio>
#include <cstdlib>
#include <fcntl.h>
#include <fstream>
#include <functional>
#include <future>
#include <latch>
#include <memory>
#include <mutex>
#include <optional>
#include <semaphore>
#include <string>
#include <sys/socket.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>
#include <vector>
static std::mutex seeded_mutex;
static std::condition_variable seeded_condition;
static std::counting_semaphore<4> seeded_semaphore(0);
static std::atomic<bool> seeded_done;
std::future<int> seeded_future();
bool seeded_flag();
%s
#endif
"""

PROBE = 'if (std::FILE *seeded_probe = std::fopen("seeded", "r")) ' \
        "(void)seeded_probe;"


class BlockingKind(kinds.Kind):
    check = "coro-blocking-call"
    compiles_by_face = False

    def __init__(self, tier, name, group, fault, twin, prelude=""):
        super().__init__(name, group, fault, twin, prelude)
        self.tier = tier

    def prelude_text(self):
        return PRELUDE % self.prelude

    def faces(self, place):
        made = super().faces(place)
        if self.tier != "io":
            made["probe"] = [(0, 0, self.prelude_text()), place.before(PROBE)]
        return made


def blocking_kinds():
    made = []

    def add(tier, name, group, fault, twin, prelude=""):
        def statement(code):
            return lambda place: [place.before(code)]

        made.append(BlockingKind(tier, name, group, statement(fault),
                                 statement(twin), prelude))

    group = "in plain sight"
    add("wait", "sleep_for", group,
        "std::this_thread::sleep_for(std::chrono::milliseconds(5));",
        "std::this_thread::sleep_for(std::chrono::milliseconds(0));")
    add("wait", "usleep", group, "::usleep(5);", "::usleep(0);")
    add("wait", "sleep in a loop", group,
        "while (!seeded_flag()) ::usleep(1000);",
        "if (!seeded_flag()) ::usleep(0);")
    add("bridge", "future get", group,
        "auto seeded_f = seeded_future(); (void)seeded_f.get();",
        "auto seeded_f = seeded_future(); if (seeded_f.wait_for("
        "std::chrono::seconds(0)) == std::future_status::ready) "
        "(void)seeded_f.get();")
    add("bridge", "future get, of a temporary", group,
        "(void)seeded_future().get();", "(void)seeded_future().valid();")
    add("bridge", "thread join", group,
        "std::thread seeded_t([] {}); seeded_t.join();",
        "std::thread seeded_t([] {}); seeded_t.detach();")
    add("wait", "condition variable", group,
        "{ std::unique_lock seeded_l(seeded_mutex); "
        "seeded_condition.wait(seeded_l, [] { return seeded_flag(); }); }",
        "{ std::unique_lock seeded_l(seeded_mutex); "
        "seeded_condition.notify_all(); }")
    add("wait", "semaphore", group, "seeded_semaphore.acquire();",
        "(void)seeded_semaphore.try_acquire();")
    add("wait", "atomic wait", group, "seeded_done.wait(false);",
        "seeded_done.notify_all();")
    add("wait", "spin", group,
        "while (!seeded_done.load()) std::this_thread::yield();",
        "for (int seeded_i = 0; seeded_i < 9 && !seeded_done.load(); "
        "++seeded_i) std::this_thread::yield();")
    add("wait", "waitpid", group, "::waitpid(1, nullptr, 0);",
        "::waitpid(1, nullptr, WNOHANG);")
    add("wait", "socket", group,
        "{ char seeded_c; int seeded_s = ::socket(AF_INET, SOCK_STREAM, 0); "
        "::recv(seeded_s, &seeded_c, 1, 0); }",
        "{ char seeded_c; int seeded_s = ::socket(AF_INET, SOCK_STREAM | "
        "SOCK_NONBLOCK, 0); ::recv(seeded_s, &seeded_c, 1, 0); }")
    add("io", "ifstream", group,
        'std::ifstream seeded_in("seeded"); std::string seeded_line; '
        "std::getline(seeded_in, seeded_line);",
        "std::ifstream seeded_in; (void)seeded_in.is_open();")
    add("io", "fopen", group,
        'if (std::FILE *seeded_f = std::fopen("seeded", "r")) '
        "std::fclose(seeded_f);", 'std::fputs("seeded", stderr);')
    add("io", "read of a file", group,
        '{ char seeded_c; int seeded_fd = ::open("seeded", O_RDONLY); '
        "(void)!::read(seeded_fd, &seeded_c, 1); }",
        "{ char seeded_c; int seeded_fd = 0; if (seeded_flag()) "
        "(void)!::read(seeded_fd, &seeded_c, 0); }")

    group = "at the end of an object"
    add("bridge", "jthread", group, "std::jthread seeded_t([] {});",
        "std::jthread seeded_t([] {}); seeded_t.detach();")
    add("bridge", "jthread in a member", group,
        "SeededWorker seeded_w{std::jthread([] {}), 1};",
        "SeededWorker seeded_w{std::jthread(), 1};",
        "struct SeededWorker { std::jthread thread; int n; };")
    add("bridge", "future of async", group,
        "auto seeded_f = std::async(std::launch::async, [] { return 1; });",
        "auto seeded_f = std::async(std::launch::deferred, [] { return 1; });")
    add("bridge", "async discarded", group,
        "std::async(std::launch::async, [] {});",
        "std::async(std::launch::deferred, [] {});")
    add("io", "own destructor", group, "SeededLog seeded_log;",
        "SeededQuiet seeded_log;",
        "struct SeededLog { ~SeededLog() { ::fsync(1); } };\n"
        "struct SeededQuiet { ~SeededQuiet() { (void)seeded_flag(); } };")

    group = "behind helpers"
    add("io", "file read behind two", group, "(void)seeded_load();",
        "std::thread([] { (void)seeded_load(); }).detach();",
        "static std::string seeded_read(const char *name) {"
        " std::ifstream in(name); std::string s; std::getline(in, s);"
        " return s; }\n"
        'static std::string seeded_load() { return seeded_read("x"); }')
    add("wait", "sleep behind its argument", group, "seeded_pause(5);",
        "seeded_pause(0);",
        "static void seeded_pause(unsigned n) { ::usleep(n); }")
    add("wait", "sleep behind a condition", group, "seeded_retry(true);",
        "seeded_retry(false);",
        "static void seeded_retry(bool wait) { if (!wait) return;"
        " std::this_thread::sleep_for(std::chrono::seconds(1)); }")
    add("bridge", "own sync_wait", group, "seeded_sync_wait(1);",
        "seeded_start(1);",
        "template <class A> void seeded_sync_wait(A &&) {"
        " std::promise<void> p; p.get_future().wait(); }\n"
        "template <class A> void seeded_start(A &&) {"
        " std::promise<void> p; (void)p.get_future(); }")
    add("wait", "recursive", group, "seeded_down(3);", "seeded_up(3);",
        "static void seeded_down(int n) { if (n > 0) seeded_down(n - 1);"
        " ::usleep(10); }\n"
        "static void seeded_up(int n) { if (n > 0) seeded_up(n - 1); }")
    add("wait", "method", group, "SeededClient().fetch();",
        "SeededClient().peek();",
        "struct SeededClient { void fetch() { this->wait(); }"
        " void peek() {} private: void wait() {"
        " std::this_thread::sleep_for(std::chrono::seconds(1)); } };")
    add("wait", "final override", group,
        "{ SeededSlow seeded_s; seeded_s.run(); }",
        "{ SeededFast seeded_s; seeded_s.run(); }",
        "struct SeededBase { virtual ~SeededBase() = default;"
        " virtual void run() = 0; };\n"
        "struct SeededSlow final : SeededBase {"
        " void run() override { ::usleep(9); } };\n"
        "struct SeededFast final : SeededBase { void run() override {} };")

    group = "behind callables"
    add("wait", "lambda", group,
        "auto seeded_l = [] { ::usleep(5); }; seeded_l();",
        "auto seeded_l = [] { ::usleep(5); }; std::thread(seeded_l).detach();")
    add("wait", "std::function", group,
        "std::function<void()> seeded_f = [] { ::usleep(5); }; seeded_f();",
        "std::function<void()> seeded_f = [] { ::usleep(5); }; "
        "(void)seeded_f;")
    add("wait", "algorithm", group,
        "{ std::vector<int> seeded_v(3); std::for_each(seeded_v.begin(), "
        "seeded_v.end(), [](int) { ::usleep(5); }); }",
        "{ std::vector<int> seeded_v(3); std::for_each(seeded_v.begin(), "
        "seeded_v.end(), [](int) { ::usleep(0); }); }")
    add("wait", "own template", group, "seeded_twice([] { ::usleep(5); });",
        "seeded_twice([] {});",
        "template <class F> void seeded_twice(F f) { f(); f(); }")
    add("wait", "pointer to a function", group,
        "{ void (*seeded_p)() = &seeded_nap; seeded_p(); }",
        "{ void (*seeded_p)() = &seeded_nap; (void)seeded_p; }",
        "static void seeded_nap() { ::usleep(5); }")

    group = "on one path only"
    add("wait", "in a branch", group,
        "if (seeded_flag()) ::usleep(5);",
        "if (constexpr bool seeded_never = false; seeded_never) ::usleep(5);")
    add("bridge", "ready on one path only", group,
        "auto seeded_f = seeded_future(); if (seeded_flag() || "
        "seeded_f.wait_for(std::chrono::seconds(0)) == "
        "std::future_status::ready) (void)seeded_f.get();",
        "auto seeded_f = seeded_future(); if (seeded_flag() && "
        "seeded_f.wait_for(std::chrono::seconds(0)) == "
        "std::future_status::ready) (void)seeded_f.get();")
    return made
