// SPDX-License-Identifier: Apache-2.0
// What goes on at a port that is open to the Internet, one row each: while it goes on, validators
// of both kinds are answered at once, whoever does it gets what the row says, and memory stays
// bounded.
#include "proving.hpp"
#include "support/catch.hpp"
#include "support/tally.hpp"

#include <atomic>
#include <chrono>
#include <cstdint>
#include <fstream>
#include <functional>
#include <future>
#include <sys/socket.h>
#include <unistd.h>
#include <vector>

using namespace md::test;
using namespace std::chrono_literals;
using namespace std::string_literals;
using md::server::Limits;

namespace {

const std::string closed = "closed without a word";

struct Target : Proving {
    using Proving::Proving;
    std::atomic<bool> over = false;
    std::atomic<unsigned> tried = 0;  // hostile connections and requests
};

// Goes on until the target says that it is over; what the stranger got, the last time.
using Attack = std::function<std::string(Target&)>;

std::string outcome_of(const std::string& answer) {
    if (answer.empty())
        return closed;
    if (answer.front() == '\x15')
        return "a TLS alert";
    if (answer.front() == '\x16')
        return "a TLS handshake";
    if (answer.find(key_authorization) != std::string::npos &&
        answer.find("HTTP/1.1", 1) != std::string::npos)
        return "an answer to the hidden request";
    return status_of(answer);
}

// One connection after the other says this and listens.
Attack saying(std::string octets, bool to_tls = false) {
    return [=](Target& target) {
        std::string got;
        do {
            got = outcome_of(say(to_tls ? target.https() : target.http(), octets));
            ++target.tried;
        } while (!target.over);
        return got;
    };
}

// The same, octet by octet and on many connections at once.
Attack dribbling(std::string octets, bool to_tls, std::size_t connections) {
    return [=](Target& target) {
        const std::uint16_t port = to_tls ? target.https() : target.http();
        std::string got;
        do {
            std::vector<Visitor> slow;
            for (std::size_t i = 0; i < connections; ++i)
                slow.emplace_back(port);
            for (char octet : octets)
                for (Visitor& visitor : slow)
                    visitor.send({&octet, 1});
            slow.back().finish_sending();
            got = outcome_of(slow.back().rest());
            target.tried += static_cast<unsigned>(connections);
        } while (!target.over);
        return got;
    };
}

// Connections that say this and stay; the last one hears what becomes of it.
Attack staying(std::string octets, bool to_tls, std::size_t connections) {
    return [=](Target& target) {
        std::vector<Visitor> idle;
        for (std::size_t i = 0; i < connections; ++i) {
            idle.emplace_back(to_tls || i % 8 == 1 ? target.https() : target.http());
            idle.back().send(octets);
            ++target.tried;
        }
        while (!target.over)
            std::this_thread::yield();
        return outcome_of(idle.back().rest());
    };
}

Attack resetting(std::string octets) {
    return [=](Target& target) {
        linger at_once{1, 0};
        for (std::size_t i = 0; !target.over || i < octets.size(); ++i) {
            Visitor visitor(i % 2 == 0 ? target.http() : target.https());
            ::setsockopt(visitor.descriptor(), SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
            visitor.send(octets.substr(0, i % octets.size()));
            ++target.tried;
        }
        return closed;
    };
}

// Asks without end on one connection and never reads.
std::string never_reads(Target& target) {
    Visitor deaf(target.http());
    int small = 4096;
    ::setsockopt(deaf.descriptor(), SOL_SOCKET, SO_RCVBUF, &small, sizeof small);
    std::string many;
    for (int i = 0; i < 100; ++i)
        many += get("/");
    while (::send(deaf.descriptor(), many.data(), many.size(), MSG_NOSIGNAL) >= 0)
        target.tried += 100;
    while (!target.over)
        std::this_thread::yield();
    return closed;
}

// Sends a body of which it said that it has 1 GB, for as long as it is let.
std::string sends_1_gb(Target& target) {
    std::string got;
    do {
        Visitor visitor(target.http());
        visitor.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1073741824\r\n\r\n");
        const std::string piece(64 * 1024, 'x');
        for (int i = 0; i < 100; ++i)
            visitor.send(piece);
        got = visitor.rest();
        ++target.tried;
    } while (!target.over);
    return got.empty() || status_of(got) == "413" ? "413" : status_of(got);
}

struct Row {
    std::string what;
    Attack attack;
    std::string outcome;
    std::chrono::milliseconds request_time{10'000};
};

std::string post(const std::string& rest) {
    return "POST / HTTP/1.1\r\nHost: a\r\n" + rest;
}

std::vector<Row> rows() {
    const std::string hidden = get(challenge);
    const std::string hello = client_hello(prepared_name, "acme-tls/1");
    return {
        {"silence", staying("", false, 300), closed, 200ms},
        {"silence on the TLS port", staying("", true, 300), closed, 200ms},
        {"a request that does not come to its end", staying("GET / HT", false, 90), closed, 200ms},
        {"slow-loris: a header that never ends", dribbling("GET / HTTP/1.1\r\nX: y", false, 90),
         closed},
        {"10,000 open connections", staying("", false, 10'000), closed, 200ms},
        {"half-closed in the middle of a request", saying("GET / HTTP/1.1\r\nHo"), closed},
        {"half-closed after a whole one", saying(get(challenge)), "200"},
        {"half-closed at once", saying(""), closed},
        {"connections reset at any octet", resetting(get(challenge)), closed},
        {"TLS on the plain port", saying(hello), "400"},
        {"plain HTTP on the TLS port", saying(get("/"), true), closed},
        {"zeros on the TLS port", saying(std::string(20'000, '\0'), true), closed},
        {"a TLS record longer than any", saying("\x16\x03\x01\xff\xff\x01"s, true), "a TLS alert"},
        {"a ClientHello that lies about its length",
         saying("\x16\x03\x01\x00\x05\x01\x00\x00\x01\x00"s, true), "a TLS alert"},
        {"a ClientHello in single octets", dribbling(hello, true, 20), "a TLS handshake"},
        {"handshakes that break off after the ServerHello", saying(hello, true), "a TLS handshake"},
        {"smuggling: two lengths",
         saying(post("Content-Length: 0\r\nContent-Length: 99\r\n\r\n" + hidden)), "400"},
        {"smuggling: a length and chunks",
         saying(post("Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + hidden)),
         "400"},
        {"smuggling: a coding nobody knows",
         saying(post("Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n" + hidden)), "400"},
        {"smuggling: a space before the colon",
         saying(post("Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n" + hidden)), "400"},
        {"smuggling: a folded line", saying(post("X: y\r\n Content-Length: 9\r\n\r\n" + hidden)),
         "400"},
        {"smuggling: bare line feeds", saying("GET / HTTP/1.1\nHost: a\n\n" + hidden), "400"},
        {"an absolute form",
         saying("GET http://b.example" + challenge + " HTTP/1.1\r\nHost: a\r\n\r\n"), "200"},
        {"an absolute form of another scheme",
         saying("GET ftp://b.example/ HTTP/1.1\r\nHost: a\r\n\r\n"), "400"},
        {"no Host", saying("GET " + challenge + " HTTP/1.1\r\n\r\n"), "400"},
        {"no Host in HTTP/1.0", saying("GET " + challenge + " HTTP/1.0\r\n\r\n"), "200"},
        {"two Hosts", saying("GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n"), "400"},
        {"a path with ..", saying(get("/.well-known/acme-challenge/../acme-challenge/token-1")),
         "404"},
        {"a path with %2e%2e",
         saying(get("/.well-known/acme-challenge/%2e%2e/acme-challenge/token-1")), "404"},
        {"a path with //", saying(get("//.well-known//acme-challenge/token-1")), "404"},
        {"a path with %00", saying(get(challenge + "%00")), "404"},
        {"a path with NUL", saying(get(challenge + "\0"s)), "400"},
        {"a path out of the file system", saying(get("/../../../etc/passwd")), "404"},
        {"the HTTP/2 preface", saying("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"), "505"},
        {"CONNECT", saying("CONNECT b.example:443 HTTP/1.1\r\nHost: b.example\r\n\r\n"), "400"},
        {"a method nobody knows", saying("BREW / HTTP/1.1\r\nHost: a\r\n\r\n"), "404"},
        {"a header of a megabyte", saying(get("/", "a", "X: " + std::string(1 << 20, 'x'))), "431"},
        {"a request line of a megabyte", saying("GET /" + std::string(1 << 20, 'a')), "431"},
        {"a body of 1 GB, announced", saying(post("Content-Length: 1073741824\r\n\r\n")), "413"},
        {"a body of 1 GB, sent", sends_1_gb, "413"},
        {"a chunk of 1 GB", saying(post("Transfer-Encoding: chunked\r\n\r\n40000000\r\n")), "404"},
        {"a client that asks without end and never reads", never_reads, closed, 200ms},
    };
}

std::size_t resident_mb() {
    std::ifstream numbers("/proc/self/statm");
    std::size_t size = 0, resident = 0;
    numbers >> size >> resident;
    return resident * static_cast<std::size_t>(::sysconf(_SC_PAGESIZE)) >> 20;
}

}  // namespace

TEST_CASE("whatever strangers do, validators are answered at once and memory stays bounded",
          "[heavy]") {
    OpenFiles files;
    files.raise(32'768);
    unsigned tried = 0;
    for (const Row& row : rows()) {
        INFO(row.what);
        Limits limits;
        limits.request_time = row.request_time;
        Target target(limits);
        validates_promptly(target);  // whatever is made once is there now
        const std::size_t before = resident_mb();
        auto got = std::async(std::launch::async, [&] { return row.attack(target); });
        while (target.tried == 0)
            std::this_thread::yield();
        const Waits waits = waits_of_validators(target, 30);
        CHECK(waits.most < prompt);
        const std::size_t after = resident_mb();
        target.over = true;
        CHECK(got.get() == row.outcome);
        CHECK(after <= before + 50 * slowness);
        CHECK(validates_promptly(target));
        tried += target.tried;
        tally("longest-wait-us", static_cast<std::uint64_t>(waits.worst / 1us), row.what);
    }
    tally("hostile-requests", tried);
}
