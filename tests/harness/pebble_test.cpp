// SPDX-License-Identifier: Apache-2.0
#include "support/pebble.hpp"

#include "support/catch.hpp"

using namespace md::test;

namespace {

std::string get(const Pebble& ca, const std::string& url) {
    return run_command({{"curl", "-sS", "--cacert", ca.ca_file().string(), url}}).output;
}

}  // namespace

TEST_CASE("Pebble serves its directory to whoever trusts its listener's root") {
    const Pebble ca;
    CHECK_THAT(get(ca, ca.directory_url()), Catch::Contains("newOrder"));
    CHECK(ca.requests("/dir ") == 1);
    CHECK_THAT(ca.log(), Catch::Contains("Configured to reject 5% of good nonces"));
}

TEST_CASE("Pebble's certificates live as long as it is told") {
    PebbleOptions brief = PebbleOptions::calm();
    brief.validity_seconds = 40;
    const Pebble ca(brief);
    CHECK_THAT(ca.log(), Catch::Contains("certificate validity period of 40 seconds"));
}

// Python verifies so from 3.13 on, and certbot with it.
TEST_CASE("Pebble's listener shows what RFC 5280 lets a strict client accept") {
    const Pebble ca;
    const std::string chain = ca.listener_chain().string();
    const auto verified = run_command({{"openssl", "verify", "-x509_strict", "-CAfile",
                                        ca.ca_file().string(), "-untrusted", chain, chain}});
    INFO(verified.errors);
    CHECK(verified.status == 0);
}

TEST_CASE("Pebble comes back on the same ports with new issuers") {
    Pebble ca(PebbleOptions::calm());
    const std::string url = ca.directory_url();
    const std::string root = read_file(ca.issuing_root());
    CHECK_THAT(root, Catch::Contains("BEGIN CERTIFICATE"));
    ca.stop();
    ca.start();
    CHECK(ca.directory_url() == url);
    CHECK(read_file(ca.issuing_root()) != root);
    CHECK_THAT(ca.log(), Catch::Contains("Disabling random VA sleeps"));
}
