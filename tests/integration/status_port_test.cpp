// SPDX-License-Identifier: Apache-2.0
// MDStatusListen: what curl gets of the running daemon, and who else gets nothing.
#include "site.hpp"
#include "support/catch.hpp"
#include "support/ports.hpp"

#include <nlohmann/json.hpp>

#include <signal.h>

using namespace md::test;
using nlohmann::json;
using std::chrono::seconds;

namespace {

std::string line_for(const ReservedPort& port) {
    return "MDStatusListen 127.0.0.1:" + std::to_string(port.number()) + "\n";
}

std::string url(const ReservedPort& port, const std::string& path) {
    return "http://127.0.0.1:" + std::to_string(port.number()) + path;
}

Outcome curl(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), {"curl", "-sS", "--noproxy", "*", "-m", "20"});
    return run_command({std::move(arguments)});
}

std::string get(const ReservedPort& port, const std::string& path) {
    return curl({url(port, path)}).output;
}

// The status alone, of a request with these further arguments.
std::string status(const ReservedPort& port, const std::string& path,
                   std::vector<std::string> more = {}) {
    more.insert(more.end(), {"-o", "/dev/null", "-w", "%{http_code}", url(port, path)});
    return curl(std::move(more)).output;
}

std::unique_ptr<Process> run_until_valid(Site& site) {
    auto daemon = site.run();
    INFO(daemon->output());
    REQUIRE(site.wait_for_notified(*daemon, "one.test", seconds{60}));
    REQUIRE(daemon->wait_for_output("notified domain=one.test", seconds{20}));
    return daemon;
}

// The daemon has read a configuration with these ports.
void reload(Site& site, Process& daemon, const std::string& configuration) {
    const unsigned before = occurrences(daemon.output(), "configuration reloaded");
    site.configure(configuration);
    daemon.signal(SIGHUP);
    INFO(daemon.output());
    REQUIRE(daemon.wait_for_output("configuration reloaded", seconds{20}, before + 1));
}

const char* const two_domains =
    "ManagedDomain one.test www.one.test\n"
    "<ManagedDomain two.test>\nMDDriveMode manual\n</ManagedDomain>\n";

}  // namespace

TEST_CASE("the status port tells what mdcertd status tells") {
    Pebble ca(PebbleOptions::calm());
    Site site(ca);
    const ReservedPort port;
    site.configure(line_for(port) + two_domains);
    const auto daemon = run_until_valid(site);

    json told = json::parse(site.mdcertd({"status", "--json"}).output);
    told.erase("daemon");
    CHECK(json::parse(get(port, "/status.json")) == told);
    const json one = told.at("managed-domains").at(0);
    CHECK(one.at("state") == "valid");
    CHECK(json::parse(get(port, "/status.json/www.one.test")) == one);
    CHECK(json::parse(get(port, "/status.json?name=ONE.test")) == one);
    CHECK(status(port, "/status.json/three.test") == "404");
    CHECK(get(port, "/healthz") == "ok\n");
    const std::string page = get(port, "/");
    CHECK_THAT(page, Catch::Contains("<h3>one.test</h3>") && Catch::Contains("www.one.test") &&
                         Catch::Contains("<h3>two.test</h3>") && Catch::Contains("1 valid"));
    CHECK_THAT(get(port, "/?name=TWO"),
               !Catch::Contains("<h3>one.test") && Catch::Contains("<h3>two.test</h3>"));

    CHECK(status(port, "/nothing") == "404");
    CHECK(status(port, "/status.json", {"-d", "a=b"}) == "405");
    const std::string head = curl({"-I", url(port, "/status.json")}).output;
    CHECK_THAT(head, Catch::Contains("HTTP/1.1 200 OK") &&
                         Catch::Contains("Content-Type: application/json\r\n") &&
                         Catch::Contains("Cache-Control: no-store\r\n"));
    CHECK(status(port, "/status.json", {"-H", "Host: evil.example"}) == "421");
    CHECK(status(port, "/status.json", {"-H", "Host: localhost:1"}) == "200");
    CHECK(daemon->stop(seconds{5}) == 0);
}

