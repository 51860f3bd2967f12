// SPDX-License-Identifier: Apache-2.0
// A CA that is in trouble for longer than one answer: what the daemon does in the meantime, and how
// it comes out.
#include "hostile_site.hpp"
#include "plays.hpp"
#include "support/catch.hpp"

#include <signal.h>

using namespace md::test;
using std::chrono::seconds;

namespace {

constexpr Resource signed_posts[] = {Resource::new_order, Resource::authorization,
                                     Resource::challenge, Resource::order,
                                     Resource::finalize,  Resource::certificate};

bool wait_for_certificate(HostileSite& bench, const std::string& name) {
    return bench.daemon().wait_for_output("certificate installed domain=" + name, seconds{120});
}

void check_certificate(const HostileSite& bench, const std::string& name) {
    CHECK(bench.site.verify(name, name, ".p-256") == "");
    CHECK(bench.site.key_matches(name, ".p-256"));
}

}  // namespace

TEST_CASE("with nine of ten nonces refused the certificate still comes at the first attempt") {
    HostileSite bench;
    for (const Resource resource : signed_posts)
        bench.shim.play(resource, refused(400, "badNonce"), 9);
    bench.add_domain("nonces.test");
    REQUIRE(wait_for_certificate(bench, "nonces.test"));
    check_certificate(bench, "nonces.test");
    CHECK(bench.shim.hostile_answers() == 9 * std::size(signed_posts));
    CHECK(bench.daemon().output().find("attempt failed") == std::string::npos);
    bench.finish();
}

TEST_CASE("a CA that refuses nine of ten nonces by chance is overcome, with one account",
          "[slow]") {
    Pebble ca({.nonce_reject = 90, .sleep_at_most = 0});
    Site site(ca);
    site.server_part += "MDRetryDelay 1s\nMDPrivateKeys P-256\n";
    site.configure("ManagedDomain one.test\n");
    // What an attempt gets done, the next one need not do again.
    unsigned attempts = 1;
    while (site.mdcertd({"renew", "one.test"}).status != 0 && attempts < 100)
        ++attempts;
    INFO(attempts << " attempts");
    CHECK(attempts < 100);
    CHECK(site.verify("one.test", "one.test", ".p-256") == "");
    CHECK(ca.accounts() == 1);
}

TEST_CASE("a CA that is down is asked again after seconds, and the daemon heals by itself") {
    HostileSite bench;
    bench.site.server_part.replace(bench.site.server_part.find("MDRetryDelay 1h"), 15,
                                   "MDRetryDelay 1s");
    bench.shim.play(Resource::new_order, out_of_order(503), 3);
    bench.add_domain("patient.test");
    REQUIRE(wait_for_certificate(bench, "patient.test"));
    check_certificate(bench, "patient.test");
    CHECK(bench.shim.hostile_answers() == 3);
    CHECK(occurrences(bench.daemon().output(), "attempt failed domain=patient.test") == 3);
    bench.finish();
}

TEST_CASE("a CA that does not answer holds up nobody else, nor the end of the daemon") {
    const Resource where = GENERATE(Resource::new_order, Resource::challenge, Resource::finalize);
    HostileSite bench;
    INFO(word(where));
    bench.shim.play(where, {.held = true});
    bench.add_domain("waits.test");
    REQUIRE(bench.shim.wait_for_requests(where, 1, seconds{60}));
    // Another domain, at the CA that answers; who asks waits until it was told of, and no longer.
    const auto begun = std::chrono::steady_clock::now();
    CHECK(bench.site.mdcertd({"renew", "other.test"}).status == 0);
    CHECK(std::chrono::steady_clock::now() - begun < seconds{40});
    CHECK(bench.daemon().stop(seconds{5}) == 0);
    bench.shim.honest();
    // What was begun goes on: no failure was recorded, and no second account is made.
    const auto outcome = bench.site.mdcertd({"once"});
    INFO(outcome.errors);
    CHECK(outcome.status == 0);
    check_certificate(bench, "waits.test");
    CHECK(bench.shim.requests(Resource::new_account) == 1);
    bench.count();
}

TEST_CASE("an order that is processing for ever waits without harm and goes on after a restart") {
    HostileSite bench;
    const auto processing = edits([](json& order) {
        if (order["status"] == "valid") {
            order["status"] = "processing";
            order.erase("certificate");
        }
    });
    bench.shim.play(Resource::finalize, processing);
    bench.shim.play(Resource::order, processing);
    bench.add_domain("processing.test");
    // Before the challenge, after finalize, and once more.
    REQUIRE(bench.shim.wait_for_requests(Resource::order, 4, seconds{60}));
    CHECK_FALSE(fs::exists(bench.site.live("processing.test", "pubcert.p-256.pem")));
    CHECK(bench.site.mdcertd({"renew", "other.test"}).status == 0);
    CHECK(bench.daemon().stop(seconds{5}) == 0);
    bench.shim.honest();
    CHECK(bench.site.mdcertd({"once"}).status == 0);
    check_certificate(bench, "processing.test");
    CHECK(bench.shim.requests(Resource::new_order) == 1);
    CHECK(bench.shim.requests(Resource::finalize) == 1);
    bench.count();
}

TEST_CASE("a CA that restarts with an empty memory in mid-order gets a new account and order") {
    const Resource where = GENERATE(Resource::authorization, Resource::challenge,
                                    Resource::finalize, Resource::certificate);
    HostileSite bench;
    INFO(word(where));
    bench.shim.play(where, {.held = true}, 1);
    bench.add_domain("forgotten.test");
    REQUIRE(bench.shim.wait_for_requests(where, 1, seconds{60}));
    bench.ca.stop();
    bench.ca.start();
    bench.shim.release();
    const std::string name = "domain=forgotten.test";
    const auto ended = [&] {
        const std::string output = bench.daemon().output();
        return output.find("attempt failed " + name) != std::string::npos ||
               output.find("certificate installed " + name) != std::string::npos;
    };
    REQUIRE(bench.daemon().wait_until(ended, {bench.daemon().output_file()}, seconds{120}));
    // Not a mistake that needs a person: the next attempts are near.
    CHECK(bench.daemon().output().find("[error]") == std::string::npos);
    CHECK(bench.site.mdcertd({"renew", "forgotten.test"}).status == 0);
    check_certificate(bench, "forgotten.test");
    CHECK(bench.daemon().stop(seconds{5}) == 0);
    bench.count();
}
