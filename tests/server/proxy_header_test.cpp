// SPDX-License-Identifier: Apache-2.0
// Headers as HAProxy writes them, cut at every octet, and such as nobody should send.
#include "server/proxy_header.hpp"

#include "support/catch.hpp"

#include <string>

using namespace md::server;
using namespace std::string_literals;
using State = ProxyHeader::HeaderState;

namespace {

const std::string signature = "\r\n\r\n\0\r\nQUIT\n"s;

std::string binary(unsigned char command, unsigned char family, const std::string& rest) {
    const auto size = static_cast<unsigned>(rest.size());
    return signature + static_cast<char>(command) + static_cast<char>(family) +
           static_cast<char>(size >> 8) + static_cast<char>(size & 255) + rest;
}

const std::string of_ipv4 = "\xc0\x00\x02\x09\x7f\x00\x00\x01\xde\xad\x01\xbb"s;
const std::string of_ipv6 = "\x20\x01\x0d\xb8"s + std::string(11, '\0') + "\x09" +
                            std::string(15, '\0') + "\x01\xde\xad\x01\xbb";

std::string source_of(const std::string& octets) {
    const auto header = parse_proxy_header(octets);
    INFO(header.reason);
    REQUIRE(header.state == State::whole);
    return header.source ? header.source->to_string() : "none";
}

std::string reason_of(const std::string& octets) {
    const auto header = parse_proxy_header(octets);
    REQUIRE(header.state == State::malformed);
    return header.reason;
}

}  // namespace

TEST_CASE("the client is read from both versions and both families") {
    CHECK(source_of("PROXY TCP4 192.0.2.9 127.0.0.1 57005 443\r\n") == "192.0.2.9");
    CHECK(source_of("PROXY TCP6 2001:db8::9 ::1 0 65535\r\n") == "2001:db8::9");
    CHECK(source_of(binary(0x21, 0x11, of_ipv4)) == "192.0.2.9");
    CHECK(source_of(binary(0x21, 0x21, of_ipv6)) == "2001:db8::9");
    CHECK(source_of(binary(0x21, 0x11,
                           of_ipv4 + "\x04\x00\x03"
                                     "abc"s)) == "192.0.2.9");
}

TEST_CASE("a balancer that speaks for itself, or of a Unix socket, names no client") {
    CHECK(source_of("PROXY UNKNOWN\r\n") == "none");
    CHECK(source_of("PROXY UNKNOWN ffff:: ffff:: 65535 65535\r\n") == "none");
    CHECK(source_of(binary(0x20, 0x00, "")) == "none");
    CHECK(source_of(binary(0x20, 0x11, of_ipv4)) == "none");
    CHECK(source_of(binary(0x20, 0xff, "x")) == "none");
    CHECK(source_of(binary(0x21, 0x00, "")) == "none");
    CHECK(source_of(binary(0x21, 0x31, std::string(216, 'p'))) == "none");
}

TEST_CASE("never more is asked for than belongs to the header, and at last all of it") {
    for (const std::string& header :
         {"PROXY TCP4 192.0.2.9 127.0.0.1 57005 443\r\n"s, "PROXY UNKNOWN\r\n"s,
          "PROXY TCP6 2001:db8::9 ::1 1 2\r\n"s, binary(0x21, 0x11, of_ipv4),
          binary(0x21, 0x21, of_ipv6 + std::string(484, 'x')), binary(0x20, 0x00, "")}) {
        for (std::size_t size = 0; size < header.size(); ++size) {
            const auto part = parse_proxy_header(header.substr(0, size));
            REQUIRE(part.state == State::more);
            REQUIRE(part.wanted > 0);
            REQUIRE(size + part.wanted <= header.size());
        }
        CHECK(parse_proxy_header(header).state == State::whole);
    }
}

TEST_CASE("536 octets are the most, 107 of the first version") {
    CHECK(binary(0x21, 0x11, std::string(520, 'x')).size() == longest_proxy_header);
    CHECK(parse_proxy_header(binary(0x21, 0x11, std::string(520, 'x'))).state == State::whole);
    CHECK(reason_of(binary(0x21, 0x11, std::string(521, 'x')).substr(0, 16)) ==
          "it is longer than 536 octets");
    CHECK(reason_of(binary(0x20, 0x00, std::string(521, 'x')).substr(0, 16)) ==
          "it is longer than 536 octets");
    CHECK(reason_of("PROXY UNKNOWN " + std::string(93, 'x')) ==
          "its line is longer than 107 octets");
}

TEST_CASE("what is malformed says why") {
    for (const char* line :
         {"TCP4 192.0.2.9 127.0.0.1 57005", "TCP4  192.0.2.9 127.0.0.1 1 2",
          "TCP4 192.0.2.9 127.0.0.1 1 2 3", "TCP4 192.0.2.9 127.0.0.1 1 2 ", "TCP4"}) {
        INFO(line);
        CHECK(reason_of("PROXY "s + line + "\r\n") == "it has not the five words of TCP4 or TCP6");
    }
    CHECK(reason_of("PROXY UDP4 192.0.2.9 127.0.0.1 1 2\r\n") ==
          "it is of neither TCP4, TCP6 nor UNKNOWN");
    for (const char* line :
         {"TCP4 2001:db8::9 127.0.0.1 1 2", "TCP6 192.0.2.9 ::1 1 2", "TCP4 192.0.2.9 x 1 2",
          "TCP4 192.0.2.256 127.0.0.1 1 2", "TCP6 fe80::1%1 ::1 1 2"}) {
        INFO(line);
        CHECK(reason_of("PROXY "s + line + "\r\n") == "an address in it is none of its family");
    }
    for (const char* ports : {"65536 1", "1 -1", "01 1", "1 +1", "1 999999"})
        CHECK(reason_of("PROXY TCP4 192.0.2.9 127.0.0.1 "s + ports + "\r\n") ==
              "a port in it is none");
    CHECK(reason_of("PROXY UNKNOWN\n") == "its line does not end with CR LF");
    CHECK(reason_of("GET / HTTP/1.1\r\n") == "it begins as none");
    CHECK(reason_of("\x16\x03\x01") == "it begins as none");
    CHECK(reason_of("\r\n\r\n\0\r\nQUIX"s) == "it begins as none");
    CHECK(reason_of(binary(0x11, 0x11, of_ipv4)) == "its version is not 2");
    CHECK(reason_of(binary(0x22, 0x11, of_ipv4)) == "its command is neither LOCAL nor PROXY");
    CHECK(reason_of(binary(0x21, 0x12, of_ipv4)) == "it is not of TCP");
    CHECK(reason_of(binary(0x21, 0x11, of_ipv4.substr(1))) == "it is too short for its addresses");
    CHECK(reason_of(binary(0x21, 0x21, of_ipv4)) == "it is too short for its addresses");
}

TEST_CASE("a header is known by its beginning") {
    CHECK(begins_like_proxy_header("PROXY TCP4 "));
    CHECK(begins_like_proxy_header(signature + "!"));
    CHECK_FALSE(begins_like_proxy_header("PROX"));
    CHECK_FALSE(begins_like_proxy_header("GET / HTTP/1.1\r\n"));
}
