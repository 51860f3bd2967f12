# SPDX-License-Identifier: Apache-2.0
# Sourced by run.sh: the responder while a challenge is pending, beside nginx with one worker and
# openssl s_server. The CA's validator is kept waiting by a port that accepts nobody, so the challenge
# stays known; the load comes to another address of this machine, where mdcertd listens.

# hold_validator: 127.0.0.1 takes connections on both ports and answers none.
hold_validator() {
    perl -MIO::Socket::INET -e 'my @held = map { IO::Socket::INET->new(LocalAddr => "127.0.0.1",
        LocalPort => $_, Listen => 128, ReuseAddr => 1) or die $! } @ARGV; select undef, undef, undef, undef' \
        "$http_port" "$tls_port" &
    started+=($!)
    wait_for_port "$tls_port" $!
}

# start_pending CHALLENGE LINE: mdcertd with an order whose proof the CA now asks for, which a line of
# the CA's log tells; its process is $server.
start_pending() {
    start_calm_ca
    hold_validator
    printf '%s\n' "ServerRoot $scratch/pending-$1" "MDCertificateAgreement accepted" "User root" \
        "MDCertificateAuthority $directory_url" "MDCACertificateFile $listener_ca" "MDCAChallenges $1" \
        "MDPortMap 80:$http_port 443:$tls_port" "Listen 127.0.0.2:$http_port" "Listen 127.0.0.2:$tls_port" \
        "MDPrivateKeys P-256" "ServerAdmin admin@example.test" "ManagedDomain slow.test" > "$scratch/pending.conf"
    "$mdcertd" run -c "$scratch/pending.conf" > "$scratch/pending.log" 2>&1 &
    server=$!
    started+=("$server")
    wait_for_line "$ca_log" "$2" 10 "$server" || { cat "$scratch/pending.log" >&2; return 1; }
}

# load_http LABEL URL: one row.
load_http() {
    local before result rate p99 spent
    curl -sS --fail -o "$scratch/body" "$2"
    before=$(cpu_of "$server")
    result=$(wrk -t 1 -c 64 -d "${serve_seconds}s" --latency "$2")
    spent=$(calculate %.2f "$(cpu_of "$server") - $before")
    curl -sS --fail -o "$scratch/body" "$2" && ! grep -q Non-2xx <<< "$result" || { echo "$1: not all were answered"; return 1; }
    rate=$(awk '$1 == "Requests/sec:" { print $2 }' <<< "$result")
    p99=$(awk '$1 == "99%" { print $2 }' <<< "$result")
    note "http server=$1 rate=$rate p99=$p99 cpu=$spent seconds=$serve_seconds load=$(cut -d' ' -f1 /proc/loadavg)"
    row "$1" "${rate%.*}" "$p99" "$(calculate %.0f "$rate * $serve_seconds / $spent")"
}

# load_tls LABEL ADDRESS ALPN: one row.
load_tls() {
    local before count spent
    before=$(cpu_of "$server")
    count=$(build/release/tests/bench/handshakes "$2" "$tls_port" slow.test "$3" "$serve_seconds")
    spent=$(calculate %.2f "$(cpu_of "$server") - $before")
    note "tls server=$1 handshakes=$count cpu=$spent seconds=$serve_seconds load=$(cut -d' ' -f1 /proc/loadavg)"
    row "$1" "$(calculate %.0f "$count / $serve_seconds")" "$(calculate %.0f "$count / $spent")"
}

# start_nginx: one worker on 127.0.0.3, with the answer as a file and a P-256 certificate.
start_nginx() {
    local root=$scratch/nginx
    mkdir -p "$root/www/.well-known/acme-challenge"
    cp "$scratch/body" "$root/www/.well-known/acme-challenge/$token"
    chmod -R a+rX "$root"
    printf '%s\n' "daemon off; worker_processes 1; pid $root/pid; error_log $root/log;" "events {}" \
        "http { access_log off; server { listen 127.0.0.3:$http_port; listen 127.0.0.3:$tls_port ssl; root $root/www;" \
        "ssl_certificate $scratch/listener.pem; ssl_certificate_key $scratch/listener.key; } }" > "$root/conf"
    nginx -c "$root/conf" -e "$root/log" &
    started+=($!)
    wait_for_port "$tls_port" $! 127.0.0.3
    server=$(pgrep -P "${started[-1]}")
}

start_s_server() {
    openssl s_server -accept "127.0.0.4:$tls_port" -cert "$scratch/listener.pem" -key "$scratch/listener.key" \
        -alpn acme-tls/1 -www -quiet > "$scratch/s_server.log" 2>&1 &
    server=$!
    started+=("$server")
    wait_for_port "$tls_port" "$server" 127.0.0.4
}

serve() {
    serve_seconds=3   # Pebble's validator gives up on a handshake after 5
    printf '\n| GET of a token, keep-alive, 64 connections | requests/s | p99 | per CPU second |\n|---|---|---|---|\n'
    start_pending http-01 'Attempting to validate'
    token=$(grep -oE 'acme-challenge/[A-Za-z0-9_-]+' "$ca_log" | head -n 1 | cut -d/ -f2)
    load_http mdcertd "http://127.0.0.2:$http_port/.well-known/acme-challenge/$token"
    start_nginx
    load_http 'nginx, one worker' "http://127.0.0.3:$http_port/.well-known/acme-challenge/$token"
    stop_started

    printf '\n| TLS handshakes, P-256 | handshakes/s, one client | per CPU second |\n|---|---|---|\n'
    start_pending tls-alpn-01 'Pulled a task'
    load_tls 'mdcertd, tls-alpn-01' 127.0.0.2 acme-tls/1
    start_nginx
    load_tls 'nginx, one worker' 127.0.0.3 http/1.1
    start_s_server
    load_tls 'openssl s_server' 127.0.0.4 acme-tls/1
    stop_started
}
