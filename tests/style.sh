#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# style.sh [ROOT]: what of the house style a machine can see. The license line, names of files, no
# sleeping tests, and the format as clang-format 14 has it (other versions differ: not checked).
set -euo pipefail
cd "${1:-$(dirname "$0")/..}"
bad=0
complain() {
    echo "$*"
    bad=1
}

sources=$(find lib daemon tests packaging cmake .ci -type f \( -name '*.cpp' -o -name '*.hpp' \
    -o -name '*.sh' -o -name '*.cmake' -o -name CMakeLists.txt -o -path .ci/run \) 2>/dev/null | sort)
for file in $sources; do
    # A script's first line is its interpreter.
    head -n 2 "$file" | grep -q 'SPDX-License-Identifier: Apache-2.0' ||
        complain "$file: no SPDX line at the top"
    case ${file##*/} in
        util.* | utils.* | *_util.* | *_utils.* | common.* | *_common.* | helper*.* | *_helper*.* | misc.*)
            complain "$file: named for no thing (util, common, helper, misc)" ;;
    esac
done

# A test waits for an event, with a bound.
tests=$(echo "$sources" | grep -E '^(tests|packaging)/' | grep -v '^tests/style\.sh$' || true)
if [ -n "$tests" ]; then
    naps=$(grep -nE 'sleep_for|sleep_until|[^a-z_]u?sleep\(|^[^#]*(^|[;&|({ ])sleep [0-9]' $tests /dev/null || true)
    [ -z "$naps" ] || complain "a test that sleeps:
$naps"
fi

formatted=$(echo "$sources" | grep -E '\.(cpp|hpp)$' || true)
if [ -z "$formatted" ]; then
    :
elif ! clang-format --version 2>/dev/null | grep -q 'version 14\.'; then
    echo "clang-format 14 is not here: the format is not checked"
else
    wrong=$(echo "$formatted" | xargs clang-format --dry-run 2>&1 | sed -n 's/^\([^: ]*\):.*warning:.*/\1/p' | sort -u)
    [ -z "$wrong" ] || complain "not formatted (clang-format -i):
$wrong"
fi
exit $bad
