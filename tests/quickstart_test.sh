#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# quickstart_test.sh ROOT: where the output of quickstart is no terminal, it still shows what the compiler
# says, and ends with its error.
set -euo pipefail
cd "$1"
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
# A build that fails in the middle of its output.
cat > "$scratch/cmake" <<'EOT2'
#!/bin/sh
[ "$1" = --build ] || exit 0
printf 'FAILED: lib/acme/issue.cpp.o\n/src/lib/acme/issue.cpp:7:1: error: not C++\n%s\nninja: build stopped\n' more
exit 1
EOT2
chmod +x "$scratch/cmake"
if PATH=$scratch:$PATH packaging/quickstart.sh > "$scratch/output" 2> "$scratch/errors"; then
    echo "quickstart goes on without a program"
    exit 1
fi
grep -q 'issue\.cpp:7:1: error: not C++' "$scratch/errors" || {
    echo "the compiler's error is not shown:"
    cat "$scratch/output" "$scratch/errors"
    exit 1
}
