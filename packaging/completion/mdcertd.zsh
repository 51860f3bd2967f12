#compdef mdcertd
# SPDX-License-Identifier: Apache-2.0
# Completion for zsh. Commands and options are those that --help tells; the names of managed domains
# are those of the configuration.

local command config first i
for ((i = 2; i < CURRENT; i++)); do
    case $words[i] in
        -c | --config) config=$words[++i] ;;
        --output | --ca) ((++i)) ;;
        -*) ;;
        *) if [[ -z $command ]]; then command=$words[i]; else : ${first:=$words[i]}; fi ;;
    esac
done
case $words[CURRENT-1] in
    -c | --config | --output) _files && return ;;
    -D | --define | --ca) return 1 ;;
esac
[[ $command != import || -z $first || $PREFIX == -* ]] || { _files -/ && return }

if [[ $PREFIX == -* ]]; then
    compadd -- $($words[1] $command --help 2> /dev/null |
        grep -oE -- '(^| |,)--?[a-zA-Z][a-z-]*' | tr -d ' ,')
elif [[ -z $command ]]; then
    local -a commands
    commands=(${(f)"$($words[1] --help 2> /dev/null |
        sed -n '/^Subcommands:/I,$s/^  \([a-z-]*\)  *\(.*\)/\1:\2/p')"})
    _describe command commands
else
    [[ $command != snippet ]] || compadd nginx httpd haproxy
    [[ $command != import ]] || compadd certbot mod_md lego acme.sh uacme
    # Only the commands that take names of managed domains say so.
    ! $words[1] $command --help 2> /dev/null | grep -q NAME ||
        compadd -- $($words[1] show-config ${config:+-c} $config 2> /dev/null |
            sed -n 's/^<*ManagedDomain \([^ >]*\).*/\1/p')
fi
