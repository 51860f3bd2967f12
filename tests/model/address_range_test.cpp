// SPDX-License-Identifier: Apache-2.0
#include "model/address_range.hpp"

#include "support/catch.hpp"

using md::model::AddressOctets;
using md::model::AddressRange;

namespace {

AddressOctets octets(const char* address) {
    return AddressRange::parse(address).value().first;
}

bool contains(const char* range, const char* address) {
    return AddressRange::parse(range).value().contains(octets(address));
}

}  // namespace

TEST_CASE("an address is itself, a range all that begins alike") {
    CHECK(contains("192.0.2.1", "192.0.2.1"));
    CHECK_FALSE(contains("192.0.2.1", "192.0.2.2"));
    CHECK(contains("10.0.0.0/8", "10.255.0.1"));
    CHECK_FALSE(contains("10.0.0.0/8", "11.0.0.0"));
    CHECK(contains("10.2.0.0/15", "10.3.255.255"));
    CHECK_FALSE(contains("10.2.0.0/15", "10.4.0.0"));
    CHECK(contains("2001:db8::/33", "2001:db8:7fff::1"));
    CHECK_FALSE(contains("2001:db8::/33", "2001:db8:8000::1"));
}

TEST_CASE("IPv4 and IPv6 are kept apart, but for an IPv4 address that IPv6 carries") {
    CHECK(contains("0.0.0.0/0", "255.255.255.255"));
    CHECK_FALSE(contains("0.0.0.0/0", "::1"));
    CHECK(contains("::/0", "::1"));
    CHECK(contains("192.0.2.0/24", "::ffff:192.0.2.9"));
}

TEST_CASE("what is no range is refused") {
    for (const char* text : {"", "a.example", "192.0.2", "192.0.2.1/33", "192.0.2.1/", "/8",
                             "192.0.2.1/24", "::1/129", "2001:db8::1/64", "10.0.0.0/-8", "[::1]",
                             "fe80::1%eth0", "10.0.0.0/8/8", "10.0.0.0/ 8"}) {
        INFO(text);
        CHECK_FALSE(AddressRange::parse(text));
    }
}
