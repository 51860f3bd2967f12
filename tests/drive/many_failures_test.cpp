// SPDX-License-Identifier: Apache-2.0
// A month of nothing but failures, whatever it is that fails: what the CA counts stays within what
// Let's Encrypt grants (https://letsencrypt.org/docs/rate-limits/), for one MD and for 300.
#include "drive/loop_bench.hpp"
#include "support/catch.hpp"

#include <algorithm>
#include <functional>
#include <map>

namespace md::drive {
namespace {

using namespace std::chrono_literals;
using std::chrono::days;
using std::chrono::sys_seconds;
using test::LoopBench;
using test::managed;
using test::Scenario;

using Times = std::vector<sys_seconds>;

// So many in any period of that length; and none is owed to a bucket of that size which fills up
// in that period, as the CA keeps it.
struct Limit {
    std::size_t most;
    std::chrono::seconds period;
};

std::size_t densest(const Times& times, std::chrono::seconds period) {
    std::size_t most = 0, first = 0;
    for (std::size_t last = 0; last < times.size(); ++last) {
        while (times[last] - times[first] >= period)
            ++first;
        most = std::max(most, last - first + 1);
    }
    return most;
}

double least_left(const Times& times, const Limit& limit) {
    const double full = static_cast<double>(limit.most);
    double level = full, least = full;
    for (std::size_t i = 0; i < times.size(); ++i) {
        const auto pause = i == 0 ? 0s : times[i] - times[i - 1];
        level = std::min(full, level + full * static_cast<double>(pause.count()) /
                                           static_cast<double>(limit.period.count()));
        least = std::min(least, --level);
    }
    return least;
}

void check_within(const std::string& what, const Times& times, const Limit& limit) {
    INFO(what << ", " << times.size() << " in all");
    CHECK(densest(times, limit.period) <= limit.most);
    CHECK(least_left(times, limit) >= 0);
}

struct Month : LoopBench {
    explicit Month(std::vector<model::ManagedDomain> domains, Scenario of_the_ca = {})
        : LoopBench(std::move(domains), of_the_ca), scenario(std::move(of_the_ca)) {
        desired.server.order_rate =
            desired.server.order_rate_at("https://acme-v02.api.letsencrypt.org/directory");
    }

    // Goes from wait to wait, and notes what came to the CA. Restarted each week.
    void live(days time) {
        for (auto left = time; left > days{0}; left -= days{7}) {
            start();
            pass_noting(std::min(left, days{7}));
            stop();
        }
    }
    void pass_noting(std::chrono::seconds time) {
        const auto end = clock.now() + time;
        note();
        while (clock.now() < end && clock.advance_to_next()) {
            settle();
            note();
        }
    }
    void note() {
        const sys_seconds now = clock.now();
        if (noted == ca.log().size())
            return;
        for (; noted < ca.log().size(); ++noted)
            requests[ca.log()[noted]].push_back(now);
        orders.resize(ca.orders(), now);
        certificates.resize(ca.certificates(), now);
        accounts.resize(ca.accounts(), now);
        for (const model::ManagedDomain& domain : desired.domains) {
            const auto& job = loop->observed().of(domain.name()).attempts;
            if (job && job->last_failure && job->last_failure->stage == "challenge" &&
                job->last_failure->failure_class == model::FailureClass::budget)
                note_failed_validation(domain.name(), job->last_failure->at);
        }
    }
    void note_failed_validation(const std::string& name, sys_seconds at) {
        Times& times = failed_validations[name];
        if (times.empty() || times.back() != at)
            times.push_back(at);
    }
    Times all_requests_of_orders() const {
        Times all;
        for (const auto& [request, times] : requests)
            if (request != "GET directory" && !request.ends_with("new-nonce") &&
                !request.ends_with("new-order") && !request.ends_with("new-account"))
                all.insert(all.end(), times.begin(), times.end());
        std::sort(all.begin(), all.end());
        return all;
    }

    void check_account_limits() {
        check_within("accounts", accounts, {10, 3h});
        check_within("orders", orders, {300, 3h});
        for (const auto& [name, times] : failed_validations) {
            check_within("failed validations of " + name, times, {5, 1h});
            CHECK(times.size() < 1152);  // in a row: then the CA pauses it
        }
    }
    // The CA answers at once here; what it is asked within a second is never more elsewhere.
    void check_request_limits() {
        CHECK(densest(requests["HEAD new-nonce"], 1s) <= 20);
        CHECK(densest(requests["POST new-account"], 1s) <= 5);
        CHECK(densest(requests["POST new-order"], 1s) <= 300);
        CHECK(densest(requests["GET directory"], 1s) <= 40);
        CHECK(densest(all_requests_of_orders(), 1s) <= 250);
    }

