// SPDX-License-Identifier: Apache-2.0
// A drive without disk, sockets or waiting: memory store, scripted CA, manual clock.
#pragma once

#include "drive/attempt.hpp"
#include "drive/observe.hpp"
#include "support/manual_clock.hpp"
#include "support/memory_store.hpp"
#include "support/recording_solver.hpp"
#include "support/run_task.hpp"
#include "support/scenario_ca.hpp"

#include <initializer_list>
#include <map>
#include <memory>
#include <utility>

namespace md::test {

// Hands the calls on to a transport that outlives it.
class BorrowedTransport final : public http::Transport {
public:
    explicit BorrowedTransport(http::Transport& lender) : lender_(lender) {}
    base::Task<http::HttpResponse> send(http::HttpRequest request) override {
        return lender_.send(std::move(request));
    }

private:
    http::Transport& lender_;
};

// What this machine takes for the time: the true one, which the CA has, and so much.
class LocalClock final : public base::Clock {
public:
    explicit LocalClock(base::Clock& truth) : truth_(truth) {}
    std::chrono::sys_seconds now() const override { return truth_.now() + wrong_by; }
    base::Task<void> wait(std::chrono::milliseconds duration) override {
        return truth_.wait(duration);
    }
    std::chrono::seconds wrong_by{0};

private:
    base::Clock& truth_;
};

inline model::ManagedDomain managed(std::initializer_list<const char*> names) {
    model::ManagedDomain domain;
    for (const char* name : names)
        domain.members.push_back({*model::Identifier::parse(name), {"test.conf", 1}});
    domain.settings.edit().set_directory_urls({ScenarioCa::directory_url});
    domain.settings.edit().issuers[0].agreement = "accepted";
    domain.settings.edit().keys = {model::KeySpec::ec("p-256")};
    return domain;
}

struct DriveBench {
    explicit DriveBench(Scenario scenario = {}) : ca(clock, std::move(scenario)) { restart(); }

    // As after a restart of the daemon: only store and CA survive.
    void restart() {
        authorities = std::make_unique<drive::CaSessions>(
            context.get_executor(), store, local, [this](const drive::IssuerRoute& route) {
                auto other = other_cas.find(route.directory_url);
                http::Transport& way = other == other_cas.end() ? ca : *other->second;
                return std::make_unique<BorrowedTransport>(way);
            });
    }
    drive::DriveContext drive_context() {
        auto solvers = [this](const model::Settings&) { return all_solvers(); };
        return {store, *authorities, solvers, local, pool};
    }
    acme::Solvers all_solvers() {
        acme::Solvers solvers;
        for (RecordingSolver* one : {&http, &alpn, &dns})
            solvers.push_back(one->solver());
        return solvers;
    }

    model::ObservedDomain observe(const model::ManagedDomain& wanted) {
        return run_task(context, drive::observe_domain(store, wanted));
    }
    // One attempt by a fresh process; the clock passes waits by itself.
    model::ObservedDomain attempt(const model::ManagedDomain& wanted) {
        restart();
        clock.auto_advance(true);
        auto outcome = run_task(context, drive_once(wanted, observe(wanted)));
        clock.auto_advance(false);
        return outcome;
    }
    base::Task<model::ObservedDomain> drive_once(const model::ManagedDomain& wanted,
                                                 model::ObservedDomain held) {
        drive::DriveContext with = drive_context();
        const std::string issuer = wanted.settings->common().directory_url;
        auto trying = drive::attempt(with, server, wanted, held, issuer);
        drive::AttemptResult result = co_await std::move(trying);
        co_return std::move(result).held_after(std::move(held));
    }

    base::asio::io_context context;
    base::asio::thread_pool pool{1};
    support::ManualClock clock;
    LocalClock local{clock};
    ScenarioCa ca;
    std::map<std::string, http::Transport*> other_cas;  // by directory URL
    MemoryStore store;
    model::ServerSettings server;
    RecordingSolver http{model::ChallengeType::http_01};
    RecordingSolver alpn{model::ChallengeType::tls_alpn_01};
    RecordingSolver dns{model::ChallengeType::dns_01};
    std::unique_ptr<drive::CaSessions> authorities;
};

}  // namespace md::test
