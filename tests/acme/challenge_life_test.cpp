// SPDX-License-Identifier: Apache-2.0
// What is set up outside of this process for the challenges of an order: journalled before, set up
// together, and withdrawn however the order ends.
#include "acme/provisioning.hpp"
#include "issuing.hpp"

namespace md::acme {
namespace {

using Words = std::vector<std::string>;

// An order of two names that are proved by records in the DNS.
struct DnsBench : Bench {
    explicit DnsBench(Scenario scenario = {}) : Bench(by_dns(std::move(scenario))) {
        dns.outlives = true;
    }
    static Scenario by_dns(Scenario scenario) {
        scenario.challenge_types = {"dns-01"};
        return scenario;
    }
    IssueRequest by_dns() const {
        IssueRequest wanted = request();
        wanted.challenges = {ChallengeType::dns_01};
        return wanted;
    }
    base::Task<void> issue_by_dns(Client& client, Account& account) {
        co_await whole(client, account, by_dns());
    }
    void check_withdrawn() const {
        CHECK(dns.records.empty());
        CHECK(dns.standing() == 0);
        CHECK(journal.kept_setups.empty());
        CHECK(journal.lost_setups == 0);
    }
};

}  // namespace

TEST_CASE("the challenges of an order are journalled, then prepared together, then told of") {
    DnsBench bench;
    Words journalled;
    bench.dns.on_prepare = [&] {
        journalled = bench.journal.kept_setups;
        CHECK(bench.dns.records.empty());
    };
    bench.dns.on_prepared = [&] {
        CHECK(bench.dns.records.size() == 2);
        CHECK(bench.journal.ready.empty());
    };
    bench.ca.on_validate = [&](auto&&...) { CHECK(bench.journal.ready.size() == 2); };
    bench.issue_once(bench.by_dns());
    REQUIRE(bench.dns.prepared().size() == 2);
    CHECK(journalled == Words{"dns-01:a.org " + bench.dns.prepared()[0].token,
                              "dns-01:www.a.org " + bench.dns.prepared()[1].token});
    CHECK(bench.journal.ready == Words{"a.org", "www.a.org"});
    CHECK(bench.dns.calls == Words{"prepare a.org www.a.org", "withdraw"});
    bench.check_withdrawn();
}

TEST_CASE("what ends with this process is not journalled") {
    Bench bench;
    check_issued(bench, bench.issue_once());
    CHECK(bench.journal.setup_writes == 0);
    CHECK(bench.alpn.calls == Words{"prepare a.org www.a.org", "withdraw"});
}

TEST_CASE("a refused validation withdraws what was set up before its order is dropped") {
    Scenario scenario;
    scenario.refused["www.a.org"] = "dns";
    DnsBench bench(scenario);
    CHECK_THROWS_AS(bench.issue_once(bench.by_dns()), Refused);
    CHECK(bench.journal.drops == 1);
    bench.check_withdrawn();
}

TEST_CASE("of challenges that are prepared in part, that part is withdrawn") {
    DnsBench bench;
    bench.dns.fails_for = "www.a.org";
    CHECK_THROWS_AS(bench.issue_once(bench.by_dns()), base::Error);
    CHECK(bench.dns.prepared().size() == 1);
    bench.check_withdrawn();
}

TEST_CASE("what cannot be withdrawn keeps no certificate back, and stays in the journal") {
    DnsBench bench;
    bench.dns.withdrawal_fails = "the server refused it";
    Issued issued = bench.issue_once(bench.by_dns());
    CHECK(issued.chain.front().names().size() == 2);
    CHECK(bench.journal.kept_setups.size() == 2);
    CHECK(bench.dns.records.size() == 2);
}

TEST_CASE("cancelled at any moment, an issuance withdraws what it had set up") {
    bool was_over = false;
    std::size_t withdrawals = 0;
    // From the first turn on, in which it begins: out of run(), Asio of Boost 1.83 throws what is
    // cancelled before. The daemon spawns from within, where it begins at once.
    for (unsigned turns = 1; !was_over; ++turns) {
        INFO("cancelled after " << turns << " turns");
        Scenario scenario;
        scenario.authorization_polls = 3;
        DnsBench bench(scenario);
        Client client(bench.context.get_executor(), bench.transport, bench.clock,
                      *http::Url::parse(ScenarioCa::directory_url));
        Account account(bench.context.get_executor(), client, bench.vault);
        base::asio::cancellation_signal cancel;
        bool is_over = false;
        base::asio::co_spawn(bench.context, bench.issue_by_dns(client, account),
                             base::asio::bind_cancellation_slot(
                                 cancel.slot(), [&](std::exception_ptr) { is_over = true; }));
        for (unsigned turn = 0; turn < turns && !is_over; ++turn)
            bench.context.run_one();
        was_over = is_over;
        cancel.emit(base::asio::cancellation_type::terminal);
        bench.context.run();
        CHECK(is_over);
        bench.check_withdrawn();
        withdrawals += bench.dns.prepared().size();
    }
    CHECK(withdrawals > 20);
}

TEST_CASE("what a killed process left is withdrawn by the solver of its type") {
    DnsBench bench;
    bench.journal.kept_setups = {"http-01:a.org", "dns-01:a.org TXT", "dns-01:www.a.org TXT"};
    bench.dns.records = {"a.org TXT", "www.a.org TXT", "b.org TXT"};
    Solvers solvers;
    solvers.push_back(bench.dns.solver());
    Provisioning former(bench.journal, "a.org");
    SECTION("and forgotten then") {
        test::run_task(bench.context, former.withdraw_left(solvers));
        CHECK(bench.dns.records == std::set<std::string>{"b.org TXT"});
        CHECK(bench.journal.kept_setups == Words{"http-01:a.org"});
    }
    SECTION("and kept where that fails") {
        bench.dns.withdrawal_fails = "the server refused it";
        test::run_task(bench.context, former.withdraw_left(solvers));
        CHECK(bench.journal.kept_setups.size() == 3);
    }
    SECTION("and kept where there is none") {
        test::run_task(bench.context, former.withdraw_left({}));
        CHECK(bench.journal.kept_setups.size() == 3);
        CHECK(bench.dns.calls.empty());
    }
}

}  // namespace md::acme
