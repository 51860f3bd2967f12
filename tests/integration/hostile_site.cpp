// SPDX-License-Identifier: Apache-2.0
#include "hostile_site.hpp"

#include "base/printable.hpp"
#include "base/time_text.hpp"
#include "support/catch.hpp"
#include "support/tally.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <signal.h>
#include <sstream>

namespace md::test {
namespace {

using namespace std::chrono_literals;
using nlohmann::json;
using std::chrono::seconds;

constexpr milliseconds limit = 120s;
constexpr const char* settings = "MDRetryDelay 1h\nMDPrivateKeys P-256\n";

#if defined(__SANITIZE_ADDRESS__)
constexpr long most_growth = 64 * 1024;  // some of what is freed is kept for a while
#else
constexpr long most_growth = 16 * 1024;
#endif

// ±25 %, and a second or two for the clock's ticks.
Expected around(std::string word, const std::string& detail, seconds delay) {
    return {std::move(word), detail, delay * 3 / 4 - 2s, delay * 5 / 4 + 2s};
}

seconds until_next(const json& job) {
    const auto failed =
        base::parse_http_date(job.at("mdcertd").at("failure").at("at").get<std::string>());
    const auto next = base::parse_http_date(job.at("next-run").get<std::string>());
    REQUIRE(failed);
    REQUIRE(next);
    return *next - *failed;
}

json job_of(const Site& site, const std::string& name) {
    return json::parse(read_file(site.store() / "staging" / name / "job.json"), nullptr, false);
}

bool has_failure(const json& job) {
    return job.is_object() && job.contains("mdcertd") && job["mdcertd"].contains("failure");
}

std::string section(const std::string& name, const std::string& directory_url) {
    return "<ManagedDomain " + name + ">\n    MDCertificateAuthority " + directory_url +
           "\n</ManagedDomain>\n";
}

// Once the CA is honest, all is well.
void check_recovery(const Site& site, const std::string& name) {
    const auto outcome = site.mdcertd({"renew", name});
    INFO(outcome.output << outcome.errors);
    CHECK(outcome.status == 0);
    CHECK(site.verify(name, name, ".p-256") == "");
    CHECK(site.key_matches(name, ".p-256"));
    CHECK_FALSE(fs::exists(site.store() / "staging" / name));
}

// A CA's letters are shown as they are, its control characters are not.
bool printable(const std::string& text) {
    return base::printable(text) == text;
}

}  // namespace

Expected recovered() {
    return {};
}

Expected passing(const std::string& detail) {
    return around("passing", detail, 1h);
}

Expected budget(const std::string& detail) {
    return around("budget", detail, 1min);
}

Expected permanent(const std::string& detail) {
    return around("permanent", detail, 24h);
}

void check_failure(const Site& site, const std::string& name, const Expected& expected) {
    const json job = job_of(site, name);
    INFO(job.dump(2));
    REQUIRE(has_failure(job));
    CHECK(job["mdcertd"]["failure"]["class"] == expected.failure_class);
    CHECK(job["errors"] == 1);
    const auto detail = job["last"]["detail"].get<std::string>();
    CHECK_THAT(detail, Catch::Contains(expected.detail));
    CHECK(printable(detail));
    CHECK(detail.size() < 2000);
    CHECK(until_next(job) >= expected.earliest);
    CHECK(until_next(job) <= expected.latest);
}

void HostileCa::try_without_account(const Row& row) {
    INFO(row.name << ", " << word(row.where));
    const unsigned before = shim.hostile_answers();
    Site fresh(ca);
    fresh.server_part += settings;
    fresh.configure(section("first.test", shim.directory_url()));
    shim.play(row.where, row.play, row.times, row.skip);
    const auto outcome = fresh.mdcertd({"once"});
    shim.honest();
    INFO(outcome.output << outcome.errors);
    CHECK(shim.hostile_answers() > before);
    CHECK(outcome.status == (row.expected.failure_class.empty() ? 0 : 1));
    if (!row.expected.failure_class.empty())
        check_failure(fresh, "first.test", row.expected);
    check_recovery(fresh, "first.test");
}

void HostileCa::count() const {
    tally("hostile-answers", shim.hostile_answers());
}

HostileSite::HostileSite() {
    site.server_part += settings;
    domains_ = section("other.test", ca.directory_url());
    site.configure(domains_);
    // What was freed would be kept, 256 MB of it, and hide what is really held.
    daemon_ = site.run_by({}, {{"ASAN_OPTIONS", "quarantine_size_mb=8"}});
    REQUIRE(wait_for_end("other.test"));
    other_ = site.fingerprint("other.test", ".p-256");
    memory_at_start_ = peak_memory();
}

void HostileSite::add_domain(const std::string& name) {
    domains_ += section(name, shim.directory_url());
    site.configure(domains_);
    daemon_->signal(SIGHUP);
}

bool HostileSite::wait_for_end(const std::string& name) {
    const auto ended = [&] {
        const std::string output = daemon_->output();
        return output.find("certificate installed domain=" + name) != std::string::npos ||
               output.find("attempt failed domain=" + name) != std::string::npos;
    };
    if (!daemon_->wait_until(ended, {daemon_->output_file()}, limit))
        return false;
    // Logged first, stored then.
    const fs::path staging = site.store() / "staging" / name;
    const auto stored = [&] {
        return fs::exists(site.live(name, "pubcert.p-256.pem")) || has_failure(job_of(site, name));
    };
    return stored() || daemon_->wait_until(stored, {staging}, limit);
}

void HostileSite::try_row(const Row& row) {
    const std::string name = "row-" + std::to_string(++rows_) + ".test";
    INFO(name << ": " << row.name << ", " << word(row.where));
    const unsigned before = shim.hostile_answers();
    shim.play(row.where, row.play, row.times, row.skip);
    add_domain(name);
    const bool ended = wait_for_end(name);
    shim.honest();
    const std::string output = daemon_->output();
    INFO(output.substr(output.size() - std::min<std::size_t>(2000, output.size())));
    REQUIRE(ended);
    CHECK(shim.hostile_answers() > before);
    if (row.expected.failure_class.empty())
        CHECK(fs::exists(site.live(name, "pubcert.p-256.pem")));
    else
        check_failure(site, name, row.expected);
    check_recovery(site, name);
    REQUIRE(daemon_->running());
    CHECK(site.fingerprint("other.test", ".p-256") == other_);
}

void try_rows(const std::vector<Row>& rows, std::size_t each) {
    HostileSite bench;
    for (std::size_t i = 0; i < rows.size(); i += each)
        bench.try_row(rows[i]);
    bench.finish();
}

long HostileSite::peak_memory() const {
    std::istringstream lines(read_file("/proc/" + std::to_string(daemon_->pid()) + "/status"));
    for (std::string line; std::getline(lines, line);)
        if (line.starts_with("VmHWM:"))
            return std::stol(line.substr(6));
    throw std::runtime_error("the daemon has no VmHWM");
}

void HostileSite::finish() {
    REQUIRE(daemon_->running());
    INFO("peak memory " << peak_memory() << " kB, at the start " << memory_at_start_ << " kB");
    CHECK(peak_memory() - memory_at_start_ < most_growth);
    CHECK(site.fingerprint("other.test", ".p-256") == other_);
    CHECK(site.verify("other.test", "other.test", ".p-256") == "");
    CHECK(site.status_of("other.test")["state"] == "valid");
    const int status = daemon_->stop(5s);
    INFO(daemon_->output().substr(0, 4000));
    CHECK(status == 0);
    count();
}

}  // namespace md::test
