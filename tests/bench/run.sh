#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# run.sh [-n CERTIFICATES] [-k "rsa p-256"] [-p "httpd caddy ..."] [-s "issue serve store"] [-b BINARY]
# What mdcertd needs beside other ACME clients and servers, all from Debian's packages, in one run on
# this machine: certificates from the same Pebble without sleeps and refused nonces (issue), answers
# and handshakes beside nginx and openssl (serve), start and memory with a full store (store). Prints
# Markdown; each figure goes to build/bench-DATE.txt as well. As root: each client trusts the CA by a
# mount of its own, and httpd wants its user.
set -euo pipefail
cd "$(dirname "$0")/../.."
. packaging/packages.sh
. tests/support/pebble.sh
. tests/bench/serve.sh
. tests/bench/store.sh

count=20 keys='rsa p-256' peers='httpd caddy uacme lego certbot dehydrated' parts='issue serve store'
export mdcertd=$PWD/build/release/daemon/mdcertd
while getopts n:k:p:s:b: option; do
    case $option in
        n) count=$OPTARG ;;
        k) keys=$OPTARG ;;
        p) peers=$OPTARG ;;
        s) parts=$OPTARG ;;
        b) mdcertd=$(realpath "$OPTARG") ;;
        *) exit 2 ;;
    esac
done
[ "$(id -u)" -eq 0 ] || { echo "run.sh: run it as root" >&2; exit 2; }
install_missing "${packages_local_ca[@]}"
# Those that measure, built now if need be.
cmake --preset release > /dev/null
cmake --build build/release --target mdcertd fill_store handshakes > /dev/null
available=()
for package in "${packages_bench[@]}"; do
    if install_missing "$package" > /dev/null 2>&1; then
        available+=("$package")
    else
        echo "Left out: the package $package cannot be had here."
    fi
done
has_package() { [[ " ${available[*]} " = *" $1 "* ]]; }

export scratch=$(mktemp -d "${TMPDIR:-/tmp}/mdcertd-bench-XXXXXX")
trap 'stop_started; rm -rf "$scratch"' EXIT
chmod 755 "$scratch"
mkdir -p build
raw=build/bench-$(date -u +%Y%m%dT%H%M%SZ).txt
note() { echo "$*" >> "$raw"; }
note "$(uname -srm), $(nproc) cores, load $(cut -d' ' -f1-3 /proc/loadavg), $("$mdcertd" --version)"

calculate() { awk "BEGIN { printf \"$1\", $2 }"; }
# CPU seconds of a process so far, its ended children not counted.
cpu_of() { awk -v tick="$(getconf CLK_TCK)" '{ sub(/.*\) /, ""); print ($12 + $13) / tick }' "/proc/$1/stat"; }
now() { echo "$EPOCHREALTIME"; }

start_calm_ca() {
    PEBBLE_VA_NOSLEEP=1 PEBBLE_WFE_NONCEREJECT=0 PEBBLE_AUTHZREUSE=0 start_ca "$scratch"
    pebble=${started[-1]}
    export directory_url listener_ca http_port tls_port
}
requests() { grep -c 'calling handler()' "$ca_log" || true; }

# A web server for the clients that have none.
start_webroot() {
    mkdir -p "$webroot/.well-known/acme-challenge" && chmod -R a+rX "$webroot"
    printf '%s\n' "daemon off; pid $scratch/webroot.pid; error_log $scratch/webroot.log;" "events {}" \
        "http { access_log off; server { listen 127.0.0.1:$http_port; root $webroot; } }" > "$scratch/webroot.conf"
    nginx -c "$scratch/webroot.conf" -e "$scratch/webroot.log" &
    started+=($!)
    wait_for_port "$http_port" $!
}

# measure CLIENT COUNT: sets wall, cpu (seconds, all its processes), memory (KiB, its largest
# process), asked and ca_cpu. Each has a CA of its own, fresh.
measure() {
    local user system before
    export work=$scratch/work names=$scratch/names webroot=$scratch/webroot
    rm -rf "$work" "$webroot" && mkdir -p "$work"
    seq -f "$1-%05g.test" "$2" > "$names"
    start_calm_ca
    case $1 in uacme | dehydrated) start_webroot ;; esac
    cat /etc/ssl/certs/ca-certificates.crt "$listener_ca" > "$scratch/bundle.pem"
    before=$(cpu_of "$pebble")
    /usr/bin/time -o "$scratch/time" -f '%e %U %S %M' unshare --mount sh -c \
        'mount --bind "$scratch/bundle.pem" /etc/ssl/certs/ca-certificates.crt && exec tests/bench/peers.sh "$1"' \
        sh "$1" > "$scratch/log" 2>&1 || { tail -n 20 "$scratch/log" >&2; stop_started; return 1; }
    read -r wall user system memory < "$scratch/time"
    cpu=$(calculate %.2f "$user + $system")
    ca_cpu=$(calculate %.2f "$(cpu_of "$pebble") - $before")
    asked=$(requests)
    note "issue client=$1 count=$2 key=$key wall=$wall cpu=$cpu memory_kib=$memory requests=$asked ca_cpu=$ca_cpu load=$(cut -d' ' -f1 /proc/loadavg)"
    stop_started
}

row() { printf '| %s |' "$1"; shift; printf ' %s |' "$@"; echo; }

issued_row() {   # LABEL
    row "$1" "$wall" "$(calculate %.1f "$wall / $our_wall")" "$cpu" "$(calculate %.1f "$memory / 1024")" \
        "$asked" "$(calculate %.1f "$asked / $count")"
}

# What cannot be less: the keys as fast as openssl makes them on all cores, and the CA's own work. Of
# P-256 keys openssl makes thousands a second; there the CA is the bar.
bar_row() {
    local begun keys_time=0 what="Pebble's CPU"
    if [ "$key" = rsa ]; then
        begun=$(now)
        seq "$count" | xargs -P "$(nproc)" -I{} openssl genrsa -out /dev/null 2048 2> /dev/null
        keys_time=$(calculate %.2f "$(now) - $begun")
        what="the keys by openssl on $(nproc) cores, and Pebble's CPU"
    fi
    note "bar key=$key count=$count openssl_wall=$keys_time ca_cpu=$ca_cpu"
    bar=$(calculate %.2f "$keys_time + $ca_cpu")
    row "$what" "$bar" "$(calculate %.2f "$bar / $our_wall")" "$ca_cpu" '' '' ''
}

issue() {
    local client label
    export key
    for key in $keys; do
        label=$([ "$key" = rsa ] && echo 'RSA 2048' || echo P-256)
        printf '\n| %s certificates, %s | wall s | × ours | client CPU s | peak MiB | requests | per certificate |\n' "$count" "$label"
        echo '|---|---|---|---|---|---|---|'
        measure mdcertd "$count"
        our_wall=$wall
        issued_row mdcertd
        bar_row
        for client in $peers; do
            has_package "${package_of[$client]:-$client}" || continue
            if measure "$client" "$count"; then issued_row "$client"; else row "$client failed" '' '' '' '' '' ''; fi
        done
    done
}
declare -A package_of=([httpd]=apache2 [caddy]=caddy [uacme]=uacme [lego]=lego [certbot]=certbot [dehydrated]=dehydrated)

for part in $parts; do
    "$part"
done
printf '\nThe raw figures: %s\n' "$raw"
