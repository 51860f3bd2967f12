#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# peers.sh CLIENT: obtains one certificate for each name in the file $names, in the way the client's
# own manual shows: a daemon runs until it has them all, a program for one certificate runs in a
# loop. Keys as $key says (rsa or p-256), from $directory_url, whose listener is trusted by
# $listener_ca and by the system's bundle; its validator asks at $http_port and $tls_port of
# 127.0.0.1. Everything written lies in $work; $webroot is served at $http_port for clients without
# a server of their own.
set -euo pipefail
shopt -s nullglob

client_mdcertd() {
    {
        printf '%s\n' "ServerRoot $work/state" "MDCertificateAgreement accepted" \
            "MDCertificateAuthority $directory_url" "MDCACertificateFile $listener_ca" \
            "MDPortMap 80:$http_port 443:$tls_port" "Listen 127.0.0.1:$http_port" \
            "Listen 127.0.0.1:$tls_port" "ServerAdmin admin@example.test" "User root" \
            "MDPrivateKeys $([ "$key" = rsa ] && echo 'RSA 2048' || echo P-256)"
        sed 's/^/ManagedDomain /' "$names"
    } > "$work/mdcertd.conf"
    "$mdcertd" once -c "$work/mdcertd.conf"
}

# The certificates of a server lie in files that match; it is ended once there is one for each name.
until_all() {   # PID PATTERN
    local files=() wanted
    wanted=$(wc -l < "$names")
    until files=($2) && [ ${#files[@]} -ge "$wanted" ]; do
        kill -0 "$1"
        read -r -t 0.05 <> <(:) || true
    done
    kill "$1"
    wait "$1" || true
}

client_httpd() {
    local modules=/usr/lib/apache2/modules module
    mkdir -p "$work/md" && chmod 755 "$work"
    {
        for module in mpm_event socache_shmcb watchdog ssl md; do
            [ ! -e "$modules/mod_$module.so" ] || echo "LoadModule ${module}_module $modules/mod_$module.so"
        done
        printf '%s\n' "ServerRoot $work" "ServerName localhost" "PidFile $work/httpd.pid" \
            "ErrorLog $work/error.log" "DefaultRuntimeDir $work" "Listen 127.0.0.1:$http_port" \
            "User www-data" "Group www-data" "ServerAdmin admin@example.test" "MDStoreDir $work/md" \
            "MDCertificateAgreement accepted" "MDCertificateAuthority $directory_url" \
            "MDCACertificateFile $listener_ca" "MDPortMap http:$http_port https:-" "MDRenewMode always" \
            "MDPrivateKeys $([ "$key" = rsa ] && echo 'RSA 2048' || echo P-256)"
        sed 's/^/MDomain /' "$names"
    } > "$work/httpd.conf"
    /usr/sbin/apache2 -f "$work/httpd.conf" -DFOREGROUND &
    until_all $! "$work/md/staging/*/pubcert*.pem"
}

client_caddy() {
    {
        printf '%s\n' "{" "admin off" "acme_ca $directory_url" "acme_ca_root $listener_ca" \
            "email admin@example.test" "http_port $http_port" "https_port $tls_port" "default_bind 127.0.0.1" \
            "storage file_system $work/caddy" "key_type $([ "$key" = rsa ] && echo rsa2048 || echo p256)" "}"
        sed 's/$/ {\nrespond ok\n}/' "$names"
    } > "$work/Caddyfile"
    HOME=$work caddy run --adapter caddyfile --config "$work/Caddyfile" &
    until_all $! "$work/caddy/certificates/*/*/*.crt"
}

client_lego() {
    local name
    while read -r name; do
        lego --server "$directory_url" --accept-tos --email admin@example.test --path "$work/lego" \
            --key-type "$([ "$key" = rsa ] && echo rsa2048 || echo ec256)" --http \
            --http.port "127.0.0.1:$http_port" --domains "$name" run
    done < "$names"
}

client_certbot() {
    local name type=(--key-type ecdsa)
    [ "$key" != rsa ] || type=(--key-type rsa --rsa-key-size 2048)
    while read -r name; do
        certbot certonly --standalone --http-01-address 127.0.0.1 --http-01-port "$http_port" \
            --server "$directory_url" --config-dir "$work/etc" --work-dir "$work/lib" \
            --logs-dir "$work/log" --non-interactive --agree-tos --email admin@example.test \
            "${type[@]}" -d "$name" < /dev/null
    done < "$names"
}

client_uacme() {
    local name uacme=(uacme --acme-url "$directory_url" --confdir "$work/uacme")
    export UACME_CHALLENGE_PATH=$webroot/.well-known/acme-challenge
    "${uacme[@]}" --yes new admin@example.test
    while read -r name; do
        "${uacme[@]}" --hook /usr/share/uacme/uacme.sh --type "$([ "$key" = rsa ] && echo RSA || echo EC)" \
            --bits "$([ "$key" = rsa ] && echo 2048 || echo 256)" issue "$name"
    done < "$names"
}

client_dehydrated() {
    mkdir -p "$work/dehydrated"
    cp "$names" "$work/dehydrated/domains.txt"
    printf '%s\n' "CA=$directory_url" "BASEDIR=$work/dehydrated" "CONTACT_EMAIL=admin@example.test" \
        "WELLKNOWN=$webroot/.well-known/acme-challenge" "KEYSIZE=2048" \
        "KEY_ALGO=$([ "$key" = rsa ] && echo rsa || echo prime256v1)" > "$work/dehydrated/config"
    dehydrated --config "$work/dehydrated/config" --register --accept-terms
    dehydrated --config "$work/dehydrated/config" --cron
}

"client_$1"
