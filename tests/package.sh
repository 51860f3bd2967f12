#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# package.sh DEB [CODENAME]: the life of the Debian package on a machine of its own: this Debian or
# another (a package of Debian 12 lives on 13) from debootstrap that systemd-nspawn boots, without
# network, with nginx, HAProxy, Postfix, Dovecot, polkit and Pebble in it. README's transcript is run
# there, word for word; then renewals, a configuration and servers that are broken, hooks, groups and
# ACLs, upgrade, removal and purge.
# The fresh Debian is kept in build/package for the next time. Becomes root with sudo.
set -euo pipefail
deb=$(realpath "${1:?package.sh DEB [CODENAME]}")
codename=${2:-$(. /etc/os-release && echo "$VERSION_CODENAME")}
cd "$(dirname "$0")/.."
[ "$(id -u)" -eq 0 ] || exec sudo -- tests/package.sh "$deb" "$codename"
. tests/support/pebble.sh
. tests/support/debian.sh

base=$PWD/build/package/base-$codename
packages=(systemd-sysv dbus polkitd libnss-systemd sudo procps acl nginx haproxy pebble curl openssl
    ca-certificates bash-completion postfix dovecot-imapd)
bad=0

fail() {
    echo "FAILED: $*"
    bad=1
}
die() {
    echo "FAILED: $*" >&2
    [ -z "${leader:-}" ] || in_machine journalctl -q --no-pager -n 40 >&2 || true
    exit 1
}
# expect WHAT TEXT REGEX: the text has the regex in it.
expect() {
    grep -qE -- "$3" <<< "$2" && echo "ok: $1" || fail "$1; it says: $2"
}
holds() {   # WHAT COMMAND...
    local what=$1
    shift
    "$@" > /dev/null 2>&1 && echo "ok: $what" || fail "$what"
}

make_base() {
    [ "$(cat "$base/ready" 2> /dev/null)" != "${packages[*]}" ] || return 0
    make_debian "$base" "$codename"
    printf '#!/bin/sh\nexit 101\n' > "$base/usr/sbin/policy-rc.d"
    chmod 755 "$base/usr/sbin/policy-rc.d"
    chroot "$base" env DEBIAN_FRONTEND=noninteractive apt-get -q -y install \
        --no-install-recommends "${packages[@]}" >> "$base.log" 2>&1
    rm "$base/usr/sbin/policy-rc.d"
    chroot "$base" systemctl -q disable haproxy  # port 80 is nginx's
    set_up_mail
    echo "${packages[*]}" > "$base/ready"
}

# A mail server as one has it: what its packages leave, and the places of certificate and key, which
# start as self-made ones.
set_up_mail() {
    local certificate=/etc/ssl/mail.pem key=/etc/ssl/mail.key
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 9 -subj '/CN=mail' \
        -keyout "$base$key" -out "$base$certificate" 2> /dev/null
    chroot "$base" cp /usr/share/postfix/main.cf.debian /etc/postfix/main.cf
    chroot "$base" postconf -e inet_interfaces=loopback-only mydestination=localhost myhostname=mail.test \
        smtpd_tls_security_level=may "smtpd_tls_chain_files=$key,$certificate"
    # Dovecot 2.4 has other names for them.
    if chroot "$base" dovecot --version | grep -q '^2\.[0-3]\.'; then
        printf 'ssl = yes\nssl_cert = <%s\nssl_key = <%s\n' "$certificate" "$key"
    else
        printf 'ssl = yes\nssl_server_cert_file = %s\nssl_server_key_file = %s\n' "$certificate" "$key"
    fi > "$base/etc/dovecot/conf.d/99-test.conf"
}

machine=$(mktemp -d "$PWD/build/package/machine-XXXXXX")
nspawn=
leader=
clean_up() {
    local status=$?
    trap - EXIT
    # Its init ends everything else in it.
    [ -z "$leader" ] || kill -s RTMIN+4 "$leader" 2> /dev/null || true
    [ -z "$nspawn" ] || end_process "$nspawn" 20 || true
    rm -rf "$machine"
    exit "$status"
}
trap clean_up EXIT
trap 'exit 130' INT TERM

