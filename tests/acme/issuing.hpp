// SPDX-License-Identifier: Apache-2.0
// An issuance without disk, sockets or waiting: memory vault and journal, scripted CA, manual
// clock.
#pragma once

#include "acme/issue.hpp"
#include "crypto/certificate.hpp"
#include "support/catch.hpp"
#include "support/manual_clock.hpp"
#include "support/memory_journal.hpp"
#include "support/memory_vault.hpp"
#include "support/recording_solver.hpp"
#include "support/run_task.hpp"
#include "support/scenario_ca.hpp"

#include <functional>
#include <utility>
#include <vector>

namespace md::acme {

using model::ChallengeType;
using test::Cut;
using test::RecordingSolver;
using test::Scenario;
using test::ScenarioCa;

// Changes answers on their way; "POST order/1" and the like, as ScenarioCa::log has them.
class MeddlingTransport final : public http::Transport {
public:
    explicit MeddlingTransport(ScenarioCa& ca) : ca_(ca) {}
    base::Task<http::HttpResponse> send(http::HttpRequest request) override {
        http::HttpResponse response = co_await ca_.send(std::move(request));
        if (meddle)
            meddle(ca_.log().back(), response);
        co_return response;
    }
    std::function<void(const std::string& request, http::HttpResponse& response)> meddle;

private:
    ScenarioCa& ca_;
};

struct Bench {
    explicit Bench(Scenario scenario = {}) : ca(clock, std::move(scenario)) {
        clock.auto_advance(true);
    }

    IssueRequest request(std::vector<const char*> names = {"a.org", "www.a.org"}) const {
        IssueRequest wanted;
        for (const char* name : names)
            wanted.names.push_back(*model::Identifier::parse(name));
        wanted.key = model::KeySpec::ec("p-256");
        wanted.challenges = {ChallengeType::tls_alpn_01, ChallengeType::http_01};
        wanted.after_failure = after_failure;
        return wanted;
    }
    // As after a restart: only journal and vault survive.
    Issued issue_once(IssueRequest wanted) {
        Client client(context.get_executor(), transport, clock,
                      *http::Url::parse(ScenarioCa::directory_url));
        Account account(context.get_executor(), client, vault);
        return test::run_task(context, whole(client, account, std::move(wanted)));
    }
    Issued issue_once() { return issue_once(request()); }
    base::Task<Issued> whole(Client&, Account& account, IssueRequest wanted) {
        co_await account.ensure(wish);
        Solvers solvers;
        for (RecordingSolver* one : {&http, &alpn, &dns})
            solvers.push_back(one->solver());
        IssueContext bench{account, solvers, clock, pool};
        Issued issued = co_await issue(bench, std::move(wanted), journal);
        co_return issued;
    }

    bool after_failure = false;
    base::asio::io_context context;
    base::asio::thread_pool pool{1};
    support::ManualClock clock;
    ScenarioCa ca;
    MeddlingTransport transport{ca};
    test::MemoryVault vault;
    test::MemoryJournal journal;
    AccountWish wish{{"mailto:admin@a.org"}, "accepted"};
    RecordingSolver http{ChallengeType::http_01};
    RecordingSolver alpn{ChallengeType::tls_alpn_01};
    RecordingSolver dns{ChallengeType::dns_01};
};

inline void check_issued(Bench& bench, const Issued& issued) {
    const auto& chain = issued.chain;
    CHECK(chain.front().has_key(issued.key));
    CHECK(chain.front().names().size() == 2);
    CHECK(bench.http.standing() == 0);
    CHECK(bench.alpn.standing() == 0);
    CHECK(bench.ca.accounts() == 1);
}

}  // namespace md::acme
