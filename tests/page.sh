#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# page.sh [FOLDER]: the status page in headless Chromium, from the running daemon, with its headers.
# The browser must show it whole and have nothing to complain of. Pictures for eyes go to FOLDER
# (build/page): light, dark, as on a phone, and of 200 domains.
set -euo pipefail
cd "$(dirname "$0")/.."
pictures=${1:-build/page}
scratch=$(mktemp -d)
daemon=
clean_up() {
    [ -z "$daemon" ] || { kill "$daemon" && wait "$daemon"; } || true
    rm -rf "$scratch"
}
trap clean_up EXIT
die() {
    echo "page.sh: $*" >&2
    exit 1
}

mkdir -p "$pictures" "$scratch/md"
light=1 dark=0

# chromium_on URL COLOURS ARGUMENT...
chromium_on() {
    local url=$1 colours=$2
    shift 2
    timeout 60 chromium --headless --no-sandbox --disable-gpu --disable-quic --no-first-run \
        --disable-background-networking --disable-component-update --disable-sync \
        --user-data-dir="$scratch/chromium" --hide-scrollbars --enable-logging=stderr \
        --blink-settings=preferredColorScheme="$colours" "$@" "$url" 2> "$scratch/browser.log" ||
        die "the browser fails at $url: $(cat "$scratch/browser.log")"
    # Its own troubles with a machine without a desktop are not ours.
    ! grep -q CONSOLE "$scratch/browser.log" ||
        die "the browser complains of $url: $(grep CONSOLE "$scratch/browser.log")"
}

# picture NAME URL COLOURS WIDTH HEIGHT
picture() {
    chromium_on "$2" "$3" --window-size="$4,$5" --screenshot="$pictures/$1.png"
    [ -s "$pictures/$1.png" ] || die "there is no picture $1.png"
}

for count in 20 200; do
    build/release/tests/sample_page $count > "$scratch/$count.html"
done
picture light "file://$scratch/20.html" $light 1200 2400
picture dark "file://$scratch/20.html" $dark 1200 2400
picture phone "file://$scratch/20.html" $light 500 3600
picture many "file://$scratch/200.html" $light 1200 16000
! cmp -s "$pictures/light.png" "$pictures/dark.png" || die "light and dark look the same"

# The daemon itself: a port that the kernel picks, tried again when somebody else was faster.
for _ in 1 2 3 4 5; do
    port=$((20000 + RANDOM % 10000))
    cat > "$scratch/mdcertd.conf" <<END
ServerRoot $scratch
MDPortMap 80:- 443:-
MDStatusListen $port
MDDriveMode manual
ManagedDomain one.test www.one.test
ManagedDomain two.test
END
    : > "$scratch/log"
    build/release/daemon/mdcertd run -c "$scratch/mdcertd.conf" > "$scratch/log" 2>&1 &
    daemon=$!
    timeout 20 grep -q -m 1 'mdcertd runs' <(tail -n +1 -f --pid="$daemon" "$scratch/log") ||
        die "the daemon does not run: $(cat "$scratch/log")"
    grep -q 'not available there' "$scratch/log" || break
    kill "$daemon" && wait "$daemon" || true
    daemon=
done
[ -n "$daemon" ] || die "no port is free"

chromium_on "http://localhost:$port/" $light --dump-dom > "$scratch/page.html"
grep -q '<h3>one.test</h3>' "$scratch/page.html" || die "the page does not show one.test"
chromium_on "http://localhost:$port/?name=two" $light --dump-dom > "$scratch/page.html"
! grep -q '<h3>one.test</h3>' "$scratch/page.html" || die "a search for two shows one.test"
grep -q '<h3>two.test</h3>' "$scratch/page.html" || die "a search for two does not show two.test"
picture daemon "http://localhost:$port/" $light 1200 700
echo "pictures: $pictures/{light,dark,phone,many,daemon}.png"
