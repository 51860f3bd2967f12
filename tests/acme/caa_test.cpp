// SPDX-License-Identifier: Apache-2.0
// RFC 8659, as a CA judges.
#include "acme/caa.hpp"

#include "support/catch.hpp"

using namespace md::acme;

namespace {

const std::vector<std::string> ours = {"ca.example", "CA2.example"};

CaaRecord record(std::string tag, std::string value) {
    return {false, std::move(tag), std::move(value)};
}

}  // namespace

TEST_CASE("a CAA record is flags, a tag and a value") {
    CHECK(parse_caa(std::string("\x00\x05issueca.example", 17)) == record("issue", "ca.example"));
    CHECK(parse_caa(std::string("\x80\x05IsSue;", 8)) == CaaRecord{true, "issue", ";"});
    CHECK(parse_caa(std::string("\x00\x05issue", 7)) == record("issue", ""));
    // Broken ones forbid: whoever wrote them wanted to.
    for (const auto& broken : {std::string(), std::string("\x00", 1), std::string("\x00\x00xx", 4),
                               std::string("\x00\x09issue", 7)})
        CHECK(caa_refusal({parse_caa(broken)}, ours, false) != "");
}

TEST_CASE("issue names who may, whatever else there is") {
    CHECK(caa_refusal({}, ours, false) == "");
    CHECK(caa_refusal({record("iodef", "mailto:a@b.c")}, ours, false) == "");
    CHECK(caa_refusal({record("issue", "ca.example")}, ours, false) == "");
    CHECK(caa_refusal({record("issue", " ca2.EXAMPLE ; account=1 ")}, ours, false) == "");
    CHECK(caa_refusal({record("issue", "a.example"), record("issue", "ca.example")}, ours, false) ==
          "");
    CHECK(caa_refusal({record("issue", "a.example"), record("issue", "b.example")}, ours, false) ==
          "CAA allows only a.example, b.example");
    CHECK(caa_refusal({record("issue", ";")}, ours, false) == "CAA allows no CA at all");
    CHECK(caa_refusal({record("issue", "a.example")}, {}, false) == "CAA allows only a.example");
}

TEST_CASE("issuewild counts for wildcards alone, and instead of issue") {
    std::vector<CaaRecord> records = {record("issue", "ca.example"), record("issuewild", ";")};
    CHECK(caa_refusal(records, ours, false) == "");
    CHECK(caa_refusal(records, ours, true) == "CAA allows no CA at all");
    CHECK(caa_refusal({record("issuewild", "a.example")}, ours, false) == "");
    CHECK(caa_refusal({record("issue", "ca.example")}, ours, true) == "");
}

TEST_CASE("a critical record of an unknown kind forbids all") {
    CHECK_THAT(caa_refusal({{true, "future", "x"}}, ours, false), Catch::Contains("'future'"));
    CHECK(caa_refusal({{true, "issue", "ca.example"}}, ours, false) == "");
    CHECK(caa_refusal({{false, "future", "x"}}, ours, false) == "");
}
