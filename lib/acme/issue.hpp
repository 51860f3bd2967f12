// SPDX-License-Identifier: Apache-2.0
// One certificate: from an order placed, or found half-done, to a checked chain (RFC 8555 §7.4). A
// loop: fetch, next_step, do. What must not be lost is told to the journal before the next request
// is sent.
#pragma once

#include "acme/account.hpp"
#include "acme/challenge_solver.hpp"
#include "base/clock.hpp"
#include "crypto/certificate.hpp"
#include "model/key_spec.hpp"
#include "model/settings.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace md::acme {

struct IssueRequest {
    std::vector<model::DomainName> names;  // in the order they go into the certificate
    model::KeySpec key;
    bool must_staple = false;
    std::vector<model::ChallengeType> challenges;  // most wanted first
    bool after_failure = false;  // the former attempt failed: it was not merely interrupted
};

struct Issued {
    crypto::PrivateKey key;
    std::vector<crypto::Certificate> chain;  // leaf first
};

// Where a half-done issuance is kept, so that a restart asks the CA and goes on. Every call is
// durable when it resumes. Real: drive/staging. In tests: tests/support/memory_journal.hpp.
class IssueJournal {
public:
    virtual ~IssueJournal() = default;
    // What a former attempt left.
    virtual base::Task<std::optional<std::string>> order_url() = 0;
    virtual base::Task<std::optional<crypto::PrivateKey>> key() = 0;
    virtual base::Task<void> order_placed(const Order& order) = 0;
    virtual base::Task<void> key_made(const crypto::PrivateKey& key) = 0;
    // The order is of no more use: forget it and its key.
    virtual base::Task<void> order_dropped() = 0;
    // For people and for the failure record: "account", "order", "challenge", ...
    virtual void stage(std::string_view stage) = 0;
};

// What an issuance works with; all of it outlives the call.
struct Workbench {
    Account& account;
    std::vector<ChallengeSolver*> solvers;
    base::Clock& clock;
    base::asio::thread_pool& pool;
};

// The account is ensured already. Throws AcmeError, http::TransportError and what the journal
// throws.
base::Task<Issued> issue(Workbench bench, IssueRequest request, IssueJournal& journal);

}  // namespace md::acme
