// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Runs programs over every vector of decisions, and says in which lines they
// suspended while which mutexes were locked; or which lines made work that some
// run lost, see work.h.
//
//   <most turns>   ->   one line of JSON per program
//
// A run asks for decisions one by one. The first run answers each with its
// first choice; each following run changes the last answer that has another
// choice and forgets those after it, so that all are met, depth first.
//
// Loops would go on for ever: `again()` says yes, and `succeeds()` no, only so
// many times in a run. How often is settled per program: as many as keep the
// number of runs bearable, so that small programs are turned more.

#include "runner.h"

#include "pins.h"
#include "prelude.h"
#include "work.h"
#include <csetjmp>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <set>
#include <string>
#include <vector>

namespace oracle {

unsigned Locked;

namespace {

constexpr long MaxRuns = 30000;

struct Decision {
  int Answer;
  int Choices;
};
std::vector<Decision> Vector;
size_t Asked;
int TurnsLeft, FailuresLeft;
bool Running;
const char *Invalid;
std::coroutine_handle<> Pending;

/// Where the program is; how often something ran that it does not show.
int Line;
unsigned Worked, LetGo;
Waiter *Outside;
bool IsUnsure, Handled;

int decide(int Choices) {
  ++Worked;
  if (Asked == Vector.size())
    Vector.push_back({0, Choices});
  return Vector[Asked++].Answer;
}

/// Moves on to the next vector; false after the last.
bool advance() {
  while (!Vector.empty() && Vector.back().Answer + 1 == Vector.back().Choices)
    Vector.pop_back();
  if (Vector.empty())
    return false;
  ++Vector.back().Answer;
  return true;
}

std::string vectorText() {
  std::string Text;
  for (size_t I = 0; I < Asked; ++I)
    Text += (I ? "," : "") + std::to_string(Vector[I].Answer);
  return Text;
}

struct Finding {
  unsigned Slots = 0;
  std::string Vector;
};
/// By line; and with the first run that showed it.
std::map<int, Finding> Findings;
/// Lines that made work in some run; whose work some run used.
std::set<int> Made, Used;
bool Leaving, Throwing;

/// How work can be lost, as the slots of a finding.
enum { LostInPassing = 1, LostLeaving = 2 };
/// How an object can be misused; in the second way, the check may be silent.
enum { Misused = 1, MisusedPerhaps = 2 };

void found(int Line, unsigned Slots) {
  Finding &F = Findings[Line];
  if (!F.Slots)
    F.Vector = vectorText();
  F.Slots |= Slots;
}

/// A smaller program may look into what is empty.
sigjmp_buf BeforeCrash;
void crashed(int) { siglongjmp(BeforeCrash, 1); }

/// All runs with `Turns` turns; false if there are too many of them.
bool enumerate(const Program &P, int Turns, long &Runs) {
  Vector.clear();
  Findings.clear();
  Made.clear();
  Used.clear();
  Invalid = nullptr;
  Runs = 0;
  if (sigsetjmp(BeforeCrash, /*savesigs=*/1)) {
    Invalid = "crashes";
    return true;
  }
  do {
    if (++Runs > MaxRuns)
      return false;
    Asked = 0;
    TurnsLeft = Turns;
    FailuresLeft = Turns + 1;
    Locked = 0;
    Leaving = Throwing = IsUnsure = Handled = false;
    shelf().clear();
    Outside = nullptr;
    Running = true;
    P.Start();
  } while (!Invalid && advance());
  return true;
}

void print(const char *Name, const std::set<int> &Lines) {
  std::printf(", \"%s\": [", Name);
  const char *Comma = "";
  for (int Line : Lines) {
    std::printf("%s%d", Comma, Line);
    Comma = ", ";
  }
  std::printf("]");
}

void label(const Program &P, int MostTurns) {
  long Runs = 0;
  int Turns = MostTurns;
  while (Turns && !enumerate(P, Turns, Runs))
    --Turns;
  if (!Turns)
    Invalid = "too many runs";
  std::printf("{\"id\": %d, \"runs\": %ld, \"turns\": %d, \"invalid\": \"%s\", "
              "\"held\": {",
              P.Id, Runs, Turns, Invalid ? Invalid : "");
  const char *Comma = "";
  for (auto &[Line, F] : Findings) {
    std::printf("%s\"%d\": [%u, \"%s\"]", Comma, Line, F.Slots,
                F.Vector.c_str());
    Comma = ", ";
  }
  std::printf("}");
  print("made", Made);
  print("used", Used);
  std::puts("}");
}

} // namespace

bool next() noexcept { return decide(2); }
void risky() {
  if (decide(2))
    throw Error{};
}
int pick(int Choices) noexcept { return decide(Choices); }
bool again() noexcept {
  ++Worked;
  if (!TurnsLeft || !decide(2))
    return false;
  --TurnsLeft;
  return true;
}
bool succeeds() noexcept {
  if (!FailuresLeft || !decide(2))
    return true;
  --FailuresLeft;
  return false;
}

void invalid(const char *Why) noexcept {
  if (Running && !Invalid)
    Invalid = Why;
}

void othersRun() noexcept {
  ++Worked;
  ++LetGo;
  if (Outside)
    Outside->stop();
}
void outside(Waiter *W) noexcept { Outside = W; }
void suspends(int Line) noexcept {
  othersRun();
  if (Locked)
    found(Line, Locked);
}

void lost(int Line) noexcept {
  if (Running)
    found(Line, Leaving || Throwing ? LostLeaving : LostInPassing);
}
void made(int Line) noexcept { Made.insert(Line); }
void used(int Line) noexcept { Used.insert(Line); }
void leaving() noexcept { Leaving = true; }
void throwing() noexcept { Throwing = true; }
void stays() noexcept {
  Throwing = false;
  Handled = true;
}

// The check follows no exceptions to their handlers where it asks for pins.

void at(int Line, bool Works, bool Unsure) noexcept {
  oracle::Line = Line;
  Made.insert(Line);
  Worked += Works;
  IsUnsure = Unsure;
}
unsigned workedSoFar() noexcept { return Worked; }
unsigned letGoSoFar() noexcept { return LetGo; }
int currentLine() noexcept { return Line; }
void misusedIn(int Line) noexcept {
  if (Running)
    found(Line, Handled ? MisusedPerhaps : Misused);
}
void misused(bool Unsure) noexcept {
  if (Running)
    found(Line, Unsure || IsUnsure || Handled ? MisusedPerhaps : Misused);
}
void Signal::suspend(std::coroutine_handle<> H) noexcept {
  othersRun();
  Pending = H;
}
void Operation::start() noexcept { Canary.arm(); }
void Operation::stop() noexcept { Canary.disarm(); }
void pin(Plain &P) noexcept { P.pin(); }
void work() noexcept { ++LetGo; }

void keep(Work W) noexcept {
  if (W.empty())
    invalid("used while empty");
  W.settle();
}
void keep_referred(Work &W) noexcept { W.settle(); }
void keep_optional(std::optional<Work> W) noexcept {
  if (W)
    W->settle();
}
void keep_owned(std::unique_ptr<Work> W) noexcept {
  if (W)
    W->settle();
}
void keep_all(std::vector<Work> Works) noexcept {
  for (Work &W : Works)
    W.settle();
}
std::vector<Work> &shelf() noexcept {
  static std::vector<Work> S;
  return S;
}

void Suspend::await_suspend(std::coroutine_handle<> H) const noexcept {
  suspends(Line);
  Pending = H;
}

void finished(std::coroutine_handle<> Continuation) noexcept {
  Pending = Continuation;
}

/// Programs throw these and nothing else: a guard that throws was misused.
void caught() noexcept {
  try {
    throw;
  } catch (const Error &) {
  } catch (const Other &) {
  } catch (...) {
    invalid("a guard threw");
  }
}

void threw() noexcept { caught(); }

void drive(std::coroutine_handle<> H, bool Started) noexcept {
  if (!Started)
    Pending = H;
  while (Pending)
    std::exchange(Pending, {}).resume();
  // What is on the shelf will be taken from it.
  keep_all(std::move(shelf()));
  Running = false; // what is still locked dies with it
}

bool choose() noexcept { return decide(2); }

} // namespace oracle

int main(int, char **Argv) {
  int MostTurns = std::atoi(Argv[1]);
  std::signal(SIGSEGV, oracle::crashed);
  std::signal(SIGABRT, oracle::crashed);
  for (const oracle::Program *P = oracle::Programs; P->Start; ++P)
    oracle::label(*P, MostTurns);
}
