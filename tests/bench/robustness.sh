#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# robustness.sh [--sample] [--fuzz MINUTES]: the table of tests/README.md: how much harm was tried on
# the release build, by the tests that count what they try (tests/support/tally.hpp). Every row of every
# table, for some forty minutes; --sample takes what the default test run takes, --fuzz fuzzes each
# target as well. Each of these tests fails when a certificate, a key or an account is lost, so there
# is no table without the zeros at its end. Beside it, on standard error: how long validators waited.
set -euo pipefail
cd "$(dirname "$0")/../.."
. packaging/packages.sh

left_out='a sample|at some points'
fuzz_minutes=
while [ $# -gt 0 ]; do
    case $1 in
        --sample) left_out='all of them|at every point|at any point' ;;
        --fuzz) fuzz_minutes=${2:?--fuzz needs a number of minutes} && shift ;;
        *) sed -n '3,7s/^# //p' "$0" >&2 && exit 2 ;;
    esac
    shift
done

MD_TALLY=$(mktemp "${TMPDIR:-/tmp}/mdcertd-tally-XXXXXX")
export MD_TALLY
trap 'rm -f "$MD_TALLY"' EXIT

total() {   # NAME
    awk -v name="$1" '$1 == name { sum += $2 } END { print sum + 0 }' "$MD_TALLY"
}

# The longest wait of a validator for its answer while an attack went on, in ms, by attack.
waits() {
    awk '$1 == "longest-wait-us" { us = $2; $1 = $2 = ""; printf "%9.1f %s\n", us / 1000, $0 }' "$MD_TALLY" |
        sort -rn
}

install_missing "${packages_build[@]}" "${packages_local_ca[@]}" >&2
{
    cmake --preset release
    cmake --build build/release --target mdcertd test_integration test_responder
    ctest --test-dir build/release --output-on-failure --no-tests=error -E "$left_out" \
        -R 'integration/(killed at (some|every)|a disk that fails|a broken answer|directories and nonces|a certificate that is not|whatever a CA|an order (that|whose)|an authorization that|no token or URL|with nine of ten|a CA that)|^responder$'
    [ -z "$fuzz_minutes" ] || tests/run.sh --fuzz "$fuzz_minutes"
    echo "The longest wait of a validator while this went on, in ms:"
    waits
} >&2

cat <<EOT
| | |
|---|---|
| points at which the program was killed or cut off from power | $(total kill-points) |
| faults of the disk | $(total faults) |
| hostile answers of the CA | $(total hostile-answers) |
| hostile requests and connections to the responder | $(total hostile-requests) |
| longest wait of a validator for its answer while any of these went on | $(waits | awk 'NR == 1 { printf "%.0f ms", $1 }') |
${fuzz_minutes:+| inputs made by fuzzing | $(total fuzz-executions) |
}| certificates lost, keys lost, duplicate accounts | 0 |
EOT
