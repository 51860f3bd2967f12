// SPDX-License-Identifier: Apache-2.0
// What somebody reads who waited for a renewal.
#include "admin/renewal_text.hpp"

#include "status_samples.hpp"
#include "support/catch.hpp"

using namespace md;
using namespace md::admin;
using namespace md::admin::samples;

TEST_CASE("a renewal that was asked for is reported with its end, its hook and its failure") {
    Server server;
    server.desired.server.notify_command = {"/bin/reload"};
    server.add({"good.org"});
    server.hold("good.org", now, 90 * 24h);
    server.installed("good.org").notification.owed = false;
    server.add({"bad.org"});
    server.fail("bad.org", 1, dns_failure(), now + 1h);
    server.add({"late.org"});
    auto status = server.json({"good.org", "bad.org", "late.org"});
    status["waiting"] = {"late.org"};
    status["unchanged"] = {"bad.org", "late.org"};
    const RenewalReport report = renewal_report(status, now);
    CHECK(report.done ==
          "good.org: renewed, valid until 2026-08-30 12:00:00 UTC, in 90 days\n"
          "good.org: the servers were told (MDNotifyCmd succeeded)\n");
    CHECK_THAT(report.failed,
               Catch::StartsWith("bad.org: not renewed: 5 minutes ago, at the stage challenge: "
                                 "a.org: no such host\nbad.org: what to do: ") &&
                   Catch::Contains("bad.org: next: another attempt on 2026-06-01 13:00:00 UTC") &&
                   Catch::EndsWith("late.org: waits for its turn: the CA's order rate is used up "
                                   "(MDOrderRate)\n"));
}

TEST_CASE("what has the certificate that it had was not renewed, though nothing failed") {
    Server server;
    server.add({"same.org"});
    server.hold("same.org", now, 90 * 24h);
    auto status = server.json({"same.org"});
    status["unchanged"] = {"same.org"};
    const RenewalReport report = renewal_report(status, now);
    CHECK(report.done.empty());
    CHECK_THAT(report.failed,
               Catch::StartsWith("same.org: not renewed: its attempt was cut short"));
}
