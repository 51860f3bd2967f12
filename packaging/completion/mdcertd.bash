# SPDX-License-Identifier: Apache-2.0
# Completion for bash. Commands and options are those that --help tells; the names of managed domains
# are those of the configuration.

_mdcertd() {
    local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD - 1]} program=${COMP_WORDS[0]}
    local command= config= first= i words=
    for ((i = 1; i < COMP_CWORD; i++)); do
        case ${COMP_WORDS[i]} in
            -c | --config) config=${COMP_WORDS[++i]} ;;
            --output | --ca) ((++i)) ;;
            -*) ;;
            *) if [[ -z $command ]]; then command=${COMP_WORDS[i]}; else first=${first:-${COMP_WORDS[i]}}; fi ;;
        esac
    done
    case $prev in
        -c | --config | --output)
            compopt -o filenames 2> /dev/null
            mapfile -t COMPREPLY < <(compgen -f -- "$cur")
            return
            ;;
        -D | --define | --ca) return ;;
    esac
    if [[ $command == import && -n $first && $cur != -* ]]; then
        compopt -o filenames 2> /dev/null
        mapfile -t COMPREPLY < <(compgen -d -- "$cur")
        return
    fi
    if [[ $cur == -* ]]; then
        words=$("$program" $command --help 2> /dev/null | grep -oE -- '(^| |,)--?[a-zA-Z][a-z-]*' | tr -d ' ,')
    elif [[ -z $command ]]; then
        words=$("$program" --help 2> /dev/null | sed -n '/^Subcommands:/I,$s/^  \([a-z-]*\) .*/\1/p')
    else
        [[ $command == snippet ]] && words='nginx httpd haproxy'
        [[ $command == import ]] && words='certbot mod_md lego acme.sh uacme'
        # Only the commands that take names of managed domains say so.
        "$program" "$command" --help 2> /dev/null | grep -q NAME &&
            words+=" $("$program" show-config ${config:+-c "$config"} 2> /dev/null |
                sed -n 's/^<*ManagedDomain \([^ >]*\).*/\1/p')"
    fi
    mapfile -t COMPREPLY < <(compgen -W "$words" -- "$cur")
}
complete -F _mdcertd mdcertd
