// SPDX-License-Identifier: Apache-2.0
// A corrected configuration ends the waiting after a failure, by restart as by reload, whatever was
// corrected; what did not matter to the failure does not.
#include "drive/loop_bench.hpp"
#include "drive/settings_digest.hpp"
#include "support/catch.hpp"

#include <functional>

namespace md::drive {
namespace {

using namespace std::chrono_literals;
using model::DesiredState;
using test::LoopBench;
using test::managed;
using test::Scenario;

struct Change {
    const char* what;
    std::function<void(DesiredState&)> make;
};

model::Settings& settings(DesiredState& desired) {
    return desired.domains[0].settings.edit();
}

const std::vector<Change>& corrections() {
    static const std::vector<Change> all = {
        {"agreement", [](auto& d) { settings(d).issuers[0].agreement = "https://ca.test/terms"; }},
        {"contact", [](auto& d) { settings(d).issuers[0].contacts = {"mailto:a@a.org"}; }},
        {"challenges", [](auto& d) { settings(d).challenges = {model::ChallengeType::http_01}; }},
        {"proxy", [](auto& d) { settings(d).issuers[0].http_proxy = "http://proxy.test:3128"; }},
        {"file of CAs", [](auto& d) { settings(d).issuers[0].ca_certificate_file = "/dev/null"; }},
        {"key", [](auto& d) { settings(d).keys = {model::KeySpec::ec("p-384")}; }},
        {"must-staple", [](auto& d) { settings(d).must_staple = true; }},
        {"names",
         [](auto& d) {
             d.domains = {managed({"a.org", "www.a.org"})};
         }},
        {"MDPortMap", [](auto& d) { d.server.port_map.http = 5080; }},
        {"MDPortMap to a socket",
         [](auto& d) {
             d.server.port_map = {std::nullopt, 443, "/run/mdcertd/http.sock"};
         }},
        {"a closed port", [](auto& d) { d.server.port_map.https.reset(); }},
        {"Listen",
         [](auto& d) {
             d.server.listens = {{"127.0.0.1", 80}};
         }},
        {"MDMessageCmd", [](auto& d) { d.server.message_command = {"/bin/true"}; }},
    };
    return all;
}

const std::vector<Change>& others() {
    static const std::vector<Change> all = {
        {"nothing", [](auto&) {}},
        {"the line", [](auto& d) { d.domains[0].origin.line = 77; }},
        {"MDRenewWindow", [](auto& d) { settings(d).renew_window = model::Window::percent(50); }},
        {"MDRequireHttps",
         [](auto& d) { settings(d).require_https = model::RequireHttps::temporary; }},
        {"MDNotifyCmd", [](auto& d) { d.server.notify_command = {"/bin/other"}; }},
        {"MDServedAt",
         [](auto& d) {
             settings(d).served_at = {{"a.org", 443, {}}};
         }},
        {"another domain", [](auto& d) { d.domains.push_back(managed({"other.org"})); }},
    };
    return all;
}

// Waits for 10 minutes, 100 minutes or a day after failures of its validation.
struct Waiting : LoopBench {
    explicit Waiting(Scenario with = refusing()) : LoopBench({managed({"a.org"})}, with) {
        start();
        pass(10s);
        REQUIRE(errors() == 1);
    }
    static Scenario refusing() {
        Scenario scenario;
        scenario.refused["a.org"] = "malformed";
        return scenario;
    }
    unsigned errors() const { return loop->observed().of("a.org").attempts->errors; }
    void take_up(bool by_reload) {
        if (by_reload) {
            reload(desired);
            REQUIRE(reloaded);
        } else {
            stop();
            start();
        }
    }
};

// How many certificates are held soon after the change, by reload as by restart.
void check_obtained(const Change& change, unsigned certificates) {
    for (bool by_reload : {true, false}) {
        INFO(change.what << (by_reload ? ", by reload" : ", by restart"));
        Waiting bench;
        bench.ca.set_scenario({});
        change.make(bench.desired);
        bench.take_up(by_reload);
        bench.pass(5s);
        CHECK(bench.held("a.org") == certificates);
    }
}

}  // namespace

TEST_CASE("whatever is corrected, the next attempt begins at once, by restart as by reload") {
    for (const Change& change : corrections())
        check_obtained(change, 1);
}

TEST_CASE("what a failure did not depend on changes nothing about the waiting") {
    for (const Change& change : others())
        check_obtained(change, 0);
}

TEST_CASE("settings that change all the time give one early attempt an hour") {
    Waiting bench;
    for (int i = 0; i < 3; ++i) {  // 1, 10, 100 minutes
        bench.desired.domains[0].settings.edit().issuers[0].contacts = {
            "mailto:a" + std::to_string(i) + "@a.org"};
        bench.take_up(i % 2 == 0);
        bench.pass(10s);
        CHECK(bench.errors() == 2);
    }
    const auto next = *bench.loop->observed().of("a.org").attempts->next_run;
    CHECK(next > bench.clock.now() + 5min);
    bench.pass(15min);  // at its own time
    CHECK(bench.errors() == 3);
    bench.desired.domains[0].settings.edit().issuers[0].contacts = {"mailto:b@a.org"};
    bench.take_up(true);
    bench.pass(50min);  // an hour after the early one, although 100 minutes were due
    CHECK(bench.errors() == 4);
}

TEST_CASE("a Retry-After of the same CA stays, of another one it does not") {
    Waiting bench;
    model::ObservedDomain held = bench.loop->observed().of("a.org");
    const auto now = bench.clock.now();
    held.attempts->last_failure->retry_after = now + 2h;
    held.attempts->next_run = now + 2h;
    auto wanted = bench.desired.domains[0];
    wanted.settings.edit().issuers[0].contacts = {"mailto:b@a.org"};
    apply_settings(held, bench.server, wanted, bench.store.passphrase(), now);
    CHECK(*held.attempts->next_run == now + 2h);
    wanted.settings.edit().set_directory_urls({"https://other.test/dir"});
    apply_settings(held, bench.server, wanted, bench.store.passphrase(), now);
    CHECK(*held.attempts->next_run == now);
}

TEST_CASE("an early attempt that a restart cuts short is begun again, not held back") {
    Waiting bench;
    Scenario slow;
    slow.authorization_polls = 6;
    bench.ca.set_scenario(slow);
    bench.desired.domains[0].settings.edit().issuers[0].contacts = {"mailto:b@a.org"};
    bench.take_up(true);
    bench.pass(3s);
    REQUIRE(bench.loop->is_running("a.org"));
    bench.stop();
    bench.start();
    bench.pass(1min);
    CHECK(bench.held("a.org") == 1);
}

TEST_CASE("a failure whose settings nobody recorded waits over a restart") {
    Waiting bench;
    bench.stop();
    std::string& job = bench.store.values.at("staging/a.org/job.json");
    const auto begin = job.find("\"settings\"");
    REQUIRE(begin != std::string::npos);
    job.replace(begin, 10, "\"unknown\"");
    bench.ca.set_scenario({});
    bench.desired.domains[0].settings.edit().issuers[0].contacts = {"mailto:b@a.org"};
    bench.start();
    bench.pass(5s);
    CHECK(bench.held("a.org") == 0);
}

// A validator may call a name that does not resolve malformed: the next attempt came after a day.
TEST_CASE("a validation that failed is tried again as one, whatever the CA calls it") {
    for (const char* type : {"malformed", "rejectedIdentifier", "serverInternal", "dns"}) {
        INFO(type);
        Scenario scenario;
        scenario.refused["a.org"] = type;
        Waiting bench(scenario);
        const auto& job = *bench.loop->observed().of("a.org").attempts;
        CHECK(job.last_failure->failure_class == model::FailureClass::budget);
        CHECK(*job.next_run - job.last_failure->at >= 45s);
        CHECK(*job.next_run - job.last_failure->at <= 75s);
    }
}

TEST_CASE("a digest of settings needs the store's key, since they may hold a password") {
    auto wanted = managed({"a.org"});
    wanted.settings.edit().issuers[0].http_proxy = "http://me:secret@proxy.test:3128";
    const base::Secret one(std::string_view("one")), other(std::string_view("other"));
    CHECK(attempt_digest({}, wanted, one) == attempt_digest({}, wanted, one));
    CHECK(attempt_digest({}, wanted, one) != attempt_digest({}, wanted, other));
    // What the second CA is told counts where it is told something else.
    wanted.settings.edit().set_directory_urls({"https://one.test/dir", "https://two.test/dir"});
    const auto alike = attempt_digest({}, wanted, one);
    wanted.settings.edit().issuers[1].contacts = {"mailto:a@a.org"};
    CHECK(attempt_digest({}, wanted, one) != alike);
}

}  // namespace md::drive
