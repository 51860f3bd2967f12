// SPDX-License-Identifier: Apache-2.0
// MDProfile and MDProfileMandatory, from the settings to the store.
#include "drive/bench.hpp"
#include "store/layout.hpp"
#include "store/records.hpp"
#include "support/catch.hpp"

namespace md::drive {
namespace {

using test::DriveBench;
using test::managed;

model::ManagedDomain asking_for(const char* profile, bool is_mandatory) {
    model::ManagedDomain wanted = managed({"a.org"});
    wanted.settings.edit().issuers[0].profile = profile;
    wanted.settings.edit().issuers[0].profile_mandatory = is_mandatory;
    return wanted;
}

}  // namespace

TEST_CASE("a profile is stored with its certificate, and a mandatory one fails before any order") {
    test::Scenario scenario;
    scenario.profiles = {{"classic", "90 days"}, {"shortlived", "160 hours"}};
    DriveBench bench(scenario);
    const auto wanted = asking_for("ShortLived", true);
    CHECK(*bench.attempt(wanted).state.profile == "shortlived");
    CHECK(*bench.observe(wanted).state.profile == "shortlived");
    auto text =
        test::run_task(bench.context, bench.store.read(store::domain_key("a.org", store::md_file)));
    auto record = store::parse_md(text.value());
    REQUIRE(record.has_value());
    CHECK(record->profile == "ShortLived");
    CHECK(record->profile_mandatory == true);

    const auto elsewhere = asking_for("tlsserver", true);
    const auto failed = bench.attempt(elsewhere);
    REQUIRE(failed.attempts);
    REQUIRE(failed.attempts->last_failure);
    CHECK_THAT(failed.attempts->last_failure->detail,
               Catch::Contains("does not offer the profile tlsserver") &&
                   Catch::Contains("classic, shortlived"));
    CHECK(failed.attempts->last_failure->failure_class == model::FailureClass::permanent);
    CHECK(bench.ca.order_payloads().size() == 1);

    const auto usual = asking_for("tlsserver", false);
    CHECK(*bench.attempt(usual).state.profile == "classic");
}

TEST_CASE("a certificate is as long as MDCertificateLifetime says, where the CA lets it") {
    DriveBench bench;
    auto wanted = managed({"a.org"});
    wanted.settings.edit().certificate_lifetime = std::chrono::hours(240);
    const auto lifetime = bench.attempt(wanted).certificates.at(0).lifetime();
    CHECK(std::chrono::round<std::chrono::hours>(lifetime) == std::chrono::hours(240));
}

}  // namespace md::drive