boot() {
    local tries=0
    cp -a "$base/." "$machine"
    echo "127.0.0.1 localhost $(hostname)" > "$machine/etc/hosts"  # sudo wants to know it
    mkdir "$machine/root/ca"
    make_listener_certificate "$machine/root/ca"
    cat > "$machine/root/ca/pebble.json" <<'END'
{"pebble": {"listenAddress": "127.0.0.1:14000", "managementListenAddress": "127.0.0.1:15000",
 "certificate": "/root/ca/listener.pem", "privateKey": "/root/ca/listener.key",
 "httpPort": 80, "tlsPort": 443, "ocspResponderURL": "", "externalAccountBindingRequired": false}}
END
    systemd-nspawn -q -D "$machine" --boot --register=no --keep-unit --private-network \
        --console=pipe --hostname=mdcertd-test > build/package/machine.log 2>&1 < /dev/null &
    nspawn=$!
    until leader=$(pgrep -P "$nspawn") && in_machine systemctl is-system-running --wait > /dev/null 2>&1; do
        # "degraded" is good enough: a container has not all that a machine has.
        [ "$(in_machine systemctl is-system-running 2> /dev/null)" != degraded ] || break
        kill -0 "$nspawn" && ((tries++ < 600)) || die "the machine does not boot: $(cat build/package/machine.log)"
        read -r -t 0.1 <> <(:) || true
    done
}

# In the machine, as root.
in_machine() {
    nsenter --target "$leader" --all --root --wdns=/root -- \
        env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LANG=C.UTF-8 "$@"
}

start_authority() {
    name_server_flags 127.0.0.1:8053 in_machine
    in_machine systemd-run -q --unit=names pebble-challtestsrv -management 127.0.0.1:8055 "${flags[@]}" \
        -defaultIPv4 127.0.0.1 -defaultIPv6 ""
    in_machine systemd-run -q --unit=authority --setenv=PEBBLE_VA_NOSLEEP=1 \
        pebble -config /root/ca/pebble.json -dnsserver 127.0.0.1:8053
    in_machine curl -sS --fail --retry 50 --retry-delay 0 --retry-connrefused --cacert /root/ca/root.pem \
        -o /root/ca/issuing-root.pem https://localhost:15000/roots/0 2> /dev/null || die "there is no CA to ask"
}

# logged REGEX [TIMES]: mdcertd has logged that so often, or does within two minutes: a first attempt may
# come before nginx has taken up what passes the questions on.
logged() {
    in_machine bash -c 'exec {log}< <(exec timeout 150 journalctl -u mdcertd -f --no-tail -o cat)
        [ "$(grep -c -m "$2" -E -- "$1" <&$log)" -eq "$2" ]; found=$?; kill $!; exit $found' \
        logged "$1" "${2:-1}" 2> /dev/null
}
# It was told of the certificate once more. WHEN says what went before.
told=0
notified() {   # WHEN
    ((told += 1))
    logged 'notified domain=example.org' "$told" || die "no notification $1: $(status)"
}
served() {   # the fingerprint of what nginx shows
    in_machine sh -c 'openssl s_client -connect 127.0.0.1:443 -servername example.org < /dev/null 2> /dev/null |
        openssl x509 -noout -fingerprint -sha256'
}
# A server that was reloaded goes over to what is new in a moment of its own.
await_served() {   # FINGERPRINT
    local tries=0
    until [ "$(served)" = "$1" ]; do
        ((tries++ < 50)) || return 0
    done
}
held() {
    in_machine openssl x509 -noout -fingerprint -sha256 \
        -in /var/lib/mdcertd/md/domains/example.org/pubcert.pem
}
orders() {
    in_machine journalctl -u authority -o cat | grep -c 'orders in the db' || true
}
status() { in_machine mdcertd status example.org; }

