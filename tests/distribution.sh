#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# distribution.sh CODENAME: mdcertd on another Debian (trixie, forky): quickstart, then the release
# build's tests, those that need no systemd that runs. distribution.sh arm64: the program, built by
# the cross compiler of Debian 13; it is not run.
# The Debian, its build and its compiler cache are kept in build/distribution/CODENAME. Becomes root
# with sudo.
set -euo pipefail
codename=${1:?distribution.sh CODENAME}
[ "$(id -u)" -eq 0 ] || exec sudo --preserve-env=CI,CMAKE_BUILD_PARALLEL_LEVEL -- "$0" "$@"
cd "$(dirname "$0")/.."
. tests/support/debian.sh

place=$PWD/build/distribution/$codename
inside() { in_debian "$place/root" "$PWD" "$place/build" "$@"; }

natively() {
    make_debian "$place/root" "$codename"
    inside packaging/quickstart.sh
    inside tests/run.sh --no-asan
}

cross() {   # ARCHITECTURE CPU
    make_debian "$place/root" trixie
    inside bash -euc '
        . packaging/packages.sh
        dpkg --add-architecture "$1"
        install_missing "${packages_build[@]}" "g++-$2-linux-gnu"
        install_missing {libssl,libboost-url,libspdlog}-dev:"$1"
        cmake --preset release -DMD_WERROR=ON -DMD_TESTS=OFF -DCMAKE_SYSTEM_NAME=Linux \
            -DCMAKE_SYSTEM_PROCESSOR="$2" -DCMAKE_CXX_COMPILER="$2-linux-gnu-g++" \
            -DCMAKE_LIBRARY_ARCHITECTURE="$2-linux-gnu"
        cmake --build build/release
        readelf -h build/release/daemon/mdcertd | grep Machine' cross "$@"
}

case $codename in
    arm64) cross arm64 aarch64 ;;
    *) natively ;;
esac
