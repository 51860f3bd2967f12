// SPDX-License-Identifier: Apache-2.0
// MDMustStaple with a CA that grants it: the scripted one copies what the CSR asks for, which
// Pebble does not.
#include "drive/bench.hpp"
#include "schedule/plan.hpp"
#include "support/catch.hpp"

namespace md::drive {
namespace {

using test::DriveBench;
using test::managed;

void check_due(const DriveBench& bench, const model::ManagedDomain& wanted,
               const model::ObservedDomain& held, const std::string& reason) {
    const schedule::Step step = schedule::plan_domain(wanted, held, bench.clock.now());
    CHECK(step.due(bench.clock.now()));
    CHECK(step.reason == reason);
}

}  // namespace

TEST_CASE("a must-staple that is asked for is in the certificate, and a change makes the MD due") {
    DriveBench bench;
    auto wanted = managed({"a.org"});
    auto held = bench.attempt(wanted);
    REQUIRE(held.certificates.size() == 1);
    CHECK_FALSE(held.certificates[0].must_staple);

    wanted.settings.edit().must_staple = true;
    check_due(bench, wanted, bench.observe(wanted),
              "must-staple is on, the certificate has it off");
    held = bench.attempt(wanted);
    REQUIRE(held.certificates.size() == 1);
    CHECK(held.certificates[0].must_staple);
    CHECK_FALSE(schedule::plan_domain(wanted, bench.observe(wanted), bench.clock.now())
                    .due(bench.clock.now()));

    wanted.settings.edit().must_staple = false;
    check_due(bench, wanted, bench.observe(wanted),
              "must-staple is off, the certificate has it on");
    held = bench.attempt(wanted);
    CHECK_FALSE(held.certificates.at(0).must_staple);
    CHECK(bench.ca.certificates() == 3);
}

}  // namespace md::drive
