#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# completion_test.sh ROOT MDCERTD: what bash and zsh offer, asked of their completions as the shells
# do.
set -euo pipefail
root=$1
export PATH=$(dirname "$2"):$PATH
bad=0
config=$(mktemp)
trap 'rm -f "$config"' EXIT
printf 'ManagedDomain example.org www.example.org\nManagedDomain shop.test\n' > "$config"

# WORD...: what is offered for the last one, in one line.
in_bash() {
    COMP_WORDS=("$@")
    COMP_CWORD=$(($# - 1))
    COMPREPLY=()
    _mdcertd
    echo "${COMPREPLY[*]}"
}
in_zsh() {
    # Everything that is offered goes by these two; what fits the word so far, the shell decides.
    zsh -f -c 'words=("${@:2}") CURRENT=$(($# - 1)) PREFIX=$words[-1]
        compadd() { offers+=(${@:#--}) }
        _describe() { offers+=(${${(P)2}%%:*}) }
        _files() { offers=(a-file) }
        complete_it() { source $root/packaging/completion/mdcertd.zsh }
        complete_it; print -- ${(M)offers:#$PREFIX*}' zsh "$root" "$@"
}
offers() {   # SHELL EXPECTED WORD...
    local shell=$1 expected=$2 found
    shift 2
    found=$("in_$shell" "$@") || true
    [ "$found" = "$expected" ] && return
    echo "$shell offers \"$found\", not \"$expected\", after: $*"
    bad=1
}

export root
. "$root/packaging/completion/mdcertd.bash"
commands=$(mdcertd --help | sed -n '/^Subcommands:/I,$p' | awk '/^  [a-z]/ { print $1 }' | xargs)
[ "$(wc -w <<< "$commands")" -ge 6 ] || { echo "no commands in --help: $commands"; bad=1; }
for shell in bash zsh; do
    offers $shell "$commands" mdcertd ''
    offers $shell 'status' mdcertd sta
    offers $shell '--json' mdcertd status --j
    offers $shell '' mdcertd run --j
    offers $shell 'example.org shop.test' mdcertd status -c "$config" ''
    offers $shell 'shop.test' mdcertd renew -c "$config" sh
    offers $shell '' mdcertd once -c "$config" ''
    offers $shell 'certbot mod_md lego acme.sh uacme' mdcertd import -c "$config" ''
    offers $shell '--output' mdcertd import certbot --o
done
offers bash "$config" mdcertd check -c "${config%?}"
offers zsh 'a-file' mdcertd check -c ''
offers bash "$root/packaging" mdcertd import --ca x lego "$root/packag"
offers zsh 'a-file' mdcertd import --ca x lego ''
exit $bad
