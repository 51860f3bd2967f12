#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# layering.sh [ROOT]: reads who may see whom from lib/CMakeLists.txt and fails on an include that
# points up, and on I/O, clock, log or OpenSSL reached from a pure file, by whatever way round; of
# base a pure file sees what is pure alone.
set -euo pipefail
cd "${1:-$(dirname "$0")/..}"

# Wholly pure rooms (what is not: their exceptions), and the pure files of other rooms.
pure='^(json|model|config|schedule|notify|admin)/|^base/(ascii|base64url|bytes|error|hex|printable|secret|time_text|url|wiped)\.|^store/(layout|records|batch)\.|^deploy/paths\.|^acme/(messages|problem|next_step)\.|^server/(client_hello|exchange|limits|pages|query|reply|request_target)\.|^challenge/challenge_board\.|^responder/answer\.|^import/(assignments|ca_directories|found|judge|decide|report)\.'
impure='^config/disk_source\.cpp$'
effects='^(boost/(asio|beast|process|filesystem)|openssl/|spdlog/|filesystem$|fstream$|iostream$|thread$|mutex$|sys/|unistd\.h$|fcntl\.h$|netdb\.h$)'

# A line "FILE:LINE:#include ..." becomes one of the table; then each file is judged.
grep -rnE '^[[:space:]]*#[[:space:]]*include' lib --include='*.hpp' --include='*.cpp' |
awk -v pure="$pure" -v impure="$impure" -v effects="$effects" '
function sees(room, other,    names, i, n) {
    if (room == other) return 1
    n = split(uses[room], names, " ")
    for (i = 1; i <= n; i++) if (names[i] != "" && sees(names[i], other)) return 1
    return 0
}
# The way from a file to an effect, "a.hpp -> b.hpp -> <boost/asio.hpp>", or "".
function way(file,    names, i, n, rest) {
    if (file in visited) return ""
    visited[file] = 1
    n = split(system_includes[file], names, " ")
    for (i = 1; i <= n; i++) if (names[i] ~ effects) return file " -> <" names[i] ">"
    n = split(own_includes[file], names, " ")
    for (i = 1; i <= n; i++) {
        rest = way(names[i])
        if (rest != "") return file " -> " rest
    }
    return ""
}
function complain(text) { print text; bad = 1 }
FILENAME == "lib/CMakeLists.txt" {
    if ($0 !~ /^md_room\(/) next
    gsub(/[()]/, " ")
    for (i = 3; i <= NF; i++) if (sub(/^md_/, "", $i)) uses[$2] = uses[$2] " " $i
    rooms[$2] = 1
    next
}
{
    match($0, /:[0-9]+:/)
    file = substr($0, 5, RSTART - 5)
    place = substr($0, 1, RSTART + RLENGTH - 2)
    room = file; sub(/\/.*/, "", room)
    files[file] = 1
    if (match($0, /<[^>]+>/)) {
        system_includes[file] = system_includes[file] " " substr($0, RSTART + 1, RLENGTH - 2)
    } else if (match($0, /"[^"]+"/)) {
        name = substr($0, RSTART + 1, RLENGTH - 2)
        other = name; sub(/\/.*/, "", other)
        own_includes[file] = own_includes[file] " " name
        if (!(other in rooms)) complain(place ": \"" name "\" is not rooted at a room of lib/")
        else if (!sees(room, other)) complain(place ": " room " may not see " other)
    }
}
END {
    for (file in files) if (file ~ pure && file !~ impure) {
        split("", visited)
        found = way(file)
        if (found != "") complain("lib/" file ": pure, but: " found)
        n = split(own_includes[file], names, " ")
        for (i = 1; i <= n; i++)
            if (names[i] ~ /^base\// && names[i] !~ pure)
                complain("lib/" file ": pure, but: " names[i] " is not")
    }
    exit bad
}' lib/CMakeLists.txt -
