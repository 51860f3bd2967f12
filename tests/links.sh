#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# links.sh [ROOT]: every relative link in the documents (*.md) leads to a file of the tree and, where it
# has an anchor, to a heading of it; every source file that they name in backticks, as `drive/plan.cpp`,
# is there, seen from the document, from the root, from lib/ or from tests/.
set -euo pipefail
cd "${1:-$(dirname "$0")/..}"
bad=0
complain() {
    echo "$*"
    bad=1
}

# Without the blocks of code; inline code goes as well where links are looked for.
prose() {   # FILE
    awk '/^```/ { code = !code; next } !code { print FNR ":" $0 }' "$1"
}
# What the web pages of the repository make of a heading.
anchors() {   # FILE
    prose "$1" | sed -n 's/^[0-9]*:##* *//p' | tr 'A-Z' 'a-z' | sed 's/[^a-z0-9 _-]//g; s/ /-/g'
}

check_link() {   # FILE LINE TARGET
    local path=${3%%#*} anchor=
    [[ $3 != *'#'* ]] || anchor=${3#*#}
    path=${path:+$(dirname "$1")/$path}
    path=${path:-$1}
    if [ ! -e "$path" ]; then
        complain "$1:$2: $3 is not there"
    elif [ -n "$anchor" ] && ! grep -qxF -- "$anchor" <<< "$(anchors "$path")"; then
        complain "$1:$2: $3: $path has no such heading"
    fi
}
check_name() {   # FILE LINE NAME
    local folder
    for folder in "$(dirname "$1")" . lib tests; do
        [ ! -e "$folder/$3" ] || return 0
    done
    complain "$1:$2: there is no file $3"
}

while read -r file; do
    while IFS=: read -r line target; do
        check_link "$file" "$line" "$target"
    done < <(prose "$file" | sed 's/`[^`]*`//g' | awk -F: '{
        rest = substr($0, length($1) + 2)
        while (match(rest, /\]\([^) ]+\)/)) {
            target = substr(rest, RSTART + 2, RLENGTH - 3)
            if (target !~ /^[a-z]+:/) print $1 ":" target
            rest = substr(rest, RSTART + RLENGTH)
        } }')
    while IFS=: read -r line name; do
        check_name "$file" "$line" "$name"
    done < <(prose "$file" | awk -F: '{
        rest = substr($0, length($1) + 2)
        while (match(rest, /`[a-z0-9_.\/-]+(\.[ch]pp|\/[a-z0-9_-]+\.sh)`/)) {
            print $1 ":" substr(rest, RSTART + 1, RLENGTH - 2)
            rest = substr(rest, RSTART + RLENGTH)
        } }')
done < <(find . -name '*.md' -not -path './build/*' -not -path './.git/*' | sed 's/^\.\///' | sort)
exit $bad
