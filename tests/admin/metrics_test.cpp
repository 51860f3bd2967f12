// SPDX-License-Identifier: Apache-2.0
// The metrics as text, and their grammar: OpenMetrics 1.0 §4.
#include "admin/metrics.hpp"

#include "admin/domain_json.hpp"
#include "status_samples.hpp"
#include "support/catch.hpp"

#include <regex>
#include <set>
#include <sstream>
#include <string>

using namespace md;
using namespace md::admin;
using namespace md::admin::samples;

namespace {

std::string metrics_of(const Server& server, const DaemonFacts& facts = {}) {
    Metrics metrics;
    for (const DomainStatus& status : server.statuses())
        metrics.add(status);
    return metrics.finished(facts);
}

bool has_line(const std::string& text, const std::string& line) {
    return ("\n" + text).find("\n" + line + "\n") != std::string::npos;
}

// One of everything: a valid one with two keys, one that fails, one whose server was not told.
Server all_kinds() {
    Server server;
    server.desired.server.notify_command = {"/bin/reload"};
    server.add({"good.org"}).settings.edit().keys = {model::KeySpec::rsa(),
                                                     model::KeySpec::ec("P-256")};
    server.hold("good.org", now - 24h, 90 * 24h);
    server.hold("good.org", now - 48h, 90 * 24h, model::KeySpec::ec("P-256"));
    server.installed("good.org").notification.owed = false;
    server.add({"bad.org"});
    server.fail("bad.org", 3, dns_failure(), now + 5min);
    server.add({"untold.org"}).settings.edit().served_at = {{"untold.org", 443}};
    server.hold("untold.org", now - 24h, 90 * 24h);
    server.installed("untold.org").notification.errors = 2;
    server.add({"hand.org"}).settings.edit().drive_mode = model::DriveMode::manual;
    return server;
}

// What is wrong with the text as OpenMetrics, or "".
std::string fault_in(const std::string& text) {
    const std::regex about("# (TYPE|UNIT|HELP) ([a-zA-Z_:][a-zA-Z0-9_:]*) (.+)");
    const std::regex value(
        "([a-zA-Z_:][a-zA-Z0-9_:]*)(\\{([a-z_]+=\"([^\"\\\\\n]|\\\\[\\\\\"n])*\"(,(?=[a-z]))?)+\\})"
        "? "
        "-?[0-9]+");
    const std::map<std::string, std::string> suffixes{
        {"info", "_info"}, {"counter", "_total"}, {"gauge", ""}};
    std::istringstream lines(text);
    std::set<std::string> families, samples;
    std::string family, type;
    for (std::string line; std::getline(lines, line);) {
        std::smatch part;
        if (line == "# EOF")
            return lines.peek() == EOF && text.ends_with("\n") ? "" : "more behind the end";
        if (std::regex_match(line, part, about)) {
            if (part[1] == "TYPE") {
                family = part[2];
                type = part[3];
                if (!families.insert(family).second || !suffixes.contains(type))
                    return line;
            } else if (part[2] != family) {
                return line;
            }
            if (part[1] == "UNIT" && !family.ends_with("_" + part[3].str()))
                return line;
        } else if (!std::regex_match(line, part, value) ||
                   !samples.insert(part[1].str() + part[2].str()).second ||
                   part[1] != family + suffixes.at(type)) {
            return line;
        }
    }
    return "no end";
}

}  // namespace

