// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// An execution, told to a person.

#include <cstdio>
#include <fstream>
#include <interleave/execution.h>
#include <unistd.h>

extern "C" char __executable_start;

namespace interleave {

std::string name(order o) {
  constexpr const char *names[] = {"relaxed", "acquire", "release", "acq_rel",
                                   "seq_cst"};
  return names[unsigned(o)];
}

/// The text of a line of the source, if it is still there.
static std::string source(const char *file, unsigned line) {
  std::ifstream in(file);
  std::string text;
  for (unsigned i = 0; i < line && std::getline(in, text); ++i)
    ;
  std::size_t begin = text.find_first_not_of(' ');
  return in && begin != text.npos ? text.substr(begin) : "";
}

static std::string base_name(const std::string &path) {
  return path.substr(path.rfind('/') + 1);
}

void tell_step(const std::string &what, place at) noexcept {
  std::printf(
      "  thread %u  %-16s %s\n%29s%s\n", now.current,
      (base_name(at.file_name()) + ":" + std::to_string(at.line())).c_str(),
      what.c_str(), "", source(at.file_name(), at.line()).c_str());
}

std::string where(const void *code) {
  if (!code)
    return "in an atomic operation";
  char address[32], path[4096];
  std::snprintf(address, sizeof address, "%#lx",
                static_cast<unsigned long>(static_cast<const char *>(code) -
                                           &__executable_start - 1));
  ssize_t length = readlink("/proc/self/exe", path, sizeof path - 1);
  if (length < 0)
    return std::string("at ") + address;
  path[length] = 0;
  std::string command = "addr2line -C -i -s -e '" + std::string(path) + "' " +
                        address + " 2>/dev/null";
  std::string lines;
  if (FILE *out = popen(command.c_str(), "r")) {
    char line[512];
    while (std::fgets(line, sizeof line, out)) {
      std::string text(line);
      text.resize(text.size() - 1);
      lines += (lines.empty() ? "at " : ", in ") + text;
    }
    pclose(out);
  }
  return lines.empty() ? std::string("at ") + address : lines;
}

} // namespace interleave
