# SPDX-License-Identifier: Apache-2.0
# Sourced by run.sh: the daemon with a full store. How soon it is ready and has reloaded, what it
# holds in memory, what it spends while nothing is due.

idle_seconds=20

# since TIME: milliseconds.
since() { calculate %.0f "($(now) - $1) * 1000"; }
memory_of() { awk -v what="$2:" '$1 == what { print $2 }' "/proc/$1/status"; }


full_store() {   # COUNT
    local place=$scratch/full begun ready reload cpu rss anonymous
    rm -rf "$place"
    build/release/tests/bench/fill_store "$1" "$place"
    : > "$scratch/log"
    begun=$(now)
    "$mdcertd" run -c "$place/mdcertd.conf" > "$scratch/log" 2>&1 &
    server=$!
    started+=("$server")
    wait_for_line "$scratch/log" 'mdcertd runs' 60 "$server"
    ready=$(since "$begun")
    # What it began when it was ready is over a second later; then it idles.
    timeout 1 tail -f --pid="$server" /dev/null || true
    cpu=$(cpu_of "$server")
    timeout "$idle_seconds" tail -f --pid="$server" /dev/null || true
    cpu=$(calculate %.2f "$(cpu_of "$server") - $cpu")
    rss=$(memory_of "$server" VmRSS) anonymous=$(memory_of "$server" RssAnon)
    sed -i '$s/$/ www.added.test/' "$place/mdcertd.conf"
    begun=$(now)
    kill -HUP "$server"
    wait_for_line "$scratch/log" 'configuration reloaded' 60 "$server"
    reload=$(since "$begun")
    note "store count=$1 ready_ms=$ready rss_kib=$rss anonymous_kib=$anonymous idle_cpu=$cpu idle_seconds=$idle_seconds reload_ms=$reload peak_kib=$(memory_of "$server" VmHWM) load=$(cut -d' ' -f1 /proc/loadavg)"
    row "$1" "$ready" "$(calculate %.1f "$rss / 1024")" "$(calculate %.1f "$anonymous / 1024")" \
        "$(calculate %.1f "$cpu * 3600 / $idle_seconds")" "$reload"
    stop_started
}

store() {
    local number
    printf '\n| certificates in the store | ready after ms | idle MiB | of it its own | idle CPU s an hour | reload with one changed ms |\n'
    echo '|---|---|---|---|---|---|'
    for number in 1 1000 10000; do
        full_store "$number"
    done
}
