# SPDX-License-Identifier: Apache-2.0
# Sourced by quickstart.sh and the benches: a local Pebble CA and its DNS (pebble-challtestsrv) on
# loopback, with ports the kernel picked, ended by process id. Waiting is for events, with a bound.
# After start_ca DIRECTORY: $directory_url, $management_url, $listener_ca (the root of Pebble's own
# listener), $http_port and $tls_port (where its validator asks), $ca_log.

started=()   # the process ids of everything started here

# free_ports N: N different TCP ports of 127.0.0.1 that nobody holds now, UDP free as well.
free_ports() {
    perl -MIO::Socket::INET -e '
        my @held;
        while (@held < $ARGV[0]) {
            my $tcp = IO::Socket::INET->new(LocalAddr => "127.0.0.1", Proto => "tcp") or die $!;
            my $udp = IO::Socket::INET->new(LocalAddr => "127.0.0.1", LocalPort => $tcp->sockport,
                                            Proto => "udp") or next;
            push @held, $tcp;
        }
        print join(" ", map { $_->sockport } @held), "\n"' "$1"
}

# wait_for_line FILE REGEX SECONDS PID: true once a line of FILE matches; false when the time is
# over or the process PID has ended without it.
wait_for_line() {
    local lines tail found=1
    exec {lines}< <(exec timeout "$3" tail -n +1 -f --pid="$4" "$1" 2>/dev/null)
    tail=$!
    grep -q -m 1 -E -- "$2" <&"$lines" && found=0
    exec {lines}<&-
    kill "$tail" 2>/dev/null || true
    wait "$tail" 2>/dev/null || true
    return "$found"
}

# wait_for_port PORT PID [ADDRESS]: true once somebody listens there; a line of a log comes a moment early.
wait_for_port() {
    local tries=0
    until (exec 3<>"/dev/tcp/${3:-127.0.0.1}/$1") 2>/dev/null; do
        kill -0 "$2" 2>/dev/null && ((tries++ < 500)) || return 1
        read -r -t 0.01 <> <(:) || true
    done
}

make_listener_certificate() {   # DIRECTORY
    openssl ecparam -name prime256v1 -genkey -noout -out "$1/root.key" &&
    openssl req -x509 -new -key "$1/root.key" -days 2 -subj '/CN=local test root' \
        -addext 'keyUsage=critical,keyCertSign' -out "$1/root.pem" &&
    openssl ecparam -name prime256v1 -genkey -noout -out "$1/listener.key" &&
    openssl req -new -key "$1/listener.key" -subj '/CN=localhost' -out "$1/listener.csr" &&
    printf 'subjectAltName=DNS:localhost,IP:127.0.0.1\n' > "$1/listener.ext" &&
    openssl x509 -req -in "$1/listener.csr" -CA "$1/root.pem" -CAkey "$1/root.key" \
        -CAcreateserial -days 2 -extfile "$1/listener.ext" -out "$1/listener.pem" 2>/dev/null
}

# start_ca DIRECTORY [ARGUMENT OF PEBBLE...]: one try is nearly always enough; another program may
# take a port in the moment between picking and listening.
start_ca() {
    local try
    make_listener_certificate "$1" || return 1
    for try in 1 2 3 4 5; do
        try_start_ca "$@" && return 0
        stop_started
    done
    echo "Pebble does not start:" >&2
    tail -n 5 "$1/pebble.log" "$1/challtestsrv.log" >&2
    return 1
}

# name_server_flags ADDRESS [COMMAND...]: sets flags to those with which pebble-challtestsrv is a name
# server there, and nothing else. They differ by its version (2.4, 2.6, 2.10).
name_server_flags() {
    local help flag address=$1
    shift
    help=$("$@" pebble-challtestsrv -help 2>&1 || true)
    flags=(-dns01 "$address")
    ! grep -q -- '-dnsserver ' <<< "$help" || flags=(-dnsserver "$address")
    for flag in -http01 -https01 -tlsalpn01 -doh; do
        ! grep -q -- "$flag " <<< "$help" || flags+=("$flag" "")
    done
}

try_start_ca() {
    local dir=$1 acme_port management_port dns_port dns_management
    shift
    read -r acme_port management_port dns_port dns_management http_port tls_port < <(free_ports 6)
    name_server_flags "127.0.0.1:$dns_port"
    pebble-challtestsrv -management "127.0.0.1:$dns_management" "${flags[@]}" -defaultIPv4 127.0.0.1 \
        -defaultIPv6 "" > "$dir/challtestsrv.log" 2>&1 &
    started+=($!)
    wait_for_port "$dns_management" $! || return 1
    cat > "$dir/pebble.json" <<EOT
{"pebble": {"listenAddress": "127.0.0.1:$acme_port", "managementListenAddress": "127.0.0.1:$management_port",
 "certificate": "$dir/listener.pem", "privateKey": "$dir/listener.key",
 "httpPort": $http_port, "tlsPort": $tls_port, "ocspResponderURL": "", "externalAccountBindingRequired": false}}
EOT
    pebble -config "$dir/pebble.json" -dnsserver "127.0.0.1:$dns_port" "$@" > "$dir/pebble.log" 2>&1 &
    started+=($!)
    wait_for_port "$acme_port" $! && wait_for_port "$management_port" $! || return 1
    ca_log=$dir/pebble.log
    listener_ca=$dir/root.pem
    directory_url=https://localhost:$acme_port/dir
    management_url=https://localhost:$management_port
}

# fetch_issuers DIRECTORY: Pebble's issuing root and intermediate, made anew at each of its starts.
fetch_issuers() {
    curl -sS --fail --cacert "$listener_ca" -o "$1/issuing-root.pem" "$management_url/roots/0" &&
    curl -sS --fail --cacert "$listener_ca" -o "$1/issuing-intermediate.pem" \
        "$management_url/intermediates/0"
}

# end_process PID [SECONDS]: SIGTERM, and SIGKILL when it has not ended by then. True if it ended
# by itself.
end_process() {
    kill "$1" 2>/dev/null || return 0
    timeout "${2:-5}" tail -f --pid="$1" /dev/null 2>/dev/null && { wait "$1" 2>/dev/null || true; return 0; }
    kill -KILL "$1" 2>/dev/null || true
    wait "$1" 2>/dev/null || true
    return 1
}

stop_started() {
    local pid
    for pid in "${started[@]}"; do
        kill "$pid" 2>/dev/null || true
    done
    for pid in "${started[@]}"; do
        wait "$pid" 2>/dev/null || true   # its status is that of the signal
    done
    started=()
}
