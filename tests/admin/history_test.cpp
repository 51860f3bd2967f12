// SPDX-License-Identifier: Apache-2.0
#include "admin/history.hpp"

#include "support/catch.hpp"

#include <nlohmann/json.hpp>

namespace md::admin {
namespace {

using namespace std::chrono_literals;
using std::chrono::sys_days;
using std::chrono::sys_seconds;

constexpr sys_seconds noon = sys_days{std::chrono::year{2026} / 6 / 1} + 12h;

}  // namespace

TEST_CASE("a history is told in the order it happened, the live set's first") {
    History held;  // newest first
    held.live = {{noon + 9s, "notified", "", ""},
                 {noon + 2s, "notify-error", "", "exit status 1, nginx: broken\nline 7"},
                 {noon + 1s, "finished", "", ""},
                 {noon, "starting", "", ""}};
    held.attempts = {
        {noon + 24h + 5s, "renewal-error", "urn:x", ""},
        {noon + 24h + 4s, "message-error", "errored", "exit status 2"},
        {noon + 24h + 3s, "renewal-error", "urn:ietf:params:acme:error:dns", "no A\nrecord"},
        {noon + 24h, "message-renewing", "", ""}};
    CHECK(history_text("a.org", history_of(held)) ==
          "a.org\n"
          "    2026-06-01 12:00:00 UTC  attempt begun\n"
          "    2026-06-01 12:00:01 UTC  certificate installed\n"
          "    2026-06-01 12:00:02 UTC  MDNotifyCmd failed: exit status 1, nginx: broken\n"
          "                              line 7\n"
          "    2026-06-01 12:00:09 UTC  notified\n"
          "    2026-06-02 12:00:00 UTC  MDMessageCmd told: renewing\n"
          "    2026-06-02 12:00:03 UTC  attempt failed: no A record\n"
          "    2026-06-02 12:00:04 UTC  MDMessageCmd failed for errored: exit status 2\n"
          "    2026-06-02 12:00:05 UTC  attempt failed: urn:x\n");
    auto json = history_json(history_of(held));
    REQUIRE(json.size() == 8);
    CHECK(json[0] ==
          nlohmann::json{{"when", "Mon, 01 Jun 2026 12:00:00 GMT"}, {"type", "starting"}});
    CHECK(json[2]["detail"] == "exit status 1, nginx: broken\nline 7");
    CHECK(json[5]["detail"] == "no A record");
    CHECK(json[5]["status"] == "urn:ietf:params:acme:error:dns");
}

TEST_CASE("an entry of mod_md is shown as it is, and an empty history says so") {
    History held;
    CHECK(history_text("a.org", history_of(held)) ==
          "a.org\n    nothing has been done for it so far\n");
    held.live = {{noon, "progress", "", "Contacting ACME server"}};
    CHECK_THAT(history_text("a.org", history_of(held)),
               Catch::Contains("progress: Contacting ACME server\n"));
}

}  // namespace md::admin