TEST_CASE("what a domain is, holds and waits for are its series") {
    const std::string text = metrics_of(all_kinds());
    INFO(text);
    const std::string from = std::to_string((now - 24h).time_since_epoch().count());
    const std::string until = std::to_string((now - 48h + 90 * 24h).time_since_epoch().count());
    const std::string retry = std::to_string((now + 5min).time_since_epoch().count());
    for (const std::string& line : std::vector<std::string>{
             "mdcertd_certificate_not_before_timestamp_seconds{domain=\"good.org\",key=\"rsa\"} " +
                 from,
             "mdcertd_certificate_not_after_timestamp_seconds{domain=\"good.org\",key=\"P-256\"} " +
                 until,
             "mdcertd_state{domain=\"good.org\",state=\"valid\"} 1",
             "mdcertd_state{domain=\"bad.org\",state=\"failing\"} 1",
             "mdcertd_state{domain=\"hand.org\",state=\"not managed\"} 1",
             "mdcertd_manual{domain=\"hand.org\"} 1",
             "mdcertd_manual{domain=\"good.org\"} 0",
             "mdcertd_attempt_errors{domain=\"good.org\"} 0",
             "mdcertd_attempt_errors{domain=\"bad.org\"} 3",
             "mdcertd_next_action_timestamp_seconds{domain=\"bad.org\"} " + retry,
             "mdcertd_notification_pending{domain=\"good.org\"} 0",
             "mdcertd_notification_pending{domain=\"untold.org\"} 1",
             "mdcertd_notification_errors{domain=\"untold.org\"} 2",
             "mdcertd_domains{state=\"valid\"} 2",
             "mdcertd_domains{state=\"failing\"} 1",
             "mdcertd_domains{state=\"expired\"} 0",
         }) {
        INFO(line);
        CHECK(has_line(text, line));
    }
    // Who is driven by hand has no next action; who holds nothing has no certificate.
    CHECK(text.find("next_action_timestamp_seconds{domain=\"hand.org\"") == std::string::npos);
    CHECK(text.find("not_after_timestamp_seconds{domain=\"bad.org\"") == std::string::npos);
}

TEST_CASE("what is served is told once it is known") {
    Server server;
    server.add({"a.org"}).settings.edit().served_at = {{"a.org", 443}};
    server.hold("a.org", now - 24h, 90 * 24h);
    auto told = [&](const char* state) {
        DomainStatus status = server.statuses().front();
        status.served.emplace().state = state;
        Metrics metrics;
        metrics.add(status);
        return metrics.finished({});
    };
    CHECK(has_line(told("confirmed"), "mdcertd_served{domain=\"a.org\"} 1"));
    CHECK(has_line(told("unconfirmed"), "mdcertd_served{domain=\"a.org\"} 0"));
    CHECK(told("issued").find("mdcertd_served{") == std::string::npos);
    CHECK(told("installed").find("mdcertd_served{") == std::string::npos);
}

TEST_CASE("the daemon tells of itself") {
    const std::string text = metrics_of({}, {now - 1h, now - 1min, false, 42});
    for (const std::string& line : std::vector<std::string>{
             "mdcertd_build_info{version=\"" MDCERTD_VERSION "\"} 1",
             "process_start_time_seconds " + std::to_string((now - 1h).time_since_epoch().count()),
             "mdcertd_config_last_reload_successful 0",
             "mdcertd_config_loaded_timestamp_seconds " +
                 std::to_string((now - 1min).time_since_epoch().count()),
             "mdcertd_loop_turns_total 42"}) {
        INFO(line);
        CHECK(has_line(text, line));
    }
    CHECK(has_line(metrics_of({}), "mdcertd_config_last_reload_successful 1"));
}

TEST_CASE("the text is OpenMetrics, for no domain and for all kinds of them") {
    CHECK(fault_in(metrics_of({})) == "");
    CHECK(fault_in(metrics_of(all_kinds())) == "");
    Metrics hostile;
    hostile.add(read_domain({{"name", "a\"} 1\n# EOF\\"}, {"state", "\xff\n"}}));
    hostile.add(read_domain(nlohmann::json::array()));
    CHECK(fault_in(hostile.finished({})) == "");
}

TEST_CASE("a domain has a handful of series, whatever happens to it") {
    Server one, two;
    one.add({"a.org"});
    two.add({"a.org", "www.a.org", "mail.a.org"});
    two.hold("a.org", now - 24h, 90 * 24h);
    auto series = [](const std::string& text) {
        std::size_t count = 0;
        for (auto at = text.find("{domain=\"a.org\""); at != std::string::npos;
             at = text.find("{domain=\"a.org\"", at + 1))
            ++count;
        return count;
    };
    CHECK(series(metrics_of(one)) <= 8);
    CHECK(series(metrics_of(two)) <= 8);
}
