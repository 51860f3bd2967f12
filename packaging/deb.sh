#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Builds the Debian package of this tree into build/package/: mdcertd_VERSION_ARCHITECTURE.deb. Tests
# are not built. As a user, too, once the packages are there (sudo is asked for those only).
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

# Always in the same place, so that the compiler cache knows it again.
source=build/package/mdcertd
rm -rf "$source" build/package/mdcertd_*
mkdir -p "$source"
tar -cf - --exclude=./build --exclude=./.git . | tar -xf - -C "$source"
mv "$source/packaging/debian" "$source/debian"

# debhelper has its own HOME for the build.
CCACHE_DIR=${CCACHE_DIR:-$(ccache --get-config cache_dir)}
CCACHE_CONFIGPATH=${CCACHE_CONFIGPATH:-$(ccache --show-config | sed -n 's/^(\(\/[^)]*\)).*/\1/p' | head -n 1)}
export CCACHE_DIR CCACHE_CONFIGPATH
[ -n "$CCACHE_CONFIGPATH" ] || unset CCACHE_CONFIGPATH
cd "$source"
dpkg-buildpackage -b -us -uc "$@"
cd - > /dev/null
ls build/package/mdcertd_*.deb
