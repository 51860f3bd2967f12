#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Builds the Debian package of this tree into build/package/: mdcertd_VERSION_ARCHITECTURE.deb, with the
# program of the preset "release", which is built first if it is not there. Tests are not built. As a user, too, once the packages are there (sudo is asked for those only).
set -euo pipefail
cd "$(dirname "$0")/.."
. packaging/packages.sh

install_missing "${packages_build[@]}" "${packages_deb[@]}"
version=$(sed -n 's/^project(mdcertd VERSION \([0-9.]*\).*/\1/p' CMakeLists.txt)
changelog=$(dpkg-parsechangelog -l packaging/debian/changelog -S Version)
[ "$version" = "$changelog" ] || {
    echo "CMakeLists.txt says version $version, packaging/debian/changelog $changelog" >&2
    exit 1
}

cmake --preset release ${CI:+-DMD_WERROR=ON} > /dev/null
cmake --build build/release --target mdcertd
export MD_PROGRAM=$PWD/build/release/daemon/mdcertd

source=build/package/mdcertd
rm -rf "$source" build/package/mdcertd_*
mkdir -p "$source"
tar -cf - --exclude=./build --exclude=./.git . | tar -xf - -C "$source"
mv "$source/packaging/debian" "$source/debian"

cd "$source"
dpkg-buildpackage -b -us -uc "$@"
cd - > /dev/null
ls build/package/mdcertd_*.deb
