// SPDX-License-Identifier: Apache-2.0
// What the query of a target says.
#include "server/query.hpp"

#include "support/catch.hpp"

#include <string>

using namespace md::server;

TEST_CASE("a name in a URL is decoded, a broken one is not") {
    CHECK(percent_decoded("%2A.a.org") == "*.a.org");
    CHECK(percent_decoded("a+b%2b%00") == std::string("a+b+\0", 5));
    for (const char* broken : {"%", "%2", "a%2", "%zz", "%+1", "%-1", "% 1", "%2G"})
        CHECK_FALSE(percent_decoded(broken));
}

TEST_CASE("what is encoded is the same again once it is decoded") {
    CHECK(percent_encoded("*.a-b_c.org") == "%2A.a-b_c.org");
    std::string all;
    for (int octet = 0; octet < 256; ++octet)
        all += static_cast<char>(octet);
    CHECK(percent_decoded(percent_encoded(all)) == all);
}

TEST_CASE("the fields of a query are found by name") {
    CHECK(query_field("?name=a.org", "name") == "a.org");
    CHECK(query_field("?all&name=a=b&name=c", "name") == "a=b");
    CHECK(query_field("?x&all", "all") == "");
    for (const char* query : {"", "?", "?&&", "?names=a", "?Name=a", "?=name"})
        CHECK_FALSE(query_field(query, "name"));
}

TEST_CASE("a field that is there several times has all its values, decoded") {
    using Values = std::vector<std::string>;
    CHECK(query_values("?name=a.org&x=1&name=%2A.b.org&name", "name") ==
          Values{"a.org", "*.b.org", ""});
    CHECK(query_values("", "name") == Values{});
    CHECK_FALSE(query_values("?name=a.org&name=%2", "name"));
}
