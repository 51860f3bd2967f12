#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# units_test.sh BUILD ROOT: has systemd verify the units that the build made, and holds the daemon's
# to an exposure of 1.5 of 10 at most.
set -euo pipefail
units=$(mktemp -d)
trap 'rm -rf "$units"' EXIT
cp "$1"/systemd/*.service "$2"/systemd/*.socket "$units"
bad=0

# Programs that are not installed on this machine are there once the package is.
mkdir "$units/bin"
cp "$1/daemon/mdcertd" "$2/packaging/hooks/reload" "$2/packaging/hooks/run-hook" "$units/bin"
sed -i -E "s#^(ExecStart|ExecReload)=[^ ]*/(mdcertd|reload|run-hook) #\1=$units/bin/\2 #" "$units"/*.service
ln -s mdcertd-reload@.service "$units/mdcertd-reload@nginx.service"
ln -s mdcertd-hook@.service "$units/mdcertd-hook@copy.service"
for unit in mdcertd.service mdcertd.socket mdcertd-http.socket mdcertd-haproxy.socket \
    mdcertd-reload@nginx.service mdcertd-hook@copy.service; do
    words=$(systemd-analyze verify --man=no "$units/$unit" 2>&1) || bad=1
    # It speaks of other units of this machine too.
    if grep "$units" <<< "$words"; then bad=1; fi
done

exposure=$(systemd-analyze security --offline=true "$units/mdcertd.service" |
    sed -n 's/.*exposure level for mdcertd.service: \([0-9.]*\).*/\1/p')
echo "exposure $exposure"
awk -v exposure="$exposure" 'BEGIN { exit !(exposure != "" && exposure <= 1.5) }' || {
    echo "more than 1.5 of 10"
    bad=1
}
grep -q '^AmbientCapabilities=CAP_NET_BIND_SERVICE$' "$units/mdcertd.service" || bad=1

# What answers the CA is no local user's.
grep -qx 'Sockets=mdcertd-http.socket' "$units/mdcertd.service" || bad=1
for socket in mdcertd-http mdcertd-haproxy; do
    for line in SocketUser=root SocketMode=0660 DirectoryMode=0755 Service=mdcertd.service; do
        grep -qx "$line" "$units/$socket.socket" || {
            echo "$socket.socket has no $line"
            bad=1
        }
    done
done

# A reload is a question that is answered, on every version of systemd.
grep -qx 'Type=notify' "$units/mdcertd.service" &&
    grep -q '^ExecReload=.*/mdcertd reload -c .*/mdcertd/mdcertd.conf$' "$units/mdcertd.service" || {
    echo "the unit does not reload by 'mdcertd reload'"
    bad=1
}
# A configuration that is wrong is not tried again every five seconds.
grep -q '^RestartPreventExitStatus=.*\<78\>' "$units/mdcertd.service" || bad=1
exit $bad
