# SPDX-License-Identifier: Apache-2.0
# Sourced: the one list of the Debian and Ubuntu packages that mdcertd is built, tried and tested
# with, and install_missing, which installs those of them that are not there yet. Run from the root of
# the tree.

# Boost must be 1.81 and clang (for fuzzing and linting coroutines) 16 or later. Debian 12 has them
# beside its defaults, under names with the version.
codename=$(. /etc/os-release && echo "${VERSION_CODENAME:-}")
case $codename in
    bookworm) boost=1.81 clang=-16 ;;
    *) boost='' clang='' ;;
esac

packages_build=(g++ cmake ninja-build ccache libssl-dev nlohmann-json3-dev libspdlog-dev
    libcli11-dev catch2 "libboost$boost-dev" "libboost-url$boost-dev")
packages_local_ca=(pebble openssl curl ca-certificates perl-base util-linux)
packages_quick_test=(openssl curl systemd tinyproxy-bin zsh)
packages_test=("${packages_quick_test[@]}" time iproute2 apache2 nginx libnginx-mod-stream
    libnginx-mod-mail haproxy prometheus certbot lego uacme libfaketime)
packages_memcheck=(valgrind)
packages_page=(chromium)
packages_bench=(time apache2 caddy lego uacme certbot dehydrated nginx wrk)
packages_deb=(dpkg-dev debhelper fakeroot systemd)
packages_distribution=(debootstrap)
packages_package=(debootstrap lintian systemd-container)
packages_fuzz=("clang$clang" "libclang-rt$clang-dev")
packages_tidy=("clang$clang" "clang-tidy$clang")

# install_missing PACKAGE...: does nothing, and needs no rights, when all are there. No service is
# started, and nothing that is installed already is upgraded or removed.
install_missing() {
    local package missing=() as_root=()
    for package in "$@"; do
        [ "$(dpkg-query -W -f='${db:Status-Status}' "$package" 2>/dev/null)" = installed ] ||
            missing+=("$package")
    done
    [ ${#missing[@]} -gt 0 ] || return 0
    [ "$(id -u)" -eq 0 ] || as_root=(sudo)
    echo "Installing: ${missing[*]}"
    # The lists of a fresh system are empty, those of an old one may be out of date.
    apt_install "${as_root[@]}" -- "${missing[@]}" > /dev/null 2>&1 && return 0
    "${as_root[@]}" apt-get -q update > /dev/null || return 1
    apt_install "${as_root[@]}" -- "${missing[@]}"
}

# apt_install [sudo] -- PACKAGE...: tests want the files of a server, not one that runs.
apt_install() {
    local as_root=() policy=/usr/sbin/policy-rc.d
    while [ "$1" != -- ]; do
        as_root+=("$1")
        shift
    done
    shift
    (
        if [ ! -e "$policy" ]; then
            trap '"${as_root[@]}" rm -f "$policy"' EXIT
            printf '#!/bin/sh\nexit 101\n' | "${as_root[@]}" tee "$policy" > /dev/null
            "${as_root[@]}" chmod 755 "$policy"
        fi
        "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -q -y install \
            --no-install-recommends --no-upgrade "$@" < /dev/null
    )
}

# Who has a compiler cache keeps using it; who has none gets it in the build directory, nowhere else.
[ -d "${CCACHE_DIR:-$HOME/.cache/ccache}" ] || export CCACHE_DIR=$PWD/build/ccache
