// SPDX-License-Identifier: Apache-2.0
#include "model/identifier.hpp"

#include "support/catch.hpp"

#include <string>
#include <vector>

using namespace md::model;

namespace {

Identifier identifier(std::string_view text) {
    return Identifier::parse(text).value();
}

}  // namespace

TEST_CASE("a wildcard covers one label, and itself") {
    struct Row {
        const char *covering, *other;
        bool covered;
    };
    for (const Row& row : std::vector<Row>{{"a.org", "a.org", true},
                                           {"a.org", "www.a.org", false},
                                           {"a.org", "b.org", false},
                                           {"*.a.org", "www.a.org", true},
                                           {"*.a.org", "a.org", false},
                                           {"*.a.org", "x.www.a.org", false},
                                           {"*.a.org", "*.a.org", true},
                                           {"*.a.org", "*.www.a.org", false},
                                           {"www.a.org", "*.a.org", false},
                                           {"*.a.org", "www.ba.org", false},
                                           {"*.a.org", "localhost", false},
                                           {"*.a.org", "192.0.2.1", false},
                                           {"192.0.2.1", "192.0.2.1", true},
                                           {"2001:db8::1", "2001:DB8:0::1", true},
                                           {"192.0.2.1", "192.0.2.2", false}}) {
        CAPTURE(row.covering, row.other);
        CHECK(identifier(row.covering).covers(identifier(row.other)) == row.covered);
    }
}

TEST_CASE("what kind of identifier it is") {
    CHECK(identifier("*.a.org").is_wildcard());
    CHECK_FALSE(identifier("a.org").is_wildcard());
    CHECK(identifier("localhost").is_single_label());
    CHECK_FALSE(identifier("a.org").is_single_label());
    CHECK_FALSE(identifier("::1").is_single_label());
    CHECK_FALSE(identifier("1.2.3.4.example").is_ip());
    CHECK(identifier("a.org") == identifier("A.ORG."));
    CHECK(identifier("a.org") < identifier("b.org"));
}

TEST_CASE("an address has one text, its octets and the name of its reverse mapping") {
    const std::string zeros = "0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.";
    struct Row {
        const char *written, *text;
        std::size_t octets;
        std::string server_name;
    };
    for (const Row& row : std::vector<Row>{
             {"192.0.2.1", "192.0.2.1", 4, "1.2.0.192.in-addr.arpa"},
             {"0.0.0.255", "0.0.0.255", 4, "255.0.0.0.in-addr.arpa"},
             {"2001:db8::1", "2001:db8::1", 16, "1." + zeros + "8.b.d.0.1.0.0.2.ip6.arpa"},
             {"2001:0DB8:0:0:0:0:0:1", "2001:db8::1", 16,
              "1." + zeros + "8.b.d.0.1.0.0.2.ip6.arpa"},
             {"2001:db8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1", 16,
              "1.0.0.0.1.0.0.0.1.0.0.0.1.0.0.0.1.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa"},
             {"::", "::", 16, "0.0.0.0.0.0.0.0.0." + zeros + "ip6.arpa"}}) {
        CAPTURE(row.written);
        const Identifier address = identifier(row.written);
        CHECK(address.is_ip());
        CHECK(address.wire_type() == "ip");
        CHECK(address.text() == row.text);
        CHECK(address.octets().size() == row.octets);
        CHECK(Identifier::from_octets(address.octets()) == address);
        CHECK(address.server_name() == row.server_name);
        CHECK(Identifier::from_server_name(row.server_name) == address);
    }
}

TEST_CASE("a server name that is no reverse mapping of an address is a name") {
    for (const char* name : {"a.org", "1.2.in-addr.arpa", "in-addr.arpa", "256.0.0.0.in-addr.arpa",
                             "1.02.0.192.in-addr.arpa", "x.1.2.0.192.in-addr.arpa",
                             "8.b.d.0.1.0.0.2.ip6.arpa", "12.0.ip6.arpa"}) {
        CAPTURE(name);
        CHECK(identifier(name).server_name() == name);
        CHECK(Identifier::from_server_name(name) == identifier(name));
    }
    CHECK_FALSE(Identifier::from_server_name("a..org"));
}

TEST_CASE("what looks like an address and is none is refused") {
    for (const std::string& text :
         {std::string("1.2.3"), std::string("256.1.1.1"), std::string("01.2.3.4"),
          std::string("1.2.3.4\0x", 9), std::string("1::2::3"), std::string("[::1]"),
          std::string("fe80::1%eth0"), std::string("12345::"), std::string(":"), std::string()}) {
        CAPTURE(text);
        CHECK_FALSE(Identifier::parse(text).has_value());
    }
    CHECK_FALSE(Identifier::from_octets(std::vector<unsigned char>(5)));
}

TEST_CASE("an identifier of the wire is of the type that it says") {
    CHECK(Identifier::from_wire("dns", "A.org").value() == identifier("a.org"));
    CHECK(Identifier::from_wire("ip", "2001:DB8::0:1").value() == identifier("2001:db8::1"));
    CHECK(Identifier::from_wire("", "192.0.2.1").value().is_ip());
    CHECK_FALSE(Identifier::from_wire("dns", "192.0.2.1").has_value());
    CHECK_FALSE(Identifier::from_wire("ip", "a.org").has_value());
    CHECK_FALSE(Identifier::from_wire("permanent-identifier", "a.org").has_value());
}
