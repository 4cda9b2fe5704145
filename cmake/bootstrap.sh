# SPDX-License-Identifier: MIT
# Part of blockopt: read by tests/run.sh and examples/quickstart.sh (POSIX sh); finds, and where it can installs, tools.
# shellcheck shell=sh

say() { printf '%s\n' "blockopt: $*" >&2; }

# header_is_there PATH: in one of the usual include folders, or under a folder of CMAKE_PREFIX_PATH.
header_is_there() {
  for folder in /usr/include /usr/local/include /opt/homebrew/include $(printf '%s' "${CMAKE_PREFIX_PATH:-}" | tr ':;' '  '); do
    for path in "$folder/$1" "$folder/eigen3/$1" "$folder/include/$1" "$folder/include/eigen3/$1"; do
      [ -e "$path" ] && return 0
    done
  done
  return 1
}

# toolkit_header_is_there PATH: in the CUDA toolkit, which has headers of its own of Thrust, CUB and libcu++.
toolkit_header_is_there() {
  nvcc=$(command -v nvcc) && nvcc=$(readlink -f "$nvcc")
  for folder in "${CUDA_PATH:-}" "${CUDA_HOME:-}" "${nvcc%/bin/nvcc}" /usr/local/cuda /opt/cuda; do
    [ -e "$folder/include/cccl/$1" ] && return 0
    [ -e "$folder/include/$1" ] && return 0
  done
  return 1
}

# is_there PACKAGE: what the Debian package of that name brings is on this machine, from wherever.
is_there() {
  case "$1" in
    g++) command -v "${CXX:-g++}" || command -v clang++ ;;
    ninja-build) command -v ninja || command -v make ;;
    gnuplot-nox) command -v gnuplot ;;
    libthrust-dev) toolkit_header_is_there thrust/version.h || header_is_there thrust/version.h ;;
    libtbb-dev) header_is_there tbb/parallel_for.h ;;
    libeigen3-dev) header_is_there Eigen/Core ;;
    doctest-dev) header_is_there doctest/doctest.h ;;
    libcli11-dev) header_is_there CLI/CLI.hpp ;;
    nlohmann-json3-dev) header_is_there nlohmann/json.hpp ;;
    libdlpack-dev) header_is_there dlpack/dlpack.h ;;
    libtorch-dev) header_is_there torch/csrc/api/include/torch/torch.h ;;
    libbenchmark-dev) header_is_there benchmark/benchmark.h ;;
    *) command -v "$1" ;;
  esac >/dev/null 2>&1
}

# need PACKAGE...: asks apt-get for the packages whose contents are missing, and for nothing when none is. Goes on
# without them: cmake then says what is left out.
need() {
  missing=
  for package in "$@"; do
    is_there "$package" || missing="$missing $package"
  done
  [ -n "$missing" ] || return 0
  if ! command -v apt-get >/dev/null 2>&1; then
    say "not found here:$missing (names of Debian packages). Install them; going on with what is there."
    return 0
  fi
  as_root=
  if [ "$(id -u)" -ne 0 ]; then
    if ! command -v sudo >/dev/null 2>&1; then
      say "not found here:$missing. Install them as root by 'apt-get install$missing'; going on with what is there."
      return 0
    fi
    as_root=sudo
    [ -t 0 ] || as_root='sudo -n'  # Nobody there to type a password.
  fi
  say "installing$missing"
  # shellcheck disable=SC2086
  if ! { $as_root apt-get -qq update && $as_root env DEBIAN_FRONTEND=noninteractive \
         apt-get -qq install -y --no-install-recommends $missing; } >/dev/null 2>&1; then
    say "apt-get could not install$missing; going on with what is there."
  fi
}

# A build folder keeps its generator; a new one gets Ninja where it is found.
choose_generator() {
  if [ ! -e "$1/CMakeCache.txt" ] && command -v ninja >/dev/null 2>&1; then
    CMAKE_GENERATOR=${CMAKE_GENERATOR:-Ninja}
    export CMAKE_GENERATOR
  fi
}

# shellcheck disable=SC2034
jobs=${BLOCKOPT_JOBS:-$(getconf _NPROCESSORS_ONLN 2>/dev/null || echo 2)}
