# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
# What has to be installed, for what: the only list. For bash scripts in
# tools/dev-commands to source. The names are those of Debian 12, which has
# LLVM 19 among its packages and LLVM 22 among its security updates.

# packages_to_build LLVM...
packages_to_build() {
  local llvm
  echo cmake ninja-build
  for llvm; do
    echo "clang-$llvm" "libclang-$llvm-dev" "llvm-$llvm-dev"
  done
}

# packages_to_package LLVM...
packages_to_package() {
  packages_to_build "$@"
  echo dpkg-dev file # for dpkg-shlibdeps, which cpack asks
}

# packages_to_test LLVM...
packages_to_test() {
  local llvm
  packages_to_package "$@"
  echo python3 libgtest-dev
  echo libboost1.81-dev              # for the demonstration's service
  echo qcoro-qt6-dev qt6-base-dev    # a library that the checks are tried on
  echo g++ valgrind                  # for moor; g++ the build has to refuse
  echo libclang-rt-22-dev            # its sanitizers
  echo libbenchmark-dev              # its benchmarks are linted
  echo llvm-22-tools                 # lit, which the tools of 19 are without
  for llvm; do                       # run-clang-tidy and FileCheck
    echo "clang-tidy-$llvm" "llvm-$llvm-tools"
  done
}

# install_missing PACKAGE...: asks for root's rights only if there is need.
install_missing() {
  local package missing=() root=()
  if ! command -v dpkg-query apt-get > /dev/null; then
    echo "${0##*/}: no Debian here; this has to be installed by hand:" "$@" >&2
    return 0
  fi
  for package; do
    [[ $(dpkg-query -W -f '${db:Status-Status}' "$package" 2> /dev/null) == \
      installed ]] || missing+=("$package")
  done
  ((${#missing[@]})) || return 0
  if ((EUID)); then
    if ! command -v sudo > /dev/null; then
      echo "${0##*/}: not root, and no sudo; as root," \
        "apt-get install ${missing[*]}" >&2
      return 2
    fi
    root=(sudo)
  fi
  run "${root[@]}" apt-get -q update
  run "${root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -q -y \
    -o Dpkg::Use-Pty=0 install --no-install-recommends "${missing[@]}"
}
