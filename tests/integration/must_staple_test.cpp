// SPDX-License-Identifier: Apache-2.0
// MDMustStaple at a CA that leaves the feature out, and at one that grants it. Pebble does the
// first before 2.6 and the second since: what it issues is replaced by what a CA of the test does.
#include "issued.hpp"
#include "plays.hpp"
#include "support/catch.hpp"
#include "support/test_issuer.hpp"

using namespace md;
using namespace md::test;
using namespace std::chrono_literals;

namespace {

constexpr const char* domain = "MDPrivateKeys P-256\nManagedDomain one.test\n";

// A site whose certificates are issued by the test, with the names of `issue_with` or, where there
// are none, with all that the CSR asks for.
class StapledSite {
public:
    StapledSite() {
        site.server_part = replaced(site.server_part, ca_.directory_url(), shim_.directory_url());
        site.configure(domain);
        const Outcome outcome = site.mdcertd({"once"});
        INFO(outcome.output << outcome.errors);
        REQUIRE(outcome.status == 0);
    }

    Outcome ask_for_must_staple(const std::string& issue_with) {
        site.configure("MDMustStaple on\n" + std::string(domain));
        shim_.play(Resource::finalize,
                   {.before = [this](const std::string& request) { csr_ = csr_in(request); }});
        shim_.play(Resource::certificate, {.change = [this, issue_with](Reply& answer) {
                       const auto now = std::chrono::floor<std::chrono::seconds>(
                           std::chrono::system_clock::now());
                       answer.body = issuer_.issue(csr_, now - 1h, now + 24h, issue_with);
                   }});
        return site.mdcertd({"once"});
    }

private:
    Pebble ca_{PebbleOptions::calm()};
    AcmeShim shim_{ca_};
    TestIssuer issuer_;
    base::Bytes csr_;

public:
    Site site{ca_};
};

}  // namespace

TEST_CASE("a certificate without the must-staple that was asked for is refused, and says so") {
    StapledSite stapled;
    const Site& site = stapled.site;
    const std::string held = site.fingerprint("one.test", ".p-256");

    const Outcome outcome = stapled.ask_for_must_staple("DNS:one.test");
    CHECK(outcome.status == 1);
    CHECK_THAT(outcome.errors, Catch::Contains("one.test: certificate: the CA's certificate is "
                                               "refused") &&
                                   Catch::Contains("must-staple"));
    CHECK_THAT(site.mdcertd({"status"}).output,
               Catch::Contains("must-staple is on, the certificate has it off"));
    CHECK(site.fingerprint("one.test", ".p-256") == held);
    CHECK(site.key_matches("one.test", ".p-256"));
}

TEST_CASE("a certificate with the must-staple that was asked for is taken") {
    StapledSite stapled;
    const Site& site = stapled.site;
    const std::string held = site.fingerprint("one.test", ".p-256");

    const Outcome outcome = stapled.ask_for_must_staple("");
    INFO(outcome.output << outcome.errors);
    CHECK(outcome.status == 0);
    CHECK(site.fingerprint("one.test", ".p-256") != held);
    CHECK(site.key_matches("one.test", ".p-256"));
    CHECK_THAT(certificate_text(site, "one.test", ".p-256"), Catch::Contains("status_request"));
}
