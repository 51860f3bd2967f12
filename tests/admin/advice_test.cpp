// SPDX-License-Identifier: Apache-2.0
#include "admin/advice.hpp"

#include "support/catch.hpp"

#include <string>

using namespace md;
using namespace md::admin;
using model::FailureClass;

namespace {

std::string advice(const std::string& problem, FailureClass failure_class = FailureClass::budget) {
    return advice_for(
        {"challenge", "urn:ietf:params:acme:error:" + problem, "", failure_class, {}});
}

}  // namespace

TEST_CASE("each refusal of a CA has its own advice") {
    CHECK_THAT(advice("dns"), Catch::Contains("A and AAAA records"));
    CHECK_THAT(advice("connection"), Catch::Contains("firewall"));
    CHECK_THAT(advice("caa"), Catch::Contains("CAA record"));
    CHECK_THAT(advice("rateLimited"), Catch::Contains("wait"));
    CHECK_THAT(advice("rejectedIdentifier"), Catch::Contains("Take the name out"));
    CHECK_THAT(advice("invalidContact"), Catch::Contains("MDContactEmail"));
    CHECK_THAT(advice("externalAccountRequired"), Catch::Contains("choose another CA"));
    CHECK_THAT(advice("userActionRequired"), Catch::Contains("MDCertificateAgreement"));
}

TEST_CASE("what has no advice of its own has that of its class") {
    CHECK_THAT(advice("novel", FailureClass::passing), Catch::Contains("reaches the CA"));
    CHECK_THAT(advice("novel", FailureClass::budget), Catch::Contains("ports 80 and 443"));
    CHECK_THAT(advice("novel", FailureClass::permanent), Catch::Contains("configuration"));
    CHECK_THAT(advice_for({"order", "", "timed out", FailureClass::passing, {}}),
               Catch::Contains("network"));
    CHECK_THAT(advice_for({"order", "dns", "no prefix", FailureClass::passing, {}}),
               Catch::Contains("network"));
}

TEST_CASE("a store that cannot be written is named") {
    CHECK_THAT(advice_for({"activate", "", "No space left", FailureClass::passing, {}}),
               Catch::Contains("disk has space"));
}