    const Scenario scenario;
    std::size_t noted = 0;
    std::map<std::string, Times> requests;  // "POST new-order" -> when
    Times orders, certificates, accounts;
    std::map<std::string, Times> failed_validations;
};

struct Trouble {
    std::string name;
    std::function<void(Month&)> begin;
    bool costs = false;  // something of the CA's budget, and is tried the more seldom
    bool of_renewals = true;
};

// What the CA issues, and when it is due for renewal.
struct Issued {
    std::string what;
    std::chrono::seconds lifetime, due_after;
};
const Issued ninety_days{"90 days", days{90}, days{62}};
const Issued six_days{"six days", 160h, 110h};

Trouble at_the_ca(std::string name, std::function<void(Scenario&)> change) {
    return {std::move(name), [change](Month& month) {
                Scenario scenario = month.scenario;
                change(scenario);
                month.ca.set_scenario(scenario);
            }};
}

Trouble out_of_order(const std::string& resource) {
    return at_the_ca(resource + " is out of order",
                     [=](Scenario& scenario) { scenario.out_of_order = resource; });
}

std::vector<Trouble> troubles() {
    std::vector<Trouble> all = {
        at_the_ca("validation fails", [](Scenario& it) { it.refused["a.org"] = "unauthorized"; }),
        at_the_ca("the CA never decides", [](Scenario& it) { it.authorization_polls = 1'000'000; }),
        at_the_ca("the CA never issues",
                  [](Scenario& it) {
                      it.order_valid_at_once = false;
                      it.processing_polls = 1'000'000;
                  }),
        {"certificates are refused", [](Month& month) { month.local.wrong_by = days{3652}; }}};
    all.front().costs = all.back().costs = true;
    for (const char* resource :
         {"directory", "new-order", "order", "authz", "challenge", "finalize", "certificate"})
        all.push_back(out_of_order(resource));
    Trouble registering = out_of_order("new-account");
    registering.of_renewals = false;  // there is one then
    all.push_back(std::move(registering));
    return all;
}

void fail_for_a_month(const Trouble& trouble, bool is_renewal, const Issued& issued = ninety_days) {
    INFO(trouble.name << (is_renewal ? ", at a renewal" : ", at the first") << " of "
                      << issued.what);
    Scenario scenario;
    scenario.lifetime = issued.lifetime;
    Month month({managed({"a.org", "www.a.org"})}, scenario);
    if (is_renewal) {
        month.live(days{1});
        REQUIRE(month.ca.certificates() == 1);
        month.clock.advance(issued.due_after - days{1});
    }
    trouble.begin(month);
    month.live(days{30});
    const auto& job = month.loop->observed().of("a.org").attempts;
    REQUIRE(job);
    CHECK(job->errors >= 25);
    check_within("certificates", month.certificates, {5, days{7}});
    month.check_account_limits();
    month.check_request_limits();
}

void fail_all_of_them(days time) {
    const auto domains = test::many(300);
    Scenario scenario;
    for (const model::ManagedDomain& domain : domains)
        scenario.refused[domain.name()] = "unauthorized";
    Month month(domains, scenario);
    month.live(time);
    CHECK(month.failed_validations.size() == 300);
    CHECK(month.orders.size() >= static_cast<std::size_t>(300 * (time / days{1})));
    CHECK(month.ca.accounts() == 1);
    month.check_account_limits();
    month.check_request_limits();
}

}  // namespace

TEST_CASE("an MD whose proof or certificate fails for a month stays within Let's Encrypt's limits",
          "[heavy]") {
    for (const Trouble& trouble : troubles())
        if (trouble.costs)
            for (bool is_renewal : {false, true})
                fail_for_a_month(trouble, is_renewal);
}

// No delay exceeds a tenth of the life of the certificate held, 16 hours here, where it would be a
// day.
TEST_CASE("a certificate of six days that is not renewed for a month costs no more of the budget",
          "[heavy]") {
    for (const Trouble& trouble : troubles())
        if (trouble.costs)
            fail_for_a_month(trouble, true, six_days);
}

TEST_CASE("300 MDs that all fail for two days stay within Let's Encrypt's limits", "[heavy]") {
    fail_all_of_them(days{2});
}

TEST_CASE("an MD for which anything fails for a month stays within Let's Encrypt's limits",
          "[.long]") {
    for (const Trouble& trouble : troubles()) {
        fail_for_a_month(trouble, false);
        if (!trouble.of_renewals)
            continue;
        fail_for_a_month(trouble, true);
        fail_for_a_month(trouble, true, six_days);
    }
}

TEST_CASE("300 MDs that all fail for a month stay within Let's Encrypt's limits", "[.long]") {
    fail_all_of_them(days{30});
}

}  // namespace md::drive