TEST_CASE("Prometheus takes the metrics and the shipped alert rules", "[slow]") {
    Pebble ca(PebbleOptions::calm());
    Site site(ca);
    const ReservedPort port, prometheus_port;
    site.configure("LogLevel debug\n" + line_for(port) + two_domains);  // tells of every scrape
    const auto daemon = run_until_valid(site);
    CHECK_THAT(curl({"-I", url(port, "/metrics")}).output,
               Catch::Contains("Content-Type: application/openmetrics-text; version=1.0.0"));

    const std::string here = "127.0.0.1:" + std::to_string(prometheus_port.number());
    write_file(
        site.directory() / "prometheus.yml",
        "global: {scrape_interval: 1s, scrape_timeout: 1s, evaluation_interval: 1s}\n"
        "rule_files: [" MD_SOURCE_DIR
        "/packaging/prometheus/mdcertd.rules.yml]\n"
        "scrape_configs:\n- job_name: mdcertd\n  static_configs:\n  - targets: ['127.0.0.1:" +
            std::to_string(port.number()) + "']\n");
    Process prometheus(
        {{"prometheus", "--config.file=" + (site.directory() / "prometheus.yml").string(),
          "--storage.tsdb.path=" + (site.directory() / "prometheus").string(),
          "--web.listen-address=" + here}},
        site.directory() / "prometheus.log");
    INFO(prometheus.output());
    REQUIRE(prometheus.wait_for_port(prometheus_port.number(), seconds{30}));
    auto asked = [&](const std::string& query) {
        return json::parse(get(prometheus_port, "/api/v1/query?query=" + query), nullptr, false);
    };
    const bool scraped = daemon->wait_until(
        [&] {
            const json answer = asked("mdcertd_loop_turns_total");
            return answer.is_object() && answer.contains("data") &&
                   !answer["data"]["result"].empty();
        },
        {site.directory() / "run-1.log"}, seconds{30});
    REQUIRE(scraped);
    const json rules = json::parse(get(prometheus_port, "/api/v1/rules"));
    CHECK(rules["data"]["groups"].at(0)["rules"].size() == 8);
    CHECK(asked("up")["data"]["result"].at(0)["value"].at(1) == "1");
    CHECK(asked("mdcertd_state")["data"]["result"].size() == 2);
    CHECK(daemon->stop(seconds{5}) == 0);
}

TEST_CASE("a reload opens, moves and closes the status port, and tells of its own failure") {
    Pebble ca(PebbleOptions::calm());
    Site site(ca);
    const ReservedPort port, other;
    site.configure("");
    const auto daemon = site.run();
    REQUIRE(daemon->wait_for_output("mdcertd runs", seconds{20}));
    CHECK_FALSE(port_answers(port.number()));

    reload(site, *daemon, line_for(port));
    CHECK(get(port, "/healthz") == "ok\n");
    reload(site, *daemon, line_for(other));
    CHECK(get(other, "/healthz") == "ok\n");
    CHECK_FALSE(port_answers(port.number()));

    // A port alone is both loopback addresses.
    reload(site, *daemon, "MDStatusListen " + std::to_string(other.number()) + "\n");
    CHECK(get(other, "/healthz") == "ok\n");
    CHECK(curl({"http://[::1]:" + std::to_string(other.number()) + "/healthz"}).output == "ok\n");
    CHECK_THAT(daemon->output(), !Catch::Contains("not available there"));

    // What is wrong may be in any octets.
    const std::string refused = "configuration not reloaded";
    site.configure(line_for(port) + "MDFoo\xff bar\n");
    daemon->signal(SIGHUP);
    REQUIRE(daemon->wait_for_output(refused, seconds{20}));
    CHECK(json::parse(get(other, "/status.json")).contains("reload-problem"));
    for (const char* path : {"/", "/?name=a", "/metrics", "/healthz"})
        CHECK(status(other, path) == "200");

    site.configure(line_for(port) + "MDRenewWindow never\n");
    daemon->signal(SIGHUP);
    REQUIRE(daemon->wait_for_output(refused, seconds{20}, 2));
    CHECK_THAT(json::parse(get(other, "/status.json")).at("reload-problem").get<std::string>(),
               Catch::Contains("'never'"));

    reload(site, *daemon, "");
    CHECK_FALSE(port_answers(other.number()));
    CHECK(daemon->stop(seconds{5}) == 0);
}

TEST_CASE("a status port that somebody else has is a warning, and certificates come all the same") {
    Pebble ca(PebbleOptions::calm());
    Site site(ca);
    ReservedPort port;
    port.occupy();
    site.configure(line_for(port) + two_domains);
    const auto daemon = run_until_valid(site);
    CHECK_THAT(daemon->output(), Catch::Contains("the status page is not available there") &&
                                     Catch::Contains("Address already in use"));
    port.release();
    reload(site, *daemon, line_for(port) + two_domains);
    CHECK(get(port, "/healthz") == "ok\n");
    CHECK(daemon->stop(seconds{5}) == 0);
}
