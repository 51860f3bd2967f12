// SPDX-License-Identifier: Apache-2.0
// The octets of two extensions, well formed and not.
#include "server/client_hello.hpp"

#include "support/catch.hpp"

#include <string>

using namespace md::server;
using namespace std::string_literals;
using md::base::bytes_of;

namespace {

std::string two(std::size_t size) {
    return {static_cast<char>(size >> 8), static_cast<char>(size & 255)};
}

std::string sni(const std::string& name, char type = 0) {
    std::string entry = type + two(name.size()) + name;
    return two(entry.size()) + entry;
}

std::string alpn(std::initializer_list<std::string> names) {
    std::string list;
    for (const auto& name : names)
        list += static_cast<char>(name.size()) + name;
    return two(list.size()) + list;
}

}  // namespace

TEST_CASE("the name a client asks for is read in lower case") {
    CHECK(server_name(bytes_of(sni("a.example"))) == "a.example");
    CHECK(server_name(bytes_of(sni("A_b-1.EXAMPLE."))) == "a_b-1.example");
    CHECK(server_name(bytes_of(sni(std::string(255, 'a')))) == std::string(255, 'a'));
}

TEST_CASE("what is no host name is no name") {
    for (std::string name : {""s, "."s, "a b"s, "a\0b"s, "../x"s, "a/b"s, "\xc3\xa4"s, "a:80"s,
                             std::string(256, 'a')}) {
        CAPTURE(name);
        CHECK_FALSE(server_name(bytes_of(sni(name))));
    }
    CHECK_FALSE(server_name(bytes_of(sni("a.example", 1))));
}

TEST_CASE("a name extension cut or stretched anywhere is no name") {
    std::string whole = sni("a.example");
    for (std::size_t size = 0; size < whole.size(); ++size)
        CHECK_FALSE(server_name(bytes_of(whole.substr(0, size))));
    CHECK_FALSE(server_name(bytes_of(whole + "x")));
    for (std::size_t i : {0u, 1u, 3u, 4u}) {
        std::string wrong = whole;
        wrong[i] = static_cast<char>(wrong[i] + 1);
        CHECK_FALSE(server_name(bytes_of(wrong)));
    }
}

TEST_CASE("a protocol is found anywhere in the list, and only whole") {
    CHECK(offers_protocol(bytes_of(alpn({"acme-tls/1"})), "acme-tls/1"));
    CHECK(offers_protocol(bytes_of(alpn({"h2", "acme-tls/1", "http/1.1"})), "acme-tls/1"));
    CHECK_FALSE(offers_protocol(bytes_of(alpn({"h2", "http/1.1"})), "acme-tls/1"));
    CHECK_FALSE(offers_protocol(bytes_of(alpn({"acme-tls/12", "acme-tls/"})), "acme-tls/1"));
    CHECK_FALSE(offers_protocol(bytes_of(alpn({"ACME-TLS/1"})), "acme-tls/1"));
    CHECK_FALSE(offers_protocol({}, "acme-tls/1"));
}

TEST_CASE("a malformed list offers nothing, not even what stands in its sound part") {
    std::string whole = alpn({"acme-tls/1", "h2"});
    for (std::size_t size = 0; size < whole.size(); ++size)
        CHECK_FALSE(offers_protocol(bytes_of(whole.substr(0, size)), "acme-tls/1"));
    CHECK_FALSE(offers_protocol(bytes_of(whole + "x"), "acme-tls/1"));
    CHECK_FALSE(offers_protocol(bytes_of(alpn({"acme-tls/1", ""})), "acme-tls/1"));
    std::string stretched = whole;
    stretched[2] = '\xff';
    CHECK_FALSE(offers_protocol(bytes_of(stretched), "acme-tls/1"));
}

TEST_CASE("the bare list is read the same way") {
    std::string list = alpn({"h2", "http/1.1"}).substr(2);
    CHECK(lists_protocol(bytes_of(list), "http/1.1"));
    CHECK_FALSE(lists_protocol(bytes_of(list), "acme-tls/1"));
    CHECK_FALSE(lists_protocol(bytes_of(list.substr(0, list.size() - 1)), "h2"));
}
