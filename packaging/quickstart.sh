#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# mdcertd in one command, on this machine alone: installs what is missing, builds, starts a local
# CA (Pebble), lets the daemon obtain two real certificates from it, and cleans up. As root, or as
# a user with sudo (asked for the installing only).
set -euo pipefail
cd "$(dirname "$0")/.."
. packaging/packages.sh
. tests/support/pebble.sh

mdcertd=build/release/daemon/mdcertd
scratch=
daemon=

say() {
    if [ -t 1 ]; then printf '\n\033[1m%s\033[0m\n' "$*"; else printf '\n== %s\n' "$*"; fi
}
fail() {
    echo "quickstart: $*" >&2
    [ ! -f "$scratch/mdcertd.log" ] || tail -n 20 "$scratch/mdcertd.log" >&2
    exit 1
}

clean_up() {
    local status=$?
    trap - EXIT
    [ -z "$daemon" ] || end_process "$daemon" || true
    stop_started
    [ -z "$scratch" ] || rm -rf "$scratch"
    exit "$status"
}
trap clean_up EXIT
trap 'exit 130' INT TERM

build() {
    install_missing "${packages_build[@]}" "${packages_local_ca[@]}"
    say "Building mdcertd (build/release)"
    cmake --preset release ${CI:+-DMD_WERROR=ON} > /dev/null
    # The progress of a build is for eyes; a log gets what the compiler says, if it says anything.
    if [ -t 1 ]; then
        cmake --build build/release --target mdcertd
    else
        cmake --build build/release --target mdcertd -- --quiet >&2 || fail "mdcertd does not build"
    fi
}

start_local_ca() {
    say "Starting a local CA: Pebble, and a DNS that says 127.0.0.1 for every name"
    PEBBLE_VA_NOSLEEP=1 start_ca "$scratch" || fail "there is no CA to ask"
    fetch_issuers "$scratch" || fail "Pebble does not tell its root"
    echo "$directory_url"
}

write_configuration() {
    cat > "$scratch/notify" <<EOT
#!/bin/sh
echo "\$@" >> $scratch/notified
EOT
    chmod +x "$scratch/notify"
    : > "$scratch/notified"
    cat > "$scratch/mdcertd.conf" <<EOT
ServerRoot $scratch/state
ServerAdmin admin@example.test
MDCertificateAgreement accepted
MDCertificateAuthority $directory_url
MDCACertificateFile $scratch/root.pem
MDPortMap 80:$http_port 443:$tls_port
Listen 127.0.0.1:$http_port
Listen 127.0.0.1:$tls_port
MDNotifyCmd $scratch/notify

<ManagedDomain example.test www.example.test shop.example.test>
    MDCAChallenges http-01
</ManagedDomain>
<ManagedDomain mail.example.test>
    MDCAChallenges tls-alpn-01
    MDPrivateKeys P-256
</ManagedDomain>
EOT
    say "The configuration"
    cat "$scratch/mdcertd.conf"
    "$mdcertd" check -c "$scratch/mdcertd.conf"
}

# The notify command is the last thing that happens to a certificate.
run_daemon() {
    say "mdcertd run"
    "$mdcertd" run -c "$scratch/mdcertd.conf" > "$scratch/mdcertd.log" 2>&1 &
    daemon=$!
    # Two domains: told of in one line, or in two.
    wait_for_line "$scratch/notified" '(^| )example\.test( |$)' 60 "$daemon" &&
        wait_for_line "$scratch/notified" '(^| )mail\.example\.test( |$)' 60 "$daemon" ||
        fail "the certificates did not come"
    cat "$scratch/mdcertd.log"
    say "mdcertd status"
    "$mdcertd" status -c "$scratch/mdcertd.conf"
}

verify() {   # NAME FILE
    openssl verify -CAfile "$scratch/issuing-root.pem" -untrusted "$scratch/issuing-intermediate.pem" \
        -verify_hostname "$1" "$scratch/state/md/domains/$2" | sed "s|$scratch/state/|$1 in |" ||
        fail "$1: the certificate does not verify"
}

verify_all() {
    say "openssl verify, against the root of the CA"
    verify example.test example.test/pubcert.pem
    verify www.example.test example.test/pubcert.pem
    verify shop.example.test example.test/pubcert.pem
    verify mail.example.test mail.example.test/pubcert.p-256.pem
    say "The notify command was run for"
    cat "$scratch/notified"
}

stop_all() {
    local pid pids=("$daemon" "${started[@]}")
    end_process "$daemon" 5 || fail "mdcertd did not end within 5 seconds"
    daemon=
    stop_started
    for pid in "${pids[@]}"; do
        ! kill -0 "$pid" 2>/dev/null || fail "process $pid is left behind"
    done
    rm -rf "$scratch"
    scratch=
    diff <(echo "$before") <(places) || fail "these files are left behind"
}

# Where mdcertd would leave something: its default places, and this tree.
places() {
    find /etc/mdcertd /var/lib/mdcertd /run/mdcertd 2>/dev/null | sort || true
    find . -path ./build -prune -o -path ./.git -prune -o -type f -print | sort
}

build
before=$(places)
scratch=$(mktemp -d "${TMPDIR:-/tmp}/mdcertd-quickstart-XXXXXX")
export TMPDIR=$scratch
start_local_ca
write_configuration
run_daemon
verify_all
stop_all
say "All well: two managed domains, certificates issued, checked and announced; nothing left behind."
