// SPDX-License-Identifier: Apache-2.0
// `mdcertd revoke`, at a real CA: what it says of a certificate afterwards.
#include "site.hpp"
#include "support/catch.hpp"

using namespace md::test;
using std::chrono::seconds;

namespace {

// "Valid" or "Revoked", and with it the reason.
std::string state_at(const Pebble& ca, const fs::path& certificate) {
    const auto outcome =
        run_command({{"openssl", "x509", "-noout", "-serial", "-in", certificate}});
    const std::string serial = outcome.output.substr(std::string("serial=").size());
    return ca.management("/cert-status-by-serial/" + serial.substr(0, serial.find('\n')));
}

// A copy of the certificate, and of its key, that outlives the set.
struct Kept {
    Kept(const Site& site, const std::string& md, const std::string& suffix)
        : certificate(site.directory() / "former.pem"), key(site.directory() / "former.key") {
        fs::copy_file(site.live(md, "pubcert" + suffix + ".pem"), certificate,
                      fs::copy_options::overwrite_existing);
        fs::copy_file(site.live(md, "privkey" + suffix + ".pem"), key,
                      fs::copy_options::overwrite_existing);
    }
    fs::path certificate, key;
};

const std::string names = "MDPrivateKeys P-256 RSA\nManagedDomain one.test www.one.test\n";

}  // namespace

TEST_CASE("revoke installs another certificate first, with the daemon running or without") {
    Pebble ca(PebbleOptions::calm());
    Site site(ca);
    site.configure(names);
    REQUIRE(site.mdcertd({"once"}).status == 0);
    const Kept ec(site, "one.test", ".p-256");
    const auto alone = site.mdcertd({"revoke", "www.one.test", "--reason", "superseded"});
    INFO(alone.output << alone.errors);
    CHECK(alone.status == 0);
    CHECK_THAT(state_at(ca, ec.certificate), Catch::Contains("Revoked"));
    CHECK_THAT(state_at(ca, site.live("one.test", "pubcert.p-256.pem")), Catch::Contains("Valid"));
    CHECK_THAT(state_at(ca, site.live("one.test", "pubcert.pem")), Catch::Contains("Valid"));
    CHECK(site.notified("one.test") == 2);

    const auto daemon = site.run();
    REQUIRE(daemon->wait_for_output("mdcertd starts", seconds{20}));
    const Kept rsa(site, "one.test", "");
    const auto asked = site.mdcertd({"revoke", "one.test", "--reason", "KEYCOMPROMISE"});
    INFO(asked.output << asked.errors);
    CHECK(asked.status == 0);
    CHECK_THAT(state_at(ca, rsa.certificate),
               Catch::Contains("Revoked") && Catch::Contains("\"Reason\": 1"));
    CHECK_THAT(state_at(ca, site.live("one.test", "pubcert.pem")), Catch::Contains("Valid"));
    CHECK(site.verify("one.test", "www.one.test") == "");
    CHECK(daemon->stop(seconds{5}) == 0);

    // Once more: success.
    const auto again = site.mdcertd({"revoke", "--cert", rsa.certificate, "--key", rsa.key});
    CHECK(again.status == 0);
    CHECK_THAT(again.output, Catch::Contains("was revoked already"));
}

TEST_CASE("nothing is revoked where there is no other certificate, unless that is asked for") {
    Pebble ca(PebbleOptions::calm());
    Site site(ca);
    site.configure(names);
    REQUIRE(site.mdcertd({"once"}).status == 0);
    const auto valid = site.fingerprint("one.test");
    // The names lead elsewhere by now.
    ca.set_addresses("one.test", "127.0.0.2", "");
    const auto refused = site.mdcertd({"revoke", "one.test"});
    CHECK(refused.status == 1);
    CHECK_THAT(refused.errors,
               Catch::Contains("nothing was revoked") && Catch::Contains("--no-replacement"));
    CHECK(site.fingerprint("one.test") == valid);
    CHECK_THAT(state_at(ca, site.live("one.test", "pubcert.pem")), Catch::Contains("Valid"));

    const auto forced = site.mdcertd(
        {"revoke", "one.test", "--no-replacement", "--reason", "cessationOfOperation"});
    CHECK(forced.status == 0);
    CHECK_THAT(forced.output, Catch::Contains("mdcertd renew one.test"));
    CHECK(site.fingerprint("one.test") == valid);
    CHECK_THAT(state_at(ca, site.live("one.test", "pubcert.pem")), Catch::Contains("Revoked"));
}

TEST_CASE("a certificate in a file is revoked by its own key, at the CA that is named") {
    Pebble ca(PebbleOptions::calm());
    Site site(ca);
    site.configure(names);
    REQUIRE(site.mdcertd({"once"}).status == 0);
    const Kept kept(site, "one.test", "");
    fs::remove_all(site.store());
    const auto without = site.mdcertd({"revoke", "--cert", kept.certificate});
    CHECK(without.status == 1);
    CHECK_THAT(without.errors, Catch::Contains("there is no store"));
    const auto other = site.mdcertd({"revoke", "--cert", kept.certificate, "--key",
                                     site.directory() / "former.key", "--ca", ca.directory_url(),
                                     "--reason", "keyCompromise"});
    INFO(other.errors);
    CHECK(other.status == 0);
    CHECK_THAT(state_at(ca, kept.certificate), Catch::Contains("Revoked"));
    for (const std::vector<std::string>& wrong :
         std::vector<std::vector<std::string>>{{"revoke"},
                                               {"revoke", "one.test", "two.test"},
                                               {"revoke", "other.test"},
                                               {"revoke", "one.test", "--reason", "because"},
                                               {"revoke", "--cert", kept.key.string()}}) {
        const auto outcome = site.mdcertd(wrong);
        CHECK(outcome.status == 1);
        CHECK_THAT(outcome.errors, Catch::Contains("mdcertd revoke: "));
    }
}
