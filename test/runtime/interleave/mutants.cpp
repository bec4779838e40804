// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Is every order needed? Each acquire and each release of moor is weakened, one
// at a time, and some scenario has to fail. If none does, then either a
// scenario is missing, or the order is not needed and the source should say so.

#include <algorithm>
#include <cstdio>
#include <cstring>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <interleave/execution.h>
#include <interleave/suite.h>
#include <map>
#include <set>

namespace interleave {
namespace {

struct mutant {
  const site *where;
  order to;
};

std::string base_name(const std::string &path) {
  return path.substr(path.rfind('/') + 1);
}

/// Of moor itself, not of the scenarios.
bool is_of_moor(const site &s) {
  return std::strstr(s.file, "include/moor/") ||
         std::strstr(s.file, "runtime/src/");
}

std::vector<mutant> all_mutants() {
  std::vector<mutant> all;
  for (const site &s : sites()) {
    if (!is_of_moor(s))
      continue;
    if (s.asked == order::acq_rel) {
      all.push_back({&s, order::acquire});
      all.push_back({&s, order::release});
    } else if (s.asked != order::relaxed) {
      all.push_back({&s, order::relaxed});
    }
  }
  std::sort(all.begin(), all.end(), [](const mutant &a, const mutant &b) {
    int file = base_name(a.where->file).compare(base_name(b.where->file));
    if (file || a.where->line != b.where->line)
      return file ? file < 0 : a.where->line < b.where->line;
    return a.to < b.to;
  });
  return all;
}

/// Prints the orders in the sources that no scenario has come to.
void print_unexecuted() {
  namespace fs = std::filesystem;
  std::set<fs::path> files;
  for (const site &s : sites())
    if (fs::path p(s.file); p.filename() == "stop.h")
      for (const char *below : {".", "../../src"})
        for (auto &e :
             fs::recursive_directory_iterator(p.parent_path() / below))
          if (e.is_regular_file())
            files.insert(fs::canonical(e.path()));
  for (const fs::path &file : files) {
    std::ifstream in(file);
    std::string text;
    for (unsigned line = 1; std::getline(in, text); ++line) {
      std::size_t code = text.find("//");
      text.resize(std::min(code, text.size()));
      if (text.find("memory_order_a") == text.npos &&
          text.find("memory_order_release") == text.npos)
        continue;
      // A call begins a few lines before its order.
      bool executed =
          std::any_of(sites().begin(), sites().end(), [&](const site &s) {
            return s.line <= line && line < s.line + 4 &&
                   base_name(s.file) == file.filename();
          });
      // atomic.h has the names; the detectors are not in what is checked.
      if (!executed && file.filename() != "atomic.h" &&
          file.filename().string().rfind("detect", 0))
        std::printf("no scenario: %s:%u\n", file.filename().c_str(), line);
    }
  }
}

} // namespace

namespace {

/// Each primitive by itself: one of its own acquires and one of its own
/// releases is weakened, and its own scenarios have to notice.
bool seed_each(const std::vector<mutant> &all, limits bound) {
  std::map<std::string, std::vector<const scenario *>> primitives;
  std::map<const site *, unsigned> users;
  for (const scenario &s : scenarios()) {
    primitives[std::string(s.name, std::strchr(s.name, ':'))].push_back(&s);
    for (const site *used : s.sites)
      ++users[used];
  }
  // What the fewest use is the primitive's own.
  std::vector<mutant> own_first = all;
  std::sort(own_first.begin(), own_first.end(),
            [&](const mutant &a, const mutant &b) {
              return users[a.where] < users[b.where];
            });
  bool right = true;
  for (const auto &[name, tests] : primitives) {
    std::string found[2]; // by an acquire, by a release
    for (const mutant &m : own_first)
      for (const scenario *s : tests) {
        const bool drops[] = {acquires(m.where->asked) && !acquires(m.to),
                              releases(m.where->asked) && !releases(m.to)};
        if (!s->sites.count(m.where) ||
            !((drops[0] && found[0].empty()) || (drops[1] && found[1].empty())))
          continue;
        weaken(m.where, m.to);
        if (explore(s->run, bound).error.empty())
          continue;
        for (int i = 0; i < 2; ++i)
          if (drops[i] && found[i].empty())
            found[i] =
                base_name(m.where->file) + ":" + std::to_string(m.where->line);
      }
    const bool both = !found[0].empty() && !found[1].empty();
    std::printf("seeded: %s: acquire at %s, release at %s: %s\n", name.c_str(),
                found[0].c_str(), found[1].c_str(), both ? "found" : "WRONG");
    std::fflush(stdout);
    right &= both;
  }
  weaken(nullptr);
  return right;
}

} // namespace

bool run_mutants(limits bound) {
  const std::vector<mutant> all = all_mutants();
  std::vector<scenario> shortest_first = scenarios();
  std::sort(shortest_first.begin(), shortest_first.end(),
            [](const scenario &a, const scenario &b) {
              return a.executions < b.executions;
            });
  unsigned found = 0;
  const std::clock_t begin = std::clock();
  for (const mutant &m : all) {
    weaken(m.where, m.to);
    result r;
    const char *by = nullptr;
    unsigned tried = 0;
    unsigned long executions = 0;
    for (const scenario &s : shortest_first) {
      if (!s.sites.count(m.where))
        continue;
      ++tried;
      r = explore(s.run, bound);
      executions += r.executions;
      if (!r.error.empty()) {
        by = s.name;
        ++found;
        break;
      }
    }
    std::printf("mutant: %s:%u %s, %s instead of %s: ",
                base_name(m.where->file).c_str(), m.where->line,
                m.where->operation, name(m.to).c_str(),
                name(m.where->asked).c_str());
    if (by)
      std::printf("found by %s in %lu executions: %s\n", by, executions,
                  r.error.c_str());
    else
      std::printf("NOT FOUND in %lu executions of %u scenarios\n", executions,
                  tried);
    std::fflush(stdout);
  }
  weaken(nullptr);
  const bool each = seed_each(all, bound);
  print_unexecuted();
  std::printf("mutants: %u of %zu found (%.1f s)\n", found, all.size(),
              double(std::clock() - begin) / CLOCKS_PER_SEC);
  return each && found == all.size();
}

} // namespace interleave
