#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# online_test.sh ROOT MDCERTD: `check --online` in a world of its own: a network namespace with its own
# name server on port 53, a real Pebble, and ports 80 and 443 that are really those. Skipped (77)
# where the system allows no namespaces.
set -euo pipefail
if [ "${3:-}" != inside ]; then
    unshare --net --mount true 2> /dev/null || { echo "no namespaces here: skipped"; exit 77; }
    exec unshare --net --mount "$0" "$1" "$2" inside
fi
root=$1 mdcertd=$2
. "$root/tests/support/pebble.sh"
ip link set lo up
scratch=$(mktemp -d)
trap 'stop_started; rm -rf "$scratch"' EXIT
printf 'nameserver 127.0.0.1\noptions timeout:1 attempts:1\n' > "$scratch/resolv.conf"
printf '127.0.0.1 localhost\n' > "$scratch/hosts"
mount --bind "$scratch/resolv.conf" /etc/resolv.conf
mount --bind "$scratch/hosts" /etc/hosts

start_ca "$scratch"
# A second one for the system's resolver, which asks on port 53: the world of this test.
name_server_flags 127.0.0.1:53
pebble-challtestsrv -management 127.0.0.1:8055 "${flags[@]}" -defaultIPv4 "" -defaultIPv6 "" \
    > "$scratch/dns.log" 2>&1 &
started+=($!)
wait_for_port 8055 $!
dns() {   # WHAT JSON
    curl -sS --fail -o "$scratch/answer" -d "$2" "http://127.0.0.1:8055/$1"
}
dns add-a '{"host":"good.test","addresses":["127.0.0.1"]}'
dns add-aaaa '{"host":"good.test","addresses":["::1"]}'
dns add-a '{"host":"stranger.test","addresses":["127.0.0.1","127.0.0.9"]}'
dns add-a '{"host":"moved.test","addresses":["127.0.0.8"]}'
# It answers what it does not know as a lame server does, which is no answer.
dns add-caa '{"host":"good.test","policies":[{"tag":"iodef","value":"mailto:admin@good.test"}]}'
dns add-caa '{"host":"stranger.test","policies":[{"tag":"issue","value":"other.example"}]}'

cat > "$scratch/mdcertd.conf" <<EOT
ServerRoot $scratch/state
MDCertificateAuthority $directory_url
MDCACertificateFile $listener_ca
MDPrivateKeys P-256
Listen 127.0.0.1:80
Listen [::1]:80
Listen 127.0.0.1:443
User root
ManagedDomain good.test
ManagedDomain stranger.test
ManagedDomain moved.test
ManagedDomain absent.test
EOT

# The others that answer on port 80: a web server that knows nothing of us, and one that redirects.
answer_with() {   # ADDRESS HEADER...
    local address=$1
    shift
    perl -MIO::Socket::INET -e '
        my ($address, @header) = @ARGV;
        my $server = IO::Socket::INET->new(LocalAddr => $address, LocalPort => 80, Listen => 5,
                                           ReuseAddr => 1) or die $!;
        while (my $client = $server->accept) {
            while (<$client>) { last if /^\r?$/ }
            print $client join("\r\n", @header, "Content-Length: 0", "Connection: close", "", "");
            close $client;
        }' "$address" "$@" &
    started+=($!)
    wait_for_port 80 $! "$address"
}
answer_with 127.0.0.9 'HTTP/1.1 404 Not Found' 'Server: a web server'
answer_with 127.0.0.8 'HTTP/1.1 301 Moved' 'Location: https://moved.test/'

bad=0
check() {   # ARGUMENT...
    "$mdcertd" check --online "$@" -c "$scratch/mdcertd.conf" > "$scratch/out" 2> "$scratch/errors" ||
        { echo "check --online failed"; bad=1; }
}
says() {   # TEXT
    grep -qF -- "$1" "$scratch/out" || { echo "missing: $1"; bad=1; }
}
silent_on() {   # TEXT
    ! grep -qF -- "$1" "$scratch/out" || { echo "not expected: $1"; bad=1; }
}
judged_names() {
    says 'good.test at 127.0.0.1: our answer came back'
    says 'good.test at ::1: our answer came back'
    says 'stranger.test at 127.0.0.1: our answer came back'
    says 'advice: stranger.test at 127.0.0.9: another server answers, with status 404 (a web server)'
    says 'advice: moved.test at 127.0.0.8: redirects to https://moved.test/'
    says 'advice: absent.test: cannot resolve absent.test'
}

# No daemon runs: the command answers by itself.
check
judged_names
says "$directory_url is reachable"
says 'advice: the CA'\''s terms of service are not accepted'
says "the clock agrees with the CA's"
says 'mdcertd does not run, tried by this command: port 80 is open here'
says 'good.test: CAA allows this CA'
says 'advice: moved.test: no name server tells its CAA records'
says 'advice: stranger.test: CAA allows only other.example'
says 'the store '"$scratch"'/state/md can be written'

# It runs, and answers.
"$mdcertd" run -c "$scratch/mdcertd.conf" > "$scratch/log" 2>&1 &
daemon=$!
started+=($daemon)
wait_for_line "$scratch/log" 'mdcertd runs' 10 $daemon
check
judged_names
says 'mdcertd runs, port 80 is open here'
check good.test
says 'good.test at 127.0.0.1: our answer came back'
silent_on 'stranger.test at'
end_process $daemon || { echo "the daemon does not end"; bad=1; }

# A port that is taken, a CA that is away, a name nobody has.
answer_with 127.0.0.1 'HTTP/1.1 404 Not Found'
check good.test
says 'advice: mdcertd does not run, tried by this command: cannot listen on 127.0.0.1:80: Address already in use'
says 'advice: good.test at 127.0.0.1: another server answers, with status 404'
stop_started
check good.test
says "advice: $directory_url: "
says 'advice: good.test: cannot resolve good.test'

# What the user of the daemon may do goes by that user's rights, not by root's.
sed -i 's/^User root/User daemon\nGroup daemon/' "$scratch/mdcertd.conf"
chmod 0711 "$scratch" "$scratch/state"
check good.test
says "advice: the store cannot be written: $scratch/state/md: Permission denied for user daemon"
chown -R daemon:daemon "$scratch/state/md"
check good.test
says "the store $scratch/state/md can be written"
if "$mdcertd" check --online nobody.test -c "$scratch/mdcertd.conf" > "$scratch/out" 2>&1; then
    echo "a name nobody has is no error"
    bad=1
fi
[ "$bad" = 0 ] || { cat "$scratch/out" "$scratch/errors"; exit 1; }
