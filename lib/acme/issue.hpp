// SPDX-License-Identifier: Apache-2.0
// One certificate: from an order placed, or found half-done, to a checked chain (RFC 8555 §7.4). A
// loop: fetch, next_step, do. What must not be lost is told to the journal before the next request
// is sent.
#pragma once

#include "acme/account.hpp"
#include "acme/challenge_solver.hpp"
#include "acme/issue_journal.hpp"
#include "acme/order_terms.hpp"
#include "base/clock.hpp"
#include "crypto/certificate.hpp"
#include "model/key_spec.hpp"
#include "model/settings.hpp"

#include <optional>
#include <string>
#include <vector>

namespace md::acme {

struct IssueRequest {
    std::vector<model::Identifier> names;  // in the order they go into the certificate
    model::KeySpec key;
    bool must_staple = false;
    std::vector<model::ChallengeType> challenges;  // most wanted first
    WantedTerms terms{};
    std::string preferred_chain = {};  // the root it leads to; "" = the one the CA prefers
    bool after_failure = false;        // the former attempt failed: it was not merely interrupted
};

struct Issued {
    crypto::PrivateKey key;
    std::vector<crypto::Certificate> chain;  // leaf first
    std::string profile{};                   // by which it was issued; "" = not known
};

// What an issuance works with; all of it outlives the call.
struct IssueContext {
    Account& account;
    const Solvers& solvers;  // for this MD
    base::Clock& clock;
    base::asio::thread_pool& pool;
};

// The account is ensured already. Throws AcmeError, http::TransportError and what the journal
// throws.
base::Task<Issued> issue(IssueContext bench, IssueRequest request, IssueJournal& journal);

}  // namespace md::acme
