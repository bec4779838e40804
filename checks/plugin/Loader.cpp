// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// corolint.so, which clang-tidy is told to --load: loads the plugin that was
// built for the LLVM of this clang-tidy.
//
//   clang-tidy-22 --load=corolint.so --> corolint-llvm22.so   checks, as usual
//   clang-tidy-14 --load=corolint.so --> (none built)         says so, exit 3
//
// clang-tidy itself compares no versions. A plugin for another LLVM is loaded,
// matches nothing and the code is called clean, or it is ignored because a
// symbol is missing, and the code is called clean. So this file uses no symbol
// of Clang (it could not be loaded where that is missing) and ends the process
// whenever the checks would not run.

#include <algorithm>
#include <climits>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <dirent.h>
#include <dlfcn.h>
#include <string>
#include <unistd.h>
#include <vector>

namespace {

const char Stem[] = "corolint-llvm";
const char Suffix[] = ".so";

/// What clang-tidy prints with --version, or empty where nobody knows.
std::string hostVersion() {
  // std::string clang::getClangFullVersion()
  using Function = std::string();
  void *Symbol = dlsym(RTLD_DEFAULT, "_ZN5clang19getClangFullVersionB5cxx11Ev");
  return Symbol ? reinterpret_cast<Function *>(Symbol)() : std::string();
}

/// "22" of "Debian clang version 22.1.8 (1~deb12u1)".
std::string major(const std::string &Version) {
  const char Word[] = "version ";
  size_t Begin = Version.find(Word);
  if (Begin == std::string::npos)
    return "";
  Begin += std::strlen(Word);
  size_t End = Version.find_first_not_of("0123456789", Begin);
  return Version.substr(Begin, End - Begin);
}

/// The directory of corolint.so, even if it was loaded through a symbolic link.
std::string ownDirectory() {
  Dl_info Info;
  char Path[PATH_MAX];
  if (!dladdr(Stem, &Info) || !realpath(Info.dli_fname, Path))
    return ".";
  std::string Directory = Path;
  return Directory.substr(0, Directory.rfind('/'));
}

/// "LLVM 19, LLVM 22", or "none".
std::string available(const std::string &Directory) {
  std::vector<std::string> Majors;
  if (DIR *D = opendir(Directory.c_str())) {
    while (const dirent *Entry = readdir(D)) {
      std::string Name = Entry->d_name;
      size_t Fixed = std::strlen(Stem) + std::strlen(Suffix);
      if (Name.size() > Fixed &&
          Name.compare(0, std::strlen(Stem), Stem) == 0 &&
          Name.compare(Name.size() - std::strlen(Suffix), std::string::npos,
                       Suffix) == 0)
        Majors.push_back(Name.substr(std::strlen(Stem), Name.size() - Fixed));
    }
    closedir(D);
  }
  std::sort(Majors.begin(), Majors.end());
  std::string List;
  for (const std::string &M : Majors)
    List += (List.empty() ? "LLVM " : ", LLVM ") + M;
  return List.empty() ? "none" : List;
}

[[noreturn]] void refuse(const std::string &Why) {
  std::fprintf(stderr, "corolint: %s\ncorolint: nothing was checked\n",
               Why.c_str());
  _exit(3); // exit() would run destructors of a host that is half-way up
}

struct Loader {
  Loader() {
    std::string Directory = ownDirectory();
    std::string Host = hostVersion();
    std::string Both =
        "; the host is " +
        (Host.empty() ? "of unknown version" : "'" + Host + "'") +
        ", plugins in " + Directory + ": " + available(Directory);

    std::string Major = major(Host);
    std::string Plugin = Directory + "/" + Stem + Major + Suffix;
    if (Major.empty() || access(Plugin.c_str(), F_OK) != 0)
      refuse("there is no plugin for this clang-tidy" + Both);
    // RTLD_NOW, so that a missing symbol shows here and not in mid-run.
    if (!dlopen(Plugin.c_str(), RTLD_NOW | RTLD_GLOBAL))
      refuse(std::string("cannot load the plugin: ") + dlerror() + Both);
  }
} const Load;

} // namespace
