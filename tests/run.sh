#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Installs what is missing, builds, and runs the tests: first the release build, then the same tests
# under ASan and UBSan. Of the tables that take long to go through whole, a sample is taken, the same
# each time; --long takes all, and runs what fits under valgrind's memcheck as well. As root, or as a
# user with sudo (asked for the installing only).
set -euo pipefail
cd "$(dirname "$0")/.."
. packaging/packages.sh

usage() {
    cat <<'EOT'
tests/run.sh [--quick | --long] [--no-asan] [--fuzz MINUTES] [--tidy] [--page] [--package [CODENAME]]
             [--distribution CODENAME|arm64]
  --quick          release build, without the integration tests
  --long           every row of every table, and memcheck, which takes much longer
  --memcheck       instead: what fits under valgrind's memcheck, with the release build
  --no-asan        release build only
  --fuzz MINUTES   instead: each fuzz target for that long, on top of its corpus
  --tidy           instead: clang-tidy over lib/ and daemon/
  --page           instead: the status page in headless Chromium, with pictures for eyes
  --package [CODENAME]
                   instead: builds the Debian package and lives its life with it, on this Debian or
                   another (bookworm, trixie)
  --distribution CODENAME
                   instead: quickstart and the release build's tests in another Debian (trixie,
                   forky), which is kept below build/distribution; arm64: a cross build, nothing run
EOT
}

left_out=long
asan=1
fuzz_minutes=
memcheck=
tidy=
page=
package=
distribution=
target=all
packages=("${packages_build[@]}" "${packages_local_ca[@]}" "${packages_test[@]}")
while [ $# -gt 0 ]; do
    case $1 in
        --quick)
            left_out='integration|long' asan= target=quick_tests
            packages=("${packages_build[@]}" "${packages_quick_test[@]}")
            ;;
        --long) left_out= ;;
        --memcheck) memcheck=1 ;;
        --no-asan) asan= ;;
        --fuzz) fuzz_minutes=${2:?--fuzz needs a number of minutes} && shift ;;
        --tidy) tidy=1 ;;
        --page) page=1 ;;
        --package)
            package=$codename
            case ${2:-} in '' | -*) ;; *) package=$2 && shift ;; esac
            ;;
        --distribution) distribution=${2:?--distribution needs a name, such as trixie} && shift ;;
        -h | --help) usage && exit ;;
        *) usage >&2 && exit 2 ;;
    esac
    shift
done

werror=OFF
[ -z "${CI:-}" ] || werror=ON

build_and_test() {   # PRESET
    cmake --preset "$1" -DMD_WERROR=$werror
    cmake --build "build/$1" --target "$target"
    # Integration tests wait for a CA more than they compute: two at once, whatever the machine.
    ctest --test-dir "build/$1" --output-on-failure --no-tests=error -j2 \
        ${left_out:+--label-exclude "$left_out"} --exclude-regex _NOT_BUILT
}

# As tests/support/tally.hpp does: a line for the table of what was tried.
tally() {   # NAME COUNT
    [ -z "${MD_TALLY:-}" ] || echo "$1 ${2:-0}" >> "$MD_TALLY"
}

fuzz() {
    local source name binary
    install_missing "${packages_fuzz[@]}"
    cmake -S . -B build/fuzz -G Ninja -DCMAKE_BUILD_TYPE=Debug -DCMAKE_CXX_COMPILER="clang++$clang" \
        -DCMAKE_CXX_FLAGS="-O1 -g1 -fsanitize=fuzzer-no-link" -DMD_SANITIZE=ON -DMD_FUZZ=ON
    cmake --build build/fuzz --target fuzzers
    for source in tests/fuzz/*_fuzzer.cpp; do
        name=$(basename "$source" .cpp)
        binary=build/fuzz/tests/$name
        mkdir -p "build/fuzz/corpus/$name"
        echo "== $name, $fuzz_minutes min"
        "$binary" -max_total_time=$((fuzz_minutes * 60)) -print_final_stats=1 \
            -artifact_prefix=build/fuzz/ "build/fuzz/corpus/$name" \
            "tests/fuzz/corpus/${name%_fuzzer}" 2>&1 | tee "build/fuzz/$name.log"
        tally fuzz-executions "$(sed -n 's/^stat::number_of_executed_units: *//p' "build/fuzz/$name.log")"
    done
}

# What fits under memcheck, where all is some thirty times slower: the tests of the rooms but the
# [heavy] ones, which bound their time or descriptors, end as copies of the test without its threads
# (a leak to memcheck), simulate weeks or try each of very many points, and one daemon's life
# (tests/integration/memcheck_test.cpp). Not test_process: it starts programs by pidfd_open(2), which the
# valgrind of Debian 12 does not know. What memcheck has to say is in build/memcheck.
memcheck() {
    local reports=$PWD/build/memcheck failed=0
    install_missing "${packages_memcheck[@]}"
    cmake --preset release -DMD_WERROR=$werror
    cmake --build build/release
    rm -rf "$reports" && mkdir -p "$reports"
    find build/release/tests -maxdepth 1 -type f -perm -1 -name 'test_*' \
        ! -name test_integration ! -name test_harness ! -name test_process -print0 |
        xargs -0 -P 2 -I '{}' valgrind --quiet --leak-check=full --show-leak-kinds=definite \
            --errors-for-leak-kinds=definite --error-exitcode=99 --log-file="$reports/%p" \
            '{}' '~[long]~[heavy]' || failed=1
    ctest --test-dir build/release --output-on-failure --no-tests=error \
        -R 'integration/memcheck has nothing to say' || failed=1
    find "$reports" -size +0 -type f -exec cat {} + >&2
    return $failed
}

tidy() {
    install_missing "${packages_tidy[@]}"
    cmake -S . -B build/tidy -G Ninja -DCMAKE_BUILD_TYPE=Release \
        -DCMAKE_CXX_COMPILER="clang++$clang" -DMD_TESTS=OFF -DMD_UNITY=OFF
    "run-clang-tidy$clang" -quiet -p build/tidy "$PWD/(lib|daemon)/"
}

if [ -n "$distribution" ]; then
    install_missing "${packages_distribution[@]}"
    exec tests/distribution.sh "$distribution"
fi
install_missing "${packages[@]}"
if [ -n "$fuzz_minutes" ]; then
    fuzz
elif [ -n "$memcheck" ]; then
    memcheck
elif [ -n "$tidy" ]; then
    tidy
elif [ -n "$page" ]; then
    install_missing "${packages_page[@]}"
    cmake --preset release -DMD_WERROR=$werror
    cmake --build build/release --target mdcertd sample_page
    tests/page.sh
elif [ -n "$package" ]; then
    install_missing "${packages_package[@]}"
    packaging/deb.sh
    tests/package.sh build/package/mdcertd_*.deb "$package"
else
    [ -n "$left_out" ] || install_missing "${packages_memcheck[@]}"
    build_and_test release
    [ -n "$left_out" ] || memcheck
    [ -z "$asan" ] || build_and_test asan
fi