# The commands of README's transcript, one of its lines, with what stands in it, each.
transcript() {
    sed -n '/^```console$/,/^```$/p' README.md | sed '1d; /^```$/,$d'
}
run_transcript() {
    local line command= count=0
    while IFS= read -r line; do
        if [[ $line == '$ '* ]]; then
            [ -z "$command" ] || run_step "$command"
            command=${line#\$ }
            ((count += 1))
        else
            command+=$'\n'$line
        fi
    done < <(transcript)
    run_step "$command"
    [ "$count" -gt 0 ] && [ "$count" -le 6 ] && echo "ok: $count commands" || fail "$count commands in README"
}
run_step() {
    local first=${1%%$'\n'*}
    echo "== \$ $first"
    # From a person's home, and when a second run is to find the certificate: patience.
    [[ $steps_done != *"mdcertd reload"* ]] || [ "$told" -gt 0 ] || notified "at first"
    in_machine env DEBIAN_FRONTEND=noninteractive bash -c "$1" > "$machine/root/step" 2>&1 ||
        die "$first: $(cat "$machine/root/step")"
    steps_done+="$first;"
}
steps_done=

first_certificate() {
    cp "$deb" "$machine/root"
    # Word for word, but for the CA, which is on this machine.
    mkdir -p "$machine/etc/mdcertd/conf.d"
    printf 'MDCertificateAuthority https://localhost:14000/dir\nMDCACertificateFile /etc/mdcertd/ca.pem\n' \
        > "$machine/etc/mdcertd/conf.d/00-authority.conf"
    cp "$machine/root/ca/root.pem" "$machine/etc/mdcertd/ca.pem"
    run_transcript
    expect "the daemon runs as its own user" "$(in_machine sh -c 'stat -c %U /proc/$(systemctl show -P MainPID mdcertd)')" '^mdcertd$'
    await_served "$(held)"
    expect "nginx serves what the store holds" "$(served)" "^$(held)$"
    expect "curl trusts it" "$(in_machine curl -sS -o /dev/null -w '%{http_code}' --cacert \
        /root/ca/issuing-root.pem --resolve example.org:443:127.0.0.1 https://example.org/)" '^(200|404)$'
    expect "status says so" "$(status)" 'state: +valid'
    expect "the manual is there" "$(in_machine sh -c 'ls /usr/share/man/man8/mdcertd.8.gz /usr/share/man/man5/mdcertd.conf.5.gz | wc -l')" '^2$'
    expect "bash completes" "$(in_machine bash -c '. /usr/share/bash-completion/bash_completion;
        . /usr/share/bash-completion/completions/mdcertd; COMP_WORDS=(mdcertd sta) COMP_CWORD=1; _mdcertd; echo "$COMPREPLY"')" '^status$'
    expect "its exposure is small" "$(in_machine systemd-analyze security mdcertd.service)" \
        'exposure level for mdcertd.service: (0\.[0-9]|1\.[0-5]) '
}

bind_as_nobody() {   # PATH
    echo "runuser -u nobody -- perl -MSocket -e 'socket(my \$s, AF_UNIX, SOCK_STREAM, 0);
        bind(\$s, sockaddr_un(\"$1\")) or exit 1'"
}
# What the CA's questions come by is root's, whether mdcertd runs or not.
passed_on() {
    in_machine curl -sS -o /root/answer -w '%{http_code}' -H 'Host: example.org' \
        http://127.0.0.1/.well-known/acme-challenge/nothing
    if in_machine grep -q nginx /root/answer; then echo " of nginx's own"; fi
}
socket() {
    local path=/run/mdcertd/http.sock
    expect "the socket is for nginx alone" "$(in_machine stat -c '%U:%G %a' $path /run/mdcertd)" '^root:www-data 660$'
    expect "nginx passes questions on to it" "$(passed_on)" '^404$'
    expect "check has nothing to say of it" "$(in_machine mdcertd check 2>&1)" ': fine, '
    in_machine systemctl stop mdcertd 2> /dev/null
    expect "it is held while mdcertd is down" "$(in_machine systemctl is-active mdcertd-http.socket)" '^active$'
    holds "nobody else can take it away" in_machine sh -c "! runuser -u nobody -- rm -f $path 2> /dev/null && [ -S $path ]"
    holds "nor answer in its place" in_machine sh -c "! $(bind_as_nobody /run/mdcertd/mine)"
    holds "nor ask" in_machine sh -c "! runuser -u nobody -- curl -s --unix-socket $path http://x/"
    expect "a question starts mdcertd, and is answered" "$(passed_on)" '^404$'
    holds "which then runs" in_machine systemctl is-active mdcertd
}

# The command waits for the hook, and says what became of it.
refused_renewal() {   # WHY
    local words status=0
    words=$(in_machine mdcertd renew example.org 2>&1 | tr '\n' ' ') || status=$?
    expect "renew fails where the hook does" "$status $words" "^1 .*$1"
}
# By polkit: the daemon itself may reload no server.
renewals() {
    local former
    former=$(held)
    in_machine mdcertd renew example.org > /dev/null
    notified "of a renewal"
    holds "a renewal brings another certificate" [ "$(held)" != "$former" ]
    await_served "$(held)"
    expect "which nginx serves" "$(served)" "^$(held)$"
    expect "polkit lets mdcertd do nothing else" \
        "$(in_machine runuser -u mdcertd -- systemctl --no-ask-password stop nginx 2>&1)" 'denied|authentication required'

    former=$(served)
    in_machine sh -c 'echo broken > /etc/nginx/conf.d/broken.conf'
    refused_renewal 'nginx: NOT reloaded'
    logged 'MDNotifyCmd failed' || die "a broken nginx was reloaded"
    expect "a broken nginx serves the former one" "$(served)" "^$former$"
    expect "and status says why" "$(status)" 'nginx: NOT reloaded, its configuration is broken'
    in_machine rm /etc/nginx/conf.d/broken.conf
    notified "after nginx was mended"
    await_served "$(held)"
    expect "mended, it serves the new one" "$(served)" "^$(held)$"
}

# A file with a mistake: systemctl fails, and what is wrong, by file and line, is where one looks then.
broken_configuration() {
    local file=/etc/mdcertd/conf.d/broken.conf wrong pid
    wrong="$file:2:[0-9]+: error: 'soon' is not a length of time"
    pid=$(in_machine systemctl show -P MainPID mdcertd)
    in_machine sh -c "printf '# mine\nMDRenewWindow soon\n' > $file"
    holds "systemctl does not reload a broken file" in_machine sh -c '! systemctl reload mdcertd'
    expect "and shows the line that is to blame" "$(in_machine systemctl status --no-pager -l -n 20 mdcertd)" "$wrong"
    holds "mdcertd goes on" [ "$pid" = "$(in_machine systemctl show -P MainPID mdcertd)" ]
    expect "with what it has" "$(passed_on) $(status)" '^404 .*example\.org'

    in_machine sh -c 'systemctl stop mdcertd 2> /dev/null; systemctl reset-failed'  # some time later
    holds "nor does it start on one" in_machine sh -c '! systemctl start mdcertd'
    expect "which shows it, too" "$(in_machine systemctl status --no-pager -l -n 20 mdcertd || true)" "$wrong"
    expect "a start is not repeated" \
        "$(in_machine systemctl show -P ActiveState mdcertd) $(in_machine systemctl show -P NRestarts mdcertd)" '^failed 0$'
    expect "a question meanwhile is told so" "$(passed_on)" "^50[24] of nginx's own"
    holds "and nobody else gets it" in_machine sh -c "! $(bind_as_nobody /run/mdcertd/http.sock)"
    in_machine rm "$file"
    holds "mended, it starts" in_machine systemctl start mdcertd
    expect "and answers" "$(passed_on)" '^404$'
}

# Programs of root's, which mdcertd may have run and not change.
own_hooks() {
    in_machine sh -c 'printf "#!/bin/sh\necho first line; echo second line >&2\nid -un > /root/hooked\n
        (read -r x < /root/later; echo still here; touch /root/lived) &\n[ ! -e /root/refuse ] || exit 9\n" > /etc/mdcertd/hooks/copy
        chmod 755 /etc/mdcertd/hooks/copy; mkfifo /root/later'
    in_machine sed -i 's|^MDNotifyCmd .*|& hook:copy|' /etc/mdcertd/conf.d/example.org.conf
    in_machine systemctl reload mdcertd
    in_machine touch /root/refuse
    refused_renewal 'first line'
    logged 'MDNotifyCmd failed.*first line' || die "the hook was not run: $(status)"
    expect "a hook that fails shows its first line" "$(status)" 'first line'
    expect "and all of them in the log" "$(in_machine mdcertd log example.org)" 'second line'
    in_machine rm /root/refuse
    notified "with a hook"
    expect "it is root's" "$(in_machine cat /root/hooked)" '^root$'
    in_machine timeout 10 sh -c 'echo go > /root/later; until [ -e /root/lived ]; do :; done'
    holds "what it leaves in the background lives on" [ -e "$machine/root/lived" ]
    in_machine chmod 777 /etc/mdcertd/hooks/copy
    expect "one that others may write to is not run" \
        "$(in_machine runuser -u mdcertd -- /usr/lib/mdcertd/run-hook copy 2>&1)" 'others may write to'
    in_machine chmod 755 /etc/mdcertd/hooks/copy
    expect "nor one that is not there" \
        "$(in_machine runuser -u mdcertd -- /usr/lib/mdcertd/run-hook other 2>&1)" 'there is no'
    in_machine sed -i '/^MDNotifyCmd/s| hook:copy||' /etc/mdcertd/conf.d/example.org.conf
    in_machine systemctl reload mdcertd
}

# A program that mdcertd runs by itself: what it leaves in the background outlives the unit.
own_program() {
    local file=/etc/mdcertd/conf.d/example.org.conf former
    former=$(in_machine grep '^MDNotifyCmd' $file)
    in_machine sh -c 'printf "#!/bin/sh\nsleep 600 &\n" > /usr/local/bin/leave; chmod 755 /usr/local/bin/leave'
    in_machine sed -i 's|^MDNotifyCmd .*|MDNotifyCmd /usr/local/bin/leave|' $file
    in_machine systemctl reload mdcertd
    in_machine mdcertd renew example.org > /dev/null
    notified "by a program in the unit"
    in_machine systemctl restart mdcertd
    holds "what a program leaves in the background outlives mdcertd" in_machine pkill -u mdcertd -x sleep
    in_machine sed -i "s|^MDNotifyCmd .*|$former|" $file
    in_machine systemctl reload mdcertd
}

# What an administrator gave to a group, or by an ACL, is there after a renewal by the service user.
access_stays() {
    local live=/var/lib/mdcertd/md/domains/example.org words
    in_machine sh -c 'groupadd -f readers; cd /var/lib/mdcertd; chgrp readers md md/domains
        chmod 710 md md/domains; cd md/domains/example.org; chgrp readers . *.pem; chmod 750 .; chmod 640 *.pem
        setfacl -m u:nobody:x /var/lib/mdcertd/md /var/lib/mdcertd/md/domains .
        setfacl -m u:nobody:r privkey.pem'
    words=$(in_machine mdcertd check 2>&1) || true
    expect "check prints the drop-in" "$words" 'SupplementaryGroups=readers.*StateDirectoryMode='
    # Those lines, as they are there.
    in_machine mkdir -p /etc/systemd/system/mdcertd.service.d
    grep -oE "'(\[Service\]|SupplementaryGroups=|StateDirectoryMode=)[^']*'" <<< "$words" | tr -d "'" \
        > "$machine/etc/systemd/system/mdcertd.service.d/access.conf"
    in_machine sh -c 'systemctl daemon-reload; systemctl restart mdcertd'
    expect "which is all that it wants" "$(in_machine mdcertd check 2>&1)" ': fine, '
    in_machine mdcertd renew example.org > /dev/null
    notified "with a group"
    expect "the key of a renewal is the group's" "$(in_machine stat -c '%G %a' $live/privkey.pem)" '^readers 640$'
    expect "and its folder" "$(in_machine stat -c '%G %a' $live)" '^readers 750$'
    expect "and the way there" "$(in_machine stat -c '%G %a' /var/lib/mdcertd /var/lib/mdcertd/md | xargs)" '^mdcertd 711 readers 710$'
    expect "it has its ACL" "$(in_machine getfacl -cp $live/privkey.pem)" '^user:nobody:r--$'
    holds "by which one reads it" in_machine runuser -u nobody -- openssl pkey -noout -in $live/privkey.pem
    in_machine systemctl restart mdcertd
    expect "all of which a restart leaves as it is" "$(in_machine sh -c "stat -c '%G %a' $live $live/privkey.pem; getfacl -cp $live/privkey.pem" | xargs)" \
        '^readers 750 readers 640 .*user:nobody:r--'
    in_machine chgrp readers /var/lib/mdcertd
    expect "unless the state directory is another's, which check tells" "$(in_machine mdcertd check 2>&1)" \
        '/var/lib/mdcertd is of the group readers'
    in_machine chgrp mdcertd /var/lib/mdcertd
    holds "and others do not" in_machine sh -c "! runuser -u www-data -- cat $live/privkey.pem"
}

# HAProxy in nginx's place: it finds the socket in its chroot, by README's words and the snippet.
balancer() {
    local file=/etc/mdcertd/conf.d/example.org.conf socket=/var/lib/haproxy/mdcertd/http.sock former
    in_machine cp $file /root/with-nginx.conf
    in_machine sed -i "s|^MDPortMap .*|MDPortMap 80:unix:$socket 443:-|; s|^MDNotifyCmd .*|MDNotifyCmd /usr/lib/mdcertd/reload haproxy|" $file
    in_machine sh -c 'systemctl stop mdcertd; systemctl enable -q --now mdcertd-haproxy.socket; systemctl start mdcertd' ||
        die "mdcertd does not start with HAProxy's socket"
    expect "HAProxy's socket is for it alone" "$(in_machine stat -c '%U:%G %a' $socket)" '^root:haproxy 660$'
    in_machine systemctl stop nginx
    in_machine sh -c 'mdcertd snippet haproxy example.org > /root/snippet; sed -n "s/^#   //p" /root/snippet | sh -e
        cat /root/snippet >> /etc/haproxy/haproxy.cfg; systemctl restart haproxy' || die "HAProxy does not start"
    expect "HAProxy passes questions on to it" "$(passed_on)" '^404$'
    expect "and serves what the store holds" "$(served)" "^$(held)$"
    former=$(held)
    in_machine mdcertd renew example.org > /dev/null
    notified "with HAProxy"
    holds "behind it a renewal brings another certificate" [ "$(held)" != "$former" ]
    await_served "$(held)"
    expect "which it serves" "$(served)" "^$(held)$"
    in_machine sh -c "systemctl stop haproxy mdcertd mdcertd-haproxy.socket 2> /dev/null; systemctl disable -q mdcertd-haproxy.socket
        rm -r /etc/haproxy/mdcertd; cp /root/with-nginx.conf $file; systemctl start nginx mdcertd"
    expect "nginx again has what came meanwhile" "$(passed_on) $(served)" "^404 $(held)$"
}

shown() {   # the fingerprint of what is shown at PORT [-starttls PROTOCOL]
    in_machine sh -c 'port=$1; shift
        openssl s_client -connect 127.0.0.1:"$port" "$@" < /dev/null 2> /dev/null |
            openssl x509 -noout -fingerprint -sha256' shown "$@"
}

# Postfix and Dovecot take up what they show from the same command.
mail_servers() {
    local live=/var/lib/mdcertd/md/domains/example.org former
    in_machine postconf -e "smtpd_tls_chain_files=$live/privkey.pem,$live/pubcert.pem"
    in_machine sed -i "s|/.*mail.pem|$live/pubcert.pem|; s|/.*mail.key|$live/privkey.pem|" \
        /etc/dovecot/conf.d/99-test.conf
    in_machine systemctl restart postfix dovecot || die "the mail servers do not start"
    in_machine sed -i 's|^MDNotifyCmd .*|& postfix dovecot|' /etc/mdcertd/conf.d/example.org.conf
    in_machine systemctl reload mdcertd
    former=$(held)
    in_machine mdcertd renew example.org > /dev/null
    notified "with mail servers"
    holds "with mail servers, a renewal brings another certificate" [ "$(held)" != "$former" ]
    expect "which Postfix shows" "$(shown 25 -starttls smtp)" "^$(held)$"
    expect "and Dovecot" "$(shown 993)" "^$(held)$"

    former=$(held)
    in_machine sh -c 'echo "protocols = {" > /etc/dovecot/conf.d/98-broken.conf'
    refused_renewal 'dovecot: NOT reloaded'
    logged 'MDNotifyCmd failed.*dovecot: NOT reloaded' || die "a broken Dovecot was reloaded"
    expect "a broken Dovecot shows the former one" "$(shown 993)" "^$former$"
    expect "and status says why" "$(status)" 'dovecot: NOT reloaded, its configuration is broken'
    in_machine rm /etc/dovecot/conf.d/98-broken.conf
    notified "after Dovecot was mended"
    expect "mended, it shows the new one" "$(shown 993)" "^$(held)$"
}

install() {   # DEB
    in_machine env DEBIAN_FRONTEND=noninteractive apt-get -q -y install "$1" 2>&1
}

upgrade() {
    local newer=$machine/root/newer.deb tree=$machine/root/newer former orders_before pid
    dpkg-deb -R "$deb" "$tree"
    sed -i 's/^Version: .*/&+test1/' "$tree/DEBIAN/control"
    dpkg-deb -b "$tree" "$newer" > /dev/null
    in_machine sh -c 'echo "# mine" >> /etc/mdcertd/mdcertd.conf'
    former=$(held)
    orders_before=$(orders)
    pid=$(in_machine systemctl show -P MainPID mdcertd)
    install /root/newer.deb > /dev/null || die "it does not upgrade"
    holds "an upgrade restarts the daemon" [ "$pid" != "$(in_machine systemctl show -P MainPID mdcertd)" ]
    holds "which runs" in_machine systemctl is-active mdcertd
    expect "keeps a configuration that was edited" "$(in_machine cat /etc/mdcertd/mdcertd.conf)" '^# mine$'
    expect "and what the store holds" "$(held)" "^$former$"
    expect "and orders nothing" "$(orders)" "^$orders_before$"
}

end_of_life() {
    local words former
    former=$(held)
    in_machine env DEBIAN_FRONTEND=noninteractive apt-get -q -y remove mdcertd > /dev/null 2>&1 || die "it cannot be removed"
    holds "removed, it does not run" [ "$(in_machine systemctl is-active mdcertd)" = inactive ]
    holds "its configuration stays" [ -e "$machine/etc/mdcertd/mdcertd.conf" ]
    expect "nginx goes on" "$(served)" "^$former$"
    words=$(in_machine env DEBIAN_FRONTEND=noninteractive apt-get -q -y purge mdcertd 2>&1) || die "it cannot be purged"
    expect "a purge says that the store is left" "$words" '/var/lib/mdcertd is left as it is'
    holds "takes the configuration" [ ! -e "$machine/etc/mdcertd/mdcertd.conf" ]
    expect "and leaves the store" "$(held)" "^$former$"
    install "/root/$(basename "$deb")" > /dev/null || die "it cannot be installed again"
    expect "installed again it goes on with it" "$(held)" "^$former$"
    holds "and runs" in_machine systemctl is-active mdcertd
}

echo "== lintian"
lintian --fail-on error --tag-display-limit 0 "$deb" || fail "lintian finds errors"
expect "it has its own changelog" \
    "$(dpkg-deb --fsys-tarfile "$deb" | tar -xO ./usr/share/doc/mdcertd/changelog.gz | zcat)" '^mdcertd \('
make_base
boot
start_authority
first_certificate
socket
renewals
broken_configuration
own_hooks
own_program
access_stays
balancer
mail_servers
upgrade
end_of_life
[ "$bad" -eq 0 ] && echo "The package lives well."
exit "$bad"
