// SPDX-License-Identifier: Apache-2.0
// The page for people, read as a person reads it: what stands where.
#include "admin/status_page.hpp"

#include "status_samples.hpp"
#include "support/catch.hpp"

#include <regex>
#include <set>
#include <string>
#include <vector>

using namespace md;
using namespace md::admin;
using namespace md::admin::samples;

namespace {

std::string page_of(const Server& server, StatusPage::Frame frame = {"1.0", "", ""},
                    std::size_t most = StatusPage::all) {
    StatusPage page(now, most);
    for (const DomainStatus& status : server.statuses())
        page.add(status);
    return page.finished(frame);
}

// The texts that the expression finds, in their order.
std::vector<std::string> found(const std::string& html, const std::string& expression) {
    const std::regex pattern(expression);
    std::vector<std::string> texts;
    for (std::sregex_iterator at(html.begin(), html.end(), pattern), end; at != end; ++at)
        texts.push_back((*at)[1]);
    return texts;
}

std::vector<std::string> names_on(const std::string& html) {
    return found(html, "<h3>([^<]*)</h3>");
}

// The element that is closed without having been opened last, or "".
std::string unbalanced(const std::string& html) {
    const std::set<std::string> without_end{"meta", "link", "br", "input", "!doctype"};
    std::vector<std::string> open;
    const std::regex tag("<(/?)([a-z0-9!]+)[^>]*>");
    for (std::sregex_iterator at(html.begin(), html.end(), tag), end; at != end; ++at) {
        const std::string name = (*at)[2];
        if (without_end.contains(name))
            continue;
        if ((*at)[1] == "") {
            open.push_back(name);
            continue;
        }
        if (open.empty() || open.back() != name)
            return name;
        open.pop_back();
    }
    return open.empty() ? "" : open.back();
}

void hold_valid(Server& server, const std::string& name, std::chrono::seconds age) {
    server.add({name});
    server.hold(name, now - age, 90 * 24h);
}

// One domain of each group, the least urgent first.
Server all_kinds() {
    Server server;
    server.desired.server.notify_command = {"/bin/reload"};
    server.add({"hand.org"}).settings.edit().drive_mode = model::DriveMode::manual;
    hold_valid(server, "fresh.org", 24h);
    hold_valid(server, "older.org", 40 * 24h);
    hold_valid(server, "expiring.org", 80 * 24h);
    hold_valid(server, "untold.org", 24h);
    server.installed("untold.org").notification.errors = 2;
    server.add({"incomplete.org", "www.incomplete.org"});
    server.hold("incomplete.org", now - 24h, 90 * 24h).names.pop_back();
    server.add({"missing.org"});
    server.add({"failing.org"});
    server.fail("failing.org", 2, dns_failure(), now + 5min);
    hold_valid(server, "expired.org", 91 * 24h);
    return server;
}

}  // namespace

TEST_CASE("what needs somebody stands first, then what expires first") {
    const std::string html = page_of(all_kinds());
    CHECK(names_on(html) == std::vector<std::string>{"expired.org", "failing.org", "missing.org",
                                                     "incomplete.org", "untold.org", "expiring.org",
                                                     "older.org", "fresh.org", "hand.org"});
    CHECK(found(html, "<h1 class=\"bad\">([^<]*)<") ==
          std::vector<std::string>{"3 domains need attention"});
    CHECK(found(html, "<h2 id=\"([a-z]*)\"") ==
          found(html, "<a class=\"[a-z]*\" href=\"#([a-z]*)\""));
}

TEST_CASE("a page says of a domain what the text says") {
    const std::string html = page_of(all_kinds());
    for (const char* text :
         {"<b>in 89 days</b>", "2026-08-29 12:00:00 UTC", "failing: no certificate is held",
          "5 minutes ago, at the stage challenge: a.org: no such host",
          "MDNotifyCmd failed 2 times", "www.incomplete.org", "RSA 2048, issued by CN=Test CA",
          "a.conf:3"}) {
        INFO(text);
        CHECK(html.find(text) != std::string::npos);
    }
    CHECK(found(html, "<dt>(what to do)</dt>").size() == 1);
}

TEST_CASE("all kinds of domains, one and none are well-formed pages without a script") {
    Server one, none;
    hold_valid(one, "a.org", 24h);
    for (const Server& server : {all_kinds(), one, none}) {
        const std::string html = page_of(server);
        CHECK(unbalanced(html) == "");
        CHECK(html.starts_with("<!doctype html>\n"));
        CHECK(html.find("<script") == std::string::npos);
        CHECK(html.find("<meta name=\"color-scheme\" content=\"light dark\">") !=
              std::string::npos);
        CHECK(html.find("prefers-color-scheme:dark") != std::string::npos);
    }
    CHECK(page_of(one).find("All is well") != std::string::npos);
    CHECK(page_of(one).find("1 managed domain, as of 2026-06-01 12:00:00 UTC") !=
          std::string::npos);
    one.add({"new.org"});
    CHECK(page_of(one).find("1 certificate is on the way") != std::string::npos);
    CHECK(page_of(none).find("No managed domain is configured.") != std::string::npos);
}

TEST_CASE("what strangers wrote stays text") {
    const std::string attack = "\"'><script>alert(1)</script>&";
    Server server;
    server.add({"a.org"}).settings.edit().issuers[0].contacts = {attack};
    server.hold("a.org", now - 24h, 90 * 24h).issuer = attack;
    model::Failure failure = dns_failure();
    failure.detail = failure.stage = attack;
    server.fail("a.org", 1, failure, now + 5min);
    const std::string html = page_of(server, {attack, attack, attack});
    CHECK(html.find("<script") == std::string::npos);
    CHECK(unbalanced(html) == "");
    CHECK(html.find("&quot;&#39;&gt;&lt;script&gt;alert(1)&lt;/script&gt;&amp;") !=
          std::string::npos);
}

TEST_CASE("a long list is cut behind the most urgent ones, and says so") {
    Server server = all_kinds();
    for (int i = 0; i < 50; ++i)
        hold_valid(server, "many" + std::to_string(i) + ".org", 30 * 24h);
    const std::string html = page_of(server, {"1.0", "", ""}, 3);
    CHECK(names_on(html) == std::vector<std::string>{"expired.org", "failing.org", "missing.org"});
    CHECK(html.find("56 further domains are not shown") != std::string::npos);
    CHECK(html.find("52 valid") != std::string::npos);
    CHECK(html.find("59 managed domains") != std::string::npos);
    CHECK(names_on(page_of(server)).size() == 59);
    CHECK(page_of(server).find("not shown") == std::string::npos);
}

TEST_CASE("a configuration that was not loaded stands on top") {
    const std::string html = page_of(all_kinds(), {"1.0", "a.conf:3: <broken>", ""});
    auto at = html.find("the former one is in force: a.conf:3: &lt;broken&gt;");
    REQUIRE(at != std::string::npos);
    CHECK(at < html.find("<h3>"));
    CHECK(page_of(all_kinds()).find("the former one is in force") == std::string::npos);
}

TEST_CASE("a page of those that were searched says what was searched") {
    const std::string none = page_of({}, {"1.0", "", "x.org"});
    CHECK(none.find("No managed domain has this name.") != std::string::npos);
    CHECK(none.find("value=\"x.org\"") != std::string::npos);
}
