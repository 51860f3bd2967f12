# SPDX-License-Identifier: Apache-2.0
# Sourced: another Debian in a folder, from the mirror that this machine itself uses. As root.

# own_sources FORMAT: what apt of this machine reads of Debian itself, third parties left out.
own_sources() {
    apt-get indextargets --format "\$(ORIGIN) $1" 'Created-By: Packages' | sed -n 's/^Debian //p' | sort -u
}

# make_debian ROOT CODENAME: a minimal one, whose apt has the sources of this machine with the other
# codename. Done once: what is there and complete is left as it is.
make_debian() {
    local root=$1 codename=$2 own mirror script=()
    [ ! -e "$root/made" ] || return 0
    own=$(. /etc/os-release && echo "$VERSION_CODENAME")
    mirror=$(own_sources '$(REPO_URI) $(CODENAME)' | sed -n "s| $own\$||p" | head -n 1)
    [ -n "$mirror" ] || { echo "apt of this machine has no mirror of Debian $own" >&2 && return 1; }
    # To a debootstrap that is older than the release, it is as sid.
    [ -e "/usr/share/debootstrap/scripts/$codename" ] || script=(sid)
    rm -rf "$root"
    mkdir -p "$root"
    echo "Making a Debian $codename in $root"
    debootstrap --variant=minbase --include=ca-certificates "$codename" "$root" "$mirror" "${script[@]}" \
        > "$root.log" || { tail -n 5 "$root.log" >&2 && return 1; }
    own_sources 'deb $(REPO_URI) $(CODENAME) $(COMPONENT)' | sed -n "s/ $own/ $codename/p" \
        > "$root/etc/apt/sources.list"
    # A mirror may be a snapshot.
    echo 'Acquire::Check-Valid-Until "false";' > "$root/etc/apt/apt.conf.d/50snapshot"
    chroot "$root" apt-get -q update >> "$root.log"
    touch "$root/made"
}

# in_debian ROOT TREE BUILD COMMAND...: in the Debian, with TREE as its /src and BUILD as its build
# directory, in mounts and processes of its own that end with the command. The network is the machine's.
in_debian() {
    local root=$1 tree=$2 build=$3
    shift 3
    mkdir -p "$root/src" "$build" "$tree/build"
    cp -L /etc/resolv.conf "$root/etc/resolv.conf"
    unshare --mount --pid --fork --kill-child bash -euc '
        root=$1 tree=$2 build=$3
        shift 3
        mount --bind "$root" "$root"  # unshare(1) in there wants / to be a mount
        mount -t proc proc "$root/proc"
        mount --rbind /sys "$root/sys"
        mount --rbind /dev "$root/dev"
        mount -t tmpfs tmpfs "$root/run"
        mkdir -m 1777 "$root/run/lock"
        mount --bind "$tree" "$root/src"
        mount --bind "$build" "$root/src/build"
        exec chroot "$root" env -i PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin \
            HOME=/root LANG=C.UTF-8 TERM="${TERM:-dumb}" ${CI:+CI="$CI"} \
            ${CMAKE_BUILD_PARALLEL_LEVEL:+CMAKE_BUILD_PARALLEL_LEVEL="$CMAKE_BUILD_PARALLEL_LEVEL"} \
            bash -c "cd /src && exec \"\$@\"" in_debian "$@"' in_debian "$root" "$tree" "$build" "$@"
}
