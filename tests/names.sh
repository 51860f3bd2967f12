#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# names.sh [ROOT]: a type (struct, class, enum) has a name of its own in all of lib/ and daemon/, so that
# who looks for it finds one. `left` is of those that are still there twice: it only gets shorter.
# And functions that are kept as values are few in lib/: what can be a value, a template or a pointer is.
set -euo pipefail
cd "${1:-$(dirname "$0")/..}"

left=${LEFT-}

most_functions=10
functions=$(grep -rn 'std::function<' lib --include='*.hpp' --include='*.cpp' || true)
if [ "$(grep -c . <<< "$functions")" -gt "$most_functions" ]; then
    printf 'std::function is there more than %s times in lib/:\n%s\n' "$most_functions" "$functions"
    exit 1
fi

# "NAME FILE" of each definition; a declaration ends in ';', and one out of line ("A::B") is the other's.
{ grep -rnE '^ *(template <.*> *)?(struct|class|enum|enum class) [A-Z]' lib daemon \
    --include='*.hpp' --include='*.cpp' || true; } |
    sed -nE 's/^([^:]+:[0-9]+): *(template <.*> *)?(struct|class|enum class|enum) ([A-Z][A-Za-z0-9]*)( final)?( *:[^:;]*)?( *\{.*)?$/\4 \1/p' |
    sort -u |
    awk -v left="$left" '
    { count[$1]++; places[$1] = places[$1] " " $2 }
    END {
        n = split(left, names, " ")
        for (i = 1; i <= n; i++) {
            allowed[names[i]] = 1
            if (count[names[i]] < 2) { print names[i] ": is there once, take it out of `left`"; bad = 1 }
        }
        for (name in count) if (count[name] > 1) {
            if (name in allowed) print "still twice: " name ":" places[name]
            else { print name ": is declared more than once:" places[name]; bad = 1 }
        }
        exit bad
    }'
