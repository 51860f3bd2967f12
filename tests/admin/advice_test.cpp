// SPDX-License-Identifier: Apache-2.0
#include "admin/advice.hpp"

#include "support/catch.hpp"

#include <set>
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
    CHECK_THAT(advice("externalAccountRequired"), Catch::Contains("MDExternalAccountBinding"));
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

namespace {

std::string advice(model::FailureCause cause) {
    return advice_for({"order", "", "", FailureClass::passing, {}, cause}, "a.org");
}

}  // namespace

TEST_CASE("each cause has its own advice, with the command that looks further") {
    using model::FailureCause;
    struct Row {
        FailureCause cause;
        const char* said;
    };
    std::set<std::string> all;
    for (const Row& row :
         {Row{FailureCause::answer_not_understood, "is kept"},
          Row{FailureCause::ca_file, "MDCACertificateFile"},
          Row{FailureCause::ca_untrusted, "MDCACertificateFile"},
          Row{FailureCause::ca_other_host, "Another server"},
          Row{FailureCause::ca_outdated, "timedatectl"},
          Row{FailureCause::ca_no_address, "/etc/resolv.conf"},
          Row{FailureCause::ca_unreachable, "firewall"}, Row{FailureCause::proxy, "MDHttpProxy"},
          Row{FailureCause::no_directory, "ACME directory"},
          Row{FailureCause::redirected, "target named above"},
          Row{FailureCause::disk_full, "df -h"}, Row{FailureCause::disk_read_only, "read-only"},
          Row{FailureCause::store_rights, "chown"}, Row{FailureCause::no_port, "ss -ltnp"},
          Row{FailureCause::certificate_expired, "expired already"},
          Row{FailureCause::certificate_ahead, "not valid yet"}}) {
        INFO(row.said);
        CHECK_THAT(advice(row.cause), Catch::Contains(row.said));
        CHECK_THAT(advice(row.cause), Catch::Contains("`mdcertd check --online a.org`"));
        all.insert(advice(row.cause));
    }
    CHECK(all.size() == 16);
    CHECK_FALSE(all.contains(advice(FailureCause::none)));
}

TEST_CASE("the advice on names and validations leads to check --online, that on limits does not") {
    for (const char* problem :
         {"dns", "connection", "unauthorized", "incorrectResponse", "tls", "caa"})
        CHECK_THAT(advice(problem), Catch::Contains("`mdcertd check --online`"));
    for (const char* problem : {"rateLimited", "serverInternal", "invalidContact"})
        CHECK_THAT(advice(problem), !Catch::Contains("check --online"));
}

TEST_CASE("a certificate that has expired is told with what to do then") {
    CHECK_THAT(advice_for_expired("a.org"), Catch::Contains("has expired"));
    CHECK_THAT(advice_for_expired("a.org"), Catch::Contains("`mdcertd renew a.org`"));
}
