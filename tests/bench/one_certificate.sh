#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# one_certificate.sh [RUNS] [BINARY]: what one single-name certificate costs, cold (nothing in the
# store: directory, account, order, key), against a Pebble without sleeps and refused nonces.
# Medians of RUNS: wall seconds, CPU seconds of mdcertd, peak memory, requests to the CA. Then what
# each further certificate costs in requests.
set -euo pipefail
cd "$(dirname "$0")/../.."
. tests/support/pebble.sh

runs=${1:-15}
mdcertd=$(realpath "${2:-build/release/daemon/mdcertd}")
scratch=$(mktemp -d "${TMPDIR:-/tmp}/mdcertd-bench-XXXXXX")
trap 'stop_started; rm -rf "$scratch"' EXIT
PEBBLE_VA_NOSLEEP=1 PEBBLE_WFE_NONCEREJECT=0 PEBBLE_AUTHZREUSE=0 start_ca "$scratch"

requests() { grep -c 'calling handler()' "$ca_log" || true; }

# measure KEYS NAME...: one line "WALL CPU KIB REQUESTS"; every name is an MD of its own.
measure() {
    local keys=$1 before name
    shift
    rm -rf "$scratch/state"
    {
        printf '%s\n' "ServerRoot $scratch/state" "MDCertificateAgreement accepted" \
            "MDCertificateAuthority $directory_url" "MDCACertificateFile $listener_ca" \
            "MDPortMap 80:$http_port 443:$tls_port" "Listen 127.0.0.1:$http_port" \
            "Listen 127.0.0.1:$tls_port" "MDPrivateKeys $keys" "ServerAdmin admin@example.test" "User root"
        for name in "$@"; do
            echo "ManagedDomain $name"
        done
    } > "$scratch/mdcertd.conf"
    before=$(requests)
    /usr/bin/time -o "$scratch/time" -f '%e %U %S %M' \
        "$mdcertd" once -c "$scratch/mdcertd.conf" > "$scratch/log" 2>&1 || {
        cat "$scratch/log" >&2
        return 1
    }
    read -r wall user system memory < "$scratch/time"
    echo "$wall $user $system $memory $(($(requests) - before))" |
        awk '{ print $1, $2 + $3, $4, $5 }'
}

# Column N of the lines on standard input: its median.
median() { awk -v n="$1" '{ print $n }' | sort -n | awk '{ v[NR] = $1 } END { print (v[int((NR + 1) / 2)] + v[int((NR + 2) / 2)]) / 2 }'; }

report() {   # LABEL KEYS
    local run
    for ((run = 0; run < runs; run++)); do
        measure "$2" "one-$run.test"
    done > "$scratch/figures"
    printf '%-10s %8.2f %8.3f %9.1f %9s\n' "$1" "$(median 1 < "$scratch/figures")" \
        "$(median 2 < "$scratch/figures")" \
        "$(median 3 < "$scratch/figures" | awk '{ print $1 / 1024 }')" "$(median 4 < "$scratch/figures")"
}

echo "One certificate, cold, medians of $runs runs"
printf '%-10s %8s %8s %9s %9s\n' key 'wall s' 'CPU s' 'peak MiB' requests
report P-256 P-256
report 'RSA 2048' 'RSA 2048'

for ((run = 0; run < runs; run++)); do
    one=$(measure P-256 "first-$run.test")
    six=$(measure P-256 "first-$run.test" {second,third,fourth,fifth,sixth}"-$run.test")
    echo "$(((${six##* } - ${one##* })))"
done > "$scratch/further"
awk -v five="$(median 1 < "$scratch/further")" 'BEGIN { printf "requests for each further certificate: %.1f\n", five / 5 }'
